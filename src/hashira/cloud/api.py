"""The JSON API of the Government Cloud: what is public, for machines (ガバメントクラウドのAPI)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from hashira.cloud.selectors.application_documents import (
    application_document,
    application_line_document,
)
from hashira.cloud.selectors.application_facts import findings_of
from hashira.cloud.selectors.applications import (
    ApplicationNotFound,
    ApplicationRows,
    application_view,
    handed_in_applications,
    own_applications,
)
from hashira.cloud.selectors.catalogues import catalogue_line, catalogue_lines, requirement_lines
from hashira.cloud.selectors.environment_documents import environment_document, environment_line_document
from hashira.cloud.selectors.environments import (
    EnvironmentNotFound,
    EnvironmentRows,
    environment,
    environments_of_application,
    seen_by,
)
from hashira.cloud.selectors.service_documents import (
    catalogue_document,
    line_document,
    requirement_document,
    service_document,
)
from hashira.cloud.selectors.services import service_lines, service_view
from hashira.core import access
from hashira.core.access import Principal
from hashira.core.api.door import Door, Open, PerAddress
from hashira.core.api.operation import Page, Shape, about, failures, page_of
from hashira.core.api.scope import Scope, declare
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.language import Bilingual

router = Router(tags=["cloud"])
declare(
    Scope(
        "applications.read",
        Bilingual("利用申請の閲覧", "Read applications for use"),
        frozenset({"cloud:ViewApplication"}),
    )
)
_WHY = "the selection of services is public"
_Words = dict[str, str]


class CatalogueOut(Schema):
    """A published version of a catalogue."""

    id: UUID
    kind: str
    fiscal_year: int
    version: int
    title: _Words
    requirements: int
    mandatory: int
    published_at: datetime | None
    digest: str


class RequirementOut(Schema):
    """One requirement."""

    id: str
    category: _Words
    mandatory: bool
    text: _Words
    verified_by: _Words


class IsmapOut(Schema):
    """A registration with ISMAP."""

    list: str
    number: str
    registered_on: date
    expires_on: date


class ServiceLineOut(Schema):
    """A decided service; ``standing`` is selected, conditional, rejected or lapsed."""

    id: UUID
    service: _Words
    providers: list[_Words]
    kind: str
    fiscal_year: int
    round: _Words
    catalogue: UUID
    standing: str
    outcome: str
    until: date | None
    decided_on: date
    ismap: IsmapOut | None
    conditions: int
    conditions_met: int


class ServiceOut(ServiceLineOut):
    """A service with its reasons, findings, conditions and the months since."""

    description: _Words
    reasons: list[dict[str, Any]]
    counts: dict[str, dict[str, int]]
    findings: list[dict[str, Any]]
    condition_progress: list[dict[str, Any]]
    months: list[dict[str, Any]]
    history: list[dict[str, Any]]


class Part(Shape):
    """Which part of a list."""

    offset: int = Field(default=0, ge=0, le=10_000)
    limit: int = Field(default=100, ge=1, le=500)


class ServicesPart(Part):
    """Which services."""

    standing: Literal["selected", "conditional", "rejected", "lapsed"] | None = None


@router.get(
    "/cloud/catalogues",
    auth=Open(_WHY),
    throttle=[PerAddress("120/m", "cloud")],
    response={200: Page[CatalogueOut], **failures(422, 429)},
    **about(
        "listCatalogues",
        Bilingual("要件の一覧の版", "Versions of catalogues"),
        Bilingual("公開された版を、種類ごとに新しい順で", "Published versions, newest first by kind"),
    ),
)
def catalogues(request: HttpRequest, asked: Query[Part]) -> dict[str, Any]:
    found = [catalogue_document(one) for one in catalogue_lines()]
    return page_of(found, offset=asked.offset, limit=asked.limit)


@router.get(
    "/cloud/catalogues/{catalogue_id}/requirements",
    auth=Open(_WHY),
    throttle=[PerAddress("120/m", "cloud")],
    response={200: Page[RequirementOut], **failures(404, 422, 429)},
    **about(
        "listRequirements",
        Bilingual("要件", "Requirements"),
        Bilingual("一つの版の要件を、その順で", "Those of one version, in their order"),
    ),
)
def requirements(request: HttpRequest, catalogue_id: UUID, asked: Query[Part]) -> dict[str, Any]:
    catalogue_line(catalogue_id)
    found = [requirement_document(one) for one in requirement_lines(catalogue_id)]
    return page_of(found, offset=asked.offset, limit=asked.limit)


@router.get(
    "/cloud/services",
    auth=Open(_WHY),
    throttle=[PerAddress("120/m", "cloud")],
    response={200: Page[ServiceLineOut], **failures(422, 429)},
    **about(
        "listServices",
        Bilingual("選定したクラウドサービス", "Decided cloud services"),
        Bilingual("決定の新しい順。選定の状態で絞れます", "The last decision first; filtered by standing"),
    ),
)
def services(request: HttpRequest, asked: Query[ServicesPart]) -> dict[str, Any]:
    found = [
        line_document(one)
        for one in service_lines()
        if asked.standing is None or one.standing.value == asked.standing
    ]
    return page_of(found, offset=asked.offset, limit=asked.limit)


@router.get(
    "/cloud/services/{service_id}",
    auth=Open(_WHY),
    throttle=[PerAddress("120/m", "cloud")],
    response={200: ServiceOut, **failures(404, 422, 429)},
    **about(
        "readService",
        Bilingual("一つのサービス", "One service"),
        Bilingual(
            "判定の理由、要件ごとの評価、条件の毎月の進み具合",
            "Reasons of the verdict, every finding, the monthly progress of conditions",
        ),
    ),
)
def service(request: HttpRequest, service_id: UUID) -> dict[str, Any]:
    return service_document(service_view(service_id, today_in_japan(FixedClock(datetime.now(UTC)))))


class EnvironmentLineOut(Schema):
    """An environment; ``sandbox`` says that it lies on a cloud to practise on."""

    id: UUID
    application: UUID | None
    engine: str
    sandbox: bool
    body_code: str
    body: str
    tenant_class: str = Field(alias="class")
    system_code: str
    system: str
    stage: str
    region: str
    state: str
    account: str
    requested_at: datetime
    vended_at: datetime | None
    verified_at: datetime | None
    closes_on: date | None


class EnvironmentOut(EnvironmentLineOut):
    """An environment with its steps and what was read back of each."""

    problem: dict[str, Any] | None
    steps: list[dict[str, Any]]


class EnvironmentsPart(Part):
    """Which environments."""

    state: str | None = Field(default=None, max_length=16)
    body_code: str | None = Field(default=None, max_length=16)


@router.get(
    "/cloud/environments",
    auth=Door("cloud:ViewEnvironment"),
    by_alias=True,
    response={200: Page[EnvironmentLineOut], **failures(401, 403, 422)},
    **about(
        "listEnvironments",
        Bilingual("環境の一覧", "Environments"),
        Bilingual(
            "自分の団体の環境を新しい順に。クラウド運用者には全団体のもの",
            "Those of one's own bodies, the newest first; of all for the operator of the cloud",
        ),
    ),
)
def environments(request: HttpRequest, asked: Query[EnvironmentsPart]) -> dict[str, Any]:
    principal = request.auth  # type: ignore[attr-defined]  # what the door returned
    rows = EnvironmentRows(seen_by(principal))
    filters = {"state": asked.state or "", "body_name": asked.body_code or ""}
    chosen = {key: text for key, text in filters.items() if text}
    total, after = rows.count(chosen), asked.offset + asked.limit
    return {
        "items": [environment_line_document(one) for one in rows.slice(chosen, None, asked.offset, after)],
        "total": total,
        "next": after if after < total else None,
    }


@router.get(
    "/cloud/environments/{environment_id}",
    auth=Door("cloud:ViewEnvironment"),
    by_alias=True,
    response={200: EnvironmentOut, **failures(401, 403, 404)},
    **about(
        "readEnvironment",
        Bilingual("一つの環境", "One environment"),
        Bilingual("手順ごとに、クラウドから読み戻した値", "Step by step, what was read back from the cloud"),
    ),
)
def environment_of(request: HttpRequest, environment_id: UUID) -> dict[str, Any]:
    principal = request.auth  # type: ignore[attr-defined]  # what the door returned
    view = environment(environment_id)
    if not access.may(principal, "cloud:ViewEnvironment", view.line.resource):
        raise EnvironmentNotFound
    return environment_document(view)


class ApplicationLineOut(Schema):
    """An application for use in a list; ``expected_on`` counts while it is being decided on."""

    id: UUID
    number: str
    use: UUID
    kind: str
    kind_name: _Words
    body_code: str
    body_name: str
    system_name: str
    state: str
    state_name: _Words
    step: str
    environments: int
    saved_at: datetime
    submitted_at: datetime | None
    expected_on: date | None
    decided_at: datetime | None


class ApplicationOut(ApplicationLineOut):
    """One application: content, steps, pre-flight, history, environments ordered."""

    body: _Words
    drafted_by: _Words | None
    content: dict[str, Any]
    digest: str
    place: int | None
    chain: str
    steps: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    history: list[dict[str, Any]]
    ordered: list[dict[str, Any]]


class ApplicationsPart(Part):
    """Which applications."""

    state: (
        Literal["draft", "confirming", "submitted", "returned", "approved", "refused", "withdrawn"] | None
    ) = None
    kind: Literal["new", "change", "end"] | None = None
    body: str | None = Field(default=None, max_length=40)


@router.get(
    "/cloud/applications",
    auth=Door("cloud:ViewApplication"),
    response={200: Page[ApplicationLineOut], **failures(401, 403, 422)},
    **about(
        "listApplications",
        Bilingual("利用申請", "Applications for use"),
        Bilingual(
            "自分の団体の申請。審査する役割の人には、提出されたすべての申請",
            "Those of the own bodies; for those who decide all that were handed in",
        ),
    ),
)
def applications(request: HttpRequest, asked: Query[ApplicationsPart]) -> dict[str, Any]:
    rows = _applications_of(request.auth)  # type: ignore[attr-defined]  # what the door let in
    named = {"state": asked.state, "kind": asked.kind, "body_name": asked.body}
    filters = {key: text for key, text in named.items() if text}
    total, after = rows.count(filters), asked.offset + asked.limit
    return {
        "items": [application_line_document(one) for one in rows.slice(filters, None, asked.offset, after)],
        "total": total,
        "next": after if after < total else None,
    }


@router.get(
    "/cloud/applications/{application_id}",
    auth=Door("cloud:ViewApplication"),
    response={200: ApplicationOut, **failures(401, 403, 404, 422)},
    **about(
        "readApplication",
        Bilingual("一つの利用申請", "One application for use"),
        Bilingual(
            "内容、段階、順番、見込みの日、事前確認、指図した環境",
            "Content, steps, place, expected day, pre-flight and environments ordered",
        ),
    ),
)
def application(request: HttpRequest, application_id: UUID) -> dict[str, Any]:
    day = today_in_japan(FixedClock(datetime.now(UTC)))
    view = application_view(application_id, day)
    # The door of the API has set ``auth``.
    if not access.may(request.auth, "cloud:ViewApplication", view.resource):  # type: ignore[attr-defined]
        raise ApplicationNotFound
    return application_document(
        view, findings_of(application_id, day), environments_of_application(application_id)
    )


def _applications_of(principal: Principal) -> ApplicationRows:
    if any(grant.role in ("cloud_operator", "cloud_assessor") for grant in principal.grants):
        return handed_in_applications()
    return own_applications(principal, today_in_japan(FixedClock(datetime.now(UTC))))
