"""Surveying a source in several processes, with progress (走査). ``scan`` and ``evaluate`` share it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from hashira.regulations.adapters.refusals import Refused
from hashira.regulations.adapters.sources import scan
from hashira.regulations.domain.detection import JAPAN, Survey, Surveyor
from hashira.regulations.domain.detection.survey import FLOOR
from hashira.regulations.domain.law import LawText

_SHOWN_EVERY = 0.5


@cache
def surveyor_of(engine: str = "", floor: float = FLOOR) -> Surveyor:
    """This process's surveyor with that engine, or with the fastest. Built once: it takes a moment."""
    return Surveyor(JAPAN, engine=engine, floor=floor)


class _Survey:
    """What a process does with a law: a value that can travel to it."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    def __call__(self, law: LawText) -> Survey:
        return surveyor_of(self.engine).survey(law)


def surveys(
    source: Path, *, processes: int, engine: str = "", quiet: bool = False
) -> Iterator[Survey | Refused]:
    """The survey of every law of a source. Progress goes to standard error if that is a terminal."""
    shown = not quiet and sys.stderr.isatty()
    begun = last = time.monotonic()
    for count, answer in enumerate(scan(source, _Survey(engine), processes), 1):
        now = time.monotonic()
        if shown and now - last > _SHOWN_EVERY:
            last = now
            sys.stderr.write(f"\r{count:,} 法令 / laws, {count / (now - begun):,.0f}/s ")
            sys.stderr.flush()
        yield answer
    if shown:
        sys.stderr.write("\r" + " " * 60 + "\r")
