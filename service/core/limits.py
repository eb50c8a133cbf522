"""Every number that bounds or decides something: name, unit, reason. Relations between them are asserted at the end."""

from __future__ import annotations

# ---- what is read
RAW_BYTES_MAX = 16 * 1024 * 1024  # a body of 10 MB must go through; JSON escapes can swell it
JSON_DEPTH_MAX = 64  # deeper raw records are refused before anything walks them
ID_CHARS_MAX = 1024
URL_CHARS_MAX = 4096
TITLE_CHARS_MAX = 2048  # what is used of a title; the record keeps all of it
NAME_CHARS_MAX = 256  # publisher and credit names
HOST_CHARS_MAX = 253  # RFC 1035, 2.3.4
CACHED_NAMES_MAX = 16_384  # entries of each cache of folded names and hosts: more than are in flight, about 3 MB

# ---- shingles and winnowing
SHINGLE_TOKENS = 5  # k: 4 doubled the false flags (prototype on wirebench)
WINNOW_WINDOW = 10  # w: recall .9993 / .9981 / .9954 at 6 / 15 / 20

# ---- time
WINDOW_MS = 30 * 24 * 3600 * 1000  # default of the setting: how long an article is remembered

# ---- redelivery
RECENT_VERDICTS_PER_PARTITION = 4096  # must exceed what one partition can have in flight
IN_FLIGHT_RECORDS_MAX = 2048  # per partition, enforced by the pipeline

assert RECENT_VERDICTS_PER_PARTITION > IN_FLIGHT_RECORDS_MAX, "a redelivered record must find its first verdict"
