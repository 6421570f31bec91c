"""Octets from a seed at every layer of every format: refused, and nothing else. ``./prove fuzz`` runs for an
hour."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from tests.certificates.fuzz_targets import TARGETS, attempt, seeds
from tests.certificates.mutants import changed
from tests.certificates.test_formats import NAMES

NUMBER = 250


def test_every_format_has_a_target() -> None:
    assert {name for name, _text in TARGETS.values()} == set(NAMES)


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_gets_through_a_decoder(target: str) -> None:
    chance = random.Random(f"20261130 {target}")
    known = list(seeds(target))
    answers: Counter[str] = Counter()
    for number in range(NUMBER):
        octets = chance.choice(known)
        for _ in range(chance.randrange(1, 6)):
            octets = changed(octets or b"\0", chance)
        if number % 10 == 0:
            octets = chance.randbytes(chance.randrange(600))
        answers[attempt(target, octets).value] += 1
    assert answers.total() == NUMBER
    assert answers["malformed"]
