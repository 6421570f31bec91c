"""One request to an endpoint of the provider: bounded in size and time, and never redirected."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from hashira.core.accounts.oidc.errors import ProviderAnswerMalformed, ProviderUnreachable

_MOST_BYTES = 64 * 1024
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint said: HTTP status, media type without parameters, content."""

    status: int
    media_type: str
    content: bytes

    def json_object(self, part: str) -> dict[str, Any]:
        """The content as a JSON object; raises ``ProviderAnswerMalformed`` naming ``part``."""
        try:
            value = json.loads(self.content, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise ProviderAnswerMalformed(part=part) from error
        if not isinstance(value, dict):
            raise ProviderAnswerMalformed(part=part)
        return value


def client(*, through_proxy: bool = True) -> httpx.Client:
    """A client for the back channel: TLS verified, no redirects, short times.

    ``through_proxy``: whether the usual proxy variables of the environment hold.
    """
    return httpx.Client(
        timeout=httpx.Timeout(5.0), follow_redirects=False, trust_env=through_proxy, headers={"Accept": "*/*"}
    )


def ask(
    http: httpx.Client,
    method: str,
    url: str,
    *,
    part: str,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Sends one request.

    Raises ``ProviderUnreachable`` without an answer in 10 seconds and for a status of 500 and above,
    ``ProviderAnswerMalformed`` for more than 64 KiB and for a redirect, which a back channel never needs.
    """
    until = time.monotonic() + _SECONDS
    content = bytearray()
    try:
        with http.stream(method, url, data=form, headers=headers) as response:
            if response.status_code >= 500:
                raise ProviderUnreachable
            if response.is_redirect:
                raise ProviderAnswerMalformed(part=part)
            for piece in response.iter_bytes(8192):
                content += piece
                if len(content) > _MOST_BYTES:
                    raise ProviderAnswerMalformed(part=part)
                if time.monotonic() > until:
                    raise ProviderUnreachable
            media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            return Answer(response.status_code, media_type, bytes(content))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderUnreachable from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice (RFC 8259 §4 leaves open which one would hold)."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members
