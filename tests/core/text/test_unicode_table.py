"""The table of code points is what its tool writes: whoever changes one changes the other."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from wirecopy.core.text import kernels
from wirecopy.core.text.unicode_table import CLASSES, EXPANSIONS, FOLDS, UNICODE_VERSION

ROOT = Path(__file__).parent.parent.parent.parent
TOOL = ROOT / "tools" / "make_unicode_table.py"


def test_the_table_is_what_its_tool_writes() -> None:
    if unicodedata.unidata_version != UNICODE_VERSION:
        pytest.skip(
            f"the table is of Unicode {UNICODE_VERSION}, this Python has {unicodedata.unidata_version}: "
            "only a Python of the table's version can write it again"
        )
    done = subprocess.run(
        [sys.executable, str(TOOL), "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tables_fit_each_other() -> None:
    """No fold points outside the expansions, and none of these outside Unicode."""
    assert len(CLASSES) == len(FOLDS) == 0x20000
    at = -FOLDS[FOLDS < 0]
    assert at.min() > 0
    counts = EXPANSIONS[at]
    assert counts.min() >= 2
    assert (at + counts < len(EXPANSIONS)).all()
    assert EXPANSIONS.max() < 0x110000
    assert set(np.unique(CLASSES & kernels.KIND_MASK)) <= set(range(6))


ROWS = [
    ("a", kernels.LETTER | kernels.LOWER),
    ("A", kernels.LETTER),
    ("7", kernels.LETTER | kernels.DIGIT),
    (".", kernels.PUNCTUATION | kernels.ENDS_SENTENCE),
    (",", kernels.PUNCTUATION),
    ("\n", kernels.NEWLINE),
    (" ", kernels.SEPARATOR),
    ("\u0301", kernels.DROPPED),
    ("\u200b", kernels.DROPPED),
    ("。", kernels.PUNCTUATION | kernels.ENDS_SENTENCE),
    ("漢", kernels.UNSPACED),
    ("ท", kernels.UNSPACED),
    ("한", kernels.LETTER),
]


@pytest.mark.parametrize(("sign", "expected"), ROWS)
def test_a_sign_is_of_its_class(sign: str, expected: int) -> None:
    assert int(CLASSES[ord(sign)]) & ~kernels.CUTS == expected
