"""Our judgement of policies and that of other people: on cases made at random, and every difference."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from tests.certificates.peer import Peer
from tests.cloud.policy.generated import Case, Generator, policies_of, request_of
from tests.cloud.policy.simulator import DIFFERENCES, Difference, simulate, simulator

from hashira.cloud.domain.policy import Outcome, evaluate

pytestmark = pytest.mark.foreign
_COUNT = int(os.environ.get("HASHIRA_PROVE_COUNT", "1500"))
_SEED = 20_260_401


@pytest.fixture(scope="module")
def peer() -> Peer:
    return simulator()


def test_cases_made_at_random_have_the_same_outcome(peer: Peer) -> None:
    made = Generator(_SEED)
    compared: list[Case] = []
    left_out: Counter[str] = Counter()
    while len(compared) < _COUNT:
        case = made.case()
        named = next((one.name for one in DIFFERENCES if one.includes(case)), None)
        if named:
            left_out[named] += 1
        else:
            compared.append(case)
    theirs, _seconds = simulate(peer, compared)
    ours = [evaluate(request_of(case), policies_of(case)).outcome for case in compared]

    different = [
        (case, our, their)
        for case, our, their in zip(compared, ours, theirs, strict=True)
        if our is not their
    ]
    assert different == []
    assert set(left_out) <= {"not-principal-account-alone"}
    assert sum(left_out.values()) < _COUNT * 0.03, left_out
    shares = Counter(ours)
    assert all(shares[outcome] > _COUNT * 0.05 for outcome in Outcome), shares
    print(f"{_COUNT:,} cases agree: {dict(shares)}; left out {dict(left_out)}")


@pytest.fixture(scope="module")
def answers(peer: Peer) -> dict[str, Outcome | str]:
    outcomes, _seconds = simulate(peer, [one.case for one in DIFFERENCES])
    return dict(zip((one.name for one in DIFFERENCES), outcomes, strict=True))


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: one.name)
def test_a_known_difference_is_still_one(answers: dict[str, Outcome | str], difference: Difference) -> None:
    ours = evaluate(request_of(difference.case), policies_of(difference.case)).outcome

    assert ours is difference.ours
    assert answers[difference.name] is difference.theirs
    assert difference.ours is not difference.theirs
