"""The corpus of the golden file: articles of our own, made by a seeded script, and the samples of the demo.

The texts say nothing: words strung into sentences, so many that two seeds share no run by chance. What matters is how they
relate: copies whole and in part, updates, duplicates, credits of each form in many languages, late originals, boilerplate, HTML
and Markdown, hard-wrapped text, two sources in one article, an article that has left the window.

An article's id is its name in the golden file. To widen the corpus, add articles at the end of `ours`: what stands before
them is judged as before. To change one that is there moves verdicts without a reason.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from wirecopy import samples
from wirecopy.core import limits

START_MS = 1_760_000_000_000
STEP_MS = 90_000
HOUR_MS = 3_600_000

# a language -> its words; and a credit as its sites write it, of an agency
WORDS = {
    "en": "harbour council bridge winter minister farmers market river engine school voters budget court museum glacier "
    "storm factory harvest railway election hospital forest teacher signal archive lantern orchard quarry ledger ferry",
    "de": "hafen stadtrat brücke winter ministerin bauern markt fluss schule wähler haushalt gericht museum gletscher sturm "
    "fabrik ernte eisenbahn wahl krankenhaus wald lehrer straße übung größe wünsche räume dächer gemüse schlüssel",
    "fr": "port conseil pont hiver ministre fermiers marché rivière école électeurs budget tribunal musée glacier tempête "
    "usine récolte chemin élection hôpital forêt professeur été façade œuvre naïf château théâtre sœur noël",
    "es": "puerto concejo puente invierno ministra granjeros mercado río escuela votantes presupuesto tribunal museo glaciar "
    "tormenta fábrica cosecha tren elección hospital bosque maestro niño mañana señal corazón árbol canción año público",
    "it": "porto consiglio ponte inverno ministro contadini mercato fiume scuola elettori bilancio tribunale museo ghiacciaio "
    "tempesta fabbrica raccolto ferrovia elezione ospedale bosco maestro città perché università caffè virtù metà però",
    "pt": "porto conselho ponte inverno ministro agricultores mercado rio escola eleitores orçamento tribunal museu geleira "
    "tempestade fábrica colheita ferrovia eleição hospital floresta professor ação coração irmã manhã água têm pões",
    "nl": "haven gemeenteraad brug winter minister boeren markt rivier school kiezers begroting rechtbank museum gletsjer "
    "storm fabriek oogst spoorweg verkiezing ziekenhuis bos leraar ruïne coördinatie geïnd zeeën knieën café ijs",
    "sv": "hamn fullmäktige bro vinter minister bönder marknad älv skola väljare budget domstol museum glaciär storm fabrik "
    "skörd järnväg val sjukhus skog lärare ängar öar åska gård häst sjö björk äpple önskan årstid",
    "pl": "port rada most zima minister rolnicy rynek rzeka szkoła wyborcy budżet sąd muzeum lodowiec burza fabryka zbiory "
    "kolej wybory szpital las nauczyciel źródło żółw łódka ćma ńandu świeca ząb gęś późno",
    "tr": "liman meclis köprü kış bakan çiftçiler pazar nehir okul seçmenler bütçe mahkeme müze buzul fırtına fabrika hasat "
    "demiryolu seçim hastane orman öğretmen ışık İstanbul ağaç gölge şehir çocuk üzüm düğün ısı",
    "ru": "порт совет мост зима министр фермеры рынок река школа избиратели бюджет суд музей ледник буря завод урожай дорога "
    "выборы больница лес учитель ёлка подъезд щётка объект июнь язык эхо юг",
    "el": "λιμάνι συμβούλιο γέφυρα χειμώνας υπουργός αγρότες αγορά ποταμός σχολείο ψηφοφόροι προϋπολογισμός δικαστήριο μουσείο "
    "παγετώνας καταιγίδα εργοστάσιο συγκομιδή τρένο εκλογές νοσοκομείο δάσος δάσκαλος ήλιος ώρα ύδωρ όρος",
    "ar": "ميناء مجلس جسر شتاء وزير مزارعون سوق نهر مدرسة ناخبون ميزانية محكمة متحف جليد عاصفة مصنع حصاد قطار انتخاب مستشفى "
    "غابة معلم شمس قمر بحر جبل كتاب طريق بيت حديقة",
    "he": "נמל מועצה גשר חורף שר חקלאים שוק נהר ביתספר בוחרים תקציב משפט מוזיאון קרחון סערה מפעל קציר רכבת בחירות חולים יער "
    "מורה שמש ירח ים הר ספר דרך בית גן",
    "hi": "बंदरगाह परिषद पुल सर्दी मंत्री किसान बाजार नदी स्कूल मतदाता बजट अदालत संग्रहालय हिमनद तूफान कारखाना फसल रेल चुनाव अस्पताल जंगल "
    "शिक्षक सूरज चांद समुद्र पहाड़ किताब सड़क घर बगीचा",
    "ko": "항구 의회 다리 겨울 장관 농부 시장 강물 학교 유권자 예산 법원 박물관 빙하 폭풍 공장 수확 철도 선거 병원 "
    "숲속 교사 태양 달빛 바다 산맥 책상 도로 "
    "집안 정원",
    "zh": "港口 议会 大桥 冬天 部长 农民 市场 河流 学校 选民 预算 法院 博物馆 冰川 风暴 工厂 收成 铁路 选举 医院 "
    "森林 教师 太阳 月亮 海洋 山脉 书本 道路 "
    "房屋 花园",
    "ja": "港湾 議会 大橋 冬場 大臣 農家 市場 河川 学校 有権者 予算 裁判所 博物館 氷河 嵐が 工場 収穫 鉄道 選挙 病院 "
    "森林 教師 太陽 月光 海洋 山脈 書物 道路 "
    "家屋 庭園",
    "th": "ท่าเรือ สภา สะพาน ฤดูหนาว รัฐมนตรี ชาวนา ตลาด แม่น้ำ โรงเรียน ผู้เลือกตั้ง งบประมาณ ศาล พิพิธภัณฑ์ น้ำแข็ง พายุ โรงงาน "
    "เก็บเกี่ยว รถไฟ โรงพยาบาล ป่าไม้ ครู ดวงอาทิตย์ ดวงจันทร์ ทะเล ภูเขา หนังสือ ถนน บ้าน สวน",
}
UNSPACED = {"zh": ("，", "。"), "ja": ("、", "。"), "th": (" ", " ")}
CREDITS = {
    "en": "Source: Reuters",
    "de": "Quelle: dpa",
    "fr": "Source : AFP",
    "es": "Fuente: EFE",
    "it": "Fonte: ANSA",
    "pt": "Fonte: Lusa",
    "nl": "Bron: ANP",
    "sv": "Källa: TT",
    "pl": "Źródło: PAP",
    "tr": "Kaynak: Anadolu Ajansı",
    "ru": "Источник: ТАСС",
    "el": "Πηγή: ΑΠΕ-ΜΠΕ",
    "ar": "المصدر: رويترز",
    "he": "מקור: רויטרס",
    "hi": "स्रोत: रॉयटर्स",
    "ko": "출처: 연합뉴스",
    "zh": "来源：新华社",
    "ja": "出典：共同通信",
    "th": "ที่มา: รอยเตอร์",
}
ENGLISH_CREDITS = {
    "dateline": ("PORT SELM (Reuters) — ", ""),
    "bare-dateline": ("NORVIK, May 3 — CNN — ", ""),
    "byline": ("By The Associated Press\n\n", ""),
    "via": ("Eastgate News informs via CNN.\n\n", ""),
    "originally": ("", "\n\nThis article was originally published by The Harbour Courier."),
    "read-more": ("", "\n\nRead the full story at Harbour Courier."),
    "appeared": (
        "",
        "\n\nThis story first appeared in The Harbour Courier and is republished with permission.",
    ),
    "mention": ("", "\n\nAccording to Reuters, the plan had been known for months."),
    "parenthesis": ("", " (AFP)"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A raw record of the corpus, and when its log record was appended."""

    id: str
    value: bytes
    time_ms: int


