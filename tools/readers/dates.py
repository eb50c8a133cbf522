"""What libraries read in dates as feeds, JavaScript, Java and spreadsheets write them. Run by tools.reader_tables.

Prints one JSON object a row: `{"written": …, "true": …, "library": …, "read": …}`, times in UTC as ISO 8601 to the
minute, "no time" where the library says that it read none. `true` is "ambiguous" where the text alone does not say.
"""

import email.utils
import json
import warnings
from datetime import UTC, datetime

import ciso8601
import dateparser
import feedparser
import htmldate
from dateutil import parser as dateutil_parser

warnings.simplefilter("ignore")

WRITTEN = {
    "Fri, 03 May 2024 10:00:00 -05:00": "2024-05-03T15:00Z",
    "Fri, 03 May 2024 10:00:00 CEST": "2024-05-03T08:00Z",
    "Fri, 03 May 2024 10:00:00 AKDT": "2024-05-03T18:00Z",
    "Fri, 03 May 2024 10:00:00 IST": "ambiguous",
    "Fri May 03 2024 11:00:00 GMT-0400 (Eastern Daylight Time)": "2024-05-03T15:00Z",
    "Fri May 03 10:00:00 CEST 2024": "2024-05-03T08:00Z",
    "May 3, 2024 5:30 PM": "ambiguous",
    "Fri, 03 May 2024 12:30 PM EST": "2024-05-03T17:30Z",
    "03/05/2024 10:00": "ambiguous",
    "1714730400": "2024-05-03T10:00Z",
    "1714730400000": "2024-05-03T10:00Z",
    "20240503100000": "2024-05-03T10:00Z",
    "202405031000": "2024-05-03T10:00Z",
    "45415.4166667": "2024-05-03T10:00Z",
    "2024-05-03T10:00:00+0200": "2024-05-03T08:00Z",
    "2024-05-03T24:00:00Z": "2024-05-04T00:00Z",
    "2024-W18-5T10:00:00Z": "2024-05-03T10:00Z",
    "2024-05-03 10:00:00 +0200 CEST": "2024-05-03T08:00Z",
    "Vie, 03 May 2024 10:00:00 GMT": "2024-05-03T10:00Z",
    "0001-01-01T00:00:00Z": "no time",
}


def told(moment):
    if moment is None:
        return "no time"
    if moment.tzinfo is None:
        return moment.strftime("%Y-%m-%dT%H:%M") + " without zone"
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def by_feedparser(text):
    frame = "<rss version='2.0'><channel><item><pubDate>{}</pubDate></item></channel></rss>"
    parsed = feedparser.parse(frame.format(text)).entries[0].get("published_parsed")
    return None if parsed is None else datetime(*parsed[:6], tzinfo=UTC)


def by_htmldate(text):
    page = f'<html><head><meta property="article:published_time" content="{text}"></head><body><p>x</p></body></html>'
    found = htmldate.find_date(page, original_date=True, outputformat="%Y-%m-%d")
    return None if found is None else found


READERS = {
    "email.utils": email.utils.parsedate_to_datetime,
    "feedparser": by_feedparser,
    "dateutil": dateutil_parser.parse,
    "dateparser": lambda text: dateparser.parse(text, settings={"TIMEZONE": "UTC"}),
    "ciso8601": ciso8601.parse_datetime,
    "htmldate": by_htmldate,
}

for written, true in WRITTEN.items():
    for library, read in READERS.items():
        try:
            moment = read(written)
            said = moment if isinstance(moment, str) else told(moment)
        except Exception:  # each library raises its own kinds, and all mean the same here
            said = "no time"
        print(json.dumps({"written": written, "true": true, "library": library, "read": said}))
