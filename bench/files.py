"""How fast `scan` reads a crawler's archive and a table: `python -m bench files [--pages 2000] [--articles 20000]`.

Pages of our own, in the size of those in Common Crawl's CC-NEWS: an article of some 550 words in a template of its site,
with navigation, teasers, scripts and styles, some 1,200 elements. A third are copies of earlier articles on other sites. The
loop beside it does what the extraction library needs alone: WARC records read, decoded, extracted, and nothing kept.

Each program runs in a process of its own, one after the other and in turns; the best of `--repeats` counts. Memory is the
largest resident set of that process, its workers apart.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
SITES: Final = 40
COPIES: Final = 0.34
SYLLABLES: Final = [
    "ba", "be", "bi", "bo", "da", "de", "di", "do", "fa", "fe", "ga", "go", "ha", "he", "ka", "ke", "la", "le", "li", "lo",
    "ma", "me", "mi", "na", "ne", "no", "pa", "pe", "ra", "re", "ri", "sa", "se", "so", "ta", "te", "to", "va", "ve", "za",
]  # fmt: skip
LOOP: Final = "loop"
ALONE: Final = "the extraction library alone"
START: Final = "one article"  # what a scan costs before it judges


def words(chance: random.Random, count: int) -> list[str]:
    return ["".join(chance.choice(SYLLABLES) for _ in range(chance.randint(1, 4))) for _ in range(count)]


def paragraphs(chance: random.Random, vocabulary: list[str]) -> list[str]:
    """An article's text: sentences of 8 to 24 words, 9 to 14 paragraphs."""
    found = []
    for _ in range(chance.randint(9, 14)):
        sentences = []
        for _ in range(chance.randint(2, 4)):
            sentence = " ".join(chance.choice(vocabulary) for _ in range(chance.randint(8, 24)))
            sentences.append(sentence.capitalize() + ".")
        found.append(" ".join(sentences))
    return found


@dataclass(frozen=True, slots=True)
class Site:
    """A site's template: what stands around its articles."""

    host: str
    head: str
    menu: str
    foot: str

    def page(self, title: str, text: list[str], teasers: list[str], published_at: str) -> str:
        body = "".join(f"<p>{one}</p>\n" for one in text)
        aside = "".join(
            f'<li class="teaser c{n}"><div class="card"><div class="card-media"><a href="/a/{n}"><picture><source '
            f'srcset="/i/{n}-640.webp 640w, /i/{n}-1280.webp 1280w"><img src="/i/{n}.jpg" alt="{one}"></picture></a></div>'
            f'<div class="card-body"><span class="label">News</span><h3><a href="/a/{n}">{one}</a></h3><p>{one}</p>'
            f"<footer><time>1 h</time><span>{n}</span></footer></div></div></li>"
            for n, one in enumerate(teasers)
        )
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta property="article:published_time" content="{published_at}">{self.head}</head><body>{self.menu}'
            f'<main><article><h1>{title}</h1><div class="body">{body}</div></article></main>'
            f"<aside><ul>{aside}</ul></aside>{self.foot}</body></html>"
        )


def sites(chance: random.Random, vocabulary: list[str]) -> list[Site]:
    found = []
    for number in range(SITES):
        rules = "".join(
            f".c{n}{{margin:{n}px;color:#{chance.randrange(1 << 24):06x};display:flex}}" for n in range(350)
        )
        script = ";".join(f'var v{n}={{"k":"{chance.choice(vocabulary)}","n":{n}}}' for n in range(600))
        menu = "".join(f'<li><a href="/s/{n}">{chance.choice(vocabulary)}</a></li>' for n in range(80))
        foot = "".join(f"<p>{' '.join(chance.choices(vocabulary, k=12))}</p>" for _ in range(8))
        found.append(
            Site(
                f"www.site{number}.example",
                f"<style>{rules}</style><script>{script}</script>",
                f"<header><nav><ul>{menu}</ul></nav></header>",
                f"<footer>{foot}</footer>",
            )
        )
    return found


def articles(count: int) -> Iterator[tuple[int, str, list[str], str]]:
    """Number of the site, title, paragraphs, time; some are another site's copy of an earlier one."""
    chance = random.Random(1)
    vocabulary = words(chance, 6_000)
    earlier: list[tuple[str, list[str]]] = []
    for number in range(count):
        if earlier and chance.random() < COPIES:
            title, text = chance.choice(earlier[-2_000:])
        else:
            title, text = (
                " ".join(chance.choices(vocabulary, k=8)).capitalize(),
                paragraphs(chance, vocabulary),
            )
            earlier.append((title, text))
        minute = number % 40_000
        at = f"2026-03-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z"
        yield chance.randrange(SITES), title, text, at


