"""Policies judged a second, as a ratio to the foreign simulator, in one run; and the impact of a changed policy.

    .venv/bin/python -m benchmarks.policy_evaluation

The same cases, made at random, go to both, portion by portion in turn, and the best portion of each counts.
The simulator reads the policies of every case anew, as it must; we do so once (``read and judge``), or have
read them before, as where one organisation is asked again and again (``judge``).
"""

from __future__ import annotations

import time

from tests.cloud.policy.generated import Generator, policies_of, request_of
from tests.cloud.policy.simulator import simulate, simulator

from hashira.cloud.domain.policy import evaluate

PORTIONS, PORTION, SEED = 5, 2_000, 7


def main() -> None:
    peer, made = simulator(), Generator(SEED)
    best = {"simulator": 0.0, "read and judge": 0.0, "judge": 0.0}
    for _ in range(PORTIONS):
        cases = [made.case() for _ in range(PORTION)]
        _outcomes, seconds = simulate(peer, cases)
        best["simulator"] = max(best["simulator"], PORTION / seconds)
        started = time.perf_counter()
        for case in cases:
            evaluate(request_of(case), policies_of(case))
        best["read and judge"] = max(best["read and judge"], PORTION / (time.perf_counter() - started))
        read = [(request_of(case), policies_of(case)) for case in cases]
        started = time.perf_counter()
        for request, policies in read:
            evaluate(request, policies)
        best["judge"] = max(best["judge"], PORTION / (time.perf_counter() - started))
    for name, rate in best.items():
        print(f"{name:<16}{rate:>10,.0f} /s   {rate / best['simulator']:>6.1f}")


if __name__ == "__main__":
    main()
