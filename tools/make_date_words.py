"""Writes service/wirecopy/core/records/date_words.py: names of months and weekdays, and words for the halves of a day.

From Unicode's Common Locale Data Repository, which Babel carries. Committed and not made at start: two replicas must read a
date alike, and Babel is no part of the service. A word that means one month here and another there (Croatian and Polish
"listopad") is left out: a date that has it is not read.

    python tools/make_date_words.py [--check]
"""

from __future__ import annotations

import sys
import textwrap
from collections import defaultdict
from pathlib import Path

from babel import Locale
from babel import __version__ as babel_version

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "service"))
from wirecopy.core.records.zones import folded  # noqa: E402 — the reader's own

TARGET = ROOT / "service" / "wirecopy" / "core" / "records" / "date_words.py"
_NAMES = """
    en en_GB de de_AT fr fr_CA es es_PE es_MX pt pt_PT it nl sv da nb nn fi is pl cs sk sl hr sr sr_Latn bs mk bg ru uk be ro
    hu tr az el et lv lt sq id ms vi ca gl eu cy ga af sw fil hi bn mr gu pa ta te kn ml si ne ur ar fa he ka hy kk uz ky tg mn
    ko ja zh th km lo my am so ha yo zu
"""
LOCALES = _NAMES.split()
# Forms that writers use and the repository does not have.
MONTHS_BESIDE = {9: ["sept", "sep", "set"], 3: ["maerz"], 1: ["jaenner"]}
DAYS_BESIDE = {1: ["tues"], 2: ["weds"], 3: ["thur", "thurs"]}
GENITIVES = ("de ", "d'", "d’")  # Catalan writes "de maig"


def said(names: dict[int, str]) -> list[tuple[int, str]]:
    """(number, word) of the names that are one word of letters."""
    found = []
    for number, name in names.items():
        word = folded(name).strip(". ")
        for genitive in GENITIVES:
            word = word.removeprefix(genitive)
        if len(word) > 1 and not any(c.isspace() or c.isdigit() or c in "-./,:()" for c in word):
            found.append((number, word))
    return found


def tables() -> tuple[list[list[str]], list[list[str]], list[list[str]]]:
    """Words of the twelve months, of the seven weekdays from Monday, and of forenoon and afternoon."""
    months, days, halves = defaultdict(set), defaultdict(set), defaultdict(set)
    for name in LOCALES:
        locale = Locale.parse(name)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, word in said(locale.months[context][width]):
                    months[word].add(number)
            for width in ("wide", "abbreviated", "short"):
                for number, word in said(locale.days[context].get(width, {})):
                    days[word].add(number)
        periods = locale.day_periods["format"]
        for width in ("wide", "abbreviated"):
            for number, half in enumerate(("am", "pm")):
                for _, word in said({number: periods.get(width, {}).get(half, "")}):
                    halves[word].add(number)
    for beside, found in ((MONTHS_BESIDE, months), (DAYS_BESIDE, days)):
        for number, words in beside.items():
            for word in words:
                found[word].add(number)
    return listed(months, 1, 12), listed(days, 0, 7), listed(halves, 0, 2)


def listed(found: dict[str, set[int]], first: int, count: int) -> list[list[str]]:
    """By number, the words that mean one number alone."""
    return [
        sorted(word for word, numbers in found.items() if numbers == {number})
        for number in range(first, first + count)
    ]


def source() -> str:
    months, days, halves = tables()
    lines = [
        '"""Names of months and weekdays, and words for the halves of a day, in many languages, as `zones.folded` leaves them.',
        "",
        "Written by tools/make_date_words.py: edit that, not this. From the Common Locale Data Repository of Unicode, by Babel",
        f"{babel_version}.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
    ]
    for name, groups in (("MONTHS", months), ("WEEKDAYS", days), ("HALVES", halves)):
        lines.append(f"{name} = (")
        for group in groups:
            lines.append('    """')
            lines += textwrap.wrap(
                " ".join(group), 100, initial_indent="    ", subsequent_indent="    ", break_long_words=False
            )
            lines.append('    """,')
        lines.append(")")
    return "\n".join(lines) + "\n"


def main() -> int:
    if "--check" in sys.argv:
        if TARGET.read_text(encoding="utf-8") != source():
            print(f"{TARGET.name} is not what this tool writes with Babel {babel_version}")
            return 1
        return 0
    TARGET.write_text(source(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
