"""A key goes where the Kafka client's own hash sends it."""

from __future__ import annotations

from aiokafka.partitioner import murmur2 as theirs
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.shell.backends.partitioning import murmur2, partition_of


@given(st.binary(max_size=300))
def test_the_hash_is_the_clients(key: bytes) -> None:
    assert murmur2(key) == theirs(key)


@given(st.binary(max_size=300), st.integers(1, 1000))
def test_the_partition_is_the_java_clients(key: bytes, count: int) -> None:
    assert partition_of(key, count) == (theirs(key) & 0x7FFFFFFF) % count


def test_a_key_of_the_java_clients_own_tests() -> None:
    assert murmur2(b"21") == -973932308 & 0xFFFFFFFF
    assert murmur2(b"foobar") == -790332482 & 0xFFFFFFFF
