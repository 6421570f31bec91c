"""Trust as it was really published, and files that are not what they should be."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.certificates.card import Key

from hashira.certificates.adapters.trust_files import TrustNotReadable, read_trust
from hashira.certificates.domain import p256
from hashira.certificates.domain.trust import RevocationList, TrustStore
from hashira.certificates.domain.x5c_chain import BrokenChain, check_chain

JAPAN = "https://vc.vrs.digital.go.jp/issuer"
# The identifiers under which Japan published its keys, and a moment at which each was in use.
JAPANESE_KEYS = {
    "f1vhQP9oOZkityrguynQqB4aVh8u9xcf3wm4AFF4aVw": datetime(2022, 1, 1, tzinfo=UTC),
    "5fGcRveDtGxLX2q_CjXLUOITyAR5KuVNsfe9TkjE86k": datetime(2023, 1, 1, tzinfo=UTC),
    "zAa3HKmmj-gAlTasE5Wc_7PAvY9hR_8La5XVr60E41w": datetime(2024, 1, 1, tzinfo=UTC),
}


@pytest.mark.shared_data
def test_the_directory_of_issuers_keeps_its_published_identifiers(shared_data: Path) -> None:
    path = shared_data / "certificates/trust/vci_snapshot.json"
    published = {
        key["kid"]
        for info in json.loads(path.read_bytes())["issuerInfo"]
        for key in info["keys"]
        if key.get("crv") == "P-256"
    }
    computed = {key.kid for key in read_trust([path]).keys}
    assert len(published) > 500  # 961 entries; vendors publish one key for many issuers
    assert computed == published


@pytest.mark.shared_data
def test_chains_of_japan_hold_at_the_time_of_signing_and_not_today(shared_data: Path) -> None:
    store = read_trust([shared_data / "certificates/trust/vci_snapshot.json"])
    keys = {key.kid: key for key in store.keys if key.issuer == JAPAN}
    assert set(keys) == set(JAPANESE_KEYS)
    for kid, in_use in JAPANESE_KEYS.items():
        key = keys[kid]
        chain = check_chain(key.x5c, spki=key.spki, issuer=JAPAN, signed_at=in_use)
        assert len(chain.subjects) == 3
        assert chain.fingerprints[0] == hashlib.sha256(key.x5c[0]).hexdigest()
        with pytest.raises(BrokenChain):
            check_chain(key.x5c, spki=key.spki, issuer=JAPAN, signed_at=datetime(2026, 1, 1, tzinfo=UTC))
        with pytest.raises(BrokenChain):
            check_chain(key.x5c, spki=key.spki, issuer="https://other.example", signed_at=in_use)


@pytest.mark.shared_data
def test_revocation_lists_of_the_directory_are_read(shared_data: Path) -> None:
    path = shared_data / "certificates/trust/vci_snapshot.json"
    published = {
        listed["kid"]: len({rid.split(".")[0] for rid in listed["rids"]})
        for info in json.loads(path.read_bytes())["issuerInfo"]
        for listed in info.get("crls", ())
    }
    read = {listed.kid: len(listed.entries) for listed in read_trust([path]).revocations}
    assert sum(published.values()) > 1000
    assert read == published


@pytest.mark.shared_data
def test_keys_of_the_who_list_come_from_their_certificates(shared_data: Path) -> None:
    path = shared_data / "certificates/trust/gdhcn-did.json"
    methods = json.loads(path.read_bytes())["verificationMethod"]
    store = read_trust([path])
    assert len(store.state_keys) == len(methods) == 501
    published = {base64.b64decode(method["publicKeyJwk"]["x5c"][0]) for method in methods}
    assert {key.certificate for key in store.state_keys} == published
    assert {key.usage for key in store.state_keys} == {"DSC", "SCA", "DECA"}
    assert not store.keys  # a signer of one state must not vouch for the address of another


@pytest.mark.parametrize("bad", [{"id": "did:web:x:DCC:FRA:DSC#k"}, {"publicKeyJwk": 7}, 7])
def test_a_method_of_a_did_list_that_is_none_is_passed_over(tmp_path: Path, bad: object) -> None:
    path = tmp_path / "did.json"
    path.write_text(json.dumps({"verificationMethod": [bad]}))
    assert not read_trust([path]).state_keys


def test_a_certificate_under_the_name_of_another_is_passed_over(tmp_path: Path) -> None:
    certificate = base64.b64encode(b"0\x82\x00\x01x").decode()
    method = {"id": "did:web:x:DCC:FRA:DSC#k", "publicKeyJwk": {"kid": "AAAAAAAAAAA=", "x5c": [certificate]}}
    path = tmp_path / "did.json"
    path.write_text(json.dumps({"verificationMethod": [method]}))
    assert not read_trust([path]).state_keys


def test_a_key_set_of_our_own_is_read_back(tmp_path: Path) -> None:
    key = Key()
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [p256.jwk(key.public_key_spki)]}))
    (read,) = read_trust([tmp_path]).keys
    assert (read.spki, read.issuer, read.source) == (key.public_key_spki, None, "jwks.json")
    (bound,) = read_trust([f"https://certificates.example.jp/issuer={path}"]).keys
    assert bound.issuer == "https://certificates.example.jp/issuer"


def test_a_key_set_that_names_its_issuer_speaks_for_no_other(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"iss": "https://a.example", "keys": [p256.jwk(Key().public_key_spki)]}))
    assert read_trust([path]).keys[0].issuer == "https://a.example"
    with pytest.raises(TrustNotReadable):
        read_trust([f"https://b.example={path}"])


def test_the_identifier_is_computed_and_never_taken_over(tmp_path: Path) -> None:
    key, other = Key(), Key()
    jwk = p256.jwk(key.public_key_spki) | {"kid": p256.thumbprint(other.public_key_spki)}
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [jwk]}))
    assert read_trust([path]).keys[0].kid == p256.thumbprint(key.public_key_spki)


def test_a_private_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [p256.jwk(Key().public_key_spki) | {"d": "AA"}]}))
    with pytest.raises(TrustNotReadable):
        read_trust([path])


@pytest.mark.parametrize(
    ("rids", "entries"),
    [
        (["a", "a.100"], {"a": None}),
        (["a.100", "a"], {"a": None}),
        (["a.100", "a.200", "a.150"], {"a": 200}),
        ([], {}),
    ],
)
def test_of_two_entries_for_one_rid_the_wider_counts(
    tmp_path: Path, rids: list[str], entries: dict[str, int | None]
) -> None:
    path = tmp_path / "crl.json"
    path.write_text(json.dumps({"kid": "k", "method": "rid", "ctr": "7", "rids": rids}))
    (listed,) = read_trust([path]).revocations
    assert (dict(listed.entries), listed.counter) == (entries, 7)


def test_the_revocation_list_published_last_counts() -> None:
    old = RevocationList("k", "rid", 3, {"a": None})
    new = RevocationList("k", "rid", 4, {"b": None})
    other = RevocationList("k", "hash-fhir", 1, {"c": None})
    for order in ((old, new, other), (other, new, old)):
        listed = TrustStore(revocations=order).revocations_of("k")
        assert sorted(listed, key=lambda one: one.method) == [other, new]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "0nonsense",
        "[]",
        "{}",
        '{"rids": ["a b"], "kid": "k"}',
        '{"rids": [], "kid": "k", "method": "rid", "ctr": true}',
        '{"issuerInfo": [{"keys": []}]}',
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----",
    ],
)
def test_a_file_that_is_no_trust_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(content)
    with pytest.raises(TrustNotReadable, match=r"wrong\.json"):
        read_trust([path])


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrustNotReadable):
        read_trust([tmp_path / "none"])
