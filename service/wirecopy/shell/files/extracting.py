"""Pages of a WARC extracted by processes beside this one: extraction takes several times as long as judging.

Each process reads the whole file and extracts every so many records; what they find is taken in turns, so the order is that
of the file. A process loads the extraction library and nothing of the core, and sends its findings through its standard
output: frames of a length and a pickle, a list of (place in the file, findings, records without an article since the last),
and at the end a sentence if it could not read on. It leaves Ctrl-C to the process that started it.
"""

from __future__ import annotations

import io
import pickle
import signal
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from wirecopy.shell.files.extras import MissingExtraError
from wirecopy.shell.files.packing import BUFFER_BYTES, FAULTS, GZIP, packing_of, unpacked
from wirecopy.shell.files.warc import Fields, warc_articles

RECORDS_A_FRAME: Final = 32
_LENGTH: Final = struct.Struct("<I")
_FOUND: Final = "found"
_END: Final = "end"
_FAULT: Final = "fault"
_MISSING: Final = "missing"


def extracted(
    path: str,
    extractor: str,
    processes: int,
    passed_over: Counter[str],
    at: Callable[[int], None] = lambda _: None,
) -> Iterator[Fields | None]:
    """As `warc_articles` of the file, by other processes. `at` is told how many packed bytes were read. Raises ValueError where
    the file is damaged or a process ends early, MissingExtraError as `needed` does."""
    with ExitStack() as stack:
        readers = [
            stack.enter_context(_Reader(path, extractor, part, processes, passed_over, at))
            for part in range(processes)
        ]
        while True:
            for reader in readers:
                found = reader.next()
                if isinstance(found, str):
                    return
                yield found


class _Reader:
    """One process, and what it has sent."""

    def __init__(
        self,
        path: str,
        extractor: str,
        part: int,
        parts: int,
        passed_over: Counter[str],
        at: Callable[[int], None],
    ) -> None:
        command = [sys.executable, "-m", __name__, path, extractor, str(part), str(parts)]
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        self._passed_over = passed_over
        self._at = at
        self._found: list[Fields | None] = []
        self._ended = False

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def next(self) -> Fields | str | None:
        """The next finding, or `_END`."""
        while not self._found:
            if self._ended:
                return _END
            self._take()
        return self._found.pop()

    def _take(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        head = pipe.read(_LENGTH.size)
        data = pipe.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
        if not data:
            raise ValueError(f"the process that extracts its pages ended with code {self._process.wait()}")
        kind, value = pickle.loads(data)  # noqa: S301 - of our own process
        if kind == _MISSING:
            raise MissingExtraError(value)
        if kind == _FAULT:
            raise ValueError(value)
        if kind == _END:
            self._ended = True
            return
        place, found, passed_over = value
        self._found = found[::-1]
        self._passed_over.update(passed_over)
        self._at(place)


# ---- in the process beside
def main(arguments: Sequence[str]) -> int:
    """Extract a part of a file's records, and send them. The exit code is 0 whatever the file holds."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    path, extractor, part, parts = arguments
    out = sys.stdout.buffer
    passed_over: Counter[str] = Counter()
    found: list[Fields | None] = []

    def send_found(place: int) -> None:
        _send(out, _FOUND, (place, found, dict(passed_over)))
        found.clear()
        passed_over.clear()

    try:
        with Path(path).open("rb", buffering=BUFFER_BYTES) as file:
            buffered = cast(io.BufferedReader, file)
            # fastwarc reads gzip several times as fast, but does not say where it is cut off: that is looked at below
            by_itself = packing_of(buffered.peek(8)[:8]) is GZIP
            stream = file if by_itself else unpacked(buffered)
            last = 0

            def begins(at: int) -> None:
                nonlocal last
                last = at

            for fields in warc_articles(stream, extractor, passed_over, int(part), int(parts), begins):
                found.append(fields)
                if len(found) == RECORDS_A_FRAME:
                    send_found(file.tell())
            send_found(file.tell())
            if by_itself:
                _read_to_the_end(file, last)
        _send(out, _END, "")
    except BrokenPipeError:  # nobody reads on
        return 0
    except MissingExtraError as error:
        _send(out, _MISSING, str(error))
    except FAULTS as error:
        send_found(0)
        _send(out, _FAULT, str(error) or type(error).__name__)
    return 0


def _read_to_the_end(file: BinaryIO, at: int) -> None:
    """Reads the packed file from a member on. Raises one of FAULTS where it is cut off, or something else stands at its end."""
    file.seek(at)
    rest = unpacked(cast(io.BufferedReader, file))
    while rest.read(BUFFER_BYTES):
        pass


def _send(out: BinaryIO, kind: str, value: Any) -> None:
    data = pickle.dumps((kind, value), pickle.HIGHEST_PROTOCOL)
    out.write(_LENGTH.pack(len(data)) + data)
    out.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
