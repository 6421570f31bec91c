"""Fuzzes the decoders of certificates, guided by the code that runs (atheris): ``./prove fuzz``.

    python tools/fuzz.py SECONDS          # so many seconds in all, shared among the targets
    python tools/fuzz.py SECONDS TARGET   # one of tests/certificates/fuzz_targets.py

Corpora begin with genuine certificates and are forgotten afterwards; an input that got anything but a refusal
is kept as ``crash-…`` in the folder that is printed, and the command ends with 1.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SHORTEST = 5
_FOUND = re.compile(r"(?:crash|timeout|oom|slow-unit)-[0-9a-f]+")
_RUNS = re.compile(r"^#([0-9]+)\s", re.MULTILINE)
_COVERED = re.compile(r"cov: ([0-9]+)")


def fuzz(target: str, seconds: int, folder: Path) -> None:
    """This process: the loop of the fuzzer, which ends the process."""
    import atheris

    with atheris.instrument_imports(include=["hashira.certificates", "hashira.kernel"]):
        from tests.certificates import fuzz_targets

    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    for number, octets in enumerate(fuzz_targets.seeds(target)):
        (corpus / str(number)).write_bytes(octets)
    limits = [
        f"-max_total_time={seconds}",
        "-max_len=6000",
        "-timeout=10",
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
        f"-artifact_prefix={folder}/",
    ]

    def one(octets: bytes) -> None:
        fuzz_targets.attempt(target, octets)

    atheris.Setup([sys.argv[0], *limits, str(corpus)], one)
    atheris.Fuzz()


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--one"]:
        fuzz(arguments[1], int(arguments[2]), Path(arguments[3]))
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from tests.certificates.fuzz_targets import TARGETS

    asked = arguments[1:] or list(TARGETS)
    share = max(_SHORTEST, int(arguments[0]) // len(asked))
    folder, findings = Path(tempfile.mkdtemp(prefix="hashira-fuzz-")), 0
    for target in asked:
        done = subprocess.run(  # noqa: S603  (this file)
            [sys.executable, __file__, "--one", target, str(share), str(folder / target)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        told = done.stdout + done.stderr
        runs, edges = (_last(found, told) for found in (_RUNS, _COVERED))
        kept = ", ".join(sorted(set(_FOUND.findall(told)))) or "nothing found"
        print(f"{target:<16}{share:>6} s {runs:>12} runs {edges:>7} edges  {kept}", flush=True)
        if done.returncode:
            findings += 1
            print(told[-4000:], file=sys.stderr)
    print(f"{findings} targets with findings; kept in {folder}" if findings else "nothing found")
    return 1 if findings else 0


def _last(found: re.Pattern[str], told: str) -> str:
    """The last of such numbers in the fuzzer's own words."""
    return (["0", *found.findall(told)])[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
