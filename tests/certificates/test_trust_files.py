"""Trust as it was really published, and files that are not what they should be."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.certificates.card import Key

from hashira.certificates.adapters.trust_files import TrustNotReadable, read_trust
from hashira.certificates.domain import p256
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
        subjects = check_chain(key.x5c, spki=key.spki, issuer=JAPAN, signed_at=in_use)
        assert len(subjects) == 3
        with pytest.raises(BrokenChain):
            check_chain(key.x5c, spki=key.spki, issuer=JAPAN, signed_at=datetime(2026, 1, 1, tzinfo=UTC))
        with pytest.raises(BrokenChain):
            check_chain(key.x5c, spki=key.spki, issuer="https://other.example", signed_at=in_use)


@pytest.mark.shared_data
def test_keys_of_the_who_list_come_from_their_certificates(shared_data: Path) -> None:
    path = shared_data / "certificates/trust/gdhcn-did.json"
    methods = json.loads(path.read_bytes())["verificationMethod"]
    on_p256 = [m for m in methods if m["publicKeyJwk"].get("crv") == "P-256"]
    keys = read_trust([path]).keys
    assert len(on_p256) == 473  # as counted in the list itself; most have malformed coordinates
    leaves = [base64.b64decode(method["publicKeyJwk"]["x5c"][0]) for method in on_p256]
    by_another_parser = {
        x509.load_der_x509_certificate(leaf)
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for leaf in leaves
    }
    assert {key.spki for key in keys} == by_another_parser
    assert all(key.issuer is None for key in keys)


def test_a_key_set_of_our_own_is_read_back(tmp_path: Path) -> None:
    key = Key()
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [p256.jwk(key.public_key_spki)]}))
    (read,) = read_trust([tmp_path]).keys
    assert (read.spki, read.issuer, read.source) == (key.public_key_spki, None, "jwks.json")


@pytest.mark.parametrize("content", ["", "nonsense", "[]", "{}", '{"rids": ["a b"], "kid": "k"}'])
def test_a_file_that_is_no_trust_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(content)
    with pytest.raises(TrustNotReadable, match=r"wrong\.json"):
        read_trust([path])


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrustNotReadable):
        read_trust([tmp_path / "none"])
