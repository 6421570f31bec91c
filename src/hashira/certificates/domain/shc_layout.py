"""The payload of a card in the layout that issuers write, read in one pass (SMART Health Cardの通常の形).

The members of the profile, each once, no others, without white space: that is what nearly all payloads are
that anybody scans. This module reads such a payload in native code and against the types below.
To all others it answers nothing but "none such", and the general reader of :mod:`shc` reads or refuses them,
with reasons. What is read here, that reader reads to the same.

No member is there twice where the types write as many octets as they read: of two equal members they keep
one, and no letter is written longer than the shortest way in which it can be read. A number with a fraction
or an exponent could be; it is looked for as it is written.

Sources: as :mod:`shc` and :mod:`shc_fhir`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import DecodeError, Meta, Struct
from msgspec.json import Decoder, Encoder

from hashira.certificates.domain.content import Holder, ShownDose
from hashira.certificates.domain.cvx_vaccine import CVX, PRODUCTS
from hashira.certificates.domain.shc_fhir import MAX_ENTRIES, named
from hashira.kernel.value import value

HEALTH_CARD = "https://smarthealth.cards#health-card"
END_OF_CLOCK = 253_402_300_800
"""The first second of the year 10000, which no clock can show."""
_WITHIN = Meta(ge=0, lt=END_OF_CLOCK)
_Time = Annotated[int, _WITHIN] | Annotated[float, _WITHIN]


class _Members(Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """An object with these members and no others."""


class _Coding(_Members, kw_only=True):
    system: str
    code: str
    display: str | None = None


class _Concept(_Members):
    coding: Annotated[list[_Coding], Meta(min_length=1, max_length=1)]


class _Reference(_Members):
    reference: str


class _Actor(_Members):
    display: str


class _Performer(_Members):
    actor: _Actor


class _Label(_Members, kw_only=True):
    system: str | None = None
    code: str


class _Labels(_Members):
    security: list[_Label]


class _Immunization(_Members, kw_only=True, tag_field="resourceType", tag="Immunization"):
    meta: _Labels | None = None
    status: Literal["completed"]
    vaccineCode: _Concept  # noqa: N815  (as FHIR names it)
    patient: _Reference
    occurrenceDateTime: str  # noqa: N815  (as FHIR names it)
    performer: Annotated[list[_Performer], Meta(min_length=1)] | None = None
    lotNumber: str | None = None  # noqa: N815  (as FHIR names it)


class _Name(_Members, kw_only=True):
    use: str | None = None
    text: str | None = None
    family: str | None = None
    given: list[str] | None = None


class _Patient(_Members, kw_only=True, tag_field="resourceType", tag="Patient"):
    name: Annotated[list[_Name], Meta(min_length=1)]
    gender: str | None = None
    birthDate: str | None = None  # noqa: N815  (as FHIR names it)


class _Entry(_Members):
    fullUrl: str  # noqa: N815  (as FHIR names it)
    resource: _Immunization | _Patient


class _Bundle(_Members, tag_field="resourceType", tag="Bundle"):
    type: str
    entry: Annotated[list[_Entry], Meta(max_length=MAX_ENTRIES)]


class _Subject(_Members):
    fhirVersion: str  # noqa: N815  (as FHIR names it)
    fhirBundle: _Bundle  # noqa: N815  (as FHIR names it)


class _Credential(_Members, kw_only=True):
    type: list[str]
    credentialSubject: _Subject  # noqa: N815  (as FHIR names it)
    rid: str | None = None


class _Claims(_Members, kw_only=True):
    iss: str
    nbf: _Time
    exp: _Time | None = None
    vc: _Credential


_read = Decoder(_Claims).decode
_write = Encoder().encode


@value
class Layout:
    """What a payload says that is in the usual layout."""

    issuer: str
    nbf: float
    exp: float | None
    rid: str | None
    holder: Holder
    doses: tuple[ShownDose, ...]


def read(payload: bytes) -> Layout | None:
    """What the payload says, or ``None`` where it is not in this layout. The caller bounds the length.

    >>> read(b'{"iss":"https://example.org","nbf":1,"vc":{}}') is None
    True
    """
    try:
        claims = _read(payload)
    except DecodeError:
        return None
    if len(_write(claims)) != len(payload):
        return None
    nbf, exp, credential = claims.nbf, claims.exp, claims.vc
    if HEALTH_CARD not in credential.type:
        return None
    if type(nbf) is float and b'"nbf":%b' % _write(nbf) not in payload:
        return None
    if type(exp) is float and b'"exp":%b' % _write(exp) not in payload:
        return None
    patient: _Patient | None = None
    doses: list[ShownDose] = []
    for entry in credential.credentialSubject.fhirBundle.entry:
        resource = entry.resource
        if isinstance(resource, _Immunization):
            coding, performers = resource.vaccineCode.coding[0], resource.performer
            code, system = coding.code, coding.system
            doses.append(
                ShownDose(
                    resource.occurrenceDateTime,
                    PRODUCTS.get(code, code) if system == CVX else code,
                    system,
                    code,
                    resource.lotNumber,
                    performers[0].actor.display if performers else None,
                )
            )
        elif patient is None:
            patient = resource
        else:
            return None
    if patient is None:
        return None
    name = patient.name[0]
    holder = named(name.family, tuple(name.given or ()), name.text, patient.birthDate)
    return Layout(claims.iss, nbf, exp, credential.rid, holder, tuple(doses))
