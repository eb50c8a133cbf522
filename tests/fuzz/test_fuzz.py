"""Any bytes from outside come to a verdict, a reason or a refusal: targets.py, some thousand cases of each target."""

from __future__ import annotations

import pytest

from tests.fuzz.targets import CASES, TARGETS

FOUND = [
    ("headers", 5),  # a dead letter whose headers alone were larger than its topic takes
    ("headers", 1063110011984),  # a version of 2**56 and more: our own log refused it
    ("settings", 11),  # a file in the secrets directory that is not UTF-8
    ("settings", 23),  # a secret in a file by another setting's name was printed
    ("settings", 333),  # a name of a certificate that no file system takes
]


def test_ten_thousand_cases_are_tried() -> None:
    assert CASES.keys() == TARGETS.keys()
    assert sum(CASES.values()) >= 10_000


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_come_to_an_end_that_is_said(name: str) -> None:
    TARGETS[name](range(CASES[name]))


@pytest.mark.parametrize(("name", "seed"), FOUND)
def test_what_was_found_stays_mended(name: str, seed: int) -> None:
    TARGETS[name](range(seed, seed + 1))
