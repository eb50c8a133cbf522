"""Whether a licence allows a copy is said where the file says it, and never guessed."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.shell.desk.test_in_the_pipeline import watching
from tests.shell.desk.test_watch_pages import fill, get, post
from tests.shell.desk.verdicts import verdict
from tests.shell.standalone.served import serving
from wirecopy import samples
from wirecopy.core.model import VerdictKind
from wirecopy.core.records.enriched import republication_of
from wirecopy.core.records.fields import FieldPaths
from wirecopy.shell.desk.licences import LicenceFault, licences_of
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan

LICENCES = """
complete = ["alder.example"]

[[licence]]
from = ["alder.example", "Elm"]
to = ["birch.example"]

[[licence]]
from = ["alder.example"]
to = ["cedar.example"]
since = 2026-01-01
until = 2026-03-31

[[licence]]
from = ["dogwood.example"]
to = ["*"]
"""
ALDER, DOGWOOD, ELM = (
    ("Alder", "https://alder.example/1"),
    ("Dogwood", "https://dogwood.example/1"),
    ("Elm", ""),
)
BIRCH, CEDAR, FIR = (f"https://{site}.example/c" for site in ("birch", "cedar", "fir"))


def ms(year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("original", "publisher", "url", "published", "expected"),
    [
        (ALDER, "Birch", BIRCH, None, True),
        (ALDER, "Fir", FIR, None, False),  # all of Alder's licences are in the file
        (("Oak", "https://oak.example/1"), "Birch", BIRCH, None, None),  # of Oak's nothing is
        (ALDER, "Birch", "", None, None),  # a name, and the file names a site: it may be another Birch
        (("Alder", ""), "Birch", BIRCH, None, None),
        (("Alder", ""), "Fir", FIR, None, None),
        (ALDER, "Birch", "https://birch.test/c", None, False),
        (ELM, "Birch", BIRCH, None, True),  # the file names Elm as the record does
        (DOGWOOD, "Anybody", FIR, None, True),
        (ALDER, "Cedar", CEDAR, ms(2026, 1, 1), True),
        (ALDER, "Cedar", CEDAR, ms(2026, 3, 31, 23), True),
        (ALDER, "Cedar", CEDAR, ms(2026, 4, 1), False),
        (ALDER, "Cedar", CEDAR, ms(2025, 12, 31), False),
        (ALDER, "Cedar", CEDAR, None, None),  # no date, so it may have been allowed
    ],
)
def test_a_copy_is_licensed_unlicensed_or_not_known(
    tmp_path: Path,
    original: tuple[str, str],
    publisher: str,
    url: str,
    published: int | None,
    expected: bool | None,
) -> None:
    (tmp_path / "licences").write_text(LICENCES)
    licences = licences_of(str(tmp_path / "licences"), {})
    assert licences.licensed(publisher, url, published, verdict(original=original)) is expected
    update = verdict(VerdictKind.UPDATE, original=original, extent=None)
    assert licences.licensed(publisher, url, published, update) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("licence = 3", "tables"),
        ("licenses = []", "unknown: licenses"),
        ("[[licence]]\nfrom = ['a.example']", "required"),
        ("[[licence]]\nfrom = ['a.example']\nto = ['b']\nuntil = 3", "day"),
        ("[[licence]]\nfrom = 'a.example'\nto = ['b']", "list"),
        ("[[licence]]\nfrom = ['a']\nto = ['b']\nuntill = 2026-01-01", "untill"),
        ("complete = [3]", "list"),
        ("=", "cannot be read"),
    ],
)
def test_a_file_of_licences_that_cannot_be_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "licences").write_text(text)
    with pytest.raises(LicenceFault, match=said):
        licences_of(str(tmp_path / "licences"), {})


OURS = """
complete = ["meridianpress.example"]

[[licence]]
from = ["meridianpress.example"]
to = ["dailyharbour.example"]
"""


async def test_records_and_matches_say_it_in_scan_and_in_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "licences.toml"
    path.write_text(OURS)
    enriched, matches = io.BytesIO(), io.BytesIO()
    licensed = licences_of(str(path), {}).licensed
    lists = watching()
    lists.licensed = licensed
    options = ScanOptions(FieldPaths(), {}, watching=lists, licensed=licensed)
    lines = (Line(number, value) for number, value in enumerate(samples.lines()))
    scan(lines, ScanOutputs(enriched=enriched, matches=matches), options)
    said = {}
    for line in enriched.getvalue().splitlines():
        record = json.loads(line)
        found = republication_of(record["republication"])
        assert found is not None and found.licensed is record["republication"]["licensed"]
        said[record["id"]] = found.licensed
    assert said["dailyharbour-9001"] is True and False in said.values() and None in said.values()
    for line in matches.getvalue().splitlines():
        match = json.loads(line)
        if match["cause"] == "verdict":
            expected = said[match["article"]["id"]]
            assert match["licensed"] is expected and match["republication"]["licensed"] is expected
    async with serving(tmp_path / "data", monkeypatch, licences_file=str(path)) as port:
        await post(port, "/api/watches", {"id": "w", "publishers": ["Meridian Press"], "unlicensed": True})
        await fill(port)
        served = {
            one["id"]: one["republication"]["licensed"] for one in (await get(port, "/api/enriched")).lines
        }
        assert served == said
        told = {
            one["article"]["id"]
            for one in (await get(port, "/api/matches")).lines
            if one["cause"] == "verdict"
        }
        assert told and "dailyharbour-9001" not in told
        tried = await post(port, "/api/watches/try", {"publishers": ["Meridian Press"], "unlicensed": True})
        assert {one["id"] for one in tried.json["matches"]} == told
