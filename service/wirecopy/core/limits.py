"""Every number that bounds or decides something: name, unit, reason. Relations between them are asserted at
the end.
"""

from __future__ import annotations

# ---- what is read
RAW_BYTES_MAX = 16 * 1024 * 1024  # a body of 10 MB must go through; JSON escapes can swell it
JSON_DEPTH_MAX = 64  # deeper raw records are refused before anything walks them
ID_CHARS_MAX = 1024
URL_CHARS_MAX = 4096
TITLE_CHARS_MAX = 2048  # what is used of a title; the record keeps all of it
NAME_CHARS_MAX = 256  # publisher and credit names
LANGUAGE_CHARS_MAX = 35  # RFC 5646, 4.4.1
TIME_CHARS_MAX = 96  # JavaScript's default form, the zone's name in words behind it, has up to 80
EPOCH_SECONDS_MIN = (
    788_918_400  # 1995: before it there was no news on the web, and other counts of time begin
)
EPOCH_SECONDS_MAX = 4_102_444_800  # 2100
ZONE_EAST_HOURS = 14  # Kiribati: so much earlier than written a time without a zone may be
ZONE_WEST_HOURS = 10  # Hawaii: so much later; two islands lie further west
DATES_APART_MS_MAX = (
    30 * 24 * 3600 * 1000
)  # as long as an article is remembered: a story is copied within days; expiry dates and defaults lie beyond
SENT_AGAIN_MS_MAX = (
    92 * 24 * 3600 * 1000
)  # a quarter: who sends an article again under another headline does so within weeks
PUBLISHED_YEAR_MIN = (
    1600  # the first newspapers (1605): what claims to be older is a zero date of some system
)
PUBLISHED_YEAR_MAX = 2200  # and what claims to be later means "for ever" (9999-12-31)
VERSION_MAX = (
    2**56 - 1
)  # the log's numbers have 8 bytes of 7 bits; nanoseconds since 1970 exceed it, and are cut
REJECT_DETAIL_CHARS_MAX = 400  # a header and a log line
WESTERN_BYTES_SHARE_MAX = 0.15  # of bytes over 127 in cp1252: French has 4 %, Cyrillic or Chinese over 50 %
HOST_CHARS_MAX = 253  # RFC 1035, 2.3.4
CACHED_NAMES_MAX = 16_384  # entries of each cache of names and hosts: more than are in flight, about 3 MB
HTML_GUESS_CHARS = 65_536  # of an undeclared body looked at for tags: HTML shows itself early

# ---- shingles and winnowing
SHINGLE_TOKENS = 5  # k: 4 doubled the false flags (prototype on wirebench)
WINNOW_WINDOW = 10  # w: recall .9993 / .9981 / .9954 at 6 / 15 / 20

# ---- time
WINDOW_MS = 30 * 24 * 3600 * 1000  # default of the setting: how long an article is remembered

RENEW_AGE_PERCENT = 75  # of the window: postings older than that are renewed where they are copied again

# ---- redelivery
RECENT_VERDICTS_PER_PARTITION = 4096  # must exceed what one partition can have in flight
IN_FLIGHT_RECORDS_MAX = 2048  # per partition, enforced by the pipeline

assert RECENT_VERDICTS_PER_PARTITION > IN_FLIGHT_RECORDS_MAX, (
    "a redelivered record must find its first verdict"
)

# ---- prose: a line's shape (prototype on wirebench and pages; verdict-notes)
PROSE_ENDING_TOKENS_MIN = 8  # with a sentence mark at the end
PROSE_TOKENS_MIN = 18  # with some punctuation
PROSE_LONG_TOKENS_MIN = 40  # whatever else
WRAPPED_CHARS_MIN = 35  # a hard-wrapped line
WRAPPED_CHARS_MAX = 100
WRAPPED_PERCENT_MIN = 40  # of such lines go on in lower case

