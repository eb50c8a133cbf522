"""Two articles side by side: what is coloured is what the verdict counts, the words say the numbers, nothing
is injected.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from wirecopy import __main__ as command_line
from wirecopy import samples

RECORDS = {record["id"]: record for record in map(json.loads, samples.lines())}
WIRE: str = RECORDS["meridian-4411"]["body"]
PAGE: str = RECORDS["eastgate-70125"]["body"]


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert command_line.main(["explain", *arguments]) == 0
    return capsys.readouterr().out


@pytest.fixture
def texts(tmp_path: Path) -> tuple[str, str]:
    first, second = tmp_path / "wire.txt", tmp_path / "page.txt"
    first.write_text(WIRE, encoding="utf-8")
    second.write_text(PAGE, encoding="utf-8")
    return str(first), str(second)


@pytest.fixture
def enriched(tmp_path: Path) -> str:
    source, out = tmp_path / "in.jsonl", tmp_path / "enriched.jsonl"
    source.write_bytes(b"\n".join(samples.lines()))
    assert command_line.main(["scan", str(source), "-o", str(out), "--quiet"]) == 0
    return str(out)


def marked(page: str, kind: str) -> list[str]:
    return re.findall(rf'<mark class="{kind}">([^<]*)</mark>', page.partition("<tbody>")[2])


def test_two_files_are_judged_and_their_shared_words_marked(
    texts: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = explained(capsys, *texts, "--publishers", "Meridian Press", "Eastgate News")
    assert out.startswith("Eastgate News: full republication of Meridian Press")
    assert "of this text appears in Meridian Press's article and makes up" in out
    assert "⟦" in out, "without colours, signs enclose what is matched"
    assert "⟪" in out, "the credit is shown where it stands"
    assert "more lines" in out, "the headline list is left out"


def test_marked_words_are_the_same_on_both_sides(texts: tuple[str, str], tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    assert command_line.main(["explain", *texts, "--html", str(page)]) == 0
    left: list[str] = []
    right: list[str] = []
    for row in re.findall(
        r"<tr><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td></tr>", page.read_text("utf-8"), re.DOTALL
    ):
        for side, words in zip(row, (left, right), strict=True):
            words += re.findall(
                r"\w+", " ".join(re.findall(r'<mark class="matched">([^<]*)</mark>', side)).lower()
            )
    assert left == right
    assert len(left) > 300
    assert not {"velensky", "velenskyy"} & {*left}, "a name spelt otherwise is an island"
    assert "headlines" not in right, "the list below the article is no match"


def test_records_are_explained_by_the_verdict_that_they_carry(
    enriched: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(enriched)
    text = path.read_text(encoding="utf-8")
    out = explained(capsys, "meridian-4411", "eastgate-70125", "--in", enriched)
    assert out.startswith("Eastgate News: full republication of Meridian Press")
    assert "The text itself credits its source: “" in out
    lines = text.splitlines()
    number = next(i for i, line in enumerate(lines) if json.loads(line)["id"] == "eastgate-70125")
    record = json.loads(lines[number])
    record["republication"]["share"] = 0.1234
    lines[number] = json.dumps(record)
    path.write_text("\n".join(lines), encoding="utf-8")
    assert "12 % of this text" in explained(capsys, "meridian-4411", "eastgate-70125", "--in", enriched)


def test_records_are_found_by_any_id_that_they_go_by(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their own, in letters of any script; their address, and their position, where they bring none."""
    source, out = tmp_path / "in.jsonl", tmp_path / "enriched.jsonl"
    records = [
        {"id": "Füßе-1", "body": WIRE, "publisher": "one"},
        {"url": "https://two.example/a", "body": WIRE, "publisher": "two"},
        {"body": WIRE, "publisher": "three"},
    ]
    source.write_text("\n".join(map(json.dumps, records)))
    assert command_line.main(["scan", str(source), "-o", str(out), "--quiet"]) == 0
    for id_, publisher in (("https://two.example/a", "two"), ("scan/0/2", "three")):
        told = explained(capsys, "Füßе-1", id_, "--in", str(out))
        assert told.startswith(f"{publisher}: full republication of one")


@pytest.mark.parametrize("pair", [("eastgate-70121", "eastgate-70128"), ("lanternweekly-88", "quillpost-12")])
def test_what_is_only_template_is_shared_and_not_matched(
    pair: tuple[str, str], enriched: str, tmp_path: Path
) -> None:
    page = tmp_path / "out.html"
    assert command_line.main(["explain", *pair, "--in", enriched, "--html", str(page), "--all"]) == 0
    assert marked(page.read_text("utf-8"), "matched") == []
    assert len(" ".join(marked(page.read_text("utf-8"), "shared")).split()) > 100


def test_html_bodies_are_shown_as_text_and_matched_where_they_show_it(tmp_path: Path) -> None:
    first, second, page = tmp_path / "a.txt", tmp_path / "b.html", tmp_path / "out.html"
    first.write_text(WIRE, encoding="utf-8")
    paragraphs = "".join(f"<p>{part.replace('—', '&mdash;')}</p>" for part in WIRE.split("\n\n"))
    second.write_text(
        f"<html><head><title>Ferry &amp; more</title></head><body><nav>Home</nav>{paragraphs}</body></html>"
    )
    assert command_line.main(["explain", str(first), str(second), "--html", str(page)]) == 0
    text = page.read_text("utf-8")
    assert "Ferry &amp; more" in text
    words = " ".join(marked(text, "matched")).split()
    assert len(words) > 1.8 * len(WIRE.split()), "both sides of nearly every word"
    assert marked(text, "shared") == []


HOSTILE = '<script>alert(1)</script> <img src=x onerror=alert(2)> "quoted" & \x1b[31m \u202egnp '


def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = []
    for name in ("a", "b"):
        record = {
            "id": f"{name}</td>{HOSTILE}",
            "title": HOSTILE,
            "publisher": f"{name}{HOSTILE}",
            "body": HOSTILE + WIRE,
        }
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(record))
    out = explained(capsys, *map(str, files))
    assert "\x1b" not in out and "\u202e" not in out and "␛[31m" in out
    page = tmp_path / "out.html"
    assert command_line.main(["explain", *map(str, files), "--html", str(page)]) == 0
    seen = Tags()
    seen.feed(page.read_text("utf-8"))
    assert seen.names <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "ul",
        "li",
        "p",
        "mark",
        "span",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert seen.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "dir", "colspan"}
    assert not {"\x1b", "\u202e"} & {*page.read_text("utf-8")}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.txt", "wire.txt"], "No such file"),
        (["empty.txt", "wire.txt"], "Cannot judge"),
        (["no.json", "wire.txt"], "Cannot judge"),
        (["nobody", "nobody", "--in", "in.jsonl"], "no enriched record with the id “nobody”"),
    ],
)
def test_what_cannot_be_explained_is_told_with_exit_code_one(
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wire.txt").write_text(WIRE, encoding="utf-8")
    Path("empty.txt").write_text(" ", encoding="utf-8")
    Path("no.json").write_text("no json", encoding="utf-8")
    Path("in.jsonl").write_bytes(b"\n".join(samples.lines()))
    assert command_line.main(["explain", *arguments]) == 1
    assert sentence in capsys.readouterr().err
