"""Installs the libraries of other people that tests exchange certificates with; prints their folder.

They live outside the repository, one folder for each state of the lock file, and never in the product:
some are under the GPL. ``HASHIRA_FOREIGN`` names another parent folder. Needs ``npm`` and, the first
time, a registry; the tests themselves start them without a network. Ends with 3 where npm is missing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parents[1] / "tests" / "foreign"
_LISTS = ("package.json", "package-lock.json")


def folder() -> Path:
    """Where the libraries of the present lock file are, or will be, installed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parent = Path(os.environ.get("HASHIRA_FOREIGN") or cache / "hashira" / "foreign")
    digest = hashlib.sha256(b"".join((PROGRAMS / name).read_bytes() for name in _LISTS))
    return parent / digest.hexdigest()[:16]


def installed() -> bool:
    return (folder() / "node_modules").is_dir()


def install() -> None:
    """``npm ci`` from the lock file, beside the final folder, so that a broken install is never used."""
    final = folder()
    final.parent.mkdir(parents=True, exist_ok=True)
    beside = final.with_name(f"{final.name}.{os.getpid()}")
    beside.mkdir()
    try:
        for name in _LISTS:
            shutil.copy(PROGRAMS / name, beside)
        # No package's own script runs on the machine that only wants to test.
        command = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        subprocess.run(command, cwd=beside, check=True, stdout=sys.stderr)  # noqa: S603  (our own command)
        if not installed():
            beside.rename(final)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def main() -> None:
    if not installed():
        if shutil.which("npm") is None:
            print("npm がありません / npm is missing: apt-get install nodejs npm", file=sys.stderr)
            sys.exit(3)
        install()
    print(folder())


if __name__ == "__main__":
    main()
