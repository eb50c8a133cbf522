"""The base class of the values that an article makes on its way, and `replace`.

A frozen dataclass sets each field by `object.__setattr__`; an article makes some twenty-four values. msgspec makes the same
kind of value in C: frozen, with slots, equality, hash and `repr` by its fields, in a tenth of the time or less. It is used
for nothing else here: records are read and written by orjson.

Instances are not tracked by the garbage collector (`gc=False`): values refer to values made before them, so they form no
cycles. Hence a value must never hold a list that later comes to hold the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, dataclass_transform

import msgspec

if TYPE_CHECKING:
    # a type checker knows the dataclasses' `replace` by name: it checks the fields and their types
    from dataclasses import replace as replace
else:
    from msgspec.structs import replace as replace


@dataclass_transform(frozen_default=True)
class Value(msgspec.Struct, frozen=True, gc=False):
    """A frozen value: its fields are its annotations, in their order, with defaults."""
