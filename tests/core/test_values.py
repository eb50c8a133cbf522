"""Laws of frozen values that are made quickly: they are those that `dataclass` makes, in all but time."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from wirecopy.core.model import RawPosition
from wirecopy.core.values import maker, quick


@dataclass(frozen=True, slots=True)
class Plain:
    one: int
    two: str = "two"


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    one: int
    two: str = "two"


def test_a_quick_value_is_what_the_plain_one_is() -> None:
    plain, made = Plain(1), Quick(1)
    assert type(made) is Quick
    assert repr(made).replace("Quick", "Plain") == repr(plain)
    assert inspect.signature(Quick).parameters == inspect.signature(Plain).parameters
    assert hash(made) == hash(Quick(one=1, two="two")) == hash(plain)
    assert made == Quick(1)
    assert made != Quick(2)
    assert replace(made, two="three") == Quick(1, "three")
    assert copy.copy(made) == made
    position = RawPosition("t", 1, 2)
    assert pickle.loads(pickle.dumps(position)) == position


def test_what_a_maker_makes_is_what_the_class_makes() -> None:
    make = maker(Quick)
    for made in (make(1), make(1, two="two"), make(one=1)):
        assert type(made) is Quick
        assert made == Quick(1)
        assert hash(made) == hash(Quick(1))
        assert replace(made, two="three") == make(1, "three")
        with pytest.raises(FrozenInstanceError):
            made.one = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        make()  # type: ignore[call-arg]
    with pytest.raises(KeyError):
        maker(Plain)


def test_it_refuses_to_be_changed_and_to_be_made_of_too_little() -> None:
    made = Quick(1)
    with pytest.raises(FrozenInstanceError):
        made.one = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del made.two
    with pytest.raises((AttributeError, TypeError)):
        made.three = 3  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        Quick()  # type: ignore[call-arg]


def test_what_has_more_than_slots_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Derived(Plain):
        three: int = 3

    with pytest.raises(AssertionError):
        quick(Derived)
