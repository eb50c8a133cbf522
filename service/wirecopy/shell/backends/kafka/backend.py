"""The Kafka backend of ports.py, composed of the modules beside it, which alone use aiokafka.

The client's hazards A1 to A17, and what these modules do about each, are listed in docs/reliability.md. This module builds
the parts and checks the client: private names are used (the coordinator's `_send_req` and `_coordinator`), so the version is
pinned and asserted.
"""

from __future__ import annotations

import logging

import aiokafka
from aiokafka.producer import sender as aiokafka_sender

from wirecopy.shell.backends.kafka import damage
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
        damage.install()
        logging.getLogger("aiokafka").addHandler(last_words)
        self._options = options

    @property
    def alone(self) -> bool:
        return False

    def source(self) -> RawSource:
        return KafkaSource(self._options)

    def log(self) -> FingerprintLog:
        return KafkaLog(self._options)

    def outputs(self, source: RawSource) -> Outputs:
        assert isinstance(source, KafkaSource), "outputs read committed offsets through their own source"
        return KafkaOutputs(self._options, source)

    def raw_reader(self) -> RawReader:
        return KafkaRawReader(self._options)
