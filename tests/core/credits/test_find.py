"""Laws of credits, then a row for each language and form. All texts were written for these tests."""

# ruff: noqa: E501  wide characters count double

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirecopy.core import limits
from wirecopy.core.agencies import AGENCIES
from wirecopy.core.credits import kernels, phrase_table, word_table
from wirecopy.core.credits.find import STRENGTH, find_credits
from wirecopy.core.credits.rules import (
    compile_phrase,
    pair_hash,
    rules,
)
from wirecopy.core.model import Credit, CreditKind, CreditScope
from wirecopy.core.publishers import agency_key, brand_keys, fold_name
from wirecopy.core.text.kernels import LINE_TOKEN_END, LINE_TOKEN_START
from wirecopy.core.text.tokens import tokenise

STORY = (
    "The harbour of the island was closed on Tuesday after the storm had torn away a part of its pier.\n"
    "Fishermen said that they had never seen such waves, and the mayor asked for patience.\n"
)
WEAK = (CreditKind.MENTION, CreditKind.SOURCE)


def credits_of(text: str, title: str = "", publisher: str = "Morning Courier") -> tuple[Credit, ...]:
    return find_credits(text, title, publisher, "courier.example")


def best(text: str) -> tuple[str, str] | None:
    found = credits_of(text)
    return (found[0].kind.value, found[0].name) if found else None


# ---- datelines

DATELINES = [
    ("PARIS (Reuters) — The harbour was closed.", "Reuters", "reuters"),
    ("LONDON, May 3 (Reuters) - The harbour was closed.", "Reuters", "reuters"),
    ("WEST PALM BEACH, Fla. (AP) — The harbour was closed.", "AP", "ap"),
    ("(AP) — The harbour was closed.", "AP", "ap"),
    ("(AFP) The harbour was closed on Tuesday.", "AFP", "afp"),
    ("CNN —\nThe harbour was closed on Tuesday after a storm, the mayor said.", "CNN", "cnn"),
    ("CNN\n—\nThe harbour was closed on Tuesday after a storm, the mayor said.", "CNN", "cnn"),
    ("(CNN) — The harbour was closed.", "CNN", "cnn"),
    ("Reuters - The harbour was closed on Tuesday after the storm had torn away a pier.", "Reuters", "reuters"),
    ("Berlin (dpa) - Der Hafen war am Dienstag geschlossen.", "dpa", "dpa"),
    ("Kiel/Lübeck (dpa/lno) - Der Hafen war am Dienstag geschlossen.", "dpa", "dpa"),
    ("BEIJING, May 3 (Xinhua) -- The harbour was closed.", "Xinhua", "xinhua"),
    ("TOKYO, May 3 (Kyodo) - The harbour was closed.", "Kyodo", "kyodo"),
    ("SEOUL, May 3 (Yonhap) -- The harbour was closed.", "Yonhap", "yonhap"),
    ("ANKARA (AA) - Liman salı günü kapatıldı.", "AA", "aa"),
    ("ROMA, 3 MAG (ANSA) - Il porto è stato chiuso.", "ANSA", "ansa"),
    ("(ANSA) - ROMA, 3 MAG - Il porto è stato chiuso.", "ANSA", "ansa"),
    ("Madrid, 3 may (EFE).- El puerto fue cerrado el martes.", "EFE", "efe"),
    ("París, 3 may 2024 (AFP) - El puerto fue cerrado.", "AFP", "afp"),
    ("Lisboa, 03 mai 2024 (Lusa) – O porto foi fechado.", "Lusa", "lusa"),
    ("Jakarta (ANTARA) - Pelabuhan ditutup pada hari Selasa.", "ANTARA", "antara"),
    ("KUALA LUMPUR, May 3 (Bernama) -- The harbour was closed.", "Bernama", "bernama"),
    ("Hà Nội (TTXVN) - Cảng đã đóng cửa hôm thứ Ba.", "TTXVN", "vna"),
    ("NEW DELHI, May 3 (PTI) The harbour was closed on Tuesday.", "PTI", "pti"),
    ("Warszawa (PAP) - Port zamknięto we wtorek.", "PAP", "pap"),
    ("Praha 3. května (ČTK) - Přístav byl v úterý uzavřen.", "ČTK", "ctk"),
    ("Budapest, 2024. május 3. (MTI) - A kikötőt kedden lezárták.", "MTI", "mti"),
    ("BUCUREŞTI, 3 mai /Agerpres/ - Portul a fost închis marţi.", "Agerpres", "agerpres"),
    ("MOSCOW, May 3. /TASS/. The harbour was closed.", "TASS", "tass"),
    ("МОСКВА, 3 мая. /ТАСС/. Порт закрыли во вторник.", "ТАСС", "tass"),
    ("МОСКВА, 3 мая - РИА Новости. Порт закрыли во вторник.", "РИА Новости", "ria"),
    ("Москва. 3 мая. ИНТЕРФАКС - Порт закрыли во вторник.", "ИНТЕРФАКС", "interfax"),
    ("القاهرة (رويترز) - أغلق الميناء يوم الثلاثاء.", "رويترز", "reuters"),
    ("تهران (ایرنا) - بندر روز سه‌شنبه بسته شد.", "ایرنا", "irna"),
    ("新华社北京5月3日电 港口周二关闭。", "新华社", "xinhua"),
    ("中新社香港5月3日电 港口周二关闭。", "中新社", "chinanews"),
    ("【時事通信】港は火曜日に閉鎖された。", "時事通信", "jiji"),
    ("【ロンドン共同】港は火曜日に閉鎖された。", "共同", "kyodo"),
    ("[東京 3日 ロイター] - 港は閉鎖された。", "ロイター", "reuters"),
    ("(서울=연합뉴스) 홍길동 기자 = 항구가 화요일에 폐쇄됐다.", "연합뉴스", "yonhap"),
    ("NEW YORK, May 3, 2024 /PRNewswire/ -- Harbour Inc. announced a pier.", "PRNewswire", "prnewswire"),
    ("OSLO, Norway, May 3, 2024 (GLOBE NEWSWIRE) -- Harbour ASA announced a pier.", "GLOBE NEWSWIRE", "globenewswire"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "key"), DATELINES)
