"""What a test asks of an installation, in a process of its own: ``python -m tests.crash.client VERB …``.

``prepare`` makes the tables; ``request NUMBER COUNT MILLISECONDS`` asks for so many jobs and prints the ids;
``die COUNT MILLISECONDS`` asks for one and is killed between commit and enqueueing; ``cancel ID`` ends one.
``resident`` signs a resident in and prints the id and the key of the session; ``request`` takes that id last.
"""

from __future__ import annotations

import os
import signal
import sys
import uuid
from datetime import UTC, datetime

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from tests.crash import demonstration_jobs

from hashira.core import jobs
from hashira.core.access import Principal, PrincipalKind
from hashira.core.accounts.models import Resident
from hashira.core.jobs import services

ACTOR = Principal.system("trial")


def _actor(resident: str) -> Principal:
    return Principal(PrincipalKind.RESIDENT, resident, second_factor=True) if resident else ACTOR


def request(number: str, count: str, milliseconds: str, resident: str = "") -> None:
    parameters = {"count": int(count), "milliseconds": int(milliseconds)}
    for _ in range(int(number)):
        view = jobs.request(actor=_actor(resident), kind="demonstration.rows", parameters=parameters)
        print(view.id, flush=True)


def resident() -> None:
    now = datetime.now(UTC)
    known = Resident.objects.create(
        issuer="https://trial.test", sub="trial", name="試験 花子", first_seen_at=now, last_seen_at=now
    )
    session = SessionStore()
    session["resident"] = {"id": str(known.pk), "at": now.isoformat()}
    session.create()
    print(known.pk, session.session_key, flush=True)


def _killed(_job_id: uuid.UUID) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(verb: str, *arguments: str) -> None:
    if verb == "prepare":
        call_command("migrate", verbosity=0)
        demonstration_jobs.make_table()
    elif verb == "request":
        request(*arguments)
    elif verb == "resident":
        resident()
    elif verb == "die":
        services.hand_over = _killed
        request("1", *arguments)
    elif verb == "cancel":
        jobs.cancel(actor=_actor("".join(arguments[1:])), job_id=arguments[0])
    else:
        raise SystemExit(f"unknown verb {verb}")


main(*sys.argv[1:])
