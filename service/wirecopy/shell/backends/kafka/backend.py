"""Kafka behind the ports: the backend, composed of the modules beside it, which alone know aiokafka.

What the client does not do for exactly-once, and what it does wrongly under failure, is made good there (the
hazards A1 to A17 of ARCHITECTURE.md, "Non-obvious"; they were read in aiokafka 0.14.0's source and seen on a
real broker):

- one transactional producer per raw partition; its start fences every earlier owner, and only then is the
  committed offset read, through a guard, because an OffsetFetch that fails as a whole looks to aiokafka like a
  group that never committed;
- every delivery future is awaited before the commit, because the client commits over failed batches;
- every await on the client has a deadline, because with a frozen broker none of them returns; a client that
  hangs while it is closed is left behind, and a producer that failed once is never touched again: it may be
  poisoned;
- positions belong to the pipeline: a partition gives nothing until it is seeked, and held-back ones are left
  out of the poll, not paused, so that what was fetched of them is not fetched again.

The version is pinned and asserted, since private names are used: the coordinator's `_send_req` and
`_coordinator`.
"""

from __future__ import annotations

import logging

import aiokafka
from aiokafka.producer import sender as aiokafka_sender

from wirecopy.shell.backends.kafka.client import last_words
from wirecopy.shell.backends.kafka.log import KafkaLog
from wirecopy.shell.backends.kafka.outputs import KafkaOutputs
from wirecopy.shell.backends.kafka.raw_reader import KafkaRawReader
from wirecopy.shell.backends.kafka.source import KafkaSource
from wirecopy.shell.errors import FatalError
from wirecopy.shell.options import KafkaOptions
from wirecopy.shell.ports import FingerprintLog, Outputs, RawReader, RawSource

PINNED_VERSION = "0.14."
CONCURRENT_TRANSACTIONS_DELAY_S = (
    0.002  # aiokafka waits 20 ms; the markers of the last transaction take 1 to 3
)


def check_client() -> None:
    """The guard and the delays use private names: another version of the client must not run unseen."""
    if not aiokafka.__version__.startswith(PINNED_VERSION):
        raise FatalError(
            f"aiokafka {aiokafka.__version__} is installed, but version {PINNED_VERSION}x is required"
        )
    if not __debug__:
        raise FatalError(
            "python -O removes assertions that the Kafka client's safety rests on: run without it"
        )


class KafkaBackend:
    """One replica's view of a Kafka cluster. See `Backend`."""

    def __init__(self, options: KafkaOptions) -> None:
        check_client()
        aiokafka_sender.BACKOFF_OVERRIDE = CONCURRENT_TRANSACTIONS_DELAY_S
        logging.getLogger("aiokafka").addHandler(last_words)
        self._options = options

    def source(self) -> RawSource:
        return KafkaSource(self._options)

    def log(self) -> FingerprintLog:
        return KafkaLog(self._options)

    def outputs(self, source: RawSource) -> Outputs:
        assert isinstance(source, KafkaSource), "outputs read committed offsets through their own source"
        return KafkaOutputs(self._options, source)

    def raw_reader(self) -> RawReader:
        return KafkaRawReader(self._options)
