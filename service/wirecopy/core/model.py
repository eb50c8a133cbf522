"""The values that travel: one frozen type per stage of an article's journey.

    raw bytes → RawArticle | Rejected → Proposal (with its SketchRecord) → Outcome (Verdict, corrections) → enriched bytes

No dict travels past the codec. Nothing here computes anything: the stages do, each in its own file.
All times are integers in milliseconds since the Unix epoch, named `_ms`; all offsets into texts count code points.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from wirecopy.core.values import Value

U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]
U16 = npt.NDArray[np.uint16]
U8 = npt.NDArray[np.uint8]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]


class RawPosition(Value):
    """Where a raw record lies in Kafka: the only identity that a redelivered record surely keeps."""

    topic: str
    partition: int
    offset: int


class RejectReason(StrEnum):
    """Why a raw record goes to the dead letters. A closed set: it is a metric label and a header."""

    TOMBSTONE = "tombstone"  # no value at all
    TOO_LARGE = "too_large"  # over limits.RAW_BYTES_MAX, or the enriched record would not fit its topic
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    TOO_DEEP = "too_deep"
    BODY_MISSING = "body_missing"
    BODY_NOT_TEXT = "body_not_text"
    BODY_EMPTY = "body_empty"
    FIELD_INVALID = "field_invalid"  # a field we rely on has a type or value nobody can read
    DAMAGED = "damaged"  # offsets that nobody can read; the dead letter stands for them
    INTERNAL = "internal"  # our own fault: the record is kept, the fault is logged


class Rejected(Value):
    """Bad data as a value: a record that cannot be judged, and a sentence that says why and what to do."""

    reason: RejectReason
    detail: str


class DateDoubt(StrEnum):
    """Why a date of publication says less than it seems to. A closed set: a metric label; in `basis`, "date_" goes before."""

    UNREAD = "unread"  # in no form that is known
    AMBIGUOUS = "ambiguous"  # 02/03/2024: two days
    PLACEHOLDER = "placeholder"  # a program's zero: 1970-01-01, 9999-12-31
    NO_ZONE = "no_zone"  # local time somewhere
    ZONE_AMBIGUOUS = "zone_ambiguous"  # IST: India, Ireland or Israel
    DAY_ONLY = "day_only"  # a bare date, or midnight
    LOCAL_MIDNIGHT = "local_midnight"  # midnight of a zone that it names: a day of that zone


class Dropped(StrEnum):
    """What of a record was given and not used. A closed set."""

    URL_TOO_LONG = "url_too_long"
    URL_NOT_TEXT = "url_not_text"
    TITLE_NOT_TEXT = "title_not_text"
    TITLE_CUT = "title_cut"
    PUBLISHER_NOT_TEXT = "publisher_not_text"
    PUBLISHER_CUT = "publisher_cut"
    LANGUAGE_NOT_TEXT = "language_not_text"
    LANGUAGE_CUT = "language_cut"


class RawArticle(Value):
    """A decoded raw record.

    `raw` is the JSON object exactly as it came (UTF-8, outer white space and BOM cut), so that its own fields go out
    unchanged. `text` is what is judged: the body itself, or the text that an HTML body shows; then `offsets[i]` is the
    offset in `body` of `text[i]`, and `offsets[len(text)]` is the end (None where text is body).
    """

    position: RawPosition
    raw: bytes
    id: str
    body: str
    text: str
    offsets: I32 | None
    title: str
    url: str
    host: str  # of the site that published, lower case, without "www."; "" without a URL, or where a platform carries it
    publisher: str  # as given; else the domain
    domain: str  # whom it belongs to: alias of the publisher, else site of URL or publisher, else publisher folded; "": unknown
    published_at_ms: int | None
    language: str
    version: int  # ninjs version or the record's own; 0 where none is given
    evolved_from: str = (
        ""  # id of the article that this one succeeds (ninjs evolvedfrom), as the publisher gives it
    )
    date_doubt: DateDoubt | None = None  # what its date leaves open; None: a moment, or no date given
    dropped: tuple[Dropped, ...] = ()  # what of the record was not used


class CreditKind(StrEnum):
    DATELINE = "dateline"  # "PARIS (Reuters) —", "CNN —"
    BYLINE = "byline"  # "By The Associated Press"
    VIA = "via"  # "Ednews informs via CNN"
    SOURCE = "source"  # "Source: X", "Fuente: X", "来源：X"
    ORIGINALLY = "originally"  # "This article was originally published by X"
    READ_MORE = "read_more"  # "Read the full story at X": a teaser's link
    MENTION = "mention"  # "according to Reuters": says where a fact is from, not whose text this is


class CreditScope(StrEnum):
    """How much a credit says, by its words and its place. Only `text` makes a republication without a match."""

    TEXT = "text"  # whose text this is
    PART = "part"  # that the text uses material of theirs: "The AP contributed to this report"
    CLAIM = "claim"  # that it comes from them, in words that may be about less: a match has to bear it out
    FACT = "fact"  # where a fact, a figure or a picture is from
    PAGE = "page"  # it stands outside the article: the page says it


class Credit(Value):
    """Whom a text names as its source. Offsets are code points of `RawArticle.text`, half open."""

    kind: CreditKind
    name: str  # as written: "CNN", "The Associated Press"
    key: (
        str  # what it is compared by: folded name of the agency or brand ("reuters", "cnn"), aliases resolved
    )
    agency: bool  # a news agency of the table
    text: str  # the phrase that says so
    start: int
    end: int
    scope: CreditScope


class VerdictKind(StrEnum):
    ORIGINAL = "original"
    REPUBLICATION = "republication"
    UPDATE = "update"
    DUPLICATE = "duplicate"


class Extent(StrEnum):
    FULL = "full"
    PARTIAL = "partial"
    REWRITTEN = "rewritten"  # told again in other words, by rare words, names and numbers in common


class Rewritten(StrEnum):
    """What becomes of evidence that an article was rewritten from another. Decides verdicts: all replicas need the same."""

    ON = "on"  # it makes a republication
    REPORT = "report"  # it is told beside the verdict
    OFF = "off"


class Basis(StrEnum):
    """Why this one is named the original; several may hold, conflicts are said."""

    CREDIT = "credit"
    PUBLISHED_AT = "published_at"
    FIRST_SEEN = "first_seen"
    SAME_URL = "same_url"
    SAME_ID = "same_id"
    SAME_BODY = "same_body"
    SAME_PUBLISHER = "same_publisher"
    CREDIT_CONFLICT = "credit_conflict"  # the credit and the clock (or another credit) disagree
    LATE_ORIGINAL = "late_original"
    TEMPLATE_LEARNED = "template_learned"
    REWRITTEN = "rewritten"  # rare words, names and numbers in common, and few of its own
    DATES_APART = "dates_apart"  # by weeks: one of the two is wrong, and neither is believed
    # what this article's own date leaves open (DateDoubt): it decides nothing that it does not bear out
    DATE_UNREAD = "date_unread"
    DATE_AMBIGUOUS = "date_ambiguous"
    DATE_PLACEHOLDER = "date_placeholder"
    DATE_NO_ZONE = "date_no_zone"
    DATE_ZONE_AMBIGUOUS = "date_zone_ambiguous"
    DATE_DAY_ONLY = "date_day_only"
    DATE_LOCAL_MIDNIGHT = "date_local_midnight"


class Passage(Value):
    """A run of this article's body that a source holds: code points of the body as it came, half open."""

    start: int
    end: int
    words: int
    source: str  # article id


