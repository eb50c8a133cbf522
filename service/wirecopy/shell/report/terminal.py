"""Terminal output: tables, bars and coloured text, safe against whatever an article holds.

Article text is hostile: escape sequences in it could recolour, retitle or overwrite the terminal, and
right-to-left overrides could disguise a line. Everything that comes from a record passes `shown()`, which
makes control characters visible. Rich's markup is never parsed (always `Text`, never `str`).

This is the only file that uses rich. Commands print `Piece`s of text in a `Tone`. A stream that is not a
terminal gets plain lines; NO_COLOR is honoured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Final

from rich.cells import cell_len
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

# C0 and C1 controls but line feed and tab, DEL, bidirectional controls, invisible separators, lone surrogates
_HOSTILE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_WHITE: Final = re.compile(r"\s+")
COLUMNS_PLAIN: Final = 160  # width taken where there is no terminal to ask


class Tone(StrEnum):
    """How a stretch of text looks. Never colour alone: the words or a sign beside it say the same."""

    PLAIN = ""
    DIM = "dim"
    STRONG = "bold"
    GOOD = "green"
    NOTICE = "bold yellow"
    ALARM = "bold red"
    UPDATE = "cyan"
    REPEAT = "magenta"
    MATCH = "black on bright_green"
    CREDIT = "bold underline bright_yellow"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text in one tone."""

    text: str
    tone: Tone = Tone.PLAIN


def shown(text: str) -> str:
    """`text` with each control, override and lone surrogate made visible (ESC as ␛, U+202E as ‹U+202E›);
    keeps \\n and \\t.
    """
    return _HOSTILE.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"‹U+{code:04X}›"


def shown_line(text: str, columns_max: int) -> str:
    """The start of `text` on one line: white space folded, made visible, at most `columns_max` terminal
    columns wide.
    """
    line = shown(_WHITE.sub(" ", text[: columns_max * 4 + 64]).strip())
    if cell_len(line) <= columns_max:
        return line
    while line and cell_len(line) > columns_max - 1:
        line = line[:-1]
    return line + "…"


def padded(text: str, columns: int) -> str:
    """`shown_line(text)` filled with spaces to exactly `columns` columns, wide characters counted as two."""
    line = shown_line(text, columns)
    return line + " " * (columns - cell_len(line))


class Terminal:
    """One output stream, with colours and a moving line at its foot where it is a terminal, plain lines where
    it is not.
    """

    def __init__(self, stream: IO[str], *, columns: int | None = None, colour: bool | None = None) -> None:
        """`columns` and `colour` override what the stream and the environment say (None: ask them)."""
        plain = not stream.isatty() if colour is None else not colour
        self._console = Console(
            file=stream,
            force_terminal=None if colour is None else colour,
            width=columns or (COLUMNS_PLAIN if plain else None),
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=plain,
        )
        self.is_terminal = self._console.is_terminal
        self.columns = self._console.width

    def line(self, *pieces: Piece) -> None:
        """Print one line. Texts are taken as they are: what comes from a record must have passed `shown`."""
        self._console.print(_text(pieces))

    def indented(self, columns: int, *pieces: Piece) -> None:
        """Print a paragraph wrapped to the terminal, each of its lines indented by `columns`."""
        if not self.is_terminal:
            self.line(Piece(" " * columns), *pieces)
            return
        for line in _text(pieces).wrap(self._console, max(20, self.columns - columns)):
            self._console.print(Text(" " * columns).append_text(line))

    def side_by_side(
        self, headings: tuple[str, str], rows: Sequence[tuple[Sequence[Piece], Sequence[Piece]]]
    ) -> None:
        """Print pairs of paragraphs in two columns of equal width; a row's two sides start on one line."""
        table = Table(show_lines=False, expand=True, padding=(0, 1), pad_edge=False)
        for heading in headings:
            table.add_column(Text(heading), ratio=1, overflow="fold")
        for left, right in rows:
            table.add_row(_text(left), _text(right))
        self._console.print(table)

    def numbers(self, rows: Sequence[tuple[str, str]]) -> None:
        """Print names with right-aligned values."""
        table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
        table.add_column(justify="left")
        table.add_column(justify="right")
        for name, value in rows:
            table.add_row(Text(name), Text(value))
        self._console.print(table)

    @contextmanager
    def foot(self) -> Iterator[Foot]:
        """A line that stays at the foot of the terminal while others scroll above it; without a terminal it
        is not shown.
        """
        if not self.is_terminal:
            yield Foot(None)
            return
        with Live(
            console=self._console, refresh_per_second=12, transient=True, redirect_stderr=False
        ) as live:
            yield Foot(live)

    @contextmanager
    def progress(self, description: str) -> Iterator[Bar]:
        """A progress bar that is taken away at the end; without a terminal, nothing at all."""
        if not self.is_terminal:
            yield Bar(None)
            return
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[note]}", markup=False),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console, transient=True, refresh_per_second=8) as progress:
            yield Bar(progress, description)


class Foot:
    """The foot line of a terminal."""

    def __init__(self, live: Live | None) -> None:
        self._live = live

    def show(self, *pieces: Piece) -> None:
        if self._live is not None:
            self._live.update(_text(pieces))


class Bar:
    """A progress bar; does nothing where there is no terminal."""

    def __init__(self, progress: Progress | None, description: str = "") -> None:
        self._progress = progress
        self._task = None if progress is None else progress.add_task(description, total=None, note="")

    def show(self, fraction: float | None, note: str) -> None:
        """`fraction` is the part done in 0..1, or None when nobody can tell."""
        if self._progress is not None and self._task is not None:
            self._progress.update(
                self._task, total=None if fraction is None else 1.0, completed=fraction or 0, note=note
            )


def _text(pieces: Sequence[Piece]) -> Text:
    text = Text(overflow="fold")
    for piece in pieces:
        text.append(piece.text, style=piece.tone.value or None)
    return text
