"""The kinds of jobs that the systems of this installation declare (ジョブの種類)."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.conf import settings

from hashira.core.jobs.errors import UnknownJobKind
from hashira.kernel.language import Bilingual

if TYPE_CHECKING:
    from hashira.core.jobs.context import JobContext

JSON: TypeAlias = Any
"""What JSON can say: None, bool, int, float, str, and lists and dicts (by str) of these."""
Body: TypeAlias = "Callable[[JobContext, Mapping[str, JSON]], JSON]"

_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+\Z")
_kinds: dict[str, JobKind] = {}


@dataclass(frozen=True, slots=True)
class Lanes:
    """Queues of their own for jobs of which only so many may run at once, in all workers together.

    What waits in a lane holds up nothing outside of it.
    """

    of: Callable[[Mapping[str, JSON]], str]
    """The lane of a job, by its parameters; one that ``limits`` does not name is the common queue."""
    limits: Callable[[], Mapping[str, int]]
    """How many jobs of each lane may run at once; asked when a worker starts."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of job: its name (``certificates.import``), its title for people, what it does."""

    name: str
    title: Bilingual
    body: Body
    lanes: Lanes | None = None

    def lane_of(self, parameters: Mapping[str, JSON]) -> str:
        """The lane of a job; empty for the common queue."""
        lane = self.lanes.of(parameters) if self.lanes is not None else ""
        return lane if self.lanes is not None and lane in self.lanes.limits() else ""


def job(*, kind: str, title: Bilingual, lanes: Lanes | None = None) -> Callable[[Body], Body]:
    """Declares the decorated function as the body of a kind of job, in lanes if only so many may run at once.

    The body is called again from its beginning after a crash; steps that had ended give the result they
    gave before. So everything with an effect, or with a result that may differ the next time, goes into
    ``context.step``, and between the steps the body decides by their results and by its parameters only.
    """
    if not _NAME.match(kind):
        raise TypeError(f"a kind of job is named like certificates.import, not {kind!r}")

    def declare(body: Body) -> Body:
        known = _kinds.get(kind)
        if known is not None and known.body.__qualname__ != body.__qualname__:
            raise TypeError(f"{kind} is declared by {known.body.__qualname__} already")
        _kinds[kind] = JobKind(kind, title, body, lanes)
        return body

    return declare


def find_kind(name: str) -> JobKind:
    """The declared kind of that name, or ``UnknownJobKind``."""
    if name not in _kinds:
        load_kinds()
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownJobKind(kind=name) from None


def limits_of_lanes() -> dict[str, int]:
    """How many jobs may run at once in each lane of any kind; the kinds must be loaded."""
    found: dict[str, int] = {}
    for kind in _kinds.values():
        for lane, limit in (kind.lanes.limits() if kind.lanes is not None else {}).items():
            found[lane] = min(limit, found.get(lane, limit))
    return found


def title_of(name: str) -> Bilingual:
    """The title of a kind, or its bare name where this installation does not have it (any more)."""
    try:
        return find_kind(name).title
    except UnknownJobKind:
        return Bilingual(name, name)


def load_kinds() -> None:
    """Import the modules that declare jobs: those that ``HASHIRA_JOB_MODULES`` names and that exist."""
    for module in settings.HASHIRA_JOB_MODULES:
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as missing:
            if missing.name is None or not module.startswith(missing.name):
                raise