# ---- quotations (laws in text/quotation_kernels.py)
QUOTED_TOKENS_MIN = 4  # fewer are a name or a word in doubt, and the author's own
QUOTED_TOKENS_MAX = (
    120  # over several lines without a mark at their start; what is open for longer was never closed
)
QUOTED_SINGLE_TOKENS_MAX = 60  # up to a mark that may be an apostrophe
SPEAKER_CHARS_MAX = 40  # "SEN. JOHN SMITH, D-OHIO:"
SPEAKER_LINES_MIN = 3  # one such line is a dateline, two are a dateline and a heading
FRAME_TOKENS_MIN = 3  # "The statement reads:"
QUOTED_BYTES_MAX = 4096  # of the log's record: some 1,500 quotations, of a live blog

# ---- main region
TITLE_TOKENS_MIN = 2  # a one-word title stands anywhere
TITLE_EXTRA_TOKENS_MAX = 8  # a line may add a section or a date to the title
TITLE_PROSE_LINES_AHEAD = 12  # of several title lines the one with most prose in this many next lines
TITLE_STEP_BACK_LINES = 5  # a bread crumb right above the headline
TITLE_SKIPPED_LINES_MAX = 4  # date, author, section between the headline and the text
TITLE_BLOCK_LINE_TOKENS_MIN = 5
TITLE_BLOCK_LINES_BETWEEN_MAX = 10  # between two that end as sentences do
TITLE_BLOCK_TOKENS_MIN = 20
TITLE_BLOCK_ENDING_PERCENT_MIN = (
    15  # of its lines end as sentences do: hard-wrapped text 15–30, headline lists under 5
)
MAIN_GAP_LINES_MAX = 8  # lines without prose inside an article: captions, list items
MAIN_GAP_TOKENS_MAX = 60
CUT_AFTER_PERCENT = 35  # an "About X" heading ends the article only past this part of it
CUT_AFTER_TOKENS = 60
CUT_ALWAYS_AFTER_TOKENS = 200
CUT_HEADING_TOKENS_MAX = 8
SCANT_TOKENS_MAX = (
    256  # a text so short of which less than half is prose is no page with an article in it: a table
)

# ---- templates
TEMPLATE_GAP_TOKENS_MAX = 14  # between two template samples: w + k − 1, what winnowing may leave unsampled
TEMPLATE_LINE_PERCENT = 60  # a line that is template for the most part is template

# ---- matching
STORIES_PER_SHINGLE_MAX = (
    4  # a shingle of that many stories says nothing; caps 3 / 8 / 50: false flags .08 / .12 / .12 %
)
CANDIDATES_MAX = 10
CANDIDATE_HITS_MIN = 2
RUN_SOURCE_GAP_TOKENS_MAX = 60  # flat between 40 and 90
RUN_GAP_TOKENS_MAX = 120
RUN_DRIFT_TOKENS_MIN = 12
PIECE_WORDS_MIN = 15
LEAD_TOKENS = 60  # the first tokens of a main region
SOLID_GAP_TOKENS = (
    14  # w + k − 1: verbatim text has a hit at least so often; what lies beyond is not vouched for
)
TAIL_PART_MAX = 0.3  # of both main regions: above it what ends them is no foot of a network of sites
TAIL_TOKENS = 12  # a run that ends so near a main region's end ends with it

# ---- the fingerprint record
TOKENS_MAX = 16 * 1024 * 1024  # no text within RAW_BYTES_MAX has more
CREDITS_MAX = 8  # kept of one article
CREDIT_MENTIONS_MAX = 2  # of those: weak, and a live blog names every agency there is
CREDIT_NAME_WORDS_MAX = 6  # "Radio Free Europe of New Island"
CREDIT_PHRASE_TOKENS_MAX = (
    16  # a phrase with its name: "the rest of this article can be read at" and six words
)
CREDIT_LINE_CHARS_MAX = 160  # of a line that are looked at on either side
CREDIT_CANDIDATES_MAX = 512  # looked at of each sort, from both ends of the text: a page has about ten

