"""The status of ten million certificates, one in a thousand revoked: octets, seconds, memory, and no error.

    .venv/bin/python -m benchmarks.filter_cascade

Builds exactly that cascade, asks it about every one of the ten million, and counts beside it what the
published list for cards (SHC ``rid`` list) takes for the same revocations.
"""

from __future__ import annotations

import base64
import hashlib
import resource
import time
from collections.abc import Iterator

import numpy as np
import orjson
from numpy.typing import NDArray

from hashira.certificates.domain import base64url
from hashira.certificates.domain.filter_cascade import (
    WORDS,
    FilterCascade,
    build_of_words,
    contained,
    fingerprint,
)

CERTIFICATES, REVOKED, PORTION = 10_000_000, 10_000, 500_000
MOST_OCTETS = 40_000
KID = "3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s"


def rid(number: int) -> str:
    """As issuing draws it, but the same in every run."""
    return base64url.encode(hashlib.blake2b(number.to_bytes(8, "big"), digest_size=8).digest())


def portion(start: int, end: int) -> NDArray[np.uint32]:
    marks = b"".join(fingerprint(KID, rid(number)) for number in range(start, end))
    return np.frombuffer(marks, dtype=">u4").astype(np.uint32).reshape(-1, WORDS)


def valid() -> Iterator[NDArray[np.uint32]]:
    for start in range(REVOKED, CERTIFICATES, PORTION):
        yield portion(start, min(start + PORTION, CERTIFICATES))


def main() -> None:
    started = time.perf_counter()
    revoked = portion(0, REVOKED)
    made = build_of_words(revoked, valid(), CERTIFICATES - REVOKED)
    built = time.perf_counter() - started
    octets = made.encode()
    read = FilterCascade.decode(octets)

    started = time.perf_counter()
    missed = int((~contained(read, revoked)).sum())
    asked, false = len(revoked), 0
    for words in valid():
        asked, false = asked + len(words), false + int(contained(read, words).sum())
    checked = time.perf_counter() - started

    listed = orjson.dumps({"kid": KID, "method": "rid", "ctr": 1, "rids": [rid(n) for n in range(REVOKED)]})
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"certificates {CERTIFICATES:,}  revoked {REVOKED:,}")
    print(f"cascade {len(octets):,} octets ({8 * len(octets) / REVOKED:.1f} bits a revocation), ", end="")
    print(f"{len(made.levels)} levels, in base64 {len(base64.b64encode(octets)):,}")
    print(f"list for cards beside it {len(listed):,} octets")
    print(f"built in {built:.1f} s; {asked:,} answers in {checked:.1f} s; {memory:.0f} MiB at most")
    print(f"valid called revoked {false}; revoked called valid {missed}")
    assert asked == CERTIFICATES
    assert not false
    assert not missed
    assert len(octets) <= MOST_OCTETS


if __name__ == "__main__":
    main()
