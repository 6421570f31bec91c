"""Frozen values that are made by the thousand: as ``dataclass(frozen=True, slots=True)``, in far less time.

A frozen dataclass fills its fields one by one, in Python. A value is filled by ``msgspec`` in native code.
Otherwise it is what a dataclass is: the same signature, equality and text, the same refusal of any later
change; and what ``dataclasses`` does with one (``replace``, ``asdict``, ``fields``) it does with a value.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, field, make_dataclass
from typing import Any, NoReturn, TypeVar, dataclass_transform

from msgspec import Struct, StructMeta

_Value = TypeVar("_Value")
_OF_EVERY_CLASS = ("__dict__", "__weakref__")


@dataclass_transform(frozen_default=True)
def value(cls: type[_Value]) -> type[_Value]:
    """A frozen dataclass with slots, for what is made often (値).

    Its fields have defaults or none. Factories, ``__post_init__`` and fields left out of the signature are
    for ``dataclass``; a class with them is refused with ``TypeError``.

    >>> @value
    ... class Place:
    ...     code: str
    ...     name: str = ""
    >>> Place("13101")
    Place(code='13101', name='')
    >>> Place("13101").code = "13102"
    Traceback (most recent call last):
    ...
    dataclasses.FrozenInstanceError: cannot assign to field 'code'
    """
    made: Any = cls
    if not issubclass(cls, Struct):  # what extends a value is made already
        members = {name: member for name, member in vars(cls).items() if name not in _OF_EVERY_CLASS}
        made = StructMeta(cls.__name__, (Struct,), members, frozen=True)
    names, defaults = made.__struct_fields__, made.__struct_defaults__
    described: list[tuple[str, Any, Any]] = []
    for name, default in zip(names, (MISSING,) * (len(names) - len(defaults)) + defaults, strict=True):
        if isinstance(default, Field):
            raise TypeError(f"{cls.__name__}.{name} is not for a value")
        described.append((name, Any, field(default=default)))
    if hasattr(made, "__post_init__") or not names:
        raise TypeError(f"{cls.__name__} is not for a value")
    # By these the functions of ``dataclasses`` know it and take it apart.
    like: Any = make_dataclass(cls.__name__, described, init=False, repr=False, eq=False)
    made.__dataclass_fields__ = like.__dataclass_fields__
    made.__setattr__, made.__delattr__ = _refuse_change, _refuse_removal
    filled: type[_Value] = made
    return filled


def _refuse_change(self: object, name: str, _: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_removal(self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
