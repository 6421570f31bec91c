"""DIVOC credentials of every kind and with every fault, to put to the app and to the server alike."""

from __future__ import annotations

import base64
import copy
import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.certificates import states
from tests.certificates.mutants import _edit_json
from tests.certificates.test_foreign_divoc import DOCUMENT

from hashira.certificates.domain import base64url, divoc
from hashira.certificates.domain.divoc_statements import READINGS, read_statements, readings_of
from hashira.certificates.domain.formats.divoc import packed
from hashira.certificates.domain.trust import CredentialKey, TrustStore, WithdrawnKey

NOW = states.AT
DAY = timedelta(days=1)
ISSUER = DOCUMENT["issuer"]
ED, RSA, FREE = "did:utopia:ed25519", "did:utopia:rsa", "did:utopia:whoever"
_CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "as real ones are": lambda made: None,
    "without names": lambda made: [
        part.pop("id") for part in (made["credentialSubject"], made["evidence"][0])
    ],
    "two doses at one place": lambda made: made.update(
        evidence=[
            made["evidence"][0],
            made["evidence"][0] | {"id": "https://cowin.gov.in/vaccine/2", "dose": 1},
        ]
    ),
    "three doses at one place": lambda made: made.update(
        evidence=[made["evidence"][0] | {"id": f"https://cowin.gov.in/vaccine/{n}"} for n in range(3)]
    ),
    "one address for all": lambda made: (
        made["credentialSubject"].pop("id"),
        made["evidence"][0].pop("id"),
        made["evidence"][0]["facility"].update(address=copy.deepcopy(made["credentialSubject"]["address"])),
    ),
    "letters beyond the first plane": lambda made: made["credentialSubject"].update(
        name="𠮷野 \ufb01 太郎", gender=["𠮷", "\uff21", "a"]
    ),
    "marks that are escaped": lambda made: made["credentialSubject"].update(name='\\n"\\\\t"\\'),
    "doses that are one": lambda made: made["evidence"][0].update(dose=3, totalDoses=3),
    "doses that differ": lambda made: made["evidence"][0].update(dose=1, totalDoses=2),
    "values of all kinds": lambda made: made["credentialSubject"].update(age=[True, 5, "5", None, False, -0]),
    "valid until next year": lambda made: made.update(expirationDate="2027-06-01T00:00:00+05:30"),
    "valid until the end": lambda made: made.update(expirationDate="9999-12-31T23:59:59.999999999Z"),
    "expired": lambda made: made.update(expirationDate="2026-01-01T00:00:00+0530"),
    "of the end of the calendar": lambda made: made.update(issuanceDate="9999-12-31T23:59:59Z"),
    "of next year": lambda made: made.update(issuanceDate="2027-06-01T00:00:00Z"),
    "of another issuer": lambda made: made.update(issuer="https://other.example/"),
    "of a context nobody knows": lambda made: made["@context"].__setitem__(1, "https://example.com/"),
    "of three contexts": lambda made: made["@context"].append("https://example.com/"),
    "with a status": lambda made: made.update(credentialStatus={"id": "https://example.com/"}),
    "with a stranger": lambda made: made["credentialSubject"].update(nickname="x", address2={"@id": "y"}),
    "with a term of the contexts": lambda made: made["credentialSubject"].update(Person="x"),
    "with a stranger that means something": lambda made: made["credentialSubject"].update(
        {"schema:name": "x"}
    ),
    "of nobody": lambda made: made["credentialSubject"].update(name=""),
    "of two names": lambda made: made["credentialSubject"].update(name=["a", "b"]),
    "of a number for a name": lambda made: made["credentialSubject"].update(name=5),
    "of a broken number": lambda made: made["credentialSubject"].update(age=1.5),
    "of a long number": lambda made: made["credentialSubject"].update(age=10**15),
    "of a control character": lambda made: made["credentialSubject"].update(name="a\u0085b"),
    "of a day that is none": lambda made: made.update(issuanceDate="2026-02-30T00:00:00Z"),
    "of an hour that is none": lambda made: made.update(issuanceDate="2026-02-03T24:00:00Z"),
    "of no time": lambda made: made.update(issuanceDate="2026-02-03"),
    "with days that are not clear": lambda made: made["evidence"][0].update(date="2021-01-01"),
    "with another type": lambda made: made.update(type=["VerifiableCredential"]),
    "without a dose": lambda made: made.update(evidence=[]),
    "with four doses": lambda made: made.update(
        evidence=[made["evidence"][0] | {"id": f"https://cowin.gov.in/vaccine/{n}"} for n in range(4)]
    ),
    "with two doses of one name": lambda made: made.update(evidence=made["evidence"] * 2),
    "with a name that is no IRI": lambda made: made["credentialSubject"].update(id="Passport <1>"),
}


