"""Certificates, and mutants of them, to put to the app in the browser and to the server alike."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA384
from tests.certificates import states, test_shc_mutations
from tests.certificates.card import HOLDER, ISSUED_AT, ISSUER, Key, card, dose
from tests.certificates.trust.test_revocation import COMPROMISE, DAY, crl, serial
from tests.certificates.verifier_divocs import Divocs
from tests.certificates.verifier_hcerts import Hcerts, states_sha256

from hashira.certificates.adapters.trust_files import read_trust
from hashira.certificates.domain import base64url, hcert, shc, shc_qr, vds_nc
from hashira.certificates.domain.content import Holder
from hashira.certificates.domain.filter_cascade import build, fingerprint
from hashira.certificates.domain.icd11_vaccine import ICD11
from hashira.certificates.domain.revocation_id import fhir_digest_id
from hashira.certificates.domain.state_certificate import read_certificate
from hashira.certificates.domain.status_bundle import (
    KeyStatuses,
    Section,
    StatusBundle,
    read_bundle,
    write_bundle,
)
from hashira.certificates.domain.trust import RevocationList, TrustStore, WithdrawnKey
from hashira.certificates.domain.vds_nc_message import SealDose

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SEED = 20261123
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NUMBER = "JPN13101620260601000001"


class Scene:
    """Issuers with their keys, certificates of all kinds, and the bundle that a verifier holds."""

    def __init__(self, shared: Path) -> None:
        self._shared = shared
        self.bundle_key = Key()
        self.authority = states.authority()
        self.signer = states.signer(self.authority)
        self.card_key = test_shc_mutations.KEY
        self.listed_key = Key()
        self.hcerts = Hcerts()
        self.divocs = Divocs()

    @cached_property
    def seal(self) -> str:
        return self.issue(self.signer)

    def issue(self, signer: states.Party, uvci: str = "UTOPIA000001", **changes: object) -> str:
        values: dict[str, object] = {
            "holder": Holder("ERIKSSON ANNA", "1974-08-12", document_number="L898902C3"),
            "doses": (
                SealDose(
                    "2026-02-01", "COMIRNATY", ICD11, "XM0GQ8", "FF1", "Hospital", "UTO", 1, disease="RA01.0"
                ),
                SealDose("2026-03-01", "COMIRNATY", ICD11, "XM0GQ8", "FF2", None, "UTO", 2),
            ),
        }
        return vds_nc.issue(**(values | changes), issuer="UTO", uvci=uvci, signer=signer, at=states.AT)

    @cached_property
    def originals(self) -> dict[str, str]:
        """Whatever verifies or is refused for a reason of its own, by what it shows."""
        icao = self._shared / "certificates/icao"
        key = self.card_key
        later = AT + timedelta(days=1)
        curve_signer = states.signer(self.authority, ec.generate_private_key(ec.SECP384R1()), digest=SHA384())
        found = {
            "card": test_shc_mutations.CARD,
            "card of the holder": card(key, holder=HOLDER, doses=(dose(3),)),
            "card with one name": card(key, holder=Holder("接種 花子", None)),
            "card of a code nobody knows": card(key, doses=(dose(5, code="999"),)),
            "card of a stranger": test_shc_mutations.FOREIGN,
            "card of tomorrow": card(key, at=later),
            "card that has expired": card(key, expires=AT - timedelta(seconds=1)),
            "card that is valid": card(key, expires=later),
            "revoked card": card(key, rid="revoked"),
            "good card": card(key, rid="good"),
            "card issued after the bundle": card(key, rid="new", at=AT - timedelta(minutes=1)),
            "card revoked after the bundle": card(key, rid="revoked-since", at=AT - timedelta(minutes=1)),
            "card of before the bundle": card(key, at=datetime(2020, 12, 1, tzinfo=UTC)),
            "card of another issuer": card(key, issuer="https://other.example"),
            "seal": self.seal,
            "revoked seal": self.issue(self.signer, uvci="REVOKED00001"),
            "good seal": self.issue(self.signer, uvci="GOOD00000001"),
            "grouped seal": self.issue(self.signer, grouped=True),
            "signer of another state": self.issue(self.signer).replace('"is":"UTO"', '"is":"JPN"'),
            "authority that nobody knows": self.issue(states.signer(states.authority())),
            "signer under P-384": self._resealed(curve_signer, "ES384"),
            "under a brainpool authority": self.issue(states.signer(self.brainpool)),
            "under an RSA authority": self.issue(states.signer(self.rsa)),
            "signer in the list of its state": self.issue(self.over),
            "signer that was taken off hold": self.issue(self.held),
            "withdrawn signer": self.issue(self.stolen),
            "card in a list": card(self.listed_key, rid="listed"),
            "card listed until later": card(self.listed_key, rid="until-later"),
            "card listed until before": card(self.listed_key, rid="until-before"),
            "card by its digest": card(self.listed_key),
            "card not listed": card(self.listed_key, rid="free"),
            "card of a withdrawn key": card(self.stolen_key),
            "card whose list is missing": card(self.unlisted_key),
        }
        for file in sorted(icao.glob("*.txt")):
            found[file.name] = file.read_text("utf-8")
        found |= self._signers()
        found |= self.hcerts.originals
        found |= self.divocs.originals
        for name in (*test_shc_mutations.EDITS,):
            found[f"edit: {name}"] = test_shc_mutations.EDITS[name]()
        found["edit: -S"] = test_shc_mutations._negated_s()
        for name, text in {
            "nothing": "",
            "words": "証明書",
            "brace": "{",
            "hdr": '{"hdr"',
            "BOM": "\ufeff" + self.seal,
            "chunks": _chunks(test_shc_mutations.CARD),
            "code": shc_qr.write(test_shc_mutations.CARD),
            "capitals": shc_qr.write(test_shc_mutations.CARD).upper(),
            "another scheme": "HC9:6BF",
        }.items():
            found[f"text: {name}"] = text
        return found

    def _resealed(self, signer: states.Party, algorithm: str) -> str:
        """Signed on another curve: our own issuing writes ES256 only."""
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        from hashira.kernel.canonical_json import canonical_json

        document = json.loads(self.seal)
        made = signer.private.sign(canonical_json(document["data"]), ec.ECDSA(SHA384()))
        r, s = decode_dss_signature(made)
        value = r.to_bytes(48, "big") + s.to_bytes(48, "big")
        cer = base64url.encode(signer.der)
        document["sig"] = {"alg": algorithm, "cer": cer, "sigvl": base64url.encode(value)}
        return json.dumps(document)

    def _signers(self) -> dict[str, str]:
        """Signers that must not sign, each wrong in one way."""
        wrong = {
            "no purpose": {"purposes": ()},
            "purpose not critical": {"purposes_critical": False},
            "usage of an authority": {"usage": frozenset({"key_cert_sign"})},
            "for tests": {"types": states.NT},
            "without types": {"types": None},
            "is an authority": {"authority": True},
            "of two states": {"state": "JPN"},
            "unknown critical": {"critical_stranger": True},
            "another key id": {"key_id": b"another"},
            "expired": {"ends": AT - timedelta(days=1)},
            "period over": {"signs": (BEGIN, BEGIN + timedelta(days=10))},
            "another country": {"subject": states.name("FR", "Seals")},
        }
        found = {}
        for name, changes in wrong.items():
            party = states.signer(self.authority, **changes)
            document = json.loads(self.seal)
            from hashira.kernel.canonical_json import canonical_json

            document["sig"]["cer"] = base64url.encode(party.der)
            document["sig"]["sigvl"] = base64url.encode(party.sign(canonical_json(document["data"])))
            found[f"signer: {name}"] = json.dumps(document)
        return found

    @cached_property
    def bundle(self) -> bytes:
        """With the real lists, the test's own issuers, and statuses of two keys."""
        real = read_trust([self._shared / "certificates/trust"])
        anchors = tuple(party.der for party in (self.authority, self.brainpool, self.rsa))
        own = self.card_key.trusted() | TrustStore(anchors=anchors) | self._revocations()
        own = own | self.hcerts.trust | self.divocs.trust
        begin, end = int(datetime(2021, 1, 1, tzinfo=UTC).timestamp()), int(AT.timestamp()) - 600
        kid = own.keys[0].kid
        seal_kid = vds_nc.decode(self.seal).signer.sha256

        def marks(name: str, *identifiers: str) -> list[bytes]:
            return [fingerprint(name, identifier) for identifier in identifiers]

        cards = build(marks(kid, "revoked", *map(str, range(40))), [marks(kid, "good", "vwAjHdarZuc")])
        seals = build(marks(seal_kid, "REVOKED00001"), [marks(seal_kid, "UTOPIA000001", "GOOD00000001")])
        yellow = states_sha256(self.hcerts.yellow)
        documents = build(
            marks(yellow, *self._hashes("yellow: given tomorrow")),
            [marks(yellow, *self._hashes("yellow card"))],
        )
        return write_bundle(
            StatusBundle(
                version=3,
                issued_at=AT,
                valid_until=AT + timedelta(days=7),
                trust=real | own,
                compromised=(),
                statuses=(
                    KeyStatuses(
                        kid, (Section(begin, end, cards),), end, frozenset(marks(kid, "revoked-since"))
                    ),
                    # a UVCI without the number of the certificate has the moment 0
                    KeyStatuses(seal_kid, (Section(0, end, seals),), end, frozenset()),
                    KeyStatuses(yellow, (Section(begin, end, documents),), end, frozenset()),
                ),
            ),
            self.bundle_key,
        )

    def _hashes(self, name: str) -> list[str]:
        """A yellow card is named by its signature."""
        return [hcert.revocation_hashes(hcert.decode(self.hcerts.originals[f"hcert {name}"]))["SIGNATURE"]]

    def _revocations(self) -> TrustStore:
        """Lists of states, one of them old and one forged; lists of an issuer of cards; withdrawn keys."""
        until, kid = int(ISSUED_AT.timestamp()), self.listed_key.trusted().keys[0].kid
        removed = x509.ReasonFlags.remove_from_crl
        entries = (serial(self.over), BEGIN, COMPROMISE), (serial(self.held), BEGIN, removed)
        digest = fhir_digest_id(shc.decode(card(self.listed_key)).bundle)
        stolen = read_certificate(self.stolen.der).sha256
        return TrustStore(
            keys=(
                *self.listed_key.trusted(crl_version=9).keys,
                *self.stolen_key.trusted().keys,
                *self.unlisted_key.trusted(crl_version=1).keys,
            ),
            state_crls=(
                crl(self.authority, *entries, this=AT - DAY, following=AT + DAY),
                crl(self.brainpool, this=AT - 9 * DAY, following=AT - DAY),
                crl(self.rsa, this=AT - DAY, following=AT + DAY, key=self.authority),
                b"0\x82 no list" + bytes(60),
            ),
            revocations=(
                RevocationList(
                    kid, "rid", 8, {"listed": None, "until-later": until + 1, "until-before": until}, ISSUER
                ),
                RevocationList(kid, "rid", 7, {"free": None}, ISSUER),
                RevocationList(kid, "hash-fhir", 1, {digest: None}),
                RevocationList(kid, "rid", 1, {"free": None}, "https://other.example"),
            ),
            withdrawn=(
                WithdrawnKey(self.stolen_key.trusted().keys[0].kid, AT + DAY, "keyCompromise"),
                WithdrawnKey(stolen, AT - DAY, "keyCompromise"),
            ),
        )

    @cached_property
    def over(self) -> states.Party:
        return states.signer(self.authority)

    @cached_property
    def held(self) -> states.Party:
        return states.signer(self.authority)

    @cached_property
    def stolen(self) -> states.Party:
        return states.signer(self.authority)

    @cached_property
    def stolen_key(self) -> Key:
        return Key()

    @cached_property
    def unlisted_key(self) -> Key:
        return Key()

    @cached_property
    def pinned(self) -> str:
        return self.bundle_key.trusted().keys[0].kid

    @cached_property
    def brainpool(self) -> states.Party:
        return states.authority(
            ec.generate_private_key(ec.BrainpoolP256R1()), subject=states.name("UT", "Utopia brainpool")
        )

    @cached_property
    def rsa(self) -> states.Party:
        return states.authority(
            rsa.generate_private_key(public_exponent=65537, key_size=2048),
            subject=states.name("UT", "Utopia RSA"),
        )

    @cached_property
    def trust(self) -> TrustStore:
        return read_bundle(self.bundle, pinned=self.pinned).trust

    def mutants(self, count: int) -> Iterator[str]:
        """``count`` changed certificates, the same ones each time for the same originals."""
        chance = random.Random(SEED)
        seals = [self.seal, self.originals["jpn-triple-vaccine.txt"], self.originals["signer under P-384"]]
        cards = [test_shc_mutations.CARD, shc_qr.write(test_shc_mutations.CARD)]
        for number in range(count):
            match number % 6:
                case 0:
                    yield _flipped_part(test_shc_mutations.CARD, chance)
                case 1:
                    yield _changed_letter(chance.choice(cards), chance)
                case 2:
                    yield _changed_octet(chance.choice(seals), chance)
                case 3:
                    yield _flipped_certificate(chance.choice(seals), chance)
                case 4:
                    yield _edited(chance.choice(seals), chance)
                case _:
                    yield _cut(chance.choice(seals + cards), chance)


