"""HCERTs of every kind and with every fault, to put to the app in the browser and to the server alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from tests.certificates import states
from tests.certificates.dcc_vectors import vectors
from tests.certificates.hcerts import claim, yellow_claim
from tests.certificates.signers import TEST, document_signer, rsa_key
from tests.certificates.states import Party
from tests.certificates.test_hcert import NESTED, VS, packed, sealed

from hashira.certificates.domain import hcert
from hashira.certificates.domain.revocation_filter import RevocationFilter
from hashira.certificates.domain.trust import RevocationList, StateKey, TrustStore, WithdrawnKey

NOW = states.AT
DAY = timedelta(days=1)
ISSUED = int(NOW.timestamp())
END = ISSUED + 365 * 86_400


def cwt(kind: int = 1, content: Any = None, **changes: Any) -> dict[Any, Any]:
    """Claims of a certificate of that kind; ``c1``… stand for the numbers of claims that are to differ."""
    written = {1: "UT", 4: END, 6: ISSUED, -260: {kind: claim() if content is None else content}}
    for name, value in changes.items():
        written[int(name[1:])] = value
    return written


def dcc(group: str, entry: dict[str, Any], **members: Any) -> dict[str, Any]:
    base = {name: value for name, value in claim().items() if name != "v"}
    return base | {group: [entry]} | members


A_TEST = {
    "tg": "840539006",
    "tt": "LP6464-4",
    "sc": "2026-05-01T08:00:00+02:00",
    "tr": "260415000",
    "tc": "Station",
    "co": "UT",
    "is": "Utopia",
    "ci": "URN:UVCI:01:UT:T1",
}
A_RECOVERY = {
    "tg": "840539006",
    "fr": "2026-03-01",
    "df": "2026-03-11",
    "du": "2026-08-28T00:00:00Z",
    "co": "UT",
    "is": "Utopia",
    "ci": "URN:UVCI:01:UT:R1",
}


class Hcerts:
    """Signers of Utopia as lists have them, and what they signed."""

    def __init__(self) -> None:
        self.signer = document_signer(purposes=())
        self.tests = document_signer(purposes=(TEST,))
        self.large = document_signer(ec.generate_private_key(ec.SECP384R1()))
        self.brainpool = document_signer(ec.generate_private_key(ec.BrainpoolP256R1()))
        self.rsa = document_signer(rsa_key())
        self.given = document_signer()
        self.withdrawn = document_signer()
        self.yellow = document_signer(purposes=())
        self.twins = (document_signer(purposes=(TEST,)), document_signer())
        self.passports = document_signer(purposes=("2.23.136.1.1.14.2",))
        self.authority = document_signer(usage=frozenset({"key_cert_sign"}), authority=True)

    @cached_property
    def trust(self) -> TrustStore:
        """A list of states, one certificate of the user's, lists of revoked certificates and a summary."""

        def listed(party: Party, domain: str = "DCC", participant: str = "UTO", kid: bytes = b"") -> StateKey:
            kid = kid or hcert.key_identifier(party.der)
            return StateKey(participant, domain, "DSC", kid, party.der, "list")

        signers = (
            self.signer,
            self.tests,
            self.large,
            self.brainpool,
            self.rsa,
            self.withdrawn,
            self.passports,
        )
        vector_keys = {
            vector.signer: StateKey(
                "XXX", "DCC", "DSC", hcert.key_identifier(vector.signer), vector.signer, "vector"
            )
            for vector in vectors()
        }
        kid = hcert.key_identifier(self.signer.der).hex()
        revoked = hcert.revocation_hashes(hcert.decode(self.revoked))
        summed = hcert.revocation_hashes(hcert.decode(self.summed))
        return TrustStore(
            state_keys=(
                *map(listed, signers),
                listed(self.yellow, "ICVP"),
                listed(self.authority),
                *(listed(party, kid=b"sametwin") for party in self.twins),
                *vector_keys.values(),
            ),
            anchors=(self.given.der, self.authority.der),
            revocations=(
                RevocationList(kid, "SIGNATURE", 1, {revoked["SIGNATURE"]: None}),
                RevocationList(kid, "SIGNATURE", 0, {summed["SIGNATURE"]: None}),  # an older one
            ),
            filters=(
                RevocationFilter.of(kid, "UCI", [summed["UCI"], *(f"{number:032x}" for number in range(40))]),
                # The list itself is at hand, so that nobody asks its summary.
                RevocationFilter.of(
                    kid, "SIGNATURE", [hcert.revocation_hashes(hcert.decode(self.good))["SIGNATURE"]]
                ),
            ),
            withdrawn=(
                WithdrawnKey(states_sha256(self.withdrawn), NOW + DAY, "keyCompromise"),
                WithdrawnKey(states_sha256(self.large), datetime(2027, 1, 1, tzinfo=UTC), "later"),
            ),
        )

    @cached_property
    def good(self) -> str:
        return self._numbered("GOOD")

    @cached_property
    def revoked(self) -> str:
        return self._numbered("REVOKED")

    @cached_property
    def summed(self) -> str:
        return self._numbered("SUMMED")

    def _numbered(self, uvci: str) -> str:
        return sealed(self.signer, cwt(content=claim(uvci=_uvci(uvci))))

    @cached_property
    def originals(self) -> dict[str, str]:
        """By what each shows."""
        signer = self.signer
        found = {
            "vaccination": self.good,
            "revoked": self.revoked,
            "may be revoked": self.summed,
            "test": sealed(self.tests, cwt(content=dcc("t", A_TEST))),
            "recovery": sealed(signer, cwt(content=dcc("r", A_RECOVERY))),
            "another purpose": sealed(self.tests, cwt()),
            "P-384 under ES256": sealed(self.large, cwt()),
            "brainpool": sealed(self.brainpool, cwt()),
            "PS256": _sealed_pss(self.rsa, cwt()),
            "given by the user": sealed(self.given, cwt()),
            "withdrawn": sealed(self.withdrawn, cwt()),
            "yellow card": sealed(self.yellow, cwt(-6, yellow_claim(), c1="UTO", c4=None)),
            "yellow card of a signer of COVID": sealed(signer, cwt(-6, yellow_claim(), c1="UTO")),
            "for passports": sealed(self.passports, cwt()),
            "of a listed authority": sealed(self.authority, cwt()),
            "of a stranger": sealed(document_signer(), cwt()),
            "second of two signers": sealed(self.twins[1], cwt(), kid=b"sametwin"),
            "first of two signers": sealed(self.twins[0], cwt(), kid=b"sametwin"),
            "neither of two signers": sealed(signer, cwt(), kid=b"sametwin"),
            "no tag": _retagged(self.good, b""),
            "two tags": _retagged(self.good, b"\xd8\x3d\xd2"),
            "another tag": _retagged(self.good, b"\xd8\x3d"),
            "fractions of a second": sealed(signer, cwt(c4=END + 0.25, c6=ISSUED - 0.5)),
            "the last second": sealed(signer, cwt(-6, yellow_claim(), c6=253_402_300_799)),
            "days in ddcc": sealed(signer, cwt(3, VS)),
            "groups in ddcc": sealed(signer, cwt(3, NESTED)),
            "test in ddcc": sealed(
                self.tests,
                cwt(4, {"name": "E", "type": "PCR", "result": {"code": "N", "display": "neg"}, "date": "x"}),
            ),
            "lower case": self.good.replace("HC1:", "hc1:"),
        }
        for name, content in _CONTENTS.items():
            found[f"content: {name}"] = sealed(signer, cwt(content=claim() | content))
        for name, content in _YELLOW.items():
            found[f"yellow: {name}"] = sealed(self.yellow, cwt(-6, content, c1="UTO"))
        for name, content in _DDCC.items():
            found[f"ddcc: {name}"] = sealed(signer, cwt(3, VS | content))
        for name, changes in _CLAIMS.items():
            found[f"claims: {name}"] = sealed(signer, cwt(**changes))
        for name, header in _HEADERS.items():
            found[f"header: {name}"] = sealed(signer, cwt(), **header)
        for name, octets in _PAYLOADS.items():
            found[f"payload: {name}"] = sealed(signer, bytes.fromhex(octets))
        return {f"hcert {name}": text for name, text in found.items()}

    @cached_property
    def european(self) -> dict[str, tuple[str, datetime]]:
        """The certificates of the EU's countries, each with the moment at which it is to be judged."""
        return {vector.name: (vector.text, vector.clock) for vector in vectors()}


