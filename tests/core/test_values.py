"""Laws of values: they refuse to be changed, by the type checker and at run time; what is equal is equal by its fields."""

from __future__ import annotations

import copy
import gc
import pickle
import textwrap
from pathlib import Path

import pytest
from mypy import api

from wirecopy.core import model
from wirecopy.core.model import RawPosition
from wirecopy.core.values import Value, replace

ROOT = Path(__file__).parents[2]
VALUES = [
    found
    for found in vars(model).values()
    if isinstance(found, type) and issubclass(found, Value) and found is not Value
]


class Pair(Value):
    one: int
    two: str = "two"


def test_a_value_is_its_fields() -> None:
    made = Pair(1)
    assert made == Pair(one=1, two="two")
    assert made != Pair(2)
    assert hash(made) == hash(Pair(1))
    assert repr(made) == "Pair(one=1, two='two')"
    assert replace(made, two="three") == Pair(1, "three")
    assert copy.copy(made) == made
    position = RawPosition("t", 1, 2)
    assert pickle.loads(pickle.dumps(position)) == position


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_no_value_of_the_model_can_be_changed(kind: type[Value]) -> None:
    made = kind(*kind.__struct_fields__)  # of the wrong types: nothing looks at them
    for name in kind.__struct_fields__:
        with pytest.raises(AttributeError):
            setattr(made, name, None)
        with pytest.raises(TypeError):
            object.__setattr__(made, name, None)
        with pytest.raises(AttributeError):
            delattr(made, name)
    with pytest.raises(AttributeError):
        made.another = 3  # type: ignore[attr-defined]
    assert not hasattr(made, "__dict__")
    assert not gc.is_tracked(made)
    with pytest.raises(TypeError):
        kind()


def test_the_type_checker_refuses_a_change_and_a_wrong_field(tmp_path: Path) -> None:
    told = checked(
        tmp_path,
        """
        from wirecopy.core.model import RawPosition
        from wirecopy.core.values import replace

        position = RawPosition("t", 1, 2)
        position.offset = 3
        RawPosition("t", 1)
        RawPosition("t", "1", 2)
        replace(position, offsets=3)
        replace(position, offset="3")
        """,
    )
    for line, sentence in {
        6: 'Property "offset" defined in "RawPosition" is read-only',
        7: 'Missing positional argument "offset"',
        8: 'Argument 2 to "RawPosition" has incompatible type "str"',
        9: 'Unexpected keyword argument "offsets"',
        10: 'Argument "offset" to "replace" of "RawPosition" has incompatible type "str"',
    }.items():
        assert any(f":{line}: error: {sentence}" in one for one in told), (sentence, told)
    assert len(told) == 5


def checked(tmp_path: Path, source: str) -> list[str]:
    """What mypy, set as for this repository, says of a file."""
    file = tmp_path / "wrong.py"
    file.write_text(textwrap.dedent(source), "utf-8")
    told, _, _ = api.run(
        [
            f"--config-file={ROOT / 'pyproject.toml'}",
            f"--cache-dir={tmp_path / 'cache'}",
            "--follow-imports=silent",
            "--no-pretty",
            str(file),
        ]
    )
    return [line for line in told.splitlines() if "error:" in line]
