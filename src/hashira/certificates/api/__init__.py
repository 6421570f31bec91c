"""The JSON API of the certificates: verifying, the register, imports (接種証明書のAPI).

The same services as the pages, hence the same access, rules and audit.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from hashira.certificates.api import verification
from hashira.certificates.domain.dose import MAX_NUMBER, MAX_PLACE, Dose
from hashira.certificates.domain.dose_history import DoseEvent
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.selectors.imports import import_view, imports_of
from hashira.certificates.selectors.people import PersonView, Question, registers_of
from hashira.certificates.services import dose as doses
from hashira.certificates.services.person import search_people, view_person
from hashira.certificates.store.models.imports import DoseImport
from hashira.core.api.door import Door
from hashira.core.api.errors import AddressUnknown
from hashira.core.api.operation import Page, Shape, about, failures, page_of
from hashira.core.api.scope import Scope, declare
from hashira.kernel.language import Bilingual

router = Router(tags=["certificates"])
router.add_router("", verification.router)
_READ = frozenset(
    {"certificates:OpenRegister", "certificates:SearchPeople", "certificates:ViewPerson"},
)
declare(Scope("register.read", Bilingual("台帳の検索と閲覧", "Search and read the register"), _READ))
declare(
    Scope(
        "doses.write",
        Bilingual("接種の記録・訂正・取消", "Record, correct and withdraw doses"),
        _READ | {"certificates:RecordDose", "certificates:CorrectDose", "certificates:VoidDose"},
    )
)
declare(
    Scope("imports.read", Bilingual("取込みの状態", "Imports"), frozenset({"certificates:ViewImports"})),
)


class FoundOut(Schema):
    """A person in a list."""

    id: UUID
    reference: str
    name: str
    kana: str
    birth_date: date
    sex: str
    moved_out_on: date | None
    died_on: date | None


class RegisterOut(Schema):
    """A municipality in whose register the caller works."""

    id: UUID
    name: dict[str, str]


class DoseOut(Schema):
    """One event of the history of a person's doses."""

    id: UUID
    kind: str = Field(description="recorded, corrected, voided")
    replaces: UUID | None
    vaccine: str
    given_on: date
    number: int | None
    lot: str
    place: str
    country: str
    source: str
    reason: str
    recorded_at: datetime


class PersonOut(FoundOut):
    """A person with the doses in force and every event."""

    version: int
    municipality: dict[str, str]
    coupon_number: str
    roman: str
    address: str
    doses: list[DoseOut]
    events: list[DoseOut]


class DoseIn(Shape):
    """A dose. ``request_id`` is made by the caller: sending it twice records it once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "request_id": "7c1ff1f0-8c4e-4a52-9a6a-1d2e3f4a5b6c",
                "vaccine": "comirnaty",
                "given_on": "2021-06-01",
                "number": 1,
                "lot": "EY5422",
            }
        },
    )
    request_id: UUID
    vaccine: str = Field(max_length=40)
    given_on: date
    number: int | None = Field(default=None, ge=1, le=MAX_NUMBER)
    lot: str = Field(default="", max_length=40)
    place: str = Field(default="", max_length=MAX_PLACE)
    country: str = Field(default="JPN", pattern=r"^[A-Z]{3}$")
    confirmed: bool = Field(default=False, description="CERT-109 を確認済み / what CERT-109 asks is right")

    def dose(self) -> Dose:
        """The dose; raises ``DoseNotRecordable`` and what an unknown vaccine raises."""
        return Dose(
            product(self.vaccine),
            self.given_on,
            lot=self.lot,
            number=self.number,
            place=self.place,
            country=self.country,
        )


class CorrectionIn(DoseIn):
    """A dose as it should have been recorded."""

    reason: str = Field(min_length=1, max_length=400)


class ReasonIn(Shape):
    """Why a dose is withdrawn."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "別人の記録"}})
    reason: str = Field(min_length=1, max_length=400)


