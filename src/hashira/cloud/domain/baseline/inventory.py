"""What was read back from an environment, and checks over it (読み戻した構成と検査).

An inventory says which kinds of things were read at all. A check about a kind that nobody read is neither
held nor broken but unread, and a fact that is missing never counts as kept: silence is no proof.

>>> open_bucket = Resource("bucket", "town-data", {"public": True})
>>> no_public = Verifier((every("bucket", is_not("public"), Bilingual("公開", "public")),),
...     passing=(Resource("bucket", "a", {"public": False}),), failing=(open_bucket,))
>>> examine(no_public, Inventory.of_kinds({"bucket": [open_bucket]})).outcome
<Outcome.BROKEN: 'broken'>
>>> examine(no_public, Inventory({})).outcome
<Outcome.UNREAD: 'unread'>
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hashira.kernel.language import Bilingual

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing in an environment: its kind in our words, the provider's id, and the facts that were read."""

    kind: str
    id: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that was read, by kind. A kind that is not here was not read; an empty one has none."""

    kinds: Mapping[str, tuple[Resource, ...]]

    @classmethod
    def of_kinds(cls, kinds: Mapping[str, Iterable[Resource]]) -> Inventory:
        """From lists by kind."""
        return cls({kind: tuple(listed) for kind, listed in kinds.items()})

    @classmethod
    def of(cls, *resources: Resource) -> Inventory:
        """From resources alone: only their kinds count as read."""
        kinds: dict[str, list[Resource]] = {}
        for one in resources:
            kinds.setdefault(one.kind, []).append(one)
        return cls.of_kinds(kinds)


class Outcome(StrEnum):
    """What a check came to."""

    HELD = "held"
    BROKEN = "broken"
    UNREAD = "unread"
    """What it needs was not read, so that nothing can be said."""

    @property
    def label(self) -> Bilingual:
        """Its name for people."""
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.HELD: Bilingual("守られている", "held"),
    Outcome.BROKEN: Bilingual("守られていない", "broken"),
    Outcome.UNREAD: Bilingual("読み取れていない", "not read"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. ``id`` is empty where something is missing altogether."""

    kind: str
    id: str
    wrong: Bilingual


@dataclass(frozen=True, slots=True)
class Check:
    """A test of the facts of each thing of one kind: of every one, or of at least one."""

    kind: str
    test: Callable[[Facts], bool]
    wrong: Bilingual
    """What it means if the test fails."""
    one_is_enough: bool = False

    def findings(self, resources: tuple[Resource, ...]) -> tuple[Finding, ...]:
        """What is wrong with them."""
        failed = tuple(one for one in resources if not self.test(one.facts))
        if not self.one_is_enough:
            return tuple(Finding(self.kind, one.id, self.wrong) for one in failed)
        return () if len(failed) < len(resources) else (Finding(self.kind, "", self.wrong),)


def every(kind: str, test: Callable[[Facts], bool], wrong: Bilingual) -> Check:
    """A check that each thing of a kind has to pass; there may be none."""
    return Check(kind, test, wrong)


def some(kind: str, test: Callable[[Facts], bool], wrong: Bilingual) -> Check:
    """A check that at least one thing of a kind has to pass."""
    return Check(kind, test, wrong, one_is_enough=True)


def is_set(*names: str) -> Callable[[Facts], bool]:
    """A test that all of these facts are true, and not merely something."""
    return lambda facts: all(facts.get(name) is True for name in names)


def is_not(*names: str) -> Callable[[Facts], bool]:
    """A test that all of these facts are false; one that was not read is not."""
    return lambda facts: all(facts.get(name) is False for name in names)


def within(name: str, least: int, most: int | None = None) -> Callable[[Facts], bool]:
    """A test that a fact is a whole number between two, both included."""

    def test(facts: Facts) -> bool:
        value = facts.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return value >= least and (most is None or value <= most)

    return test


@dataclass(frozen=True, slots=True)
class Verifier:
    """Checks that together tell whether a guardrail is kept, with resources on each side of it."""

    checks: tuple[Check, ...]
    passing: tuple[Resource, ...]
    failing: tuple[Resource, ...]

    @property
    def kinds(self) -> frozenset[str]:
        """What has to be read for it."""
        return frozenset(one.kind for one in self.checks)


@dataclass(frozen=True, slots=True)
class Examination:
    """The evidence of a verifier: what was looked at, what is wrong, what could not be looked at."""

    examined: int
    findings: tuple[Finding, ...]
    unread: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """A finding outweighs what was not read; what was not read outweighs what is well."""
        if self.findings:
            return Outcome.BROKEN
        return Outcome.UNREAD if self.unread else Outcome.HELD


def examine(verifier: Verifier, inventory: Inventory) -> Examination:
    """Runs a verifier over what was read."""
    findings: list[Finding] = []
    for check in verifier.checks:
        if check.kind in inventory.kinds:
            findings += check.findings(inventory.kinds[check.kind])
    return Examination(
        sum(len(inventory.kinds.get(kind, ())) for kind in verifier.kinds),
        tuple(findings),
        tuple(sorted(verifier.kinds - inventory.kinds.keys())),
    )
