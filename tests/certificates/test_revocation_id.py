"""Revocation identifiers and thumbprints against the examples that their authors published."""

from __future__ import annotations

import json

import pytest

from hashira.certificates.domain import base64url, p256
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


def test_the_thumbprint_of_a_published_key() -> None:
    """RFC 7517 appendix A.1 gives the point; RFC 7638 §3 the form."""
    x = base64url.decode("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4")
    y = base64url.decode("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM")
    jwk = p256.jwk(p256.spki_of_point(x, y))
    assert (jwk["x"], jwk["y"]) == (base64url.encode(x), base64url.encode(y))
    assert len(base64url.decode(jwk["kid"])) == 32