class RecordedOut(Schema):
    """The event that was written."""

    event: UUID


class ImportOut(Schema):
    """An import as it stands."""

    id: UUID
    state: str
    source: str
    file_name: str
    uploaded_at: datetime
    rows: int
    errors: int
    job_id: UUID | None = None


@router.get(
    "/certificates/registers",
    auth=Door("certificates:OpenRegister"),
    response={200: list[RegisterOut], **failures(401, 403)},
    **about(
        "listRegisters",
        Bilingual("自分の台帳の一覧", "The registers one works in"),
        Bilingual("検索に使う団体の番号です", "Their ids are what a search needs"),
    ),
)
def registers(request: HttpRequest) -> list[dict[str, Any]]:
    return [{"id": r.id, "name": {"ja": r.name.ja, "en": r.name.en}} for r in registers_of(request.auth)]


class PeopleQuery(Shape):
    """What is known about a person; everything given must fit."""

    organisation: UUID
    name: str = Field(default="", max_length=80)
    kana: str = Field(default="", max_length=80)
    birth_date: date | None = None
    reference: str = Field(default="", max_length=40)
    coupon_number: str = Field(default="", max_length=10)
    certificate_number: str = Field(default="", max_length=32)
    offset: int = Field(default=0, ge=0, le=10_000)
    limit: int = Field(default=50, ge=1, le=200)


@router.get(
    "/certificates/people",
    auth=Door("certificates:SearchPeople"),
    response={200: Page[FoundOut], **failures(400, 401, 403, 422)},
    **about(
        "searchPeople",
        Bilingual("人を検索する", "Search the register"),
        Bilingual(
            "カナ、生年月日、宛名番号の順に並びます。200人まで見つけます。検索は監査に残ります",
            "In the order of kana, date of birth, reference; finds up to 200. The search is audited",
        ),
    ),
)
def people(request: HttpRequest, asked: Query[PeopleQuery]) -> dict[str, Any]:
    question = Question(
        name=asked.name,
        kana=asked.kana,
        birth_date=asked.birth_date,
        reference=asked.reference,
        coupon_number=asked.coupon_number,
        certificate_number=asked.certificate_number.replace(" ", "").upper(),
    )
    found = search_people(actor=request.auth, organisation_id=asked.organisation, question=question)
    return page_of(found, offset=asked.offset, limit=asked.limit)


@router.get(
    "/certificates/people/{uuid:person_id}",
    auth=Door("certificates:ViewPerson"),
    response={200: PersonOut, **failures(401, 403, 404)},
    **about(
        "viewPerson",
        Bilingual("人と接種の履歴を見る", "A person with the history"),
        Bilingual("閲覧は監査に残ります", "The view is audited"),
    ),
)
def person(request: HttpRequest, person_id: UUID) -> dict[str, Any]:
    return _person(view_person(actor=request.auth, person_id=person_id))


@router.post(
    "/certificates/people/{uuid:person_id}/doses",
    auth=Door("certificates:RecordDose"),
    response={201: RecordedOut, **failures(400, 401, 403, 404, 413, 415, 422)},
    **about(
        "recordDose",
        Bilingual("接種を記録する", "Record a dose"),
        Bilingual(
            "疑わしい値は CERT-109 で返します。正しければ confirmed を true にして送り直します",
            "What looks wrong comes back as CERT-109; if it is right, send it again with confirmed",
        ),
    ),
)
def record(request: HttpRequest, person_id: UUID, body: DoseIn) -> Status:
    event = doses.record_dose(
        actor=request.auth,
        person_id=person_id,
        request_id=body.request_id,
        dose=body.dose(),
        confirmed=body.confirmed,
        at=datetime.now(UTC),
    )
    return Status(201, {"event": event})


