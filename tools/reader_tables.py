"""Write docs/readers.md: what libraries make of dates, pages, packed files and lag, and what Wirecopy makes of them.

`python -m tools.reader_tables` installs the libraries at the versions below into a temporary folder, runs the programs
of `tools/readers/` there (they know nothing of Wirecopy), adds our own reading beside them, and writes the page. It
needs the package registries, the commands gzip, bzip2, xz and zstd, Java and Maven, and takes four minutes; so it is no
part of the tests or of CI. Raise a version here and run it again to see what has changed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final

from tools import lag_table
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.model import DateDoubt, Outcome, RawArticle, RawPosition
from wirecopy.core.records.dates import read_date
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw
from wirecopy.shell.files.lines import LineReader

ROOT: Final = Path(__file__).resolve().parent.parent
READERS: Final = ROOT / "tools" / "readers"
PAGE: Final = ROOT / "docs" / "readers.md"
VERSIONS: Final = {
    "dates": {
        "ciso8601": "2.4.1",
        "dateparser": "1.5.0",
        "feedparser": "6.0.14",
        "htmldate": "1.11.0",
        "python-dateutil": "2.9.0.post0",
    },
    "extractors": {
        "html-text": "0.7.1",
        "newspaper4k": "0.9.6",
        "readability-lxml": "0.9",
        "resiliparse": "2.0.1",
        "trafilatura": "2.3.1",
    },
    "packed": {
        "cramjam": "2.14.0",
        "duckdb": "2.0.1",
        "indexed-bzip2": "1.7.0",
        "pyarrow": "26.0.1",
        "zstandard": "0.25.0",
    },
    "lag": {
        "aiokafka": "0.14.0",
        "confluent-kafka": "2.16.1",
        "kafka-python": "3.0.12",
    },
}
PIP: Final = "26.3"
Row = dict[str, Any]
FRAME_CHARS_MAX: Final = 30  # lines of a page that are no article: its menu and its footer
LOG_TIME_MS: Final = 1_700_000_000_000


def installed(name: str, folder: Path) -> str:
    """The Python that has the pinned libraries, installed under `folder`."""
    environment = folder / name
    venv.create(environment, with_pip=True)
    python = str(environment / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"pip=={PIP}"], check=True)  # older ones cannot resolve the extractors' extras
    wanted = [f"{package}=={version}" for package, version in VERSIONS[name].items()]
    subprocess.run([*pip, *wanted], check=True)
    return python


def run(name: str, folder: Path) -> list[Row]:
    """The rows that tools/readers/NAME.py prints."""
    python = installed(name, folder)
    if name == "lag":
        return lag_table.rows(python, READERS / "lag.py", folder)
    done = subprocess.run(
        [python, str(READERS / f"{name}.py")], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"tools/readers/{name}.py failed:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def versions(name: str) -> str:
    return ", ".join(f"{package} {version}" for package, version in VERSIONS[name].items())


def table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


# ---- dates
def own_date(written: str) -> str:
    """What Wirecopy reads, in the form of tools/readers/dates.py."""
    time_ms, doubt = read_date(written)
    if time_ms is None:
        return "no time"
    zone = " without zone" if doubt in (DateDoubt.NO_ZONE, DateDoubt.ZONE_AMBIGUOUS) else "Z"
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M") + zone


def dates(rows: list[Row]) -> Iterator[str]:
    libraries = list(dict.fromkeys(row["library"] for row in rows))
    read = {(row["written"], row["library"]): row["read"] for row in rows}
    true = {row["written"]: row["true"] for row in rows}
    yield "## Dates that readers misread\n"
    yield (
        "Each column is what the reader makes of the text in the first column. **Bold** is another moment than the "
        "one written, without a word of doubt. “Without zone” is right where the text names none; where it does name "
        "one, most programs go on as if it were UTC. Wirecopy refuses what has two readings, says in `basis` what a date "
        "leaves open, and then keeps the order of arrival.\n"
    )
    yield f"Read with {versions('dates')}, and Python's own `email.utils`.\n"

    def cell(written: str, said: str) -> str:
        right = said in (true[written], "no time") or "without zone" in said or len(said) == len("2024-05-03")
        return (
            said if right and true[written] != "ambiguous" else said if said == "no time" else f"**{said}**"
        )

    head = ["as written", "true", *libraries, "Wirecopy"]
    yield from table(
        head,
        [
            [
                f"`{written}`",
                true[written],
                *(cell(written, read[written, library]) for library in libraries),
                own if "without zone" in (own := own_date(written)) else cell(written, own),
            ]
            for written in true
        ],
    )
    yield ""


# ---- pages
def copied(first: str, second: str) -> str:
    """The verdict on a text by another publisher, once the first was published."""
    if not second.strip():
        return "no text"
    engine = Engine()
    said = ""
    for offset, (body, host) in enumerate(((first, "harbour.example"), (second, "island.example"))):
        record = {"id": str(offset), "url": f"https://{host}/pier", "publisher": host, "body": body}
        position = RawPosition("readers", 0, offset)
        article = decode_raw(json.dumps(record).encode(), position, FieldPaths(), {})
        assert isinstance(article, RawArticle), "our own page can be read"
        proposal = engine.propose(article)
        outcome = engine.replay(offset, LOG_TIME_MS + offset, proposal.value)
        assert isinstance(outcome, Outcome), "our own record can be replayed"
        verdict = enrich(proposal, outcome)
        said = f"{verdict.kind.value} {verdict.share:.2f}"
    return said


def changed(text: str, plain: str) -> str:
    """The characters that an extraction lost or added, white space and the page's own frame aside."""
    kept = "".join(line for line in text.splitlines() if len(line) > FRAME_CHARS_MAX)
    lost, added = [], []
    for tag, from_1, to_1, from_2, to_2 in SequenceMatcher(None, plain, kept, autojunk=False).get_opcodes():
        if tag != "equal":
            lost += [c for c in plain[from_1:to_1] if not c.isspace() or tag == "replace"]
            added += [c for c in kept[from_2:to_2] if c != "\n"]
    return f"−{len(''.join(lost).strip())} +{len(added)}"


