"""HCERTs between us and two implementations by other people, both ways."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.certificates import states
from tests.certificates.hcerts import EXPIRES, NOW, eu, yellow_card
from tests.certificates.peer import Peer, peer
from tests.certificates.signers import VACCINATION, document_signer, rsa_key
from tests.certificates.states import Party

from hashira.certificates.domain import hcert
from hashira.certificates.domain.format import assess
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import Verdict

pytestmark = pytest.mark.foreign

CLAIM = {
    "ver": "1.3.0",
    "nam": {"fn": "Åkesson", "fnt": "AAKESSON", "gn": "Örjan", "gnt": "OERJAN"},
    "dob": "1964-01",
    "v": [
        {
            "tg": "840539006",
            "vp": "1119349007",
            "mp": "EU/1/20/1528",
            "ma": "ORG-100030215",
            "dn": 2,
            "sd": 2,
            "dt": "2026-04-01",
            "co": "SE",
            "is": "E-hälsomyndigheten",
            "ci": "URN:UVCI:01:SE:EHM/V12907267LAJW#E",
        }
    ],
}
"""Written by hand for the peers to make certificates of."""


@pytest.fixture(scope="module")
def cwt() -> Peer:
    return peer("cwt_peer.py")


@pytest.fixture(scope="module")
def pathcheck() -> Peer:
    return peer("pathcheck_dcc_sdk.cjs")


@pytest.fixture(scope="module")
def signer() -> Party:
    return document_signer()


def pem(party: Party) -> str:
    return x509.load_der_x509_certificate(party.der).public_bytes(Encoding.PEM).decode()


def private(party: Party) -> str:
    return party.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def trust(party: Party) -> TrustStore:
    return TrustStore(anchors=(party.der,))


def kid(party: Party) -> bytes:
    return hashlib.sha256(party.der).digest()[:8]


def assert_is_their_content(content: Any) -> None:
    assert (content.holder.family, content.holder.given) == ("Åkesson", ("Örjan",))
    assert (content.holder.birth_date, content.transliterated) == ("1964-01", "AAKESSON<<OERJAN")
    (only,) = content.doses
    assert (only.product, only.date, only.number, only.total) == ("Comirnaty", "2026-04-01", 2, 2)


def claims(**changes: Any) -> dict[str, Any]:
    issued = int(NOW.timestamp())
    return {"1": "UT", "4": issued + 86_400, "6": issued, "-260": {"1": CLAIM}} | changes


def test_cwt_verifies_ours(cwt: Peer, signer: Party) -> None:
    answer = cwt.ask("verify", code=eu(signer), certificate=pem(signer))["claims"]
    assert answer["1"] == "UT"
    assert answer["6"] == int(NOW.timestamp())
    assert answer["4"] == int(EXPIRES.timestamp())
    claim = answer["-260"]["1"]
    assert claim["nam"] == {"fn": "見本", "gn": "花子", "fnt": "MIHON", "gnt": "HANAKO"}
    assert claim["v"][0]["mp"] == "EU/1/20/1507"


def test_cwt_verifies_our_yellow_card(cwt: Peer, signer: Party) -> None:
    answer = cwt.ask("verify", code=yellow_card(signer), certificate=pem(signer))["claims"]
    assert answer["-260"]["-6"]["v"]["tg"] == "1D47"


def test_cwt_refuses_ours_under_another_key(cwt: Peer, signer: Party) -> None:
    assert "error" in cwt.ask("verify", code=eu(signer), certificate=pem(document_signer()))


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "PS256"])
def test_we_verify_that_of_cwt(cwt: Peer, algorithm: str) -> None:
    keys = {
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "ES512": lambda: ec.generate_private_key(ec.SECP521R1()),
        "PS256": rsa_key,
    }
    party = document_signer(keys[algorithm]())
    question = {"kid": kid(party).hex(), "algorithm": algorithm, "privateKey": private(party)}
    answer = cwt.ask("issue", claims=claims(), **question)
    verified = assess(answer["code"], trust=trust(party), at=NOW)
    assert verified.verdict is Verdict.VERIFIED
    assert_is_their_content(verified.content)
    other = assess(answer["code"], trust=trust(document_signer()), at=NOW)
    assert other.verdict is Verdict.UNTRUSTED


def test_we_verify_the_yellow_card_of_cwt(cwt: Peer, signer: Party) -> None:
    """In the layout of the later draft, with the product alone."""
    claim = {
        "n": "Aulo Agerio",
        "dob": "1999-05-05",
        "s": "female",
        "nt": "URY",
        "v": "1.0.0",
        "vx": {
            "vp": "YellowFeverProductd8a09f80301dc05e124f99ffe7711fc0",
            "dt": "2026-04-01",
            "bo": "d23456",
            "is": "URY",
        },
    }
    question = {"kid": kid(signer).hex(), "algorithm": "ES256", "privateKey": private(signer)}
    answer = cwt.ask(
        "issue", claims={"1": "UTO", "6": int(NOW.timestamp()), "-260": {"-6": claim}}, **question
    )
    verified = assess(answer["code"], trust=trust(signer), at=NOW)
    assert verified.verdict is Verdict.VERIFIED
    assert verified.content is not None
    (only,) = verified.content.doses
    assert (only.product, only.lot, only.date) == ("STAMARIL", "d23456", "2026-04-01")


def test_pathcheck_verifies_ours(pathcheck: Peer, signer: Party) -> None:
    known = {
        "kid": base64.b64encode(kid(signer)).decode(),
        "certificate": base64.b64encode(signer.der).decode(),
    }
    answer = pathcheck.ask("verify", code=eu(signer), **known)
    assert answer["status"] == "verified"
    assert answer["claim"]["v"][0]["ci"].startswith("URN:UVCI:01:UT:")
    assert answer["claim"]["nam"]["fn"] == "見本"


def test_pathcheck_refuses_ours_with_another_signature(pathcheck: Peer, signer: Party) -> None:
    stranger = document_signer(states.ec.generate_private_key(ec.SECP256R1()))
    known = {
        "kid": base64.b64encode(kid(signer)).decode(),
        "certificate": base64.b64encode(stranger.der).decode(),
    }
    assert pathcheck.ask("verify", code=eu(signer), **known)["status"] != "verified"


def test_we_verify_that_of_pathcheck(pathcheck: Peer) -> None:
    """It signs at the present moment, so that the signer must be of today."""
    today = states.datetime.now(states.UTC)
    party = document_signer(
        begins=today - timedelta(days=1),
        ends=today + timedelta(days=600),
        signs=None,
        purposes=(VACCINATION,),
    )
    answer = pathcheck.ask(
        "issue", claim=CLAIM, issuer="UT", certificate=pem(party), privateKey=private(party)
    )
    verified = assess(answer["code"], trust=trust(party), at=today + timedelta(minutes=5))
    assert verified.verdict is Verdict.VERIFIED, verified.error
    assert_is_their_content(verified.content)
    read = hcert.decode(answer["code"])
    assert read.signed.kid == kid(party)