# ---- the verdict (tokens unless said otherwise; prototype on wirebench and press)
SAME_URL_PART_MIN = 0.2
SITE_TAIL_WORDS = 50  # two pages of a site that each hold so much of their own are two articles
SITE_TAIL_PART = 0.15
SITE_TITLE_PART_MIN = 0.3
SITE_TITLE_LEAD_MIN = 0.2
SITE_LEAD_MIN = 0.5
SITE_PART_MAX_MIN = 0.5
SITE_PART_MIN = 0.3
TITLE_AND_CREDIT_HITS_MIN = 2  # the same title, and a credit that names the other
NAMED_PART_HITS_MIN = 3  # either of them, and
NAMED_PART_MIN = 0.25  # so much of one's main region
SITE_TITLE_PARTS_MIN = 0.5  # of both
SITE_TITLE_PART_ALONE_MIN = 0.6  # of either, wherever it stands
# another version by the same publisher, with much of its own (28 pairs of real versions, 52 of standing text)
VERSION_WORDS_MIN = 60
VERSION_PART_MIN = 0.33  # of both main regions
VERSION_MOST_MIN = 0.65  # of either
VERSION_HEAD_MIN = 0.4  # of the head of the earlier, which stands in the later, where
VERSION_HEAD_WORDS_MIN = 100  # are shared
VERSION_HEAD_PART_MIN = 0.2  # and of either
VERSION_HEADLESS_MIN = 0.5  # of either, where neither begins with any of it
VERSION_TAIL_MIN = 0.9  # of the shared words end both articles: then
VERSION_TAIL_PART_MIN = 0.55  # of both
ARTICLE_ALONE_PART_MIN = 0.85  # of the tokens are main region: no page stands around it; else what ends both
VERSION_FOOT_PART_MIN = 0.7  # may be the page's foot: of both
VERSION_APART_MS_MAX = 3 * 24 * 3600 * 1000  # published further apart:
VERSION_FAR_PART_MIN = 0.5  # of both
VERSION_TAIL_RUNS_MIN = 3  # and what ends both was edited in between: a standing piece is one run
VERSION_DENSITY_MIN = 0.7  # of the samples in between are the same
VERSION_REPEATED_MAX = 0.08  # captions of one gallery: .1 to .5
# forms and notices: what three stories share and none took from another
FORM_DENSITY_MAX = 0.9  # of the samples in between are the same; copies with a few figures changed have more
FORM_PAIRS_DENSITY_MAX = 0.92  # likewise of all three pairs together, which chance moves less; but
FORM_LONG_SAMPLES = 24  # of a longer text, which a few figures that rise leave as dense as a form:
FORM_LONG_DENSITY_MAX = 0.82
FORM_HELD_DENSITY_MAX = 0.95  # one of the pairs alone
FORM_PART_MIN = 0.55  # of both main regions
FORM_WITNESS_PART_MIN = 0.4  # likewise of a third that bears a form out
REMNANT_TEMPLATE_MIN = 0.5  # times as many samples in between are template as are shared
REWORDED_TOKENS_A_SAMPLE = 2  # changed, that a sample speaks for which the source does not hold
FORM_HITS_MIN = 5  # that both articles hold of this one
FORM_EXPECTED_PART = 0.85  # of words that were changed, so many samples replace one
FORM_OWN_APART = 1.5  # times as many, and one more, where all three are of one publisher, who edits no copies
FORM_APART_MAX = (
    3  # samples that one of two forms shares with a third by chance: the same weekday, the same town
)
FORM_APART_BOTH_MAX = 0.12  # or so large a part of those that both share with it
FORM_BESIDE_PART_MIN = 0.5  # of what another holds is none of the form: it shares another thing
FORM_COPY_PART_MIN = 0.95  # of the main region's samples: a copy of one form to the letter
FORM_FRESH_MIN = 2  # samples in which they differ at least
WITNESSES_MAX = (
    2  # articles that hold a shingle, for a copy that may be none to hold it too: fewer than silence it
)
WITNESS_ALONE_PART = (
    0.5  # of what a copy holds here and its original does not: with more it is a source itself
)
VERSION_ALONE_PART = 0.1  # of what a later version holds and the first does not
NOTICE_WORDS_MAX = 100  # shared; under three headlines
NOTICE_BODY_TOKENS_MAX = 150  # of a body that comes thrice from one publisher, under three headlines
NOTICE_PART_MIN = 0.3  # of both main regions: a teaser is little of its story
NOTICE_APART_PART_MAX = 0.1  # that one of two such articles alone holds of the third
UNSPACED_CHARS_PER_TOKEN_MAX = (
    3.0  # below it a text is of pseudo-words: alphabets have 5 to 8 a word, with the space
)
UNSPACED_WORDS_SCALE = (
    1.35  # pseudo-words (2 characters) that say as much as a word (2.7 of Japanese or Chinese)
)
PIECE_PART_MAX = (
    0.3  # of both main regions: what is no more is posted again, so that it counts as one story more
)
REPUBLISHED_WORDS_MIN = 36  # one run: a verbatim passage of 60 words measures at least 42 by its picks
PIECES_WORDS_MIN = 50  # several runs of PIECE_WORDS_MIN or more
PIECES_PART_MIN = (
    0.1  # and so much of one main region: less is links and lines that two pages of one aggregator show
)
SHORT_PART_MIN = 0.6  # a short text, whole
SHORT_WORDS_MIN = 15
SHORT_HITS_MIN = 3
CONTAINED_PART_MIN = 0.75
CONTAINED_LEAD_MIN = 0.5
NAMED_TOKENS_MIN = 30  # with the same title, or a credit that names the other
NAMED_HITS_MIN = 5
SECOND_LEAD_MIN = 0.5  # a further source
SECOND_WORDS_MIN = 18
LEAD_PASSAGE_WORDS_MIN = 30
# What another publisher's article must share to the letter outside of quotations (verdict/quotations.py). The frame of a
# quotation, who said it where and when, has up to 20 tokens; in real news those who quote the same share no more.
PLAIN_RUN_TOKENS_MIN = 24  # in one run
PLAIN_TOKENS_MIN = 60  # in several: frames of several quotations
PLAIN_PART_MIN = 0.5  # of what either article does not quote, and then at least
PLAIN_PART_TOKENS_MIN = 12
PLAIN_NAMED_TOKENS_MIN = (
    8  # with the same title or a credit that names the other, where as much as a quotation is quoted
)
# Two reports of one document share words of it among others: of 13 real pairs read, 12 are such
SCATTERED_PART_MAX = 0.2  # of both main regions
SCATTERED_LEAD_MAX = 0.3  # of both leads
SCATTERED_RUN_TOKENS_MAX = 60  # that neither quotes, in one run
SCATTERED_DENSITY_MAX = 0.85  # of the samples in between are the same: one word changed in fifty leaves .89
# A copy whose words were changed one by one (verdict/quotations.py), by real pairs and words changed at random
ORDER_SHINGLES_MIN = 4  # in a row that keeps its order and its distances
ORDER_SHINGLES_MAX = 512  # looked at: who shares more is found by its passages
ORDER_PLACES_MIN = 3  # that lie further apart than what is verbatim
ORDER_GAP_TOKENS_MAX = 165  # from one to the next
ORDER_UNEVEN_MAX = 3.0  # times the mean step from one to the next: the longest
ORDER_SPAN_MIN = 0.5  # of both main regions, by shingles of no third story
ORDER_SHORT_SPAN_MIN = 0.6  # by any, where they are
ORDER_SHORT_PART_MIN = 0.12  # of the article's samples
ORDER_STRETCH_MAX = 1.3  # times as much of one as of the other
WHOLE_PART_MIN = (
    0.6  # of both articles, quotations and all: an article that is little but quotations was copied as one
)
QUOTATIONS_MAX = 16  # told of one article
QUOTATION_WORDS_MIN = 12  # of one that is told
FULL_SHARE_MIN = 0.5  # more than half of this article, and
FULL_PART_MIN = 0.55  # of the source: half of it and what measuring by samples leaves open; and
FULL_LEAD_MIN = 0.2  # some of its beginning: extent .994 on wirebench; without the source's half .985
FULL_VERSION_SHARE_MIN = 0.8  # of a copy of one of several versions, whatever it begins with
SNAP_TOKENS_MAX = 25  # a passage that ends so near a line's edge ends there
STORY_CREDITS_LOOKED_AT_MAX = 64  # members of a story asked whom they credit

