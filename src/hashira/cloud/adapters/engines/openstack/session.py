"""Speaking to Keystone over HTTP: tokens, and what becomes of its answers (Keystoneとの通信).

OpenStack Identity API v3. A token of the whole system is asked for when it is needed, and once more when the
old one is no longer taken.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from hashira.cloud.domain.engine import EngineBusy, EngineError, EngineRefused, EngineUnreachable

NAME = "OpenStack Keystone"
_SECONDS = 20.0
_LONGEST_ANSWER = 16 * 1024 * 1024
_LONGEST_WORDS = 300
JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Login:
    """With what one signs in: a user of a domain with a password."""

    user: str
    domain: str
    """The id of the user's domain."""
    password: str = field(repr=False)

    def identity(self) -> JSON:
        """As the request for a token has it."""
        user = {"name": self.user, "domain": {"id": self.domain}, "password": self.password}
        return {"methods": ["password"], "password": {"user": user}}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and what came with it."""

    status: int
    body: JSON
    token: str = ""


class Keystone:
    """The service, signed in to as its administrator. One in a process; threads share it."""

    def __init__(self, address: str, login: Login) -> None:
        self.address = address.rstrip("/")
        self._login = login
        self._client = httpx.Client(timeout=_SECONDS, trust_env=False, follow_redirects=False)
        self._token = ""
        self._lock = threading.Lock()

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()

    def ask(
        self, method: str, path: str, body: JSON | None = None, *, may: tuple[int, ...] = (), token: str = ""
    ) -> Answer:
        """One request, as the administrator unless another token is given.

        Statuses in ``may`` are answers and not errors, such as 404 for what is looked for. Raises
        ``EngineUnreachable``, ``EngineBusy`` (429 and 5xx), ``EngineRefused`` for the rest.
        """
        answer = self._send(method, path, body, token or self._current())
        if answer.status == httpx.codes.UNAUTHORIZED and not token and 401 not in may:
            with self._lock:
                self._token = ""
            answer = self._send(method, path, body, self._current())
        if answer.status < 300 or answer.status in may:
            return answer
        raise refusal(f"{method} {path}", answer)

    def sign_in(self, identity: JSON, scope: JSON | None, *, may: tuple[int, ...] = ()) -> Answer:
        """A token for somebody; the token is in the answer, which has it nowhere else."""
        body: JSON = {"auth": {"identity": identity}}
        if scope is not None:
            body["auth"]["scope"] = scope
        answer = self._send("POST", "/v3/auth/tokens", body, "")
        if answer.status < 300 or answer.status in may:
            return answer
        raise refusal("POST /v3/auth/tokens", answer)

    def _current(self) -> str:
        with self._lock:
            if not self._token:
                self._token = self.sign_in(self._login.identity(), {"system": {"all": True}}).token
            return self._token

    def _send(self, method: str, path: str, body: JSON | None, token: str) -> Answer:
        headers = {"X-Auth-Token": token} if token else {}
        try:
            with self._client.stream(method, f"{self.address}{path}", json=body, headers=headers) as response:
                content = _bounded(response)
        except httpx.HTTPError:
            raise EngineUnreachable(engine=NAME, operation=f"{method} {path}") from None
        return Answer(response.status_code, _read(content), response.headers.get("X-Subject-Token", ""))


def _bounded(response: httpx.Response) -> bytes:
    """The answer, as far as anything sensible goes; what is longer is no answer."""
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > _LONGEST_ANSWER:
            raise httpx.ReadError("too long")
    return bytes(content)


def _read(content: bytes) -> JSON:
    """The object of an answer; an answer that is none has nothing in it."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def refusal(operation: str, answer: Answer) -> EngineError:
    """What an answer that says no is to whoever vends."""
    error = answer.body.get("error")
    words = error.get("message") if isinstance(error, Mapping) else None
    said = f"{answer.status} {words or ''}".strip()[:_LONGEST_WORDS]
    if answer.status == httpx.codes.TOO_MANY_REQUESTS or answer.status >= 500:
        return EngineBusy(engine=NAME, operation=operation, answer=said)
    return EngineRefused(engine=NAME, operation=operation, answer=said)
