"""Who was first is never said by a date that leaves it open: the spans of dates hold the true moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.fingerprint.test_record import a_record
from wirecopy.core import limits
from wirecopy.core.fingerprint.record import decode_record, encode_record
from wirecopy.core.model import Basis, DateDoubt
from wirecopy.core.records.dates import read_date
from wirecopy.core.timing import (
    DATE_BASES,
    dates_agree,
    earlier,
    earlier_version,
)
from wirecopy.core.values import replace

HOUR = 3_600_000
EXCEL = datetime(1899, 12, 30, tzinfo=UTC).replace(tzinfo=None)
NOW = 1_714_730_400_000


@dataclass
class Article:
    published_at_ms: int | None
    date_doubt: DateDoubt | None = None


zones = st.integers(-limits.ZONE_WEST_HOURS * 4, limits.ZONE_EAST_HOURS * 4).map(
    lambda q: timezone(timedelta(minutes=15 * q))
)
FORMS = {
    "a moment": lambda m: m.isoformat(),
    "no zone": lambda m: m.strftime("%Y-%m-%d %H:%M:%S"),
    "a zone of several meanings": lambda m: m.strftime("%a, %d %b %Y %H:%M:%S IST"),
    "a bare date": lambda m: m.strftime("%Y-%m-%d"),
    "midnight in UTC": lambda m: m.strftime("%Y-%m-%dT00:00:00Z"),
    "midnight of its zone": lambda m: m.replace(hour=0, minute=0, second=0).isoformat(),
    "a spreadsheet's day": lambda m: (m.replace(tzinfo=None) - EXCEL).days,
}


@st.composite
def dated(draw: st.DrawFn) -> tuple[int, Article]:
    """A true moment, and an article that says it in some form, in some zone."""
    second = draw(st.integers(1_700_000_000, 1_700_600_000))
    local = datetime.fromtimestamp(second, UTC).astimezone(draw(zones))
    read = read_date(FORMS[draw(st.sampled_from(sorted(FORMS)))](local))
    return second * 1000, Article(read.time_ms, read.doubt)


@settings(max_examples=2000, deadline=None)
@given(dated(), dated())
def test_who_says_that_he_was_first_was_first(here: tuple[int, Article], there: tuple[int, Article]) -> None:
    if earlier(here[1], there[1]):
        assert here[0] < there[0]
        assert not earlier(there[1], here[1])
        assert dates_agree(here[1], there[1])


D = DateDoubt
ROWS = [
    ("moments", Article(NOW), Article(NOW + 1), True),
    ("the same moment", Article(NOW), Article(NOW), False),
    ("one has no date", Article(None, D.UNREAD), Article(NOW), False),
    ("no zone, nine hours", Article(NOW, D.NO_ZONE), Article(NOW + 9 * HOUR), False),
    ("no zone, three days", Article(NOW, D.NO_ZONE), Article(NOW + 72 * HOUR), True),
    ("a bare date of the day before", Article(NOW - 33 * HOUR, D.DAY_ONLY), Article(NOW), False),
    ("two bare dates, a day apart", Article(NOW, D.DAY_ONLY), Article(NOW + 24 * HOUR, D.DAY_ONLY), False),
    ("two bare dates, two days apart", Article(NOW, D.DAY_ONLY), Article(NOW + 48 * HOUR, D.DAY_ONLY), True),
    ("a day of its zone", Article(NOW, D.LOCAL_MIDNIGHT), Article(NOW + 24 * HOUR), True),
    ("the same day of its zone", Article(NOW, D.LOCAL_MIDNIGHT), Article(NOW + 23 * HOUR), False),
    ("years apart", Article(NOW - 400 * 24 * HOUR), Article(NOW), False),
    ("expired months later", Article(NOW), Article(NOW + 100 * 24 * HOUR), False),
]


@pytest.mark.parametrize(("what", "here", "there", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_dates_tell_no_more_than_they_say(what: str, here: Article, there: Article, expected: bool) -> None:
    assert earlier(here, there) is expected, what


def test_versions_of_one_publisher_are_told_by_what_is_left_open_alike() -> None:
    assert earlier_version(Article(NOW, D.NO_ZONE), Article(NOW + 1, D.NO_ZONE))
    assert not earlier_version(Article(NOW, D.NO_ZONE), Article(NOW + 1))


@pytest.mark.parametrize("doubt", [None, *DateDoubt])
def test_what_a_date_leaves_open_goes_through_the_log(doubt: DateDoubt | None) -> None:
    for time_ms in (None, NOW, -NOW):
        record = replace(a_record(), published_at_ms=time_ms, date_doubt=doubt)
        back = decode_record(encode_record(record))
        assert (back.published_at_ms, back.date_doubt) == (time_ms, doubt)  # type: ignore[union-attr]


def test_the_basis_has_a_word_for_every_doubt() -> None:
    assert {basis.value for basis in Basis if basis.value.startswith("date_")} == {
        b.value for b in DATE_BASES.values()
    }
