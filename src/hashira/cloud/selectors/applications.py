"""Applications for use: in lists, and one with all that was said of it (利用申請の読み出し)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from hashira.cloud.domain.application.chain import (
    CHAINS,
    OPEN,
    ApplicationState,
    Chain,
    Step,
    Word,
    chain_for,
    remaining,
)
from hashira.cloud.domain.application.draft import ApplicationKind, Draft
from hashira.cloud.domain.application.systems import STANDARD_SYSTEMS
from hashira.cloud.domain.environment_order import TenantClass
from hashira.cloud.selectors.deputies import APPLICANT, deputy_roles, standing_in
from hashira.cloud.store.models import ApplicationAct, ApplicationSubmission, UseApplication
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Organisation
from hashira.core.accounts.selectors import display_names
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_SUBMITTED = ApplicationState.SUBMITTED.value


class ApplicationNotFound(HashiraError):
    """There is no such application, or not for whoever asks."""

    code = "CLD-162"
    what = Bilingual("利用申請がありません", "There is no such application")
    why = Bilingual("その申請は見つかりません", "That application is not known")
    remedy = Bilingual("申請の一覧から選んでください", "Choose it from the list of applications")
    status = 404


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """An application in a list."""

    id: UUID
    number: str
    use: UUID
    kind: ApplicationKind
    body_code: str
    body_name: str
    system_name: str
    system: Bilingual
    """Of one of the twenty in both languages; another as the body writes it."""
    state: ApplicationState
    step: str
    environments: int
    saved_at: datetime
    submitted_at: datetime | None
    expected_on: date | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActLine:
    """Something that was done or said; names instead of accounts."""

    kind: str
    step: str
    by: str
    on_behalf_of: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """One application, whole."""

    line: ApplicationLine
    draft: Draft
    body: Bilingual
    tenant: TenantClass
    drafter: Bilingual | None
    organisation_id: UUID
    saved_by: str
    saved_by_name: str
    writers: tuple[str, ...]
    chain: Chain
    remaining: tuple[Step, ...]
    words: tuple[Word, ...]
    acts: tuple[ActLine, ...]
    digest: str
    """Of what was handed in last."""
    place: int | None
    """Among those that wait at the same step, by the day they were handed in."""
    base: Draft | None
    """What is in use, for a change or an end."""
    latest: bool
    """Whether it is the newest approved one of its use, from which a change or an end begins."""
    resource: Resource

    @property
    def step(self) -> Step | None:
        """The step at which it waits."""
        return self.remaining[0] if self.line.state is ApplicationState.SUBMITTED else None

    @property
    def returned_words(self) -> str:
        """Why it came back last."""
        for one in reversed(self.acts):
            if one.kind in ("returned", "sent-back"):
                return one.words
        return ""


_SORTED = {
    "number": "number",
    "body_name": "body_code",
    "system_name": "system_name",
    "saved_at": "saved_at",
    "submitted_at": "submitted_at",
    "expected_on": "expected_on",
    "environments": "environments",
}


class ApplicationRows:
    """Applications as the rows of a table: the database narrows, sorts and cuts."""

    def __init__(self, rows: QuerySet[UseApplication], *, order: str) -> None:
        self.rows, self._order = rows, order

    def count(self, filters: Mapping[str, str]) -> int:
        """How many pass."""
        return self._narrowed(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: Any, start: int, stop: int | None
    ) -> Iterable[ApplicationLine]:
        """Those from ``start`` to ``stop``."""
        column = _SORTED.get(getattr(order, "key", ""), "")
        name = f"-{column}" if column and order.falling else column
        rows = self._narrowed(filters).order_by(name or self._order, "number")[start:stop]
        return map(line_of, rows.defer("content", "writers"))

    def _narrowed(self, filters: Mapping[str, str]) -> QuerySet[UseApplication]:
        rows = self.rows
        for key, text in filters.items():
            if key in ("state", "kind", "step"):
                rows = rows.filter(**{key: text})
            elif key == "body_name":
                rows = rows.filter(Q(body_name__contains=text) | Q(body_code__startswith=text))
            elif key in ("number", "system_name"):
                rows = rows.filter(**{f"{key}__contains": text})
        return rows


def own_applications(principal: Principal, today: date) -> ApplicationRows:
    """Those of the bodies for which somebody applies or stands in, and those that the own firm writes."""
    bodies = bodies_of(principal, today)
    mine = {g.organisation for g in principal.grants if g.role == APPLICANT}
    rows = UseApplication.objects.filter(Q(organisation_id__in=bodies) | Q(drafter_id__in=mine))
    return ApplicationRows(rows, order="-saved_at")


def handed_in_applications() -> ApplicationRows:
    """All that were handed in at some time, what is due first."""
    return ApplicationRows(UseApplication.objects.exclude(round=0), order="expected_on")


def waiting_applications(principal: Principal, today: date) -> ApplicationRows:
    """Those at a step that somebody could decide, what is due first."""
    roles = {g.role for g in principal.grants} | {role for role, _body in deputy_roles(principal.id, today)}
    steps = {step.key for chain in CHAINS.values() for step in chain.steps if step.role in roles}
    rows = UseApplication.objects.filter(state=_SUBMITTED, step__in=steps)
    return ApplicationRows(rows, order="expected_on")


def applications_by_state() -> Mapping[ApplicationState, int]:
    """How many stand where."""
    rows = UseApplication.objects.order_by().values_list("state").annotate(count=Count("pk"))
    counted = {ApplicationState(state): count for state, count in rows}
    return {state: counted.get(state, 0) for state in ApplicationState}


def all_applications() -> ApplicationRows:
    """Every application, for the terminal."""
    return ApplicationRows(UseApplication.objects.all(), order="-saved_at")


def bodies_of(principal: Principal, today: date) -> frozenset[str]:
    """The bodies for which somebody applies or stands in."""
    own = {g.organisation for g in principal.grants if g.role == APPLICANT}
    return frozenset(own | {body for role, body in deputy_roles(principal.id, today) if role == APPLICANT})


def own_bodies(principal: Principal) -> tuple[Organisation, ...]:
    """The rows of the bodies in which somebody is an applicant."""
    ids = {g.organisation for g in principal.grants if g.role == APPLICANT}
    return tuple(Organisation.objects.filter(pk__in=ids))


def application_view(application_id: UUID, today: date) -> ApplicationView:
    """One application; raises ``ApplicationNotFound``."""
    row = (
        UseApplication.objects.select_related("organisation", "drafter")
        .prefetch_related("acts")
        .filter(pk=application_id)
        .first()
    )
    if row is None:
        raise ApplicationNotFound
    acts = list(row.acts.all())
    names = display_names({one.by for one in acts} | {one.on_behalf_of for one in acts} | {row.saved_by})
    draft, base = Draft.read(row.content), base_of(row)
    chain = chain_of(row, draft, base)
    words = words_of(row, acts)
    newest = _approved(row.use).first()
    return ApplicationView(
        line=line_of(row),
        draft=draft,
        body=Bilingual(row.organisation.name, row.organisation.name_en),
        tenant=tenant_of(row.organisation),
        drafter=Bilingual(row.drafter.name, row.drafter.name_en) if row.drafter is not None else None,
        organisation_id=row.organisation_id,
        saved_by=row.saved_by,
        saved_by_name=names.get(row.saved_by, ""),
        writers=tuple(row.writers),
        chain=chain,
        remaining=remaining(chain, words),
        words=words,
        acts=tuple(
            ActLine(
                one.kind,
                one.step,
                names.get(one.by, ""),
                names.get(one.on_behalf_of, ""),
                one.words,
                one.at,
            )
            for one in acts
        ),
        digest=digest_of(row),
        place=_place(row),
        base=base,
        latest=newest is not None and newest.pk == row.pk and row.kind != ApplicationKind.END.value,
        resource=resource_of(row, today),
    )


def resource_of(row: UseApplication, today: date) -> Resource:
    """The application as access is asked for it."""
    role = ""
    if row.state == _SUBMITTED:
        role = next(step.role for step in CHAINS[row.chain].steps if step.key == row.step)
        deputies = tuple(standing_in(role, today))
    else:
        deputies = tuple(standing_in(APPLICANT, today, row.organisation_id))
    return application_resource(
        row.organisation_id,
        drafter=row.drafter_id,
        application_id=row.pk,
        role=role,
        handed_in=row.round > 0,
        writers=tuple(row.writers),
        deputies=deputies,
    )


def application_resource(
    organisation_id: UUID,
    *,
    drafter: UUID | None = None,
    application_id: UUID | str = "new",
    role: str = "",
    handed_in: bool = False,
    writers: tuple[str, ...] = (),
    deputies: tuple[str, ...] = (),
) -> Resource:
    """An application, or one about to be begun."""
    return Resource(
        "Cloud::Application",
        str(application_id),
        str(organisation_id),
        {
            "drafter": str(drafter or ""),
            "role": role,
            "handed_in": handed_in,
            "writers": writers,
            "deputies": deputies,
        },
    )


def chain_of(row: UseApplication, draft: Draft, base: Draft | None) -> Chain:
    """The chain it is on; before it is handed in, the one it would take."""
    if row.chain and row.state not in ("draft", "confirming", "returned"):
        return CHAINS[row.chain]
    return chain_for(ApplicationKind(row.kind), draft, base)


def words_of(row: UseApplication, acts: Iterable[ApplicationAct] | None = None) -> tuple[Word, ...]:
    """The approvals of the round that goes on."""
    said = row.acts.all() if acts is None else acts
    return tuple(
        Word(one.step, one.by, one.on_behalf_of)
        for one in said
        if one.kind == ApplicationAct.Kind.APPROVED and one.round == row.round
    )


def base_of(row: UseApplication) -> Draft | None:
    """What is in use under the same use, before this application."""
    if row.kind == ApplicationKind.NEW.value:
        return None
    found = _approved(row.use).filter(number__lt=row.number).first()
    return Draft.read(found.content) if found is not None else None


def in_use(use: UUID) -> UseApplication | None:
    """The newest approved application of a use that has not ended."""
    found = _approved(use).first()
    return None if found is None or found.kind == ApplicationKind.END.value else found


def duplicates_of(row: UseApplication) -> tuple[str, ...]:
    """Other uses and open applications of the same body for the same system, as people name them."""
    if not row.system_code:
        return ()
    others = UseApplication.objects.filter(body_code=row.body_code, system_code=row.system_code).exclude(
        use=row.use
    )
    open_ = others.filter(kind=ApplicationKind.NEW.value, round__gt=0, state__in=[s.value for s in OPEN])
    found = [f"{one.number} {one.system_name}" for one in open_]
    approved = others.filter(state=ApplicationState.APPROVED.value).order_by("number")
    newest = {one.use: one for one in approved.defer("content")}
    found += [
        f"{one.number} {one.system_name}" for one in newest.values() if one.kind != ApplicationKind.END.value
    ]
    return tuple(sorted(found))


def digest_of(row: UseApplication) -> str:
    """The digest of what was handed in last, or nothing."""
    found = ApplicationSubmission.objects.filter(application=row, round=row.round)
    return found.values_list("digest", flat=True).first() or ""


def tenant_of(body: Organisation) -> TenantClass:
    """Whose systems lie together: local governments, and everybody of the State."""
    return TenantClass.LOCAL if body.kind == Organisation.Kind.MUNICIPALITY else TenantClass.NATIONAL


def line_of(row: UseApplication) -> ApplicationLine:
    """The row as a line of a list."""
    return ApplicationLine(
        row.pk,
        row.number,
        row.use,
        ApplicationKind(row.kind),
        row.body_code,
        row.body_name,
        row.system_name,
        STANDARD_SYSTEMS.get(row.system_code, Bilingual(row.system_name, row.system_name)),
        ApplicationState(row.state),
        row.step,
        row.environments,
        row.saved_at,
        row.submitted_at,
        row.expected_on,
        row.decided_at,
    )


def _approved(use: UUID) -> QuerySet[UseApplication]:
    """Newest first: a use has one open application at a time, so numbers rise as decisions follow."""
    return UseApplication.objects.filter(use=use, state=ApplicationState.APPROVED.value).order_by("-number")


def _place(row: UseApplication) -> int | None:
    if row.state != _SUBMITTED:
        return None
    before = UseApplication.objects.filter(state=_SUBMITTED, step=row.step, submitted_at__lt=row.submitted_at)
    return before.count() + 1
