"""A source of trust: where a list comes from, who may sign it, how that is checked (リストの出どころ).

Each kind of list is signed in its own way, and a signature says something only if the key was pinned by the
operator beforehand. A kind without signatures must be pinned as unsigned in so many words.
"""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson

from hashira.certificates.adapters.trust_files import TrustNotReadable, read_octets
from hashira.certificates.domain import signer_list, strict_json
from hashira.certificates.domain.did_proof import check_proof
from hashira.certificates.domain.list_signature import (
    NotAuthentic,
    check_detached,
    check_first_line,
    fingerprint,
)
from hashira.certificates.domain.master_list import read_master_list
from hashira.certificates.domain.state_certificate import CertificateUnreadable, read_certificate
from hashira.certificates.domain.trust import TrustStore
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\Z")


class Kind(StrEnum):
    """The lists that are read."""

    VCI = "vci"
    GDHCN = "gdhcn"
    DSC = "dsc"
    CSCA = "csca"
    ISSUER = "issuer"
    PLAIN = "plain"


KIND_NAMES = {
    Kind.VCI: Bilingual("VCI 発行者一覧（SMART Health Cards）", "VCI directory (SMART Health Cards)"),
    Kind.GDHCN: Bilingual("WHO GDHCN 信頼リスト", "WHO GDHCN trust list"),
    Kind.DSC: Bilingual("EU 署名者リスト（DSC）", "EU signer list (DSC)"),
    Kind.CSCA: Bilingual("CSCA マスターリスト", "CSCA master list"),
    Kind.ISSUER: Bilingual("発行者の鍵と失効リスト", "Keys and revocation lists of an issuer"),
    Kind.PLAIN: Bilingual("鍵・証明書のファイル", "File of keys or certificates"),
}


class SourceNotRight(HashiraError):
    """Details: ``reason``."""

    code = "CERT-200"
    what = Bilingual("信頼リストの出どころの登録が正しくありません", "The source of trust is not right")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "hashira certificates trust pin --help で書き方を確かめてください",
        "See hashira certificates trust pin --help",
    )


class ListNotAuthentic(HashiraError):
    """Details: ``name``, ``reason``."""

    code = "CERT-201"
    what = Bilingual("信頼リストの署名を確認できません", "The signature of the trust list does not hold")
    why = Bilingual("{name}: {reason}", "{name}: {reason}")
    remedy = Bilingual(
        "何も変更していません。公開元のお知らせを確かめ、鍵が変わったなら別の経路で確認してから登録し直してください",
        "Nothing was changed. If its publisher has a new key, confirm that by another way and pin it",
    )
    status = 422


@dataclass(frozen=True, slots=True)
class Source:
    """What the operator pinned."""

    name: str
    kind: Kind
    location: str
    """An https address, or a file or folder."""
    signature_location: str = ""
    keys: tuple[bytes, ...] = ()
    """DER SubjectPublicKeyInfo of the keys that may sign it."""
    certificates: tuple[bytes, ...] = ()
    """DER certificates: CSCAs that may vouch for a master list, uploaders of DSCs."""
    unsigned: bool = False

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise _wrong(
                "名前は小文字英数字とハイフン40文字までです", "the name: small letters, digits, hyphens"
            )
        signed_by_certificates = bool(self.certificates) and self.kind in (Kind.CSCA, Kind.DSC)
        pinned = bool(self.keys) or signed_by_certificates
        if self.kind in (Kind.PLAIN, Kind.ISSUER) and not (pinned or self.unsigned):
            raise _wrong(
                "この種類には署名がありません。承知のうえなら unsigned を指定してください",
                "this kind carries no signature; say unsigned if that is meant",
            )
        if self.kind not in (Kind.PLAIN, Kind.ISSUER) and (self.unsigned or not pinned):
            raise _wrong("署名できる鍵を指定してください", "name the key that may sign it")
        if self.kind is Kind.CSCA and not self.certificates:
            raise _wrong(
                "CSCA証明書を指定してください", "name the CSCA certificate that vouches for its signer"
            )
        if self.kind is Kind.ISSUER and not self.location.startswith("https://"):
            raise _wrong("発行者は https:// で始めます", "an issuer begins with https://")

    def document(self) -> bytes:
        """As it is kept."""
        members = {
            "name": self.name,
            "kind": self.kind.value,
            "location": self.location,
            "signature_location": self.signature_location,
            "keys": [base64.b64encode(k).decode() for k in self.keys],
            "certificates": [base64.b64encode(c).decode() for c in self.certificates],
            "unsigned": self.unsigned,
        }
        return orjson.dumps(members, option=orjson.OPT_INDENT_2)

    @classmethod
    def read(cls, octets: bytes) -> Source:
        """Back from ``document``."""
        members = orjson.loads(octets)
        members["kind"] = Kind(members["kind"])
        for name in ("keys", "certificates"):
            members[name] = tuple(base64.b64decode(text) for text in members[name])
        return cls(**members)