class Divocs:
    """An issuer of credentials with keys of both suites."""

    def __init__(self) -> None:
        self.ed = ed25519.Ed25519PrivateKey.generate()
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.odd = rsa.generate_private_key(65537, 2049)
        """Of which the encoded message is an octet shorter than the modulus."""
        self.free = ed25519.Ed25519PrivateKey.generate()
        self.stolen = ed25519.Ed25519PrivateKey.generate()

    @cached_property
    def trust(self) -> TrustStore:
        def listed(method: str | None, issuer: str | None, private: Any) -> CredentialKey:
            return CredentialKey(method, issuer, _spki(private), "test")

        small = rsa.generate_private_key(65537, 1024)
        return TrustStore(
            credential_keys=(
                listed(None, None, self.free),
                listed(ED, ISSUER, small),
                listed(ED, ISSUER, self.ed),
                listed(RSA, ISSUER, self.rsa),
                listed("did:utopia:odd", ISSUER, self.odd),
                listed("did:utopia:stolen", ISSUER, self.stolen),
                CredentialKey(ED, ISSUER, b"no key", "test"),
            ),
            withdrawn=(
                WithdrawnKey(hashlib.sha256(_spki(self.stolen)).hexdigest(), NOW - DAY, "keyCompromise"),
            ),
        )

    def signed(
        self,
        document: dict[str, Any],
        private: Any,
        method: str,
        *,
        created: str = "2026-06-01T02:00:00Z",
        salt: int = 32,
        reading: int = 0,
    ) -> dict[str, Any]:
        """With a proof of the suite of that key; what has no statements is signed as something else."""
        suite, algorithm = (
            ("RsaSignature2018", "PS256")
            if isinstance(private, rsa.RSAPrivateKey)
            else ("Ed25519Signature2018", "EdDSA")
        )
        header = base64url.encode(orjson.dumps({"alg": algorithm, "b64": False, "crit": ["b64"]}))
        proof = {
            "type": suite,
            "created": created,
            "verificationMethod": method,
            "proofPurpose": "assertionMethod",
        }
        try:
            quads = read_statements(document, readings_of(document)[reading]).quads
            told = divoc.canonical(quads)
        except ValueError:
            told = ""
        security, node = "https://w3id.org/security#", "_:c14n0"
        options = (
            f'{node} <http://purl.org/dc/terms/created> "{created}"^^'
            "<http://www.w3.org/2001/XMLSchema#dateTime> .\n"
            f"{node} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{security}{suite}> .\n"
            f"{node} <{security}proofPurpose> <{security}assertionMethod> .\n"
            f"{node} <{security}verificationMethod> <{method}> .\n"
        )
        digests = b"".join(hashlib.sha256(text.encode()).digest() for text in (options, told))
        message = header.encode() + b"." + digests
        if isinstance(private, rsa.RSAPrivateKey):
            made = private.sign(message, padding.PSS(padding.MGF1(SHA256()), salt), SHA256())
        else:
            made = private.sign(message)
        return document | {"proof": proof | {"jws": f"{header}..{base64url.encode(made)}"}}

    def changed(self, edit: Callable[[dict[str, Any]], object], private: Any, method: str) -> dict[str, Any]:
        made = copy.deepcopy(DOCUMENT)
        edit(made)
        return self.signed(made, private, method)

    @cached_property
    def originals(self) -> dict[str, str]:
        """By what each shows."""
        found = {}
        for name, edit in _CHANGES.items():
            found[name] = packed(self.changed(edit, self.ed, ED))
            found[f"{name}, RSA"] = packed(self.changed(edit, self.rsa, RSA))
        good = self.signed(DOCUMENT, self.ed, ED)
        for context in READINGS:
            document = DOCUMENT | {"@context": [DOCUMENT["@context"][0], context]}
            found[f"context {context}"] = packed(self.signed(document, self.ed, ED))
        for salt in (0, 20, 32, 222):
            found[f"salt of {salt}"] = packed(self.signed(DOCUMENT, self.rsa, RSA, salt=salt))
        found |= {
            "the older reading": packed(self.signed(DOCUMENT, self.ed, ED, reading=1)),
            "an odd modulus": packed(self.signed(DOCUMENT, self.odd, "did:utopia:odd", salt=222)),
            "by whoever": packed(self.signed(DOCUMENT, self.free, FREE)),
            "by a key of another suite": packed(self.signed(DOCUMENT, self.rsa, ED)),
            "by a stolen key": packed(self.signed(DOCUMENT, self.stolen, "did:utopia:stolen")),
            "by a stranger": packed(self.signed(DOCUMENT, self.stolen, ED)),
            "under a foreign name": packed(self.signed(DOCUMENT, self.ed, "did:utopia:nobody")),
            "of tomorrow": packed(self.signed(DOCUMENT, self.ed, ED, created="2036-06-01T02:00:00.123Z")),
            "of a moment that is none": packed(
                self.signed(DOCUMENT, self.ed, ED, created="2026-06-31T02:00:00Z")
            ),
            "a short signature": packed(self._short()),
            "a JSON": orjson.dumps(good).decode(),
            "a JSON with space": "\ufeff \n"
            + orjson.dumps(good, option=orjson.OPT_INDENT_2).decode()
            + "\t\n",
            "octets": base64.b64decode(packed(good)[4:]).decode("latin-1"),
            "another file beside it": _zip(good, "other.json"),
            "stored": _zip(good, method=zipfile.ZIP_STORED),
            "of BZIP2": _zip(good, method=zipfile.ZIP_BZIP2),
            "small letters": "b64:" + packed(good)[4:],
            "no padding": packed(good).rstrip("=") + "A",
            "too long": packed(good) + "A" * 24 * 1024,
            "too large": packed(good | {"meta": "x" * 70_000}),
            "no JSON": _zip_of(b"{"),
            "a list": _zip_of(b"[]"),
            "no proof": packed(DOCUMENT),
        }
        for name, change in _PROOFS.items():
            proof = good["proof"] | change
            found[f"proof {name}"] = packed(good | {"proof": proof})
        for name, header in _HEADERS.items():
            jws = base64url.encode(header) + ".." + good["proof"]["jws"].split(".")[2]
            found[f"header {name}"] = packed(good | {"proof": good["proof"] | {"jws": jws}})
        return {f"divoc {name}": text for name, text in found.items()}

    def _short(self) -> dict[str, Any]:
        """A signature that begins with a zero, without it: the number is the same."""
        while True:
            made = self.signed(DOCUMENT, self.rsa, RSA)
            head, _, signature = made["proof"]["jws"].split(".")
            octets = base64url.decode(signature)
            if octets[0] == 0:
                made["proof"]["jws"] = f"{head}..{base64url.encode(octets[1:])}"
                return made

    def again(self, chance: random.Random) -> str:
        """A document edited, and signed again."""
        made = copy.deepcopy(DOCUMENT)
        _edit_json(
            made if chance.random() < 0.4 else chance.choice((made["evidence"], made["credentialSubject"])),
            chance,
        )
        private, method = chance.choice(((self.ed, ED), (self.rsa, RSA)))
        signed = self.signed(json.loads(json.dumps(made)), private, method)
        return _zip_of(json.dumps(signed, ensure_ascii=chance.random() < 0.5).encode())


