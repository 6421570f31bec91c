"""The offline trust bundle: keys, authorities and statuses in one signed file (検証者向け信頼情報).

Octets, in order: the eight letters ``HASHIRA1``; the length of the head, four octets, big-endian; the head,
JSON in UTF-8; blobs, at which the head points by offset and length; and last the signature, ES256 as R‖S over
every octet before it. Described field by field in docs/reference/trust-bundle.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature

from hashira.certificates.domain import base64url, p256, strict_json
from hashira.certificates.domain.bundle_trust import read_trust, written_trust
from hashira.certificates.domain.certificate_status import Standing, StatusName
from hashira.certificates.domain.filter_cascade import CascadeUnreadable, FilterCascade, fingerprint
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.trust import TrustStore
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAGIC = b"HASHIRA1"
MAX_BUNDLE = 64 * 1024 * 1024
_MARK = 16
_SIGNATURE = 64
_SHORTEST = len(MAGIC) + 4 + _SIGNATURE


class BundleNotUsable(HashiraError):
    """Details: ``reason``. Nothing of a bundle is believed unless all of it holds."""

    code = "CERT-230"
    what = Bilingual("検証者向け信頼情報を使えません", "The trust bundle cannot be used")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "発行元からもう一度受け取り、固定した鍵と合っているか確かめてください",
        "Fetch it again from the issuer, and check the key it is pinned to",
    )


@dataclass(frozen=True, slots=True)
class Section:
    """The certificates of a key that were issued in ``[begin, end)``, and which of them are revoked."""

    begin: int
    end: int
    cascade: FilterCascade


@dataclass(frozen=True, slots=True)
class KeyStatuses:
    """All that a bundle says about certificates under one key."""

    kid: str
    sections: tuple[Section, ...]
    end: int
    """Unix seconds: of what was issued from here on only the revoked are known, one by one."""
    revoked_since: frozenset[bytes]

    def standing(self, name: StatusName) -> Standing:
        """``REVOKED`` only by an exact list or within the set that a cascade was built from."""
        mark = fingerprint(self.kid, name.identifier)
        if mark in self.revoked_since:
            return Standing.REVOKED
        if name.moment >= self.end:
            return Standing.UNKNOWN_YET
        for section in self.sections:
            if section.begin <= name.moment < section.end:
                return Standing.REVOKED if section.cascade.revoked(mark) else Standing.GOOD
        return Standing.NOT_COVERED


@dataclass(frozen=True, slots=True)
class StatusBundle:
    """A bundle as read and verified."""

    version: int
    issued_at: datetime
    valid_until: datetime
    trust: TrustStore
    compromised: tuple[str, ...]
    statuses: tuple[KeyStatuses, ...]
    _by_kid: Mapping[str, KeyStatuses] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_kid", {known.kid: known for known in self.statuses})

    def covers(self, kid: str) -> bool:
        """Whether it knows certificates under that key."""
        return kid in self._by_kid

    def standing(self, name: StatusName) -> Standing:
        """As ``certificate_status.StatusSource``."""
        known = self._by_kid.get(name.kid)
        return Standing.NOT_COVERED if known is None else known.standing(name)

    def fresh(self, at: datetime) -> bool:
        """Whether it may still be relied on for what is good."""
        return self.issued_at <= at < self.valid_until


def write_bundle(bundle: StatusBundle, signer: Signer) -> bytes:
    """The file, signed."""
    blobs = bytearray()

    def kept(octets: bytes) -> list[int]:
        place = [len(blobs), len(octets)]
        blobs.extend(octets)
        return place

    head = {
        "version": bundle.version,
        "issued": int(bundle.issued_at.timestamp()),
        "until": int(bundle.valid_until.timestamp()),
        "signer": p256.jwk(signer.public_key_spki),
        **written_trust(bundle.trust, kept),
        "compromised": list(bundle.compromised),
        "status": [
            {
                "kid": known.kid,
                "sections": [
                    {"from": s.begin, "to": s.end, "cascade": kept(s.cascade.encode())}
                    for s in known.sections
                ],
                "end": known.end,
                "revoked": kept(b"".join(sorted(known.revoked_since))),
            }
            for known in bundle.statuses
        ],
    }
    text = orjson.dumps(head)
    body = MAGIC + len(text).to_bytes(4, "big") + text + bytes(blobs)
    return body + signer.sign(body)


def read_bundle(octets: bytes, *, pinned: str) -> StatusBundle:
    """The bundle, if the key with that thumbprint (RFC 7638) signed it; raises ``BundleNotUsable``.

    Age is not judged here: a verifier without network goes on with an old bundle, and says so.
    """
    if not _SHORTEST <= len(octets) <= MAX_BUNDLE or not octets.startswith(MAGIC):
        raise _unusable("信頼情報のファイルではありません", "it is no bundle")
    body, signature = octets[:-_SIGNATURE], octets[-_SIGNATURE:]
    start = len(MAGIC) + 4
    length = int.from_bytes(body[len(MAGIC) : start], "big")
    if start + length > len(body):
        raise _unusable("途中で切れています", "it is cut off")
    try:
        head = strict_json.read(body[start : start + length])
        signer = head["signer"]
        spki = p256.spki_of_point(base64url.decode(signer["x"]), base64url.decode(signer["y"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _unusable("見出しを読めません", "its head is not readable") from error
    if p256.thumbprint(spki) != pinned:
        raise _unusable("固定した鍵の署名ではありません", "it is not signed with the pinned key")
    try:
        p256.check_signature(spki, body, signature)
    except InvalidSignature as error:
        raise _unusable("電子署名が一致しません", "its signature does not match") from error
    try:
        return _read(head, body[start + length :])
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, CascadeUnreadable) as error:
        raise _unusable("中身を読めません", "its content is not readable") from error


def signer_of(octets: bytes) -> str:
    """The thumbprint that a bundle names for itself: to be shown and compared, never to be believed."""
    start = len(MAGIC) + 4
    try:
        length = int.from_bytes(octets[len(MAGIC) : start], "big")
        signer = strict_json.read(octets[start : start + length])["signer"]
        return p256.thumbprint_as_written(signer["x"], signer["y"])
    except (ValueError, KeyError, TypeError) as error:
        raise _unusable("信頼情報のファイルではありません", "it is no bundle") from error


def _read(head: Any, blobs: bytes) -> StatusBundle:
    def blob(place: Any) -> bytes:
        offset, length = place
        if not 0 <= offset <= offset + length <= len(blobs):
            raise ValueError("a blob outside the file")
        return blobs[offset : offset + length]

    def marks(octets: bytes) -> frozenset[bytes]:
        if len(octets) % _MARK:
            raise ValueError("a list that is not whole")
        return frozenset(octets[i : i + _MARK] for i in range(0, len(octets), _MARK))

    statuses = tuple(
        KeyStatuses(
            kid=str(known["kid"]),
            sections=tuple(
                Section(int(s["from"]), int(s["to"]), FilterCascade.decode(blob(s["cascade"])))
                for s in known["sections"]
            ),
            end=int(known["end"]),
            revoked_since=marks(blob(known["revoked"])),
        )
        for known in head["status"]
    )
    bundle = StatusBundle(
        version=int(head["version"]),
        issued_at=datetime.fromtimestamp(head["issued"], UTC),
        valid_until=datetime.fromtimestamp(head["until"], UTC),
        trust=TrustStore(),
        compromised=tuple(str(kid) for kid in head["compromised"]),
        statuses=statuses,
    )
    trust = replace(read_trust(head, blob, f"bundle-{bundle.version}"), statuses=(bundle,))
    return StatusBundle(
        bundle.version, bundle.issued_at, bundle.valid_until, trust, bundle.compromised, statuses
    )


# ── deltas ──────────────────────────────────────────────────────────────────────────────────────────────
_BLOCK = 24


def write_delta(base: bytes, target: bytes) -> bytes:
    """What turns one bundle into a later one: spans of the old file, and new octets between them.

    It needs no signature: what comes of it is a bundle, whose own signature is checked.
    """
    known: dict[bytes, int] = {}
    for position in range(0, len(base) - _BLOCK + 1, _BLOCK):
        known.setdefault(base[position : position + _BLOCK], position)
    ops: list[list[int] | str] = []
    fresh, at = bytearray(), 0
    while at < len(target):
        found = known.get(target[at : at + _BLOCK])
        if found is None:
            fresh.append(target[at])
            at += 1
            continue
        length = _BLOCK
        while (
            found + length < len(base)
            and at + length < len(target)
            and base[found + length] == target[at + length]
        ):
            length += 1
        if fresh:
            ops.append(base64url.encode(bytes(fresh)))
            fresh.clear()
        ops.append([found, length])
        at += length
    if fresh:
        ops.append(base64url.encode(bytes(fresh)))
    return orjson.dumps(
        {"base": hashlib.sha256(base).hexdigest(), "target": hashlib.sha256(target).hexdigest(), "ops": ops}
    )


def apply_delta(base: bytes, delta: bytes) -> bytes:
    """The later bundle, which is still to be verified by ``read_bundle``; raises ``BundleNotUsable``."""
    try:
        document = strict_json.read(delta)
        if document["base"] != hashlib.sha256(base).hexdigest():
            raise _unusable("差分のもとの版が違います", "the delta is for another version")
        parts = list(_parts(base, document["ops"]))
        target = b"".join(parts)
        if document["target"] != hashlib.sha256(target).hexdigest():
            raise _unusable("差分をあてた結果が違います", "the delta did not give what it promised")
    except (ValueError, KeyError, TypeError) as error:
        raise _unusable("差分を読めません", "the delta is not readable") from error
    return target


def _parts(base: bytes, ops: Sequence[Any]) -> list[bytes]:
    parts, total = [], 0
    for op in ops:
        if isinstance(op, str):
            part = base64url.decode(op)
        else:
            offset, length = op
            if not 0 <= offset <= offset + length <= len(base):
                raise ValueError("a span outside the file")
            part = base[offset : offset + length]
        total += len(part)
        if total > MAX_BUNDLE:
            raise ValueError("too large")
        parts.append(part)
    return parts


def _unusable(ja: str, en: str) -> BundleNotUsable:
    return BundleNotUsable(reason=Bilingual(ja, en))
