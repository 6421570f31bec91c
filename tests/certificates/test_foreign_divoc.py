"""DIVOC credentials that an implementation by other people has signed, of both suites; ours to it."""

from __future__ import annotations

import base64
import copy
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from tests.certificates.peer import Peer, peer
from tests.certificates.test_formats import OnEd25519

from hashira.certificates.adapters.trust_files import read_octets, read_trust
from hashira.certificates.domain import divoc
from hashira.certificates.domain.content import Holder
from hashira.certificates.domain.formats import divoc as divoc_format
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import CertificateInvalid, CertificateUntrusted

pytestmark = pytest.mark.foreign


COWIN = "https://cowin.gov.in/"
DOCUMENT: dict[str, Any] = {
    "@context": [
        "https://www.w3.org/2018/credentials/v1",
        "https://cowin.gov.in/credentials/vaccination/v1",
    ],
    "type": ["VerifiableCredential", "ProofOfVaccinationCredential"],
    "credentialSubject": {
        "type": "Person",
        "id": "did:Passport Number:X1234567",
        "refId": "12345678901234",
        "name": 'Kätie "Dragon" \\n O\'Neill',
        "uhid": "",
        "gender": "Female",
        "age": "25",
        "nationality": "Indian",
        "address": {
            "streetAddress": "",
            "streetAddress2": "",
            "district": "",
            "city": "",
            "addressRegion": "",
            "addressCountry": "IN",
            "postalCode": 100001,
        },
    },
    "issuer": COWIN,
    "issuanceDate": "2021-07-16T19:40:00.000Z",
    "evidence": [
        {
            "id": "https://cowin.gov.in/vaccine/987654321098",
            "feedbackUrl": "https://cowin.gov.in/?987654321098",
            "infoUrl": "https://cowin.gov.in/?987654321098",
            "certificateId": "987654321098",
            "type": ["Vaccination"],
            "batch": "1234Z001",
            "vaccine": "COVISHIELD",
            "manufacturer": "Serum Institute of India",
            "date": "2021-07-16T19:40:00.000Z",
            "effectiveStart": "2021-07-16",
            "effectiveUntil": "2022-07-16",
            "dose": 2,
            "totalDoses": 2,
            "verifier": {"name": "Doctor Konqui"},
            "facility": {
                "name": "संजीवनी Centre",
                "address": {
                    "streetAddress": "MG Road",
                    "streetAddress2": "",
                    "district": "Bengaluru Urban",
                    "city": "",
                    "addressRegion": "Karnataka",
                    "addressCountry": "IN",
                    "postalCode": "",
                },
            },
        }
    ],
    "nonTransferable": "true",
}
"""Every member that real certificates have, with a fictional person."""
CONTEXTS = (
    "https://cowin.gov.in/credentials/vaccination/v1",
    "https://divoc.lgcc.gov.lk/credentials/vaccination/v1",
)


def soon() -> datetime:
    """A moment after what the other has just signed: this file may have been imported long before that."""
    return datetime.now(UTC) + timedelta(minutes=1)


@pytest.fixture(scope="module")
def pathcheck() -> Peer:
    return peer("pathcheck_divoc_sdk.cjs")


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pems(key: rsa.RSAPrivateKey) -> dict[str, str]:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {"privateKeyPem": private.decode(), "publicKeyPem": public.decode()}


