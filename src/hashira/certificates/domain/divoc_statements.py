"""What a DIVOC credential says, as RDF statements: those are signed, and nothing else (DIVOCの内容).

A signature of Linked Data is over the statements that a document makes by its contexts, in canonical order.
Here the meaning of each member is fixed in tables, in place of contexts that somebody would have to fetch; a
document is held to the members of these tables, and what no table names makes no statement and is not shown.

DIVOC's contexts give several members one meaning: vaccine, batch, manufacturer and number are all
``schema:id``, its three dates ``schema:date``, dose and number of doses ``schema:doseValue``. So the
signature does not say which is which, and somebody could exchange them. What is read from here is therefore
the set of values.

Sources: W3C Verifiable Credentials 1.1; JSON-LD 1.1 API §5.1 and §8; the contexts of DIVOC, versions 1 and 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

VC = "https://www.w3.org/2018/credentials/v1"
_CRED = "https://www.w3.org/2018/credentials#"
_SCHEMA = "https://schema.org/"
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_VAC = "vac:"
"""No prefix: its value in the contexts does not end as JSON-LD 1.1 asks of one, so it stays as it is."""

_MAX_TEXT = 400
_MAX_EVIDENCE = 3
_MAX_VALUES = 8
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^<>\"{}|^`\\\x00-\x1f]{1,300}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'})

_TERMS = frozenset(
    {
        "schema",
        "vac",
        "ProofOfVaccinationCredential",
        "Person",
        "Vaccination",
        "VerifiableCredential",
        "VerifiablePresentation",
        "EcdsaSecp256k1Signature2019",
        "EcdsaSecp256r1Signature2019",
        "Ed25519Signature2018",
        "RsaSignature2018",
        "proof",
    }
)
"""Terms that the contexts define for everything: as members they would make statements of their own."""
_UNREAD = frozenset(
    {"credentialSchema", "credentialStatus", "refreshService", "termsOfUse", "validFrom", "validUntil"}
)
_ADDRESS = {
    "streetAddress": _SCHEMA + "streetAddress",
    "streetAddress2": _VAC + "addressLine2",
    "city": _VAC + "city",
    "district": _VAC + "district",
    "addressRegion": _SCHEMA + "addressRegion",
    "postalCode": _SCHEMA + "postalCode",
    "addressCountry": _SCHEMA + "addressCountry",
}
ID, DATE, DOSE, NAME = (_SCHEMA + term for term in ("id", "date", "doseValue", "name"))
_PERSON = {
    "name": NAME,
    "age": _SCHEMA + "Number",
    "gender": _SCHEMA + "gender",
    "nationality": _SCHEMA + "nationality",
}
_VACCINATION = {
    **dict.fromkeys(("certificateId", "batch", "vaccine", "manufacturer"), ID),
    **dict.fromkeys(("feedbackUrl", "infoUrl"), _SCHEMA + "url"),
    **dict.fromkeys(("date", "effectiveStart", "effectiveUntil"), DATE),
    **dict.fromkeys(("dose", "totalDoses"), DOSE),
}
_VERIFIER = {"id": ID, "name": NAME, "sign-image": _SCHEMA + "image"}
_FACILITY = {"name": NAME, "seal-image": _SCHEMA + "image"}


class NotACredential(ValueError):
    """The document is no credential of DIVOC that is read here; the message says where."""


class UnknownContext(ValueError):
    """Its contexts are others than those whose meaning is known here."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The terms of one edition of the contexts."""

    person: Mapping[str, str]
    vaccination: Mapping[str, str]


_FIRST = Reading(_PERSON, _VACCINATION)
_SECOND = Reading({**_PERSON, "refId": ID, "uhid": ID}, _VACCINATION)
_THIRD = Reading(
    {**_PERSON, "refId": ID, "uhid": ID, "dob": DATE, "sex": _SCHEMA + "gender"},
    {**_VACCINATION, "icd11Code": ID, "prophylaxis": NAME},
)
READINGS: Mapping[str, tuple[Reading, ...]] = {
    # The context of version 1 was changed under its address: both editions have signed.
    "https://cowin.gov.in/credentials/vaccination/v1": (_SECOND, _FIRST),
    "https://cowin.gov.in/credentials/vaccination/v2": (_THIRD,),
    "https://divoc.prod/vaccine/credentials/vaccination/v1": (_THIRD,),
    "https://divoc.lgcc.gov.lk/credentials/vaccination/v1": (_THIRD,),
    "https://www.pedulilindungi.id/credentials/vaccination/v2": (_THIRD,),
}
"""By the address of the context: how its members may have been meant, the likeliest first."""


