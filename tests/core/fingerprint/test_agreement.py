"""Laws of the log's agreement: the first counts until one replaces it, damage is refused, and a raw topic that was made
again has positions of its own."""

from __future__ import annotations

import pytest

from wirecopy.core.engine import Engine
from wirecopy.core.fingerprint.agreement import decode_agreement, encode_agreement
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.model import Agreement, Outcome, RawArticle, RawPosition, Refused
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw

FIRST = Agreement((("window", "30"),), (("articles.raw", "id-1"),), replaces=False)
OTHER = Agreement((("window", "7"),), (("articles.raw", "id-1"),), replaces=False)


def test_what_is_written_is_read_and_damage_is_refused() -> None:
    value = encode_agreement(FIRST)
    assert decode_agreement(value) == FIRST
    for at in range(len(value)):
        damaged = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
        assert isinstance(decode_agreement(damaged), Refused)
        assert isinstance(Engine().replay(0, 0, damaged), Refused)


def test_the_first_counts_until_one_replaces_it() -> None:
    engine = Engine()
    assert engine.agreed() is None
    for offset, (written, counts) in enumerate(
        [(FIRST, FIRST), (OTHER, FIRST), (Agreement(OTHER.settings, OTHER.topics, True), OTHER)]
    ):
        engine.replay(offset, 0, encode_agreement(written))
        agreed = engine.agreed()
        assert agreed is not None and agreed.settings == counts.settings
        assert Engine.from_state(engine.state()).agreed() == agreed
    assert engine.stats().records_refused == 0


@pytest.mark.parametrize("again", [False, True])
def test_a_record_of_a_topic_that_was_made_again_is_not_taken_for_the_old_one(again: bool) -> None:
    position = RawPosition("articles.raw", 0, 5)
    article = decode_raw(
        b'{"id": "a", "publisher": "one.example", "body": "'
        + b"The ferries sail again in June. " * 20
        + b'"}',
        position,
        FieldPaths(),
        {},
    )
    assert isinstance(article, RawArticle)
    value, engine = propose(article).value, Engine()
    engine.replay(0, 0, encode_agreement(FIRST))
    engine.replay(1, 0, value)
    assert engine.judged("articles.raw", 0) == (5, 5)
    topics = (("articles.raw", "id-2" if again else "id-1"),)
    engine.replay(2, 0, encode_agreement(Agreement(FIRST.settings, topics, replaces=True)))
    assert engine.judged("articles.raw", 0) == (None if again else (5, 5))
    outcome = engine.replay(3, 0, value)
    assert isinstance(outcome, Outcome) and outcome.redelivered is not again
