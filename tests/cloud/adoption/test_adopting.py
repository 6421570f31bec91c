"""Inventories and adoptions on a cloud of paper: who may what, what is kept, what a crash leaves."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from tests.cloud.adoption.conftest import NOW, ONE, TWO, job_of, proposed, surveyed
from tests.cloud.selection.bodies import body, staff
from tests.cloud.vending.conftest import ordered, worked
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import PaperCloud

from hashira.cloud.domain.engine import EngineBusy
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.selectors.adoptions import adoption_view
from hashira.cloud.selectors.environments import environment
from hashira.cloud.selectors.surveys import survey_changes, survey_lines, survey_view, surveyed_account
from hashira.cloud.services.adoptions import (
    AdoptionElsewhere,
    AdoptionRefused,
    approve_adoption,
    refuse_adoption,
    release_environment,
    withdraw_adoption,
)
from hashira.cloud.services.environments import NotNow, OrderRefused, give_up, vend_again
from hashira.cloud.services.surveys import SurveyRunning, cancel_survey, continue_survey, take_survey
from hashira.cloud.store.models import AdoptionProposal, Environment, SurveyedAccount
from hashira.core import jobs
from hashira.core.access import AccessDenied, Principal
from hashira.core.jobs import JobState

pytestmark = pytest.mark.django_db


def test_an_inventory_counts_what_lacks_and_where(
    org: PaperCloud, people: tuple[Principal, Principal]
) -> None:
    org.locked = {TWO}
    view = survey_view(surveyed(people[0]))
    assert (view.line.state, view.line.accounts) == ("done", 2)
    assert (view.line.whole, view.line.lacking, view.line.unreadable) == (0, 1, 1)
    trail = next(one for one in view.steps if one.step == "trail")
    assert (trail.present, trail.missing, trail.unreadable) == (1, 0, 1)
    found = surveyed_account(view.line.id, ONE)
    assert "trail" not in found.line.lacks
    assert [(one.field, one.value) for one in found.suggestions] == [
        ("body_code", "204811"),
        ("system_code", "jumin"),
        ("stage", "production"),
        ("officer_email", "hanako@town.example.jp"),
    ]
    assert found.surplus[0].identifier == "theirs"


def test_a_run_that_died_goes_on_where_it_stood(
    org: PaperCloud, people: tuple[Principal, Principal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hashira.cloud.services.surveying._TOGETHER", 1)

    def die(verb: str, name: str, key: str) -> None:
        if key == TWO:
            raise RuntimeError("the worker died")

    org.before = die
    survey_id = surveyed(people[0])
    assert survey_view(survey_id).line.state == "failed"
    assert survey_view(survey_id).line.unread == 1
    org.before = lambda verb, name, key: None
    org.calls.clear()
    continue_survey(actor=people[0], survey_id=survey_id, at=NOW)
    jobs.carry_out(job_of(survey_id))
    assert survey_view(survey_id).line.state == "done"
    assert org.calls["read"] == 1
    assert SurveyedAccount.objects.filter(survey_id=survey_id).count() == 2


@pytest.mark.long
def test_our_own_work_on_an_account_is_small(org: PaperCloud, people: tuple[Principal, Principal]) -> None:
    """A collector without a database reads some six accounts a second; ours must not be what is slow."""
    org.existing = {f"{number:012d}": {"name": f"account-{number}"} for number in range(300)}
    begun = time.process_time()
    survey_id = surveyed(people[0])
    assert survey_view(survey_id).line.accounts == 300
    assert (time.process_time() - begun) / 300 < 0.02


def test_one_that_stays_busy_is_shown_so_and_the_others_are_read(
    org: PaperCloud, people: tuple[Principal, Principal], settings: Any
) -> None:
    settings.HASHIRA_CLOUD_PATIENCE_SECONDS = 0.2

    def busy(verb: str, name: str, key: str) -> None:
        if key == TWO:
            raise EngineBusy(engine="紙", operation="read", answer="Throttling")

    org.before = busy
    survey_id = surveyed(people[0])
    found = surveyed_account(survey_id, TWO)
    assert found.line.state == "unreadable"
    assert found.problem is not None
    assert found.problem.code == "CLD-301"
    assert surveyed_account(survey_id, ONE).line.state == "lacking"


def test_it_is_cancelled_and_only_one_runs_at_a_time(
    org: PaperCloud, people: tuple[Principal, Principal]
) -> None:
    survey_id = take_survey(actor=people[0], engine="paper", at=NOW)
    with pytest.raises(SurveyRunning):
        take_survey(actor=people[0], engine="paper", at=NOW)
    cancel_survey(actor=people[0], survey_id=survey_id)
    assert survey_view(survey_id).line.state == "cancelled"
    assert jobs.view(job_of(survey_id)).state is JobState.CANCELLED
    again = surveyed(people[0])
    assert {one.id: one.accounts for one in survey_lines()} == {again: 2, survey_id: 0}


def test_what_changed_between_two_inventories(org: PaperCloud, people: tuple[Principal, Principal]) -> None:
    before = surveyed(people[0])
    org.existing[ONE].pop("trail")
    org.existing["333333333333"] = {"name": "new"}
    del org.existing[TWO]
    after = surveyed(people[0])
    assert [(one.account, one.step, one.before, one.after) for one in survey_changes(before, after)] == [
        (ONE, "trail", "present", "missing"),
        (TWO, "", "present", ""),
        ("333333333333", "", "", "present"),
    ]


def test_nobody_approves_their_own_proposal(org: PaperCloud, people: tuple[Principal, Principal]) -> None:
    first, second = people
    proposal = proposed(first, surveyed(first))
    with pytest.raises(AccessDenied):
        approve_adoption(actor=first, adoption_id=proposal, at=NOW)
    with pytest.raises(AccessDenied):
        approve_adoption(
            actor=staff(("cloud_applicant", body("municipality", "松川村", "204811"))),
            adoption_id=proposal,
            at=NOW,
        )
    assert not Environment.objects.exists()
    environment_id = approve_adoption(actor=second, adoption_id=proposal, at=NOW)
    worked(environment_id)
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.READY
    assert shown.line.account == ONE
    assert not org.accounts  # none was made
    with pytest.raises(AdoptionElsewhere):
        refuse_adoption(actor=second, adoption_id=proposal, reason="遅い", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        AdoptionProposal.objects.filter(pk=proposal).update(decided_by=first.id)


def test_a_proposal_is_withdrawn_or_refused_and_made_anew(
    org: PaperCloud, people: tuple[Principal, Principal]
) -> None:
    first, second = people
    survey_id = surveyed(first)
    proposal = proposed(first, survey_id)
    with pytest.raises(AdoptionRefused, match="承認を待つ"):
        proposed(second, survey_id)
    with pytest.raises(AdoptionRefused, match="理由"):
        withdraw_adoption(actor=first, adoption_id=proposal, reason=" ", at=NOW)
    withdraw_adoption(actor=first, adoption_id=proposal, reason="団体の誤り", at=NOW)
    again = proposed(first, survey_id)
    refuse_adoption(actor=second, adoption_id=again, reason="検証環境と思われる", at=NOW)
    assert adoption_view(again).decision == "検証環境と思われる"
    assert not Environment.objects.exists()
    assert org.things == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"roles": ()}, "責任者"), ({"address_ranges": ("10.20.0.0/24",)}, "重なって")],
)
def test_a_wrong_proposal_leaves_nothing_behind(
    org: PaperCloud, people: tuple[Principal, Principal], changes: dict[str, Any], words: str
) -> None:
    first, second = people
    survey_id = surveyed(first)
    approve_adoption(actor=second, adoption_id=proposed(first, survey_id, adopts=TWO), at=NOW)
    with pytest.raises(AdoptionRefused, match=words):
        proposed(first, survey_id, **changes)
    assert AdoptionProposal.objects.count() == 1


def test_an_account_is_adopted_once(org: PaperCloud, people: tuple[Principal, Principal]) -> None:
    first, second = people
    survey_id = surveyed(first)
    approve_adoption(actor=second, adoption_id=proposed(first, survey_id), at=NOW)
    with pytest.raises(AdoptionRefused, match="もう環境"):
        proposed(first, survey_id)


@pytest.fixture
def adopted(org: PaperCloud, people: tuple[Principal, Principal]) -> UUID:
    first, second = people
    return approve_adoption(actor=second, adoption_id=proposed(first, surveyed(first)), at=NOW)


def test_it_stops_at_an_error_and_is_released_and_never_closed(
    org: PaperCloud, people: tuple[Principal, Principal], adopted: UUID
) -> None:
    org.lies = {"recorder"}
    worked(adopted)
    assert environment(adopted).line.state is EnvironmentState.PARKED
    with pytest.raises(OrderRefused):
        release_environment(actor=people[0], environment_id=adopted, reason="", at=NOW)
    release_environment(actor=people[0], environment_id=adopted, reason="誤り", at=NOW)
    worked(adopted)
    shown = environment(adopted)
    assert shown.line.state is EnvironmentState.WITHDRAWN
    assert "closed" not in org.things[str(adopted)]
    assert [one.act for one in shown.acts][-3:] == ["releasing", "vending", "withdrawn"]
    again = proposed(people[0], surveyed(people[0]))
    assert adoption_view(again).line.account == ONE


def test_giving_up_what_is_parked_does_not_close_it_either(
    org: PaperCloud, people: tuple[Principal, Principal], adopted: UUID
) -> None:
    org.lies = {"recorder"}
    worked(adopted)
    give_up(actor=people[0], environment_id=adopted, reason="誤り", at=NOW)
    worked(adopted)
    assert "closed" not in org.things[str(adopted)]
    assert ONE in org.existing


def test_what_goes_beyond_the_plan_is_not_done(
    org: PaperCloud, people: tuple[Principal, Principal], adopted: UUID
) -> None:
    org.existing[ONE].pop("trail")
    worked(adopted)
    shown = environment(adopted)
    assert shown.line.state is EnvironmentState.PARKED
    assert shown.problem is not None
    assert (shown.problem.code, "make_trail" in shown.problem.why.ja) == ("CLD-609", True)
    assert org.things == {}


def test_what_stands_against_it_stops_the_first_step_and_not_one_that_was_half_done(
    org: PaperCloud, people: tuple[Principal, Principal], adopted: UUID
) -> None:
    org.existing[ONE]["obstacle"] = "yes"
    worked(adopted)
    shown = environment(adopted)
    assert shown.problem is not None
    assert (shown.problem.code, org.things) == ("CLD-603", {})
    del org.existing[ONE]["obstacle"]
    org.lies = {"recorder"}
    vend_again(actor=people[0], environment_id=adopted, at=NOW)
    worked(adopted)
    assert environment(adopted).line.state is EnvironmentState.PARKED
    org.existing[ONE]["obstacle"] = "what the adoption itself has left half done"
    org.lies = set()
    vend_again(actor=people[0], environment_id=adopted, at=NOW)
    worked(adopted)
    assert environment(adopted).line.state is EnvironmentState.READY


def test_what_would_be_replaced_otherwise_is_beyond_the_plan_too(
    org: PaperCloud, people: tuple[Principal, Principal], adopted: UUID
) -> None:
    org.existing[ONE]["contact"] = "changed@town.example.jp"
    worked(adopted)
    assert environment(adopted).line.state is EnvironmentState.PARKED
    assert org.things == {}


def test_only_adopted_environments_are_released(org: PaperCloud, people: tuple[Principal, Principal]) -> None:
    vended = ordered(an_order())
    worked(vended)
    with pytest.raises(NotNow):
        release_environment(actor=people[0], environment_id=vended, reason="誤り", at=NOW)
