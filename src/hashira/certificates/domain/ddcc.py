"""The WHO's Digital Documentation of COVID-19 Certificates: subclaims 3 and 4, read only (WHO DDCC).

The core data sets for vaccination (DDCC:VS) and for a test (DDCC:TR). They stand as the logical models have
them, in groups (``vaccination``, ``test``, ``certificate``), or flat, as WHO's samples are.

Source: WHO, DDCC:VS and DDCC:TR technical specifications 2021 and 2022; logical models of the DDCC
implementation guide 1.0; sample payloads of ``gdhcn-validator``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hashira.certificates.domain.content import CertificateContent, Holder, ShownDose, ShownTest
from hashira.certificates.domain.dcc_schema import is_day
from hashira.kernel.value import value

VACCINATION = "who-ddcc-vs"
TEST = "who-ddcc-tr"
_MAX_READ = 300


class NotADdcc(ValueError):
    """The claim is no such certificate; the message says where."""


@value
class DdccContent(CertificateContent):
    """What the certificate says. One of a test has no doses: it is no proof of vaccination."""

    kind: str = VACCINATION
    tests: tuple[ShownTest, ...] = ()


def read_vaccination(claim: object, *, issuer: str, signed_at: datetime) -> DdccContent:
    """What a certificate of vaccination says; raises ``NotADdcc``."""
    members = _object(claim)
    event = _object(members["vaccination"]) if "vaccination" in members else members
    vaccine, brand = _coding(event, "vaccine"), _coding(event, "brand")
    shown = brand or vaccine
    if vaccine is None or shown is None:
        raise NotADdcc("vaccine: no code")
    country = _coding(event, "country")
    day = _text(event, "date")
    if not is_day(day[:10]):
        raise NotADdcc("date: not a date")
    dose = ShownDose(
        date=day[:10],
        product=shown[2] or shown[0],
        code_system=vaccine[1],
        code=vaccine[0],
        lot=_optional(event, "lot"),
        centre=_optional(event, "centre"),
        country=country[0] if country else None,
        number=_count(event.get("dose")),
    )
    return _content(members, issuer, VACCINATION, doses=(dose,))


def read_test(claim: object, *, issuer: str, signed_at: datetime) -> DdccContent:
    """What a certificate of a test says; raises ``NotADdcc``."""
    members = _object(claim)
    event = _object(members["test"]) if "test" in members else members
    kind, result = _coding(event, "type"), _coding(event, "result")
    if kind is None or result is None:
        raise NotADdcc("test: no kind or no result")
    country, origin = _coding(event, "country"), _coding(event, "origin")
    shown = ShownTest(
        result=result[2] or result[0],
        kind=kind[2] or kind[0],
        sample=(origin[2] or origin[0]) if origin else None,
        collected=_text(event, "date"),
        reported=_optional(event, "reportDate") or "",
        place=_optional(event, "centre") or "",
        country=country[0] if country else "",
    )
    return _content(members, issuer, TEST, tests=(shown,))


def _content(
    members: dict[str, Any],
    issuer: str,
    kind: str,
    *,
    doses: tuple[ShownDose, ...] = (),
    tests: tuple[ShownTest, ...] = (),
) -> DdccContent:
    certificate = _object(members["certificate"]) if "certificate" in members else members
    birth_date = _optional(members, "birthDate")
    if birth_date is not None and not is_day(birth_date):
        raise NotADdcc("birthDate: not a date")
    return DdccContent(
        holder=Holder(
            name=_text(members, "name"),
            birth_date=birth_date,
            document_number=_identifier(members.get("identifier")),
        ),
        doses=doses,
        issuer=issuer,
        certificate_number=_identifier(certificate.get("hcid")),
        kind=kind,
        tests=tests,
    )


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotADdcc("no object where there must be one")
    return value


def _coding(members: dict[str, Any], name: str) -> tuple[str, str, str | None] | None:
    """Code, system and display of a coding, or of a bare text; ``None`` where there is none."""
    value = members.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return _text(members, name), "", None
    coding = _object(value)
    return _text(coding, "code"), _optional(coding, "system") or "", _optional(coding, "display")


def _identifier(value: object) -> str | None:
    """A number of the person or the certificate: a text, or the value of a FHIR identifier."""
    if isinstance(value, dict):
        return _optional(value, "value")
    return None if value is None else _text({"identifier": value}, "identifier")


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_READ or not value.isprintable():
        raise NotADdcc(f"{name}: no readable text")
    return value


def _optional(members: dict[str, Any], name: str) -> str | None:
    return None if members.get(name) in (None, "") else _text(members, name)


def _count(value: object) -> int | None:
    return value if type(value) is int and 1 <= value <= 99 else None
