"""A scan from files to rows, shared among processes that keep what they surveyed (走査の分担).

The surveys of all law are large and travel slowly. So each process keeps those that it made; what other laws
need of them travels (:class:`~hashira.regulations.domain.detection.lifting.Outline`), comes back as what all
laws together say of each other, and then each process makes the rows of its own laws, sorted.

A process gets the next task when it has answered the last, so that never two wait for each other to listen.
"""

from __future__ import annotations

import multiprocessing
import traceback
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters.findings_file import CSV, JSON_LINES, rows_of
from hashira.regulations.adapters.refusals import Refused, ScanBroken
from hashira.regulations.adapters.sources import (
    Batch,
    Document,
    batches,
    collect_rarely,
    read_text,
    start_method,
    worked,
)
from hashira.regulations.adapters.surveyor import surveyor_of
from hashira.regulations.domain.detection import Finding, Survey
from hashira.regulations.domain.detection.lifting import Lifts, Outline, lifts
from hashira.regulations.domain.detection.survey import findings_of, ministries_of

Row = bytes | Finding
"""A finding as its row in a file, or itself."""
_Entry = tuple[float, int, int, Row]
"""How likely (below 0, so that the best is first), the numbers of its document and in it, and the row."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for, and how."""

    floor: float
    categories: Collection[str] = ()
    """None: all."""
    suffix: str = ""
    """The end of the name of a file that has rows; else the findings themselves are answered."""
    most: int | None = None
    """How many, of the best."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of the findings that were asked for, best first, and how many there are of each category."""

    counts: Counter[str]
    rows: Sequence[Row]


class Share:
    """What one process surveys, and keeps."""

    def __init__(self, engine: str, titles: bool) -> None:
        self.surveyor = surveyor_of(engine, titles=titles)
        self.kept: list[tuple[int, Survey]] = []

    def survey(self, first: int, batch: Batch) -> list[Outline | Refused]:
        """Outlines of the documents of a batch, the first of which has that number in its source."""
        answers: list[Outline | Refused] = []
        for number, found in enumerate(batch, first):
            answer = worked(self._survey, found)
            if not isinstance(answer, Refused):
                self.kept.append((number, answer))
            answers.append(answer if isinstance(answer, Refused) else answer.outline())
        return answers

    def _survey(self, document: Document) -> Survey:
        return self.surveyor.survey(read_text(document))

    def entries(
        self, wanted: Wanted, lifted: Lifts, in_charge: Mapping[str, str]
    ) -> tuple[Counter[str], list[_Entry]]:
        """The rows of what was surveyed here, sorted."""
        places: list[tuple[float, int, int]] = []
        found: list[Finding] = []
        for number, survey in self.kept:
            ministry = in_charge.get(survey.facts.law_id, "")
            for probability, finding in findings_of(survey, lifted, ministry, wanted.floor):
                if not wanted.categories or finding.category in wanted.categories:
                    places.append((-probability, number, len(places)))
                    found.append(finding)
        counts = Counter(finding.category for finding in found)
        rows: Iterable[Row] = rows_of(wanted.suffix, found) if wanted.suffix in (CSV, JSON_LINES) else found
        entries = [(*place, row) for place, row in zip(places, rows, strict=True)]
        entries.sort(key=_place)
        return counts, entries[: wanted.most]


class Shares:
    """The shares of all processes of a scan; a context, at whose end they end."""

    def __init__(self, processes: int, engine: str = "", *, titles: bool = False) -> None:
        """Raises ``ImportError`` for an engine that is not installed."""
        self.own = Share(engine, titles)  # before there are other processes, which may be copies of this one
        self.pipes: list[Connection] = []
        self.processes: list[BaseProcess] = []
        context: Any = multiprocessing.get_context(start_method())
        for _ in range(processes if processes > 1 else 0):
            pipe, other = context.Pipe()
            process = context.Process(target=_serve, args=(other, engine, titles), daemon=True)
            process.start()
            other.close()
            self.pipes.append(pipe)
            self.processes.append(process)

    def __enter__(self) -> Shares:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            process.terminate()
        for process, pipe in zip(self.processes, self.pipes, strict=True):
            process.join()
            pipe.close()

    def survey(self, source: Path) -> Iterator[Outline | Refused]:
        """The outline of every law of a source, in its order. Raises ``UnreadableSource``, ``ScanBroken``."""
        tasks = _numbered(batches(source))
        if not self.pipes:
            for first, batch in tasks:
                yield from self.own.survey(first, batch)
            return
        free, busy = deque(self.pipes), dict[Connection, int]()
        answers: dict[int, list[Outline | Refused]] = {}
        following: deque[int] = deque()
        task: tuple[int, Batch] | None = next(tasks, None)
        while task or busy:
            while task and free:
                pipe = free.popleft()
                _ask(pipe, "survey", *task)
                busy[pipe] = task[0]
                following.append(task[0])
                task = next(tasks, None)  # read while the others work
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                answers[busy.pop(ready)] = _answer(ready)
                free.append(ready)
            while following and following[0] in answers:
                yield from answers.pop(following.popleft())

    def rows(self, wanted: Wanted, outlines: Sequence[Outline], ministries: Mapping[str, str]) -> Rows:
        """The rows of all laws that were surveyed. ``ministries`` are as in ``findings``."""
        in_charge = ministries_of((outline.facts for outline in outlines), ministries)
        question = (wanted, lifts(outlines), in_charge)
        for pipe in self.pipes:
            _ask(pipe, "entries", *question)
        answers = [_answer(pipe) for pipe in self.pipes] or [self.own.entries(*question)]
        entries = [entry for _, some in answers for entry in some]
        entries.sort(key=_place)
        counts = sum((counts for counts, _ in answers), Counter[str]())
        return Rows(counts, [row for *_, row in entries[: wanted.most]])


def _place(entry: _Entry) -> tuple[float, int, int]:
    return entry[:3]


def _numbered(together: Iterable[Batch]) -> Iterator[tuple[int, Batch]]:
    number = 0
    for batch in together:
        yield number, batch
        number += len(batch)


def _ask(pipe: Connection, verb: str, *question: Any) -> None:
    try:
        pipe.send((verb, question))
    except OSError:
        raise ScanBroken from None


def _answer(pipe: Connection) -> Any:
    try:
        answer = pipe.recv()
    except (OSError, EOFError):
        raise ScanBroken from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _serve(pipe: Connection, engine: str, titles: bool) -> None:
    """Another process: answers until nobody asks any more."""
    collect_rarely()
    share = Share(engine, titles)
    verbs: dict[str, Callable[..., Any]] = {"survey": share.survey, "entries": share.entries}
    while True:
        try:
            verb, question = pipe.recv()
            answer: Any = verbs[verb](*question)
        except (EOFError, KeyboardInterrupt):
            return
        except HashiraError as error:
            answer = error
        except Exception:  # told where it can be seen, with the place where it happened
            answer = RuntimeError(traceback.format_exc())
        pipe.send(answer)
