"""``hashira bundle``: an archive that installs and starts where there is no network (閉域網への持ち込み).

It holds the product and every package of ``uv.lock`` as wheels for this kind of machine, a list with their
hashes, and a script that checks and installs them. Made from the source tree, on a machine with a network.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[3]
_INSTALL = """#!/bin/sh
# Installs Hashira from this folder, without a network: ./install, then ./start
set -eu
cd "$(dirname "$0")"
sha256sum --quiet --check SHA256SUMS
python=${PYTHON:-python3}
"$python" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels \\
    --require-hashes --requirement requirements.txt
venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps wheels/hashira-*.whl
echo "入りました。./start で起動します / installed: start it with ./start"
"""
_START = """#!/bin/sh
# Starts what ./install has installed. ./start --help tells the options.
cd "$(dirname "$0")"
exec venv/bin/hashira run "$@"
"""
_READ_ME = """Hashira 柱

1. ./install   中身を確かめて、この中に入れます / checks and installs into this folder, without a network
2. ./start     起動します / starts it

Python {python}（{machine}）用です / for Python {python} on {machine}.
"""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True))
def bundle(file: str) -> None:
    """ネットワークなしで入れられる書庫を作る / Make an archive that installs without a network.

    FILE は .tar.gz。uv.lock のあるソースの中で、ネットワークのある機械で実行する。
    FILE is a .tar.gz; run this in the source tree, on a machine with a network.
    """
    if not file.endswith((".tar.gz", ".tgz")):
        raise click.UsageError("名前は .tar.gz で終わるようにしてください / the name must end in .tar.gz")
    if not (ROOT / "uv.lock").exists():
        click.echo("ソースの中で実行してください / run it in the source tree", err=True)
        sys.exit(3)
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    with tempfile.TemporaryDirectory(prefix="hashira-bundle-") as scratch:
        folder = Path(scratch) / "hashira"
        wheels = folder / "wheels"
        wheels.mkdir(parents=True)
        try:
            _fill(uv, folder, wheels)
        except subprocess.CalledProcessError as error:
            click.echo(f"{' '.join(map(str, error.cmd[:4]))}: {error.stderr[-2000:]}", err=True)
            sys.exit(3)
        for name, text in (("install", _INSTALL), ("start", _START)):
            (folder / name).write_text(text, encoding="utf-8")
            (folder / name).chmod(0o755)
        about = _READ_ME.format(python=platform.python_version(), machine=platform.machine())
        (folder / "README.txt").write_text(about, encoding="utf-8")
        _write_sums(folder)
        with tarfile.open(file, "w:gz", compresslevel=1) as archive:  # wheels are compressed already
            archive.add(folder, "hashira")
    click.echo(f"{file}: {len(list_of(file))} wheels, {Path(file).stat().st_size / 1024**2:.0f} MB")


def list_of(file: str) -> list[str]:
    """The wheels in a bundle."""
    with tarfile.open(file) as archive:
        return sorted(name for name in archive.getnames() if name.endswith(".whl"))


def _fill(uv: str, folder: Path, wheels: Path) -> None:
    requirements = folder / "requirements.txt"
    _run(uv, "export", "--frozen", "--no-dev", "--no-emit-project", "--quiet", "--output-file", requirements)
    _run(
        *(uv, "run", "--no-project", "--with", "pip", "python", "-m", "pip", "download", "--quiet"),
        *("--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes", "--no-deps"),
        *("--dest", wheels, "--requirement", requirements),
    )
    _run(uv, "build", "--wheel", "--quiet", "--out-dir", wheels, ROOT)
    for leftover in wheels.glob(".git*"):
        leftover.unlink()


def _run(*command: str | Path) -> None:
    # Behind a proxy whose certificate only the system knows; the second name is that of older releases of uv.
    own = os.environ | {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"}
    words = list(map(str, command))
    subprocess.run(words, cwd=ROOT, env=own, check=True, capture_output=True, text=True)  # noqa: S603  (our own words)


def _write_sums(folder: Path) -> None:
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest}  {path.relative_to(folder)}\n")
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
