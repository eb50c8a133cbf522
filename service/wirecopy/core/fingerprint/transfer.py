"""A proposal on its way from the process that made it to the one that replays and publishes.

Plain values, since pickling a frozen dataclass costs microseconds each and an article is made of three. Credits as
found stay behind (those of the record travel inside its bytes). The raw bytes do not travel either where the owner
still holds what came. So about 13 KB go, and nothing that `enrich` and `encode_enriched` say of a restored proposal
differs (a law of the tests).
"""

from __future__ import annotations

import numpy as np

from wirecopy.core.fingerprint.propose import Proposal
from wirecopy.core.model import DateDoubt, RawArticle, RawPosition

Transfer = tuple[
    bytes,  # the log record
    str,  # digest of the body
    bytes | None,  # the raw object, None where it is what came
    str,  # id
    str,  # body
    str | None,  # the text that the body shows, None where that is the body
    bytes | None,  # where in the body it stands, i32
    str,  # title
    str,  # URL
    str,  # host
    str,  # publisher
    str,  # domain
    int | None,  # published at, ms
    str,  # language
    int,  # version
    str | None,  # what the date leaves open
    bytes,  # token starts, i32
    bytes,  # token ends, i32
]


def to_transfer(proposal: Proposal, came: bytes) -> Transfer:
    """What travels of a proposal. `came`: the raw record's value, which the owner holds."""
    article = proposal.article
    return (
        proposal.value,
        proposal.body_xxh3,
        None if article.raw == came else article.raw,
        article.id,
        article.body,
        None if article.offsets is None else article.text,
        None if article.offsets is None else article.offsets.tobytes(),
        article.title,
        article.url,
        article.host,
        article.publisher,
        article.domain,
        article.published_at_ms,
        article.language,
        article.version,
        article.date_doubt,
        proposal.starts.tobytes(),
        proposal.ends.tobytes(),
    )


def from_transfer(values: Transfer, came: bytes, position: RawPosition) -> Proposal:
    """The proposal as far as anything behind the log needs it."""
    record, digest, raw, id_, body, shown, offsets = values[:7]
    title, url, host, publisher, domain, published_at_ms, language, version, doubt = values[7:16]
    article = RawArticle(
        position,
        came if raw is None else raw,
        id_,
        body,
        body if shown is None else shown,
        None if offsets is None else np.frombuffer(offsets, np.int32),
        title,
        url,
        host,
        publisher,
        domain,
        published_at_ms,
        language,
        version,
        date_doubt=None if doubt is None else DateDoubt(doubt),
    )
    starts, ends = (np.frombuffer(data, np.int32) for data in values[16:])
    return Proposal(article, record, digest, starts, ends, ())
