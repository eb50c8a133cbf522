"""What the index knows of an article that came before, by names: its row's numbers and the head of its blob together."""

from __future__ import annotations

from wirecopy.core.fingerprint.record import RecordCredit
from wirecopy.core.model import DateDoubt, Original, RawPosition, VerdictKind
from wirecopy.core.values import Value


class Known(Value):
    """What the index remembers of an article that came before."""

    number: int  # in the article store
    story: int  # number of the story's first article
    story_id: str
    id: str
    url: str
    publisher: str
    host: str
    domain: str
    brands: tuple[str, ...]
    published_at_ms: int | None
    position: RawPosition
    body_xxh3: str
    title_digest: int
    main: tuple[int, int]  # its main region, in tokens
    own_tokens: int  # of that, templates aside
    kind: VerdictKind
    original: Original | None
    credit: RecordCredit | None  # its own strongest, where that is strong
    version: int = 0  # as its publisher counts; 0: not said
    date_doubt: DateDoubt | None = None  # what its date leaves open
    fresh: int = 0  # samples that nobody held before it

    @property
    def external(self) -> bool:
        """Whether it is somebody's who is not in the index."""
        return self.original is not None and not self.original.ingested

    @property
    def renewed(self) -> bool:
        """Whether it can hold postings of another's text: a copy that renewed them."""
        return self.kind is VerdictKind.REPUBLICATION and not self.external