_PROOFS: dict[str, dict[str, Any]] = {
    "with a stranger": {"domain": "x"},
    "of another purpose": {"proofPurpose": "authentication"},
    "of another suite": {"type": "JsonWebSignature2020"},
    "without a method": {"verificationMethod": None},
    "of a method with a space": {"verificationMethod": "did:a b"},
    "of a method with a mark": {"verificationMethod": "did:a\ufeffb"},
    "without a time": {"created": "2026-06-01"},
    "of a zone": {"created": "2026-06-01T02:00:00+00:00"},
    "of two parts": {"jws": "a..b..c"},
    "of no text": {"jws": 5},
    "of a long text": {"jws": "a" * 3000},
}
_HEADERS = {
    "of another algorithm": b'{"alg":"RS256","b64":false,"crit":["b64"]}',
    "of a zero": b'{"alg":"EdDSA","b64":0,"crit":["b64"]}',
    "of a truth": b'{"alg":"EdDSA","b64":true,"crit":["b64"]}',
    "without crit": b'{"alg":"EdDSA","b64":false}',
    "in another order": b'{"b64":false,"crit":["b64"],"alg":"EdDSA"}',
    "of no JSON": b"{",
    "of a list": b"[]",
}


def _spki(private: Any) -> bytes:
    spki: bytes = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return spki


def _zip(document: dict[str, Any], *beside: str, method: int = zipfile.ZIP_DEFLATED) -> str:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", method) as archive:
        for name in ("certificate.json", *beside):
            archive.writestr(zipfile.ZipInfo(name), orjson.dumps(document), method)
    return "B64:" + base64.b64encode(octets.getvalue()).decode()


def _zip_of(octets: bytes) -> str:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("certificate.json"), octets)
    return "B64:" + base64.b64encode(made.getvalue()).decode()