def _chunks(jws: str) -> str:
    digits = shc_qr.write(jws)[5:]
    half = len(digits) // 4 * 2
    return f"shc:/2/2/{digits[half:]}\nshc:/1/2/{digits[:half]}"


def _flipped_part(jws: str, chance: random.Random) -> str:
    parts = jws.split(".")
    place = chance.randrange(3)
    octets = bytearray(base64url.decode(parts[place]))
    octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
    parts[place] = base64url.encode(bytes(octets))
    return ".".join(parts)


def _changed_letter(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    letter = chr(chance.randrange(128) if chance.random() < 0.5 else chance.randrange(0xD800))
    return text[:at] + letter + text[at + 1 :]


def _changed_octet(text: str, chance: random.Random) -> str:
    octets = bytearray(text.encode())
    octets[chance.randrange(len(octets))] ^= chance.randrange(1, 256)
    return octets.decode("utf-8", "replace")


def _flipped_certificate(text: str, chance: random.Random) -> str:
    document = json.loads(text)
    seal = document[0] if isinstance(document, list) else document
    octets = bytearray(base64url.decode(seal["sig"]["cer"].rstrip("=")))
    octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
    seal["sig"]["cer"] = base64url.encode(bytes(octets))
    return json.dumps(document)


_VALUES = (None, True, 0, 1, 1.0, 2**60, -1, "", "1", "a\u0000b", "\u3000", [], {}, [{}], "2026-02-30", 1e30)


def _edited(text: str, chance: random.Random) -> str:
    """One member of the JSON becomes something else, goes, or is joined by a stranger."""
    document = json.loads(text)
    places: list[tuple[object, object]] = []

    def walk(value: object) -> None:
        items: Iterable[tuple[object, object]] = ()
        if isinstance(value, dict | list):
            items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, inside in items:
            places.append((value, name))
            walk(inside)

    walk(document)
    holder, name = chance.choice(places)
    if chance.random() < 0.3 and isinstance(holder, dict):
        del holder[name]
    elif chance.random() < 0.3 and isinstance(holder, dict):
        holder["stranger"] = chance.choice(_VALUES)
    else:
        holder[name] = chance.choice(_VALUES)
    return json.dumps(document)


def _cut(text: str, chance: random.Random) -> str:
    at, size = chance.randrange(len(text)), chance.randrange(1, 6)
    again = "" if chance.random() < 0.5 else 2 * text[at : at + size]
    return text[:at] + again + text[at + size :]