def test_an_agencys_dateline_credits_the_agency(text: str, name: str, key: str) -> None:
    found = credits_of(text)
    assert found
    assert (found[0].kind, found[0].name, found[0].key) == (CreditKind.DATELINE, name, key)
    assert found[0].agency == bool(agency_key(name))


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [
        ("PARIS (Evening Herald) - The harbour was closed.", "Evening Herald", "eveningherald"),
        ("NEW DELHI (Herald.example) — The harbour was closed.", "Herald.example", "herald"),
        ("(Evening-Herald) - The harbour was closed.", "Evening-Herald", "eveningherald"),
    ],
)
def test_any_name_may_stand_in_a_dateline_in_capitals(text: str, name: str, key: str) -> None:
    found = credits_of(text)
    assert [(c.kind, c.name, c.key, c.agency) for c in found] == [(CreditKind.DATELINE, name, key, False)]


@pytest.mark.parametrize(
    "text",
    [
        "PARIS (May 3) - The harbour was closed.",
        "PARIS (CORRECTED) - The harbour was closed.",
        "PARIS — The harbour was closed.",
        "Ann Lee (Harbour Party) - 4,311 votes",
        "The mayor (Ann Lee) - who is from the island - asked for patience.",
        "Pier (2019) - a film about the harbour",
        "SEPA (Single Euro Payments Area) - a way to pay",
        "A pier. Ann Lee/AFP/Herald Pictures",
        "CNN - Breaking News, Latest News and Videos",
        "Home - World - AP - Sports",
        "He flew to the pier (AP Photo/Ann Lee)",
        "A pier under water. (Photo: Reuters)",
        "Ann Lee (Reuters correspondent from 1990) - a life",
    ],
)
def test_brackets_and_dashes_alone_are_no_dateline(text: str) -> None:
    assert [c for c in credits_of(text) if c.kind not in WEAK] == []


# ---- bylines

