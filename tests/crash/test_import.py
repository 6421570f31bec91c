"""A running import is killed at random moments: it ends all the same, and no reader ever sees half of it."""

from __future__ import annotations

import json
import os
import random
import time
import uuid
from typing import Any

import pytest
from tests.crash.installation import Installation, kill, until
from tests.nursery import HASHIRA

pytestmark = pytest.mark.crash
KILLS = int(os.environ.get("HASHIRA_PROVE_COUNT", "2"))
ROWS = 12_000 if KILLS > 2 else 6_000
"""More than one portion (of 5,000), so that a kill may fall between two."""
SEED = 20210601


def ask(installation: Installation, verb: str, argument: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(
        installation.command("-m", "tests.crash.import_client", verb, argument).splitlines()[-1]
    )
    return answer


def written(installation: Installation) -> tuple[int, int]:
    """People and doses of the import, in one look as a reader has it."""
    return installation.rows(
        "SELECT (SELECT count(*) FROM certificates_person WHERE substr(reference, 1, 1) = 'N'), "
        "(SELECT count(*) FROM certificates_doseevent WHERE source = 'trial')"
    )[0]


def carried_out(installation: Installation, job: str, chance: random.Random) -> None:
    """Lets the job end, killing worker after worker on the way; looks at the register all the time."""
    kills = 0
    worker = installation.worker()
    while True:
        moment = time.monotonic() + chance.uniform(0.3, 2.5)

        def ended(moment: float = moment) -> bool:
            assert written(installation) in {(0, 0), (ROWS // 2, ROWS)}
            return installation.job(uuid.UUID(job)).state == "done" or time.monotonic() >= moment

        until(ended, "an end or the next moment", 120)
        if installation.job(uuid.UUID(job)).state == "done":
            break
        if kills < KILLS:
            kill(worker)
            kills += 1
            worker = installation.worker()
    kill(worker)


def test_no_half_import(demonstrated: Installation) -> None:
    installation, chance = demonstrated, random.Random(SEED)
    begun = ask(installation, "begin", str(ROWS))
    carried_out(installation, begun["job"], chance)
    checked = ask(installation, "state", begun["id"])
    assert checked["state"] == "checked"
    assert (checked["counts"]["rows"], checked["counts"]["doses_new"]) == (ROWS, ROWS)
    assert written(installation) == (0, 0)
    applying = ask(installation, "apply", begun["id"])
    carried_out(installation, applying["job"], chance)
    assert ask(installation, "state", begun["id"])["state"] == "applied"
    assert written(installation) == (ROWS // 2, ROWS)
    assert installation.rows("SELECT count(*) FROM certificates_stagedrow") == [(0,)]
    installation.command(*HASHIRA, "audit", "seal")
    installation.command(*HASHIRA, "audit", "verify")
