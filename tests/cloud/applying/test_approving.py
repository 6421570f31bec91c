"""An application from the first page to ordered environments, and everybody who must not decide on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.cloud.applying.world import NOW, TERMS, TODAY, World, environment, person, role, whole
from tests.cloud.selection.bodies import body

from hashira.cloud.domain.application.chain import ApplicationState, NotYourTurn
from hashira.cloud.domain.application.draft import ApplicationKind, Draft
from hashira.cloud.domain.application.parts import DataEnd, EndingPart, ExceptionPart
from hashira.cloud.domain.application.refusal import ApplicationRefused
from hashira.cloud.domain.environment_order import CloudRole, Stage
from hashira.cloud.selectors.application_facts import findings_of
from hashira.cloud.selectors.applications import (
    application_view,
    handed_in_applications,
    own_applications,
    waiting_applications,
)
from hashira.cloud.selectors.environments import environments_of_application
from hashira.cloud.services import applications, approvals, deputies, endings
from hashira.cloud.services.applications import ApplicationClosed, ApplicationIncomplete
from hashira.cloud.services.approvals import ApprovalBlocked
from hashira.cloud.services.vending_terms import set_terms
from hashira.cloud.store.models import (
    ApplicationAct,
    ApplicationSubmission,
    Environment,
    HeldRange,
    UseApplication,
)
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import RoleAssignment
from hashira.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def state(application: UUID) -> str:
    return UseApplication.objects.values_list("state", flat=True).get(pk=application)


def test_a_town_applies_two_approve_and_both_environments_are_ordered(world: World) -> None:
    made = world.submitted()
    view = application_view(made, TODAY)
    assert (view.step.key if view.step else "", view.place) == ("review", 1)
    assert view.line.expected_on == date(2026, 6, 11)  # 1 June is a Monday: five and three business days
    assert not Environment.objects.exists()
    assert not world.approve(made, world.first)
    assert application_view(made, TODAY).line.step == "approval"
    assert not Environment.objects.exists()
    assert world.approve(made, world.second)
    assert state(made) == ApplicationState.APPROVED
    lines = environments_of_application(made)
    assert {one.stage for one in lines} == {Stage.PRODUCTION, Stage.VERIFICATION}
    order = Environment.objects.get(stage="production").order
    assert (order["body_code"], order["engine"], order["region"]) == ("131016", "aws", "ap-northeast-1")
    assert (order["monthly_budget_yen"], order["address_ranges"]) == ("300000", ["10.1.1.0/25"])
    assert [one.kind for one in application_view(made, TODAY).acts] == [
        "begun",
        "asked",
        "submitted",
        "approved",
        "approved",
        "ordered",
    ]
    told = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"cloud:StartApplication", "cloud:ConfirmApplication", "cloud:DecideApplication"} <= told


def test_whoever_wrote_last_does_not_confirm_and_no_vendor_confirms(world: World) -> None:
    made = world.begun()
    applications.ask_confirmation(actor=world.writer, application_id=made, at=NOW)
    with pytest.raises(NotYourTurn):
        applications.submit_application(actor=world.writer, application_id=made, at=NOW)
    assert state(made) == ApplicationState.CONFIRMING
    drafted = world.begun(
        replace(whole(world.service, third=2), system=replace(whole("").system, code="koseki")),  # type: ignore[type-var]
        by=world.vendor,
        drafter_id=world.selection.vendor_body.pk,
    )
    applications.ask_confirmation(actor=world.vendor, application_id=drafted, at=NOW)
    with pytest.raises(AccessDenied):
        applications.submit_application(actor=world.vendor, application_id=drafted, at=NOW)
    assert applications.submit_application(actor=world.writer, application_id=drafted, at=NOW) == 1
    with pytest.raises(ApplicationClosed):  # what the body has handed in is the body's
        applications.withdraw_application(actor=world.vendor, application_id=drafted, words="", at=NOW)


def test_a_vendor_that_is_not_asked_sees_and_writes_nothing(world: World) -> None:
    made = world.begun()
    other = person("cloud_applicant", world.selection.partner_body)
    with pytest.raises(AccessDenied):
        world.written(made, lambda draft: replace(draft, contact=None), by=other)
    assert not list(own_applications(other, TODAY).slice({}, None, 0, 10))
    neighbour = body("municipality", "隣町", "472018")
    someone = person("cloud_applicant", neighbour)
    with pytest.raises(ApplicationRefused):  # a town writes for itself and for no other town
        applications.start_application(actor=someone, body_code="131016", drafter_id=neighbour.pk, at=NOW)


def test_nobody_decides_on_what_they_wrote_nor_twice(world: World) -> None:
    made = world.submitted()
    with pytest.raises(NotYourTurn):
        world.approve(made, world.confirmer)
    both = replace(world.writer, grants=(*world.writer.grants, *world.first.grants))
    with pytest.raises(NotYourTurn):
        world.approve(made, both)
    colleague = person("cloud_applicant", world.town)
    of_two_bodies = replace(colleague, grants=(*colleague.grants, *world.first.grants))
    with pytest.raises(AccessDenied):
        world.approve(made, of_two_bodies)
    narrowed = replace(world.first, restricted=True)
    with pytest.raises(AccessDenied):
        world.approve(made, narrowed)
    world.approve(made, world.first)
    with pytest.raises(NotYourTurn):
        world.approve(made, world.first)
    assert state(made) == ApplicationState.SUBMITTED
    assert not Environment.objects.exists()


def test_the_database_keeps_four_eyes_and_what_was_said(world: World) -> None:
    made = world.submitted()
    world.approve(made, world.first)
    said = ApplicationAct.objects.get(kind="approved")
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationAct.objects.create(
            application_id=made, kind="approved", round=1, step="approval", by=said.by, at=NOW
        )
    for rows in (ApplicationAct.objects.all(), ApplicationSubmission.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(round=9)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete("default")


def test_an_operator_named_deputy_speaks_for_the_absent_one_and_no_more(world: World) -> None:
    colleague = person("auditor", world.operator_body, "代理の人")
    made = world.submitted()
    with pytest.raises(AccessDenied):
        world.approve(made, colleague)
    post = {
        "organisation_id": world.operator_body.pk,
        "role": "cloud_operator",
        "absent_id": UUID(world.second.id),
    }
    named = deputies.name_deputy(
        actor=world.second,
        **post,  # type: ignore[arg-type]
        deputy_id=UUID(colleague.id),
        valid_from=TODAY,
        valid_until=TODAY + timedelta(days=7),
        reason="休暇",
        at=NOW,
    )
    assert len(list(waiting_applications(colleague, TODAY).slice({}, None, 0, 9))) == 1
    assert not world.approve(made, colleague)
    assert application_view(made, TODAY).acts[-1].on_behalf_of == "二人目"
    with pytest.raises(NotYourTurn):  # the absent one has spoken by way of the deputy
        world.approve(made, world.second)
    deputies.end_deputy(actor=world.second, deputy_id=named, at=NOW)
    assert world.approve(made, world.first)


def test_a_deputy_of_the_town_confirms_within_the_period_alone(world: World) -> None:
    colleague = person("auditor", world.town, "財政課の人")
    made = world.begun()
    applications.ask_confirmation(actor=world.writer, application_id=made, at=NOW)
    deputies.name_deputy(
        actor=world.confirmer,
        organisation_id=world.town.pk,
        role="cloud_applicant",
        absent_id=UUID(world.confirmer.id),
        deputy_id=UUID(colleague.id),
        valid_from=TODAY + timedelta(days=1),
        valid_until=TODAY + timedelta(days=3),
        reason="研修",
        at=NOW,
    )
    for day in (0, 4):
        with pytest.raises(AccessDenied):
            applications.submit_application(
                actor=colleague, application_id=made, at=NOW + timedelta(days=day)
            )
    RoleAssignment.objects.filter(account_id=colleague.id).update(valid_until=NOW + timedelta(days=1))
    with pytest.raises(AccessDenied):  # whoever has left the body stands in for nobody
        applications.submit_application(actor=colleague, application_id=made, at=NOW + timedelta(days=3))
    RoleAssignment.objects.filter(account_id=colleague.id).update(valid_until=None)
    assert applications.submit_application(actor=colleague, application_id=made, at=NOW + timedelta(days=3))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"valid_from": TODAY - timedelta(days=1)}, "valid_until"),
        ({"valid_until": TODAY + timedelta(days=400)}, "valid_until"),
        ({"deputy_id": "absent"}, "deputy"),
        ({"deputy_id": "stranger"}, "deputy"),
        ({"role": "municipal_clerk"}, "post"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_deputy_that_cannot_be_is_refused(world: World, change: dict[str, object], field: str) -> None:
    administrator = person("administrator", world.town)
    people = {"absent": UUID(world.confirmer.id), "stranger": UUID(world.vendor.id)}
    asked: dict[str, object] = {
        "organisation_id": world.town.pk,
        "role": "cloud_applicant",
        "absent_id": people["absent"],
        "deputy_id": UUID(administrator.id),
        "valid_from": TODAY,
        "valid_until": TODAY + timedelta(days=3),
        "reason": "研修",
    }
    asked |= {
        key: people.get(value, value) if isinstance(value, str) else value for key, value in change.items()
    }
    with pytest.raises(ApplicationRefused) as refused:
        deputies.name_deputy(actor=administrator, at=NOW, **asked)  # type: ignore[arg-type]
    assert refused.value.details["field"] == field
    with pytest.raises(AccessDenied):  # nobody sends another one away
        deputies.name_deputy(actor=world.writer, at=NOW, **asked)  # type: ignore[arg-type]


def test_what_came_back_is_corrected_and_goes_through_all_steps_again(world: World) -> None:
    made = world.submitted()
    world.approve(made, world.first)
    read = application_view(made, TODAY).digest
    with pytest.raises(ApplicationRefused):
        approvals.return_application(actor=world.second, application_id=made, words=" ", at=NOW)
    approvals.return_application(actor=world.second, application_id=made, words="理由が足りません", at=NOW)
    view = application_view(made, TODAY)
    assert (view.line.state, view.returned_words) == (ApplicationState.RETURNED, "理由が足りません")
    world.written(made, lambda draft: replace(draft, provider=replace(draft.provider, reasons="費用と実績")))  # type: ignore[type-var]
    world.hand_in(made)
    with pytest.raises(ApplicationClosed):  # not approved unread
        approvals.approve_application(actor=world.second, application_id=made, digest=read, at=NOW)
    assert not world.approve(made, world.second)
    assert world.approve(made, world.first)
    assert ApplicationSubmission.objects.filter(application_id=made).count() == 2


def test_a_refusal_gives_reasons_and_frees_the_addresses(world: World) -> None:
    made = world.submitted()
    assert HeldRange.objects.count() == 2
    approvals.refuse_application(actor=world.first, application_id=made, words="対象外のシステムです", at=NOW)
    assert (state(made), HeldRange.objects.count()) == (ApplicationState.REFUSED, 0)
    with pytest.raises(ApplicationClosed):
        world.approve(made, world.second)
    assert world.submitted() != made


def test_withdrawn_addresses_are_free_and_the_application_is_over(world: World) -> None:
    made = world.submitted()
    applications.withdraw_application(actor=world.writer, application_id=made, words="", at=NOW)
    assert not HeldRange.objects.exists()
    with pytest.raises(ApplicationClosed):
        world.written(made, lambda draft: draft)
    with pytest.raises(ApplicationClosed):
        world.approve(made, world.first)


def codes(application: UUID) -> dict[str, str]:
    return {one.code: one.level.value for one in findings_of(application, TODAY)}


def test_an_overlapping_range_is_told_with_its_holder_and_hands_nothing_in(world: World) -> None:
    first = world.submitted()
    draft = replace(
        whole(world.service),
        system=replace(whole("").system, code="koseki", name="戸籍"),  # type: ignore[type-var]
        environments=(environment(Stage.PRODUCTION, "10.1.0.0/22"),),
    )
    made = world.begun(draft)
    (met, other) = [one for one in findings_of(made, TODAY) if one.code == "overlap"]
    assert application_view(first, TODAY).line.number in met.words.ja
    assert "見本町" not in met.words.ja
    assert other.level == "blocks"
    with pytest.raises(ApplicationIncomplete):
        applications.ask_confirmation(actor=world.writer, application_id=made, at=NOW)
    assert state(made) == ApplicationState.DRAFT
    assert HeldRange.objects.count() == 2


def test_an_expired_role_a_short_one_and_a_missing_one(world: World) -> None:
    early = role(CloudRole.TECHNICAL_LEAD, TODAY + timedelta(days=3), "早く 終わる")
    short = role(CloudRole.RESPONSIBLE_OFFICER, date(2026, 10, 31))
    made = world.begun(replace(whole(world.service), roles=(early, short)))
    assert codes(made)["role-expired"] == "blocks"
    assert codes(made)["role-short"] == "warns"
    world.written(made, lambda draft: replace(draft, roles=(short,)))
    assert codes(made)["missing"] == "blocks"


def test_the_quota_blocks_approval_and_not_handing_in_and_the_operator_raises_it(world: World) -> None:
    set_terms(actor=world.first, service_id=world.service, terms=replace(TERMS, account_quota=1), at=NOW)
    made = world.submitted()
    with pytest.raises(ApprovalBlocked) as blocked:
        world.approve(made, world.first)
    assert "枠" in str(blocked.value)
    assert not ApplicationAct.objects.filter(kind="approved").exists()
    set_terms(actor=world.first, service_id=world.service, terms=TERMS, at=NOW)
    assert not world.approve(made, world.first)


def test_those_who_came_first_have_the_last_of_the_quota(world: World) -> None:
    set_terms(actor=world.first, service_id=world.service, terms=replace(TERMS, account_quota=2), at=NOW)
    first = world.submitted()
    second = world.begun(
        replace(whole(world.service, third=2), system=replace(whole("").system, code="koseki", name="戸籍"))  # type: ignore[type-var]
    )
    applications.ask_confirmation(actor=world.writer, application_id=second, at=NOW)
    later = NOW + timedelta(minutes=1)
    applications.submit_application(actor=world.confirmer, application_id=second, at=later)
    assert "quota" not in codes(first)
    assert codes(second)["quota"] == "blocks"
    assert application_view(second, TODAY).place == 2


def test_the_baseline_is_told_and_a_budget_below_it_blocks(world: World) -> None:
    made = world.begun()
    assert codes(made)["baseline"] == "informs"
    small = tuple(replace(one, monthly_budget_yen=Decimal(10_000)) for one in whole("").environments)
    world.written(made, lambda draft: replace(draft, environments=small))
    assert codes(made)["baseline-exceeds-budget"] == "blocks"
    tight = tuple(replace(one, monthly_budget_yen=Decimal(180_000)) for one in small)
    world.written(made, lambda draft: replace(draft, environments=tight))
    assert codes(made)["exchange-rate"] == "warns"
    short = tuple(replace(one, monthly_budget_yen=Decimal(170_000)) for one in small)
    world.written(made, lambda draft: replace(draft, environments=short))
    assert codes(made)["forecast-exceeds-budget"] == "blocks"  # 1,000 × 150 × 1.1 + 12,000 = 177,000


def test_the_same_system_twice_is_a_change(world: World) -> None:
    world.approved()
    made = world.begun(whole(world.service, third=3))
    assert codes(made)["duplicate"] == "blocks"


def test_exceptions_are_judged_by_an_assessor_between_the_two(world: World) -> None:
    asked = ExceptionPart("data-location", "国外の試験場とつなぐ", date(2026, 12, 31))
    made = world.submitted(replace(whole(world.service), exceptions=(asked,)))
    view = application_view(made, TODAY)
    assert [one.key for one in view.chain.steps] == ["review", "exception", "approval"]
    world.approve(made, world.first)
    with pytest.raises(AccessDenied):
        world.approve(made, world.second)
    world.approve(made, person("cloud_assessor", world.operator_body))
    assert world.approve(made, world.second)
    [until] = {tuple(one.order["exceptions"]) for one in Environment.objects.all()}
    assert until == (f"data-location/{view.line.number}",)


def changed(world: World, application: UUID, change: object) -> UUID:
    made = applications.start_change(
        actor=world.writer, application_id=application, kind=ApplicationKind.CHANGE, at=NOW
    )
    world.written(made, change)  # type: ignore[arg-type]
    return made


def test_new_people_are_a_light_change_and_a_new_environment_is_not(world: World) -> None:
    first = world.approved()
    light = changed(
        world,
        first,
        lambda draft: replace(draft, change_reason="人事異動", roles=(*draft.roles, role(CloudRole.ASP))),
    )
    world.hand_in(light)
    assert [one.key for one in application_view(light, TODAY).chain.steps] == ["approval"]
    assert world.approve(light, world.first)
    assert Environment.objects.count() == 2
    more = environment(Stage.OPERATION, "10.1.9.0/24")
    heavy = changed(
        world,
        light,
        lambda draft: replace(draft, change_reason="運用", environments=(*draft.environments, more)),
    )
    world.hand_in(heavy)
    assert application_view(heavy, TODAY).chain.key == "full"
    world.approve(heavy, world.first)
    assert world.approve(heavy, world.second)
    assert Environment.objects.count() == 3
    assert {str(one.id) for one in environments_of_application(heavy)} == {more.key}
    assert HeldRange.objects.count() == 3


def test_one_open_application_a_use_and_none_on_what_is_not_in_use(world: World) -> None:
    waiting = world.submitted()
    with pytest.raises(ApplicationClosed):
        changed(world, waiting, lambda draft: draft)
    world.approve(waiting, world.first)
    world.approve(waiting, world.second)
    changed(world, waiting, lambda draft: draft)
    with pytest.raises(ApplicationClosed):
        changed(world, waiting, lambda draft: draft)
    assert UseApplication.objects.count() == 2


def test_the_end_of_use_needs_two_and_holds_the_addresses_for_a_while(world: World) -> None:
    first = world.approved()
    end = applications.start_change(
        actor=world.writer, application_id=first, kind=ApplicationKind.END, at=NOW
    )
    world.written(
        end, lambda draft: replace(draft, ending=EndingPart(date(2026, 9, 30), "統合", DataEnd.MOVED))
    )
    world.hand_in(end)
    world.approve(end, world.first)
    assert world.approve(end, world.second)
    assert set(HeldRange.objects.values_list("held_until", flat=True)) == {date(2026, 12, 29)}
    again = world.begun()
    assert codes(again)["overlap"] == "blocks"
    assert "duplicate" not in codes(again)
    late = datetime(2027, 1, 4, 1, tzinfo=UTC).date()
    assert "overlap" not in {one.code for one in findings_of(again, late)}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("131017", "131016"),
        ("13101", "桁"),
        ("011011", "行政区"),
        ("999997", "コード"),
        ("472018", "まだ"),
        ("8000012050002", "7000012050002"),
        ("abc", "コード"),
    ],
)
def test_a_wrong_code_of_a_body_is_told_and_begins_nothing(world: World, code: str, words: str) -> None:
    with pytest.raises(ApplicationRefused) as refused:
        applications.start_application(actor=world.writer, body_code=code, at=NOW)
    assert refused.value.details["field"] == "body_code"
    assert words in str(refused.value)
    assert not UseApplication.objects.exists()


def test_lists_ask_the_database_once_whatever_their_length(
    world: World, django_assert_num_queries: object
) -> None:
    for number in range(3):
        world.begun(whole(world.service, third=number + 5))
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(list(handed_in_applications().slice({}, None, 0, 25))) == 0
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(list(own_applications(world.writer, TODAY).slice({}, None, 0, 25))) == 3


def test_an_incomplete_one_is_not_handed_in(world: World) -> None:
    made = applications.start_application(actor=world.writer, body_code="131016", at=NOW)
    with pytest.raises(ApplicationIncomplete) as refused:
        applications.ask_confirmation(actor=world.writer, application_id=made, at=NOW)
    assert refused.value.details["count"] == 8
    assert Draft.read(UseApplication.objects.get(pk=made).content) == Draft()


def test_somebody_without_an_account_decides_on_nothing(world: World) -> None:
    made = world.submitted()
    for who in (Principal.anonymous(), Principal.system("terminal:x"), world.vendor):
        with pytest.raises(AccessDenied):
            approvals.refuse_application(actor=who, application_id=made, words="x", at=NOW)


def test_on_its_day_the_end_suspends_by_the_clock_and_once(world: World, settings: Any) -> None:
    first = world.approved()
    Environment.objects.update(state="ready")
    end = applications.start_change(
        actor=world.writer, application_id=first, kind=ApplicationKind.END, at=NOW
    )
    last = TODAY + timedelta(days=30)
    world.written(end, lambda draft: replace(draft, ending=EndingPart(last, "統合", DataEnd.MOVED)))
    world.hand_in(end)
    world.approve(end, world.first)
    world.approve(end, world.second)
    assert set(Environment.objects.values_list("state", flat=True)) == {"ready"}
    upkeep = Principal.system("upkeep")
    on_the_day = NOW + timedelta(days=30)
    assert not endings.endings_are_due(on_the_day - timedelta(days=1))
    assert endings.endings_are_due(on_the_day)
    assert endings.end_what_is_due(actor=upkeep, at=on_the_day) == 2
    closes = last + timedelta(days=settings.HASHIRA_CLOUD_RETENTION_DAYS)
    assert set(Environment.objects.values_list("state", "closes_on")) == {("suspending", closes)}
    assert not endings.endings_are_due(on_the_day)
    with pytest.raises(AccessDenied):
        endings.end_what_is_due(actor=world.first, at=on_the_day)


def test_a_change_that_gives_an_environment_up_suspends_it(world: World) -> None:
    first = world.approved()
    Environment.objects.update(state="ready")
    made = changed(
        world,
        first,
        lambda draft: replace(draft, change_reason="検証を終えた", environments=draft.environments[:1]),
    )
    world.hand_in(made)
    world.approve(made, world.first)
    world.approve(made, world.second)
    assert dict(Environment.objects.values_list("stage", "state")) == {
        "production": "ready",
        "verification": "suspending",
    }
