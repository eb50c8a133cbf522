"""What the index knows of an article that came before, by names: its row's numbers and the head of its blob together."""

from __future__ import annotations

from wirecopy.core import limits
from wirecopy.core.fingerprint.record import RecordCredit
from wirecopy.core.index.row import Row
from wirecopy.core.index.stored import decode_head
from wirecopy.core.model import Original, RawPosition, VerdictKind
from wirecopy.core.publishers import brand_keys
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

    @property
    def external(self) -> bool:
        """Whether it is somebody's who is not in the index."""
        return self.original is not None and not self.original.ingested

    @property
    def renewed(self) -> bool:
        """Whether it can hold postings of another's text: a copy that renewed them."""
        return self.kind is VerdictKind.REPUBLICATION and not self.external


def known_of(number: int, row: Row, blob: bytes) -> Known:
    """What a row and a blob of the article store say."""
    head = decode_head(blob)
    return Known(
        number=number,
        story=row.story,
        story_id=head.story_id,
        id=head.id,
        url=head.url,
        publisher=head.publisher,
        host=head.host,
        domain=head.domain,
        brands=brand_keys(head.publisher, head.host, head.domain),
        published_at_ms=None if row.published_at_ms == limits.NO_TIME_MS else row.published_at_ms,
        position=head.position,
        body_xxh3=head.body_xxh3,
        title_digest=row.title_digest,
        main=(row.main_start, row.main_end),
        own_tokens=row.own_tokens,
        kind=head.kind,
        original=head.original,
        credit=head.strongest_credit(),
        version=head.version,
    )
