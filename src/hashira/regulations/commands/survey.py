"""Surveying a source in several processes, with progress (走査). ``scan`` and ``evaluate`` share it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from hashira.regulations.adapters.refusals import Refused
from hashira.regulations.adapters.sources import scan
from hashira.regulations.adapters.surveyor import surveyor_of
from hashira.regulations.domain.detection import Survey
from hashira.regulations.domain.law import LawText

A = TypeVar("A")
_SHOWN_EVERY = 0.5


class _Survey:
    """What a process does with a law: a value that can travel to it."""

    def __init__(self, engine: str, titles: bool) -> None:
        self.engine, self.titles = engine, titles

    def __call__(self, law: LawText) -> Survey:
        return surveyor_of(self.engine, titles=self.titles).survey(law)


def surveys(
    source: Path, *, processes: int, engine: str = "", titles: bool = False, quiet: bool = False
) -> Iterator[Survey | Refused]:
    """The survey of every law of a source. Progress goes to standard error if that is a terminal.

    ``titles`` is as in :class:`~hashira.regulations.domain.detection.Surveyor`.
    """
    surveyor_of(engine, titles=titles)  # before there are other processes, which may be copies of this one
    answers = scan(source, _Survey(engine, titles), processes)
    return answers if quiet else with_progress(answers)


def with_progress(answers: Iterable[A]) -> Iterator[A]:
    """The same answers, counted on standard error if that is a terminal."""
    shown = sys.stderr.isatty()
    begun = last = time.monotonic()
    for count, answer in enumerate(answers, 1):
        now = time.monotonic()
        if shown and now - last > _SHOWN_EVERY:
            last = now
            sys.stderr.write(f"\r{count:,} 法令 / laws, {count / (now - begun):,.0f}/s ")
            sys.stderr.flush()
        yield answer
    if shown:
        sys.stderr.write("\r" + " " * 60 + "\r")
