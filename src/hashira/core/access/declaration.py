"""The mark a view carries that says who may see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AccessDeclaration:
    """A view's own word on access. Without an ``action`` it is open to anybody, for the ``reason`` given."""

    reason: str
    action: str | None = None


def public(reason: str) -> Callable[[_View], _View]:
    """Opens a view to anybody; outermost decorator of a function view.

    ``reason`` is for the reader of the code: why nobody needs to be known here.
    """
    if not reason:
        raise ValueError("a public view needs its reason")

    def declare(view: _View) -> _View:
        view.access_declaration = AccessDeclaration(reason)  # type: ignore[attr-defined]
        return view

    return declare