BYLINES = [
    ("By The Associated Press", "Associated Press", "ap"),
    ("By Reuters", "Reuters", "reuters"),
    ("Reuters Staff", "Reuters", "reuters"),
    ("By Ann Lee, Associated Press Writer", "Associated Press", "ap"),
    ("By ANN LEE, CNN", "CNN", "cnn"),
    ("By Ann Lee and Bo Ray | Reuters", "Reuters", "reuters"),
    ("Von dpa", "dpa", "dpa"),
    ("Par AFP", "AFP", "afp"),
    ("Por EFE", "EFE", "efe"),
    ("Av TT", "TT", "tt"),
    ("Автор: ТАСС", "ТАСС", "tass"),
    ("Oleh Antara", "Antara", "antara"),
]


@pytest.mark.parametrize(("line", "name", "key"), BYLINES)
def test_a_byline_of_the_table_is_a_credit(line: str, name: str, key: str) -> None:
    found = credits_of(f"Storm closes the harbour\n{line}\n{STORY}")
    assert [c.kind for c in found] == [CreditKind.BYLINE]
    assert (agency_key(found[0].name) or fold_name(found[0].name), found[0].key) == (key, key)
    assert name in found[0].name


def test_a_persons_byline_is_none() -> None:
    for line in ("By Ann Lee", "By ANN LEE, Harbour Correspondent", "Von Anna Lehmann", "Par Anne Lenoir"):
        assert credits_of(f"{line}\n{STORY}") == ()


# ---- whole lines and sentences

NAMED = "Evening Herald"
VIA = [
    "(via {})", "via {}", "as reported by {}", "According to {}", "{} reports:", "Courier informs via {}", "Courier, citing {}",
    "Theo {}", "segundo {}", "de acordo com {}", "según informó {}", "según {}", "con información de {}", "selon {}",
    "d'après {}", "wie {} berichtet", "laut {}", "secondo {}", "come riportato da {}", "volgens {}", "enligt {}", "ifølge {}",
    "asiasta uutisoi {}", "według {}", "jak podaje {}", "podle {}", "podľa {}", "potrivit {}", "kako prenosi {}", "prema {}",
    "според {}", "σύμφωνα με το {}", "по данным {}", "как сообщает {}", "за даними {}", "як повідомляє {}", "menurut {}",
    "dikutip dari {}", "ayon sa {}", "kwa mujibu wa {}", "bisa ga rahoton {}", "بحسب {}", "نقلا عن {}", "به نقل از {}",
    "بحوالہ {}", "לפי {}", "{} के अनुसार", "{} bildirdi:", "{} xəbər verir:", "据{}报道", "{}によると", "{}에 따르면",
]  # fmt: skip


@pytest.mark.parametrize("form", VIA)
def test_a_line_that_only_says_from_whom_is_a_strong_credit(form: str) -> None:
    found = credits_of(STORY + form.format(NAMED) + "\n")
    assert [(c.kind, c.name, c.text) for c in found[:1]] == [
        (CreditKind.VIA, NAMED, form.format(NAMED).strip("():"))
    ]


ORIGINALLY = [
    "This article was originally published by {}.", "Originally appeared on {}", "This story first appeared in {}.",
    "The post Storm closes harbour appeared first on {}.", "Republished with permission from {}.",
    "This article is republished from {} under a licence.", "This story was produced by {} and shared with us.",
    "Dieser Artikel ist zuerst erschienen bei {}.", "Der Text wurde ursprünglich veröffentlicht auf {}.",
    "Article initialement publié par {}.", "Ce texte a été publié initialement sur {}.",
    "Este artículo fue publicado originalmente en {}.", "La nota fue tomada de {}.",
    "Este artigo foi publicado originalmente em {}.", "Articolo pubblicato originariamente su {}.",
    "Dit artikel verscheen eerst op {}.", "Artikeln är ursprungligen publicerad av {}",
    "Artikkelen er opprinnelig publisert i {}.", "Artiklen er oprindeligt bragt i {}.",
    "Artykuł pierwotnie opublikowany przez {}.", "Článek původně vyšel na {}.", "Articolul a fost publicat inițial de {}.",
    "Članak je izvorno objavljen na {}.", "Статия, първоначално публикувана в {}.", "Статья впервые опубликована в {}.",
    "Стаття вперше опублікована на {}.", "Artikel ini telah tayang di {}.", "Bài đăng lần đầu trên {}.",
    "نُشر هذا المقال لأول مرة في {}.", "本文转载自{}", "原载于{}", "この記事は{}から転載", "转载自：{}",
]  # fmt: skip


