"""The JSON API for residents: the own records, making certificates of them, and taking them (本人のAPI).

A browser's session with its CSRF token, as for the pages: tokens belong to staff, who issue for nobody.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from hashira.certificates.domain import shc, shc_qr
from hashira.certificates.domain.certificate_kind import TITLES, CertificateKind
from hashira.certificates.domain.mrz import Zone, read_zone
from hashira.certificates.selectors.issuing import CertificateView, certificates_of
from hashira.certificates.selectors.linking import links_of
from hashira.certificates.selectors.own_record import OwnRecord
from hashira.certificates.services.issuing import issue_card, issue_seal, view_certificate
from hashira.certificates.services.issuing_hcert import issue_eu, issue_icvp
from hashira.certificates.services.own_record import view_own_record
from hashira.core.api.door import Door
from hashira.core.api.operation import Shape, about, failures
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

router = Router(tags=["certificates"])
_DOOR = "certificates:OpenOwnPages"
_MOST_DOSES = 99


class OneDoseOnly(HashiraError):
    """A kind of certificate that shows one dose was asked for with more or fewer."""

    code = "CERT-187"
    what = Bilingual("証明書を作れませんでした", "The certificate was not made")
    why = Bilingual("この種類は、1枚で1回の接種を証明します", "This kind is of one dose")
    remedy = Bilingual("doses に接種を一つだけ入れてください", "Name one dose in doses")
    status = 422


class ZoneMissing(HashiraError):
    """A kind of certificate that names a passport was asked for without one."""

    code = "CERT-188"
    what = Bilingual("証明書を作れませんでした", "The certificate was not made")
    why = Bilingual("この種類には旅券の機械読取領域が要ります", "This kind needs the zone of a passport")
    remedy = Bilingual(
        "zone に、顔写真のページの下にある2行を入れてください",
        "Put the two lines at the bottom of the passport's page into zone",
    )
    status = 422


class OwnDoseOut(Schema):
    """A dose in force, and why a kind of certificate cannot show it."""

    event: UUID
    vaccine: str
    given_on: date
    number: int | None
    lot: str
    country: str
    refusals: dict[CertificateKind, dict[str, str]] = Field(
        description="kind → why it cannot be shown / 載せられない種類とその理由"
    )


class MadeOut(Schema):
    """A certificate in a list."""

    id: UUID
    title: dict[str, str]
    number: str
    issued_at: datetime
    state: str = Field(description="valid, revoked, superseded")
    outdated: bool


class OwnRecordOut(Schema):
    """A record in one municipality."""

    person: UUID
    municipality: dict[str, str]
    name: str
    birth_date: date
    doses: list[OwnDoseOut]
    certificates: list[MadeOut]


class CertificateIn(Shape):
    """What is to be made. ``request_id`` is made by the caller and becomes the id: twice makes one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "kind": "eu",
                "request_id": "7c1ff1f0-8c4e-4a52-9a6a-1d2e3f4a5b6c",
                "doses": ["0b6f0c86-0f0a-4f4b-9a37-0a3b6f6b7f10"],
            }
        },
    )
    kind: CertificateKind
    request_id: UUID
    doses: list[UUID] = Field(min_length=1, max_length=_MOST_DOSES)
    zone: str = Field(default="", max_length=200, description="seal, icvp: required; eu: optional")
    shows_name: bool = Field(default=True, description="card")
    shows_birth_date: bool = Field(default=True, description="card")
    grouped: bool = Field(default=False, description="seal")


class CertificateOut(Schema):
    """A certificate with what its code holds."""

    id: UUID
    kind: CertificateKind
    title: dict[str, str]
    number: str
    issued_at: datetime
    expires_at: datetime | None
    text: str = Field(description="JWS (card), JSON (seal), HC1: (eu, icvp)")
    code: str = Field(description="what goes into the QR code / 二次元コードの文字列")
    current: bool = Field(description="whether all its doses are in force / 載せた接種がすべて有効か")


@router.get(
    "/certificates/own/records",
    auth=Door(_DOOR),
    response={200: list[OwnRecordOut], **failures(401, 403)},
    **about(
        "listOwnRecords",
        Bilingual("自分の接種記録", "The own records"),
        Bilingual(
            "つながっている市区町村ごとに。監査に残ります",
            "One a municipality; the view is audited",
        ),
    ),
)
def own_records(request: HttpRequest) -> list[dict[str, Any]]:
    principal = request.auth  # type: ignore[attr-defined]  # what the door returned
    found = [view_own_record(actor=principal, person_id=link.person_id) for link in links_of(principal.id)]
    return [_record(record) for record in found]


