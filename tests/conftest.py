"""What all tests share: a real broker, one for the whole session, also when several processes run the tests.

The first process that needs it starts it, the others find its address in a file beside their temporary
folders; the one that started it stops it when nobody uses it any more. Tests keep apart by names: `unique`
gives each its own. Where java, mvn or the jars are missing, tests that need a broker skip with a message;
they fail instead where the environment says WIRECOPY_REQUIRE_BROKER=1.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tools.kafka import Broker, KafkaMissingError, jars, new_broker

WAIT_FOR_USERS_SECONDS_MAX = 900


@contextmanager
def _locked(folder: Path) -> Iterator[dict[str, Any]]:
    """The shared state, read and written back under a lock."""
    with (folder / "broker.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / "broker.json"
        state: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"users": 0}
        yield state
        path.write_text(json.dumps(state))


def _missing(error: KafkaMissingError) -> None:
    if os.environ.get("WIRECOPY_REQUIRE_BROKER") == "1":
        pytest.fail(f"a broker is required here: {error}")
    pytest.skip(f"needs a Kafka broker: {error}")


@pytest.fixture(scope="session")
def kafka_jars() -> None:
    """For tests that run brokers of their own."""
    try:
        jars()
    except KafkaMissingError as error:
        _missing(error)


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap address of the session's broker."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    broker: Broker | None = None
    with _locked(shared) as state:
        if "bootstrap" not in state and "missing" not in state:
            try:
                jars()
                broker = new_broker(base / "broker")
                broker.start()
                state["bootstrap"] = broker.bootstrap
            except KafkaMissingError as error:
                state["missing"] = str(error)
        state["users"] += 1
    try:
        if "missing" in state:
            _missing(KafkaMissingError(state["missing"]))
        yield state["bootstrap"]
    finally:
        with _locked(shared) as state:
            state["users"] -= 1
        if broker is not None:
            _wait_for_users(shared)
            broker.kill()


def _wait_for_users(shared: Path) -> None:
    give_up_at = time.monotonic() + WAIT_FOR_USERS_SECONDS_MAX
    while time.monotonic() < give_up_at:
        with _locked(shared) as state:
            if state["users"] == 0:
                return
        time.sleep(0.2)


@pytest.fixture
def unique() -> str:
    """A name that no other test has."""
    return f"t{uuid.uuid4().hex[:10]}"
