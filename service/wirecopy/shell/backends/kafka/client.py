"""What all parts of the Kafka backend share: the client's errors as those of errors.py, deadlines, connections, the guarded
OffsetFetch, and readers.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, errors
from aiokafka.abc import AbstractTokenProvider
from aiokafka.protocol.commit import OffsetFetchRequest

from wirecopy.core.model import RawPosition
from wirecopy.shell.backends.kafka import deadlines, reachable
from wirecopy.shell.backends.kafka.deadlines import close_in_background
from wirecopy.shell.errors import (
    FatalError,
    FencedError,
    PortError,
    RefusalKind,
    RefusedError,
    UnavailableError,
)
from wirecopy.shell.options import KafkaOptions
from wirecopy.shell.ports import RawRecord


class InvalidRecordError(errors.BrokerResponseError):  # type: ignore[misc]
    """The client does not know this answer (KIP-467) and calls it an unknown error."""

    errno = 87
    message = "INVALID_RECORD"
    description = "The broker failed to validate the record."


errors.kafka_errors.setdefault(InvalidRecordError.errno, InvalidRecordError)
FENCED = (errors.ProducerFenced, errors.InvalidProducerEpoch, errors.TransactionCoordinatorFenced)
REFUSALS: Mapping[type[Exception], RefusalKind] = {
    errors.MessageSizeTooLargeError: RefusalKind.TOO_LARGE,
    errors.RecordListTooLargeError: RefusalKind.TOO_LARGE,
    errors.TopicAuthorizationFailedError: RefusalKind.NOT_ALLOWED,
    errors.GroupAuthorizationFailedError: RefusalKind.NOT_ALLOWED,
    errors.ClusterAuthorizationFailedError: RefusalKind.NOT_ALLOWED,
    errors.TransactionalIdAuthorizationFailed: RefusalKind.NOT_ALLOWED,
    errors.UnknownTopicOrPartitionError: RefusalKind.NO_SUCH_TOPIC,
    errors.InvalidTransactionTimeout: RefusalKind.INVALID,
    errors.InvalidSessionTimeoutError: RefusalKind.INVALID,
    errors.InvalidGroupIdError: RefusalKind.INVALID,
    errors.InvalidTopicError: RefusalKind.INVALID,
    errors.InvalidTimestampError: RefusalKind.INVALID,
    errors.InvalidReplicationFactorError: RefusalKind.INVALID,
    errors.PolicyViolationError: RefusalKind.INVALID,
    InvalidRecordError: RefusalKind.INVALID_RECORD,
}


# ---- errors and deadlines
class _LastWords(logging.Handler):
    """Keeps the client's last warning: the error it raises when it cannot log in does not say why (A13)."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = record.getMessage()[:300]


last_words = _LastWords()


def translate(error: BaseException, doing: str) -> PortError:
    """A client's exception as one of errors.py. What is not known to be a refusal counts as transient."""
    if isinstance(error, UnavailableError):
        where = reachable.told()
        return error if not where or where in str(error) else UnavailableError(f"{error} ({where})")
    if isinstance(error, PortError):
        return error
    text = f"{doing}: {type(error).__name__}: {error}"
    if isinstance(error, FENCED):
        return FencedError(text)
    for kind, refusal in REFUSALS.items():
        if isinstance(error, kind):
            return RefusedError(refusal, text)
    if isinstance(error, errors.KafkaConnectionError) and last_words.text:
        text = f"{text} (last warning of the client: {last_words.text})"
    return translate(UnavailableError(text), doing)


def within(timeout_ms: int, doing: str) -> AbstractAsyncContextManager[None]:
    """A deadline for calls on the client, and the errors of errors.py for its own."""
    return deadlines.within(timeout_ms, doing, translate)


