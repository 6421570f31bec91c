"""A program of other people as a process of its own: one JSON question, one JSON answer, no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

import pytest
from tools import foreign

_NODE_AT_LEAST = 20


class Peer:
    """A program of ``tests/foreign`` on the libraries of its lock file."""

    def __init__(self, program: str) -> None:
        path = str(foreign.PROGRAMS / program)
        if program.endswith(".py"):
            self._command: tuple[str, ...] = (str(foreign.python()), "-I", path)
        else:
            self._command = ("node", "--require", str(foreign.PROGRAMS / "no_network.cjs"), path)

    def ask(self, question: str, **details: object) -> dict[str, Any]:
        """The answer; ``{"error": …}`` is what the peer says no with."""
        done = subprocess.run(
            self._command,
            input=json.dumps({"ask": question, **details}),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            env={"PATH": os.environ["PATH"], "NODE_PATH": str(foreign.folder() / "node_modules")},
        )
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert isinstance(answer, dict)
        return answer


def peer(program: str) -> Peer:
    """The peer, or a skip that says what was not checked; in CI it must be there."""
    missing = None
    if shutil.which("node") is None:
        missing = f"node {_NODE_AT_LEAST} or newer is missing"
    elif not foreign.installed():
        missing = "the peers are not installed: python tools/foreign.py"
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(f"{missing}; not checked against {program}")
    return Peer(program)
