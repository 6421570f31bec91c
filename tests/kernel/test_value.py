"""A value differs from a frozen dataclass in nothing but the time it takes to make one."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, replace

import pytest

from hashira.kernel.value import value


@value
class Point:
    """A value."""

    x: int
    y: int = 0


@value
class Named(Point):
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Same:
    x: int
    y: int = 0


def parameters(made: type) -> list[tuple[object, ...]]:
    return [(p.name, p.kind, p.default) for p in inspect.signature(made).parameters.values()]


def test_it_is_made_and_compared_as_a_frozen_dataclass_is() -> None:
    assert Point(1, 2) == Point(x=1, y=2) != Point(1)
    assert hash(Point(1)) == hash(Point(x=1, y=0))
    assert {Point(1), Point(1, 0), Point(1, 2)} == {Point(1), Point(1, 2)}
    assert repr(Point(1)) == "Point(x=1, y=0)"
    assert parameters(Point) == parameters(Same)
    assert asdict(replace(Named(1, 2, "a"), name="b")) == {"x": 1, "y": 2, "name": "b"}
    assert Named(1) != Point(1)


def test_it_travels() -> None:
    made = Named(1, 2, "a")
    assert pickle.loads(pickle.dumps(made)) == made == copy.deepcopy(made)


def test_it_refuses_any_change() -> None:
    made = Named(1)
    for name in ("x", "name"):
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, 2)
        with pytest.raises(FrozenInstanceError):
            delattr(made, name)
    with pytest.raises((FrozenInstanceError, TypeError, AttributeError)):
        made.other = 1  # type: ignore[attr-defined]
    assert not hasattr(made, "__dict__")


@pytest.mark.parametrize("arguments", [(), (1, 2, 3)], ids=["none", "three"])
def test_it_refuses_other_arguments(arguments: tuple[int, ...]) -> None:
    with pytest.raises(TypeError, match="argument"):
        Point(*arguments)


def test_what_it_would_not_fill_is_refused_where_it_is_written() -> None:
    with pytest.raises(TypeError, match="rows is not for a value"):

        @value
        class _Factory:
            rows: list[int] = field(default_factory=list)

    with pytest.raises(TypeError, match="not for a value"):

        @value
        class _Checked:
            x: int

            def __post_init__(self) -> None:
                raise AssertionError
