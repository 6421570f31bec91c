"""The npm package ``oidc-provider`` as a process of its own, which reaches no network."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tools import foreign

CLIENT_ID = "RP00000001"
PEOPLE = {
    "yoshino": {
        "name": "𠮷野 架空",
        "birthdate": "1965-11-30",
        "gender": "male",
        "address": {"formatted": "柱県架空市土吉町3番1号", "country": "JP"},
    },
    "parts": {
        "name": "髙橋 架空",
        "birthdate": "1990",
        "address": {"region": "柱県", "locality": "架空市", "street_address": "梯子町2番1号"},
    },
}


def require() -> None:
    """Skips, or fails in CI, where the package is not installed."""
    if shutil.which("node") is None or not foreign.installed():
        missing = "the peers are not installed: python tools/foreign.py"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(f"{missing}; not signed in through oidc-provider")


def start(
    log: Path, *, client_key: dict[str, object], redirect_uri: str, **changes: object
) -> tuple[str, subprocess.Popen[bytes]]:
    """Its issuer, and the process, which the caller ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
    setup = {
        "issuer": issuer,
        "client_id": CLIENT_ID,
        "redirect_uri": redirect_uri,
        "client_key": client_key,
        "people": PEOPLE,
        "acr": "aal3",
    } | changes
    with listening, log.open("wb") as said:
        # It gets the listening socket itself, so that nothing has to wait for a port.
        process = subprocess.Popen(
            (
                *("bash", "-c", 'exec 3<&"$0"; exec node --require "$1" "$2" "$3"'),
                str(listening.fileno()),
                str(foreign.PROGRAMS / "no_network.cjs"),
                str(foreign.PROGRAMS / "openid_provider.mjs"),
                json.dumps(setup),
            ),
            pass_fds=(listening.fileno(),),
            stdout=said,
            stderr=said,
            env={"PATH": os.environ["PATH"], "NODE_PATH": str(foreign.folder() / "node_modules")},
        )
    # Answered now, however busy the machine: what is tried afterwards waits a few seconds at most.
    httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=90).raise_for_status()
    return issuer, process


def way_back(begun: str, account: str) -> str:
    """Path and query of our callback: the browser's way through the provider's pages."""
    with httpx.Client(timeout=30) as browser:
        address = begun
        for _ in range(12):
            if urlsplit(address).path.startswith("/interaction/"):
                address = f"{address}/{account}"
            said = browser.get(address)
            assert said.status_code in {302, 303}, said.text
            address = str(httpx.URL(address).join(said.headers["location"]))
            parts = urlsplit(address)
            if parts.netloc == "testserver":
                return f"{parts.path}?{parts.query}"
    raise AssertionError("the provider did not send the browser back")
