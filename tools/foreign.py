"""Installs the programs and libraries of other people that tests talk to; prints their folder.

They live outside the repository, one folder for each state of the lists, and never in the product: some are
under the GPL, and some need other releases of our own parts. ``HASHIRA_FOREIGN`` names another parent folder.
Each list of Python packages has an environment of its own. Needs ``npm``, Python's ``venv`` and, the first
time, registries; the tests themselves start them without a network. Ends with 3 where npm is missing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parents[1] / "tests" / "foreign"
ENVIRONMENTS = {
    "python": "requirements.txt",
    "keystone": "keystone.txt",
    "cloudformation": "cloudformation.txt",
}
"""Each environment of Python with the list of what is in it."""
_LISTS = ("package.json", "package-lock.json", *ENVIRONMENTS.values())


def folder() -> Path:
    """Where the libraries of the present lock files are, or will be, installed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parent = Path(os.environ.get("HASHIRA_FOREIGN") or cache / "hashira" / "foreign")
    digest = hashlib.sha256(b"".join((PROGRAMS / name).read_bytes() for name in _LISTS))
    return parent / digest.hexdigest()[:16]


def python(environment: str = "python") -> Path:
    """The interpreter of the peers in Python, or of one of the other environments."""
    return folder() / environment / "bin" / "python"


def installed() -> bool:
    return (folder() / "node_modules").is_dir() and all(python(name).exists() for name in ENVIRONMENTS)


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
        for environment, listed in ENVIRONMENTS.items():
            _install_python(beside, environment, listed)
        if not installed():
            beside.rename(final)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _install_python(beside: Path, environment: str, listed: str) -> None:
    # An environment is used by its interpreter alone, so that it may be moved after it was made.
    venv.create(beside / environment, with_pip=True, symlinks=True)
    pip = (str(beside / environment / "bin/python"), "-m", "pip", "--disable-pip-version-check")
    chosen = ("install", "--quiet", "--no-deps", "--only-binary=:all:", "-r", listed)
    subprocess.run((*pip, *chosen), cwd=beside, check=True, stdout=sys.stderr)  # noqa: S603  (ours too)


def main() -> None:
    if not installed():
        if shutil.which("npm") is None:
            print("npm がありません / npm is missing: apt-get install nodejs npm", file=sys.stderr)
            sys.exit(3)
        install()
    print(folder())


if __name__ == "__main__":
    main()
