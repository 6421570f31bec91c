"""Cards between us and two implementations of SMART Health Cards by other people, both ways."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.certificates.card import ISSUER, LATER, Key, card, dose
from tests.certificates.peer import Peer, peer

from hashira.certificates.domain import base64url, p256, shc, shc_qr
from hashira.certificates.domain.content import Holder
from hashira.certificates.domain.verdict import CertificateInvalid

pytestmark = pytest.mark.foreign

BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {
            "fullUrl": "https://records.example/Patient/1",
            "resource": {
                "resourceType": "Patient",
                "name": [{"family": "山田", "given": ["太郎", "Ｊ"]}],
                "birthDate": "1951-01-20",
            },
        },
        {
            "fullUrl": "https://records.example/Immunization/1",
            "resource": {
                "resourceType": "Immunization",
                "status": "completed",
                "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}]},
                "patient": {"reference": "Patient/1"},
                "occurrenceDateTime": "2021-06-01",
                "performer": [{"actor": {"display": "山田医院"}}],
                "lotNumber": "EY5420",
            },
        },
    ],
}
"""Written by hand for the peers to make cards of."""


@pytest.fixture(scope="module")
def key() -> Key:
    return Key()


@pytest.fixture(scope="module")
def clipboard() -> Peer:
    return peer("kill_the_clipboard.cjs")


@pytest.fixture(scope="module")
def pathcheck() -> Peer:
    return peer("pathcheck_shc_sdk.cjs")


def public(key: Key) -> dict[str, str]:
    return p256.jwk(key.public_key_spki)


def private(key: Key) -> dict[str, str]:
    secret = key.private.private_numbers().private_value.to_bytes(32, "big")
    return public(key) | {"d": base64url.encode(secret)}


def resources(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"]]


def assert_is_our_card(bundle: dict[str, Any]) -> None:
    patient, first, second = resources(bundle)
    assert patient["name"] == [{"use": "usual", "family": "接種", "given": ["花子"]}]
    assert patient["birthDate"] == "1960-04-22"
    assert [first["occurrenceDateTime"], second["occurrenceDateTime"]] == ["2021-07-01", "2021-07-22"]
    assert first["vaccineCode"]["coding"][0]["code"] == "207"


def test_the_peers_have_no_network(clipboard: Peer) -> None:
    assert "no network" in clipboard.ask("fetch")["error"]


def test_kill_the_clipboard_verifies_our_card(clipboard: Peer, key: Key) -> None:
    answer = clipboard.ask("verify", codes=[shc_qr.write(card(key, rid="abc"))], key=public(key))
    assert_is_our_card(answer["bundle"])


def test_kill_the_clipboard_opens_our_file(clipboard: Peer, key: Key) -> None:
    content = json.dumps({"verifiableCredential": [card(key)]})
    assert_is_our_card(clipboard.ask("open", content=content, key=public(key))["bundle"])


def test_kill_the_clipboard_refuses_ours_under_another_key(clipboard: Peer, key: Key) -> None:
    answer = clipboard.ask("verify", codes=[shc_qr.write(card(key))], key=public(Key()))
    assert answer["error"].startswith("SignatureVerificationError")


def test_a_card_with_hidden_items_passes_at_both_peers(clipboard: Peer, pathcheck: Peer, key: Key) -> None:
    text = shc_qr.write(card(key, holder=Holder(name=None, birth_date=None)))
    (patient, *_) = resources(clipboard.ask("verify", codes=[text], key=public(key))["bundle"])
    assert patient["name"][0]["extension"][0]["valueCode"] == "masked"
    assert "claims" in pathcheck.ask("verify", code=text, issuer=ISSUER, key=public(key))


@pytest.mark.parametrize("chunk", [1195, 250])
def test_we_verify_the_card_of_kill_the_clipboard(clipboard: Peer, key: Key, chunk: int) -> None:
    """Also in chunks, which we no longer write and a foreign wallet may."""
    answer = clipboard.ask(
        "issue", issuer=ISSUER, bundle=BUNDLE, privateKey=private(key), key=public(key), chunk=chunk
    )
    assert (len(answer["codes"]) > 1) == (chunk == 250)
    soon = datetime.now(UTC) + timedelta(minutes=1)
    verified = shc.verify("\n".join(reversed(answer["codes"])), trust=key.trusted(), at=soon)
    assert_is_their_bundle(verified.content)
    changed = answer["jws"][:-6] + ("AAAAAA" if not answer["jws"].endswith("AAAAAA") else "AAAAAQ")
    with pytest.raises(CertificateInvalid):
        shc.verify(changed, trust=key.trusted(), at=soon)


def assert_is_their_bundle(content: Any) -> None:
    assert (content.holder.family, content.holder.given) == ("山田", ("太郎", "Ｊ"))
    assert content.holder.birth_date == "1951-01-20"
    (only,) = content.doses
    assert (only.code, only.date, only.lot, only.centre) == ("208", "2021-06-01", "EY5420", "山田医院")


def test_pathcheck_verifies_our_card(pathcheck: Peer, key: Key) -> None:
    answer = pathcheck.ask("verify", code=shc_qr.write(card(key)), issuer=ISSUER, key=public(key))
    claims = answer["claims"]
    assert claims["iss"] == ISSUER
    assert_is_our_card(claims["vc"]["credentialSubject"]["fhirBundle"])


def test_pathcheck_refuses_our_card_with_another_body(pathcheck: Peer, key: Key) -> None:
    head, _, signature = card(key).split(".")
    other = card(key, doses=(dose(5),)).split(".")[1]
    text = shc_qr.write(f"{head}.{other}.{signature}")
    assert pathcheck.ask("verify", code=text, issuer=ISSUER, key=public(key)) == {"error": "not verified"}


def test_we_verify_the_card_of_pathcheck(pathcheck: Peer, key: Key) -> None:
    subject = {"fhirVersion": "4.0.1", "fhirBundle": BUNDLE}
    claims = {
        "iss": ISSUER,
        "nbf": 1639962123,
        "vc": {"type": ["https://smarthealth.cards#health-card"], "credentialSubject": subject},
    }
    code = pathcheck.ask("issue", claims=claims, privateKey=private(key))["code"]
    verified = shc.verify(code, trust=key.trusted(), at=LATER)
    assert_is_their_bundle(verified.content)
    assert json.loads(zlib.decompress(base64url.decode(shc_qr.read(code).split(".")[1]), -15)) == claims


def test_the_peers_read_coordinates_with_leading_zeros(clipboard: Peer, key: Key) -> None:
    """About one key in 256 has one; we must publish the octet, RFC 7518 §6.2.1.2."""
    secret = next(
        n for n in range(1, 10_000) if ec.derive_private_key(n, ec.SECP256R1()).public_key()
        .public_numbers().x < 1 << 248
    )  # fmt: skip
    short = Key(private=ec.derive_private_key(secret, ec.SECP256R1()))
    answer = clipboard.ask("verify", codes=[shc_qr.write(card(short))], key=public(short))
    assert_is_our_card(answer["bundle"])
