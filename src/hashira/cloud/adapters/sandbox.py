"""Where the sandbox of this installation is: a server on loopback, kept by `hashira run` (練習用のクラウド).

Whoever needs it says so by a file in the data folder, and finds its address in another one. So nothing is
started that nobody uses, and a worker that dies takes no cloud with it.
"""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from hashira.cloud.domain.engine import EngineUnreachable

SANDBOX = "sandbox"
"""What ``HASHIRA_CLOUD_AWS_ENDPOINT`` says for it, and its access key; nobody checks the key."""
_START_SECONDS = 30.0
_LOOK_SECONDS = 0.1
_TRUST_SECONDS = 2.0
_seen_up: dict[str, float] = {}


def address_file() -> Path:
    """Where the server writes its address: ``{"endpoint": "http://127.0.0.1:…"}``."""
    return Path(settings.DATA_DIR) / "sandbox-cloud.json"


def wanted_file() -> Path:
    """What whoever needs the sandbox makes."""
    return Path(settings.DATA_DIR) / "sandbox-cloud-wanted"


def remembered_port() -> int:
    """The port that the sandbox had before, 0 for none: whoever noted its address finds it there again."""
    return urlsplit(known_endpoint()).port or 0


def nobody_wants_it() -> None:
    """Before anything starts: what ran here before is gone, and nobody has asked for another one."""
    wanted_file().unlink(missing_ok=True)


def known_endpoint() -> str:
    """The address of the sandbox as it was last written; empty if it never ran here."""
    try:
        return str(json.loads(address_file().read_text(encoding="utf-8"))["endpoint"])
    except (OSError, ValueError, KeyError):
        return ""


def is_up(endpoint: str) -> bool:
    """Whether something listens there."""
    parts = urlsplit(endpoint)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1.0):
            return True
    except OSError:
        return False


def sandbox_endpoint() -> str:
    """The address of the sandbox, which is started if it does not run. Raises ``EngineUnreachable``."""
    endpoint = known_endpoint()
    if endpoint and _seen_up.get(endpoint, 0.0) > time.monotonic():
        return endpoint
    wanted_file().touch(mode=0o600)
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        endpoint = known_endpoint()
        if endpoint and is_up(endpoint):
            _seen_up[endpoint] = time.monotonic() + _TRUST_SECONDS
            return endpoint
        time.sleep(_LOOK_SECONDS)
    raise EngineUnreachable(engine="sandbox", operation="start")