@router.post(
    "/certificates/people/{uuid:person_id}/doses/{uuid:event}/correct",
    auth=Door("certificates:CorrectDose"),
    response={201: RecordedOut, **failures(400, 401, 403, 404, 409, 413, 415, 422)},
    **about(
        "correctDose",
        Bilingual("接種記録を訂正する", "Correct a dose"),
        Bilingual("前の記録は履歴に残ります", "The earlier record stays in the history"),
    ),
)
def correct(request: HttpRequest, person_id: UUID, event: UUID, body: CorrectionIn) -> Status:
    written = doses.correct_dose(
        actor=request.auth,
        person_id=person_id,
        event=event,
        request_id=body.request_id,
        dose=body.dose(),
        reason=body.reason,
        confirmed=body.confirmed,
        at=datetime.now(UTC),
    )
    return Status(201, {"event": written})


@router.post(
    "/certificates/people/{uuid:person_id}/doses/{uuid:event}/void",
    auth=Door("certificates:VoidDose"),
    response={204: None, **failures(400, 401, 403, 404, 409, 413, 415, 422)},
    **about(
        "voidDose",
        Bilingual("接種記録を取り消す", "Withdraw a dose"),
        Bilingual("責任者だけができます", "For supervisors"),
    ),
)
def void(request: HttpRequest, person_id: UUID, event: UUID, body: ReasonIn) -> Status:
    doses.void_dose(
        actor=request.auth, person_id=person_id, event=event, reason=body.reason, at=datetime.now(UTC)
    )
    return Status(204, None)


class ListQuery(Shape):
    """A part of a list."""

    state: str = Field(default="", max_length=32)
    offset: int = Field(default=0, ge=0, le=10_000)
    limit: int = Field(default=50, ge=1, le=200)


@router.get(
    "/certificates/imports",
    auth=Door("certificates:ViewImports"),
    response={200: Page[ImportOut], **failures(400, 401, 403, 422)},
    **about(
        "listImports",
        Bilingual("取込みの一覧", "Imports"),
        Bilingual("新しいものから並びます。state で絞れます", "The newest first; filter by state"),
    ),
)
def imports(request: HttpRequest, asked: Query[ListQuery]) -> dict[str, Any]:
    found = [line for line in imports_of(request.auth) if asked.state in {"", line.state}]
    return page_of(found, offset=asked.offset, limit=asked.limit)


@router.get(
    "/certificates/imports/{uuid:import_id}",
    auth=Door("certificates:ViewImports"),
    response={200: ImportOut, **failures(401, 403, 404)},
    **about(
        "viewImport",
        Bilingual("取込みの状態を見る", "An import"),
        Bilingual("進み具合は job_id のジョブにあります", "Its progress is that of the job job_id"),
    ),
)
def one_import(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    try:
        view = import_view(request.auth, import_id)
    except DoseImport.DoesNotExist:
        raise AddressUnknown from None
    return {
        "id": view.id,
        "state": view.state,
        "source": view.source,
        "file_name": view.file_name,
        "uploaded_at": view.uploaded_at,
        "rows": int(view.counts.get("rows", 0)) or max(0, view.lines - 1),
        "errors": int(view.counts.get("rows_with_errors", 0)),
        "job_id": view.job_id,
    }


def _person(view: PersonView) -> dict[str, Any]:
    names = ("id", "reference", "name", "kana", "birth_date", "sex", "moved_out_on", "died_on")
    more = ("version", "coupon_number", "roman", "address")
    return {name: getattr(view, name) for name in (*names, *more)} | {
        "municipality": {"ja": view.municipality.ja, "en": view.municipality.en},
        "doses": [_dose(event) for event in view.doses],
        "events": [_dose(event) for event in view.events],
    }


def _dose(event: DoseEvent) -> dict[str, Any]:
    dose = event.dose
    return {
        "id": event.id,
        "kind": event.kind.value,
        "replaces": event.replaces,
        "vaccine": dose.product.code,
        "given_on": dose.given_on,
        "number": dose.number,
        "lot": dose.lot,
        "place": dose.place,
        "country": dose.country,
        "source": event.source,
        "reason": event.reason,
        "recorded_at": event.recorded_at,
    }
