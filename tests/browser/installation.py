"""A whole installation as a person starts it: ``hashira run`` in a process and a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from tests import nursery

_DEADLINE = 240.0
NO_CLOUD = {"HASHIRA_CLOUD_AWS_ENDPOINT": "http://127.0.0.1:9"}
"""Nobody answers there: the environments of the demonstration, which are half a minute of work, wait."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """A running server; ``address`` has no slash at its end."""

    process: nursery.Process
    port: int

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def stop(self) -> int:
        """Ctrl-C, and the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=_DEADLINE)


def hashira(data: Path, *arguments: str, input: str = "") -> subprocess.CompletedProcess[str]:
    """The command at the terminal of the installation in that folder."""
    return nursery.run([*nursery.HASHIRA, *arguments], env=_environment(data), input=input)


def program(data: Path, text: str) -> subprocess.CompletedProcess[str]:
    """A program in Python, in an environment as ``hashira`` has it there."""
    settings = {"DJANGO_SETTINGS_MODULE": "hashira.portal.settings"}
    return nursery.run(["-c", text], env=_environment(data) | settings)


def _environment(data: Path) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("HASHIRA_")}
    return own | {"HASHIRA_DATA_DIR": str(data)}


def start(data: Path, **settings: str) -> Installation:
    """Starts it and returns as soon as it is ready; without a cloud unless ``settings`` have one."""
    port = free_port()
    environment = _environment(data) | NO_CLOUD | settings
    data.mkdir(parents=True, exist_ok=True)
    log = data / "log"
    with log.open("w", encoding="utf-8") as said:
        process = nursery.start([*nursery.HASHIRA, "run", "--port", str(port)], env=environment, stdout=said)
    installation = Installation(process, port)
    deadline = time.monotonic() + _DEADLINE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"{installation.address}/health/ready", timeout=5) as answer:
                if answer.status == 200:
                    return installation
        except OSError:  # not there yet, or so busy that it does not answer in time
            process.poll()
    process.kill()
    process.wait(timeout=_DEADLINE)
    raise AssertionError(f"did not start: {log.read_text(encoding='utf-8')}")
