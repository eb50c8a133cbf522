"""A date means the moment that its writer meant, or says what it leaves open, or is not read: never another moment.

Each writer below is a program's form, over random moments and zones. Whatever is written, what is read must hold the true
moment within the span that it claims; so a form that nobody thought of may be unread, and never wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wirecopy.core import limits
from wirecopy.core.model import DateDoubt
from wirecopy.core.records.date_words import MONTHS, WEEKDAYS
from wirecopy.core.records.dates import NO_DATE, read_date
from wirecopy.core.records.zones import AMBIGUOUS, PLACES, ZONES, place_minutes

MAY_3_10 = 1714730400000
DAY = 86_400_000
EXCEL = datetime(1899, 12, 30, tzinfo=UTC).replace(tzinfo=None)
NO_ZONE, DAY_ONLY, ZERO = DateDoubt.NO_ZONE, DateDoubt.DAY_ONLY, DateDoubt.PLACEHOLDER
UNREAD, TWO_WAYS, SEVERAL = DateDoubt.UNREAD, DateDoubt.AMBIGUOUS, DateDoubt.ZONE_AMBIGUOUS
LOCAL = DateDoubt.LOCAL_MIDNIGHT
ROWS: list[tuple[object, int | None, DateDoubt | None]] = [
    # ISO 8601 and its neighbours
    *(
        (text, MAY_3_10, None)
        for text in (
            "2024-05-03T10:00:00Z",
            "2024-05-03t10:00:00z",
            "2024-05-03T12:00:00+02:00",
            "2024-05-03T12:00:00+0200",
            "2024-05-03T12+02:00",
            "20240503T100000Z",
            "20240503T1000Z",
            "2024-05-03 10:00:00 UTC",
            "2024-05-03 10:00:00 GMT",
            "2024-05-03 12:00:00 +0200 CEST",
            "2024-05-03 12:00:00+02",
            "2024-05-03T10:00Z",
            "2024-05-03T10Z",
            "  2024-05-03T10:00:00Z ",
            "2024-05-03T12:00:00+02:00[Europe/Paris]",
            "2024-05-03T10:00:00Z[UTC]",
            "2024-05-03 10:00:00.0 +0000 UTC m=+0.012",
            "2024-W18-5T10:00:00Z",
            "2024-124T10:00:00Z",
            "2024/05/03 10:00:00 +0000",
            "２０２４-05-03T10:00:00Z",
            "2024-05-03T05:00:00\u221205:00",
        )
    ),
    ("2024-05-03T10:00:00.250999Z", MAY_3_10 + 250, None),
    ("2024-05-03T10:00:00,25Z", MAY_3_10 + 250, None),
    ("2024-05-03T10:00:00.123456789Z", MAY_3_10 + 123, None),
    ("2024-05-03 10:00:00", MAY_3_10, NO_ZONE),
    ("2024-05-03T10:00", MAY_3_10, NO_ZONE),
    ("2024-05-03", MAY_3_10 - 36_000_000, DAY_ONLY),
    ("2024-05-03T00:00:00Z", MAY_3_10 - 36_000_000, DAY_ONLY),
    ("2024-05-03T00:00:00-05:00", MAY_3_10 - 18_000_000, LOCAL),
    ("2024-05-02T24:00:00Z", MAY_3_10 - 36_000_000, DAY_ONLY),
    ("2024-W18-5", MAY_3_10 - 36_000_000, DAY_ONLY),
    # RFC 5322 and what feeds make of it
    *(
        (text, MAY_3_10, None)
        for text in (
            "Fri, 03 May 2024 10:00:00 GMT",
            "Fri, 03 May 2024 12:00:00 +0200",
            "Fri, 03 May 2024 05:00:00 -05:00",
            "Fri, 03 May 2024 13:00:00 +03",
            "Fri, 03 May 2024 02:00:00 AKDT",
            "Fri, 03 May 2024 12:00:00 CEST",
            "Fri, 03 May 2024 19:00:00 JST",
            "Fri, 03 May 2024 05:00:00 EST",
            "Fri, 03 May 2024 13:00:00 GMT+3",
            "Fri, 03 May 2024 12:00:00 +0200 (CEST)",
            "Fri, 03 May 2024 10:00 Z",
            "3 May 2024 10:00:00 UT",
            "Friday, 03-May-24 10:00:00 GMT",
            "Fri, 3 May 24 10:00:00 GMT",
            "Fri, 03 May 2024 05:00 AM EST",
            "vie, 03 may 2024 10:00:00 GMT",
            "пт, 3 мая 2024 13:00:00 +0300",
            "Fr., 03 Mai 2024 12:00:00 +0200",
        )
    ),
    ("Fri, 03 May 2024 10:00:00 -0000", MAY_3_10, None),
    ("Fri, 03 May 2024 10:00:00 K", MAY_3_10, NO_ZONE),
    ("Fri, 03 May 2024 10:00:00", MAY_3_10, NO_ZONE),
    *(
        (f"Fri, 03 May 2024 10:00:00 {zone}", MAY_3_10, SEVERAL)
        for zone in ("IST", "CST", "BST", "ET", "AST")
    ),
    # JavaScript, Java, C, Go, Ruby
    *(
        (text, MAY_3_10, None)
        for text in (
            "Fri May 03 2024 06:00:00 GMT-0400 (Eastern Daylight Time)",
            "Fri May 03 12:00:00 CEST 2024",
            "Fri May 03 10:00:00 +0000 2024",
            "Fri May 03 2024 19:00:00 GMT+0900 (日本標準時)",
            "new Date(1714730400000)",
            "/Date(1714730400000+0200)/",
            "Fri May  3 10:00:00 UTC 2024",
        )
    ),
    ("Fri May  3 10:00:00 2024", MAY_3_10, NO_ZONE),
    ("5/13/2024, 5:30:00\u202fPM", MAY_3_10 + 10 * DAY + 27_000_000, NO_ZONE),
    ("2024/5/3 10:00:00", MAY_3_10, NO_ZONE),
    ("2024. 5. 3. 오전 10:00:00", MAY_3_10, NO_ZONE),
    ("2024年5月3日 上午10:00", MAY_3_10, NO_ZONE),
    ("13.5.2024, 10:00:00", MAY_3_10 + 10 * DAY, NO_ZONE),
    # places, and what PDF, LDAP, EXIF and MongoDB write
    *(
        (value, MAY_3_10, None)
        for value in (
            "2024-05-03T12:00:00 Europe/Paris",
            "2024-05-03 12:00:00[Europe/Berlin]",
            "2024-05-03 06:00:00 America/New_York",
            "3 May 2024 15:30 Asia/Kolkata",
            {"date": "2024-05-03 12:00:00.000000", "timezone_type": 3, "timezone": "Europe/Madrid"},
            "20240503100000Z",
            "20240503120000+0200",
            "D:20240503120000+02'00'",
            "Timestamp(1714730400, 3)",
            {"$timestamp": {"t": 1714730400, "i": 3}},
        )
    ),
    ("2024-05-03 10:00:00 America/Sao_Paulo", MAY_3_10, NO_ZONE),
    ("2024-03-31 10:00:00 Europe/Paris", MAY_3_10 - 33 * DAY, NO_ZONE),
    ("2024:05:03 10:00:00", MAY_3_10, NO_ZONE),
    ({"$date": {"$numberLong": "-62135596800000"}}, None, ZERO),
    # people
    ("May 3, 2024 5:30 PM", MAY_3_10 + 27_000_000, NO_ZONE),
    ("May 3, 2024 at 5:30 p.m. EDT", MAY_3_10 + 41_400_000, None),
    ("3 mai 2024 à 10h00", MAY_3_10, NO_ZONE),
    ("10:00, 3 May 2024", MAY_3_10, NO_ZONE),
    ("3 de mayo de 2024", MAY_3_10 - 36_000_000, DAY_ONLY),
    ("Published: May 3rd, 2024", MAY_3_10 - 36_000_000, DAY_ONLY),
    ("٣ مايو ٢٠٢٤", MAY_3_10 - 36_000_000, DAY_ONLY),
    ("3 tháng 5, 2024", MAY_3_10 - 36_000_000, DAY_ONLY),
    ("Friday 03/05/2024", MAY_3_10 - 36_000_000, DAY_ONLY),
    # numbers and objects
    *(
        (value, MAY_3_10, None)
        for value in (
            1714730400,
            1714730400000,
            1714730400000000,
            1714730400000000000,
            "1714730400",
            "1714730400.0",
            1714730400.0,
            {"$date": "2024-05-03T10:00:00Z"},
            {"$date": {"$numberLong": "1714730400000"}},
            {"$date": 1714730400000},
            'ISODate("2024-05-03T10:00:00Z")',
            {"seconds": 1714730400, "nanos": 0},
            {"_seconds": 1714730400, "_nanoseconds": 5},
            {"@type": "Date", "@value": "2024-05-03T10:00Z"},
            {"date": "2024-05-03 12:00:00.000000", "timezone_type": 1, "timezone": "+02:00"},
            ["2024-05-03T10:00:00Z"],
            133592040000000000,
        )
    ),
    *(
        (value, MAY_3_10, NO_ZONE)
        for value in (
            "20240503100000",
            20240503100000,
            "202405031000",
            "20240503100000000",
            45415.4166667,
            "45415.4166667",
            [2024, 5, 3, 10, 0],
            [2024, 5, 3, 10, 0, 0, 4, 124, 0],
            638503272000000000,
        )
    ),
    ("20240503", MAY_3_10 - 36_000_000, DAY_ONLY),
    (20240503, MAY_3_10 - 36_000_000, DAY_ONLY),
    (45415, MAY_3_10 - 36_000_000, DAY_ONLY),
    ([2024, 5, 3], MAY_3_10 - 36_000_000, DAY_ONLY),
    (1714730400.25, MAY_3_10 + 250, None),
    (1714730400250999, MAY_3_10 + 250, None),
    ([2024, 5, 3, 10, 0, 0, 250_000_000], MAY_3_10 + 250, NO_ZONE),
    ("1865-04-15", -3_304_454_400_000, DAY_ONLY),
    # two ways to read them
    *(
        (text, None, TWO_WAYS)
        for text in (
            "02/03/2024",
            "5/3/2024, 5:30:00 PM",
            "03-05-2024 10:00",
            "Thu, 3 May 24 10:00:00 GMT",
            "24 May 03",
            "2024050310",
            2024050310,
        )
    ),
    # zeros of programs
    *(
        (value, None, ZERO)
        for value in (
            0,
            -1,
            "0",
            "1970-01-01T00:00:00Z",
            "1969-12-31T19:00:00-05:00",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-12:00",
            "9999-12-31",
            "1999-11-30T00:00:00Z",
            "1900-01-01",
            "Sat, 01 Jan 2000 00:00:00 GMT",
            {"$date": 0},
        )
    ),
    # no dates
    *(
        (value, None, UNREAD)
        for value in (
            "yesterday",
            "2 hours ago",
            "2024",
            2024,
            "2024-05",
            "2024-13-45",
            "31 February 2024",
            "10:00 - 11:00, 3 May 2024",
            "May 3 - May 5, 2024",
            "2024-05-03T10:00:00 Elsewhere/Berlin",
            "2024-05-03T25:00:00Z",
            "3 listopad 2024",
            "Spring 2024",
            True,
            {"a": 1},
            [1, 2],
            [2024, 13, 1],
            "9" * 400,
            10**30,
            float("1e300"),
            float("nan"),
            "13:00 AM, 3 May 2024",
            "2024-05-03T10:00:00+27:00",
        )
    ),
    ("", None, None),
    (None, None, None),
]


@pytest.mark.parametrize(("value", "time_ms", "doubt"), ROWS, ids=[str(row[0])[:50] for row in ROWS])
def test_dates_are_read_in_their_many_forms(
    value: object, time_ms: int | None, doubt: DateDoubt | None
) -> None:
    assert read_date(value) == (time_ms, doubt)


# ---- writers, over random moments
moments = st.integers(850_000_000, 2_500_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))
offsets = st.sampled_from([m for h in range(-10, 15) for m in (h * 60, h * 60 + 30) if -600 <= m <= 840])
ENGLISH_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def offset_of(moment: datetime, colon: str = "") -> str:
    return f"{moment:%z}"[:3] + colon + f"{moment:%z}"[3:5]


@pytest.mark.parametrize("place", sorted(PLACES))
@settings(max_examples=60, deadline=None)
@given(day=st.dates(date(2014, 1, 2), date(2035, 12, 30)))
def test_a_places_hours_are_those_of_the_time_zone_database(place: str, day: date) -> None:
    """At noon; where none are given, its clocks change on that day."""
    known = {name.casefold(): name for name in available_timezones()}
    if place not in known:
        pytest.skip("this system does not know the place")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(known[place]))
    offset = noon.utcoffset()
    assert offset is not None
    said = place_minutes(place, day)
    if said is None:
        assert (noon - timedelta(days=1)).utcoffset() != offset
    else:
        assert said == offset.total_seconds() / 60


def javascript(moment: datetime) -> str:
    day, month = ENGLISH_DAYS[moment.weekday()], ENGLISH[moment.month - 1]
    return f"{day} {month} {moment:%d %Y %H:%M:%S} GMT{offset_of(moment)} (Some Place Standard Time)"


Writer = Callable[[datetime], object]
ZONED: dict[str, Writer] = {
    "isoformat": lambda m: m.isoformat(),
    "isoformat with a blank": lambda m: m.isoformat(" "),
    "ISO, basic": lambda m: f"{m:%Y%m%dT%H%M%S}{offset_of(m)}",
    "RFC 5322": format_datetime,
    "RFC 5322 with a colon": lambda m: (
        f"{ENGLISH_DAYS[m.weekday()]}, {m.day} {ENGLISH[m.month - 1]} {m:%Y %H:%M:%S} {offset_of(m, ':')}"
    ),
    "JavaScript's toString": javascript,
    "Twitter's": lambda m: (
        f"{ENGLISH_DAYS[m.weekday()]} {ENGLISH[m.month - 1]} {m:%d %H:%M:%S} {offset_of(m)} {m.year}"
    ),
    "Java's ZonedDateTime": lambda m: f"{m.isoformat()}[Somewhere/Else]",
    "Go's String": lambda m: f"{m:%Y-%m-%d %H:%M:%S} {offset_of(m)} {offset_of(m)[:3]}",
    "Postgres": lambda m: f"{m:%Y-%m-%d %H:%M:%S}.123{offset_of(m, ':')}",
    "SQL Server": lambda m: f"{m:%Y-%m-%d %H:%M:%S.%f}0 {offset_of(m, ':')}",
    "am and pm": lambda m: (
        f"{ENGLISH[m.month - 1]} {m.day}, {m.year} {(m.hour + 11) % 12 + 1}:{m:%M:%S} {'AP'[m.hour // 12]}M {offset_of(m)}"
    ),
    "Slashes": lambda m: f"{m:%Y/%m/%d %H:%M:%S} {offset_of(m)}",
}
UTC_FORMS: dict[str, Writer] = {
    "seconds": lambda m: int(m.timestamp()),
    "milliseconds in text": lambda m: str(int(m.timestamp() * 1000)),
    "microseconds": lambda m: int(m.timestamp()) * 1_000_000,
    "nanoseconds": lambda m: int(m.timestamp()) * 1_000_000_000,
    "Mongo": lambda m: {"$date": {"$numberLong": str(int(m.timestamp() * 1000))}},
    "Mongo's shell": lambda m: f'ISODate("{m:%Y-%m-%dT%H:%M:%S}.000Z")',
    "Java's Date": lambda m: (
        f"{ENGLISH_DAYS[m.weekday()]} {ENGLISH[m.month - 1]} {m:%d %H:%M:%S} UTC {m.year}"
    ),
    "JavaScript's toUTCString": lambda m: (
        f"{ENGLISH_DAYS[m.weekday()]}, {m:%d} {ENGLISH[m.month - 1]} {m:%Y %H:%M:%S} GMT"
    ),
    "RFC 850": lambda m: f"{m:%A}, {m:%d}-{ENGLISH[m.month - 1]}-{m:%y %H:%M:%S} GMT",
}
LOCAL_FORMS: dict[str, Writer] = {
    "no zone": lambda m: f"{m:%Y-%m-%dT%H:%M:%S}",
    "CDX": lambda m: f"{m:%Y%m%d%H%M%S}",
    "a spreadsheet": lambda m: (m.replace(tzinfo=None) - EXCEL) / timedelta(days=1),
    "ctime": lambda m: f"{ENGLISH_DAYS[m.weekday()]} {ENGLISH[m.month - 1]} {m.day:2} {m:%H:%M:%S %Y}",
    "German": lambda m: f"{m.day}.{m.month}.{m.year}, {m:%H:%M:%S}",
    "Japanese": lambda m: f"{m.year}年{m.month}月{m.day}日 {m.hour}時{m.minute}分{m.second}秒",
    "Java's LocalDateTime": lambda m: [m.year, m.month, m.day, m.hour, m.minute, m.second],
    "feedparser": lambda m: list(m.timetuple()),
}


def is_midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


@pytest.mark.parametrize("writer", ZONED)
@settings(max_examples=60, deadline=None)
@given(moment=moments, minutes=offsets)
def test_a_moment_with_its_zone_is_read_as_it_was_written(
    writer: str, moment: datetime, minutes: int
) -> None:
    local = moment.astimezone(timezone(timedelta(minutes=minutes)))
    read = read_date(ZONED[writer](local))
    assert read.time_ms is not None
    assert read.time_ms // 1000 == moment.timestamp()
    assert read.doubt is (None if not is_midnight(local) else LOCAL if minutes else DAY_ONLY)


@pytest.mark.parametrize("writer", UTC_FORMS)
@settings(max_examples=60, deadline=None)
@given(moment=moments)
def test_a_moment_of_a_program_is_read_as_it_was_written(writer: str, moment: datetime) -> None:
    written = UTC_FORMS[writer](moment)
    read = read_date(written)
    if (
        writer == "seconds" and read.doubt is TWO_WAYS
    ):  # from 2030 on, digits of one kind are those of another
        assert str(written)[:2] in ("19", "20", "21")
        return
    assert read == (int(moment.timestamp()) * 1000, DAY_ONLY if is_midnight(moment) else None)


@pytest.mark.parametrize("writer", LOCAL_FORMS)
@settings(max_examples=60, deadline=None)
@given(moment=moments)
def test_a_time_without_a_zone_is_local(writer: str, moment: datetime) -> None:
    read = read_date(LOCAL_FORMS[writer](moment))
    assert read == (int(moment.timestamp()) * 1000, DAY_ONLY if is_midnight(moment) else NO_ZONE)


@settings(max_examples=200, deadline=None)
@given(moment=moments, zone=st.sampled_from(sorted(ZONES)), form=st.integers(0, 2))
def test_zones_by_name(moment: datetime, zone: str, form: int) -> None:
    local = moment + timedelta(minutes=ZONES[zone])
    day, month, name = ENGLISH_DAYS[local.weekday()], ENGLISH[local.month - 1], zone.upper()
    written = (
        f"{day}, {local:%d} {month} {local:%Y %H:%M:%S} {name}",
        f"{day} {month} {local:%d %H:%M:%S} {name} {local.year}",
        f"{local:%Y-%m-%d %H:%M:%S} {name}",
    )[form]
    read = read_date(written)
    assert read.time_ms == int(moment.timestamp()) * 1000
    assert read.doubt in (None, LOCAL, DAY_ONLY)


def test_no_zone_is_both_sure_and_ambiguous() -> None:
    assert not AMBIGUOUS & set(ZONES)


@pytest.mark.parametrize("number", range(1, 13))
def test_months_of_many_languages(number: int) -> None:
    for word in MONTHS[number - 1].split():
        assert (
            read_date(f"17 {word} 2024").time_ms
            == int(datetime(2024, number, 17, tzinfo=UTC).timestamp()) * 1000
        ), word


def test_weekdays_of_many_languages_are_passed_over() -> None:
    for words in WEEKDAYS:
        for word in words.split():
            assert read_date(f"{word}, 17 May 2024").doubt is DAY_ONLY, word


@settings(max_examples=200, deadline=None)
@given(st.dates(), st.sampled_from("/-."))
def test_two_numbers_before_the_year_are_read_only_where_one_reading_is_a_day(day: object, sign: str) -> None:
    """With full stops the day comes first everywhere."""
    year, month, number = day.year, day.month, day.day  # type: ignore[attr-defined]
    if not 1995 < year < 2200 or (month, number) in ((1, 1), (11, 30)):
        return
    for first, second in ((number, month), (month, number)):
        read = read_date(f"{first:02}{sign}{second:02}{sign}{year}")
        right = int(datetime(year, month, number, tzinfo=UTC).timestamp()) * 1000
        if sign == ".":
            assert read.time_ms == right or (first, second) == (month, number)
        elif number > 12 or number == month:
            assert read == (right, DAY_ONLY)
        else:
            assert read == (None, TWO_WAYS)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.text("0123456789:-/., TZapmGMUCe+()", max_size=40),
    lambda inner: (
        st.lists(inner, max_size=9)
        | st.dictionaries(st.sampled_from(["$date", "seconds", "date", "timezone", "value"]), inner)
    ),
    max_leaves=6,
)


@settings(max_examples=600, deadline=None)
@given(anything)
@example("2024-")
def test_nothing_raises_and_what_is_read_lies_in_the_years_that_publishers_write(value: object) -> None:
    read = read_date(value)
    if read.time_ms is None:
        assert read == NO_DATE or read.doubt in (UNREAD, TWO_WAYS, ZERO)
    else:
        first, last = (
            datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000
            for year in (limits.PUBLISHED_YEAR_MIN, limits.PUBLISHED_YEAR_MAX + 1)
        )
        assert first - DAY <= read.time_ms <= last + DAY
