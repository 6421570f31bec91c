"""How far long work has come, on standard error (進み具合)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

A = TypeVar("A")
_SHOWN_EVERY = 0.5


def with_progress(answers: Iterable[A]) -> Iterator[A]:
    """The same answers, one a law, counted on standard error if that is a terminal."""
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
