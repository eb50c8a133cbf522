"""The words of docs/evaluation.md around its figures, and what no program can measure: verdicts on real streams, read
by hand.

The figures of a run come through report.py. The sentences here hold for any figures, except
`REAL_STREAMS` and `ERRORS`, which are the result of reading verdicts one by one: read again when verdicts change.
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

# of the sets labelled by reading, which of the script's rows the page shows, and in which words
READ_ROWS: Final = {
    "SHOULD be linked": "real: copies and versions, linked",
    "copy": "real: copies",
    "version": "real: versions",
    "should NOT be linked": "real: everything else, linked",
    "quote": "real: quotations",
    "boilerplate": "real: boilerplate and forms",
    "whole: called a republication of the right one": "credits: whole texts of others, right source named",
    "part: called a republication": "credits: parts, taken for the whole",
    "WRONG mention or own page called a republication": "credits: mentions and own pages, taken for credits",
}
INTRODUCTION: Final = """\
# Evaluation

How often the verdicts are right: on real news streams, on generated data, and compared with other libraries. `make eval` writes
this page with the labelled sets' own scripts and the generators in `bench/curves.py`. The sets are
not part of this repository.
"""
READ_SETS: Final = """\
## Real articles, labelled by reading

`real`: pairs of real articles that share text. People read each pair: copies and versions should be linked; quotations,
boilerplate and forms should not. `credits`: heads and feet that name an agency. `rewrites`: copies that a language model rewrote.
"""
TRACED: Final = """\
## Rewritten copies

{light} lightly and {heavy} heavily rewritten copies, among {independent} independent reports, at any threshold
([rewritten.md](rewritten.md)).
"""
REAL_STREAMS: Final = """\
## Real news streams, read by hand

Of engine version 1, a random sample on four streams (99,737 articles, 2012 to 2026) was read: about 61 of 150 republications by
shared text were right, and 108 of 120 by credit alone. Nearly all wrong ones were shared quotations. Later versions' verdicts on
these streams have not been read. Real streams are harder than the generated data below.
"""
BESIDE_PEERS: Final = """\
## WireBench, compared with other libraries

WireBench is a generated stream of pages for which it is known what republishes what. A false flag is an original that was
flagged. For the other libraries, a text that is similar to an earlier one counts as flagged, with the earliest such text as
original. They know no boilerplate, credits or publishers; the table measures this difference, and not speed
([benchmarks.md](benchmarks.md)).
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

- **Paraphrase.** A text that is retold is found by rare words, names and numbers alone ([rewritten.md](rewritten.md)).
- **Translation.** A translated article is an original unless it names its source as author.
- **Short texts.** A text with fewer than about fifteen words of prose of its own is not flagged for them.
- **New sites.** A template is known only after it was seen twice. This causes most of the error of `share`.
- **Copies without their original.** Without a credit or a date, the first article received counts as the original.
- **Updates** are compared with their story's first version; later additions count as new.

The remaining errors on the sets, read one by one:

- **False flags.** Most state another source: a signature that the labels do not know, or a page's real foot around another body.
- **Press.** The missing release is credited to the wire that sends it second. The credit decides, so its first copy is corrected.
- **Extractions.** Link addresses that are broken over lines between the words; extractions without the article; tables.
- **Passages.** Heavy edits at an article's edges; hard-wrapped tables, whose lines many stories share.
- **Short runs.** A run of 60 words is missed if the article around it, or its source, has no recognisable end on its page."""
