"""The long proofs, one area at a time: the same tests as ``./test``, with the full counts.

    ./prove                 # the areas
    ./prove crash           # runs one and reports: what, how often, how long, with what outcome

The report goes to standard output, the tests' own words to standard error.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = str(ROOT / ".venv" / "bin" / "python")


@dataclass(frozen=True, slots=True)
class Area:
    """What is proved, by which command, with which count."""

    title: str
    command: tuple[str, ...]
    count: int | None = None
    """How often or how many, unless HASHIRA_PROVE_COUNT says otherwise."""
    unit: str = "times"
    argument: bool = False
    """Whether the count is told to the command as its argument, too."""

    def counted(self, environment: Mapping[str, str]) -> tuple[str, ...]:
        """The count as an argument, where the command wants it."""
        return (environment["HASHIRA_PROVE_COUNT"],) if self.argument else ()


def _pytest(*arguments: str) -> tuple[str, ...]:
    return (PYTHON, "-m", "pytest", "-q", "-n0", *arguments)


AREAS = {
    "crash": Area(
        "SIGKILL of workers, of running imports and of the whole installation, on SQLite and PostgreSQL",
        _pytest("-m", "crash", "tests/crash"),
        20,
    ),
    "mutations": Area(
        "changed certificates of every format: none verifies as another, crashes, or takes long",
        _pytest(
            "-rP",
            "tests/certificates/test_mutants.py",
            "tests/certificates/test_short_ways.py",
            "tests/certificates/test_qr_symbol.py",
            "tests/certificates/test_shc_mutations.py",
            "tests/certificates/test_vds_nc_mutations.py",
        ),
        10_000,
        "mutants of each example",
    ),
    "verifier": Area(
        "the verifier's app and the server say the same of every vector and mutant, with the network cut",
        _pytest("-rP", "tests/browser/test_verifier_app.py", "-k", "it_says_what_the_server_says"),
        10_000,
        "mutants of each format",
    ),
    "fuzz": Area(
        "decoders of every format under a fuzzer that follows the code: refusals and nothing else",
        (PYTHON, "tools/fuzz.py"),
        3600,
        "seconds in all",
        argument=True,
    ),
    "pages": Area(
        "every page in every size and language: axe, focus, forced colours, enlarged",
        _pytest("-m", "browser", "tests/browser/test_every_page.py"),
        2,
    ),
    "foreign": Area(
        "implementations that are not ours, both ways, without a network", _pytest("-m", "foreign")
    ),
    "policies": Area(
        "policies of AWS judged as the foreign simulator judges them, on cases made at random",
        _pytest("-rP", "-m", "foreign", "tests/cloud/policy"),
        20_000,
        "cases",
    ),
    "applying": Area(
        "every page of the cloud with every local government and 5,000 environments: medians under 300 ms",
        (PYTHON, "-m", "benchmarks.applying"),
        5_000,
        "environments",
        argument=True,
    ),
    "vend": Area(
        "SIGKILL at calls of a vending and of an emergency's door, many queued through a provider that "
        "misbehaves, our own overhead",
        _pytest("-rP", "-m", "crash", "tests/crash/test_vending.py", "tests/crash/test_doors.py"),
        200,
        "kills",
    ),
    "adopt": Area(
        "SIGKILL at calls of an adoption and of its release: as approved, once, never under fewer SCPs",
        _pytest("-rP", "-m", "crash", "tests/crash/test_adopting.py"),
        10,
        "accounts",
    ),
    "clouds": Area(
        "every cloud engine kept to the port, and what a guardrail forbids refused by those that enforce",
        _pytest("-rs", "tests/cloud/conformance"),
    ),
    "import": Area(
        "a file of doses on SQLite and PostgreSQL: rows a second, one transaction, memory that does not grow",
        (PYTHON, "-m", "benchmarks.import_doses", "both"),
        1_000_000,
        "rows",
    ),
    "paper": Area(
        "a batch of certificates on paper: everybody once, a PDF for 500, memory that does not grow",
        _pytest("-rP", "tests/certificates/issuing/test_printing.py", "-k", "everybody"),
        10_000,
        "people",
    ),
    "desk": Area(
        "a whole register looked through for duplicates and doubts; 10,000 rows corrected in bulk, undone",
        (PYTHON, "-m", "benchmarks.desk"),
        1_000_000,
        "people",
    ),
    "law": Area(
        "the law of Japan: written as read, one text in scanner and model, citations that come back",
        _pytest(
            "-rP", "tests/regulations/law/test_law_of_japan.py", "tests/regulations/law/test_egov_text.py"
        ),
        2093,
        "Acts",
    ),
    "speed": Area("ratios of signing and verifying", (PYTHON, "-m", "benchmarks.shc")),
    "journey": Area("from sign-in to certificate over HTTP", (PYTHON, "-m", "benchmarks.journey")),
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in AREAS:
        for name, area in AREAS.items():
            print(f"{name:<12}{area.title}" + (f" ({area.count:,} {area.unit})" if area.count else ""))
        return 0 if not arguments else 2
    area = AREAS[arguments[0]]
    environment = os.environ | {"HASHIRA_ENVIRONMENT": "development", "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    if area.count:
        environment["HASHIRA_PROVE_COUNT"] = os.environ.get("HASHIRA_PROVE_COUNT", str(area.count))
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hashira-prove-") as folder:
        environment["HASHIRA_DATA_DIR"] = str(Path(folder) / "data")
        done = subprocess.run(  # noqa: S603  (the commands are those of this file)
            (*area.command, *area.counted(environment)),
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    sys.stderr.write(done.stdout + done.stderr)
    asked = ("git", "rev-parse", "--short", "HEAD")
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603  (git)
    print(f"area      {arguments[0]}: {area.title}")
    print(f"command   {' '.join(part.replace(str(ROOT) + '/', '') for part in area.command)}")
    if area.count:
        print(f"count     {environment['HASHIRA_PROVE_COUNT']}")
    print(f"commit    {commit or '–'}    Python {platform.python_version()}, {os.cpu_count()} processors")
    print(f"time      {time.monotonic() - started:.0f} s")
    last = (done.stdout.strip().splitlines() or [""])[-1]
    print(f"outcome   {'held' if done.returncode == 0 else 'FAILED'}: {last}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