@pytest.mark.parametrize("form", ORIGINALLY)
def test_originally_published_is_the_strongest_credit(form: str) -> None:
    found = credits_of(STORY + form.format(NAMED) + "\nSource: Harbour Office\n")
    assert [(c.kind, c.name) for c in found[:1]] == [(CreditKind.ORIGINALLY, NAMED)]


READ_MORE = [
    "Read the full story at {}", "Read the full article on {}.", "Continue reading at {}", "Full story at {}",
    "The full story is available at {}", "Read the rest of this article at {}", "Read more at {}",
    "Weiterlesen auf {}", "Den vollständigen Artikel lesen Sie auf {}.", "Lire la suite sur {}",
    "Lire l'article complet sur {}", "Leer más en {}", "Lea la nota completa en {}", "Leia mais em {}",
    "Leia a matéria completa em {}", "Continua a leggere su {}", "Leggi l'articolo completo su {}", "Lees verder op {}",
    "Lees het volledige artikel op {}", "Läs mer på {}", "Läs hela artikeln på {}", "Les hele saken hos {}", "Læs mere på {}",
    "Czytaj więcej na {}", "Cały artykuł na {}", "Čtěte více na {}", "Citește mai mult pe {}",
    "Pročitajte više na {}", "Διαβάστε περισσότερα στο {}", "Читать полностью на {}", "Подробнее на {}",
    "Читати далі на {}", "Đọc thêm tại {}", "Baca selengkapnya di {}", "اقرأ المزيد على {}", "続きは{}で", "全文请见{}",
]  # fmt: skip


@pytest.mark.parametrize("form", READ_MORE)
def test_a_teasers_link_credits_where_it_leads(form: str) -> None:
    found = credits_of(STORY + form.format(NAMED) + "\n")
    assert [(c.kind, c.name) for c in found] == [(CreditKind.READ_MORE, NAMED)]


@pytest.mark.parametrize("label", sorted(set(word_table.SOURCE_LABELS)))
@pytest.mark.parametrize("colon", [":", " : ", "："])
def test_every_source_label_with_a_colon_is_a_source(label: str, colon: str) -> None:
    found = credits_of(f"{STORY}{label}{colon}{NAMED}\n")
    assert [(c.kind, c.name) for c in found] == [(CreditKind.SOURCE, NAMED)]


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [
        ("Source: https://www.herald.example/harbour/1.html", "herald.example", "herald"),
        ("Fuente: EFE", "EFE", "efe"),
        ("Quelle: dpa/AFP", "dpa", "dpa"),
        ("Источник: РИА Новости", "РИА Новости", "ria"),
        ("来源：新华社", "新华社", "xinhua"),
        ("The harbour was closed. Source: The Evening Herald.", "Evening Herald", "eveningherald"),
    ],
)
def test_sources_are_named_by_what_follows(text: str, name: str, key: str) -> None:
    found = credits_of(text)
    assert [(c.kind, c.key) for c in found] == [(CreditKind.SOURCE, key)]
    assert name in found[0].name


@pytest.mark.parametrize(
    "text",
    [
        "Source: company filings and our own sums",
        "A source: the harbour is closed for good",
        "Photo credit: Getty Images",
        "Source: Getty Images",
        "Special Reports",
        "EEO Reports",
        "Read more in Sports",
        "Read more on Climate Change",
        "Read the full story",
        "More on Facebook",
        "via Email",
        "From Our Partners",
        "Continue reading",
        "Courtesy of Ann Lee",
        "Odds via Harbour Line",
        "Learn more at harbour.example",
        "Read the full report in English",
        "The novel was first published in France in 1921.",
        "His book was originally published by Harbour Press.",
        "The ship first appeared in the Baltic Sea.",
        "The town is via the old road, he said.",
        "Originally from Norway, he moved to the island.",
    ],
)
def test_labels_of_pages_and_facts_are_no_credit(text: str) -> None:
    assert credits_of(f"{STORY}{text}\n") == ()


