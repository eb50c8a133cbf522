"""Encrypted, authenticated, with no right more than needed: against a broker that demands it."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import admin as foreign_admin
from confluent_kafka.admin import AdminClient

from tests.kafka.client import Record, produce, read_committed
from tests.shell.backends.test_contract import create_topics, options_of
from tests.shell.pipeline.test_pipeline import RecordingTelemetry
from tests.shell.toy_engine import TOY_STEPS, ToyEngine, raw
from tools.kafka import Broker, KafkaMissingError, free_ports, new_broker
from wirecopy.shell.backends.kafka.access import cluster_access
from wirecopy.shell.backends.kafka.admin import KafkaAdmin
from wirecopy.shell.backends.kafka.backend import KafkaBackend
from wirecopy.shell.cli.access_findings import access_findings
from wirecopy.shell.errors import FatalError, UnavailableError
from wirecopy.shell.options import KafkaOptions, PipelineOptions
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(200)]

foreign: Any = foreign_admin  # its names are not typed
USER, PASSWORD = "wirecopy", "not-a-real-secret"
REAUTHENTICATE_MS = 4_000  # the broker closes connections that are older: the client has no re-authentication
OPTIONS = PipelineOptions(retry_delay_ms=50, retry_delay_ms_max=500, progress_timeout_ms=6_000)


@dataclass(frozen=True)
class Secured:
    open_bootstrap: str  # the administrator's door
    bootstrap: str
    authority: Path


@dataclass(frozen=True)
class Right:
    """One entry of the list in docs: what, on which, to do what."""

    resource: str  # TOPIC, GROUP, TRANSACTIONAL_ID
    name: str  # of the prefix's topic; "" for the group or the ids themselves
    operation: str


RIGHTS = (
    Right("TOPIC", "raw", "READ"),
    Right("TOPIC", "fingerprints", "READ"),
    Right("TOPIC", "fingerprints", "WRITE"),
    Right("TOPIC", "enriched", "WRITE"),
    Right("TOPIC", "corrections", "WRITE"),
    Right("TOPIC", "dead", "WRITE"),
    Right("GROUP", "", "READ"),
    Right("TRANSACTIONAL_ID", "", "WRITE"),
)


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _certificates(folder: Path) -> tuple[Path, Path]:
    """An authority of our own, and the broker's key with its certificate in one PEM file."""
    key = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    _openssl(
        folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority"
    )
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    _openssl(folder, "req", *key[:3], "-keyout", "broker.key", "-out", "broker.csr", "-subj", "/CN=localhost")
    signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    _openssl(folder, "x509", "-req", "-in", "broker.csr", *signing, "-out", "broker.pem")
    both = folder / "keystore.pem"
    both.write_text((folder / "broker.key").read_text() + (folder / "broker.pem").read_text())
    return folder / "ca.pem", both


