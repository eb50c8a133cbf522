"""The engine on what the world sends: other scripts, respelt names, texts made to break it."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.core.story import FIELDS, NOW_MS, TOPIC, Desk, article, prose
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.model import Basis, Extent, Outcome, RawArticle, RawPosition, VerdictKind
from wirecopy.core.records.raw import decode_raw, encode_correction, encode_enriched

ORIGINAL, REPUBLICATION = VerdictKind.ORIGINAL, VerdictKind.REPUBLICATION


# ---- languages: texts of our own
LANGUAGES = {
    "ja": (
        "北の港町では、六つの漁協が来年一月から一つの漁獲枠を分け合う"
        "ことで合意した。水産大臣は金曜日、小さな船の船長たちも話し合"
        "いに加わるべきだと述べた。"
        "大型船の持ち主たちは手紙で削減を受け入れると伝えたが、何人が"
        "署名したのかは明らかにされていない。島の加工場で働く人の半分"
        "は、漁獲が減れば仕事を失うおそれがある町に住んでいる。"
        "監視船は三隻しかなく、そのうち一隻は修理中だ。大臣は、月のな"
        "い夜に誰も船を出さないと誰が約束できるのかと問いかけた。町長"
        "は来週、宿屋に四十の村の代表を迎える。"
    ),
    "th": (
        "รัฐมนตรีประมงกล่าวเมื่อวันศุกร"
        "์ว่าต้องการให้เมืองท่าทางเหนือ"
        "ทั้งหกแห่ง"
        "แบ่งโควตาปลาร่วมกันตั้งแต่เดือนมกราคม "
        "และขอให้ส่งกัปตันเรือเล็กมาร่ว"
        "มการเจรจาในฤดูร้อน "
        "เจ้าของเรือใหญ่ส่งจดหมายมาว่าย"
        "อมรับการลดปริมาณการจับปลา "
        "แต่ไม่มีใครบอกว่ามีผู้ลงชื่อกี่คน "
        "คนงานครึ่งหนึ่งของโรงงานอาศัยอ"
        "ยู่ในเมืองที่จะเสียรายได้ "
        "หน่วยลาดตระเวนมีเรือเพียงสามลำ"
        "และหนึ่งลำกำลังซ่อมอยู่ "
        "นายกเทศมนตรีจะต้อนรับผู้แทนจาก"
        "สี่สิบหมู่บ้านในสัปดาห์หน้าที่"
        "โรงแรมของเ"
        "ขาเอง"
    ),
    "ar": (
        "قالت وزيرة الصيد يوم الجمعة إنها ت"
        "ريد أن تتقاسم موانئ الشمال الستة ح"
        "صة واحدة من سمك القد ابتداء من "
        "شهر يناير، وطلبت من البلدات أن"
        " ترسل قباطنة القوارب الصغيرة إ"
        "لى المحادثات في الصيف. "
        "وأضافت أن أصحاب السفن الكبيرة أك"
        "دوا لها في رسالة أنهم سيقبلون ال"
        "خفض، لكنها لم تذكر كم منهم وقع "
        "عليها. ويعيش نصف عمال المصانع في بلدات ستخسر جزءا من صيدها. "
        "ولا تملك دورية المراقبة سوى ثلاثة "
        "قوارب أحدها قيد الإصلاح، وسيستقبل "
        "رئيس البلدية مندوبي أربعين قرية "
        "في نزله الأسبوع المقبل."
    ),
    "ko": (
        "수산부 장관은 금요일 북부의 여섯 항구가 내년 1월부터"
        " 하나의 어획량을 나누기를 바란다며 작은 배의 선장들도"
        " 여름 회담에 보내 달라고 요청했다. "
        "대형 어선의 선주들은 편지에서 감축을 받아들이겠다고 했"
        "지만 몇 명이 서명했는지는 알려지지 않았다. 가공 공장"
        " 노동자의 절반은 어획이 줄어들 마을에 살고 있다. "
        "순찰선은 세 척뿐이고 그중 한 척은 수리 중이다. 시장은 다"
        "음 주에 마흔 개 마을의 대표들을 자기 여관에서 맞이할 예정"
        "이다. 장관은 달 없는 밤에 누가 약속을 지킬지 물었다."
    ),
    "zh": (
        "渔业部长周五表示，她希望北方六个港口从明年一月起共享同一个鳕"
        "鱼配额，并请各镇派小船的船长参加夏天的谈判。大船的船主在信中"
        "保证接受削减，但没有人知道有多少人签了名。"
        "加工厂一半的工人住在将要失去部分渔获的镇上。巡逻队只有三条船"
        "，其中一条还在修理。部长问道，谁能保证在没有月亮的夜里没有人"
        "出海。镇长下周将在自己的旅馆里接待四十个村庄的代表。"
    ),
    "ru": (
        "Министр рыболовства заявила в пятн"
        "ицу, что шесть северных портов дол"
        "жны с января делить одну квоту "
        "на треску, и попросила города "
        "прислать на летние переговоры "
        "капитанов малых лодок. "
        "Владельцы больших траулеров в пис"
        "ьме согласились на сокращение, но"
        " сколько из них подписали его, "
        "она не сказала. Половина рабоч"
        "их заводов живёт в городах, ко"
        "торые потеряют часть улова. "
        "У дозора всего три катера, один "
        "из них в ремонте, а мэр ждёт на "
        "следующей неделе делегатов из "
        "сорока деревень."
    ),
}
OTHER = {
    "ja": (
        "山の村の小学校では、春から新しい図書館が開かれる。大工の棟梁は、古い校舎の梁を使って棚を作"
        "ったと話した。子どもたちは毎朝、読みたい本を一冊ずつ運び込み、先生はその題名を黒板に書いた"
        "。"
    ),
    "th": ("โรงเรียนบนภูเขาจะเปิดห้องสมุดใหม่ในฤดูใบไม้ผลิ ช่างไม้ใช้คานเก่าทำชั้นหนังสือ และเด็กทุกคนนำหนังสือมาคนละเล่มทุกเช้า"),
    "ar": (
        "ستفتح مدرسة القرية الجبلية مكتبة "
        "جديدة في الربيع، وقد صنع النجار ر"
        "فوفها من عوارض المبنى القديم، "
        "ويحمل الأطفال كل صباح كتابا واحدا إلى قاعتها."
    ),
    "ko": (
        "산골 초등학교에 봄부터 새 도서관이 문을 연다. 목수는 옛 교실의 들보로 책장을 만들었고 "
        "아이들은 아침마다 책을 한 권씩 날랐다."
    ),
    "zh": "山村小学春天将开放新的图书馆。木匠用旧校舍的横梁做了书架，孩子们每天早上搬来一本想读的书，老师把书名写在黑板上。",
    "ru": (
        "В горной школе весной откроют нов"
        "ую библиотеку: плотник сделал пол"
        "ки из балок старого здания, а "
        "дети каждое утро приносят по одной книге."
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_copy_is_found_in_any_script_and_a_neighbour_is_not(language: str) -> None:
    desk = Desk()
    desk.send(LANGUAGES[language], "agency.com", language=language)
    assert desk.send(OTHER[language], "neighbour.com", language=language).verdict.kind is ORIGINAL
    copy = OTHER[language][:40] + "\n\n" + LANGUAGES[language]
    desk.send(copy, "paper.com", language=language)
    verdict = desk.shown()
    assert verdict.kind is REPUBLICATION
    assert verdict.sources[0].publisher == "agency.com"
    assert verdict.source_share > 0.8
    taken = "".join(copy[p.start : p.end] for p in verdict.passages)
    assert len(taken) > 0.8 * len(LANGUAGES[language])


# ---- what copiers change
def respelt(text: str) -> str:
    return text.replace("minister", "ministerr").replace("harbour", "harbor").replace("council", "counsil")


DASHES = str.maketrans({",": " –", ".": "!"})
CHANGES: list[tuple[str, Any]] = [
    ("names respelt", respelt),
    ("capitals", str.upper),
    ("full width", lambda text: text.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)})),
    ("other punctuation", lambda text: text.translate(DASHES)),
    ("soft hyphens", lambda text: text.replace("ar", "a\u00adr")),
    ("zero-width spaces inside words", lambda text: text.replace("er", "e\u200br")),
    ("accents", lambda text: text.replace("e", "e\u0301")),
    ("no paragraphs", lambda text: text.replace("\n\n", " ")),
    ("a sentence a line", lambda text: text.replace(". ", ".\n\n")),
    ("direction marks", lambda text: "\u202a" + text.replace(" ", " \u200e") + "\u202c"),
    (
        "every 25th word another",
        lambda text: " ".join("so" if n % 25 == 9 else w for n, w in enumerate(text.split(" "))),
    ),
]


@pytest.mark.parametrize(("what", "change"), CHANGES, ids=[row[0] for row in CHANGES])
@pytest.mark.parametrize("seed", range(2))
def test_a_copy_is_found_whatever_was_done_to_its_letters(what: str, change: Any, seed: int) -> None:
    desk = Desk()
    story = prose(seed, 260)
    desk.send(prose(seed + 70, 260), "other.com")
    desk.send(story, "agency.com", id="a")
    verdict = desk.send(change(story), "paper.com").verdict
    assert verdict.kind is REPUBLICATION
    assert verdict.extent is Extent.FULL
    assert [s.id for s in verdict.sources] == ["a"]


def test_an_html_page_is_judged_by_what_it_shows() -> None:
    desk = Desk()
    story = prose(3, 200)
    desk.send(story, "agency.com", id="a")
    inner = "".join(f"<p>{p}</p>\n" for p in story.split("\n\n"))
    body = f"<html><head><style>p {{}}</style></head><body><nav>Home News</nav>{inner}</body></html>"
    desk.send(body, "paper.com", content_type="text/html")
    verdict = desk.shown()
    assert verdict.kind is REPUBLICATION
    assert verdict.share > 0.9
    taken = "".join(body[p.start : p.end] for p in verdict.passages)
    assert taken.startswith(story[:30])
    assert story.rstrip(".")[-30:] in taken


# ---- updates and re-sends
def test_the_same_body_again_is_a_duplicate() -> None:
    desk = Desk()
    story = prose(1, 200)
    desk.send(story, "paper.com", id="a")
    verdict = desk.send(story, "paper.com", id="b").verdict
    assert (verdict.kind, verdict.share, verdict.source_share) == (VerdictKind.DUPLICATE, 1.0, 1.0)
    assert Basis.SAME_BODY in verdict.basis
    assert verdict.original is not None
    assert verdict.original.id == "a"


DAY_MS = 24 * 3600 * 1000
REISSUES = [
    ("sent again", [0, 0], VerdictKind.DUPLICATE),
    ("dated later", [0, DAY_MS], VerdictKind.UPDATE),
    ("dated earlier", [DAY_MS, 0], VerdictKind.DUPLICATE),
    ("the later one again", [0, DAY_MS, DAY_MS], VerdictKind.DUPLICATE),
]


@pytest.mark.parametrize(("what", "times", "kind"), REISSUES, ids=[row[0] for row in REISSUES])
def test_the_same_body_under_a_later_date_is_an_update(
    what: str, times: list[int], kind: VerdictKind
) -> None:
    desk = Desk()
    story = prose(1, 200)
    for number, time in enumerate(times):
        at = datetime.fromtimestamp((NOW_MS + 1000 + time) / 1000, UTC).isoformat()
        verdict = desk.send(story, "paper.com", id=f"v{number}", published_at=at).verdict
    assert verdict.kind is kind
    assert Basis.SAME_BODY in verdict.basis
    assert verdict.original is not None
    assert verdict.original.id == "v0"


def test_an_update_says_that_a_version_of_its_story_had_its_url() -> None:
    desk = Desk()
    story = prose(1, 200)
    desk.send(story, "paper.com", id="a", url="https://paper.com/a")
    desk.send(story, "paper.com", id="b", url="https://paper.com/b")
    longer = story + "\n\n" + prose(2, 60)
    verdict = desk.send(longer, "paper.com", id="c", url="https://paper.com/b").verdict
    assert verdict.kind is VerdictKind.UPDATE
    assert {*verdict.basis} == {Basis.SAME_URL, Basis.SAME_PUBLISHER}


def test_an_update_is_measured_by_the_first_version() -> None:
    desk = Desk()
    parts = [prose(n, 120) for n in range(3)]
    for number in range(3):
        body = "\n\n".join(reversed(parts[: number + 1]))
        verdict = desk.send(body, "paper.com", id=f"v{number}", url="https://paper.com/live").verdict
    assert verdict.kind is VerdictKind.UPDATE
    assert [source.id for source in verdict.sources] == ["v0"]
    assert verdict.share == pytest.approx(1 / 3, abs=0.05)


VERSIONS = [
    ("the same id and URL", {"id": "a", "url": "https://paper.com/a"}, Basis.SAME_URL),
    ("the same URL", {"id": "b", "url": "https://paper.com/a"}, Basis.SAME_URL),
    ("the same site", {"id": "b", "url": "https://paper.com/b"}, Basis.SAME_PUBLISHER),
]


@pytest.mark.parametrize(("what", "fields", "basis"), VERSIONS, ids=[row[0] for row in VERSIONS])
def test_a_longer_version_is_an_update_of_the_first(what: str, fields: dict[str, Any], basis: Basis) -> None:
    desk = Desk()
    story = prose(1, 200)
    desk.send(story, "paper.com", id="a", url="https://paper.com/a")
    verdict = desk.send(story + "\n\n" + prose(2, 60), "paper.com", **fields).verdict
    assert verdict.kind is VerdictKind.UPDATE
    assert basis in verdict.basis
    assert verdict.original is not None
    assert verdict.original.id == "a"


def test_a_copy_of_which_a_third_was_cut_is_found() -> None:
    desk = Desk()
    story = prose(0, 260)
    desk.send(story, "agency.com", id="a")
    cut = ". ".join(s for n, s in enumerate(story.split(". ")) if n % 3)
    verdict = desk.send(cut, "paper.com").verdict
    assert (verdict.kind, [s.id for s in verdict.sources]) == (REPUBLICATION, ["a"])
    assert verdict.share > 0.9
    assert 0.5 < verdict.source_share < 0.8


# ---- hostile texts
HOSTILE: dict[str, str] = {
    "one word": "word " * 1_000_000,
    "one letter": "a" * 1_000_000,
    "one line": prose(1, 200_000).replace("\n\n", " "),
    "a sentence again and again": "The council voted for the bridge on Monday. " * 20_000,
    "empty lines": "x\n" + "\n" * 300_000,
    "lines of one word": "word\n" * 100_000,
    "bars": "| " * 300_000 + "x",
    "nothing but marks": "\u0301" * 100_000 + "x",
    "zero width": "\u200b" * 100_000 + "x",
    "NUL": "a\x00b\x00" * 50_000,
    "surrogates": "\ud800 \udfff lone " * 20_000,
    "right to left": "\u202e" + "שלום עולם " * 20_000,
    "Hangul jamo": "\u1112\u1161\u11ab " * 50_000,
    "ligatures that grow": "\ufdfa" * 50_000,
    "emoji": "👩\u200d💻🏽 " * 30_000,
    "brackets": "(" * 200_000 + ")" * 200_000,
    "tags": "<div>" * 60_000,
    "entities": "&amp;" * 100_000,
    "credits": "PARIS (Reuters) — By AP. Source: CNN. " * 10_000,
    "quotes": "“" * 100_000 + "x",
    "one sign": "x",
    "punctuation": "... — !!! ???",
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_judged_and_its_copy_found_alike(name: str) -> None:
    """Whatever it holds: it goes through every stage, twice, and the same body from the same site is a duplicate."""
    desk = Desk()
    outcomes: list[Outcome] = []
    for site in ("one.com", "one.com", "two.com"):
        raw = json.dumps(
            {"id": f"{site}{len(outcomes)}", "url": f"https://{site}/{len(outcomes)}", "body": HOSTILE[name]}
        )
        sent = decode_raw(raw.encode(), RawPosition(TOPIC, 0, len(outcomes)), FIELDS, {})
        assert isinstance(sent, RawArticle)
        proposal = propose(sent)
        outcomes.append(desk.apply(proposal))
        verdict = enrich(proposal, outcomes[-1])
        json.loads(encode_enriched(sent, verdict))
        for passage in verdict.passages:
            assert 0 <= passage.start < passage.end <= len(sent.body)
        for correction in outcomes[-1].corrections:
            json.loads(encode_correction(correction))
    assert [o.verdict.kind for o in outcomes[:2]] == [outcomes[0].verdict.kind, VerdictKind.DUPLICATE]


@pytest.mark.timeout(240)
def test_a_line_of_ten_megabytes_goes_through_every_stage() -> None:
    line = (prose(5, 30_000).replace("\n\n", " ") + " ") * 50
    assert len(line) > 10_000_000
    engine = Engine()
    kinds = []
    for n in range(2):
        proposal = propose(article(line, offset=n, url=f"https://p{n}.com/1"))
        outcome = engine.replay(n, NOW_MS, proposal.value)
        assert isinstance(outcome, Outcome)
        kinds.append(enrich(proposal, outcome).kind)
    assert kinds == [ORIGINAL, REPUBLICATION]


@pytest.mark.parametrize("seed", range(4))
def test_a_stream_of_junk_is_judged_to_the_end(seed: int) -> None:
    """Pieces of every hostile text and of prose, strung together at random."""
    chance = random.Random(seed)
    desk = Desk()
    pieces = [text[:200] for text in HOSTILE.values()] + [prose(n, 40) for n in range(8)]
    for number in range(40):
        body = chance.choice(["", " ", "\n"]).join(chance.choices(pieces, k=chance.randint(1, 8)))
        outcome = desk.send(body, f"s{number % 5}.com", title=chance.choice(pieces)[:80])
        verdict = desk.shown()
        text = desk.proposals[-1].article.body
        assert all(0 <= p.start < p.end <= len(text) for p in verdict.passages)
        assert 0 <= verdict.share <= 1
        assert 0 <= verdict.source_share <= 1
        assert 0 <= verdict.boilerplate_share <= 1
        assert outcome.verdict.story
