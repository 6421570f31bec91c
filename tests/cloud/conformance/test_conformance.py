"""Every engine keeps to the port: the same scenarios on paper, on moto (AWS), on Keystone and on LXD.

What a provider is asked beside the engine goes by the provider's own API (``Subject.look`` and the like). A
provider that this machine does not have is left out with one line that says so, and counts as not covered.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tests.cloud.conformance.providers import ADOPTING, READING_INVENTORIES
from tests.cloud.conformance.subject import Adoptable, Subject, carried_out, read_back, steps_of
from tests.cloud.vending.orders import LEAD, OFFICER

from hashira.cloud.domain.adoption.port import surveyor_of
from hashira.cloud.domain.baseline import (
    BASELINE,
    BaselineGuardrail,
    Outcome,
    baseline_guardrail,
    examine,
)
from hashira.cloud.domain.baseline.entry import Hold
from hashira.cloud.domain.door import Door, doors_of
from hashira.cloud.domain.engine import EngineRefused, NotThere, Retirement, TenantState
from hashira.cloud.domain.environment_order import CloudRole, EnvironmentOrder
from hashira.cloud.domain.guardrail import GuardrailClass
from hashira.cloud.domain.servers import ServerGone, Servers, ServerState, servers_of

_GONE = {TenantState.ABSENT, TenantState.CLOSED}


@dataclass
class Vended:
    """An environment that the tests of one provider share; each leaves it as it found it."""

    order: EnvironmentOrder
    facts: dict[str, Any]


@pytest.fixture(scope="module")
def vended(subject: Subject) -> Vended:
    order = subject.order()
    return Vended(order, carried_out(subject.engine(), order))


def test_a_plan_names_the_steps_and_changes_nothing(subject: Subject) -> None:
    engine, order = subject.engine(), subject.order()
    plan = engine.plan(order)
    assert plan.obstacles == ()
    assert [one.name for one in plan.steps] == [one.name for one in steps_of(engine, order)]
    assert len({one.name for one in plan.steps}) == len(plan.steps)
    assert all(one.title.ja and one.title.en for one in plan.steps)
    assert subject.look(order, {}) == []
    assert engine.observe(order, {}).state is TenantState.ABSENT


def test_vending_again_makes_nothing_new(subject: Subject, vended: Vended) -> None:
    before = subject.look(vended.order, vended.facts)
    assert before
    assert carried_out(subject.engine(), vended.order, vended.facts) == vended.facts
    assert subject.look(vended.order, vended.facts) == before


def test_evidence_is_read_from_the_provider_and_facts_are_plain_json(
    subject: Subject, vended: Vended
) -> None:
    for evidence in read_back(subject.engine(), vended.order, vended.facts):
        assert all(line.name.ja and line.name.en and isinstance(line.value, str) for line in evidence.lines)
    assert json.loads(json.dumps(vended.facts)) == vended.facts
    seen = subject.engine().observe(vended.order, vended.facts)
    assert seen.state is TenantState.ACTIVE
    assert seen.holdings


def test_killed_after_every_step_it_comes_to_the_same_and_compensated_nothing_is_left(
    subject: Subject,
) -> None:
    """Each step is applied, its answer is lost with the process, and a new process applies it again."""
    order = subject.order()
    facts: dict[str, Any] = {}
    names = [step.name for step in steps_of(subject.engine(), order)]
    for position, name in enumerate(names):
        steps_of(subject.engine(), order)[position].apply(order, facts)  # and then it was killed
        step = steps_of(subject.engine(), order)[position]
        assert step.name == name
        facts |= step.apply(order, facts)
        step.verify(order, facts)
    read_back(subject.engine(), order, facts)
    assert subject.engine().observe(order, facts).state is TenantState.ACTIVE
    assert subject.look(order, facts)

    for _time in ("once", "and again, of what is no longer there"):
        for step in reversed(steps_of(subject.engine(), order)):
            step.compensate(order, facts)
        assert subject.look(order, facts) == []
    assert subject.engine().observe(order, facts).state in _GONE


def test_what_somebody_changes_is_noticed_and_put_right(subject: Subject, vended: Vended) -> None:
    noticing = subject.spoil(vended.order, vended.facts)
    missing = []
    for step in steps_of(subject.engine(), vended.order):
        try:
            step.verify(vended.order, vended.facts)
        except NotThere:
            missing.append(step.name)
            step.apply(vended.order, vended.facts)
    assert missing == [noticing]
    read_back(subject.engine(), vended.order, vended.facts)


def test_suspended_nobody_gets_in_resumed_they_do_and_closed_it_is_over(subject: Subject) -> None:
    order = subject.order()
    facts = carried_out(subject.engine(), order)
    suspension = subject.engine().retire(order, Retirement.SUSPENSION)
    assert subject.gets_in(order, facts) in (True, None)
    for step in suspension:
        facts |= step.apply(order, facts)
        step.verify(order, facts)
    assert subject.engine().observe(order, facts).state is TenantState.SUSPENDED
    assert subject.gets_in(order, facts) in (False, None)

    for step in reversed(suspension):
        step.compensate(order, facts)
    assert subject.engine().observe(order, facts).state is TenantState.ACTIVE
    assert subject.gets_in(order, facts) in (True, None)
    read_back(subject.engine(), order, facts)

    for half in Retirement:
        for step in subject.engine().retire(order, half):
            facts |= step.apply(order, facts)
            step.verify(order, facts)
            step.apply(order, facts)  # twice is once
    assert subject.engine().observe(order, facts).state in _GONE
    assert subject.look(order, facts) == []


def test_a_changed_order_takes_only_what_it_concerns_and_leads_back(subject: Subject) -> None:
    """Somebody leaves, another comes, more may be spent, a guardrail is spared; and all of it back.

    Each step is applied, its answer is lost with the process, and a new process applies it again.
    """
    order = subject.order()
    facts = carried_out(subject.engine(), order)
    before = subject.people(order, facts)
    assert before == {LEAD.email, OFFICER.email} or before is None
    come = replace(LEAD, role=CloudRole.ASP, name="見本次郎", email="jiro@vendor.example.jp")
    after = replace(
        order,
        roles=(replace(OFFICER, valid_until=date(2031, 3, 31)), come),
        monthly_budget_yen=Decimal(240_000),
        budget_code="02-01-08",
        exceptions=(f"{subject.spares}/1",),
    )
    names = [step.name for step in steps_of(subject.engine(), order)]
    untouched = {step.name for step in steps_of(subject.engine(), order)}
    for was, will, people in (
        (order, after, {OFFICER.email, come.email}),
        (after, order, {OFFICER.email, LEAD.email}),
    ):
        concerned = [step.name for step in subject.engine().amend(was, will)]
        assert concerned == sorted(concerned, key=names.index)
        assert concerned
        untouched -= set(concerned)
        for position in range(len(concerned)):
            subject.engine().amend(was, will)[position].apply(will, facts)  # and then it was killed
            step = subject.engine().amend(was, will)[position]
            facts |= step.apply(will, facts)
            step.verify(will, facts)
        read_back(subject.engine(), will, facts)
        with pytest.raises(NotThere):
            read_back(subject.engine(), was, facts)
        assert subject.people(will, facts) in (people, None)
        assert subject.spared(will, facts) in ({subject.spares} if will is after else set(), None)
    assert untouched, "every step was taken again"
    assert subject.engine().amend(order, order) == ()


def test_what_a_guardrail_forbids_is_refused_by_a_provider_that_enforces(
    subject: Subject, vended: Vended
) -> None:
    acts = subject.acts(vended.order, vended.facts)
    for act in acts:
        guardrail = baseline_guardrail(act.guardrail)
        assert guardrail is not None
        if subject.enforces:
            assert Hold.PREVENTS in guardrail.at(subject.key).holds
            assert act.forbidden(), f"{act.name} was not refused"
            assert act.allowed(), f"{act.name} is refused also where it may be done"
        else:  # said as it is: such a provider is no proof that anything is prevented
            assert not act.forbidden(), f"{act.name} was refused: say that {subject.key} enforces"
    assert acts or not subject.enforces
    read_back(subject.engine(), vended.order, vended.facts)


@pytest.mark.parametrize("subject", ADOPTING, indirect=True)
def test_what_exists_is_planned_unchanged_adopted_through_crashes_and_given_back(subject: Adoptable) -> None:
    account = subject.existing()
    order = subject.order(adopts=account)
    before = subject.standing(account)
    plan = surveyor_of(subject.engine()).plan(order)
    assert plan.acts
    assert plan.obstacles == ()
    assert subject.standing(account) == before
    facts: dict[str, Any] = {}
    for position in range(len(steps_of(subject.engine(), order))):
        step = steps_of(subject.engine(), order)[position]
        step.apply(order, facts)  # and then it was killed
        facts |= step.apply(order, facts)
        step.verify(order, facts)
    read_back(subject.engine(), order, facts)
    assert subject.engine().observe(order, facts).state is TenantState.ACTIVE
    assert surveyor_of(subject.engine()).plan(order).beyond(plan) == ()
    assert subject.standing(account)["accounts"] == before["accounts"]
    for _time in ("once", "and again"):
        for step in reversed(steps_of(subject.engine(), order)):
            step.compensate(order, facts)
        assert subject.standing(account) == before


def test_servers_are_listed_turned_and_tagged_by_those_who_have_them(
    subject: Subject, vended: Vended
) -> None:
    servers, at = servers_of(subject.engine()), (vended.order, vended.facts)
    name = f"app-{secrets.token_hex(3)}"
    identifier = subject.new_server(*at, name)
    if identifier is None:  # said as it is: the engine claims no servers where the provider has none
        assert servers is None
        return
    assert servers is not None
    (found,) = [one for one in servers.listed(*at) if one.identifier == identifier]
    assert (found.name, found.protected) == (name, False)
    where = (*at, identifier, found.region)
    servers.tag(*where, {"CostCenter": "総務課", "note": "a b"}, frozenset())
    servers.tag(*where, {"CostCenter": "税務課"}, frozenset({"note"}))
    assert subject.server_now(*at, identifier)[1].get("CostCenter") == "税務課"
    assert "note" not in servers.one(*where).tags
    assert servers.one(*where).tags["CostCenter"] == "税務課"
    for _time in ("once", "twice is once"):
        servers.stop(*where)
        assert until(servers, where, ServerState.STOPPED)
    assert subject.server_now(*at, identifier)[0] == "stopped"
    if subject.boots:
        for _time in ("once", "twice is once"):
            servers.start(*where)
            assert until(servers, where, ServerState.RUNNING)
        assert subject.server_now(*at, identifier)[0] == "running"
    else:  # it has no disk to start from: the provider's own refusal comes through, and nothing moved
        with pytest.raises(EngineRefused):
            servers.start(*where)
        assert servers.one(*where).state is ServerState.STOPPED
    with pytest.raises(ServerGone):
        servers.one(*at, f"i-{secrets.token_hex(8)}", found.region)


def until(servers: Servers, where: tuple[Any, ...], state: ServerState) -> bool:
    """Whether it comes to be so within some readings, each of which a provider may use to go on."""
    return any(servers.one(*where).state is state for _reading in range(20))


def test_a_door_is_opened_as_asked_read_back_closed_and_listed(subject: Subject, vended: Vended) -> None:
    doors, at = doors_of(subject.engine()), (vended.order, vended.facts)
    if doors is None:
        assert subject.key in {"openstack", "lxd"}  # as the page of the engines says
        return
    now = datetime.now(UTC).replace(microsecond=0)
    door = Door(str(uuid4()), "hanako@operator.example", now, now + timedelta(hours=2))
    with pytest.raises(NotThere):
        doors.verify(*at, door)
    for _time in ("once", "twice is once"):
        doors.open(*at, door)
        assert doors.verify(*at, door).lines
    assert len(subject.roles_like(*at, door.key)) == 1
    assert [one.key for one in doors.listed(*at)] == [door.key]
    longer = replace(door, ends=now + timedelta(hours=9))
    with pytest.raises(NotThere):
        doors.verify(*at, longer)
    doors.open(*at, longer)
    with pytest.raises(NotThere):
        doors.verify(*at, door)
    doors.open(*at, door)  # and it is put right again
    doors.verify(*at, door)
    for _time in ("once", "and again, of what is no longer there"):
        doors.close(*at, door.key)
        assert doors.listed(*at) == ()
    assert subject.roles_like(*at, door.key) == []
    doors.open(*at, door)
    (seen,) = doors.listed(*at)
    doors.close_seen(*at, seen)
    assert doors.listed(*at) == ()
    read_back(subject.engine(), vended.order, vended.facts)


@pytest.mark.parametrize("subject", READING_INVENTORIES, indirect=True)
def test_the_verifiers_of_the_baseline_find_what_was_changed_and_nothing_else(
    subject: Subject, vended: Vended
) -> None:
    read = subject.engine().inventory  # type: ignore[attr-defined]  # of the engines that read one

    def outcomes() -> dict[str, Outcome]:
        inventory = read(vended.order)
        verifiers = {one.id: one.at(subject.key).verifier for one in of_all_but_samples()}
        return {id_: examine(one, inventory).outcome for id_, one in verifiers.items() if one is not None}

    before = outcomes()
    assert Outcome.HELD in before.values()
    assert Outcome.BROKEN not in before.values()
    noticing = subject.spoil(vended.order, vended.facts)
    after = outcomes()
    broken = {id_ for id_, outcome in after.items() if outcome is Outcome.BROKEN}
    assert broken == subject.spoiled
    assert {id_: outcome for id_, outcome in after.items() if id_ not in broken} == {
        id_: outcome for id_, outcome in before.items() if id_ not in broken
    }
    for step in steps_of(subject.engine(), vended.order):
        if step.name == noticing:
            step.apply(vended.order, vended.facts)
    assert outcomes() == before


def of_all_but_samples() -> list[BaselineGuardrail]:
    """The guardrails that are in force in every environment."""
    return [one for one in BASELINE if one.belongs is not GuardrailClass.SAMPLE]