# ---- copies that were rewritten (rewriting.py; fitted to 118 of them beside 105 independent reports)
FEATURES_MIN = 16  # of an article: with fewer nothing can be told
FEATURES_REGION_MIN = 40  # tokens of a main region: below it the whole text is asked
REWRITTEN_ARTICLES_MIN = 50  # remembered: among fewer every word is rare
REWRITTEN_SHARED_MIN = 8  # features in common
REWRITTEN_SAMPLES_MAX = 5  # samples in common outside of quotations: from so many on words decide
REWRITTEN_TEMPLATE_PERCENT_MAX = 25  # of the samples of its main region
REWRITTEN_WORDS_PERMILLE_MIN = (
    200  # of the weight of ordinary words, likewise: translations share names and numbers alone
)
# Evidence in thousandths of a natural logarithm of odds, so many for
REWRITTEN_OVERLAP = 1870  # each doubling of the smaller of the two shares of weight
REWRITTEN_OWN = 9720  # names and numbers, by weight, that the source has not: all of them (against it)
REWRITTEN_BASE = 6020
REWRITTEN_EVIDENCE_MIN = 2270  # no independent report of 105, 2 of 1,401 other articles

# ---- the origin index
POSTINGS_COUNT_MAX = (
    8  # stories a shingle is listed under: one of four already votes for nobody, eight fill one bucket
)
STORY_TAKEN_PART_MIN = 0.6  # a late original of which so much is covered takes the whole story over
CREDIT_BEFORE_CHARS = 600  # above the first line of prose: bylines, datelines of their own line
CREDIT_AFTER_CHARS = 300  # below the last: "Source: X"
CREDIT_TOP_CHARS = 250  # a dateline stands in the first sentence
CREDIT_CONTEXT_TOKENS = 6
FILL_TOKENS_MAX = (
    160  # a gap between two runs that was rewritten and not added (heavy: .931, .943 at 80, 200)
)
FILL_EDGE_TOKENS_MAX = 12  # likewise at the main regions' edges, where only one side is known to be the same
FILL_EDGE_PART_MIN = 0.5  # unless so much of both is the same: then
FILL_EDGE_ALIKE_TOKENS_MAX = 58
FILL_DRIFT_TOKENS_MIN = 12
FILL_DRIFT_PART = 0.35
TRIM_TOKENS_MAX = 60  # a rest of the page before or after a source that stands here whole
TRIM_TITLED_PART = 0.6  # of what the source explains: a rest of the page after it, under its own title
TRIM_PART = 0.3  # of what the source explains
TRIM_SOURCE_TOKENS_MAX = 25

# ---- what is remembered of an article beside numbers (a blob must stay within articles.BLOB_BYTES_MAX)
REMEMBERED_LINES_MAX = 2000  # 25 bytes each
REMEMBERED_PASSAGES_MAX = 256

KNOWN_CACHED_MAX = 4096  # articles that others were compared with lately, decoded: about 1.5 KB each

# ---- working memory of the kernels over text, one lot a thread that is at work (about 15 bytes a byte of text)
SCRATCH_BYTES_MIN = 32 * 1024  # of text: most articles
SCRATCH_BYTES_MAX = 1024 * 1024  # what a larger text takes is given back to the system
