"""Verdicts confirmed by a second person, and the months after a conditional one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from tests.cloud.selection.bodies import (
    NOW,
    PLAN,
    PLANNED,
    TODAY,
    WAIVED,
    Selection,
    later,
)

from hashira.cloud.domain.selection.standing import ProgressJudgement, Standing
from hashira.cloud.selectors.services import service_lines, service_view
from hashira.cloud.services import decisions, standing
from hashira.cloud.store.models import (
    SelectionDecision,
    StandingChange,
)
from hashira.core.access import Principal
from hashira.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def selection() -> Selection:
    return Selection()


# ── verdicts ──


def test_the_verdict_is_confirmed_by_somebody_else(selection: Selection) -> None:
    made = selection.submitted()
    for who in (selection.first, selection.second):
        selection.judge(made, who)
    decisions.propose_verdict(actor=selection.operator, proposal_id=made, at=NOW)
    with pytest.raises(decisions.SecondPersonNeeded):
        decisions.confirm_verdict(actor=selection.operator, proposal_id=made, at=NOW)
    assert service_lines() == ()  # nothing is public yet
    decision = SelectionDecision.objects.get()
    decision.confirmed_by = decision.proposed_by
    with pytest.raises(IntegrityError), transaction.atomic():
        decision.save()
    decisions.confirm_verdict(actor=selection.second_operator, proposal_id=made, at=NOW)
    (line,) = service_lines()
    assert (line.standing, line.registration.number) == (Standing.SELECTED, "C26-0001-1")


def test_a_verdict_whose_grounds_changed_is_not_confirmed(selection: Selection) -> None:
    made = selection.submitted()
    for who in (selection.first, selection.second):
        selection.judge(made, who, {"1": PLAN})
    decisions.propose_verdict(actor=selection.operator, proposal_id=made, at=NOW)
    expired = datetime(2027, 1, 10, 0, 0, tzinfo=UTC)  # neither ISMAP nor the plan hold any more
    with pytest.raises(decisions.VerdictChanged):
        decisions.confirm_verdict(actor=selection.second_operator, proposal_id=made, at=expired)
    assert SelectionDecision.objects.get().confirmed_at is None
    decisions.take_back_verdict(actor=selection.operator, proposal_id=made)
    decisions.propose_verdict(actor=selection.operator, proposal_id=made, at=expired)
    assert SelectionDecision.objects.get().outcome == "rejected"


def test_a_conditional_service_is_selected_when_all_is_met(selection: Selection) -> None:
    made = selection.decided({"1": PLAN, "2": PLAN, "3": WAIVED})
    view = service_view(made, TODAY)
    assert (view.line.standing, view.line.until) == (Standing.CONDITIONAL, PLANNED)
    assert {reason.code for reason in view.reasons} == {"planned", "waived"}
    for number, condition in enumerate(view.conditions):
        report = standing.report_progress(
            actor=selection.vendor,
            condition_id=condition.id,
            month=TODAY,
            percent=100,
            words="完成した",
            at=later(1),
        )
        public = service_view(made, TODAY).conditions[number]
        assert public.reports == ()  # not before somebody has judged it
        now = standing.judge_progress(
            actor=selection.first,
            report_id=report,
            judgement=ProgressJudgement.MET,
            reason="実機で確かめた",
            at=later(2),
        )
    assert now is Standing.SELECTED
    assert [one.standing for one in service_view(made, TODAY).history] == [
        Standing.CONDITIONAL,
        Standing.SELECTED,
    ]
    with pytest.raises(standing.ProgressRefused):
        standing.report_progress(
            actor=selection.vendor,
            condition_id=view.conditions[0].id,
            month=TODAY,
            percent=1,
            words="もう一度",
            at=later(3),
        )


def test_a_condition_that_is_not_met_in_time_lapses_by_the_clock(selection: Selection) -> None:
    made = selection.decided({"1": PLAN})
    clock = Principal.system("upkeep")
    on_the_day = datetime(2026, 12, 20, 14, 59, tzinfo=UTC)  # 23:59 in Japan
    after = datetime(2026, 12, 20, 15, 0, tzinfo=UTC)
    assert not standing.standings_are_due(on_the_day)
    assert standing.review_standings(actor=clock, at=on_the_day) == 0
    assert standing.standings_are_due(after)
    # The clock may come late: the provider cannot use the time in between.
    with pytest.raises(standing.ProgressRefused):
        standing.report_progress(
            actor=selection.vendor,
            condition_id=service_view(made, TODAY).conditions[0].id,
            month=date(2026, 12, 1),
            percent=100,
            words="間に合った",
            at=after,
        )
    assert standing.review_standings(actor=clock, at=after) == 1
    assert standing.review_standings(actor=clock, at=after) == 0
    view = service_view(made, date(2027, 2, 1))
    assert view.line.standing is Standing.LAPSED
    assert view.history[-1].by_clock
    assert view.months[-1].month == date(2026, 12, 1)
    assert AuditEvent.objects.filter(action="cloud:ReviewStandings").count() >= 3


def test_standings_are_append_only(selection: Selection) -> None:
    selection.decided()
    for change in (
        lambda: StandingChange.objects.update(standing="lapsed"),
        lambda: StandingChange.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


@pytest.mark.parametrize("month", [date(2026, 4, 1), date(2026, 6, 1)])
def test_progress_is_of_the_months_since_the_decision(selection: Selection, month: date) -> None:
    made = selection.decided({"1": PLAN})
    with pytest.raises(standing.ProgressRefused) as refused:
        standing.report_progress(
            actor=selection.vendor,
            condition_id=service_view(made, TODAY).conditions[0].id,
            month=month,
            percent=10,
            words="着手",
            at=NOW,
        )
    assert refused.value.details["field"] == "month"
