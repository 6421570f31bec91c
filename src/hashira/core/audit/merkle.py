"""Merkle tree hashes (RFC 9162 §2.1.1, as RFC 6962 §2.1), over leaves that pass by one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256 of a leaf, set apart from a node by a first octet of 0."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of a node, set apart from a leaf by a first octet of 1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over the leaves, in memory that grows with the logarithm of their number.

    Complete subtrees are joined as they fill; what is left over at the end joins from the right, which is
    the split at the largest power of two that the RFC defines.
    """
    subtrees: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, hashed = 1, leaf_hash(leaf)
        while subtrees and subtrees[-1][0] == size:
            hashed = node_hash(subtrees.pop()[1], hashed)
            size *= 2
        subtrees.append((size, hashed))
    if not subtrees:
        return EMPTY
    hashed = subtrees.pop()[1]
    while subtrees:
        hashed = node_hash(subtrees.pop()[1], hashed)
    return hashed