def test_we_verify_what_it_signs_with_rsa(pathcheck: Peer, key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    made = pathcheck.ask("signRsa", document=DOCUMENT, **pems(key))
    assert "error" not in made, made
    (tmp_path / "india.pem").write_text(pems(key)["publicKeyPem"])
    trust = read_trust([tmp_path / "india.pem"])
    octets = base64.b64decode(made["packed"])
    for text in ("B64:" + made["packed"], octets.decode("latin-1"), orjson.dumps(made["signed"]).decode()):
        assert divoc.sniff(text)
        verified = divoc.verify(text, trust=trust, at=soon())
    content = verified.content
    assert isinstance(content, divoc.DivocContent)
    assert content.holder == Holder(name='Kätie "Dragon" \\n O\'Neill', birth_date=None)
    (dose,) = content.doses
    assert (dose.date, dose.number, dose.country, dose.centre) == ("2021-07-16", 2, "IN", "संजीवनी Centre")
    assert dose.product == "1234Z001 / 987654321098 / COVISHIELD / Serum Institute of India"
    assert (content.issuer, content.certificate_number) == (COWIN, DOCUMENT["evidence"][0]["id"])
    assert (content.identity, content.gender, content.age) == ("did:Passport Number:X1234567", "Female", "25")
    changed = copy.deepcopy(made["signed"])
    changed["credentialSubject"]["name"] = "Somebody Else"
    with pytest.raises(CertificateInvalid):
        divoc.verify(orjson.dumps(changed).decode(), trust=trust, at=soon())
    with pytest.raises(CertificateUntrusted):
        divoc.verify("B64:" + made["packed"], trust=TrustStore(), at=soon())


def test_a_key_speaks_for_its_controller_alone(pathcheck: Peer, key: rsa.RSAPrivateKey) -> None:
    made = pathcheck.ask("signRsa", document=DOCUMENT, **pems(key))
    document = {"id": "did:india", "controller": COWIN, "publicKeyPem": pems(key)["publicKeyPem"]}
    named = read_octets(orjson.dumps(document), name="did-india.json")
    verified = divoc.verify("B64:" + made["packed"], trust=named, at=soon())
    assert "issuer" in verified.evidence.checks
    assert verified.evidence.key_source == "did-india.json"
    other = read_octets(orjson.dumps(document | {"controller": "https://example.com/"}), name="x.json")
    with pytest.raises(CertificateUntrusted):
        divoc.verify("B64:" + made["packed"], trust=other, at=soon())


def test_every_member_that_may_be_missing(pathcheck: Peer, key: rsa.RSAPrivateKey) -> None:
    """Documents that chance has thinned out: what the other one signs, we put in the same order."""
    chance, trust = random.Random(20261130), read_octets(pems(key)["publicKeyPem"].encode(), name="k.pem")
    for turn in range(6):
        document = copy.deepcopy(DOCUMENT)
        document["@context"][1] = CONTEXTS[turn % 2]
        entry, person = document["evidence"][0], document["credentialSubject"]
        for holder in (entry, person, person["address"], entry["facility"]["address"]):
            for member in chance.sample(sorted(holder), len(holder) // 3):
                if member not in ("type", "name", "date", "address", "facility"):
                    del holder[member]
        made = pathcheck.ask("signRsa", document=document, **pems(key))
        assert "error" not in made, made
        content = divoc.verify("B64:" + made["packed"], trust=trust, at=soon()).content
        assert content.holder.name == person["name"]


def test_ed25519_both_ways(pathcheck: Peer) -> None:
    method = divoc_format.METHOD
    made = pathcheck.ask("signEd25519", document=DOCUMENT, method=method, controller=COWIN)
    assert "error" not in made, made
    document = {
        "id": COWIN,
        "assertionMethod": [
            {"id": method, "controller": COWIN, "publicKeyBase58": made["publicKeyBase58"]},
        ],
    }
    trust = read_octets(orjson.dumps(document), name="controller.json")
    assert divoc.verify(orjson.dumps(made["signed"]).decode(), trust=trust, at=soon()).content.doses
    ours = OnEd25519()
    signed = divoc_format.signed(DOCUMENT, ours, datetime(2026, 6, 1, tzinfo=UTC))
    answer = pathcheck.ask(
        "verifyEd25519",
        document=signed,
        method=method,
        controller=COWIN,
        publicKeyBase58=_base58(ours.private.public_key().public_bytes_raw()),
    )
    assert answer == {}
    signed["evidence"][0]["batch"] = "another"
    assert "error" in pathcheck.ask(
        "verifyEd25519",
        document=signed,
        method=method,
        controller=COWIN,
        publicKeyBase58=_base58(ours.private.public_key().public_bytes_raw()),
    )


def _base58(octets: bytes) -> str:
    letters, number, text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 0, ""
    number = int.from_bytes(octets, "big")
    while number:
        number, rest = divmod(number, 58)
        text = letters[rest] + text
    return text