# ---- laws

MENTIONS = [
    "The harbour is closed, according to Reuters, and will remain so.",
    "The mayor told CNN that the harbour is closed.",
    "Reuters reported on Thursday, citing Harbour President Ann Lee, that it is closed.",
    "“They will see,” the mayor told AFP.",
    "Wie dpa meldet, ist der Hafen geschlossen.",
    "Selon l'AFP, le port est fermé.",
    "Según EFE, el puerto está cerrado.",
    "Порт закрыт, сообщает Интерфакс, до пятницы.",
    "Theo Reuters, cảng đã đóng cửa.",
]


@pytest.mark.parametrize("sentence", MENTIONS)
def test_a_mention_in_a_sentence_is_never_strong(sentence: str) -> None:
    found = credits_of(STORY + sentence + "\n" + STORY)
    assert {c.kind for c in found} == {CreditKind.MENTION}
    assert all(c.agency or c.key == "cnn" for c in found)


def test_mentions_are_few_and_come_last() -> None:
    names = ("Reuters", "AFP", "ANSA", "EFE", "TASS")
    text = (
        STORY
        + "".join(f"The pier broke, according to {name}, on Monday.\n" for name in names)
        + "via Evening Herald\n"
    )
    found = credits_of(text)
    assert [c.kind for c in found] == [CreditKind.VIA, *[CreditKind.MENTION] * limits.CREDIT_MENTIONS_MAX]


OWN_FORMS = ["PARIS ({}) — The harbour was closed.", "Source: {}", "This article was originally published by {}.",
             "{} reports:", "Read the full story at {}", "(via {})"]  # fmt: skip


@pytest.mark.parametrize("form", OWN_FORMS)
@pytest.mark.parametrize(
    ("publisher", "host", "domain", "name"),
    [
        ("Reuters", "reuters.com", "reuters.com", "Reuters"),
        ("", "apnews.com", "apnews.com", "The Associated Press"),
        ("bbc.co.uk", "bbc.co.uk", "bbc.co.uk", "BBC Sport"),
        ("The Evening Herald", "", "", "Evening Herald"),
        ("", "theherald.example", "theherald.example", "The Herald"),
        ("", "city.herald.example", "herald.example", "City"),
        ("herald.example", "", "herald.example", "herald.example"),
    ],
)
def test_a_publishers_own_name_is_no_credit(
    form: str, publisher: str, host: str, domain: str, name: str
) -> None:
    text = form.format(name) + "\n" + STORY
    assert find_credits(text, "", publisher, domain, host=host) == ()
    assert find_credits(text, "", "Island Post", "post.example") != ()


def test_the_sample_of_the_field() -> None:
    """A site that took a text and says so in a sentence of it."""
    sentence = "The harbour was closed on Tuesday, Ednews informs via CNN.\n"
    found = find_credits(sentence + STORY, "Storm closes harbour", "ednews.net", "ednews.net")
    assert [(c.kind, c.name, c.key, c.text) for c in found] == [
        (CreditKind.VIA, "CNN", "cnn", "Ednews informs via CNN")
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Trend reports citing Interfax.",
        "Trend reports, with reference to Interfax.",
        "передает Trend со ссылкой на Интерфакс.",
        "Trend повідомляє з посиланням на Інтерфакс.",
        "Trend berichtet unter Berufung auf Interfax.",
    ],
)
def test_ones_own_name_before_citing_makes_it_strong(sentence: str) -> None:
    text = f"The harbour was closed on Tuesday, {sentence}\n{STORY}"
    found = find_credits(text, "", "trend.az", "trend.az")
    assert [(c.kind, c.key) for c in found[:1]] == [(CreditKind.VIA, "interfax")]
    others = find_credits(text, "", "Island Post", "post.example")
    assert all(c.kind is CreditKind.MENTION for c in others)


