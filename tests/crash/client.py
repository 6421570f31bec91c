"""What a test asks of an installation, in a process of its own: ``python -m tests.crash.client VERB …``.

``prepare`` makes the tables; ``request COUNT MILLISECONDS`` asks for a job and prints its id; ``die COUNT
MILLISECONDS`` does the same and is killed between commit and enqueueing; ``cancel ID`` asks for its end.
"""

from __future__ import annotations

import os
import signal
import sys
import uuid

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from tests.crash import demonstration_jobs  # noqa: E402

from hashira.core import jobs  # noqa: E402
from hashira.core.access import Principal  # noqa: E402
from hashira.core.jobs import services  # noqa: E402

ACTOR = Principal.system("trial")


def request(count: str, milliseconds: str) -> None:
    parameters = {"count": int(count), "milliseconds": int(milliseconds)}
    view = jobs.request(actor=ACTOR, kind="demonstration.rows", parameters=parameters)
    print(view.id, flush=True)


def _killed(_job_id: uuid.UUID) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(verb: str, *arguments: str) -> None:
    if verb == "prepare":
        call_command("migrate", verbosity=0)
        demonstration_jobs.make_table()
    elif verb == "request":
        request(*arguments)
    elif verb == "die":
        services.hand_over = _killed
        request(*arguments)
    elif verb == "cancel":
        jobs.cancel(actor=ACTOR, job_id=arguments[0])
    else:
        raise SystemExit(f"unknown verb {verb}")


main(*sys.argv[1:])