@dataclass(frozen=True, slots=True)
class Authentic:
    """A list whose signature holds, as far as its kind has one."""

    store: TrustStore
    issued_at: datetime | None
    signer: str | None
    """Fingerprint of the key or certificate that vouches for it; ``None``: nobody does."""


def _wrong(ja: str, en: str) -> SourceNotRight:
    return SourceNotRight(reason=Bilingual(ja, en))


def authenticate(source: Source, octets: bytes, signature: bytes, *, at: datetime) -> Authentic:
    """The list, if it is what it should be; raises ``ListNotAuthentic`` or ``TrustNotReadable``."""
    try:
        read = _READERS[source.kind](source, octets, signature, at)
    except NotAuthentic as error:
        raise ListNotAuthentic(name=source.name, reason=error.reason) from error
    store = read.store
    if not (store.keys or store.state_keys or store.anchors or store.state_crls or store.withdrawn):
        raise TrustNotReadable(
            file=source.name, reason=Bilingual("鍵が一つもありません", "it holds not a single key")
        )
    return replace(read, store=_named(store, source.name))


def _named(store: TrustStore, name: str) -> TrustStore:
    """Every key says from which source it is."""
    return replace(
        store,
        keys=tuple(replace(key, source=name) for key in store.keys),
        state_keys=tuple(replace(key, source=name) for key in store.state_keys),
    )


def _vci(source: Source, octets: bytes, signature: bytes, at: datetime) -> Authentic:
    signer = check_detached(octets, signature, source.keys)
    document = _json(source, octets)
    if not isinstance(document.get("issuerInfo"), list):
        raise TrustNotReadable(file=source.name, reason=Bilingual("発行者一覧ではありません", "no directory"))
    return Authentic(read_octets(octets, name=source.name), _time(document.get("time")), signer)


def _gdhcn(source: Source, octets: bytes, signature: bytes, at: datetime) -> Authentic:
    signer, created = check_proof(_json(source, octets), source.keys)
    return Authentic(read_octets(octets, name=source.name), created, signer)


def _dsc(source: Source, octets: bytes, signature: bytes, at: datetime) -> Authentic:
    signer, body = None, octets
    if source.keys:
        if signature:
            signer = check_detached(octets, signature, source.keys)
        else:
            signer, body = check_first_line(octets, source.keys)
    try:
        entries = signer_list.entries_of(strict_json.read(body))
    except ValueError:
        entries = None
    if not entries:
        raise TrustNotReadable(
            file=source.name, reason=Bilingual("署名者リストではありません", "no DSC list")
        )
    if source.certificates:
        signer = signer_list.check_uploads(entries, source.certificates)
    keys = signer_list.read_signers(entries, source=source.name)
    # No time: the entries have one, the list has none, and a list from which the newest was taken out must
    # not look older than the one before.
    return Authentic(TrustStore(state_keys=keys), None, signer)


def _csca(source: Source, octets: bytes, signature: bytes, at: datetime) -> Authentic:
    lists, crls = ldif_values(octets) if octets[:1] != b"\x30" else ((octets,), ())
    found, refused = [], None
    for der in lists:
        try:
            found.append(read_master_list(der, anchors=source.certificates, at=at))
        except NotAuthentic as error:  # an LDIF of ICAO holds the lists of many states
            refused = error
    if not found:
        raise refused or NotAuthentic("マスターリストがありません", "It holds no master list")
    times = [one.signed_at for one in found if one.signed_at is not None]
    anchors = dict.fromkeys(der for one in found for der in one.authorities)
    return Authentic(
        TrustStore(anchors=tuple(anchors), state_crls=crls), max(times, default=None), found[0].anchor
    )


