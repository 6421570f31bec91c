"""A proxy before an emulated AWS that behaves as the real one does on a bad day.

The emulator lets everybody make any number of accounts at once, under one address as often as they like, and
shows each at once. AWS does not; nor does a network always bring the answer back.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_CREATE = "CreateAccount"
_LISTS = {"ListAccounts", "ListAccountsForParent"}


@dataclass
class Faults:
    """What goes wrong, and how often. Probabilities are of one call; times in seconds."""

    seed: int = 0
    throttled: float = 0.0
    failing: float = 0.0
    """Answered with 500, and not carried out."""
    unheard: float = 0.0
    """Carried out, and the connection is cut before the answer."""
    account_quota: int = 1_000_000
    accounts_at_once: int = 5
    """More that are being made at the same time are throttled, as AWS does."""
    making_seconds: float = 0.0
    """How long an account is in the making."""
    hidden_seconds: float = 0.0
    """For how long a new account is in no list and cannot be described."""
    no_role: frozenset[str] = frozenset()
    """Accounts whose roles let nobody in."""
    lies: frozenset[str] = frozenset()
    """Operations that are answered with an empty success and not carried out."""
    before: Callable[[int, str], None] = lambda number, operation: None
    """Told of each call before it goes on; ``after``: carried out, and nobody has heard of it yet."""
    after: Callable[[int, str], None] = lambda number, operation: None


@dataclass
class FaultProxy:
    """Listens on ``address`` and passes on to ``target``."""

    target: str
    faults: Faults = field(default_factory=Faults)
    calls: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    """How often each kind of fault was given."""
    made: dict[str, float] = field(default_factory=dict)
    """By account, when it was made."""
    emails: dict[str, str] = field(default_factory=dict)
    most_at_once: int = 0
    number: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.faults.seed)
        self._lock = threading.Lock()
        self._making = 0
        self._statuses: dict[str, dict[str, Any]] = {}
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                proxy._handle(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

            def log_message(self, *_arguments: object) -> None:
                """Nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_arguments: object) -> None:
                """Clients that are killed leave; that is what they are here for."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        operation = _operation_of(handler, body)
        with self._lock:
            self.number += 1
            number, faults = self.number, self.faults
            self.calls[operation] += 1
            draw = self._chance.random()
        faults.before(number, operation)
        if draw < faults.throttled:
            return self._refuse(handler, 400, "ThrottlingException", "throttled")
        if draw < faults.throttled + faults.failing:
            return self._refuse(handler, 500, "InternalFailure", "failing")
        if operation == "AssumeRole" and any(one.encode() in body for one in faults.no_role):
            return self._refuse(handler, 403, "AccessDenied", "no role")
        if operation in faults.lies:
            self.given["lies"] += 1
            return _answer(handler, 200, b"{}")
        if operation == _CREATE:
            return self._create(handler, body, number)
        if operation == "DescribeCreateAccountStatus":
            kept = self._statuses.get(json.loads(body)["CreateAccountRequestId"])
            if kept is not None:
                return _answer(handler, 200, json.dumps({"CreateAccountStatus": self._now(kept)}).encode())
        if operation == "DescribeAccount" and self._hidden(json.loads(body)["AccountId"]):
            return self._refuse(handler, 400, "AccountNotFoundException", "hidden")
        status, headers, content = self._pass_on(handler, body)
        if operation in _LISTS and status == 200:
            told = json.loads(content)
            told["Accounts"] = [one for one in told["Accounts"] if not self._hidden(one["Id"])]
            content = json.dumps(told).encode()
        faults.after(number, operation)
        if draw > 1 - faults.unheard:
            self.given["unheard"] += 1
            return _hang_up(handler)
        return _answer(handler, status, content, headers)

    def _create(self, handler: BaseHTTPRequestHandler, body: bytes, number: int) -> None:
        asked, faults = json.loads(body), self.faults
        with self._lock:
            taken = self.emails.get(asked["Email"])
            full = len(self.emails) >= faults.account_quota
            crowded = self._making >= faults.accounts_at_once
            if not (taken or full or crowded):
                self._making += 1
                self.most_at_once = max(self.most_at_once, self._making)
                self.emails[asked["Email"]] = "in the making"
        if crowded:
            return self._refuse(handler, 400, "TooManyRequestsException", "crowded")
        if taken or full:
            reason = "EMAIL_ALREADY_EXISTS" if taken else "ACCOUNT_LIMIT_EXCEEDED"
            self.given[reason] += 1
            failed = {"Id": f"car-{number:032x}", "State": "FAILED", "FailureReason": reason}
            self._statuses[failed["Id"]] = {"status": failed, "ready": 0.0}
            return _answer(handler, 200, json.dumps({"CreateAccountStatus": failed}).encode())
        status, headers, content = self._pass_on(handler, body)
        made = json.loads(content)["CreateAccountStatus"]
        ready = time.monotonic() + faults.making_seconds
        self._statuses[made["Id"]] = {"status": made, "ready": ready}
        self.made[made["AccountId"]] = ready
        self.emails[asked["Email"]] = made["AccountId"]

        def done() -> None:
            with self._lock:
                self._making -= 1

        threading.Timer(faults.making_seconds, done).start()
        faults.after(number, _CREATE)
        if self._chance.random() < faults.unheard:
            self.given["unheard"] += 1
            return _hang_up(handler)
        told = json.dumps({"CreateAccountStatus": self._now(self._statuses[made["Id"]])}).encode()
        return _answer(handler, status, told, headers)

    def _now(self, kept: dict[str, Any]) -> dict[str, Any]:
        if kept["ready"] <= time.monotonic():
            return dict(kept["status"])
        begun = {key: value for key, value in kept["status"].items() if key != "AccountId"}
        return begun | {"State": "IN_PROGRESS"}

    def _hidden(self, account: str) -> bool:
        shown = self.made.get(account, 0.0) + self.faults.hidden_seconds
        if account in self.made and time.monotonic() < shown:
            self.given["hidden"] += 1
            return True
        return False

    def _pass_on(
        self, handler: BaseHTTPRequestHandler, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        parts = urlsplit(self.target)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            connection.request(handler.command, handler.path, body=body, headers=dict(handler.headers))
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _refuse(self, handler: BaseHTTPRequestHandler, status: int, code: str, kind: str) -> None:
        self.given[kind] += 1
        service = _service_of(handler)
        if service in _XML:
            # S3 throttles with 503 (Amazon S3 API Reference, "Error responses", SlowDown).
            code, status = ("SlowDown", 503) if kind == "throttled" else (code, status)
            wrapped = f"<Error><Code>{code}</Code><Message>{kind}</Message></Error>"
            wrapped = wrapped if service == "s3" else f"<ErrorResponse>{wrapped}</ErrorResponse>"
            return _answer(handler, status, wrapped.encode(), [("Content-Type", "text/xml")])
        content = json.dumps({"__type": code, "message": kind, "Code": code}).encode()
        return _answer(handler, status, content, [("x-amzn-errortype", code)])


def _operation_of(handler: BaseHTTPRequestHandler, body: bytes) -> str:
    """What is asked for: by header, by form, or by method where the protocol of the service is REST."""
    target = (handler.headers.get("X-Amz-Target") or "").rpartition(".")[2]
    form = re.match(rb"(?:.*&)?Action=(\w+)", body[:2000]) if not target else None
    return target or (form[1].decode() if form else f"{handler.command} {handler.path.partition('?')[0]}")


_XML = {"s3", "iam", "sts", "ec2"}


def _service_of(handler: BaseHTTPRequestHandler) -> str:
    """The service that the request is signed for: ``Credential=key/date/region/service/aws4_request``."""
    found = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", handler.headers.get("Authorization") or "")
    return found[1] if found else ""


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Ends the connection before any answer; closing alone would leave the other side waiting."""
    handler.close_connection = True
    with contextlib.suppress(OSError):
        handler.connection.shutdown(socket.SHUT_RDWR)


def _answer(
    handler: BaseHTTPRequestHandler,
    status: int,
    content: bytes,
    headers: list[tuple[str, str]] | None = None,
) -> None:
    kept = {"connection", "content-length", "transfer-encoding", "date", "server"}
    try:
        handler.send_response(status)
        for name, value in headers or [("Content-Type", "application/x-amz-json-1.1")]:
            if name.lower() not in kept:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)
    except OSError:
        handler.close_connection = True