class Source(Value):
    id: str
    publisher: str
    share: float  # part of this article's own words that it holds
    source_share: float  # part of its own words found here


class Original(Value):
    """Who was first. `ingested` False: only its name is known, from a credit; id and position are None."""

    id: str | None
    url: str | None
    publisher: str
    published_at_ms: int | None
    ingested: bool
    position: RawPosition | None


class Quotation(Value):
    """Words that this article and another one both give as a third person's. They say nothing of who took whose text."""

    start: int  # code points of the body as it came, half open
    end: int
    words: int
    id: str  # of the other article
    publisher: str


class Verdict(Value):
    kind: VerdictKind
    extent: Extent | None  # only for republications
    story: str  # id of the article that the story is named after: the first of it that was seen
    original: Original | None  # None for an original
    share: float
    source_share: float
    boilerplate_share: float
    passages: tuple[Passage, ...]
    sources: tuple[Source, ...]  # best first
    credit: Credit | None
    basis: tuple[Basis, ...]
    quotations: tuple[Quotation, ...] = ()  # in order; no part of any share
    rewritten_of: str = (
        ""  # id of the article that this one was rewritten from, as far as evidence goes; "": of none
    )
    rewritten_publisher: str = ""
    confidence: float = 0.0  # in that, 0 to 1


class CorrectionReason(StrEnum):
    LATE_ORIGINAL = "late_original"
    TEMPLATE_LEARNED = "template_learned"


class Correction(Value):
    """A verdict published before that what came later shows to be wrong; published in the transaction of its cause."""

    id: str  # of the corrected article: the key on the corrections topic
    position: RawPosition  # of the corrected article
    body_xxh3: str
    verdict: Verdict
    reason: CorrectionReason
    cause: RawPosition


class RefusalReason(StrEnum):
    """Why a record of the fingerprint log is passed over; every replica refuses it alike."""

    NOT_A_RECORD = "not_a_record"  # another writer, or bytes damaged on the way
    ENGINE_VERSION = "engine_version"


class Outcome(Value):
    """What one record of the fingerprint log led to. `redelivered`: judged before; verdict and corrections are the first ones."""

    position: RawPosition
    body_xxh3: str
    verdict: Verdict
    corrections: tuple[Correction, ...]
    redelivered: bool


class Agreement(Value):
    """What the replicas of one log must have alike, as one of them wrote it there. `settings`: names and values of what
    decides a verdict. `topics`: names and ids of the raw topics, as far as ids are known. `replaces`: takes the place of the
    agreement before it; otherwise it only counts where there is none."""

    settings: tuple[tuple[str, str], ...]
    topics: tuple[tuple[str, str], ...]
    replaces: bool


class Refused(Value):
    reason: RefusalReason
    detail: str


class EngineStats(Value):
    articles: int
    postings: int
    index_bytes: int
    template_shingles: int
    log_offset: int  # next offset of the fingerprint log to replay; 0 at the start
    log_time_ms: int  # largest append time replayed
    records_refused: int