def _issuer(source: Source, octets: bytes, signature: bytes, at: datetime) -> Authentic:
    document = _json(source, octets)
    entries = document.get("issuerInfo")
    if not isinstance(entries, list) or len(entries) != 1:
        raise TrustNotReadable(
            file=source.name, reason=Bilingual("発行者の鍵ではありません", "no issuer's keys")
        )
    store = read_octets(octets, name=source.name)
    if {key.issuer for key in store.keys} - {source.location}:
        raise NotAuthentic("別の発行者の鍵です", "Its keys are those of another issuer")
    return Authentic(store, None, None)


def _plain(source: Source, octets: bytes, signature: bytes, at: datetime) -> Authentic:
    signer = check_detached(octets, signature, source.keys) if source.keys else None
    return Authentic(read_octets(octets, name=source.name), None, signer)


_READERS: dict[Kind, Callable[[Source, bytes, bytes, datetime], Authentic]] = {
    Kind.VCI: _vci,
    Kind.GDHCN: _gdhcn,
    Kind.DSC: _dsc,
    Kind.CSCA: _csca,
    Kind.ISSUER: _issuer,
    Kind.PLAIN: _plain,
}


def _json(source: Source, octets: bytes) -> dict[str, Any]:
    try:
        document = strict_json.read(octets)
    except ValueError as error:
        raise TrustNotReadable(
            file=source.name, reason=Bilingual("JSONではありません", "it is not JSON")
        ) from error
    if not isinstance(document, dict):
        raise TrustNotReadable(file=source.name, reason=Bilingual("知らない形です", "its form is not known"))
    return document


def _time(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ldif_values(octets: bytes) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The master lists and revocation lists of an LDIF of the ICAO PKD (RFC 2849), DER."""
    lists, crls = [], []
    for line in octets.replace(b"\r\n", b"\n").replace(b"\n ", b"").split(b"\n"):
        name, separator, value = line.partition(b":: ")
        if not separator:
            continue
        attribute = name.split(b";")[0].lower()
        if attribute in (b"pkdmasterlistcontent", b"cscamasterlistdata"):
            lists.append(_base64(value))
        elif attribute == b"certificaterevocationlist":
            crls.append(_base64(value))
    return tuple(lists), tuple(crls)


def _base64(text: bytes) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise NotAuthentic("LDIFの値がbase64ではありません", "A value of the LDIF is not base64") from error


def read_anchor(octets: bytes) -> tuple[bytes | None, bytes]:
    """The certificate, where it is one, and the public key (DER) of a PEM, DER or JWK file.

    A DID document names the key that signs WHO's lists as a JWK. Raises ``SourceNotRight``.
    """
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_der_public_key,
        load_pem_public_key,
    )

    from hashira.certificates.domain import base64url, p256

    try:
        if octets.lstrip().startswith(b"{"):
            document = orjson.loads(octets)
            methods = document.get("verificationMethod") or [{"publicKeyJwk": document}]
            jwk = methods[0]["publicKeyJwk"]
            x, y = (base64url.decode(jwk[c]).rjust(p256.COORDINATE, b"\0") for c in ("x", "y"))
            return None, p256.spki_of_point(x, y)
        if b"-----BEGIN PUBLIC KEY-----" in octets:
            key = load_pem_public_key(octets)
            return None, key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        with contextlib.suppress(CertificateUnreadable, HashiraError):
            certificate = read_octets(octets, name="anchor").anchors[0]
            return certificate, read_certificate(certificate).spki
        load_der_public_key(octets)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise _wrong("鍵のファイルを読めません", "the file of the key is not readable") from error
    return None, octets


KNOWN_KEYS = {
    "vci.org": Bilingual("VCI 発行者一覧の署名鍵", "the key of the VCI directory"),
    "who.int": Bilingual("WHO GDHCN（本番）の署名鍵", "the key of WHO GDHCN, production"),
}
"""Whom ``known_key`` may name."""
_KNOWN = {
    "33f79a469f7d4fa3f9440912a373c0dbf2bd67f330dba2b8fa954bb39d0201db": "vci.org",
    "1e665b9165d8135388e9f10fedf34cca308e0727e0b0a7a69072eb2d955894d7": "who.int",
}


def known_key(spki: bytes) -> Bilingual | None:
    """Whose published key it is, as far as this release knows: a second look for whoever pins it."""
    owner = _KNOWN.get(fingerprint(spki))
    return KNOWN_KEYS[owner] if owner else None
