"""The whole installation is killed while certificates are issued: what was acknowledged is there afterwards.

Killed is the process, not the machine: nothing is claimed about a loss of power. Acknowledgements are kept by
a client in this process, which none of the killed ones can touch.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import re
import signal
import threading
import time
import urllib.parse
import uuid
from dataclasses import dataclass, field

import pytest
from tests.browser.installation import free_port
from tests.crash.installation import Installation, alive, children, until

pytestmark = pytest.mark.crash
KILLS = int(os.environ.get("HASHIRA_PROVE_COUNT", "2"))
SEED = 20260615


@dataclass
class Client:
    """Somebody who takes one certificate after the other and writes down what was acknowledged."""

    port: int
    session: str
    person: str
    doses: list[str]
    acknowledged: list[uuid.UUID] = field(default_factory=list)

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=20)
        headers = {"Cookie": f"hashira-session={self.session}; csrftoken={self.token}"}
        if body:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://localhost:{self.port}",
            }
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    token = "a" * 32

    def take(self) -> None:
        number = uuid.uuid4()
        fields = [("csrfmiddlewaretoken", self.token), ("request_id", str(number)), ("confirmed", "yes")]
        body = urllib.parse.urlencode([*fields, *(("doses", dose) for dose in self.doses)])
        status, text = self.ask("POST", f"/certificates/my/{self.person}/new/card", body)
        assert status == 302, text[:2000]
        self.acknowledged.append(number)

    def until_the_end(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            while True:
                self.take()


def tree(main: int) -> list[int]:
    """A process and everything below it, the deepest last."""
    found = [main]
    for pid in found:
        found += sorted(children(pid))
    return found


def start(installation: Installation, port: int) -> int:
    process = installation.start("run", "--port", str(port))

    def serves() -> bool:
        with contextlib.closing(http.client.HTTPConnection("localhost", port, timeout=5)) as connection:
            try:
                connection.request("GET", "/health/ready")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                assert process.poll() is None, (installation.data / "log").read_text()[-2000:]
                return False

    until(serves, "ready")
    return process.pid


def test_what_was_acknowledged_survives(demonstrated: Installation) -> None:
    installation, chance = demonstrated, random.Random(SEED)
    port = free_port()
    main = start(installation, port)
    told = json.loads(installation.command("-m", "tests.crash.registry_client").splitlines()[-1])
    client = Client(port, told["session"], told["person"], told["doses"])
    for _ in range(KILLS):
        before = len(client.acknowledged)
        issuing = threading.Thread(target=client.until_the_end)
        issuing.start()
        wanted = before + chance.randrange(1, 12)
        until(lambda wanted=wanted: len(client.acknowledged) >= wanted, "acknowledgements")
        deadline = time.monotonic() + chance.random() * 0.05  # somewhere inside the next request
        until(lambda deadline=deadline: time.monotonic() >= deadline, "the moment")
        doomed = tree(main)
        for pid in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        issuing.join(timeout=60)
        until(lambda doomed=doomed: not any(map(alive, doomed[1:])), "the end of all of them")
        main = start(installation, port)
        for number in client.acknowledged:
            key = number if installation.database_url else number.hex
            assert installation.rows("SELECT 1 FROM certificates_issuedcertificate WHERE id = ?", key), number
    status, text = client.ask("GET", f"/certificates/my/certificates/{client.acknowledged[-1]}")
    assert status == 200
    assert re.search("UTO131016[0-9]{14}", text)
    numbers = installation.rows("SELECT number FROM certificates_issuedcertificate")
    assert len(numbers) == len(set(numbers)) >= len(client.acknowledged) > KILLS
    shown = installation.rows(
        "SELECT count(*) FROM certificates_issuedcertificate c WHERE NOT EXISTS "
        "(SELECT 1 FROM certificates_issueddose d WHERE d.certificate_id = c.id)"
    )
    assert shown == [(0,)]  # none is there without the doses it shows
    installation.command("-c", "from hashira.portal.command import main; main()", "audit", "seal")
    installation.command("-c", "from hashira.portal.command import main; main()", "audit", "verify")
    events = installation.rows(
        "SELECT count(*) FROM audit_auditevent WHERE action = 'certificates:IssueOwnCertificate'"
    )
    assert events == [(len(numbers),)]  # and each is told, none that is not there
