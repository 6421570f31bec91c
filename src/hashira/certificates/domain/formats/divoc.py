"""DIVOC in the registry of formats: read, and not written."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import orjson

from hashira.certificates.domain import base64url
from hashira.certificates.domain.divoc import NAME, REFERENCE, TITLE, canonical, decode, sniff, verify
from hashira.certificates.domain.divoc_statements import VC, read_statements, readings_of
from hashira.certificates.domain.example import BIRTH_DATE, LOT, Example
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.verdict import Verdict

__all__ = ["ISSUES", "NAME", "REFERENCE", "TITLE", "decode", "examples", "sniff", "verify"]

ISSUES = False
METHOD = "did:example:mihon"
_CONTEXT = "https://cowin.gov.in/credentials/vaccination/v2"


def examples(*, issuer: str, signer: Signer, at: datetime) -> tuple[Example, ...]:
    """One dose, signed on Ed25519 (``METHOD``); one whose name somebody changed; one of another context.

    For trying a verifier: certificates of this kind are not issued here.
    """
    document = _document(issuer, at)
    text = packed(signed(document, signer, at))
    changed = signed(document, signer, at)
    changed["credentialSubject"]["name"] = "Mihon Jiro"
    other = signed(document, signer, at) | {"@context": [VC, "https://example.com/context"]}
    return (
        Example("one dose", text, Verdict.VERIFIED, doses=1),
        Example("another name", packed(changed), Verdict.INVALID, doses=1),
        Example("another context", packed(other), Verdict.UNSUPPORTED),
    )


def signed(document: dict[str, Any], signer: Signer, at: datetime) -> dict[str, Any]:
    """The document with a proof of the suite ``Ed25519Signature2018``."""
    header = base64url.encode(orjson.dumps({"alg": "EdDSA", "b64": False, "crit": ["b64"]}))
    created = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    security, node = "https://w3id.org/security#", "_:c14n0"
    options = (
        f'{node} <http://purl.org/dc/terms/created> "{created}"^^'
        "<http://www.w3.org/2001/XMLSchema#dateTime> .\n"
        f"{node} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{security}Ed25519Signature2018> .\n"
        f"{node} <{security}proofPurpose> <{security}assertionMethod> .\n"
        f"{node} <{security}verificationMethod> <{METHOD}> .\n"
    )
    statements = canonical(read_statements(document, readings_of(document)[0]).quads)
    digests = b"".join(hashlib.sha256(text.encode()).digest() for text in (options, statements))
    signature = base64url.encode(signer.sign(header.encode() + b"." + digests))
    proof = {
        "type": "Ed25519Signature2018",
        "created": created,
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        "jws": f"{header}..{signature}",
    }
    return orjson.loads(orjson.dumps(document | {"proof": proof}))  # type: ignore[no-any-return]  # a copy


def packed(document: dict[str, Any]) -> str:
    """The text of a code: a ZIP file in Base64."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("certificate.json"), orjson.dumps(document))
    return "B64:" + base64.b64encode(octets.getvalue()).decode()


def _document(issuer: str, at: datetime) -> dict[str, Any]:
    address = {"district": "Chiyoda", "city": "Tokyo", "addressRegion": "Tokyo", "addressCountry": "JP"}
    return {
        "@context": [VC, _CONTEXT],
        "type": ["VerifiableCredential", "ProofOfVaccinationCredential"],
        "issuer": issuer,
        "issuanceDate": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}",
        "nonTransferable": "true",
        "credentialSubject": {
            "type": "Person",
            "id": "did:Passport:XX0000000",
            "name": "Mihon Hanako",
            "dob": BIRTH_DATE,
            "gender": "Female",
            "nationality": "Japanese",
            "address": address,
        },
        "evidence": [
            {
                "type": ["Vaccination"],
                "id": "https://example.com/vaccine/1234567",
                "batch": LOT,
                "vaccine": "SPIKEVAX",
                "manufacturer": "Moderna",
                "date": "2021-07-01T03:00:00.000Z",
                "effectiveStart": "2021-07-01",
                "effectiveUntil": "2022-07-01",
                "dose": 2,
                "totalDoses": 2,
                "verifier": {"name": "Mihon Jiro"},
                "facility": {"name": "Mihon Clinic", "address": address},
            }
        ],
    }
