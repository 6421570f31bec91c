"""What is found in an organisation that exists already, step by step of the baseline (棚卸し).

The steps are those of vending and what they find is what their read-back finds, so there is one truth of
what the baseline is. A reading is never a guess: what could not be read says so, with what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hashira.kernel.language import Bilingual

NOTHING = Bilingual("", "")


class Standing(StrEnum):
    """How one account stands to one step of the baseline."""

    PRESENT = "present"
    DIFFERS = "differs"
    """Something of the kind is there, and not as the baseline asks."""
    MISSING = "missing"
    OPEN = "open"
    """It is there, and its values depend on whose the account is: they are compared in the proposal."""
    UNREADABLE = "unreadable"

    @property
    def label(self) -> Bilingual:
        """For people."""
        return _LABELS[self]


_LABELS = {
    Standing.PRESENT: Bilingual("ある", "Present"),
    Standing.DIFFERS: Bilingual("違う", "Differs"),
    Standing.MISSING: Bilingual("ない", "Missing"),
    Standing.OPEN: Bilingual("取込みで決める", "Decided with the adoption"),
    Standing.UNREADABLE: Bilingual("読めない", "Not readable"),
}
LACKING = frozenset({Standing.DIFFERS, Standing.MISSING})
"""The standings that an adoption changes."""


@dataclass(frozen=True, slots=True)
class StepReading:
    """One step of the baseline in one account: what is asked, what was found."""

    step: str
    title: Bilingual
    standing: Standing
    expected: Bilingual
    found: Bilingual
    remedy: Bilingual = NOTHING
    """What to do next, of what could not be read."""
    code: str = ""
    """Of the error, of what could not be read."""

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "step": self.step,
            "title": _pair(self.title),
            "standing": self.standing.value,
            "expected": _pair(self.expected),
            "found": _pair(self.found),
            "remedy": _pair(self.remedy),
            "code": self.code,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> StepReading:
        """The inverse of ``to_json``."""
        return cls(
            kept["step"],
            Bilingual(*kept["title"]),
            Standing(kept["standing"]),
            Bilingual(*kept["expected"]),
            Bilingual(*kept["found"]),
            Bilingual(*kept["remedy"]),
            kept["code"],
        )


@dataclass(frozen=True, slots=True)
class Surplus:
    """Something that is more than the baseline asks. It is named and left alone."""

    kind: str
    """``trail``, ``config-rule``, ``budget`` …"""
    name: Bilingual
    identifier: str

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"kind": self.kind, "name": _pair(self.name), "identifier": self.identifier}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Surplus:
        """The inverse of ``to_json``."""
        return cls(kept["kind"], Bilingual(*kept["name"]), kept["identifier"])


@dataclass(frozen=True, slots=True)
class FoundAccount:
    """An account as the organisation lists it."""

    id: str
    name: str
    email: str
    state: str
    """``ACTIVE``, ``SUSPENDED`` …, in the provider's words."""
    unit: str
    """The id of the unit or root that it lies in."""
    path: tuple[str, ...]
    """The names of the units from the root down."""


@dataclass(frozen=True, slots=True)
class FoundOrganisation:
    """An organisation as found; ``document`` is as ``policy.organisation.read_organisation`` takes it."""

    identity: str
    management: str
    accounts: tuple[FoundAccount, ...]
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AccountReading:
    """What was read of one account."""

    steps: tuple[StepReading, ...]
    surplus: tuple[Surplus, ...]
    tags: Mapping[str, str]

    def count(self, standing: Standing) -> int:
        """How many steps stand so."""
        return sum(one.standing is standing for one in self.steps)

    def lacks(self) -> tuple[str, ...]:
        """The steps that an adoption would have to make or change."""
        return tuple(one.step for one in self.steps if one.standing in LACKING)

    @property
    def whole(self) -> bool:
        """Whether everything that can be told without knowing whose it is is as the baseline asks."""
        return bool(self.steps) and all(
            one.standing in (Standing.PRESENT, Standing.OPEN) for one in self.steps
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in an account between two inventories. Without a step: the account is new or gone."""

    account: str
    name: str
    step: str
    before: str
    """A ``Standing``, or empty where there was none."""
    after: str


def stands_of(reading: AccountReading) -> str:
    """How all steps of an account stand, short enough to compare thousands of accounts by."""
    return " ".join(f"{one.step}:{one.standing.value}" for one in reading.steps)


def changes(
    before: Mapping[str, tuple[str, str]], after: Mapping[str, tuple[str, str]]
) -> tuple[Difference, ...]:
    """What changed between two inventories, of accounts by number with their name and ``stands_of``.

    >>> changes({"1": ("a", "trail:missing rules:present")}, {"1": ("a", "trail:present rules:present")})
    (Difference(account='1', name='a', step='trail', before='missing', after='present'),)
    >>> changes({}, {"2": ("b", "")})
    (Difference(account='2', name='b', step='', before='', after='present'),)
    """
    found: list[Difference] = []
    for account in sorted(before.keys() | after.keys()):
        if account not in after:
            found.append(Difference(account, before[account][0], "", Standing.PRESENT.value, ""))
        elif account not in before:
            found.append(Difference(account, after[account][0], "", "", Standing.PRESENT.value))
        elif before[account][1] != after[account][1]:
            stood, stands = _parts(before[account][1]), _parts(after[account][1])
            found.extend(
                Difference(account, after[account][0], step, stood.get(step, ""), stands.get(step, ""))
                for step in dict.fromkeys([*stands, *stood])
                if stood.get(step, "") != stands.get(step, "")
            )
    return tuple(found)


def _parts(stands: str) -> dict[str, str]:
    return dict(one.split(":", 1) for one in stands.split())


def _pair(words: Bilingual) -> list[str]:
    return [words.ja, words.en]
