"""Revocation identifiers and thumbprints against the examples that their authors published."""

from __future__ import annotations

import json

import pytest
from joserfc.jwk import ECKey

from hashira.certificates.domain import base64url, p256
from hashira.certificates.domain.jwk_thumbprint import thumbprint
from hashira.certificates.domain.revocation_id import fhir_digest_id, revocation_id

# smart-on-fhir/health-cards, generate-examples: issuer.hmac.private.json, and its list
# issuer/.well-known/crl/3Kfdg-….json
SECRET = "GWdbF5850vxNt3HhHFl0dRvvN--C6rD77obJgGjK_Zg"
KID = "3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s"


@pytest.mark.parametrize(("user", "rid"), [("userid-03", "vwAjHdarZuc"), ("fake-userid-1", "FKDIxsTCGlU")])
def test_the_published_revocation_list(user: str, rid: str) -> None:
    assert revocation_id(secret=SECRET, kid=KID, user=user) == rid


def test_the_published_digest_of_a_bundle() -> None:
    """smart-on-fhir/health-cards, rfcs/002-legacy-shc-revocation.md, "FHIR Bundle digest"."""

    def immunization(number: int, date: str, lot: str) -> dict[str, object]:
        return {
            "fullUrl": f"resource:{number}",
            "resource": {
                "resourceType": "Immunization",
                "status": "completed",
                "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "207"}]},
                "patient": {"reference": "resource:0"},
                "occurrenceDateTime": date,
                "performer": [{"actor": {"display": "ABC General Hospital"}}],
                "lotNumber": lot,
            },
        }

    patient = {
        "resourceType": "Patient",
        "name": [{"family": "Revoked", "given": ["Johnny"]}],
        "birthDate": "1960-04-22",
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": "resource:0", "resource": patient},
            immunization(1, "2021-03-01", "0000003"),
            immunization(2, "2021-03-29", "0000009"),
        ],
    }
    assert fhir_digest_id(json.loads(json.dumps(bundle))) == "JuTJHwXo2Yc"


def test_the_thumbprint_of_the_rfc() -> None:
    """RFC 7638 §3.1: key and thumbprint."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWK"
        "RXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMic"
        "AtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3"
        "XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    key = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_the_thumbprint_of_a_published_key() -> None:
    """An elliptic curve key, against another implementation."""
    other = {"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
             "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}  # fmt: skip
    spki = p256.spki_of_point(base64url.decode(other["x"]), base64url.decode(other["y"]))
    written = p256.jwk(spki)
    assert (written["x"], written["y"]) == (other["x"], other["y"])  # RFC 7517 appendix A.1
    assert written["kid"] == thumbprint(other) == ECKey.import_key(other).thumbprint()
    with pytest.raises(KeyError):
        thumbprint({"kty": "EC", "crv": "P-256", "x": other["x"]})