@router.post(
    "/certificates/own/records/{uuid:person_id}/certificates",
    auth=Door(_DOOR),
    response={201: CertificateOut, **failures(400, 401, 403, 404, 409, 413, 415, 422, 503)},
    **about(
        "issueOwnCertificate",
        Bilingual("証明書を作る", "Make a certificate"),
        Bilingual(
            "card（国内用）、seal（海外用）、eu（EU）、icvp（WHO）。eu と icvp は接種を一つだけ",
            "card, seal, eu or icvp; the latter two are of one dose each",
        ),
    ),
)
def issue(request: HttpRequest, person_id: UUID, body: CertificateIn) -> Status:
    principal = request.auth  # type: ignore[attr-defined]  # what the door returned
    common: dict[str, Any] = {
        "actor": principal,
        "person_id": person_id,
        "request_id": body.request_id,
        "at": datetime.now(UTC),
    }
    match body.kind:
        case CertificateKind.CARD:
            shown = {"shows_name": body.shows_name, "shows_birth_date": body.shows_birth_date}
            made = issue_card(events=body.doses, **shown, **common)
        case CertificateKind.SEAL:
            made = issue_seal(events=body.doses, zone=_zone(body), grouped=body.grouped, **common)
        case CertificateKind.EU:
            zone = read_zone(body.zone) if body.zone else None
            made = issue_eu(event=_one(body), zone=zone, **common)
        case CertificateKind.ICVP:
            made = issue_icvp(event=_one(body), zone=_zone(body), **common)
    return Status(201, _certificate(view_certificate(actor=principal, certificate_id=made)))


@router.get(
    "/certificates/own/certificates/{uuid:certificate_id}",
    auth=Door(_DOOR),
    response={200: CertificateOut, **failures(401, 403, 404)},
    **about(
        "viewOwnCertificate",
        Bilingual("自分の証明書を取り出す", "Take a certificate of one's own"),
        Bilingual("閲覧は監査に残ります", "The view is audited"),
    ),
)
def own_certificate(request: HttpRequest, certificate_id: UUID) -> dict[str, Any]:
    principal = request.auth  # type: ignore[attr-defined]  # what the door returned
    return _certificate(view_certificate(actor=principal, certificate_id=certificate_id))


def _one(body: CertificateIn) -> UUID:
    if len(body.doses) != 1:
        raise OneDoseOnly
    return body.doses[0]


def _zone(body: CertificateIn) -> Zone:
    if not body.zone:
        raise ZoneMissing
    return read_zone(body.zone)


def _record(record: OwnRecord) -> dict[str, Any]:
    in_force = frozenset(dose.event_id for dose in record.doses)
    return {
        "person": record.person_id,
        "municipality": _both(record.municipality),
        "name": record.name,
        "birth_date": record.birth_date,
        "doses": [
            {
                "event": dose.event_id,
                "vaccine": dose.dose.product.code,
                "given_on": dose.given_on,
                "number": dose.number,
                "lot": dose.lot,
                "country": dose.dose.country,
                "refusals": {kind: _both(why) for kind, why in dose.refusals.items() if why is not None},
            }
            for dose in record.doses
        ],
        "certificates": [
            {
                "id": line.id,
                "title": _both(line.title),
                "number": line.number,
                "issued_at": line.issued_at,
                "state": line.state,
                "outdated": line.outdated,
            }
            for line in certificates_of(record.person_id, in_force)
        ],
    }


def _certificate(view: CertificateView) -> dict[str, Any]:
    return {
        "id": view.id,
        "kind": view.kind,
        "title": _both(TITLES[view.kind]),
        "number": view.number,
        "issued_at": view.issued_at,
        "expires_at": view.expires_at,
        "text": view.text,
        "code": shc_qr.write(view.text) if view.format == shc.NAME else view.text,
        "current": view.withdrawn == 0,
    }


def _both(words: Bilingual) -> dict[str, str]:
    return {"ja": words.ja, "en": words.en}
