"""A version of the baseline on its way to everybody: in waves, halted by what goes wrong, taken back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.cloud.vending.conftest import ordered, worked
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import PaperCloud

from hashira.cloud.domain.baseline.version_impact import Tenant, version_impact
from hashira.cloud.domain.baseline.versions import BaselineRefused, differences, read_terms
from hashira.cloud.domain.baseline_terms import FIRST, BaselineTerms
from hashira.cloud.domain.engine import EngineRefused
from hashira.cloud.domain.environment_order import Stage, TenantClass
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.domain.policy.calls import read_call
from hashira.cloud.domain.rollout import (
    AT_ONCE,
    DEFAULT_WAVES,
    EntryState,
    RolloutRefused,
    RolloutState,
    Wave,
    read_waves,
    waves_to_json,
)
from hashira.cloud.selectors.baseline_versions import baseline_versions, current_terms
from hashira.cloud.selectors.environments import environment
from hashira.cloud.selectors.rollouts import RolloutView, rollout_view
from hashira.cloud.services.environments import VENDING, resume, suspend
from hashira.cloud.services.rollout_waves import a_rollout_is_under_way, advance_rollouts
from hashira.cloud.services.rollouts import (
    AnotherRollout,
    RolloutElsewhere,
    approve_rollout,
    halt_rollout,
    propose_rollout,
    refuse_rollout,
    resume_rollout,
    return_rollout,
)
from hashira.cloud.services.verification import verify
from hashira.cloud.store.models import BaselineVersion, Environment, Rollout, RolloutAct
from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind
from hashira.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 1, tzinfo=UTC)
NEXT = read_terms({"version": "2026.12", "regions": ["ap-northeast-1"], "adopted": ["no-access-keys"]})


def person(name: str) -> Principal:
    grants = (Grant("cloud_operator", "o"),)
    return Principal(PrincipalKind.STAFF, name, grants=grants, second_factor=True)


ASKS, FIRST_ONE, SECOND_ONE = person("asks"), person("first"), person("second")


@pytest.fixture
def country(paper: PaperCloud) -> dict[str, list[UUID]]:
    """Two environments of verification, five of production, one of a ministry."""
    made: dict[str, list[UUID]] = {}
    for name, count, changes in (
        ("verification", 2, {"stage": Stage.VERIFICATION}),
        ("production", 5, {}),
        ("ministry", 1, {"tenant_class": TenantClass.NATIONAL}),
    ):
        made[name] = [ordered(an_order(**changes)) for _ in range(count)]
        for one in made[name]:
            worked(one)
    return made


def proposed(**changes: Any) -> UUID:
    asked: dict[str, Any] = {"terms": NEXT, "reason": "リージョンを東京だけにする", "at": NOW}
    return propose_rollout(actor=ASKS, **(asked | changes))


def begun(**changes: Any) -> UUID:
    made = proposed(**changes)
    assert not approve_rollout(actor=FIRST_ONE, rollout_id=made, at=NOW)
    assert approve_rollout(actor=SECOND_ONE, rollout_id=made, at=NOW)
    return made


def working() -> list[UUID]:
    return list(Environment.objects.filter(state="amending").values_list("pk", flat=True))


def work_all() -> None:
    while ids := working():
        for one in ids:
            worked(one)


def under(paper: PaperCloud) -> dict[str, str]:
    """The version that the provider has for each environment."""
    return {key: things["guardrails"].split()[1] for key, things in paper.things.items()}


def states(view: RolloutView) -> dict[int, dict[str, int]]:
    return {
        wave.number: {state.value: number for state, number in wave.counts.items()} for wave in view.waves
    }


def test_it_goes_wave_by_wave_and_each_is_read_back(
    paper: PaperCloud, country: dict[str, list[UUID]]
) -> None:
    made = begun()
    assert set(working()) == set(country["verification"])
    assert set(under(paper).values()) == {FIRST.version}
    for one in country["verification"]:
        worked(one)
    assert rollout_view(made).wave == 2
    assert len(working()) == 3  # a few of production
    work_all()
    view = rollout_view(made)
    assert view.state is RolloutState.DONE
    assert states(view) == {1: {"done": 2}, 2: {"done": 3}, 3: {"done": 3}}
    assert set(under(paper).values()) == {"2026.12"}
    assert all(verify(actor=VENDING, environment_id=row.pk).sound for row in Environment.objects.all())
    assert [act.act for act in view.acts] == [
        *("proposed", "approved", "begun"),
        *("wave", "wave done") * 3,
        "done",
    ]
    assert current_terms() == NEXT
    assert {one.version: (one.environments, one.current) for one in baseline_versions()} == {
        "2026.12": (8, True),
        "2026.11": (0, False),
    }
    assert not a_rollout_is_under_way()
    acts = AuditEvent.objects.filter(action__in=["cloud:ProposeRollout", "cloud:ApproveRollout"])
    assert acts.count() == 3


def test_two_others_approve(paper: PaperCloud, country: dict[str, list[UUID]]) -> None:
    made = proposed()
    with pytest.raises(AccessDenied):
        approve_rollout(actor=ASKS, rollout_id=made, at=NOW)
    approve_rollout(actor=FIRST_ONE, rollout_id=made, at=NOW)
    with pytest.raises(AccessDenied):
        approve_rollout(actor=FIRST_ONE, rollout_id=made, at=NOW)
    assert working() == []
    for wrong in ({"first_by": "asks"}, {"second_by": "first"}, {"second_by": "asks"}, {"state": "running"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rollout.objects.filter(pk=made).update(**wrong)
    with pytest.raises(RolloutRefused):
        refuse_rollout(actor=SECOND_ONE, rollout_id=made, reason=" ", at=NOW)
    refuse_rollout(actor=SECOND_ONE, rollout_id=made, reason="時期が悪い", at=NOW)
    with pytest.raises(RolloutElsewhere):
        approve_rollout(actor=SECOND_ONE, rollout_id=made, at=NOW)
    weak = Principal(PrincipalKind.STAFF, "weak", grants=(Grant("cloud_operator", "o"),))
    with pytest.raises(AccessDenied):
        propose_rollout(actor=weak, terms=NEXT, reason="?", at=NOW)


def test_what_is_done_and_made_is_never_rewritten(paper: PaperCloud, country: dict[str, list[UUID]]) -> None:
    proposed()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        RolloutAct.objects.all().delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        BaselineVersion.objects.update(reason="?")


def test_a_failed_read_back_halts_it_by_itself_and_it_is_taken_back(
    paper: PaperCloud, country: dict[str, list[UUID]]
) -> None:
    before = {key: dict(things) for key, things in paper.things.items()}
    made = begun(tolerated=5)
    worked(country["verification"][0])
    paper.lies = {"guardrails"}
    worked(country["verification"][1])
    view = rollout_view(made)
    assert view.state is RolloutState.HALTED
    assert view.acts[-1].facts == {"why": "read-back", "failed": 1, "deviating": 0}
    assert states(view)[1] == {"done": 1, "failed": 1}
    assert working() == []
    assert set(under(paper).values()) == {"2026.11", "2026.12"}
    advance_rollouts(actor=VENDING, at=NOW)
    assert rollout_view(made).state is RolloutState.HALTED
    paper.lies = set()
    return_rollout(actor=FIRST_ONE, rollout_id=made, reason="読み戻せない", at=NOW)
    assert len(working()) == 2
    work_all()
    view = rollout_view(made)
    assert view.state is RolloutState.RETURNED
    assert {key: dict(things) for key, things in paper.things.items()} == before
    assert current_terms() == FIRST
    assert all(one.order["baseline"]["version"] == FIRST.version for one in Environment.objects.all())


def test_refusals_are_tolerated_up_to_a_number(paper: PaperCloud, country: dict[str, list[UUID]]) -> None:
    refused = set(map(str, country["production"][:2]))

    def refuses(verb: str, name: str, key: str) -> None:
        if key in refused and (verb, name) == ("apply", "guardrails"):
            raise EngineRefused(engine="紙", operation="guardrails", answer="no")

    paper.before = refuses
    made = begun(tolerated=1)
    for one in country["verification"]:
        worked(one)
    worked(country["production"][0])
    assert rollout_view(made).state is RolloutState.RUNNING
    worked(country["production"][1])
    view = rollout_view(made)
    assert view.state is RolloutState.HALTED
    assert view.acts[-1].facts["why"] == "refusals"
    paper.before = lambda verb, name, key: None
    worked(country["production"][2])  # what was under way comes to its end
    assert rollout_view(made).state is RolloutState.HALTED
    resume_rollout(actor=FIRST_ONE, rollout_id=made, reason="直した", at=NOW)
    work_all()
    assert rollout_view(made).state is RolloutState.DONE
    assert set(under(paper).values()) == {"2026.12"}


def test_an_environment_that_deviates_after_it_was_changed_halts_it(
    paper: PaperCloud, country: dict[str, list[UUID]]
) -> None:
    made = begun(pause_minutes=60)
    for one in country["verification"]:
        worked(one)
    paper.things[str(country["verification"][0])]["guardrails"] = "somebody else's"
    verify(actor=VENDING, environment_id=country["verification"][0])
    advance_rollouts(actor=VENDING, at=NOW)
    view = rollout_view(made)
    assert (view.state, view.acts[-1].facts["why"]) == (RolloutState.HALTED, "deviation")


def test_an_operator_halts_lets_go_on_and_takes_back_also_what_is_done(
    paper: PaperCloud, country: dict[str, list[UUID]]
) -> None:
    made = begun()
    with pytest.raises(RolloutRefused):
        halt_rollout(actor=ASKS, rollout_id=made, reason="", at=NOW)
    halt_rollout(actor=ASKS, rollout_id=made, reason="問い合わせが多い", at=NOW)
    work_all()
    assert rollout_view(made).wave == 1  # those under way, and no further wave
    resume_rollout(actor=ASKS, rollout_id=made, reason="落ち着いた", at=NOW)
    work_all()
    assert rollout_view(made).state is RolloutState.DONE
    with pytest.raises(RolloutElsewhere):
        halt_rollout(actor=ASKS, rollout_id=made, reason="?", at=NOW)
    return_rollout(actor=ASKS, rollout_id=made, reason="業務に支障", at=NOW)
    work_all()
    assert rollout_view(made).state is RolloutState.RETURNED
    assert set(under(paper).values()) == {FIRST.version}
    assert current_terms() == FIRST
    assert rollout_view(begun()).state is RolloutState.RUNNING  # and the same version again


def test_it_is_taken_back_while_changes_are_under_way(
    paper: PaperCloud, country: dict[str, list[UUID]]
) -> None:
    made = begun(waves=(Wave(),))
    running = working()
    assert len(running) == 8
    for one in running[:3]:
        worked(one)
    return_rollout(actor=ASKS, rollout_id=made, reason="誤り", at=NOW)
    work_all()
    assert rollout_view(made).state is RolloutState.RETURNED
    assert set(under(paper).values()) == {FIRST.version}


def test_only_so_many_are_under_way_at_once(paper: PaperCloud, country: dict[str, list[UUID]]) -> None:
    for _ in range(AT_ONCE):
        worked(ordered(an_order()))
    made = begun(waves=(Wave(),))
    assert len(working()) == AT_ONCE
    worked(working()[0])
    assert len(working()) == AT_ONCE
    work_all()
    assert rollout_view(made).state is RolloutState.DONE
    assert set(under(paper).values()) == {"2026.12"}


def test_between_waves_there_is_a_pause(paper: PaperCloud, country: dict[str, list[UUID]]) -> None:
    made = begun(pause_minutes=60)
    for one in country["verification"]:
        worked(one)
    assert working() == []
    later = datetime.now(UTC)
    advance_rollouts(actor=VENDING, at=later + timedelta(minutes=59))
    assert working() == []
    advance_rollouts(actor=VENDING, at=later + timedelta(minutes=61))
    assert len(working()) == 3
    assert rollout_view(made).wave == 2


def test_what_is_suspended_holds_nobody_up_and_follows_when_it_is_used_again(
    paper: PaperCloud, country: dict[str, list[UUID]]
) -> None:
    [asleep, other] = country["verification"]
    suspend(actor=ASKS, environment_id=asleep, reason="休み", closes_on=None, at=NOW)
    worked(asleep)
    made = begun()
    worked(other)
    work_all()
    view = rollout_view(made)
    assert view.state is RolloutState.DONE
    assert states(view)[1] == {"later": 1, "done": 1}
    resume(actor=ASKS, environment_id=asleep, at=NOW)
    worked(asleep)
    work_all()
    assert environment(asleep).order.baseline == NEXT
    assert environment(asleep).line.state is EnvironmentState.READY


def test_what_is_vended_meanwhile_is_in_the_last_wave(
    paper: PaperCloud, country: dict[str, list[UUID]]
) -> None:
    made = begun()
    work_all_but_the_last = country["verification"]
    for one in work_all_but_the_last:
        worked(one)
    new = ordered(an_order(stage=Stage.VERIFICATION))
    worked(new)
    work_all()
    assert rollout_view(made).state is RolloutState.DONE
    assert environment(new).order.baseline == NEXT


def test_one_at_a_time(paper: PaperCloud, country: dict[str, list[UUID]]) -> None:
    begun()
    other = proposed(terms=BaselineTerms("2027.01", dropped=("keep-keys",)))
    approve_rollout(actor=FIRST_ONE, rollout_id=other, at=NOW)
    with pytest.raises(AnotherRollout):
        approve_rollout(actor=SECOND_ONE, rollout_id=other, at=NOW)
    assert rollout_view(other).state is RolloutState.PROPOSED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"terms": BaselineTerms("2027.01")}, "version"),
        ({"terms": BaselineTerms("2026.11", regions=("ap-northeast-1",))}, "version"),
        ({"reason": " "}, "reason"),
        ({"tolerated": -1}, "tolerated"),
        ({"pause_minutes": 100_000}, "pause_minutes"),
    ],
)
def test_a_wrong_proposal_leaves_nothing(paper: PaperCloud, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RolloutRefused) as refused:
        proposed(**changes)
    assert refused.value.details["field"] == field
    assert not Rollout.objects.exists()
    assert not BaselineVersion.objects.exists()


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "version"),
        ({"version": "a b"}, "version"),
        ({"version": "1", "what": 1}, "version"),
        ({"version": "1", "regions": []}, "regions"),
        ({"version": "1", "regions": ["Tokyo"]}, "regions"),
        ({"version": "1", "regions": "ap-northeast-1"}, "regions"),
        ({"version": "1", "adopted": ["nothing-such"]}, "adopted"),
        ({"version": "1", "adopted": ["keep-keys"]}, "adopted"),
        ({"version": "1", "dropped": ["no-root"]}, "dropped"),
        ({"version": "1", "dropped": ["no-access-keys"]}, "dropped"),
        ({"version": "1", "limits": {"instances": 0}}, "limits"),
        ({"version": "1", "limits": {"gold": 1}}, "limits"),
        ({"version": "1", "limits": [1]}, "limits"),
    ],
)
def test_a_version_that_cannot_be_is_refused_with_its_field(document: object, field: str) -> None:
    with pytest.raises(BaselineRefused) as refused:
        read_terms(document)
    assert refused.value.details["field"] == field


def test_waves_are_read_and_the_last_takes_all_that_are_left() -> None:
    read = read_waves([{"stages": ["verification"], "most": 2}])
    assert read == (Wave((Stage.VERIFICATION,), (), 2), Wave())
    assert read_waves(json.loads(json.dumps(waves_to_json(DEFAULT_WAVES)))) == DEFAULT_WAVES
    for wrong in ([], [{"most": 0}], [{"stages": ["moon"]}], [{"who": 1}], [1], {}, [{}] * 13):
        with pytest.raises(RolloutRefused):
            read_waves(wrong)


def test_who_loses_what_is_told_from_environments_examples_and_recorded_calls() -> None:
    here = Tenant("1", "見本町", "111122223333", "ap-northeast-1", True, (), FIRST)
    osaka = Tenant("2", "見本市", "444455556666", "ap-northeast-3", True, (), FIRST)
    spared = Tenant("3", "見本県", "777788889999", "ap-northeast-1", True, ("data-location/1",), FIRST)

    def call(account: str, region: str) -> Any:
        return read_call(
            {
                "principal": f"arn:aws:iam::{account}:user/hanako",
                "action": "ec2:RunInstances",
                "resource": f"arn:aws:ec2:{region}:{account}:instance/*",
                "account": account,
                "context": {"aws:RequestedRegion": region, "ec2:MetadataHttpTokens": "required"},
                "count": 7,
            }
        )

    calls = [
        call(account, region)
        for account in ("111122223333", "444455556666", "777788889999")
        for region in ("ap-northeast-1", "ap-northeast-3")
    ]
    told = version_impact([here, osaka, spared], FIRST, NEXT, calls)
    assert [one["id"] for one in told["stranded"]] == ["2"]
    assert told["environments"] == 3
    lost = {(one["account"], one["change"], one["guardrail"]) for one in told["calls"]["groups"]}
    assert lost == {
        ("111122223333", "loses", "data-location"),
        ("444455556666", "loses", "data-location"),
    }
    assert told["calls"]["changes"]["loses"] == 14
    assert {(one["action"], one["region"], one["change"]) for one in told["examples"]} == {
        ("iam:CreateAccessKey", "", "loses"),
        ("ec2:DescribeInstances", "ap-northeast-3", "loses"),
    }
    back = version_impact([here], NEXT, FIRST)
    assert {one["change"] for one in back["examples"]} == {"gains"}
    assert len(differences(FIRST, NEXT)) == 2
    assert json.loads(json.dumps(told)) == told


def test_entries_and_states_have_names() -> None:
    assert all(one.label.ja and one.label.en for one in (*EntryState, *RolloutState))
