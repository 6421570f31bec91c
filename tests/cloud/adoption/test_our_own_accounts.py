"""Environments of ours in an inventory: compared with what reading them back would ask, with nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from tests.cloud.adoption.conftest import NOW, ONE, job_of, proposed
from tests.cloud.adoption.conftest import surveyed as on_paper
from tests.cloud.adoption.existing import Existing
from tests.cloud.adoption.on_aws import (
    READING,
    aws,
    door,
    existing,
    operator,
    proxy,
    second,
    standings,
    surveyed,
)
from tests.cloud.adoption.test_adoption_pages import SignIn, read, signed_in
from tests.cloud.selection.bodies import body, staff
from tests.cloud.vending.conftest import ordered, worked
from tests.cloud.vending.emulator import Outside
from tests.cloud.vending.fault_proxy import FaultProxy
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import PaperCloud

from hashira.cloud.adapters.engines.aws.cloud import AwsCloud
from hashira.cloud.adapters.engines.aws.engine import AwsEngine
from hashira.cloud.adapters.engines.aws.expectation import expectations, expectations_of_ours
from hashira.cloud.adapters.engines.aws.survey_standings import (
    OF_EVERY_ACCOUNT,
    OF_ITS_OWNER,
    OF_OURS_ALONE,
)
from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.commands.organisation import organisation as command
from hashira.cloud.domain.adoption.conflicts import conflicts
from hashira.cloud.domain.adoption.measure import Measure, OurEnvironment
from hashira.cloud.domain.baseline.versions import read_terms
from hashira.cloud.domain.door import DOOR_STEP
from hashira.cloud.domain.engine import Retirement, steps_in_force
from hashira.cloud.domain.environment_order import Stage
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.domain.rollout import read_waves
from hashira.cloud.selectors.environments import environment
from hashira.cloud.selectors.survey_measures import measures
from hashira.cloud.selectors.surveys import accounts_of_others, survey_lines, survey_view, surveyed_account
from hashira.cloud.services import guardrail_exceptions
from hashira.cloud.services.adoptions import approve_adoption
from hashira.cloud.services.environments import VENDING, suspend
from hashira.cloud.services.exception_ends import follow_exceptions
from hashira.cloud.services.rollout_waves import advance_rollouts
from hashira.cloud.services.rollouts import approve_rollout, propose_rollout
from hashira.cloud.services.verification import verify
from hashira.core import jobs
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation

__all__ = ["aws", "door", "existing", "operator", "proxy", "second", "signed_in"]
NEXT = read_terms({"version": "2026.12", "regions": ["ap-northeast-1"], "adopted": ["no-access-keys"]})


def unconnected() -> Any:
    raise AssertionError("nobody is asked")


@pytest.mark.parametrize("adopts", ["", "123456789012"])
def test_every_step_of_vending_is_in_the_table_of_what_is_looked_at(adopts: str) -> None:
    """Whoever adds a step to vending says in ``survey_standings`` how an inventory looks at it."""
    cloud = AwsCloud(
        connect=unconnected,
        regions=("ap-northeast-1",),
        log_days=1,
        lock_mode="COMPLIANCE",
        today=lambda: date(2026, 11, 30),
        # What no step looks at while it is only named; of no type, so that a use would be seen.
        **dict.fromkeys(("email", "phone", "first_role", "yen_a_dollar", "account_quota", "baseline_usd")),  # type: ignore[arg-type]
    )
    engine, order = AwsEngine(cloud, sandbox=True, concurrency=1), an_order(engine="aws", adopts=adopts)
    # Each kind of step says its name, which its port has as a property.
    looked_at = {kind.name for kind in (*OF_EVERY_ACCOUNT, *OF_ITS_OWNER)}  # type: ignore[attr-defined]
    assert not looked_at & OF_OURS_ALONE.keys()
    steps = {step.name for step in (*engine.vend(order), *engine.guard(order))}
    assert steps <= looked_at | OF_OURS_ALONE.keys()
    assert looked_at <= steps
    ours = OurEnvironment(order, {}, EnvironmentState.READY)
    suspension = {step.name for step in engine.retire(order, Retirement.SUSPENSION)}
    asked = expectations(cloud) | expectations_of_ours(cloud, ours)
    assert looked_at <= expectations(cloud).keys()
    assert (steps | suspension | {DOOR_STEP}) <= asked.keys()
    assert all(words.ja and words.en for words in asked.values())


def test_what_is_ours_is_in_nobodys_way() -> None:
    """An environment of ours may have as many SCPs as there is room for: it is not about to be adopted."""
    own = ["FullAWSAccess", *(f"own-{number}" for number in range(4))]
    denies = {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [denies]})
    document = {
        "id": "o-1",
        "management": "",
        "policies": {name: {"kind": "service-control", "document": text} for name in [*own[1:], "above"]},
        "root": {"id": "r-1", "name": "Root", "parent": "", "policies": ["FullAWSAccess"]},
        "units": [{"id": "ou-1", "name": "U", "parent": "r-1", "policies": ["FullAWSAccess", "above"]}],
        "accounts": [{"id": ONE, "name": "one", "parent": "ou-1", "policies": own}],
    }
    assert [(one.kind, one.accounts) for one in conflicts(document, {}, "operator")] == [("crowded", 1)]
    assert conflicts(document, {}, "operator", {ONE}) == ()


def granted(
    town: Organisation, environment_id: UUID, guardrail: str, people: tuple[Principal, Principal]
) -> str:
    """An exception by three people, at the provider; how an order names it."""
    made = guardrail_exceptions.ask_exception(
        actor=staff(("cloud_applicant", town)),
        guardrail_id=guardrail,
        organisation_id=town.pk,
        environment_id=environment_id,
        system="住民基本台帳",
        reason="移行のあいだ",
        substitute="記録を毎日見る",
        begins_on=date(2026, 11, 1),
        ends_on=date(2027, 3, 31),
        at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    at = datetime.now(UTC)
    guardrail_exceptions.examine_exception(actor=people[0], exception_id=made, opinion="可", at=at)
    guardrail_exceptions.grant_exception(actor=people[1], exception_id=made, at=at)
    assert follow_exceptions(actor=Principal.system("upkeep"), at=at) == 1
    worked(environment_id)
    return f"{guardrail}/{made}"


def rolled_out_to_verification(people: tuple[Principal, Principal], third: Principal) -> None:
    """The first wave of the next version; everybody else waits for the second, which has not begun."""
    at = datetime.now(UTC)
    made = propose_rollout(
        actor=third,
        terms=NEXT,
        reason="東京だけにする",
        waves=read_waves([{"stages": ["verification"]}, {}]),
        pause_minutes=60,
        at=at,
    )
    for person in people:
        approve_rollout(actor=person, rollout_id=made, at=at)
    advance_rollouts(actor=VENDING, at=at)


@pytest.mark.django_db
@pytest.mark.long
def test_each_is_compared_with_its_own_version_and_exceptions(
    aws: str,
    existing: Existing,
    proxy: FaultProxy,
    operator: Principal,
    second: Principal,
    signed_in: SignIn,
) -> None:
    people, town = (operator, second), body("municipality", "松川村", "204811")
    spared = ordered(an_order(engine="aws"))
    worked(spared)
    exception = granted(town, spared, "data-location", people)
    newer = ordered(an_order(engine="aws", stage=Stage.VERIFICATION, address_ranges=("10.21.0.0/20",)))
    worked(newer)
    rolled_out_to_verification(people, staff(("cloud_operator", body("operator", "柱提案センター"))))
    worked(newer)
    theirs = existing.account("theirs")
    accounts = {one: environment(one).line.account for one in (spared, newer)}
    assert environment(spared).order.exceptions == (exception,)
    assert environment(newer).order.baseline.version == "2026.12"

    proxy.calls.clear()
    client = signed_in(operator)
    client.post("/cloud/surveys/take", {"engine": "aws"})
    survey_id = survey_lines()[0].id
    jobs.carry_out(job_of(survey_id))
    assert survey_view(survey_id).line.state == "done"
    assert not [one for one in proxy.calls if not one.startswith(READING)]
    for one in accounts:
        as_its_order_asks(survey_id, one)
    assert surveyed_account(survey_id, accounts[spared]).line.measured == {
        "environment": str(spared),
        "state": "ready",
        "version": "2026.11",
        "without": ["data-location"],
    }
    assert surveyed_account(survey_id, accounts[newer]).line.measured["version"] == "2026.12"
    stands = standings(survey_id, theirs)
    assert (stands["guardrails"], stands["server-role"]) == ("missing", "missing")
    assert surveyed_account(survey_id, theirs).line.measured == {"version": "2026.11"}
    assert set(accounts_of_others(survey_id)).isdisjoint(accounts.values())

    shown = read(client, f"/cloud/surveys/{survey_id}/accounts/{accounts[spared]}")
    assert "2026.11（例外：data-location）" in shown
    assert "環境の指図" in shown
    listed = read(client, f"/cloud/surveys/{survey_id}?filter_environment=ours")
    assert accounts[newer] in listed
    assert theirs not in listed
    answer = CliRunner().invoke(command, ["difference", "--json"])
    told = {one["account"]: one for one in json.loads(answer.stdout)}
    assert [told[one]["lacks"] for one in accounts.values()] == [[], []]
    assert told[accounts[newer]]["measured"]["version"] == "2026.12"
    assert "guardrails" in told[theirs]["lacks"]
    answer = CliRunner().invoke(command, ["difference", "--csv"])
    assert "own order 2026.11 except data-location" in answer.stdout

    suspend(actor=operator, environment_id=newer, reason="年度末", closes_on=None, at=datetime.now(UTC))
    worked(newer)
    spoil(Outside(aws), accounts[spared])
    survey_id = surveyed(operator)
    as_its_order_asks(survey_id, newer)
    found = surveyed_account(survey_id, accounts[spared])
    verified = verify(actor=VENDING, environment_id=spared)
    assert set(found.line.lacks) == {deviation.step for deviation in verified.deviations}
    assert set(found.line.lacks) == {"trail", "tags", "server-role", DOOR_STEP}


def as_its_order_asks(survey_id: UUID, environment_id: UUID) -> None:
    """The inventory has asked what reading the environment back asks, found it, and found no other SCP."""
    shown = environment(environment_id)
    suspended = shown.line.state is EnvironmentState.SUSPENDED
    found = surveyed_account(survey_id, shown.line.account)
    assert (found.line.state, found.line.lacks) == ("whole", ()), found.steps
    asked = [one.name for one in steps_in_force(engine_of("aws"), shown.order, suspended=suspended)]
    assert [one.step for one in found.steps] == [*asked, DOOR_STEP]
    assert not [one for one in found.surplus if one.kind == "scp"], found.surplus


def spoil(outside: Outside, account: str) -> None:
    """Somebody changes things in an account: by hand, and past the product."""
    iam = outside.client("iam", account=account)
    outside.client("cloudtrail", account=account).stop_logging(Name="hashira")
    outside.client("organizations").untag_resource(ResourceId=account, TagKeys=["hashira:body"])
    iam.delete_role_policy(RoleName="servers", PolicyName="hashira-servers")
    iam.create_role(Path="/hashira/", RoleName="emergency-0000", AssumeRolePolicyDocument="{}")


@pytest.mark.django_db
def test_one_whose_order_changes_while_it_is_read_is_read_once_more(
    org: PaperCloud, people: tuple[Principal, Principal], monkeypatch: pytest.MonkeyPatch
) -> None:
    survey_id = on_paper(people[0])
    one = approve_adoption(actor=people[1], adoption_id=proposed(people[0], survey_id), at=NOW)
    worked(one)
    asked: list[dict[str, Measure]] = []

    def told(*arguments: Any) -> dict[str, Measure]:
        """What is told first is out of date by the time it is asked again."""
        asked.append(measures(*arguments))
        found = asked[-1][ONE]
        if len(asked) > 1 or found.ours is None:
            return asked[-1]
        before = replace(found.ours, order=replace(found.ours.order, baseline=NEXT))
        return asked[-1] | {ONE: replace(found, ours=before)}

    monkeypatch.setattr("hashira.cloud.services.surveying.measures", told)
    org.calls.clear()
    found = surveyed_account(on_paper(people[0]), ONE).line
    assert (found.state, found.measured["version"]) == ("whole", "2026.11")
    assert (len(asked), org.calls["read"]) == (2, 3)  # ours twice, and the other one
