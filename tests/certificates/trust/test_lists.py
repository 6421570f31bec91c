"""Lists of trust with their signatures: the real one of WHO, doubles of the others, and what is tampered."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from tests.certificates.card import Key
from tests.certificates.states import AT, BEGIN, Party, authority, name, signer
from tests.certificates.trust.lists import (
    WHO_KEY,
    DirectoryKey,
    kid_of,
    master_list,
    signed_data,
)

from hashira.certificates.adapters.trust_files import TrustNotReadable
from hashira.certificates.adapters.trust_source import (
    Kind,
    ListNotAuthentic,
    Source,
    SourceNotRight,
    authenticate,
    known_key,
)
from hashira.certificates.domain.list_signature import NotAuthentic, check_first_line, fingerprint
from hashira.certificates.domain.master_list import read_master_list

NOW = datetime(2026, 11, 24, tzinfo=UTC)


# ── WHO GDHCN, the real list ───────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def who(shared_data: Path) -> dict[str, Any]:
    return json.loads((shared_data / "certificates/trust/gdhcn-did.json").read_bytes())


def who_source(key: bytes = WHO_KEY) -> Source:
    return Source("who", Kind.GDHCN, "https://tng-cdn.who.int/v2/trustlist/did.json", keys=(key,))


@pytest.mark.shared_data
def test_the_proof_of_the_real_list_of_who_holds(shared_data: Path) -> None:
    octets = (shared_data / "certificates/trust/gdhcn-did.json").read_bytes()
    found = authenticate(who_source(), octets, b"", at=NOW)
    assert found.issued_at == datetime(2026, 8, 22, 17, 5, 1, tzinfo=UTC)
    assert found.signer == fingerprint(WHO_KEY)
    assert len(found.store.state_keys) == 501
    assert known_key(WHO_KEY)


def drop_a_key(document: dict[str, Any]) -> None:
    document["verificationMethod"].pop()


def swap_certificates(document: dict[str, Any]) -> None:
    one, two = document["verificationMethod"][:2]
    one["publicKeyJwk"], two["publicKeyJwk"] = two["publicKeyJwk"], one["publicKeyJwk"]


def flip_a_certificate(document: dict[str, Any]) -> None:
    jwk = document["verificationMethod"][7]["publicKeyJwk"]
    octets = bytearray(base64.b64decode(jwk["x5c"][0]))
    octets[-1] ^= 1
    jwk["x5c"][0] = base64.b64encode(octets).decode()


def date_it_later(document: dict[str, Any]) -> None:
    document["proof"]["created"] = "2026-11-01T00:00:00Z"


def give_another_state(document: dict[str, Any]) -> None:
    document["verificationMethod"][3]["participant"]["code"] = "#JPN"


def rename_a_key(document: dict[str, Any]) -> None:
    document["verificationMethod"][3]["id"] += "x"


def add_a_key(document: dict[str, Any]) -> None:
    more = copy.deepcopy(document["verificationMethod"][0])
    more["id"] = "did:web:tng-cdn.who.int:v2:trustlist:DCC:XXX:DSC#new"
    document["verificationMethod"].append(more)


def say_something_unsigned(document: dict[str, Any]) -> None:
    document["verificationMethod"][0]["trusted"] = True


def say_it_twice(document: dict[str, Any]) -> None:
    document["verificationMethod"].append(document["verificationMethod"][0])


def take_the_proof(document: dict[str, Any]) -> None:
    del document["proof"]


def name_another_context(document: dict[str, Any]) -> None:
    document["@context"][2] = "https://smart.who.int/trust/tng-context/v1-UAT.jsonld"


def break_out_of_a_name(document: dict[str, Any]) -> None:
    document["verificationMethod"][0]["id"] = "did:web:x> <y> <z> .\n<did:web:y"


def put_a_number_for_a_key(document: dict[str, Any]) -> None:
    document["verificationMethod"][0] = 7


def say_an_impossible_time(document: dict[str, Any]) -> None:
    document["proof"]["created"] = "2026-99-99T99:99:99Z"


def encode_the_payload(document: dict[str, Any]) -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"ES256"}').decode().rstrip("=")
    document["proof"]["jws"] = header + ".." + document["proof"]["jws"].split(".")[2]


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "tamper",
    [
        drop_a_key,
        swap_certificates,
        flip_a_certificate,
        date_it_later,
        give_another_state,
        rename_a_key,
        add_a_key,
        say_something_unsigned,
        say_it_twice,
        take_the_proof,
        name_another_context,
        break_out_of_a_name,
        put_a_number_for_a_key,
        say_an_impossible_time,
        encode_the_payload,
    ],
)
def test_a_list_of_who_that_was_tampered_with_is_refused(
    who: dict[str, Any], tamper: Callable[[dict[str, Any]], None]
) -> None:
    tamper(who)
    with pytest.raises(ListNotAuthentic):
        authenticate(who_source(), json.dumps(who).encode(), b"", at=NOW)


@pytest.mark.shared_data
def test_white_space_and_order_of_members_do_not_matter_to_a_proof(who: dict[str, Any]) -> None:
    turned = dict(reversed(list(who.items())))
    turned["verificationMethod"] = list(reversed(who["verificationMethod"]))
    assert authenticate(who_source(), json.dumps(turned, indent=3).encode(), b"", at=NOW).signer


@pytest.mark.shared_data
def test_another_key_has_not_signed_the_list_of_who(who: dict[str, Any]) -> None:
    with pytest.raises(ListNotAuthentic):
        authenticate(who_source(Key().public_key_spki), json.dumps(who).encode(), b"", at=NOW)


# ── VCI directory: the real content, signed by a double of the directory's key ─────────────────────────────
@pytest.mark.shared_data
def test_a_snapshot_of_the_directory_with_its_signature(shared_data: Path) -> None:
    octets = (shared_data / "certificates/trust/vci_snapshot.json").read_bytes()
    key = DirectoryKey()
    source = Source("vci", Kind.VCI, "https://directory.example", keys=(key.spki,))
    found = authenticate(source, octets, key.sign(octets), at=NOW)
    assert found.issued_at == datetime(2026, 8, 22, 4, 43, 50, tzinfo=UTC)
    assert len({k.issuer for k in found.store.keys}) > 500
    for wrong in (b"", key.sign(octets)[:-1], DirectoryKey().sign(octets), key.sign(octets + b" ")):
        with pytest.raises(ListNotAuthentic):
            authenticate(source, octets, wrong, at=NOW)
    with pytest.raises(ListNotAuthentic):
        authenticate(source, octets.replace(b"2026-08-22", b"2026-09-22"), key.sign(octets), at=NOW)


def test_a_web_page_in_place_of_a_list_is_refused_even_if_it_is_signed() -> None:
    key = DirectoryKey()
    source = Source("vci", Kind.VCI, "https://directory.example", keys=(key.spki,))
    for octets in (b"<html>", b"[]", b'{"keys": []}', b'{"issuerInfo": []}'):
        with pytest.raises(TrustNotReadable):
            authenticate(source, octets, key.sign(octets), at=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": Kind.VCI},
        {"kind": Kind.GDHCN, "unsigned": True},
        {"kind": Kind.PLAIN},
        {"kind": Kind.CSCA, "keys": (b"k",)},
        {"kind": Kind.ISSUER, "unsigned": True, "location": "http://issuer.example"},
        {"kind": Kind.PLAIN, "unsigned": True, "name": "../up"},
    ],
)
def test_a_source_without_what_its_kind_needs_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SourceNotRight):
        Source(**({"name": "one", "location": "https://x.example"} | wrong))


def test_a_source_is_read_back_as_it_was_kept() -> None:
    source = Source("vci", Kind.VCI, "https://x.example", "https://x.example/sig", (DirectoryKey().spki,))
    assert Source.read(source.document()) == source


# ── EU document signers ────────────────────────────────────────────────────────────────────────────────────
def entry(der: bytes, uploader: Party, country: str = "UT") -> dict[str, str]:
    return {
        "kid": kid_of(der),
        "timestamp": "2026-08-01T10:00:00+02:00",
        "country": country,
        "certificateType": "DSC",
        "rawData": base64.b64encode(der).decode(),
        "signature": base64.b64encode(signed_data(uploader, der, detached=True)).decode(),
    }


def uploaded() -> tuple[Party, Party]:
    root = authority()
    return signer(root), signer(root, subject=name(common="Utopia upload"))


def test_a_list_of_the_gateway_rests_on_who_uploaded_each_signer() -> None:
    dsc, uploader = uploaded()
    source = Source("eu", Kind.DSC, "https://gateway.example", certificates=(uploader.der,))
    good = entry(dsc.der, uploader)
    found = authenticate(source, json.dumps([good]).encode(), b"", at=NOW)
    (key,) = found.store.state_keys
    assert (key.certificate, key.source) == (dsc.der, "eu")
    assert found.issued_at is None
    other, _ = uploaded()
    wrong = (
        good | {"rawData": base64.b64encode(other.der).decode(), "kid": kid_of(other.der)},
        good | {"country": "FR"},
        good | {"signature": ""},
        entry(dsc.der, uploaded()[1]),
    )
    for bad in wrong:
        with pytest.raises(ListNotAuthentic):
            authenticate(source, json.dumps([good, bad]).encode(), b"", at=NOW)


def test_a_national_list_carries_its_signature_in_the_first_line() -> None:
    dsc, uploader = uploaded()
    key = ec.generate_private_key(ec.SECP256R1())
    body = json.dumps({"certificates": [entry(dsc.der, uploader)]}).encode()
    r, s = decode_dss_signature(key.sign(body, ec.ECDSA(SHA256())))
    line = base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    spki = _spki(key)
    source = Source("de", Kind.DSC, "https://list.example", keys=(spki,))
    assert authenticate(source, line + b"\n" + body, b"", at=NOW).store.state_keys
    for bad in (body, line + b"\n" + body + b" ", b"AAAA\n" + body, line, b""):
        with pytest.raises((ListNotAuthentic, TrustNotReadable)):
            authenticate(source, bad, b"", at=NOW)
    with pytest.raises(NotAuthentic):
        check_first_line(b"!\n{}", (spki,))


def _spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


# ── master lists ───────────────────────────────────────────────────────────────────────────────────────────
def lister(under: Party) -> Party:
    """A signer of master lists."""
    return signer(under, subject=name(common="Utopia lists"), purposes=("2.23.136.1.1.3",), types=None)


@pytest.mark.shared_data
def test_a_master_list_brings_the_real_authorities_of_japan_and_australia(shared_data: Path) -> None:
    real = tuple(p.read_bytes() for p in sorted((shared_data / "certificates/trust").glob("csca-*.der")))
    root = authority()
    octets = master_list(lister(root), real, at=AT)
    source = Source("ut", Kind.CSCA, "https://list.example", certificates=(root.der,))
    found = authenticate(source, octets, b"", at=NOW)
    assert set(found.store.anchors) == set(real)
    assert (found.issued_at, found.signer) == (AT, fingerprint(root.der))
    ldif = b"dn: o=ut\npkdMasterListContent:: " + base64.b64encode(octets) + b"\n"
    folded = ldif[:90] + b"\n " + ldif[90:]
    assert set(authenticate(source, folded, b"", at=NOW).store.anchors) == set(real)


def test_a_master_list_of_nobody_that_was_pinned_is_refused() -> None:
    root, stranger = authority(), authority()
    good = master_list(lister(root), (root.der,), at=AT)
    assert read_master_list(good, anchors=(root.der,), at=AT).state == "UT"
    forged = master_list(lister(root), (root.der,), at=AT, content=b"0\x05\x02\x01\x001\x00")
    late = master_list(lister(root), (root.der,), at=BEGIN - timedelta(days=1))
    passports = master_list(signer(root), (root.der,), at=AT)
    itself = master_list(stranger, (stranger.der,), at=AT)
    for bad in (forged, late, passports, itself, good[:-1], b"", b"0\x00", signed_data(lister(root), b"x")):
        with pytest.raises(NotAuthentic):
            read_master_list(bad, anchors=(root.der,), at=AT)
    with pytest.raises(NotAuthentic):
        read_master_list(good, anchors=(stranger.der,), at=AT)
    for place in range(40, len(good), 97):
        bent = good[:place] + bytes([good[place] ^ 0x40]) + good[place + 1 :]
        try:
            found = read_master_list(bent, anchors=(root.der,), at=AT)
        except NotAuthentic:
            continue
        assert found.authorities == (root.der,), place  # an octet outside what is signed
