"""From files to findings: a cold scan of all law, and of the Acts beside ja-law-parser.

    HASHIRA_DATA=… python -m benchmarks.law_scan [PYTHON]

Each scan is a run of ``hashira regulations scan`` in a process of its own, from unpacked files to a
written CSV, with its peak memory (that of the largest process times the processes, so an upper bound).
PYTHON is an interpreter that has ``ja-law-parser``; it merely parses a sample, and its rate is what ours
is divided by. As a calibration the same files are read from the disk and hashed.
"""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from benchmarks.law_parsing import FOREIGN

PROCESSES = 2


def scanned(source: Path, output: Path, *options: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        [
            "hashira",
            "regulations",
            "scan",
            str(source),
            "-o",
            str(output),
            "--processes",
            str(PROCESSES),
            *options,
        ],
        check=True,
        capture_output=True,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )
    return time.perf_counter() - started


def hashed(folder: Path) -> float:
    """The floor: what reading every octet once costs here."""
    started = time.perf_counter()
    for file in folder.rglob("*"):
        if file.is_file():
            hashlib.blake2b(file.read_bytes()).digest()
    return time.perf_counter() - started


def size_of(folder: Path, suffix: str) -> float:
    return sum(file.stat().st_size for file in folder.rglob(f"*{suffix}")) / 1e6


def main() -> None:
    law = Path(os.environ["HASHIRA_DATA"]) / "law"
    with tempfile.TemporaryDirectory() as place:
        folders = {}
        for name, archive in (
            ("markdown", "laws-markdown-2026-07.tar.xz"),
            ("acts", "acts-xml-2025-05.tar.xz"),
        ):
            folders[name] = Path(place) / name
            with tarfile.open(law / archive) as packed:
                packed.extractall(folders[name], filter="data")
        output = Path(place) / "findings.csv"
        for name, suffix in (("markdown", ".md"), ("acts", ".xml")):
            size = size_of(folders[name], suffix)
            floor = hashed(folders[name])
            for engine in ("hyperscan", "ahocorasick-rs", "re"):
                seconds = scanned(folders[name], output, "--engine", engine)
                peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6 * (PROCESSES + 1)
                print(
                    f"{name}: {size:.0f} MB, {engine}: {seconds:.1f} s, {size / seconds:.0f} MB/s, "
                    f"{seconds / floor:.0f} times hashing the files ({floor:.2f} s), peak ≤ {peak:.1f} GB"
                )
        if len(sys.argv) > 1:
            sample = Path(place) / "sample"
            sample.mkdir()
            for number, act in enumerate(sorted(folders["acts"].rglob("*.xml"))[::35]):
                (sample / f"{number}.xml").write_bytes(act.read_bytes())
            done = subprocess.run(
                [sys.argv[1], "-c", FOREIGN, str(sample)], capture_output=True, text=True, check=True
            )
            ours = size_of(folders["acts"], ".xml") / scanned(folders["acts"], output)
            print(f"ja-law-parser parses {float(done.stdout):.2f} MB/s")
            print(f"ours scans {ours / float(done.stdout):.1f} times that")


if __name__ == "__main__":
    main()
