"""What a token may be good for: named sets of actions (トークンの範囲)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of actions under a name; ``key`` is stable, such as ``doses.write``."""

    key: str
    title: Bilingual
    actions: frozenset[str]


_known: dict[str, Scope] = {}


def declare(scope: Scope) -> Scope:
    """Makes the scope known to the page on which tokens are made. Raises ``TypeError`` for a key twice."""
    if _known.setdefault(scope.key, scope) != scope:
        raise TypeError(f"{scope.key} is declared twice")
    return scope


def known_scopes() -> tuple[Scope, ...]:
    """All scopes of the systems that this installation runs, by key."""
    return tuple(_known[key] for key in sorted(_known))


def actions_of(keys: Iterable[str]) -> frozenset[str]:
    """The actions of these scopes; a scope that is no more gives none."""
    return frozenset().union(*(_known[key].actions for key in keys if key in _known))
