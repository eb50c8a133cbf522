"""A verdict in words: what the numbers of an enriched record say, for people.

Pure text from the record alone, so that whoever has the record can be told why: nothing here knows more than
it says. Names and phrases out of articles pass `shown_line`, since they may hold anything.
"""

from __future__ import annotations

from wirecopy.core.model import Basis, Extent, Verdict, VerdictKind
from wirecopy.shell.report.terminal import Tone, shown_line

NAME_COLUMNS_MAX = 60
BOILERPLATE_SHARE_TOLD = 0.15  # less is a headline and a date, of which nobody need hear
TONES = {
    VerdictKind.ORIGINAL: Tone.GOOD,
    VerdictKind.REPUBLICATION: Tone.NOTICE,
    VerdictKind.UPDATE: Tone.UPDATE,
    VerdictKind.DUPLICATE: Tone.REPEAT,
}


def percent(share: float) -> str:
    """A share in 0..1 as a whole percentage; what is small but something is never "0 %"."""
    return "under 1 %" if 0 < share < 0.01 else f"{share:.0%}".replace("%", " %")


def headline(verdict: Verdict) -> str:
    """The verdict in a few words: "full republication of Meridian Press"."""
    match verdict.kind:
        case VerdictKind.ORIGINAL:
            return "original"
        case VerdictKind.UPDATE:
            return "update"
        case VerdictKind.DUPLICATE:
            return "duplicate"
        case VerdictKind.REPUBLICATION:
            whose = f" of {_name(verdict.original.publisher)}" if verdict.original else ""
            return f"{verdict.extent.value if verdict.extent else ''} republication{whose}".strip()


def sentences(verdict: Verdict) -> list[str]:
    """Why this verdict, a sentence each: what was found, who was first and how that is known, what was set
    aside.
    """
    told = [_what(verdict)]
    if len(verdict.sources) > 1:
        told.append(_drawn_on(verdict))
    if verdict.kind is VerdictKind.REPUBLICATION:
        told += _direction(verdict)
    elif verdict.credit is not None and verdict.kind is VerdictKind.ORIGINAL:
        told.append(f"It names {_name(verdict.credit.name)}, but its text is not theirs.")
    if verdict.boilerplate_share >= BOILERPLATE_SHARE_TOLD:
        told.append(
            f"{percent(verdict.boilerplate_share)} of the page is the site's own furniture and was set aside."
        )
    return told


def _what(verdict: Verdict) -> str:
    original = verdict.original
    match verdict.kind:
        case VerdictKind.ORIGINAL:
            return "Nothing of substance in it was published before."
        case VerdictKind.DUPLICATE:
            return f"The same publisher sent this article before{_same(verdict)}."
        case VerdictKind.UPDATE:
            part = f"; {percent(verdict.share)} of it stood there already" if verdict.share else ""
            return f"A newer version of what the same publisher sent before{_same(verdict)}{part}."
        case VerdictKind.REPUBLICATION:
            if original is None or not original.ingested:
                return _external(verdict)
            if verdict.extent is Extent.FULL:
                return f"{_publisher(verdict)} published this before: {_shares(verdict)}."
            return f"It contains text that {_publisher(verdict)} published before: {_shares(verdict)}."


def _external(verdict: Verdict) -> str:
    name = _name(verdict.original.publisher) if verdict.original else "another publisher"
    also = f" {percent(verdict.share)} of it stands in other copies." if verdict.sources else ""
    return f"It is a text of {name}, whose own article never came in.{also}"


def _publisher(verdict: Verdict) -> str:
    assert verdict.original is not None
    return _name(verdict.original.publisher) or _name(verdict.original.id or "")


def _shares(verdict: Verdict) -> str:
    longest = max((passage.words for passage in verdict.passages), default=0)
    run = f", in one run of {longest} words" if longest and len(verdict.passages) == 1 else ""
    if len(verdict.passages) > 1:
        run = f", in {len(verdict.passages)} passages of up to {longest} words"
    here, there = percent(verdict.share), percent(verdict.source_share)
    return f"{here} of its own words stand there and {there} of the other's here{run}"


def _drawn_on(verdict: Verdict) -> str:
    several = ", ".join(
        f"{_name(source.publisher or source.id)} ({percent(source.share)})" for source in verdict.sources[:5]
    )
    more = f" and {len(verdict.sources) - 5} more" if len(verdict.sources) > 5 else ""
    return f"It draws on {len(verdict.sources)} articles: {several}{more}."


def _direction(verdict: Verdict) -> list[str]:
    told = []
    if Basis.CREDIT in verdict.basis and verdict.credit is not None:
        told.append(f"It says so itself: “{shown_line(verdict.credit.text, 2 * NAME_COLUMNS_MAX)}”.")
    if Basis.LATE_ORIGINAL in verdict.basis:
        told.append("The original came in after this copy.")
    elif Basis.PUBLISHED_AT in verdict.basis:
        told.append("That one bears the earlier date.")
    elif Basis.FIRST_SEEN in verdict.basis and Basis.CREDIT not in verdict.basis:
        told.append("That one came in first.")
    if Basis.CREDIT_CONFLICT in verdict.basis:
        told.append("Beware: the credit and the dates, or two credits, disagree.")
    return told


_SAMENESS = {
    Basis.SAME_URL: "address",
    Basis.SAME_ID: "id",
    Basis.SAME_BODY: "text to the letter",
}


def _same(verdict: Verdict) -> str:
    known = [word for basis, word in _SAMENESS.items() if basis in verdict.basis]
    return f" (same {' and '.join(known)})" if known else ""


def _name(name: str) -> str:
    return shown_line(name, NAME_COLUMNS_MAX)