def test_a_headline_is_no_credit() -> None:
    title = "Source: Harbour Office"
    assert credits_of(f"{title}\n{STORY}", title=title) == ()
    assert credits_of(f"{title}\n{STORY}") != ()


def test_of_two_hands_the_nearer_comes_first() -> None:
    found = credits_of(STORY + "Source: Island Post\nSource: Evening Herald\n")
    assert [c.name for c in found] == ["Evening Herald", "Island Post"]


def test_a_name_is_credited_once_by_its_strongest_form() -> None:
    found = credits_of("PARIS (Reuters) - The harbour was closed, according to Reuters.\nSource: Reuters\n")
    assert [(c.kind, c.key) for c in found] == [(CreditKind.DATELINE, "reuters")]


def test_the_longest_name_of_the_table_counts() -> None:
    found = credits_of(STORY + "The pier broke, according to Interfax-Ukraine, on Monday.\n")
    assert [c.key for c in found] == ["interfaxukraine"]


# ---- the table keeps its grammar


@pytest.mark.parametrize(("language", "kind", "place", "phrase", "example"), phrase_table.PHRASES)
def test_every_phrase_of_the_table_credits_by_its_example(
    language: str, kind: str, place: str, phrase: str, example: str
) -> None:
    assert place in ("line", "known", "foot", "text", "head")
    assert language.isalpha() and len(language) == 2
    compiled = compile_phrase(kind, place, phrase)
    assert compiled.after or compiled.suffix
    found = find_credits(f"{STORY}{example}\n", "", "Courier", "courier.example")
    said = [(c.kind, c.scope is CreditScope.PART) for c in found if c.name in ("Evening Herald", "Reuters")]
    wanted = (CreditKind.SOURCE, True) if kind == "part" else (CreditKind(kind), False)
    assert wanted in said, (example, found)


def test_agencies_are_known_by_every_name_and_domain() -> None:
    keys = [key for key, _, _ in AGENCIES]
    assert len(keys) == len(set(keys))
    for key, names, domains in AGENCIES:
        assert [agency_key(names[0]), *(agency_key(d) for d in domains)] == [key] * (1 + len(domains)), key
        assert all(agency_key(name) for name in names), key
        assert all(key in brand_keys("", domain, domain) for domain in domains), key


# ---- the compiled loops and their plain twins


def test_marks_miss_no_anchor_and_bounds_keep_both_ends() -> None:
    """Twin of kernels: whatever is in the table is marked; of too many marks the first and last are kept."""
    table = rules()
    tokens = tokenise(" ".join(f"{name} told the press. " for _, names, _ in AGENCIES for name in names))
    hashes = tokens.hashes.tolist()
    known = [
        at
        for at, token in enumerate(hashes)
        if token in table.singles
        or token in table.exact
        or (at + 1 < len(hashes) and pair_hash(token, hashes[at + 1]) in table.pairs)
    ]
    marked = kernels.marked_tokens(
        tokens.hashes, table.flags, kernels.FLAG_SINGLE, kernels.FLAG_PAIR, 2 * len(hashes)
    ).tolist()
    assert set(known) <= set(marked)
    assert marked == sorted(set(marked))
    assert len(marked) <= len(known) + len(hashes) // 50  # marks in vain are few
    for bound in (2, 10, 11, len(marked) - 1):
        half = bound // 2
        kept = kernels.marked_tokens(
            tokens.hashes, table.flags, kernels.FLAG_SINGLE, kernels.FLAG_PAIR, bound
        ).tolist()
        assert kept == marked[:half] + marked[-half:]