def write_warc(path: Path, count: int) -> int:
    """A .warc.gz, each record its own gzip member; returns the bytes of its pages."""
    chance = random.Random(2)
    all_sites = sites(chance, words(chance, 3_000))
    size = 0
    with path.open("wb") as file:
        for number, (site, title, text, at) in enumerate(articles(count)):
            teasers = [" ".join(words(chance, 9)) for _ in range(40)]
            page = all_sites[site].page(title, text, teasers, at).encode()
            size += len(page)
            http = (
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
                % len(page)
            )
            head = (
                "WARC/1.0\r\nWARC-Type: response\r\n"
                f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\nWARC-Date: {at}\r\n"
                f"WARC-Target-URI: https://{all_sites[site].host}/a/{number}\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http) + len(page)}\r\n\r\n"
            ).encode()
            file.write(gzip.compress(head + http + page + b"\r\n\r\n", 6))
    return size


def write_tables(folder: Path, count: int) -> None:
    """The same articles as JSON lines and as Parquet."""
    arrow = __import__("pyarrow")
    parquet = __import__("pyarrow.parquet").parquet
    rows = [
        {
            "id": f"n{number}",
            "url": f"https://www.site{site}.example/a/{number}",
            "title": title,
            "published_at": at,
            "body": "\n\n".join(text),
        }
        for number, (site, title, text, at) in enumerate(articles(count))
    ]
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    parquet.write_table(arrow.Table.from_pylist(rows), folder / "articles.parquet", row_group_size=5_000)


def loop(path: Path) -> None:
    """What the extraction library needs for the same pages."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str

    with path.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=True):
            page = bytes_to_str(record.reader.read(), record.http_charset or "utf-8")
            extract_plain_text(page, main_content=True, alt_texts=False, noscript=False)


def timed(arguments: list[str]) -> tuple[float, float]:
    """Seconds and MB of a process that is expected to succeed."""
    began = time.perf_counter()
    code = (
        "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return time.perf_counter() - began, int(done.stdout) / 1024


def measured(programs: dict[str, list[str]], count: int, repeats: int) -> dict[str, Any]:
    """Articles a second, start-up included and not, and MB. Programs take turns, so that a busy minute hits all."""
    best: dict[str, tuple[float, float]] = {}
    for _ in range(repeats):
        for name, arguments in programs.items():
            seconds, megabytes = timed(arguments)
            kept = best.get(name, (float("inf"), 0.0))
            best[name] = (min(kept[0], seconds), max(kept[1], megabytes))
    start, _ = best.pop(START)
    found = {}
    for name, (seconds, mb) in best.items():
        working = seconds - (0.0 if name == ALONE else start)
        found[name] = {"per_second": count / seconds, "working": count / working, "mb": mb}
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(f"--{LOOP}", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.loop:
        loop(options.loop)
        return 0
    scan = [sys.executable, "-m", "wirecopy", "scan", "--quiet"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warc, out = folder / "pages.warc.gz", str(folder / "out.jsonl")
        size = write_warc(warc, options.pages)
        print(f"{options.pages:,} pages of {size / options.pages / 1024:.0f} KB")
        (folder / "one.jsonl").write_text('{"body": "words"}\n')
        start = [*scan, str(folder / "one.jsonl"), "-o", out]
        programs = {
            START: start,
            ALONE: [sys.executable, __file__, f"--{LOOP}", str(warc)],
            "scan": [*scan, str(warc), "-o", out],
            "scan --jobs 2": [*scan, str(warc), "-o", out, "--jobs", "2"],
        }
        show(measured(programs, options.pages, options.repeats), "pages")
        write_tables(folder, options.articles)
        programs = {START: start} | {
            what: [*scan, str(folder / what), "-o", out] for what in ("articles.jsonl", "articles.parquet")
        }
        programs["articles.jsonl to .parquet"] = [
            *scan,
            str(folder / "articles.jsonl"),
            "-o",
            str(folder / "out.parquet"),
        ]
        show(measured(programs, options.articles, options.repeats), "articles")
    return 0


def show(found: dict[str, Any], what: str) -> None:
    """Each with its ratio to the first, start-up left out."""
    first = next(iter(found.values()))["working"]
    table = io.StringIO()
    table.write(
        f"| program | {what} a second | without start-up | of the first | MB |\n|---|---|---|---|---|\n"
    )
    for name, each in found.items():
        ratio = each["working"] / first
        table.write(
            f"| {name} | {each['per_second']:,.0f} | {each['working']:,.0f} | {ratio:.2f} | {each['mb']:,.0f} |\n"
        )
    print(table.getvalue())


if __name__ == "__main__":
    raise SystemExit(main())
