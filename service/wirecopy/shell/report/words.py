"""A verdict in words: what the numbers of an enriched record say, for people.

Pure text from the record alone, so anybody who has the record can be given the same explanation. Names and
phrases out of articles pass `shown_line`, since they may hold anything.
"""

from __future__ import annotations

from wirecopy.core.model import Basis, CreditScope, DateDoubt, Extent, Original, Verdict, VerdictKind
from wirecopy.core.timing import DATE_DOUBTS
from wirecopy.shell.report.terminal import Tone, shown_line

DOUBT_WORDS = {
    DateDoubt.UNREAD: "it is in no form that is known",
    DateDoubt.AMBIGUOUS: "it can be read as two dates",
    DateDoubt.PLACEHOLDER: "it is what programs write for no date",
    DateDoubt.NO_ZONE: "it names no time zone",
    DateDoubt.ZONE_AMBIGUOUS: "its time zone has several meanings",
    DateDoubt.DAY_ONLY: "it names a day and no time",
    DateDoubt.LOCAL_MIDNIGHT: "it names midnight, which stands for the day",
}
NAME_COLUMNS_MAX = 60
BOILERPLATE_SHARE_TOLD = 0.15  # less than this is a headline and a date: not worth a sentence
SOURCES_NAMED_MAX = 5
QUOTING_NAMED_MAX = 3  # publishers that carry the same quotations
TONES = {
    VerdictKind.ORIGINAL: Tone.GOOD,
    VerdictKind.REPUBLICATION: Tone.NOTICE,
    VerdictKind.UPDATE: Tone.UPDATE,
    VerdictKind.DUPLICATE: Tone.REPEAT,
}
# Why a credit that was read did not make the text another's.
UNBELIEVED = {
    CreditScope.TEXT: " as whose text it is, but who was first says otherwise",
    CreditScope.PART: ", whose material it uses in a text of its own",
    CreditScope.CLAIM: ", but no article of that source was found in it",
    CreditScope.FACT: " for a fact, a figure or a picture, not for its text",
    CreditScope.PAGE: " outside the article: the page says so, not the text",
}


def percent(share: float) -> str:
    """A share in 0..1 as a whole percentage. Only nothing is "0 %" and only everything is "100 %"."""
    if 0 < share < 0.01:
        return "under 1 %"
    text = f"{share:.0%}".replace("%", " %")
    return "over 99 %" if share < 1 and text == "100 %" else text