def states_sha256(party: Party) -> str:
    from hashira.certificates.domain.state_certificate import read_listed_certificate

    return read_listed_certificate(party.der).sha256


def _uvci(part: str) -> str:
    from hashira.certificates.domain.uvci import check_character

    bare = f"URN:UVCI:01:UT:{part}"
    return f"{bare}#{check_character(bare)}"


def _sealed_pss(party: Party, content: dict[Any, Any]) -> str:
    protected = cbor2.dumps({1: -37, 4: hcert.key_identifier(party.der)})
    payload = cbor2.dumps(content)
    assert isinstance(party.private, rsa.RSAPrivateKey)
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    message = cbor2.dumps(["Signature1", protected, b"", payload])
    signature = party.private.sign(message, scheme, hashes.SHA256())
    return packed(cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature])))


def _retagged(text: str, tags: bytes) -> str:
    return packed(tags + hcert.unpack(text)[1:])


_DOSE = claim()["v"][0]


def _dose(**changes: Any) -> dict[str, Any]:
    return {"v": [_DOSE | changes]}


_CONTENTS: dict[str, dict[str, Any]] = {
    "a year of birth": {"dob": "1960"},
    "no date of birth": {"dob": ""},
    "a time behind the birth": {"dob": "1960-04-22T00:00:00"},
    "born tomorrow": {"dob": "2026-06-02"},
    "born later": {"dob": "2026-06-03"},
    "born on a day that is none": {"dob": "1960-02-31"},
    "of 1.2.1": {"ver": "1.2.1", "v": [_DOSE | {"dn": 0, "co": ""}, _DOSE]},
    "two entries": {"v": [_DOSE, _DOSE]},
    "of version 2": {"ver": "2.0.0"},
    "an empty group": {"t": [], "r": None},
    "two groups": {"t": [A_TEST]},
    "an unknown product": _dose(mp="Unheard-Of"),
    "a nought": _dose(dn=0),
    "a real number": _dose(dn=1.0),
    "a truth": _dose(sd=True),
    "a hundred": _dose(dn=100),
    "a date with a time": _dose(dt="2026-05-01T10:00:00.123+02:00"),
    "a day that is none": _dose(dt="2026-02-29"),
    "300 letters": {"nam": claim()["nam"] | {"fn": "𠮷" * 300}},
    "301 letters": {"nam": claim()["nam"] | {"fn": "𠮷" * 301}},
    "a control letter": {"nam": claim()["nam"] | {"fn": "a\u0007"}},
    "blank letters": {"nam": {"fn": "\u3000", "fnt": "", "gnt": "X"}},
    "untransliterated": {"nam": {"fn": "X", "gnt": "Y"}},
    "only a forename": {"nam": {"gnt": "A<B"}},
    "small letters": {"nam": {"fnt": "a"}},
    "strangers": {"stranger": {"a": [1, 2]}, "nam": claim()["nam"] | {"x": None}},
}
_YELLOW_CLAIM = yellow_claim()
_YELLOW_DOSE = _YELLOW_CLAIM["v"]
_YELLOW: dict[str, Any] = {
    "a list": _YELLOW_CLAIM | {"v": [_YELLOW_DOSE]},
    "two doses": _YELLOW_CLAIM | {"v": [_YELLOW_DOSE] * 2},
    "the last draft": {
        "n": "MIHON HANAKO", "dob": "1960-04-22", "nt": "JPN", "id": "XX1", "v": "1.0",
        "vx": {"vp": "XM0N24", "dv": "2026-05-01", "bo": "B1", "dn": "secondDose", "cn": "Dr."},
    },
    "a product by its vaccine": _YELLOW_CLAIM | {"v": _YELLOW_DOSE | {"vp": _YELLOW_DOSE["mp"]}},
    "a product nobody knows": _YELLOW_CLAIM
    | {"v": _YELLOW_DOSE | {"vp": "1", "mp": "", "ma": "", "dn": "9x"}},
    "born after the dose": _YELLOW_CLAIM | {"dob": "2026-05-02"},
    "given tomorrow": _YELLOW_CLAIM | {"v": _YELLOW_DOSE | {"dt": "2026-06-02"}},
    "given later": _YELLOW_CLAIM | {"v": _YELLOW_DOSE | {"dt": "2026-06-03"}},
    "no batch": _YELLOW_CLAIM | {"v": _YELLOW_DOSE | {"bo": ""}},
    "a number for a text": _YELLOW_CLAIM | {"nid": 5},
    "valid from nothing": _YELLOW_CLAIM | {"v": _YELLOW_DOSE | {"vls": ""}},
}  # fmt: skip
_DDCC: dict[str, Any] = {
    "no brand": {"brand": None},
    "a bare code": {"vaccine": "1119349007", "country": "USA"},
    "no vaccine": {"vaccine": None},
    "a display": {"brand": {"code": "X", "display": "X-Vac"}},
    "a time behind the day": {"date": "2021-07-08T10:00"},
    "no day": {"date": "yesterday"},
    "a real dose": {"dose": 1.0},
    "a number of no text": {"identifier": 5},
    "an empty number": {"identifier": {"value": ""}},
    "no name": {"name": ""},
    "a group that is none": {"certificate": "x"},
}
_CLAIMS: dict[str, dict[str, Any]] = {
    "no expiry": {"c4": None},
    "expired": {"c4": ISSUED},
    "of tomorrow": {"c6": END, "c4": END + 1},
    "before its signer": {"c6": int((states.BEGIN - DAY).timestamp())},
    "no time": {"c6": True},
    "a time that is a text": {"c6": "2026"},
    "no issuer": {"c1": ""},
    "of a ministry": {"c1": "Ministry of Utopia"},
    "of France": {"c1": "FR"},
    "of France in three": {"c1": "FRA"},
    "of small letters": {"c1": "ut"},
    "an expiry before all": {"c4": -1},
    "no content": {"c-260": {}},
    "a list for the content": {"c-260": []},
    "an unknown kind": {"kind": 9},
    "a truth for a kind": {"kind": True},
}
_HEADERS: dict[str, dict[str, Any]] = {
    "the kid outside": {"protected": {4: b"unknown!"}, "unprotected": {4: b"x"}},
    "EdDSA": {"protected": {1: -8}},
    "a text for an algorithm": {"protected": {1: "ES256"}},
    "critical": {"protected": {2: [9], 9: 1}},
    "critical outside": {"unprotected": {2: [1]}},
    "PS256 with a curve": {"protected": {1: -37}},
    "ES384 with P-256": {"protected": {1: -35}},
    "a text for a kid": {"protected": {4: "text"}},
    "strangers outside": {"unprotected": {"x": [1, {}], 33: b"y", 4: b"z"}},
}
_PAYLOADS = {
    "a key twice": "a201020103",
    "true and one": "a2016155f56155",
    "nothing": "",
    "no map": "80",
    "a tagged number": "a1c24101" + "01",
    "undefined": "a106f7",
    "cut off": "a1",
    "a rest": "a000",
}
