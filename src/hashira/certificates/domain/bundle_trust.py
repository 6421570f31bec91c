"""Whom a trust bundle believes, as its head and its blobs hold it (信頼情報の中の鍵・署名者・失効リスト).

Members that came later (``given_up``, ``signers``, ``crls``, ``withdrawn``, ``lists``, ``filters``,
``credentials``, and ``crl`` of a key) may be missing, as in bundles made before them. A reader of that time
passes over them, and trusts none of the ``signers`` then. Described field by field in
docs/reference/trust-bundle.md.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import accumulate, groupby
from types import MappingProxyType
from typing import Any

import orjson

from hashira.certificates.domain import base64url, p256
from hashira.certificates.domain.card_revocation_list import RevocationList
from hashira.certificates.domain.revocation_filter import RevocationFilter
from hashira.certificates.domain.trust import CredentialKey, StateKey, TrustedKey, TrustStore, WithdrawnKey

Keep = Callable[[bytes], list[int]]
"""Puts octets among the blobs; the place that the head points at."""
Blob = Callable[[Any], bytes]
"""The octets at a place; ``ValueError`` outside the file."""

_SIGNS = "DSC"
_KID = 8
_MOST_ENTRIES = 5_000_000


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────
def written_trust(trust: TrustStore, keep: Keep) -> dict[str, Any]:
    """The members of the head.

    Only what can change an answer: of the keys of states those that sign documents, of the lists the latest,
    of a key that is in the bundle. Keys of cards that were given up stand apart: a reader that does not know
    ``withdrawn`` must not find them among the others.
    """
    kids = {key.kid for key in trust.keys} | {key.kid.hex() for key in _signers(trust)}
    lists = (listed for kid in sorted(kids) for listed in trust.revocations_of(kid))
    withdrawn = {known.kid for known in trust.withdrawn}
    return {
        "keys": [_written_key(key) for key in trust.keys if key.kid not in withdrawn],
        "given_up": [_written_key(key) for key in trust.keys if key.kid in withdrawn],
        "anchors": [base64.b64encode(der).decode() for der in trust.anchors],
        "states": [_written_state(key) for key in _signers(trust) if key.kid != _kid(key.certificate)],
        "signers": _written_signers(trust, keep),
        "crls": [keep(der) for der in trust.state_crls],
        "withdrawn": [
            {"kid": known.kid, "since": int(known.since.timestamp()), "reason": known.reason}
            for known in sorted(trust.withdrawn, key=lambda known: (known.kid, known.since))
        ],
        "lists": [_written_list(listed, keep) for listed in lists],
        "filters": [
            {"kid": known.kid, "method": known.method, "filter": keep(known.octets)}
            for known in trust.filters
            if known.kid in kids
        ],
        "credentials": [
            {"method": key.method, "iss": key.issuer, "spki": keep(key.spki)} for key in trust.credential_keys
        ],
    }


def _signers(trust: TrustStore) -> Iterable[StateKey]:
    return (key for key in trust.state_keys if key.usage == _SIGNS)


def _written_key(key: TrustedKey) -> dict[str, Any]:
    point = p256.jwk(key.spki)
    written: dict[str, Any] = {"iss": key.issuer, "kid": key.kid, "x": point["x"], "y": point["y"]}
    if key.x5c:
        written["x5c"] = [base64.b64encode(der).decode() for der in key.x5c]
    if key.crl_version is not None:
        written["crl"] = key.crl_version
    return written


def _kid(certificate: bytes) -> bytes:
    return hashlib.sha256(certificate).digest()[:_KID]


def _written_state(key: StateKey) -> dict[str, Any]:
    """One with a name of its own, or of a bundle before there were ``signers``."""
    return {
        "participant": key.participant,
        "domain": key.domain,
        "usage": key.usage,
        "kid": base64.b64encode(key.kid).decode(),
        "certificate": base64.b64encode(key.certificate).decode(),
    }


def _written_signers(trust: TrustStore, keep: Keep) -> list[dict[str, Any]]:
    """Their certificates as they are, those of one state and purpose together, in the order of the list."""
    signing = (key for key in _signers(trust) if key.kid == _kid(key.certificate))
    written = []
    for (participant, domain), group in groupby(signing, key=lambda key: (key.participant, key.domain)):
        ders = [key.certificate for key in group]
        place, sizes = keep(b"".join(ders)), [len(der) for der in ders]
        written.append({"participant": participant, "domain": domain, "blob": place, "sizes": sizes})
    return written


def _written_list(listed: RevocationList, keep: Keep) -> dict[str, Any]:
    entries = sorted(listed.entries.items())
    lines = (identifier if before is None else f"{identifier}.{before}" for identifier, before in entries)
    return {
        "kid": listed.kid,
        "method": listed.method,
        "ctr": listed.counter,
        "iss": listed.issuer,
        "entries": keep("\n".join(lines).encode()),
    }


def trust_digest(trust: TrustStore) -> str:
    """SHA-256 over what a bundle would hold of it, to tell whether there is anything new."""
    digest = hashlib.sha256()

    def kept(octets: bytes) -> list[int]:
        digest.update(octets)
        return [len(octets)]

    head = written_trust(trust, kept)
    digest.update(orjson.dumps(head))
    return digest.hexdigest()


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────
def read_trust(head: Any, blob: Blob, source: str) -> TrustStore:
    """The trust of a head; raises ``ValueError``, ``KeyError`` or ``TypeError`` where it is malformed."""
    keys = (*(_read_state(key, source) for key in head["states"]), *_read_signers(head, blob, source))
    return TrustStore(
        keys=tuple(_read_key(key, source) for key in (*head["keys"], *head.get("given_up", ()))),
        anchors=tuple(base64.b64decode(text, validate=True) for text in head["anchors"]),
        state_keys=keys,
        state_crls=tuple(blob(place) for place in head.get("crls", ())),
        withdrawn=tuple(
            WithdrawnKey(str(known["kid"]), datetime.fromtimestamp(known["since"], UTC), str(known["reason"]))
            for known in head.get("withdrawn", ())
        ),
        revocations=tuple(_read_list(listed, blob) for listed in head.get("lists", ())),
        filters=tuple(
            RevocationFilter(str(known["kid"]), str(known["method"]), blob(known["filter"]))
            for known in head.get("filters", ())
        ),
        credential_keys=tuple(
            CredentialKey(key["method"], key["iss"], blob(key["spki"]), source)
            for key in head.get("credentials", ())
        ),
    )


def _read_key(key: Any, source: str) -> TrustedKey:
    spki = p256.spki_of_point(base64url.decode(key["x"]), base64url.decode(key["y"]))
    chain = tuple(base64.b64decode(der, validate=True) for der in key.get("x5c", ()))
    latest = key.get("crl")
    if latest is not None and type(latest) is not int:
        raise ValueError("the counter of a list is no number")
    # The name as the issuer wrote it: two of the VCI directory name keys by coordinates they cut short.
    return TrustedKey(key["iss"], str(key["kid"]), spki, source, chain, latest)


def _read_state(key: Any, source: str) -> StateKey:
    certificate = base64.b64decode(key["certificate"], validate=True)
    kid = base64.b64decode(key["kid"], validate=True)
    return StateKey(key["participant"], key["domain"], key["usage"], kid, certificate, source)


def _read_signers(head: Any, blob: Blob, source: str) -> Iterable[StateKey]:
    for group in head.get("signers", ()):
        for der in _split(blob(group["blob"]), group["sizes"]):
            yield StateKey(str(group["participant"]), str(group["domain"]), _SIGNS, _kid(der), der, source)


def _split(octets: bytes, sizes: Sequence[int]) -> Iterable[bytes]:
    if any(type(size) is not int or size < 0 for size in sizes) or sum(sizes) != len(octets):
        raise ValueError("certificates that do not fill their blob")
    return (octets[end - size : end] for size, end in zip(sizes, accumulate(sizes), strict=True))


def _read_list(listed: Any, blob: Blob) -> RevocationList:
    text = blob(listed["entries"]).decode("ascii")
    lines = text.split("\n") if text else []
    if len(lines) > _MOST_ENTRIES or type(listed["ctr"]) is not int:
        raise ValueError("a list of another form")
    entries: dict[str, int | None] = {}
    for line in lines:
        identifier, dot, before = line.partition(".")
        entries[identifier] = int(before) if dot else None
    issuer = listed["iss"]
    return RevocationList(
        str(listed["kid"]),
        str(listed["method"]),
        listed["ctr"],
        MappingProxyType(entries),
        None if issuer is None else str(issuer),
    )
