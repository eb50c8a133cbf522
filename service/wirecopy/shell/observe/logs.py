"""Log lines: one JSON object each, one per occurrence that matters, never the same one a thousand times a
second.

An occurrence is logged by its *name* with its values beside it (`occurred(log, WARNING, "dead_lettered",
reason=…)`), so that a query needs no regular expression. Repeats are limited per name: a broker that refuses
every call would otherwise fill the disk of the machine that runs it. What was held back is counted in the
next line.

Never in a line: article text, keys, header values, secrets. Callers keep to it by what they pass; as the
second lock, values are cut at `VALUE_CHARS_MAX`, and the secrets that `configure` is told are masked
wherever they appear (a client library may print its own settings). An exception is told by its type and
where it was raised: its message is the caller's choice, since a message can quote the text that it choked
on.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TextIO

VALUE_CHARS_MAX = 2_000  # a client's error with a list of brokers fits; an article does not
REPEATS_MAX = 5  # lines of one name within REPEAT_WINDOW_SECONDS
REPEAT_WINDOW_SECONDS = 10.0
NAMES_MAX = 1_000  # names that are counted at a time; foreign libraries may build theirs from values
FRAMES_MAX = 12  # innermost frames of an exception

ROOT = "wirecopy"
FIELDS = "wirecopy_fields"


def logger(part: str) -> logging.Logger:
    return logging.getLogger(f"{ROOT}.{part}")


def log_event(log: logging.Logger, level: int, name: str, /, **fields: object) -> None:
    """Log the occurrence `name` with its values; nothing is built when the level is off."""
    if log.isEnabledFor(level):
        log.log(level, name, extra={FIELDS: fields})


def where(error: BaseException) -> str:
    """Where an exception was raised, innermost last, without its message (which may quote text)."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    return " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames)


@dataclass(slots=True)
class _Count:
    since: float
    lines: int = 0
    held_back: int = 0


class RepeatFilter(logging.Filter):
    """Lets `REPEATS_MAX` lines of one name through per window. `held_back` of the next line says what was
    missed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        key, now = (record.name, str(record.msg)), self._clock()
        count = self._counts.get(key)
        if count is None:
            count = self._counts[key] = _Count(now)
            if len(self._counts) > NAMES_MAX:
                self._counts.popitem(last=False)
        elif now - count.since >= REPEAT_WINDOW_SECONDS:
            count.since, count.lines = now, 0
        if count.lines >= REPEATS_MAX:
            count.held_back += 1
            return False
        count.lines += 1
        record.held_back, count.held_back = count.held_back, 0
        return True


class _Formatter(logging.Formatter):
    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted((secret for secret in secrets if secret), key=len, reverse=True)

    def values(self, record: logging.LogRecord) -> dict[str, object]:
        fields = {name: self.clean(value) for name, value in getattr(record, FIELDS, {}).items()}
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            fields |= {"error": type(error).__name__, "where": self.clean(where(error))}
        if getattr(record, "held_back", 0):
            fields["held_back"] = getattr(record, "held_back", 0)
        return fields

    def clean(self, value: object) -> object:
        if isinstance(value, bool | int | float) or value is None:
            return value
        text = str(value)
        for secret in self._secrets:
            text = text.replace(secret, "********")
        return text if len(text) <= VALUE_CHARS_MAX else text[:VALUE_CHARS_MAX] + "…"


class JsonFormatter(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "event": self.clean(record.getMessage()),
            "part": record.name.removeprefix(ROOT + "."),
        }
        return json.dumps(line | self.values(record))  # ASCII: no reader splits a line at U+2028


class TextFormatter(_Formatter):
    """For a terminal; control characters are escaped, since values may come from records."""

    def format(self, record: logging.LogRecord) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        values = " ".join(f"{name}={value}" for name, value in self.values(record).items())
        line = f"{clock} {record.levelname:7} {self.clean(record.getMessage())} {values}".rstrip()
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def configure(
    level: str, form: str, *, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> logging.Handler:
    """Send everything that is logged in this process to `stream` (standard error by default), in one form.

    Foreign libraries are heard from WARNING on: their INFO lines speak of every heartbeat.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(secrets) if form == "json" else TextFormatter(secrets))
    handler.addFilter(RepeatFilter())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.getLogger(ROOT).setLevel(level)
    return handler