def pages(rows: list[Row]) -> Iterator[str]:
    libraries = list(dict.fromkeys(row["library"] for row in rows))
    found = {(row["case"], row["library"]): row for row in rows}
    yield "## What extraction libraries do to a text before it reaches us\n"
    yield (
        "One article, written in HTML as the first column says. Each cell: characters lost and added by the library, "
        "then Wirecopy's verdict and share for its output, sent by another publisher after the plain text. The last "
        "column is the page itself, which Wirecopy reads as HTML. Quotation marks that a page writes as `<q>` are "
        "lost by every library: send the page where quotations matter.\n"
    )
    yield f"Read with {versions('extractors')}.\n"
    lines = []
    for case in dict.fromkeys(row["case"] for row in rows):
        cells = [
            f"{changed(one['text'], one['plain'])}: {copied(one['plain'], one['text'])}"
            for one in (found[case, library] for library in libraries)
        ]
        own = found[case, libraries[0]]
        lines.append([case, *cells, copied(own["plain"], own["page"])])
    yield from table(["case", *libraries, "the page itself"], lines)
    yield ""


# ---- packed files
def own_lines(path: Path) -> str:
    """How many lines `wirecopy scan` reads of a packed file, or that it says what is wrong."""
    try:
        with LineReader(str(path)) as lines:
            return str(sum(1 for line in lines if line.value))
    except Exception:
        return "error"


def packed(rows: list[Row], folder: Path) -> Iterator[str]:
    yield "## Packed files: which reader reads to the end\n"
    yield (
        "Each file holds six lines in two parts: two members, streams or frames, padded between them where the name "
        "says so, and behind skippable frames as `pzstd` writes them. **Bold** lost lines without an error.\n"
    )
    yield f"Read with {versions('packed')}, Python's own modules and the commands.\n"
    read: dict[str, list[str]] = {}
    for row in rows:
        lines = row["lines"]
        said = f"{row['reader']} {lines}" if lines in (6, "error") else f"**{row['reader']} {lines}**"
        read.setdefault(row["file"], []).append(said)
    yield from table(
        ["file", "readers and the lines that each read", "Wirecopy"],
        [[f"`{name}`", "; ".join(said), own_lines(folder / name)] for name, said in read.items()],
    )
    yield ""


# ---- lag
def lag(rows: list[Row]) -> Iterator[str]:
    yield "## Lag and transactions: which tool counts what\n"
    yield (
        "Each row is a raw topic whose reader has got all there is and has committed the offset after its last record, as "
        "most programs do. The end of a transaction takes an offset that no reader gets, and so do the records of an "
        "aborted one. **Bold** is lag where nothing waits: alerts and scalers that go by it never come to rest. Wirecopy "
        "commits its position past them, so that every tool says of its group what its own metric says, but for an open "
        "transaction, which some count.\n"
    )
    yield f"Asked of Apache Kafka {lag_table.KAFKA} with its own command, {versions('lag')}. Transactions have three records.\n"
    tools = list(dict.fromkeys(row["tool"] for row in rows))
    said = {(row["case"], row["tool"]): row["lag"] for row in rows}
    yield from table(
        ["raw topic", *tools],
        [
            [case, *(f"**{lag}**" if (lag := said[case, tool]) else "0" for tool in tools)]
            for case in dict.fromkeys(row["case"] for row in rows)
        ],
    )
    yield ""


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = {part: run(part, folder) for part in VERSIONS}
        lines = [
            "# What readers make of dates, pages, packed files and lag\n",
            (
                "Three places where an article can change before Wirecopy sees it, what each reader did with our own input, "
                "and what tools say of a topic that was read to its end. Written by `python -m tools.reader_tables`, which "
                "installs the libraries and runs them.\n"
            ),
            *dates(found["dates"]),
            *pages(found["extractors"]),
            *packed(found["packed"], folder),
            *lag(found["lag"]),
        ]
    PAGE.write_text("\n".join(lines).rstrip() + "\n", "utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
