"""Kinds of jobs for tests, and a table of their own in which they leave their effects.

Named by ``HASHIRA_JOB_MODULES`` of tests.crash.settings; no part of the product.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from django.db import connection

from hashira.core.jobs import JobContext, job
from hashira.kernel.language import Bilingual

MAKE_TABLE = """
CREATE TABLE IF NOT EXISTS demonstration_effect (
  job VARCHAR(64) NOT NULL, number INTEGER NOT NULL, token BIGINT NOT NULL, tries INTEGER NOT NULL,
  PRIMARY KEY (job, number)
)
"""
_WRITE = """
INSERT INTO demonstration_effect (job, number, token, tries) VALUES (%s, %s, %s, 1)
ON CONFLICT (job, number) DO UPDATE SET tries = demonstration_effect.tries + 1
"""


def make_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(MAKE_TABLE)


def _write(context: JobContext, number: int, milliseconds: int) -> int:
    with context.transaction(), connection.cursor() as cursor:
        cursor.execute(_WRITE, [str(context.job_id), number, context.token])
    _busy(milliseconds)
    return number


def _busy(milliseconds: int) -> None:
    """Work takes its time; the kill may fall between the effect and its being remembered."""
    threading.Event().wait(milliseconds / 1000)


@job(kind="demonstration.rows", title=Bilingual("試験用の書込み", "Rows for a trial"))
def rows(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Writes ``count`` rows, one a step."""
    written = 0
    for number in range(parameters["count"]):
        context.step(f"row {number}", _write, context, number, parameters["milliseconds"])
        written += 1
        context.progress(written, parameters["count"])
    return {"written": written}