class Writer:
    """Texts by a seed. Only `Random.random` is used, which Python promises not to change."""

    def __init__(self, seed: str, language: str = "en") -> None:
        self._chance = random.Random(f"golden {seed} {language}")
        self._words = WORDS[language].split()
        self._language = language

    def below(self, bound: int) -> int:
        return int(self._chance.random() * bound)

    def sentence(self) -> str:
        count = 11 + self.below(9)
        words = [self._words[self.below(len(self._words))] for _ in range(count)]
        if self._language in UNSPACED:
            comma, stop = UNSPACED[self._language]
            return "".join(words[: count // 2]) + comma + "".join(words[count // 2 :]) + stop
        words[count // 2] += ","
        text = " ".join(words) + "."
        return text[:1].upper() + text[1:]

    def paragraphs(self, count: int, sentences: int = 4) -> list[str]:
        joint = "" if self._language in UNSPACED else " "
        return [joint.join(self.sentence() for _ in range(sentences)) for _ in range(count)]

    def title(self) -> str:
        words = [self._words[self.below(len(self._words))] for _ in range(6)]
        joint = "" if self._language in UNSPACED else " "
        return joint.join(words).capitalize()


class Corpus:
    """Entries in the order of their arrival."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.time_ms = START_MS

    def add(
        self, id_: str, site: str, body: str, title: str = "", age_hours: float = 0.0, **others: Any
    ) -> None:
        """An article of a site, published so long before it arrives."""
        self.time_ms += STEP_MS
        record = {
            "id": id_,
            "url": f"https://www.{site}/{id_}",
            "title": title,
            "published_at": self.time_ms - int(age_hours * HOUR_MS),
            "body": body,
        } | others
        value = json.dumps({k: v for k, v in record.items() if v is not None}, ensure_ascii=False).encode()
        self.entries.append(Entry(id_, value, self.time_ms))


def corpus() -> list[Entry]:
    """The samples, then our own."""
    made = Corpus()
    for line in samples.lines():
        made.time_ms += STEP_MS
        made.entries.append(Entry(f"sample {json.loads(line)['id']}", line, made.time_ms))
    ours(made)
    ids = [entry.id for entry in made.entries]
    assert len(ids) == len(set(ids)), "an article's id is its name in the golden file"
    return made.entries


def ours(made: Corpus) -> None:
    for write in (languages, english_credits, parts, again, late, boilerplate, markup, shapes, window, dates):
        write(made)


def languages(made: Corpus) -> None:
    """In each language an original, a copy with a credit, and a copy of its half."""
    for language, credit in CREDITS.items():
        writer = Writer("language", language)
        title, paragraphs = writer.title(), writer.paragraphs(4)
        made.add(
            f"{language}-original",
            f"first-{language}.example",
            "\n\n".join(paragraphs),
            title,
            1.0,
            language=language,
        )
        copied = "\n\n".join([*paragraphs, credit])
        made.add(f"{language}-copy", f"second-{language}.example", copied, title, 0.5, language=language)
        half = "\n\n".join([*paragraphs[:2], *Writer("half", language).paragraphs(2)])
        made.add(f"{language}-half", f"third-{language}.example", half, writer.title(), language=language)


def english_credits(made: Corpus) -> None:
    """Each form of credit, once on a copy and once on a text whose source nobody sent."""
    for form, (before, after) in ENGLISH_CREDITS.items():
        writer = Writer(f"credit {form}")
        title, text = writer.title(), "\n\n".join(writer.paragraphs(3))
        made.add(
            f"{form}-original", "harbourcourier.example", text, title, 1.0, publisher="The Harbour Courier"
        )
        made.add(f"{form}-copy", "eastgate.example", before + text + after, title, publisher="Eastgate News")
        other = "\n\n".join(Writer(f"lone {form}").paragraphs(3))
        made.add(f"{form}-lone", "eastgate.example", before + other + after, publisher="Eastgate News")


def parts(made: Corpus) -> None:
    """Passages around the least that counts, two sources in one article, a rewritten copy."""
    source = Writer("parts").paragraphs(6)
    made.add("parts-source", "gazette.example", "\n\n".join(source), "Parts of a whole", 2.0)
    words = " ".join(source).split()
    for count in (20, 34, 40, 48, 60, 90):
        mine = Writer(f"parts {count}").paragraphs(3)
        mine.insert(1, " ".join(words[5 : 5 + count]) + ".")
        made.add(f"parts-{count}-words", f"herald-{count}.example", "\n\n".join(mine), "Another view")
    other = Writer("parts other").paragraphs(5)
    made.add("parts-other-source", "tribune.example", "\n\n".join(other), "Of other things", 1.0)
    both = [source[1], other[1], *Writer("parts both").paragraphs(1), source[3], other[3]]
    made.add("parts-of-both", "digest.example", "\n\n".join(both), "What both say")
    spread = Writer("parts spread").paragraphs(4)
    pieces = [
        f"{own} {' '.join(words[at : at + 22])}." for own, at in zip(spread, (0, 60, 120, 180), strict=True)
    ]
    made.add("parts-in-pieces", "pieces.example", "\n\n".join(pieces), "Piece by piece")
    for every in (7, 14, 30):
        changed = [f"{word}ing" if n % every == every - 1 else word for n, word in enumerate(words)]
        made.add(
            f"rewritten-each-{every}",
            f"rewrite-{every}.example",
            " ".join(changed),
            "Parts of a whole, told anew",
        )
    short = Writer("short").sentence()
    made.add("short-source", "gazette.example", short, "A short one", 1.0)
    made.add("short-copy", "herald.example", short, "A short one")


def again(made: Corpus) -> None:
    """What a publisher sends again: the same, a newer version, a correction of it, at another address."""
    writer = Writer("again")
    title, text = writer.title(), writer.paragraphs(5)
    made.add("again-first", "standard.example", "\n\n".join(text), title, 3.0, publisher="The Standard")
    made.add(
        "again-same",
        "standard.example",
        "\n\n".join(text),
        title,
        published_at=None,
        publisher="The Standard",
    )
    made.add("again-dated-later", "standard.example", "\n\n".join(text), title, publisher="The Standard")
    address = "https://www.standard.example/again-first"
    newer = "\n\n".join([*text[:4], *Writer("again newer").paragraphs(2)])
    made.add(
        "again-newer", "standard.example", newer, title, 1.0, url=address, version=2, publisher="The Standard"
    )
    made.add("again-copy", "echo.example", "\n\n".join(text[:4]), title, 0.5)
    anew = "\n\n".join(Writer("again anew").paragraphs(4))
    made.add("again-anew", "standard.example", anew, title, url=address, version=3, publisher="The Standard")
    made.add("again-elsewhere", "standard.example", newer, title + " (updated)", publisher="The Standard")
    made.add("again-edition", "standard.co.uk", "\n\n".join(text), title, publisher="The Standard")
    made.add("again-echo", "echo.example", "\n\n".join(text[:4]), title, version=2)


def late(made: Corpus) -> None:
    """Originals that come after their copies, by credit and by date; and dates that nobody should trust."""
    for name, age, credit in (
        ("dated", 9.0, ""),
        ("credited", 0.0, "\n\nThis article was originally published by The Late Post."),
        ("both", 9.0, "\n\nThis article was originally published by The Late Post."),
    ):
        writer = Writer(f"late {name}")
        title, text = writer.title(), "\n\n".join(writer.paragraphs(4))
        made.add(f"late-{name}-copy", "quick.example", text + credit, title, 1.0)
        made.add(f"late-{name}-second-copy", "quicker.example", text, title, 0.5)
        made.add(f"late-{name}-original", "latepost.example", text, title, age, publisher="The Late Post")
    text = "\n\n".join(Writer("late untrusted").paragraphs(4))
    made.add("late-untrusted-first", "steady.example", text, "Dates", 1.0)
    made.add("late-untrusted-epoch", "zero.example", text, "Dates", published_at=0)
    made.add("late-untrusted-future", "ahead.example", text, "Dates", published_at="2190-01-01T00:00:00Z")
    made.add("late-untrusted-none", "undated.example", text, "Dates", published_at=None)
    conflict = "\n\n".join(Writer("conflict").paragraphs(4))
    made.add("conflict-first", "one.example", conflict, "Whose", 2.0)
    made.add("conflict-copy", "two.example", conflict + "\n\nSource: Reuters", "Whose", 1.0)
    made.add("conflict-third", "three.example", conflict + "\n\nSource: AFP", "Whose", 3.0)

    text = "\n\n".join(Writer("conflict of date").paragraphs(4))
    made.add("conflict-named", "named.example", text, "Who was first", 1.0, publisher="The Named Paper")
    naming = text + "\n\nThis article was originally published by The Named Paper."
    made.add("conflict-naming-earlier", "naming.example", naming, "Who was first", 5.0)
    text = "\n\n".join(Writer("conflict mutual").paragraphs(4))
    to = "\n\nThis article was originally published by The {}."
    made.add(
        "conflict-left",
        "left.example",
        text + to.format("Right Post"),
        "Both",
        2.0,
        publisher="The Left Post",
    )
    made.add(
        "conflict-right",
        "right.example",
        text + to.format("Left Post"),
        "Both",
        1.0,
        publisher="The Right Post",
    )


def boilerplate(made: Corpus) -> None:
    """A site that says the same below each article, another that borrows it, and what an article quotes of it."""
    block = "\n\n".join(Writer("boilerplate").paragraphs(2))
    for number in range(6):
        text = "\n\n".join(Writer(f"boilerplate {number}").paragraphs(2))
        credit = "\n\nOriginally published by Reuters." if number < 4 else ""
        made.add(f"boilerplate-{number}", "repeats.example", f"{text}\n\n{block}{credit}", f"Number {number}")
    borrowed = "\n\n".join([*Writer("borrowed").paragraphs(2), block])
    made.add("boilerplate-borrowed", "borrows.example", borrowed, "Borrowed")
    copied = "\n\n".join(Writer("boilerplate 2").paragraphs(2))
    made.add("boilerplate-copied", "copies.example", copied, "Number 2")


def markup(made: Corpus) -> None:
    """HTML, Markdown, entities, an IPTC ninjs item, lines cut at a width; the same text each time."""
    writer = Writer("markup", "fr")
    title, text = writer.title(), writer.paragraphs(4)
    made.add("markup-plain", "plain.example", "\n\n".join(text), title, 1.0)
    inner = "".join(f"<p>{one.replace('é', '&eacute;')}</p>" for one in text)
    page = (
        f"<!DOCTYPE html><html><head><title>{title}</title><script>var a = '<p>';</script></head><body>"
        f"<nav><ul>{'<li><a href=/x>Home</a></li>' * 8}</ul></nav><h1>{title}</h1><article>{inner}</article>"
        "<footer>© 2026 &amp; all rights</footer></body></html>"
    )
    made.add("markup-html", "html.example", page, title, content_type="text/html")
    marked = "\n\n".join(one.replace(", ", ", [voir](https://www.plain.example/a?b=c) ", 1) for one in text)
    made.add(
        "markup-markdown", "markdown.example", f"# {title}\n\n{marked}\n\n[1]: https://plain.example", title
    )
    wrapped = "\n\n".join("\n".join(one[at : at + 70] for at in range(0, len(one), 70)) for one in text)
    made.add("markup-wrapped", "wrapped.example", wrapped, title)
    item = {
        "uri": "urn:golden:ninjs",
        "type": "text",
        "versioncreated": "2025-10-09T12:00:00Z",
        "headline": title,
        "body_text": "\n\n".join(text),
        "language": "fr",
        "version": "2",
    }
    made.time_ms += STEP_MS
    made.entries.append(Entry("markup-ninjs", json.dumps(item).encode(), made.time_ms))


def shapes(made: Corpus) -> None:
    """Pages around an article, tables, one line, letters that fold together."""
    writer = Writer("shapes")
    title, text = writer.title(), writer.paragraphs(4)
    made.add("shapes-source", "source.example", "\n\n".join(text), title, 1.0)
    links = "\n".join(f"{word.capitalize()} | News | Sport" for word in WORDS["en"].split()[:12])
    about = "About us\n\n" + Writer("about").paragraphs(1)[0]
    page = "\n".join([links, title, "3 May 2026", *text, "Related", links, about])
    made.add("shapes-page", "page.example", page, title)
    made.add("shapes-one-line", "line.example", " ".join(text), title)
    made.add("shapes-capitals", "capitals.example", "\n\n".join(text).upper(), title)
    accents = "\n\n".join(text).replace("e", "ｅ").replace("fi", "ﬁ").replace("'", "’")
    made.add("shapes-wide-letters", "wide.example", accents, title)
    table = "\n".join(f"{n} {writer.below(90)} {writer.below(900)} points" for n in range(40))
    made.add("shapes-table", "table.example", table, "Results")
    made.add("shapes-table-again", "other-table.example", table, "Results")
    quote = '"' + Writer("quote").sentence().removesuffix(".") + '," the minister said.'
    for number in (1, 2):
        around = Writer(f"quote {number}").paragraphs(3)
        made.add(
            f"shapes-quote-{number}", f"quotes-{number}.example", "\n\n".join([around[0], quote, *around[1:]])
        )


def window(made: Corpus) -> None:
    """A copy within the window renews its source; one far beyond it finds nothing."""
    text = Writer("window").paragraphs(3)
    made.add("window-source", "old.example", "\n\n".join(text), "Old", 1.0)
    made.time_ms += limits.WINDOW_MS * 8 // 10
    made.add("window-copy", "young.example", "\n\n".join(text), "Old")
    made.time_ms += limits.WINDOW_MS * 8 // 10
    made.add("window-renewed", "younger.example", "\n\n".join(text), "Old")
    made.time_ms += limits.WINDOW_MS * 2
    made.add("window-gone", "youngest.example", "\n\n".join(text), "Old")


DATES = {
    "unread": "the day before yesterday",
    "ambiguous": "02/03/2024",
    "placeholder": "1970-01-01T00:00:00Z",
    "no-zone": "2025-10-09 08:53:20",
    "zone-ambiguous": "Thu, 09 Oct 2025 08:53:20 IST",
    "day-only": "2025-10-09",
    "local-midnight": "2025-10-09T00:00:00+02:00",
    "apart": "2019-10-09T08:53:20Z",
}


def dates(made: Corpus) -> None:
    """A copy that bears a date of each kind which may not be earlier, whatever it seems to be."""
    for name, written in DATES.items():
        writer = Writer(f"date {name}")
        title, body = writer.title(), "\n\n".join(writer.paragraphs(3))
        made.add(f"date-{name}-original", "almanac.example", body, title, 0.5)
        made.add(f"date-{name}-copy", "calendar.example", body, title, published_at=written)