@dataclass(slots=True)
class Node:
    """A thing of which something is said: its name (an IRI or a blank node), its values by their meaning."""

    name: str
    values: dict[str, set[str]] = field(default_factory=dict)
    parts: dict[str, Node] = field(default_factory=dict)

    def of(self, term: str) -> tuple[str, ...]:
        """The values of a term that are not empty, in their own order."""
        return tuple(sorted(value for value in self.values.get(term, ()) if value))


@dataclass(frozen=True, slots=True)
class Statements:
    """All that a document says."""

    quads: tuple[str, ...]
    """N-Quads with blank nodes named as they came; to be put into canonical order."""
    issuer: str
    issued: datetime
    expires: datetime | None
    person: Node
    vaccinations: tuple[Node, ...]


def readings_of(document: Mapping[str, Any]) -> tuple[Reading, ...]:
    """How the document may be meant; raises ``UnknownContext``."""
    contexts = document.get("@context")
    if not isinstance(contexts, list) or len(contexts) != 2 or contexts[0] != VC:
        raise UnknownContext("its contexts are others than those that are known")
    found = READINGS.get(contexts[1]) if isinstance(contexts[1], str) else None
    if found is None:
        raise UnknownContext("its context is not one of DIVOC's")
    return found


class _Writer:
    """Collects statements of one document."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.quads, self._blank = reading, dict[str, None](), 0

    def named(self, value: object) -> str:
        """An IRI of the document, or a new blank node where it has none."""
        if value is None:
            self._blank += 1
            return f"_:b{self._blank}"
        return f"<{_iri(value)}>"

    def say(self, subject: str, term: str, told: str) -> None:
        self.quads[f"{subject} <{term}> {told} .\n"] = None

    def literals(self, members: Mapping[str, Any], terms: Mapping[str, str], node: Node) -> None:
        for member, term in terms.items():
            for told, text in _literals(members.get(member), member):
                self.say(node.name, term, told)
                node.values.setdefault(term, set()).add(text)

    def part(
        self, holder: Node, members: Mapping[str, Any], member: str, term: str, terms: Mapping[str, str]
    ) -> Node | None:
        """A thing without a name of its own."""
        if members.get(member) is None:
            return None
        inner = _members(members[member], member, terms.keys() | {"address"})
        node = holder.parts[member] = Node(self.named(None))
        self.say(holder.name, term, node.name)
        self.literals(inner, terms, node)
        if terms is _FACILITY:
            self.part(node, inner, "address", _SCHEMA + "PostalAddress", _ADDRESS)
        return node


def read_statements(document: Mapping[str, Any], reading: Reading) -> Statements:
    """The statements of a document without its proof; raises ``NotACredential``."""
    known = {"@context", "id", "type", "credentialSubject", "evidence", "issuer", "issuanceDate"}
    members = _members(document, "", known | {"expirationDate", "nonTransferable", "@context"})
    if _UNREAD & members.keys():
        raise NotACredential("it has members of credentials that are not read here")
    writer = _Writer(reading)
    credential = Node(writer.named(members.get("id")))
    types = _types(members, {"VerifiableCredential", "ProofOfVaccinationCredential"})
    writer.say(credential.name, _RDF_TYPE, f"<{_CRED}VerifiableCredential>")
    writer.say(credential.name, _RDF_TYPE, f"<{_SCHEMA}ProofOfVaccinationCredential>")
    if types != {"VerifiableCredential", "ProofOfVaccinationCredential"}:
        raise NotACredential("type: no proof of vaccination")
    issuer = _iri(members.get("issuer"))
    writer.say(credential.name, _CRED + "issuer", f"<{issuer}>")
    issued = _moment(writer, credential, members, "issuanceDate")
    ends = members.get("expirationDate") is not None
    expires = _moment(writer, credential, members, "expirationDate") if ends else None
    writer.literals(members, {"nonTransferable": _VAC + "nonTransferable"}, credential)
    person = _person(writer, credential, members.get("credentialSubject"))
    vaccinations = tuple(_vaccinations(writer, credential, members.get("evidence")))
    return Statements(tuple(writer.quads), issuer, issued, expires, person, vaccinations)


def _person(writer: _Writer, credential: Node, value: object) -> Node:
    terms = writer.reading.person
    members = _members(value, "credentialSubject", terms.keys() | {"id", "type", "address"})
    if _types(members, {"Person"}) != {"Person"}:
        raise NotACredential("credentialSubject: no person")
    person = Node(writer.named(members.get("id")))
    writer.say(credential.name, _CRED + "credentialSubject", person.name)
    writer.say(person.name, _RDF_TYPE, f"<{_SCHEMA}Person>")
    writer.literals(members, terms, person)
    writer.part(person, members, "address", _SCHEMA + "PostalAddress", _ADDRESS)
    return person


def _vaccinations(writer: _Writer, credential: Node, value: object) -> Iterator[Node]:
    entries = value if isinstance(value, list) else [value]
    if not 1 <= len(entries) <= _MAX_EVIDENCE:
        raise NotACredential(f"evidence: not 1 to {_MAX_EVIDENCE}")
    terms, seen = writer.reading.vaccination, set[str]()
    for entry in entries:
        members = _members(entry, "evidence", terms.keys() | {"id", "type", "verifier", "facility"})
        if _types(members, {"Vaccination"}) != {"Vaccination"}:
            raise NotACredential("evidence: no vaccination")
        node = Node(writer.named(members.get("id")))
        # Several things without a name could only be told apart by trying all their orders.
        if node.name in seen or (node.name.startswith("_:") and len(entries) > 1):
            raise NotACredential("evidence: two of one name, or without one")
        seen.add(node.name)
        writer.say(credential.name, _CRED + "evidence", node.name)
        writer.say(node.name, _RDF_TYPE, f"<{_VAC}Vaccination>")
        writer.literals(members, terms, node)
        writer.part(node, members, "verifier", _VAC + "verifier", _VERIFIER)
        writer.part(node, members, "facility", _VAC + "Facility", _FACILITY)
        yield node


def _members(value: object, where: str, known: frozenset[str] | set[str]) -> Mapping[str, Any]:
    """An object. A member of no table is passed over, as in JSON-LD, unless it could mean something."""
    if not isinstance(value, dict):
        raise NotACredential(f"{where}: no object")
    for member in value.keys() - known:
        if ":" in member or member.startswith("@") or member in _TERMS or member in ("type", "id"):
            raise NotACredential(f"{where}: a member that is not read here")
    return value


def _types(members: Mapping[str, Any], known: set[str]) -> set[str]:
    value = members.get("type")
    types = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in types) or not set(types) <= known:
        raise NotACredential("type: not of the known kinds")
    return set(types)


def _literals(value: object, member: str) -> Iterator[tuple[str, str]]:
    """Each value as N-Quads write it and as text; ``null`` says nothing."""
    values = value if isinstance(value, list) else [value]
    if len(values) > _MAX_VALUES:
        raise NotACredential(f"{member}: too many values")
    for one in values:
        if one is None:
            continue
        if isinstance(one, str) and len(one) <= _MAX_TEXT and (one == "" or one.isprintable()):
            yield f'"{one.translate(_ESCAPES)}"', one
        elif type(one) is int and abs(one) < 10**15:
            yield f'"{one}"^^<{_XSD}integer>', str(one)
        elif isinstance(one, bool):
            yield f'"{str(one).lower()}"^^<{_XSD}boolean>', str(one).lower()
        else:
            raise NotACredential(f"{member}: not a text or whole number")


def _iri(value: object) -> str:
    if not isinstance(value, str) or not _IRI.fullmatch(value) or not value.isprintable():
        raise NotACredential("a name that is no IRI")
    return value


def _moment(writer: _Writer, credential: Node, members: Mapping[str, Any], member: str) -> datetime:
    """A time of the credential: said as it is written, answered as what it stands for."""
    value = members.get(member)
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise NotACredential(f"{member}: not a time")
    writer.say(credential.name, _CRED + member, f'"{value}"^^<{_XSD}dateTime>')
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise NotACredential(f"{member}: not a time") from error
