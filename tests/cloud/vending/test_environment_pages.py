"""The pages, the API and the commands of environments; and the list with as many as the country has."""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.cloud.selection.bodies import body, staff
from tests.cloud.vending.conftest import TERMINAL, SignIn, ordered, worked
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import PaperCloud

from hashira.cloud.commands.environment import environment as command
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.domain.order_record import order_to_json
from hashira.cloud.selectors.environment_queue import queue_place
from hashira.cloud.selectors.environments import environment
from hashira.cloud.services.amendments import ask_amendment
from hashira.cloud.services.verification import notice_what_was_forgotten
from hashira.cloud.store.models import Environment
from hashira.core.accounts.models import Organisation

pytestmark = pytest.mark.django_db
_LIST = "/cloud/environments/"


@pytest.fixture
def operator(signed_in: SignIn) -> Client:
    return signed_in(staff(("cloud_operator", body("operator", "柱運用センター"))))


@pytest.fixture
def village() -> Organisation:
    return body("municipality", "松川村", "204811")


def page(client: Client, environment_id: UUID) -> str:
    answer = client.get(f"{_LIST}{environment_id}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_list_without_environments_says_what_will_be_there(operator: Client) -> None:
    assert "環境はまだありません" in operator.get(_LIST).content.decode()


def test_the_page_of_one_shows_evidence_and_what_can_be_done(
    operator: Client, paper: PaperCloud, village: Organisation
) -> None:
    paper.lies = {"trail"}
    environment_id = ordered(an_order())
    assert "順番は1番目です" in page(operator, environment_id)
    worked(environment_id)
    shown = page(operator, environment_id)
    assert "CLD-305" in shown
    assert "もう一度行う" in shown
    assert "払い出しを取りやめる" in shown
    paper.lies = set()
    assert operator.post(f"{_LIST}{environment_id}/again").status_code == 302
    worked(environment_id)
    shown = page(operator, environment_id)
    assert paper.things[str(environment_id)]["trail"] in shown
    assert f"{environment_id}/again" not in shown
    assert "休止または廃止する" in shown


def test_it_is_suspended_and_resumed_by_the_page(operator: Client, paper: PaperCloud) -> None:
    environment_id = ordered(an_order())
    worked(environment_id)
    address = f"{_LIST}{environment_id}/suspend"
    assert operator.post(address, {"reason": ""}).status_code == 422
    assert operator.post(address, {"reason": "点検"}).status_code == 302
    worked(environment_id)
    assert "利用を再開する" in page(operator, environment_id)
    operator.post(f"{_LIST}{environment_id}/resume")
    worked(environment_id)
    assert environment(environment_id).line.state is EnvironmentState.READY
    assert operator.post(f"{_LIST}{environment_id}/verify").status_code == 302


def test_it_is_given_up_by_the_page(operator: Client, paper: PaperCloud) -> None:
    paper.lies = {"trail"}
    environment_id = ordered(an_order())
    worked(environment_id)
    assert operator.get(f"{_LIST}{environment_id}/give-up").status_code == 200
    assert operator.post(f"{_LIST}{environment_id}/give-up", {"reason": "誤り"}).status_code == 302
    worked(environment_id)
    assert environment(environment_id).line.state is EnvironmentState.WITHDRAWN


def test_a_body_sees_its_own_environments_and_no_others(
    signed_in: SignIn, paper: PaperCloud, village: Organisation
) -> None:
    mine, other = ordered(an_order()), ordered(an_order(body_code="204820", body_name="別の村"))
    client = signed_in(staff(("cloud_applicant", village)))
    listed = client.get(_LIST).content.decode()
    assert str(mine) in listed
    assert str(other) not in listed
    assert client.get(f"{_LIST}{other}").status_code == 404
    assert client.get(f"{_LIST}{mine}/suspend").status_code == 403
    found = client.get("/api/v1/cloud/environments").json()
    assert [one["id"] for one in found["items"]] == [str(mine)]
    assert client.get(f"/api/v1/cloud/environments/{other}").status_code == 404
    document = client.get(f"/api/v1/cloud/environments/{mine}").json()
    assert (document["state"], document["sandbox"], document["class"]) == ("requested", True, "local")


def test_the_terminal_lists_shows_and_verifies(paper: PaperCloud) -> None:
    order = an_order()
    environment_id = ordered(order)
    worked(environment_id)
    run = CliRunner().invoke
    assert [one["id"] for one in json.loads(run(command, ["list", "--json"]).stdout)] == [str(environment_id)]
    shown = json.loads(run(command, ["show", str(environment_id), "--json"]).stdout)
    assert shown["steps"][0]["evidence"][0]["value"] == "000000000001"
    assert run(command, ["verify", "--json"]).exit_code == 0
    del paper.things[order.key]["hub"]
    answer = run(command, ["verify", "--json"])
    assert answer.exit_code == 1
    [found] = json.loads(answer.stdout)
    assert (found["state"], [one["step"] for one in found["deviations"]]) == ("deviating", ["hub"])
    assert run(command, ["list", "--state", "nowhere"]).exit_code == 2


def test_whatever_was_lost_is_vended_again_with_one_act(operator: Client, paper: PaperCloud) -> None:
    ids = [ordered(an_order()) for _ in range(3)]
    for one in ids:
        worked(one)
    paper.things.clear()
    paper.accounts.clear()
    paper.name = "paper-2"
    assert notice_what_was_forgotten() == 3
    assert "消えた環境をすべて払い出し直す" in operator.get(_LIST).content.decode()
    assert operator.post(_LIST + "again").status_code == 302
    for one in ids:
        worked(one)
        assert environment(one).line.state is EnvironmentState.READY
    assert len(paper.accounts) == 3


def test_who_waits_is_told_the_place_and_the_time(paper: PaperCloud) -> None:
    worked(ordered(an_order()))
    Environment.objects.update(
        begun_at=datetime.now(UTC) - timedelta(seconds=60), vended_at=datetime.now(UTC)
    )
    waiting = [ordered(an_order()) for _ in range(7)]
    places = [queue_place(one) for one in waiting]
    assert [one.place for one in places if one] == [1, 2, 3, 4, 5, 6, 7]
    seconds = [round(one.seconds or 0) for one in places if one]
    assert seconds == [60, 60, 60, 60, 60, 120, 120]
    assert queue_place(uuid4()) is None


@pytest.mark.long
def test_lists_stay_fast_with_five_thousand_environments(operator: Client, paper: PaperCloud) -> None:
    order, now = an_order(), datetime.now(UTC)
    states = list(EnvironmentState)
    Environment.objects.bulk_create(
        [
            Environment(
                order=order_to_json(order),
                engine="paper",
                body_code=f"{number % 1788:06d}",
                body_name=f"団体{number % 1788}",
                tenant_class="local",
                system_code="jumin",
                system_name=f"システム{number % 20}",
                stage="production",
                region="ap-northeast-1",
                state=states[number % len(states)].value,
                account=f"{number:012d}",
                problem={},
                requested_at=now - timedelta(minutes=number),
                requested_by="x",
                changed_at=now,
                closed_at=now,
            )
            for number in range(5_000)
        ],
        batch_size=500,
    )
    for query in ("", "?sort=body_name&page=40", "?filter_body_name=団体17&filter_state=ready"):
        times = []
        for _ in range(5):
            begun = time.process_time()
            assert operator.get(_LIST + query).status_code == 200
            times.append(time.process_time() - begun)
        assert statistics.median(times) < 0.3, (query, times)
    answer = operator.get(_LIST + "?format=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 5_001


def test_a_change_is_shown_with_before_and_after_and_can_be_taken_back(
    operator: Client, paper: PaperCloud, village: Organisation
) -> None:
    environment_id = ordered(an_order())
    worked(environment_id)
    paper.lies = {"budget"}
    ask_amendment(
        actor=TERMINAL,
        environment_id=environment_id,
        change=lambda one: replace(one, monthly_budget_yen=Decimal(640_000)),
        cause="application",
        at=datetime.now(UTC),
    )
    assert "変更の作業中" in page(operator, environment_id)
    worked(environment_id)
    shown = page(operator, environment_id)
    for words in ("変更が止まっています", "CLD-305", "120,000", "640,000", "変更をもう一度行う"):
        assert words in shown
    paper.lies = set()
    undo = f"{_LIST}{environment_id}/undo-change"
    assert undo in shown
    assert operator.post(undo, {"reason": ""}).status_code == 422
    assert operator.post(undo, {"reason": "誤り"}).status_code == 302
    worked(environment_id)
    shown = page(operator, environment_id)
    assert "これまでの変更" in shown
    assert "640,000" in shown
    assert environment(environment_id).order.monthly_budget_yen == 120_000
    assert operator.post(undo, {"reason": "もう一度"}).status_code == 422


def test_another_body_neither_sees_nor_takes_back_a_change(
    signed_in: SignIn, paper: PaperCloud, village: Organisation
) -> None:
    environment_id = ordered(an_order())
    worked(environment_id)
    other = signed_in(staff(("cloud_applicant", body("municipality", "別の市"))))
    assert other.get(f"{_LIST}{environment_id}/undo-change").status_code == 404
