"""Which laws a change can reach, so that a scan after one changed law puts only those together (範囲).

A candidate is lifted by what it rests on in another law, and lifts it (委任). So a changed law can change its
own findings, those of the laws it names or named, and those of the laws that name it. To make these findings
anew, the surveys of all *their* neighbours are needed too, and no others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from hashira.regulations.adapters.packing import unpack_survey
from hashira.regulations.domain.detection import Survey
from hashira.regulations.domain.detection.lifting import named_by, names_of
from hashira.regulations.domain.law.law import LawFacts
from hashira.regulations.store import models

T = TypeVar("T")
_MANY = 900
"""Values in one condition; SQLite takes at most 999 of older builds."""
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class KeptLaw:
    """A law with a current text, and what its findings were last put together from."""

    key: int
    facts: LawFacts
    ministry: str
    put_together: str
    text: tuple[object, ...]
    """What tells its current text and survey from every other."""

    def inputs(self, ministry: str) -> str:
        """A short word for all of the law itself that goes into its findings, and into those it lifts."""
        told = (self.text, self.facts.title, self.facts.number, self.facts.rank.value, ministry)
        return blake2b(repr(told).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Circle:
    """What a change reaches."""

    reached: frozenset[int]
    """The laws whose findings may be others now."""
    needed: frozenset[int]
    """Those, and the laws that can lift their provisions."""

    @classmethod
    def of_all(cls, laws: Sequence[KeptLaw], differing: Collection[int]) -> Circle:
        """Everything; the names of the differing laws are kept."""
        every = frozenset(law.key for law in laws)
        _keep_names(differing)
        return cls(every, every)


def kept_laws() -> list[KeptLaw]:
    """Every law with a current text, by rank and id."""
    rows = models.Law.objects.exclude(current=None).order_by("rank", "law_id")
    told = rows.values_list(
        "pk", "law_id", "title", "number", "rank", "ministry", "put_together",
        "current__pk", "current__digest", "current__surveyed_by", "current__dated",
    )  # fmt: skip
    return [
        KeptLaw(key, LawFacts(law_id, title, number, models.RANKS[rank]), ministry, put_together, tuple(text))
        for key, law_id, title, number, rank, ministry, put_together, *text in told.iterator(chunk_size=5000)
    ]


def reach(laws: Sequence[KeptLaw], differing: Collection[int]) -> Circle:
    """What a change of these laws reaches; everything, where that is half of all anyway."""
    before = _names(differing)
    _keep_names(differing)
    after = _names(differing)
    own = {name for name, is_own in before | after if is_own}
    named = {name for name, _ in before | after}
    reached = {*differing, *_having(named, own=True), *_having(own, own=False)}
    around = _names(reached)
    needed = {
        *reached,
        *_having({name for name, _ in around}, own=True),
        *_having({name for name, is_own in around if is_own}, own=False),
    }
    if len(needed) > _HALF * len(laws):
        return Circle.of_all(laws, ())
    return Circle(frozenset(reached), frozenset(needed))


def surveys_of(keys: Collection[int]) -> Iterator[tuple[int, Survey]]:
    """The surveys of the current texts of these laws, by rank and id."""
    if len(keys) > _MANY:
        rows = models.RevisionContent.objects.filter(
            revision__in=models.Law.objects.exclude(current=None).values("current")
        )
    else:
        rows = models.RevisionContent.objects.filter(
            revision__in=models.Law.objects.filter(pk__in=keys).values("current")
        )
    ordered = rows.filter(survey__isnull=False).order_by("revision__law__rank", "revision__law__law_id")
    for key, survey in ordered.values_list("revision__law", "survey").iterator(chunk_size=500):
        if key in keys:
            yield key, unpack_survey(survey)


def _keep_names(keys: Collection[int]) -> None:
    """Keeps by what names the laws are known, and what laws their provisions rest on."""
    rows: list[models.LawName] = []
    for key, survey in surveys_of(keys):
        rows += [models.LawName(law_id=key, name=name, own=True) for name in sorted(names_of(survey.facts))]
        rows += [
            models.LawName(law_id=key, name=name, own=False) for name in sorted(named_by(survey.outline()))
        ]
    for some in _in_parts(keys):
        models.LawName.objects.filter(law__in=some).delete()
    models.LawName.objects.bulk_create(rows, batch_size=2000)


def _names(keys: Collection[int]) -> set[tuple[str, bool]]:
    found: set[tuple[str, bool]] = set()
    for some in _in_parts(keys):
        found.update(models.LawName.objects.filter(law__in=some).values_list("name", "own"))
    return found


def _having(names: Collection[str], *, own: bool) -> set[int]:
    found: set[int] = set()
    for some in _in_parts(names):
        found.update(models.LawName.objects.filter(own=own, name__in=some).values_list("law", flat=True))
    return found


def _in_parts(values: Iterable[T]) -> Iterator[list[T]]:
    every = list(values)
    for start in range(0, len(every), _MANY):
        yield every[start : start + _MANY]
