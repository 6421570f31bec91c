"""The installation asks itself without a socket: its requests to its own endpoints stay in this process."""

from __future__ import annotations

import httpx
from django.test import Client


def client() -> httpx.Client:
    """An HTTP client whose every request goes to the installation under test."""

    def answer(request: httpx.Request) -> httpx.Response:
        headers = {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in request.headers.items()}
        said = Client().generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            content_type=request.headers.get("content-type", "application/octet-stream"),
            **headers,
        )
        return httpx.Response(said.status_code, headers=dict(said.headers), content=said.content)

    return httpx.Client(transport=httpx.MockTransport(answer))
