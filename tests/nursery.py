"""Processes of ours for tests, started without waiting seconds for imports.

A process of the product spends three to five seconds of a processor on loading two thousand modules before it
does anything, and the tests start hundreds. The nursery loads once what is the same for all, which is other
people's libraries and those parts of ours that read no settings (``kernel`` and each ``domain``), and forks.
What it forks is a process as any other: it has its own environment, arguments, folder and output, reads the
settings itself, is seen and killed by its id, and ends as an interpreter does.

Those tests that are about the start itself, from nothing, start an interpreter (``test_bundle``, ``cut_off``,
``test_last_start``).
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
HASHIRA = ("-c", "from hashira.portal.command import main; main()")
"""The command, as arguments of an interpreter."""
_LARGEST = 1 << 20
_AFTER_SETTINGS = ("hashira", "tests", "ninja")
"""Packages that read the settings while they are loaded."""
_WITHOUT_SETTINGS = ("hashira.kernel", "hashira.certificates.domain", "hashira.cloud.domain")


class Process:
    """A process that the nursery has forked, with the part of ``subprocess.Popen`` that tests use."""

    def __init__(self, pid: int, ended: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = ended

    def poll(self) -> int | None:
        """Its exit status, or the negative number of the signal that ended it, once it has ended."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """The same, waited for. ``subprocess.TimeoutExpired`` if it still runs."""
        status = self._look(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], timeout)[0]:
            told = os.read(self._ended, 32)
            os.close(self._ended)
            assert told, "the nursery has died"
            self.returncode = int(told)
        return self.returncode


def start(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    stdin: IO[Any] | None = None,
    stdout: IO[Any],
    stderr: IO[Any] | None = None,
) -> Process:
    """A process of Python: ``arguments`` are ``-c PROGRAM …`` or ``-m MODULE …``.

    ``env`` is all of its environment; ``stdout`` and ``stderr`` (as ``stdout`` unless given) are open files.
    """
    told = {"arguments": list(arguments), "environment": dict(env or os.environ), "folder": str(cwd)}
    readable, writable = os.pipe()
    with open(os.devnull, "rb") as nothing:
        files = [(stdin or nothing).fileno(), stdout.fileno(), (stderr or stdout).fileno(), writable]
        nursery = _nursery()
        message = json.dumps(told).encode()
        assert len(message) < _LARGEST
        socket.send_fds(nursery, [message], files)
        os.close(writable)
        pid = int(nursery.recv(32))
    return Process(pid, readable)


def run(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    input: str = "",
    timeout: float = 60,
    check: bool = False,
) -> subprocess.CompletedProcess[str]:
    """As ``subprocess.run`` with text: waits for its end, which comes by force after ``timeout`` seconds."""
    with contextlib.ExitStack() as stack:
        given, said, complained = (stack.enter_context(tempfile.TemporaryFile("w+")) for _ in range(3))
        given.write(input)
        given.seek(0)
        process = start(arguments, env=env, cwd=cwd, stdin=given, stdout=said, stderr=complained)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        for file in (said, complained):
            file.seek(0)
        done = subprocess.CompletedProcess(arguments, process.wait(), said.read(), complained.read())
    if check:
        done.check_returncode()
    return done


@functools.cache
def _nursery() -> socket.socket:
    """The way to the nursery, which ends when this process does."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, its):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LARGEST)
    with its:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("HASHIRA_", "DJANGO_"))}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", str(its.fileno())],
            cwd=ROOT,
            env=environment | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])},
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
        )
    assert ours.recv(32) == b"ready"

    @atexit.register
    def close() -> None:
        ours.close()
        process.wait(timeout=30)

    return ours


# ── what follows runs in the nursery ──────────────────────────────────────────


def _names_of_what_is_loaded() -> list[str]:
    """The modules of a whole process of the product, in their order, from a fork that has loaded it."""
    readable, writable = os.pipe()
    if (pid := os.fork()) == 0:
        with tempfile.TemporaryDirectory() as folder:
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
                "HASHIRA_ENVIRONMENT": "development",
                "HASHIRA_DATA_DIR": folder,
            }
            import django

            django.setup()
            for name in ("hashira.portal.wsgi", "hashira.portal.server", "hashira.portal.worker", "dbos"):
                importlib.import_module(name)
            from django.conf import settings

            for name in settings.HASHIRA_JOB_MODULES:
                with contextlib.suppress(ModuleNotFoundError):  # a system without jobs
                    importlib.import_module(name)
            with open(writable, "w", encoding="utf-8") as told:
                told.write("\n".join(sys.modules))
        os._exit(0)
    os.close(writable)
    with open(readable, encoding="utf-8") as said:
        names = said.read().split("\n")
    assert os.waitpid(pid, 0)[1] == 0, "the product could not be loaded"
    return names


def _load() -> None:
    """Everything that can be loaded before there are settings."""
    for name in _names_of_what_is_loaded():
        package = name.split(".")[0]
        if package in _AFTER_SETTINGS and not name.startswith(_WITHOUT_SETTINGS):
            continue
        try:
            importlib.import_module(name)
        except Exception:
            continue
    from django.conf import settings

    assert not settings.configured
    gc.collect()
    gc.freeze()  # a fork neither walks nor copies what it has got from here


def _serve(way: socket.socket) -> dict[str, Any] | None:
    """Forks whenever asked. In a fork it returns what that is to do; in the nursery nothing, at the end."""
    running: dict[
        int, tuple[int, int]
    ] = {}  # by the descriptor of the process: its id, where its end is told
    way.send(b"ready")
    while True:
        for ready in select.select([way, *running], [], [])[0]:
            if ready is not way:
                pid, told_to = running.pop(ready)
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with contextlib.suppress(BrokenPipeError):  # nobody asked how it would end
                    os.write(told_to, str(status).encode())
                os.close(told_to)
                os.close(ready)
                continue
            message, files, _flags, _address = socket.recv_fds(way, _LARGEST, 4)
            if not message:
                return None
            if (pid := os.fork()) == 0:
                way.close()
                for descriptor, (_pid, told_to) in running.items():
                    os.close(descriptor)
                    os.close(told_to)
                for number, file in enumerate(files[:3]):
                    os.dup2(file, number)
                for file in files:
                    os.close(file)
                return dict(json.loads(message))
            for file in files[:3]:
                os.close(file)
            running[os.pidfd_open(pid)] = (pid, files[3])
            way.send(str(pid).encode())


def _become(task: dict[str, Any]) -> None:
    """The process that was asked for, from here to its end."""
    os.environ.clear()
    os.environ.update(task["environment"])
    os.chdir(task["folder"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    path = task["environment"].get("PYTHONPATH", "")
    sys.path[:0] = [part for part in path.split(os.pathsep) if part and part not in sys.path]
    how, what, *rest = task["arguments"]
    sys.argv = [how if how == "-c" else what, *rest]
    if how == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        main = sys.modules["__main__"] = type(sys)("__main__")
        main.__dict__["__builtins__"] = __builtins__
        exec(compile(what, "<string>", "exec"), main.__dict__)


def main() -> None:
    """Loads, then forks until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the tests, and they end this
    with socket.socket(fileno=int(sys.argv[1])) as way:
        _load()
        task = _serve(way)
    if task is not None:
        _become(task)


if __name__ == "__main__":
    main()
