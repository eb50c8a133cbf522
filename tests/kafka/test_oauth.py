"""OAUTHBEARER: a token from a file that the platform rotates, against a broker that closes old log-ins.

The broker takes unsecured tokens (RFC 7515, appendix A.5): what is tested is our side, that each log-in reads the
file anew.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.kafka.client import produce, read_committed
from tests.shell.backends.test_contract import create_topics, options_of
from tests.shell.pipeline.test_pipeline import RecordingTelemetry
from tests.shell.toy_engine import TOY_STEPS, ToyEngine, raw
from tools.kafka import Broker, KafkaMissingError, free_ports, new_broker
from wirecopy.shell.backends.kafka.admin import KafkaAdmin
from wirecopy.shell.backends.kafka.backend import KafkaBackend
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.options import KafkaOptions, PipelineOptions
from wirecopy.shell.pipeline.pipeline import Pipeline

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(200)]

REAUTHENTICATE_MS = 3_000
TOKEN_SECONDS = 5
UNSECURED = "org.apache.kafka.common.security.oauthbearer.internals.unsecured"


def token(seconds: float, name: str = "wirecopy") -> str:
    """`alg` none: header, claims, and no signature."""
    now = time.time()
    parts = ({"alg": "none"}, {"sub": name, "iat": int(now), "exp": now + seconds, "scope": "kafka"})
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*coded, ""])


@pytest.fixture(scope="module")
def broker(kafka_jars: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Its open door and the one that asks for a token."""
    open_port, port, controller = free_ports(3)
    module = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
    config = {
        "listeners": (
            f"PLAINTEXT://127.0.0.1:{open_port},SASL_PLAINTEXT://127.0.0.1:{port},"
            f"CONTROLLER://127.0.0.1:{controller}"
        ),
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{open_port},SASL_PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": (
            "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT"
        ),
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "sasl.enabled.mechanisms": "OAUTHBEARER",
        "listener.name.sasl_plaintext.oauthbearer.sasl.jaas.config": (
            f'{module} unsecuredLoginStringClaim_sub="broker";'
        ),
        "listener.name.sasl_plaintext.oauthbearer.sasl.server.callback.handler.class": (
            f"{UNSECURED}.OAuthBearerUnsecuredValidatorCallbackHandler"
        ),
        "connections.max.reauth.ms": str(REAUTHENTICATE_MS),
    }
    made: Broker | None = None
    try:
        made = new_broker(tmp_path_factory.mktemp("oauth"), open_port, config)
        made.start()
    except KafkaMissingError as error:
        pytest.fail(str(error))
    yield f"127.0.0.1:{open_port}", f"127.0.0.1:{port}"
    made.kill()


def options(bootstrap: str, prefix: str, file: Path) -> KafkaOptions:
    return replace(
        options_of(bootstrap, prefix),
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="OAUTHBEARER",
        sasl_oauth_token_file=str(file),
        request_timeout_ms=4_000,
        call_timeout_ms=6_000,
        close_timeout_ms=1_000,
    )


async def test_a_rotated_token_is_read_anew_at_every_log_in(
    broker: tuple[str, str], unique: str, tmp_path: Path
) -> None:
    """Each token is dead after five seconds, each log-in after three: who kept the first would be out."""
    open_bootstrap, bootstrap = broker
    await create_topics(options_of(open_bootstrap, unique), 2)
    file = tmp_path / "token"
    file.write_text(token(TOKEN_SECONDS))
    chosen = options(bootstrap, unique, file)
    pipeline_options = PipelineOptions(retry_delay_ms=50, retry_delay_ms_max=500)
    pipeline = Pipeline(KafkaBackend(chosen), ToyEngine(), TOY_STEPS, pipeline_options, RecordingTelemetry())
    stop = asyncio.Event()
    task = asyncio.create_task(pipeline.run(stop))

    async def rotating() -> None:
        while True:
            await asyncio.sleep(1)
            file.with_suffix(".new").write_text(token(TOKEN_SECONDS) + "\n")
            file.with_suffix(".new").replace(file)

    rotation = asyncio.create_task(rotating())
    try:
        for turn in range(4):
            records: Any = [(b"k", raw(f"a{turn}-{n}", f"body {turn} {n}"), [], None) for n in range(10)]
            await asyncio.to_thread(produce, open_bootstrap, chosen.topics.raw[0], turn % 2, records)
            async with asyncio.timeout(60):
                while True:
                    out = await asyncio.to_thread(read_committed, open_bootstrap, chosen.topics.enriched)
                    if len(out) >= 10 * (turn + 1):
                        break
                    assert not task.done(), task
                    await asyncio.sleep(0.2)
            await asyncio.sleep(REAUTHENTICATE_MS / 1_000)
    finally:
        rotation.cancel()
        stop.set()
        await task
    assert len(await asyncio.to_thread(read_committed, open_bootstrap, chosen.topics.enriched)) == 40


@pytest.mark.parametrize("wrong", ["not a token", "", token(-60)], ids=["nonsense", "nothing", "expired"])
async def test_a_token_that_the_broker_refuses_is_no_way_in(
    broker: tuple[str, str], unique: str, tmp_path: Path, wrong: str
) -> None:
    file = tmp_path / "token"
    file.write_text(wrong)
    admin = KafkaAdmin(options(broker[1], unique, file))
    with pytest.raises(UnavailableError):
        await admin.topics(["any"])
