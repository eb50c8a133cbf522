"""The words of docs/evaluation.md around its figures, and the one table that no program can measure: verdicts on real
streams, read by hand.

The figures of a run come through report.py. The sentences here hold for any figures, except
`READINGS` and `ERRORS`, which are the result of reading verdicts one by one: read again when verdicts change.
"""

from __future__ import annotations

from typing import Final

CASES: Final = {
    "original": "an original on an ordinary page; must not be flagged",
    "late_original": "an original that arrives after its copies; must not be flagged",
    "verbatim": "the whole article, unchanged",
    "spelling": "names spelt differently throughout",
    "edited": "light edits",
    "heavy": "heavy edits",
    "cut": "a part of the article",
    "shuffled": "paragraphs in another order",
    "embedded": "inside an article of the site's own",
    "roundup": "two articles in one",
    "teaser": "the first lines and a link",
    "wire": "agency copy whose source never arrives",
    "update": "a newer version by the same publisher",
    "live": "a growing live blog",
    "again": "the same article sent again",
}
MEASURES: Final = {
    "precision": "flagged articles that do republish",
    "recall": "republications, updates and duplicates that were flagged",
    "f1": "precision and recall in one",
    "false_flag_rate": "originals that were flagged",
    "original": "correct original named",
    "sources": "true sources named",
    "extent": "full or partial, correctly",
    "share_error": "mean error of `share`",
    "passages": "overlap of passages with the true spans, in characters",
    "credit": "credit read correctly",
    "external": "copies of a source that never arrives, recognised",
    "final": "correct after corrections",
}

# stream, articles, which verdicts were read, how many, how many of them were right
READINGS: Final = (
    ("464 US outlets, 2012 to 2020", "37,538", "republications by shared text", "60", "17"),
    ("three outlets, to 2026", "26,503", "republications by shared text", "40", "4 to 5"),
    ("a Vietnamese aggregator", "35,439", "republications by shared text", "40", "34"),
    ("pages of 41 countries, 2023 to 2026", "257", "all flagged", "10", "6"),
    ("two of these streams", "–", "republications by credit alone", "120", "108"),
)

INTRODUCTION: Final = """\
# Evaluation

How often the verdicts are right: on real news streams, on generated data, and compared with other libraries. `make eval` writes
this page with the labelled sets' own scripts and the generators in `bench/curves.py`. The sets contain articles of others and are
not part of this repository; sets that are missing are skipped.
"""
READ_SETS: Final = """\
## Real articles, labelled by reading

`real`: pairs of articles of real streams that share text, labelled one by one: copies and versions should be linked; quotations
that both carry, boilerplate and forms should not. `credits`: heads and feet with an agency's name. `rewrites`: copies that a
language model rewrote, among independent reports of the same events.
"""
REAL_STREAMS: Final = """\
## Real news streams

Nobody has labelled these streams as a whole, so a random sample of the verdicts of **engine version 1** was read and judged by
hand. They have not been read again since; the labelled pairs above show what changed.

| stream | articles | verdicts | read | right |
|---|---|---|---|---|
ROWS

**Nearly all wrong republications were shared quotations**: statements, speeches and court texts of 40 to 200 words. Updates and
duplicates were right about nine times in ten. Real streams are harder than the generated data below, whose quotations are short.
"""
BESIDE_PEERS: Final = """\
## WireBench, compared with other libraries

WireBench is a generated stream of pages for which it is known what republishes what. A false flag is an original that was
flagged. For the other libraries, a text that is similar to an earlier one counts as flagged, with the earliest such text as
original. They know no boilerplate, credits or publishers; the table measures this difference. It does not compare speed
([benchmarks.md](benchmarks.md) does): our time is from JSON to JSON, and gaoya gets its shingles through a slow callback.
"""
WIREBENCH: Final = "## WireBench by measure and case"
PAIRS: Final = """\
## Labelled pairs

**press**: press releases, of which most pairs share only "About the company". **pages**: unrelated pages of one site.
**extractions**: one page through different text extractors.
"""
ACTING_ON_A_SHARE: Final = """\
## Using a minimum share

The verdict needs no threshold. A consumer may still ignore republications below a `share` of its choice:
"""
PASSAGE_LENGTH: Final = """\
## Length of the shared passage

A verbatim run of n words of one article at a random place in another article, TRIALS trials per length. Quotations of about 25
words should not be flagged. "Flagged at all" also counts flags for other reasons.
"""
REWRITING: Final = """\
## Rewriting

Each word of an article is, with the given probability, left out, swapped with the next or replaced by a word of another article.
Each sentence is left out or swapped with the next with a quarter of that probability.
"""
ERRORS: Final = """\
## Known limits and errors

- **Quotations** that several outlets share: see above.
- **Paraphrase.** Evidence is runs of five equal words; a text that is retold in other words has none.
- **Translation.** A translated article is an original unless it names its source as author.
- **Short texts.** A text with fewer than about fifteen words of prose of its own is not flagged for them.
- **New sites.** A template is known only after it was seen twice. This causes most of the error of `share`.
- **Copies without their original.** Without a credit or a date, the first article received counts as the original.
- **Updates** are compared with the first version of their story. Text that a later version added counts as new.

The remaining errors on the sets, read one by one:

- **False flags.** All but one of the flagged originals state another source ("first appeared at", an agency's dateline,
  "reprinted with permission") and are labelled originals all the same. The other shares a paragraph of over a hundred words.
- **Press.** The missing release is credited to the wire that sends it second. The credit decides, so its first copy is corrected.
- **Extractions.** Link addresses that are broken over lines between the words; extractions without the article; tables.
- **Passages.** Heavy edits at an article's edges; hard-wrapped tables, whose lines many stories share.
- **Short runs.** A run of 60 words is missed if the article around it, or its source, has no recognisable end on its page."""


def real_streams() -> str:
    """The section on real streams."""
    rows = "\n".join(f"| {' | '.join(row)} |" for row in READINGS)
    return REAL_STREAMS.replace("ROWS", rows)
