"""A whole installation as a person starts it: ``hashira run`` in a process and a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

_DEADLINE = 120.0
NO_CLOUD = {"HASHIRA_CLOUD_AWS_ENDPOINT": "http://127.0.0.1:9"}
"""Nobody answers there: the environments of the demonstration, which are half a minute of work, wait."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """A running server; ``address`` has no slash at its end."""

    process: subprocess.Popen[str]
    port: int

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def stop(self) -> int:
        """Ctrl-C, and the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=_DEADLINE)


def command(port: int) -> tuple[str, ...]:
    return (
        sys.executable,
        "-c",
        "from hashira.portal.command import main; main()",
        "run",
        "--port",
        str(port),
    )


def start(data: Path, **settings: str) -> Installation:
    """Starts it and returns as soon as it is ready; without a cloud unless ``settings`` have one."""
    port = free_port()
    own = {key: value for key, value in os.environ.items() if not key.startswith("HASHIRA_")}
    environment = own | {"HASHIRA_DATA_DIR": str(data)} | NO_CLOUD | settings
    data.mkdir(parents=True, exist_ok=True)
    log = data / "log"
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(
            command(port), env=environment, stdout=said, stderr=subprocess.STDOUT, text=True
        )
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