@pytest.fixture(scope="module")
def secured(kafka_jars: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    authority, keystore = _certificates(folder)
    open_port, port = free_ports(2)
    login = "org.apache.kafka.common.security"
    config = {
        "listeners": f"PLAINTEXT://127.0.0.1:{open_port},SASL_SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:0",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{open_port},SASL_SSL://127.0.0.1:{port}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keystore),
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": f"{login}.scram.ScramLoginModule required;",
        "listener.name.sasl_ssl.plain.sasl.jaas.config": (
            f'{login}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "connections.max.reauth.ms": str(REAUTHENTICATE_MS),
    }
    scram = ("--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]")
    broker: Broker | None = None
    try:
        controller = free_ports(1)[0]
        config["listeners"] = config["listeners"].replace("127.0.0.1:0", f"127.0.0.1:{controller}")
        config["controller.quorum.voters"] = f"1@127.0.0.1:{controller}"
        broker = new_broker(folder / "broker", open_port, config, scram)
        broker.start()
    except KafkaMissingError as error:
        pytest.fail(str(error))
    yield Secured(f"127.0.0.1:{open_port}", f"127.0.0.1:{port}", authority)
    broker.kill()


def secure_options(secured: Secured, prefix: str, mechanism: str) -> KafkaOptions:
    return replace(
        options_of(secured.bootstrap, prefix),
        security_protocol="SASL_SSL",
        sasl_mechanism=mechanism,
        sasl_username=USER,
        sasl_password=PASSWORD,
        ssl_cafile=str(secured.authority),
        request_timeout_ms=4_000,
        call_timeout_ms=6_000,
        close_timeout_ms=1_000,
    )


def grant(secured: Secured, prefix: str, rights: tuple[Right, ...]) -> None:
    admin = AdminClient({"bootstrap.servers": secured.open_bootstrap})
    bindings = []
    for right in rights:
        literal = right.resource == "TOPIC"
        bindings.append(
            foreign.AclBinding(
                getattr(foreign.ResourceType, right.resource),
                f"{prefix}.{right.name}" if literal else prefix,
                foreign.ResourcePatternType.LITERAL if literal else foreign.ResourcePatternType.PREFIXED,
                f"User:{USER}",
                "*",
                getattr(foreign.AclOperation, right.operation),
                foreign.AclPermissionType.ALLOW,
            )
        )
    for future in admin.create_acls(bindings).values():
        future.result(30)


def feed(secured: Secured, options: KafkaOptions, first: int, count: int) -> None:
    """Readable records and unreadable ones, and some that correct others: every output topic is written."""
    for partition in range(2):
        records: list[Record] = []
        for number in range(first + partition, first + count, 2):
            body = "late" if number % 10 == 5 else f"body {number}"
            value = b"{not json" if number % 10 == 7 else raw(f"a{number}", body)
            records.append((b"k", value, [], None))
        produce(secured.open_bootstrap, options.topics.raw[0], partition, records)


def out(secured: Secured, options: KafkaOptions) -> int:
    return sum(
        len(read_committed(secured.open_bootstrap, topic))
        for topic in (options.topics.enriched, options.topics.dead)
    )


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_the_listed_rights_are_enough_and_old_connections_may_be_closed(
    secured: Secured, unique: str, mechanism: str
) -> None:
    """Longer than the broker lets a log-in last (A13)."""
    await create_topics(replace(options_of(secured.open_bootstrap, unique)), 2)
    grant(secured, unique, RIGHTS)
    options = secure_options(secured, unique, mechanism)
    pipeline = Pipeline(KafkaBackend(options), ToyEngine(), TOY_STEPS, OPTIONS, RecordingTelemetry())
    stop = asyncio.Event()
    task = asyncio.create_task(pipeline.run(stop))
    try:
        for turn in range(3):
            await asyncio.to_thread(feed, secured, options, 20 * turn, 20)
            async with asyncio.timeout(60):
                while await asyncio.to_thread(out, secured, options) < 20 * (turn + 1):
                    assert not task.done(), task
                    await asyncio.sleep(0.2)
            await asyncio.sleep(REAUTHENTICATE_MS / 2_000)
    finally:
        stop.set()
        await task
    assert await asyncio.to_thread(out, secured, options) == 60


async def test_each_listed_right_is_needed_and_its_lack_is_said(secured: Secured, unique: str) -> None:
    """One service for each right that is taken away, all at once."""

    async def without(missing: Right) -> None:
        prefix = f"{unique}{RIGHTS.index(missing)}"
        await create_topics(options_of(secured.open_bootstrap, prefix), 2)
        await asyncio.to_thread(grant, secured, prefix, tuple(right for right in RIGHTS if right != missing))
        options = secure_options(secured, prefix, "PLAIN")
        await asyncio.to_thread(feed, secured, options, 0, 20)
        pipeline = Pipeline(KafkaBackend(options), ToyEngine(), TOY_STEPS, OPTIONS, RecordingTelemetry())
        named = {"GROUP": "GroupAuthorization", "TRANSACTIONAL_ID": "TransactionalId"}.get(
            missing.resource, rf"{prefix}\.{missing.name}|TopicAuthorization"
        )
        with pytest.raises(FatalError, match=named):
            async with asyncio.timeout(90):
                await pipeline.run(asyncio.Event())
        assert await asyncio.to_thread(out, secured, options) < 20, missing

    await asyncio.gather(*(without(right) for right in RIGHTS))


@pytest.mark.parametrize(
    "wrong",
    [{"sasl_password": "wrong"}, {"sasl_mechanism": "SCRAM-SHA-256"}, {"ssl_cafile": None}],
    ids=["password", "mechanism", "authority"],
)
async def test_a_wrong_log_in_is_said_with_the_clients_own_words(
    secured: Secured, unique: str, wrong: dict[str, Any]
) -> None:
    """The client itself only says that it cannot bootstrap."""
    admin = KafkaAdmin(replace(secure_options(secured, unique, "PLAIN"), **wrong))
    with pytest.raises(
        UnavailableError, match=r"last warning of the client: .*(uthenticat|Mechanism|certificate|SSL)"
    ):
        await admin.topics(["any"])


async def test_check_config_says_of_each_right_that_is_missing_what_to_allow(
    secured: Secured, unique: str
) -> None:
    """Without asking for more: the service's own rights are enough to be told."""

    async def faults(number: int, missing: Right | None) -> list[str]:
        prefix = f"{unique}{number}"
        await create_topics(options_of(secured.open_bootstrap, prefix), 2)
        await asyncio.to_thread(grant, secured, prefix, tuple(right for right in RIGHTS if right != missing))
        options = secure_options(secured, prefix, "PLAIN")
        names = {f"topic_{name}": value for name, value in asdict(options.topics).items()}
        chosen = Settings(kafka_group_id=options.group_id, **names)
        found = access_findings(await cluster_access(options), chosen, time.time_ns() // 1_000_000)
        return [f"{finding.subject}: {finding.text}" for finding in found if finding.fault]

    for number, missing in enumerate((None, *RIGHTS)):
        told = await faults(number, missing)
        if missing is None:
            assert told == []
        elif missing == Right("TOPIC", "raw", "READ"):
            assert told == []  # a topic that is hidden altogether: the check of the topics calls it missing
        elif missing.resource == "TOPIC" and missing.name != "fingerprints":
            assert told == []
        else:
            (one,) = told
            assert f"Allow our principal {missing.operation} on" in one
