"""A batch on paper whose worker is killed in the middle: nobody is issued twice, and it ends complete."""

from __future__ import annotations

import json
import os
import random
import threading
import uuid

import pypdfium2
import pytest
from tests.crash.installation import Installation, kill, until
from tests.nursery import HASHIRA

pytestmark = pytest.mark.crash
KILLS = int(os.environ.get("HASHIRA_PROVE_COUNT", "1"))
PEOPLE = 140 if KILLS == 1 else 600 + 60 * KILLS
"""Enough that there is still somebody to serve at each kill; with many kills, more than one file."""
PART = 500
SEED = 20210602


def test_nobody_is_issued_twice(installation: Installation) -> None:
    chance = random.Random(SEED)
    said = installation.command("-m", "tests.crash.printing_client", str(PEOPLE)).splitlines()[-1]
    asked = json.loads(said)
    job, batch = uuid.UUID(asked["job"]), uuid.UUID(asked["batch"])
    in_the_middle = 0
    for number in range(KILLS):
        worker = installation.worker()
        mark = PEOPLE * (number + 1) // (KILLS + 2)
        until(lambda mark=mark: _certificates(installation) >= mark, "so many certificates", 180)
        threading.Event().wait(chance.uniform(0, 0.4))  # at any moment of issuing or drawing
        in_the_middle += installation.job(job).state == "running"
        kill(worker)
        assert _certificates(installation) <= PEOPLE
    assert in_the_middle == KILLS, "nothing was at work when the worker was killed"
    installation.worker()
    row = installation.await_state(job, "done", 240)

    assert row.done == row.total == PEOPLE
    assert row.token > 1
    assert _certificates(installation) == PEOPLE
    key = batch if installation.database_url else batch.hex
    lines = installation.rows(
        "SELECT count(*), count(DISTINCT certificate_id), count(DISTINCT person_id) "
        "FROM certificates_printline WHERE batch_id = ? AND done AND problem = ''",
        key,
    )
    assert lines == [(PEOPLE, PEOPLE, PEOPLE)]
    numbers = installation.rows(
        "SELECT count(DISTINCT c.number), count(DISTINCT c.person_id) FROM certificates_issuedcertificate c "
        "JOIN certificates_printline l ON l.certificate_id = c.id WHERE l.batch_id = ?",
        key,
    )
    assert numbers == [(PEOPLE, PEOPLE)]

    folder = installation.data / "prints" / batch.hex
    files = sorted(path.name for path in folder.iterdir())
    parts = -(-PEOPLE // PART)
    assert files == [f"part-{part:04d}.pdf" for part in range(1, parts + 1)]  # no draft is left over
    shown: list[str] = []
    for name in files:
        with pypdfium2.PdfDocument(folder / name) as document:
            letters = [
                document[page].get_textpage().get_text_bounded() for page in range(0, len(document), 2)
            ]
            shown += letters
    assert len(shown) == PEOPLE
    assert all(f"見本町{place}番" in letter for place, letter in enumerate(shown, start=1))
    installation.command(*HASHIRA, "audit", "seal")
    installation.command(*HASHIRA, "audit", "verify")


def _certificates(installation: Installation) -> int:
    """As a reader from outside has it."""
    count: int = installation.rows("SELECT count(*) FROM certificates_issuedcertificate")[0][0]
    return count
