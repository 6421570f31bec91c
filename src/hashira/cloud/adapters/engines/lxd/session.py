"""Speaking to LXD, or to Incus, through the socket of its daemon (LXDとの通信).

LXD REST API 1.0: every answer is an envelope of ``type`` ``sync``, ``async`` or ``error``. What takes a while
is waited for as long as one call may take.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from hashira.cloud.domain.engine import EngineBusy, EngineRefused, EngineUnreachable, NotYet

NAME = "LXD"
_SECONDS = 30.0
_WAIT_SECONDS = 20
_LONGEST_ANSWER = 16 * 1024 * 1024
_LONGEST_WORDS = 300
JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: 200, or the code of the error with its words."""

    status: int
    metadata: Any
    words: str = ""


class Lxd:
    """The daemon behind a socket; who may open the socket is its administrator."""

    def __init__(self, socket: str) -> None:
        transport = httpx.HTTPTransport(uds=socket)
        self._client = httpx.Client(
            base_url="http://lxd", transport=transport, timeout=_SECONDS, trust_env=False
        )

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        body: JSON | None = None,
        *,
        may: tuple[int, ...] = (),
        **query: str,
    ) -> Said:
        """One request; what is asked for in the background is waited for.

        Codes in ``may`` are answers and not errors. Raises ``EngineUnreachable``, ``EngineBusy`` (503, and
        what is no answer of LXD), ``NotYet``, ``EngineRefused`` (500 as well: so LXD says that it will not).
        """
        said = self._send(method, path, body, query)
        if said.status == 100:
            operation = str((said.metadata or {}).get("id", ""))
            said = self._send(
                "GET", f"/operations/{quote(operation)}/wait", None, {"timeout": f"{_WAIT_SECONDS}"}
            )
            done = said.metadata if isinstance(said.metadata, Mapping) else {}
            if said.status == 200 and done.get("status_code") == 103:
                raise NotYet(engine=NAME, thing=path)
            if said.status == 200 and done.get("status_code") != 200:
                said = Said(500, None, str(done.get("err", ""))[:_LONGEST_WORDS])
        if said.status == 200 or said.status in may:
            return said
        operation = f"{method} {path}"
        if said.status == httpx.codes.SERVICE_UNAVAILABLE:
            raise EngineBusy(engine=NAME, operation=operation, answer=said.words)
        raise EngineRefused(engine=NAME, operation=operation, answer=f"{said.status} {said.words}".strip())

    def listed(self, path: str, **query: str) -> list[JSON]:
        """The things of a list, each in full. An answer without a list says nothing."""
        found = self.ask("GET", path, recursion="1", **query).metadata
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise EngineBusy(engine=NAME, operation=f"GET {path}", answer="?")
        return found

    def found(self, path: str, **query: str) -> JSON | None:
        """One thing, or none."""
        said = self.ask("GET", path, may=(404,), **query)
        if said.status == 404:
            return None
        if not isinstance(said.metadata, dict):
            raise EngineBusy(engine=NAME, operation=f"GET {path}", answer="?")
        return said.metadata

    def _send(self, method: str, path: str, body: JSON | None, query: Mapping[str, str]) -> Said:
        try:
            with self._client.stream(method, f"/1.0{path}", json=body, params=dict(query)) as response:
                content = bytearray()
                for part in response.iter_bytes():
                    content += part
                    if len(content) > _LONGEST_ANSWER:
                        raise httpx.ReadError("too long")
        except httpx.HTTPError:
            raise EngineUnreachable(engine=NAME, operation=f"{method} {path}") from None
        return _read(bytes(content))


def _read(content: bytes) -> Said:
    """The envelope; what is none is as if the daemon were busy."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("type") not in {"sync", "async", "error"}:
        return Said(httpx.codes.SERVICE_UNAVAILABLE, None, "?")
    if found["type"] == "error":
        code = found.get("error_code")
        words = str(found.get("error", ""))[:_LONGEST_WORDS]
        return Said(code if isinstance(code, int) and code >= 400 else 500, None, words)
    return Said(100 if found["type"] == "async" else 200, found.get("metadata"))