def test_marked_lines_are_those_whose_ends_the_table_holds() -> None:
    table = rules()
    text = "".join(f"{form.format(NAMED)}\n{STORY}" for form in VIA)
    tokens = tokenise(text)
    hashes = tokens.hashes.tolist()
    expected = []
    for number, line in enumerate(tokens.lines.tolist()):
        first, last = line[LINE_TOKEN_START], line[LINE_TOKEN_END]
        ends = (
            hashes[first] in table.line_start
            or hashes[last - 1] in table.line_end
            or (last - first > 1 and pair_hash(hashes[first], hashes[first + 1]) in table.line_pair)
        )
        if ends and 2 <= last - first <= limits.CREDIT_PHRASE_TOKENS_MAX:
            expected.append(number)
    places = kernels.marked_lines(
        tokens.hashes,
        tokens.lines,
        LINE_TOKEN_START,
        LINE_TOKEN_END,
        table.flags,
        kernels.FLAG_LINE_START,
        kernels.FLAG_LINE_PAIR,
        kernels.FLAG_LINE_END,
        limits.CREDIT_PHRASE_TOKENS_MAX,
        limits.CREDIT_CANDIDATES_MAX,
    )
    assert set(expected) <= set(places.tolist())
    assert len(places) <= len(expected) + len(tokens.lines) // 50


# ---- any input

WORDS = [
    "PARIS", "(Reuters)", "(", ")", "—", "-", "CNN", "via", "Source:", "来源：", "出典", "by", "By", "AP", "The", "according to",
    "originally published", "on", "Read the full story at", "Herald", "\n", "\n", " ", ".", "“", "【", "】", "/", "/TASS/",
    "reports:", "informs via", "citing", "Theo", "新华社北京5月3日电", "ที่มา", "المصدر:", "https://herald.example/", "\u200f", "é", "",
]  # fmt: skip


def check_shape(text: str, found: tuple[Credit, ...]) -> None:
    assert len(found) <= limits.CREDITS_MAX
    assert len({c.key for c in found}) == len(found)
    assert [STRENGTH.index(c.kind) for c in found] == sorted(STRENGTH.index(c.kind) for c in found)
    for credit in found:
        assert text[credit.start : credit.end] == credit.text
        assert credit.text
        assert credit.key
        assert 0 < len(credit.name) <= limits.NAME_CHARS_MAX
        assert credit.agency == bool(agency_key(credit.name))


@settings(max_examples=400)
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from(["", " ", "\n"]))
def test_any_row_of_credit_words_yields_sound_credits(words: list[str], between: str) -> None:
    text = between.join(words)
    check_shape(text, credits_of(text))


@given(st.text(max_size=200), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_any_text_yields_sound_credits(text: str, title: str, publisher: str, domain: str) -> None:
    check_shape(text, find_credits(text, title, publisher, domain))


@pytest.mark.parametrize(
    "bait",
    [
        "via ", "(", ")", "(AP) ", "Source: ", "Source:", "a", "A ", "AP ", "according to ", "according to Reuters ", "\n",
        "via CNN\n", "Source: X\n", ".", "— ", "CNN —\n", "/TASS/ ", "originally published by ", "来源：", "【", "】", "新华社",
        "Read the full story at ", "A.", "'", "https://", "Herald-", "Reuters reported ", "e\u0301", "(" * 50 + ")" * 50,
    ],
)  # fmt: skip
def test_bait_of_a_megabyte_is_looked_at_within_bounds(bait: str) -> None:
    """Not timed: a quadratic walk over this would outlast the test session's time limit."""
    text = bait * (1_000_000 // len(bait))
    check_shape(text, credits_of(text))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Источник: Заречинские вести", "Заречинские вести"),
        ("Источник: «Вечерний город»", "Вечерний город"),
        ("Источник: Российская газета.", "Российская газета"),
        ("Fuente: «La voz de la sierra»", "La voz de la sierra"),
        ("Source: Company data", None),
        ("Источник: Фото автора и ещё пять длинных слов подряд", None),
    ],
)
def test_a_source_named_in_small_letters_is_read_to_the_end_of_its_line(line: str, name: str | None) -> None:
    """In quotes, or in Cyrillic; elsewhere a label with small letters names a kind of source, not a paper."""
    found = find_credits(f"Текст о маяке, длинный.\n\n{line}\nДальше.", "", "", "")
    assert [credit.name for credit in found] == ([name] if name else [])
