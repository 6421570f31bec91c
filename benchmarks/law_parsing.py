"""From files to units: the Acts as XML beside ja-law-parser, and all law as Markdown.

    HASHIRA_DATA=… python -m benchmarks.law_parsing [PYTHON]

PYTHON is an interpreter that has ``ja-law-parser``, which stays out of our environment; without it only our
own side is measured. It parses a sample of the Acts in one process; ours reads all of them, from the packed
archive, in one process and in two. Cold: nothing is kept between runs but the file cache of the system.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hashira.regulations.adapters.refusals import Refused
from hashira.regulations.adapters.sources import Document, documents, scan
from hashira.regulations.domain.law import LawText

FOREIGN = """
import sys, time
from pathlib import Path
from ja_law_parser.parser import LawParser
files = sorted(Path(sys.argv[1]).iterdir())
parser = LawParser()
started = time.perf_counter()
for file in files:
    parser.parse(path=str(file))
print(sum(file.stat().st_size for file in files) / 1e6 / (time.perf_counter() - started))
"""


def count(law: LawText) -> int:
    """The cheapest judge: what is measured is the reading."""
    return len(law.units)


def rate(source: Path, size: float, processes: int) -> float:
    started = time.perf_counter()
    answers = list(scan(source, count, processes))
    seconds = time.perf_counter() - started
    laws = [answer for answer in answers if not isinstance(answer, Refused)]
    print(
        f"{source.name}: {len(laws)} laws, {sum(laws)} units, {len(answers) - len(laws)} refused, "
        f"{processes} process(es): {seconds:.1f} s, {size / seconds:.1f} MB/s"
    )
    return size / seconds


def main() -> None:
    folder = Path(os.environ["HASHIRA_DATA"]) / "law"
    acts = [found for found in documents(folder / "acts-xml-2025-05.tar.xz") if isinstance(found, Document)]
    size = sum(len(act.content) for act in acts) / 1e6
    foreign = 0.0
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as sample:
            for number, act in enumerate(acts[::35]):
                (Path(sample) / f"{number}.xml").write_bytes(act.content)
            done = subprocess.run(
                [sys.argv[1], "-c", FOREIGN, sample], capture_output=True, text=True, check=True
            )
            foreign = float(done.stdout)
        print(f"ja-law-parser, {len(acts[::35])} Acts, 1 process: {foreign:.2f} MB/s")
    del acts
    for processes in (1, 2):
        ours = rate(folder / "acts-xml-2025-05.tar.xz", size, processes)
        if foreign:
            print(f"  = {ours / foreign:.1f} times ja-law-parser")
    for processes in (1, 2):
        rate(folder / "laws-markdown-2026-07.tar.xz", 474.06, processes)


if __name__ == "__main__":
    main()