# ---- connections
class _FileToken(AbstractTokenProvider):  # type: ignore[misc]
    """An OAUTHBEARER token from a file that the platform rotates."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    async def token(self) -> str:
        return (await asyncio.to_thread(self._path.read_text, encoding="utf-8")).strip()


def connection(options: KafkaOptions) -> dict[str, Any]:
    """What every client is made with. Raises `FatalError` for a certificate that cannot be read."""
    reachable.watch_connections()
    arguments: dict[str, Any] = {
        "bootstrap_servers": options.bootstrap_servers,
        "client_id": options.client_id,
        "request_timeout_ms": options.request_timeout_ms,
        "metadata_max_age_ms": options.metadata_max_age_ms,
        "security_protocol": options.security_protocol,
    }
    if options.security_protocol in ("SSL", "SASL_SSL"):
        arguments["ssl_context"] = _ssl_context(options)
    if options.security_protocol.startswith("SASL"):
        arguments["sasl_mechanism"] = options.sasl_mechanism
        arguments["sasl_plain_username"] = options.sasl_username
        arguments["sasl_plain_password"] = options.sasl_password
        if options.sasl_mechanism == "OAUTHBEARER" and options.sasl_oauth_token_file:
            arguments["sasl_oauth_token_provider"] = _FileToken(options.sasl_oauth_token_file)
    return arguments


def _ssl_context(options: KafkaOptions) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=options.ssl_cafile)
        if options.ssl_certfile:
            context.load_cert_chain(options.ssl_certfile, options.ssl_keyfile, options.ssl_key_password)
    except (OSError, ssl.SSLError) as error:
        raise FatalError(
            f"cannot load a TLS certificate or key: {error}. Check the WIRECOPY_KAFKA_SSL_… settings"
        ) from error
    context.check_hostname = options.ssl_check_hostname
    return context


def guard_offset_fetch(coordinator: Any) -> None:
    """Make an OffsetFetch that failed as a whole fail, so that the client asks again (A17).

    A broker whose group coordinator moves or loads answers with an error for the whole response and no
    partitions; aiokafka reads only the partitions' errors and would report "never committed".
    """
    send = coordinator._send_req  # noqa: SLF001 - the reason for the pinned version

    async def guarded(request: Any) -> Any:
        response = await send(request)
        if isinstance(request, OffsetFetchRequest):
            code = getattr(response, "error_code", 0)
            if code != 0:
                if code in (errors.NotCoordinatorForGroupError.errno, 15):
                    coordinator.coordinator_dead()
                raise errors.for_code(code)()
        return response

    coordinator._send_req = guarded  # noqa: SLF001


# ---- readers that are no members of a group
async def reader(
    options: KafkaOptions, doing: str, group: str | None = None, fetch_bytes_max: int | None = None
) -> Any:
    """A started consumer that commits nothing, resets nothing and reads what is committed; the caller assigns and
    stops it. `group`: whose committed offsets it may ask for, without being a member.
    """
    consumer = AIOKafkaConsumer(
        **connection(options),
        group_id=group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="none",
        max_partition_fetch_bytes=fetch_bytes_max or options.fetch_partition_bytes_max,
        fetch_max_bytes=fetch_bytes_max or options.fetch_bytes_max,
    )
    try:
        async with within(options.call_timeout_ms, doing):
            await consumer.start()
    except BaseException:
        close_in_background(consumer.stop, options.close_timeout_ms)
        raise
    return consumer


# ---- records
def raw_record(record: Any) -> RawRecord:
    return RawRecord(
        RawPosition(record.topic, record.partition, record.offset),
        record.key,
        record.value,
        tuple(record.headers),
        record.timestamp,
    )


def batches_of(producer: Any, records: Sequence[tuple[bytes | None, bytes | None, Any]]) -> list[Any]:
    """Records in as few batches as hold them: built in one go, a quarter of the cost of a `send` each."""
    batches: list[Any] = []
    batch = None
    for key, value, headers in records:
        if batch is None or batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
            batch = producer.create_batch()
            batches.append(batch)
            taken = batch.append(timestamp=None, key=key, value=value, headers=headers)
            assert taken is not None, "an empty batch takes any record"
    for batch in batches:
        batch.close()
    return batches


async def all_delivered(*waits: Awaitable[Any]) -> None:
    """All of them, to the end: a failed delivery must not leave others unawaited, and none may be overlooked
    (A3).
    """
    results = await asyncio.gather(*waits, return_exceptions=True)
    failures = [result for result in results if isinstance(result, BaseException)]
    for failure in failures:
        if isinstance(failure, FENCED):
            raise failure
    for failure in failures:
        raise failure
