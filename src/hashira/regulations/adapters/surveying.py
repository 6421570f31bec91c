"""Surveying texts in several processes (走査)."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hashira.regulations.adapters.packed_text import PackedText
from hashira.regulations.adapters.packing import pack_survey
from hashira.regulations.adapters.surveyor import surveyor_of
from hashira.regulations.domain.law import LawText
from hashira.regulations.domain.law.law import LawFacts

_WORTH_A_PROCESS = 100
"""Fewer texts are surveyed before another process has started."""


@dataclass(frozen=True, slots=True)
class TextToSurvey:
    """A text that is kept: what its survey needs."""

    key: int
    facts: LawFacts
    text: PackedText


@dataclass(frozen=True, slots=True)
class SurveyedText:
    """Its survey, packed."""

    key: int
    survey: bytes


def survey_text(task: TextToSurvey) -> SurveyedText:
    """One text."""
    text = LawText(task.facts, task.text.read_units())
    return SurveyedText(task.key, pack_survey(surveyor_of().survey(text)))


def survey_texts(tasks: Iterable[TextToSurvey], count: int, processes: int) -> Iterator[SurveyedText]:
    """All of ``count`` texts, in their order."""
    if processes <= 1 or count < _WORTH_A_PROCESS:
        yield from map(survey_text, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(survey_text, tasks, chunksize=8)