def plural(number: int, one: str, many: str = "") -> str:
    """A count with its noun: "1 word", "2 words"; `many` where the plural is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


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
            whose = f" of {_publisher(verdict)}" if verdict.original else ""
            return f"{verdict.extent.value if verdict.extent else ''} republication{whose}".strip()


def sentences(verdict: Verdict) -> list[str]:
    """The reasons for a verdict, a sentence each: what was found, which article is the original and how that is
    known, and what was not counted.
    """
    told = [_what(verdict)]
    if verdict.kind is VerdictKind.REPUBLICATION:
        told += _direction(verdict)
    elif verdict.credit is not None and verdict.kind is VerdictKind.ORIGINAL:
        told.append(f"It names {_name(verdict.credit.name)}{UNBELIEVED[verdict.credit.scope]}.")
    if verdict.boilerplate_share >= BOILERPLATE_SHARE_TOLD:
        told.append(
            f"{percent(verdict.boilerplate_share)} of the page is site boilerplate and was not counted."
        )
    if verdict.rewritten_of and verdict.extent is not Extent.REWRITTEN:
        told.append(
            f"It may tell an article of {_name(verdict.rewritten_publisher or verdict.rewritten_of)} in other words"
            f" (confidence {percent(verdict.confidence)}). That is reported only."
        )
    told += _quotations(verdict)
    told += _own_date(verdict)
    return told


def _quotations(verdict: Verdict) -> list[str]:
    """Who carries the same quotations: worth knowing, and no part of any share."""
    if not verdict.quotations:
        return []
    others = list(dict.fromkeys(quotation.publisher or quotation.id for quotation in verdict.quotations))
    named = [_name(other) for other in others[:QUOTING_NAMED_MAX]]
    if len(others) > len(named):
        named.append(f"{len(others) - len(named)} more")
    whom = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    longest = plural(max(quotation.words for quotation in verdict.quotations), "word")
    carried = f"It carries the same quotation as {whom} (up to {longest})."
    return [f"{carried} Quotations that several articles carry are not counted as copied."]


def _own_date(verdict: Verdict) -> list[str]:
    """What the article's own date leaves open, and that the other's lies too far from it."""
    told = [
        f"Its publication date was not trusted: {DOUBT_WORDS[doubt]}."
        for basis, doubt in DATE_DOUBTS.items()
        if basis in verdict.basis
    ]
    if Basis.DATES_APART in verdict.basis:
        told.append("The two publication dates are weeks apart, so neither was believed.")
    return told


def _what(verdict: Verdict) -> str:
    if verdict.extent is Extent.REWRITTEN:
        return (
            f"It tells {_whose_article(verdict)} in other words: {percent(verdict.share)} of its rare words, names and"
            f" numbers stand there too, and it has few of its own. Confidence: {percent(verdict.confidence)}."
        )
    match verdict.kind:
        case VerdictKind.ORIGINAL:
            return "No substantial part of this text was published before."
        case VerdictKind.DUPLICATE:
            if Basis.SAME_PUBLISHER in verdict.basis:
                return f"The same publisher has already sent this article{_same(verdict)}."
            return f"This article has been sent before{_same(verdict)}."
        case VerdictKind.UPDATE:
            part = f"; the earlier version has {percent(verdict.share)} of this text" if verdict.share else ""
            by = " by the same publisher" if Basis.SAME_PUBLISHER in verdict.basis else ""
            return f"This is a newer version of an article{by}{_same(verdict)}{part}."
        case VerdictKind.REPUBLICATION:
            original = verdict.original
            outside = original is None or not original.ingested
            return _external(verdict) if outside else _shared(verdict)


def _external(verdict: Verdict) -> str:
    name = _name(verdict.original.publisher) if verdict.original else ""
    also = ""
    if verdict.sources:
        others = plural(len(verdict.sources), "earlier copy", "earlier copies")
        also = f" {_amount(verdict.share)} also appears in {others}."
    return (
        f"This text is credited to {name or 'another publisher'}, whose own article was not received.{also}"
    )


def _shared(verdict: Verdict) -> str:
    """How much of the text is found elsewhere, where, and how much of the original that is."""
    whose, there = _whose_article(verdict), _all_or_percent(verdict.source_share)
    if len(verdict.sources) <= 1:
        return f"{_amount(verdict.share)} appears in {whose} and makes up {there} of it{_passages(verdict)}."
    named = verdict.sources[:SOURCES_NAMED_MAX]
    parts = [f"{_name(source.publisher or source.id)} ({percent(source.share)})" for source in named]
    more = len(verdict.sources) - len(named)
    several = f"{', '.join(parts)} and {more} more" if more else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return (
        f"{_amount(verdict.share)} appears in {plural(len(verdict.sources), 'earlier article')}"
        f"{_passages(verdict)}: {several}. It contains {there} of {whose}."
    )


def _amount(share: float) -> str:
    text = _all_or_percent(share)
    return f"{text[:1].upper()}{text[1:]} of this text"


def _all_or_percent(share: float) -> str:
    return "all" if share >= 1 else percent(share)


def _passages(verdict: Verdict) -> str:
    longest = max((passage.words for passage in verdict.passages), default=0)
    if not longest:
        return ""
    if len(verdict.passages) == 1:
        return f" (one passage of {plural(longest, 'word')})"
    return f" ({len(verdict.passages)} passages, the longest of {plural(longest, 'word')})"


def _publisher(verdict: Verdict) -> str:
    """Whom the original is of; the original itself where nobody says who published it."""
    assert verdict.original is not None
    return _name(verdict.original.publisher) or _article(verdict.original)


def _whose_article(verdict: Verdict) -> str:
    assert verdict.original is not None
    name = _name(verdict.original.publisher)
    return f"{name}'s article" if name else _article(verdict.original)


def _article(original: Original) -> str:
    return f"article {_name(original.id)}" if original.id else "another article"


def _direction(verdict: Verdict) -> list[str]:
    told = []
    if Basis.CREDIT in verdict.basis and verdict.credit is not None:
        told.append(
            f"The text itself credits its source: “{shown_line(verdict.credit.text, 2 * NAME_COLUMNS_MAX)}”."
        )
    if Basis.LATE_ORIGINAL in verdict.basis:
        told.append("The original was received after this copy.")
    elif Basis.PUBLISHED_AT in verdict.basis:
        told.append("The original has the earlier publication date.")
    elif Basis.FIRST_SEEN in verdict.basis and Basis.CREDIT not in verdict.basis:
        told.append("The original was received first.")
    if Basis.CREDIT_CONFLICT in verdict.basis:
        told.append("Note: the credit and the dates, or two credits, contradict each other.")
    return told


_SAMENESS = {
    Basis.SAME_URL: "address",
    Basis.SAME_ID: "id",
    Basis.SAME_BODY: "text",
}


def _same(verdict: Verdict) -> str:
    known = [word for basis, word in _SAMENESS.items() if basis in verdict.basis]
    return f" (same {' and '.join(known)})" if known else ""


def _name(name: str) -> str:
    return shown_line(name, NAME_COLUMNS_MAX)
