"""Calls for those who migrate first, as the public, the bodies and the scorers see them (先行事業)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from hashira.cloud.domain.selection.catalogue import readable
from hashira.cloud.domain.selection.early_round import Criterion, points_of, rank
from hashira.cloud.store.models import EarlyApplication, EarlyCall
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Organisation
from hashira.core.accounts.selectors import display_names
from hashira.kernel.canonical_json import JSON, canonical_json
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

APPLICANT = "cloud_applicant"
_SUBMITTED = EarlyApplication.State.SUBMITTED


class CallNotFound(HashiraError):
    """There is no such call or application."""

    code = "CLD-136"
    what = Bilingual("先行事業の公募がありません", "There is no such call")
    why = Bilingual("その公募または応募は見つかりません", "That call or application is not known")
    remedy = Bilingual("一覧から選び直してください", "Choose it from the list again")
    status = 404


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One application in the published result."""

    body: Bilingual
    systems: tuple[str, ...]
    service: str
    points: Decimal
    place: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """The points of one scorer."""

    scorer: str
    name: str
    points: Mapping[str, int]
    total: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application; ``scores`` of others are hidden until one has scored oneself."""

    id: UUID
    call_id: UUID
    organisation_id: UUID
    body: Bilingual
    systems: tuple[str, ...]
    plan: str
    service: str
    state: str
    submitted_at: datetime | None
    scores: tuple[ScoreLine, ...]

    @property
    def resource(self) -> Resource:
        return application_resource(self.organisation_id, self.id)


@dataclass(frozen=True, slots=True)
class CallView:
    """A call; ``state`` is ``soon``, ``open``, ``scoring`` or ``decided``."""

    id: UUID
    title: Bilingual
    description: Bilingual
    criteria: tuple[Criterion, ...]
    places: int
    least_points: int
    opens_on: date
    closes_on: date
    state: str
    applications: int
    proposed_by: str
    proposed_at: datetime | None
    confirmed_at: datetime | None
    result: tuple[ResultLine, ...]
    members: tuple[str, ...]

    @property
    def resource(self) -> Resource:
        attributes = {"members": self.members, "proposed_by": self.proposed_by}
        return Resource("Cloud::EarlyCall", str(self.id), None, attributes)


def application_resource(organisation_id: UUID, application_id: UUID | str = "new") -> Resource:
    """An application as access is asked for it."""
    attributes = {"members": (str(organisation_id),), "proposed_by": ""}
    return Resource("Cloud::EarlyApplication", str(application_id), str(organisation_id), attributes)


def criteria_of(row: EarlyCall) -> tuple[Criterion, ...]:
    """The criteria of a call as values."""
    return tuple(Criterion(c["id"], Bilingual(c["ja"], c["en"]), c["weight"]) for c in row.criteria)


def call_views(today: date) -> tuple[CallView, ...]:
    """All calls, the one that ends last first."""
    return tuple(_call(row, today) for row in EarlyCall.objects.prefetch_related("applications"))


def call_view(call_id: UUID, today: date) -> CallView:
    """One call; raises ``CallNotFound``."""
    row = EarlyCall.objects.prefetch_related("applications").filter(pk=call_id).first()
    if row is None:
        raise CallNotFound
    return _call(row, today)


def applications_of(call_id: UUID, scorer: str = "") -> tuple[ApplicationView, ...]:
    """What was handed in; a scorer sees the scores of others once there is one of the own."""
    rows = EarlyApplication.objects.filter(call_id=call_id, state=_SUBMITTED).select_related("organisation")
    found = list(rows.prefetch_related("scores"))
    if not found:
        return ()
    criteria = criteria_of(EarlyCall.objects.only("criteria").get(pk=call_id))
    names = display_names({score.scorer for row in found for score in row.scores.all()})
    return tuple(_application(row, scorer, criteria, names) for row in found)


def application_view(application_id: UUID, scorer: str = "") -> ApplicationView:
    """One application; raises ``CallNotFound``."""
    rows = EarlyApplication.objects.select_related("organisation", "call").prefetch_related("scores")
    row = rows.filter(pk=application_id).first()
    if row is None:
        raise CallNotFound
    names = display_names({score.scorer for score in row.scores.all()})
    return _application(row, scorer, criteria_of(row.call), names)


def own_application(call_id: UUID, organisation_id: UUID) -> ApplicationView | None:
    """The application of a body to a call, if it has begun one."""
    row = EarlyApplication.objects.filter(call_id=call_id, organisation_id=organisation_id).first()
    return None if row is None else application_view(row.pk)


def own_applicants(actor: Principal) -> tuple[tuple[UUID, Bilingual], ...]:
    """The bodies for which the actor can apply."""
    bodies = [g.organisation for g in actor.grants if g.role == APPLICANT]
    rows = Organisation.objects.filter(pk__in=bodies)
    return tuple((row.pk, Bilingual(row.name, row.name_en)) for row in rows)


def computed_result(row: EarlyCall) -> tuple[list[dict[str, JSON]], str]:
    """The ranking as it is published, and the digest of what it follows from.

    Raises ``EarlyRoundRefused`` where an application has too few scorers.
    """
    criteria = criteria_of(row)
    applications = list(
        row.applications.filter(state=_SUBMITTED).select_related("organisation").prefetch_related("scores")
    )
    scores: dict[str, Sequence[Mapping[str, int]]] = {
        str(one.pk): [score.points for score in one.scores.all()] for one in applications
    }
    ranked = rank(criteria, scores, places=row.places, least=Decimal(row.least_points))
    by_id = {str(one.pk): one for one in applications}
    result: list[dict[str, JSON]] = [
        {
            "ja": by_id[one.application].organisation.name,
            "en": by_id[one.application].organisation.name_en,
            "systems": _lines(by_id[one.application].systems),
            "service": by_id[one.application].service,
            "points": str(one.points),
            "place": one.place,
            "chosen": one.chosen,
        }
        for one in ranked
    ]
    return result, sha256(canonical_json(list(result))).hexdigest()


def _call(row: EarlyCall, today: date) -> CallView:
    handed_in = [one for one in row.applications.all() if one.state == _SUBMITTED]
    if row.confirmed_at is not None:
        state = "decided"
    elif today < row.opens_on:
        state = "soon"
    else:
        state = "open" if today <= row.closes_on else "scoring"
    published = row.result if row.confirmed_at is not None else []
    return CallView(
        row.pk,
        readable(Bilingual(row.title, row.title_en)),
        readable(Bilingual(row.description, row.description_en)),
        criteria_of(row),
        row.places,
        row.least_points,
        row.opens_on,
        row.closes_on,
        state,
        len(handed_in),
        row.proposed_by,
        row.proposed_at,
        row.confirmed_at,
        tuple(_result(one) for one in published or []),
        tuple(sorted(str(one.organisation_id) for one in handed_in)),
    )


def _result(one: Mapping[str, object]) -> ResultLine:
    systems = one["systems"]
    assert isinstance(systems, list)
    return ResultLine(
        Bilingual(str(one["ja"]), str(one["en"])),
        tuple(systems),
        str(one["service"]),
        Decimal(str(one["points"])),
        int(str(one["place"])),
        bool(one["chosen"]),
    )


def _application(
    row: EarlyApplication, scorer: str, criteria: tuple[Criterion, ...], names: Mapping[str, str]
) -> ApplicationView:
    given = list(row.scores.all())
    shown = given if any(one.scorer == scorer for one in given) else []
    return ApplicationView(
        row.pk,
        row.call_id,
        row.organisation_id,
        Bilingual(row.organisation.name, row.organisation.name_en),
        tuple(_lines(row.systems)),
        row.plan,
        row.service,
        row.state,
        row.submitted_at,
        tuple(
            ScoreLine(
                one.scorer, names.get(one.scorer, ""), one.points, points_of(criteria, one.points), one.reason
            )
            for one in shown
        ),
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
