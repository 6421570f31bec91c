"""The cascade errs for nobody it was built from, and reads back as it was written."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashira.certificates.domain import filter_cascade as cascade
from hashira.certificates.domain.filter_cascade import FilterCascade, fingerprint


def marks(count: int, kid: str = "k") -> list[bytes]:
    return [fingerprint(kid, str(number)) for number in range(count)]


@pytest.mark.parametrize(("revoked", "valid"), [(0, 0), (0, 50), (50, 0), (1, 1), (1, 20_000), (900, 100)])
def test_it_is_exact(revoked: int, valid: int) -> None:
    known = marks(revoked + valid)
    made = FilterCascade.decode(cascade.build(known[:revoked], [known[revoked:]]).encode())
    assert [made.revoked(mark) for mark in known] == [True] * revoked + [False] * valid


@settings(max_examples=60)
@given(st.sets(st.binary(min_size=16, max_size=16), max_size=200), st.randoms(use_true_random=False))
def test_it_is_exact_for_any_fingerprints(known: set[bytes], chance: random.Random) -> None:
    revoked = [mark for mark in sorted(known) if chance.random() < 0.3]
    valid = sorted(known - set(revoked))
    made = cascade.build(revoked, [valid[::2], valid[1::2]])
    assert all(map(made.revoked, revoked))
    assert not any(map(made.revoked, valid))


def test_many_at_once_are_answered_as_one_by_one() -> None:
    known = marks(3000)
    made = cascade.build(known[:40], [known[40:2000]])
    words = cascade._words(known)
    assert list(cascade.contained(made, words)) == [made.revoked(mark) for mark in known]


def test_the_same_on_both_sides_is_refused() -> None:
    with pytest.raises(cascade.CascadeImpossible):
        cascade.build(marks(2), [marks(2)])


@pytest.mark.parametrize(
    "spoil", [lambda o: o[:-1], lambda o: o + b"\0", lambda o: b"\2" + o[1:], lambda o: b""]
)
def test_broken_octets_are_refused(spoil: Callable[[bytes], bytes]) -> None:
    octets = cascade.build(marks(5), [marks(90)[5:]]).encode()
    with pytest.raises(cascade.CascadeUnreadable):
        FilterCascade.decode(spoil(octets))
