"""Installs a bundle and starts it, inside a network of its own that has nothing but loopback.

Run by ``test_bundle`` as ``unshare --map-root-user --net python cut_off.py FOLDER``.
"""

from __future__ import annotations

import fcntl
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PORT = 8099


def raise_loopback() -> None:
    """A new network begins with loopback down (netdevice(7), SIOCSIFFLAGS)."""
    with socket.socket() as any_socket:
        asked = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, 0x8913, asked)[:18])[1]
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", flags | 1))


def reaches(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=2):
            return True
    except OSError:
        return False


def main(folder: Path) -> None:
    raise_loopback()
    assert not reaches(("1.1.1.1", 443)), "the network is not cut"
    subprocess.run([folder / "install"], check=True)
    process = subprocess.Popen([folder / "start", "--port", str(PORT)], cwd=folder)
    deadline = time.monotonic() + 90
    while True:
        assert process.poll() is None, "it ended"
        assert time.monotonic() < deadline, "it is not ready"
        try:
            with urllib.request.urlopen(f"http://localhost:{PORT}/health/ready", timeout=5) as answer:
                ready = answer.status == 200
        except OSError:
            continue
        if ready:
            break
    with urllib.request.urlopen(f"http://localhost:{PORT}/", timeout=20) as answer:
        assert "接種証明書" in answer.read().decode()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    print("installed, started, served and stopped without a network")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
