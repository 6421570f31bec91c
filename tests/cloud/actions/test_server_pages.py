"""The pages of servers and of the doors: what is shown to whom, and what the buttons do, without scripts."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.cloud.actions.conftest import BATCH, Town
from tests.cloud.actions.test_doors import carried_out as door_carried_out
from tests.cloud.actions.test_doors import ended, opened
from tests.cloud.actions.test_doors import people as people
from tests.cloud.vending.test_environment_pages import SignIn

from hashira.cloud.domain.engine import EngineUnreachable
from hashira.cloud.services import emergency_doors as doors
from hashira.cloud.store.models import CloudServer, ServerAct, ServerSchedule
from hashira.core import jobs
from hashira.core.access import Principal
from hashira.portal.upkeep import look_after_servers


@pytest.fixture
def officer(signed_in: SignIn, town: Town) -> Client:
    return signed_in(town.officer)


def text(client: Client, name: str, *key: Any, status: int = 200) -> str:
    answer = client.get(reverse(f"cloud:{name}", args=key))
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def post(client: Client, name: str, *key: Any, **asked: Any) -> int:
    return client.post(reverse(f"cloud:{name}", args=key), asked).status_code


def carried_out() -> None:
    for act in ServerAct.objects.filter(state="waiting"):
        assert act.job_id is not None
        jobs.carry_out(act.job_id)


def test_an_officer_reads_stops_starts_and_undoes_by_the_pages(officer: Client, town: Town) -> None:
    shown = text(officer, "environment-servers", town.environment)
    assert "jumin-app-1" in shown
    assert "に読み込んだ一覧です" in shown
    key = town.server().pk
    page = text(officer, "server", key)
    assert "停止する" in page
    assert "起動する" not in page
    assert "使っている人がいないこと" in text(officer, "server-stop", key)
    assert town.paper.calls["stop"] == 0
    assert post(officer, "server-stop", key) == 302
    waiting = text(officer, "server", key)
    assert "読み戻した状態で確かめています" in waiting
    assert f"{key}/stop" not in waiting  # one act at a time
    carried_out()
    page = text(officer, "server", key)
    assert "動作中 → 停止の作業中 → 停止" in page
    undo = ServerAct.objects.get()
    assert post(officer, "server-undo", key, undo.pk) == 302
    carried_out()
    assert "動作中" in text(officer, "server", key)
    batch = town.server(BATCH).pk
    assert post(officer, "server-start", batch) == 302
    carried_out()
    listed = text(officer, "server-acts")
    assert listed.count("読み戻して確認済み") >= 3
    csv = b"".join(officer.get(reverse("cloud:server-acts") + "?format=csv").streaming_content)  # type: ignore[attr-defined]
    assert csv.decode("utf-8-sig").count("jumin-") == 3


def test_a_schedule_is_set_paused_left_on_lifted_and_put_back_by_the_pages(
    officer: Client, town: Town
) -> None:
    key = town.server().pk
    wrong = {"days": ["0"], "begins": "08:30", "ends": "08:30"}
    assert post(officer, "server-schedule", key, **wrong) == 422
    assert post(officer, "server-schedule", key, days=[], begins="08:30", ends="18:30") == 422
    right = {"days": ["0", "1", "2", "3", "4"], "begins": "08:30", "ends": "18:30", "off_on_holidays": "on"}
    assert post(officer, "server-schedule", key, **right) == 302
    page = text(officer, "server", key)
    for words in ("08:30–18:30", "動かさない", "次の動作", "予定を一時止める"):
        assert words in page
    for step, words in (
        ("pause", "予定を再開する"),
        ("resume", "予定を一時止める"),
        ("lift", "解除した予定を戻す"),
        ("restore", "予定を解除する"),
    ):
        assert post(officer, "server-schedule-step", key, step) == 302
        assert words in text(officer, "server", key)
    assert post(officer, "server-schedule-step", key, "nothing") == 404
    soon = datetime.now(UTC) + timedelta(days=2)
    day = {f"day_{part}": getattr(soon, part) for part in ("year", "month", "day")}
    assert post(officer, "server-leave-on", key, until="22:00", **day) == 302
    assert "予定どおりに戻す" in text(officer, "server", key)
    late = datetime.now(UTC) + timedelta(days=40)
    day = {f"day_{part}": getattr(late, part) for part in ("year", "month", "day")}
    assert post(officer, "server-leave-on", key, until="22:00", **day) == 422
    assert post(officer, "server-schedule-step", key, "leave-off") == 302
    assert "予定どおりに戻す" not in text(officer, "server", key)


def test_the_upkeep_carries_out_what_is_due(officer: Client, town: Town) -> None:
    key = town.server().pk
    right = {"days": ["0", "1", "2", "3", "4", "5", "6"], "begins": "08:30", "ends": "18:30"}
    post(officer, "server-schedule", key, **right)
    look_after_servers(datetime.now(UTC))
    assert ServerAct.objects.count() == 0
    ago = datetime.now(UTC) - timedelta(days=2)
    ServerSchedule.objects.update(acted_until=ago, next_at=ago)
    look_after_servers(datetime.now(UTC))
    look_after_servers(datetime.now(UTC))
    act = ServerAct.objects.get()
    assert (act.origin, act.asked_by) == ("schedule", "upkeep")


def test_tags_that_are_wrong_stay_in_the_form_with_words(officer: Client, town: Town) -> None:
    key = town.server().pk
    answer = officer.post(reverse("cloud:server-tags", args=[key]), {"tags": "aws:x=1"})
    assert answer.status_code == 422
    assert "「aws:x」は使えません" in answer.content.decode()
    assert "hashira:key=x" in text(officer, "server-tags", key)
    assert post(officer, "server-tags", key, tags="Name=jumin-app-1\nCostCenter=総務課") == 302
    carried_out()
    assert "CostCenter=総務課" in text(officer, "server", key)


def test_the_vendor_and_the_operator_see_and_do_nothing_and_strangers_see_nothing(
    signed_in: SignIn, officer: Client, town: Town
) -> None:
    key = town.server().pk
    post(officer, "server-stop", key)
    for who in (town.vendor, town.operator):
        client = signed_in(who)
        assert "jumin-app-1" in text(client, "servers")
        page = text(client, "server", key)
        assert "停止" in page
        for address in ("stop", "tags", "schedule", "protect", "start"):
            assert f"{key}/{address}" not in page
            assert post(client, f"server-{address}", key) == 403
    assert "jumin-app-1" in text(signed_in(town.vendor), "server-acts")
    stranger = signed_in(town.stranger)
    assert "サーバーはありません" in text(stranger, "servers")
    assert text(stranger, "server", key, status=404)
    assert text(stranger, "environment-servers", town.environment, status=403)
    assert post(stranger, "server-stop", key) == 404


def test_what_is_protected_says_by_whom_and_offers_nothing(officer: Client, town: Town) -> None:
    key = town.server().pk
    assert post(officer, "server-protect", key, reason="") == 422
    assert post(officer, "server-protect", key, reason="選挙の事務の間") == 302
    page = text(officer, "server", key)
    assert "選挙の事務の間" in page
    assert f"{key}/stop" not in page
    assert text(officer, "server-stop", key, status=403)
    assert post(officer, "server-unprotect", key) == 302
    assert f"{key}/stop" in text(officer, "server", key)


def test_an_environment_that_was_never_read_or_has_no_servers_says_so(
    officer: Client, town: Town, monkeypatch: Any
) -> None:
    from tests.cloud.vending.paper_cloud import PaperEngine

    from hashira.cloud.store.models import ServerReading

    ServerReading.objects.all().delete()
    CloudServer.objects.all().delete()
    page = text(officer, "environment-servers", town.environment)
    assert "まだ読み込んでいません" in page
    assert post(officer, "environment-servers-read", town.environment) == 302
    assert "サーバーの読み込み" in text(officer, "environment-servers", town.environment)
    monkeypatch.setattr(PaperEngine, "servers", None)
    assert "サーバーの操作はできません" in text(officer, "environment-servers", town.environment)


def test_a_provider_that_is_silent_is_said_on_the_page(officer: Client, town: Town) -> None:
    def silent(verb: str, name: str, key: str) -> None:
        raise EngineUnreachable(engine="紙", operation=verb)

    town.paper.before = silent
    post(officer, "server-stop", town.server().pk)
    carried_out()
    assert "CLD-302" in text(officer, "server", town.server().pk)
    town.read()
    assert "CLD-302" in text(officer, "environment-servers", town.environment)


@pytest.mark.long
def test_lists_stay_fast_with_many_servers(signed_in: SignIn, town: Town) -> None:
    known = town.server()
    made = [
        CloudServer(
            environment_id=town.environment,
            identifier=f"i-{number:017x}",
            region="ap-northeast-1",
            name=f"server-{number}",
            kind="t3.medium",
            state="running",
            tags={"Name": f"server-{number}"},
            seen_at=known.seen_at,
        )
        for number in range(2_000)
    ]
    CloudServer.objects.bulk_create(made, batch_size=500)
    client = signed_in(town.operator)
    times = []
    for _ in range(5):
        begun = time.process_time()
        text(client, "servers")
        times.append(time.process_time() - begun)
    assert statistics.median(times) < 0.3, times


# ── the door, on the operator's pages ──


def test_the_operator_is_alarmed_until_a_door_is_proved_closed(
    signed_in: SignIn, town: Town, people: tuple[Principal, Principal]
) -> None:
    client = signed_in(people[1])
    door = door_carried_out(opened(town, people))
    page = text(client, "emergency", door.emergency_id)
    assert "開いています" in page
    assert str(door.emergency_id) in page
    assert "閉じたことを確かめられない扉" not in text(client, "emergencies")
    ended(door)
    town.paper.stuck_doors = True
    look_after_servers(datetime.now(UTC))
    door_carried_out(door)
    alarm = text(client, "emergencies")
    assert "閉じたことを確かめられない扉があります" in alarm
    assert "緊急の立入り（1）" in alarm
    assert "CLD-511" in text(client, "emergency", door.emergency_id)
    town.paper.stuck_doors = False
    look_after_servers(datetime.now(UTC))
    door_carried_out(door)
    calm = text(client, "emergencies")
    assert "緊急の立入り（1）" not in calm
    assert "閉じたことを確認" in text(client, "emergency", door.emergency_id)


def test_a_door_without_a_record_is_closed_from_the_page_of_its_environment(
    signed_in: SignIn, town: Town, people: tuple[Principal, Principal]
) -> None:
    from hashira.cloud.services.verification import verify

    door = door_carried_out(opened(town, people))
    ended(door)
    doors.settle_doors(actor=Principal.system("upkeep"), at=datetime.now(UTC))
    stray = dict(town.paper.doors[town.order.key])
    door_carried_out(door)
    town.paper.doors[town.order.key] = stray
    verify(actor=Principal.system("vending"), environment_id=town.environment)
    client = signed_in(people[1])
    assert "記録のない扉を閉じる" in text(client, "environment", town.environment)
    assert post(client, "environment-doors", town.environment) == 302
    assert post(signed_in(town.officer), "environment-doors", town.environment) == 403
