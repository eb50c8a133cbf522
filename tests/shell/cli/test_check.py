"""`wirecopy check` says who published first and when, and by its exit code whether anybody did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wirecopy import __main__ as command_line
from wirecopy import samples

TEXT: str = json.loads(samples.lines()[0])["body"]


@pytest.mark.parametrize(
    ("published_at", "said"),
    [
        ("2026-05-03T09:30:00Z", "First: Harbour Post · 2026-05-03T09:30:00Z"),
        (None, "First: Harbour Post · date unknown"),
    ],
)
def test_the_first_is_told_with_its_date(
    published_at: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = {"id": "h", "publisher": "Harbour Post", "body": TEXT, "published_at": published_at}
    (tmp_path / "articles.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "text.txt").write_text(TEXT)
    (tmp_path / "own.txt").write_text("Nobody has written this about the quay before, nor will they again.")
    check = ["check", "--against", str(tmp_path / "articles.jsonl")]
    assert command_line.main([*check, str(tmp_path / "text.txt")]) == 4
    assert said in capsys.readouterr().out
    assert command_line.main([*check, str(tmp_path / "own.txt")]) == 0
    assert "First:" not in capsys.readouterr().out


def test_the_articles_may_be_of_any_format_that_scan_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "first.txt").write_text(TEXT)
    (tmp_path / "table.csv").write_text(
        'id,publisher,body\nh,Harbour Post,"' + TEXT.replace('"', '""') + '"\n'
    )
    (tmp_path / "text.txt").write_text(TEXT)
    for against in (folder, tmp_path / "table.csv"):
        assert command_line.main(["check", "--against", str(against), str(tmp_path / "text.txt")]) == 4
    (tmp_path / "none.jsonl").write_text('{"id": "x"}\n')
    capsys.readouterr()
    assert (
        command_line.main(["check", "--against", str(tmp_path / "none.jsonl"), str(tmp_path / "text.txt")])
        == 1
    )
    assert "holds no article that can be read" in capsys.readouterr().err
    (tmp_path / "empty.jsonl").write_bytes(b"")
    assert (
        command_line.main(["check", "--against", str(tmp_path / "empty.jsonl"), str(tmp_path / "text.txt")])
        == 0
    )
