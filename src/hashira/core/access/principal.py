"""Who asks, and for what: the values an access decision is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

AttributeValue = bool | int | str | tuple[str, ...]


class PrincipalKind(StrEnum):
    """The kinds of those who ask (主体の種類)."""

    ANONYMOUS = "anonymous"
    RESIDENT = "resident"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that is in force now, in one organisation (its id as text)."""

    role: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks (主体), and how surely it is known that it is they."""

    kind: PrincipalKind
    id: str
    display: str = ""
    grants: tuple[Grant, ...] = ()
    second_factor: bool = False
    recent_authentication: bool = False
    restricted: bool = False
    """Whether ``grants`` leaves out roles of the account: a body's directory vouches for that body only."""
    scope: frozenset[str] | None = None
    """The actions it is narrowed to, where somebody acts through a token; ``None`` narrows nothing."""
    token: str = ""
    """The public identifier of the token somebody acts through; it opens nothing."""

    @classmethod
    def anonymous(cls) -> Principal:
        """Somebody who has not signed in."""
        return cls(PrincipalKind.ANONYMOUS, "")

    @classmethod
    def system(cls, name: str) -> Principal:
        """A part of the installation that acts on its own, by name."""
        return cls(PrincipalKind.SYSTEM, name)


@dataclass(frozen=True, slots=True)
class Resource:
    """What is asked for (対象): its Cedar type such as ``Certificates::Person``, its id, its facts.

    ``attributes`` are copied and cannot be changed afterwards.
    """

    type: str
    id: str
    organisation: str | None = None
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    about: str = ""
    """Kind of the subject in the audit, where it is not the last word of ``type`` in small letters."""

    @property
    def kind(self) -> str:
        """What the audit calls it: ``person`` for ``Certificates::Person``."""
        return self.about or self.type.rpartition("::")[2].lower()

    def __post_init__(self) -> None:
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))
