"""What a town has done with its servers: read back until it is true, by whoever may, once, and undone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.cloud.actions.conftest import APP, BATCH, Town

from hashira.cloud.domain.engine import EngineUnreachable
from hashira.cloud.domain.servers import (
    Server,
    ServerNotMoved,
    ServerNotPermitted,
    ServerState,
    ServerVerb,
    TagsRefused,
    read_tags,
)
from hashira.cloud.selectors.servers import ServerActRows, ServerLine, ServerRows, reading_of, server_view
from hashira.cloud.services import server_acts
from hashira.cloud.services import servers as services
from hashira.cloud.services.servers import ServerElsewhere, ServersUnavailable
from hashira.cloud.store.models import CloudServer, Environment, ServerAct
from hashira.core import jobs
from hashira.core.access import AccessDenied, Principal
from hashira.core.audit.models import AuditEvent
from hashira.core.jobs.models import Job
from hashira.ui.tables import Order

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


def turned(town: Town, verb: ServerVerb, identifier: str = APP, who: Principal | None = None) -> ServerAct:
    act = services.turn(actor=who or town.officer, server_id=town.server(identifier).pk, verb=verb, at=now())
    return town.carried_out(act)


def test_it_is_stopped_by_way_of_stopping_and_each_state_is_shown(town: Town) -> None:
    act = turned(town, ServerVerb.STOP)
    assert act.state == ServerAct.State.DONE
    assert [state for _at, state in act.seen] == ["running", "stopping", "stopped"]
    assert town.there().state is ServerState.STOPPED
    assert town.server().state == "stopped"
    assert act.before["state"] == "running"
    told = AuditEvent.objects.filter(action__in=["cloud:OperateServer", "cloud:CarryOutServerAct"])
    assert told.filter(action="cloud:OperateServer").count() == 1
    assert {one.organisation for one in told} == {str(town.body.pk)}


def test_an_answer_that_says_yes_is_not_believed(town: Town) -> None:
    town.paper.deaf.add(APP)
    act = turned(town, ServerVerb.STOP)
    assert act.state == ServerAct.State.FAILED
    assert act.problem["code"] == ServerNotMoved.code
    assert town.paper.calls["stop"] == 2  # once more on the way, then it is said
    assert town.server().state == "running"


def test_what_is_so_already_is_not_asked_for(town: Town) -> None:
    act = turned(town, ServerVerb.STOP, BATCH)
    assert act.state == ServerAct.State.DONE
    assert town.paper.calls["stop"] == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_died_is_gone_on_with(town: Town, when: str) -> None:
    """Killed just before the call, or before its answer was heard: the next run brings it to its end."""

    class Killed(BaseException):
        pass

    def die(verb: str, name: str, key: str) -> None:
        if verb == "stop":
            raise Killed

    act_id = services.turn(actor=town.officer, server_id=town.server().pk, verb=ServerVerb.STOP, at=now())
    setattr(town.paper, when, die)
    with pytest.raises(Killed):
        town.carried_out(act_id)
    setattr(town.paper, when, lambda verb, name, key: None)
    row = ServerAct.objects.get(pk=act_id)
    assert row.state in {"waiting", "sent"}
    Job.objects.filter(pk=row.job_id).update(state="queued")  # as a worker that takes it over finds it
    assert town.carried_out(act_id).state == ServerAct.State.DONE
    assert town.there().state is ServerState.STOPPED
    assert town.paper.calls["stop"] == (2 if when == "before" else 1)


def test_a_server_that_is_gone_and_a_silent_provider_are_said(town: Town) -> None:
    del town.paper.servers[town.order.key][APP]
    act = turned(town, ServerVerb.STOP)
    assert act.problem["code"] == "CLD-503"
    assert town.server().state == "gone"
    with pytest.raises(ServerElsewhere):
        turned(town, ServerVerb.START)

    def silent(verb: str, name: str, key: str) -> None:
        raise EngineUnreachable(engine="紙", operation=verb)

    town.paper.before = silent
    act = turned(town, ServerVerb.START, BATCH)
    assert act.problem["code"] == "CLD-302"
    town.read()
    assert reading_of(town.environment).problem is not None
    assert CloudServer.objects.filter(environment=town.environment).count() == 2


def test_what_the_role_may_not_is_said_as_that(town: Town) -> None:
    def refuse(verb: str, name: str, key: str) -> None:
        if verb == "stop":
            raise ServerNotPermitted(
                engine="紙", operation="ec2:stop_instances", answer="UnauthorizedOperation"
            )

    town.paper.before = refuse
    act = turned(town, ServerVerb.STOP)
    assert (act.state, act.problem["code"]) == ("failed", "CLD-504")


def test_one_act_at_a_time_with_a_server(town: Town) -> None:
    services.turn(actor=town.officer, server_id=town.server().pk, verb=ServerVerb.STOP, at=now())
    with pytest.raises(ServerElsewhere):
        services.turn(actor=town.officer, server_id=town.server().pk, verb=ServerVerb.START, at=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        ServerAct.objects.create(
            server=town.server(), verb="start", origin="person", asked_at=now(), asked_by="x"
        )


def seen_by(who: Principal) -> list[ServerLine]:
    return list(ServerRows(who).slice({}, None, 0, None))


def test_the_database_sorts_filters_and_slices(town: Town) -> None:
    CloudServer.objects.filter(name=town.server().name).update(
        tags={"CostCenter": "総務課"}, protected_at=now(), protected_by="x", state="stopping"
    )
    rows, app = ServerRows(town.officer), town.server().name
    every = {one.name for one in seen_by(town.officer)}
    (other,) = every - {app}

    def names(filters: dict[str, str], order: Order | None = None) -> list[str]:
        return [one.name for one in rows.slice(filters, order, 0, None)]

    for filters, found in (
        ({"state": "stopping"}, [app]),
        ({"state": "stopped"}, [other]),
        ({"protected": "True"}, [app]),
        ({"protected": "False"}, [other]),
        ({"cost_tags": "costcenter=総務"}, [app]),
        ({"name": other[:-1].upper()}, [other]),
        ({"system_name": "そのようなものはない"}, []),
    ):
        assert names(filters) == found, filters
        assert rows.count(filters) == len(found), filters
    rising = names({}, Order(key="name", falling=False))
    assert rising == sorted(every)
    assert names({}, Order(key="name", falling=True)) == rising[::-1]
    assert [one.name for one in rows.slice({}, Order(key="name", falling=False), 1, 2)] == rising[1:]


def test_who_may_do_what(town: Town) -> None:
    key = town.server().pk
    for who in (town.vendor, town.operator, town.stranger):
        with pytest.raises(AccessDenied):
            services.turn(actor=who, server_id=key, verb=ServerVerb.STOP, at=now())
        with pytest.raises(AccessDenied):
            services.protect(actor=who, server_id=key, reason="x", at=now())
    for who in (town.officer, town.vendor, town.operator):
        assert len(seen_by(who)) == ServerRows(who).count({}) == 2
    assert seen_by(town.stranger) == []
    with pytest.raises(AccessDenied):
        services.ask_reading(actor=town.stranger, environment_id=town.environment, at=now())
    turned(town, ServerVerb.STOP)
    acts = ServerActRows(town.vendor)
    assert [one.verb for one in acts.slice({}, None, 0, None)] == [ServerVerb.STOP]
    assert ServerActRows(town.stranger).count({}) == 0


def test_acts_are_sorted_filtered_and_sliced_by_the_database(
    town: Town, django_assert_max_num_queries: Any
) -> None:
    stop, start = turned(town, ServerVerb.STOP), turned(town, ServerVerb.START)
    rows = ServerActRows(town.officer)
    assert [one.id for one in rows.slice({}, None, 0, None)] == [start.pk, stop.pk]
    assert [one.id for one in rows.slice({}, Order(key="asked_at"), 0, 1)] == [stop.pk]
    assert [one.undoable for one in rows.slice({}, None, 0, None)] == [True, False]  # the last one alone
    for filters, found in (
        ({"verb": "stop"}, [stop.pk]),
        ({"state": "failed"}, []),
        ({"origin": "person"}, [start.pk, stop.pk]),
        ({"server_name": town.server().name.upper()}, [start.pk, stop.pk]),
        ({"body_name": "そのような団体はない"}, []),
    ):
        assert [one.id for one in rows.slice(filters, None, 0, None)] == found, filters
        assert rows.count(filters) == len(found)
    with django_assert_max_num_queries(4):
        list(rows.slice({}, Order(key="server_name"), 0, 50))


def test_what_is_protected_nobody_works_with(town: Town) -> None:
    key = town.server().pk
    with pytest.raises(ServerElsewhere):
        services.protect(actor=town.officer, server_id=key, reason=" ", at=now())
    waiting = services.turn(actor=town.officer, server_id=key, verb=ServerVerb.STOP, at=now())
    services.protect(actor=town.officer, server_id=key, reason="選挙の事務の間", at=now())
    assert town.carried_out(waiting).problem["code"] == "CLD-509"  # asked before, and not done any more
    with pytest.raises(AccessDenied):
        services.turn(actor=town.officer, server_id=key, verb=ServerVerb.STOP, at=now())
    services.unprotect(actor=town.officer, server_id=key)
    assert turned(town, ServerVerb.STOP).state == "done"
    from dataclasses import replace

    there: Server = town.there(BATCH)
    town.paper.servers[town.order.key][BATCH] = replace(
        there, tags={**there.tags, "hashira:protected": "TRUE"}
    )
    assert turned(town, ServerVerb.START, BATCH).problem["code"] == "CLD-509"
    assert town.paper.calls["start"] == 0
    assert server_view(town.server(BATCH).pk).line.protected


def tags(town: Town, **wanted: str) -> ServerAct | None:
    act = services.change_tags(actor=town.officer, server_id=town.server().pk, tags=wanted, at=now())
    return town.carried_out(act) if act is not None else None


def test_tags_are_set_read_back_and_undone_and_those_of_vending_stay(town: Town) -> None:
    act = tags(town, Name="jumin-app-1", CostCenter="総務課")
    assert act is not None
    assert act.state == "done"
    assert town.there().tags == {"Name": "jumin-app-1", "hashira:key": "x", "CostCenter": "総務課"}
    assert tags(town, Name="jumin-app-1", CostCenter="総務課") is None
    undone = services.undo(actor=town.officer, act_id=act.pk, at=now())
    assert town.carried_out(undone).state == "done"
    assert town.there().tags == {"Name": "jumin-app-1", "hashira:key": "x"}
    with pytest.raises(ServerElsewhere):
        services.undo(actor=town.officer, act_id=act.pk, at=now())


def test_a_stop_is_undone_by_a_start_and_only_the_last_act_is(town: Town) -> None:
    first = turned(town, ServerVerb.STOP)
    second = services.undo(actor=town.officer, act_id=first.pk, at=now())
    assert town.carried_out(second).state == "done"
    assert town.there().state is ServerState.RUNNING
    third = turned(town, ServerVerb.STOP)
    with pytest.raises(ServerElsewhere):
        services.undo(actor=town.officer, act_id=first.pk, at=now())
    lines = {one.id: one for one in server_view(town.server().pk).acts}
    assert [lines[key].undoable for key in (first.pk, second, third.pk)] == [False, False, True]


@pytest.mark.parametrize(
    "wanted",
    [
        {"aws:x": "1"},
        {"AWS:x": "1"},
        {"hashira:key": "other"},
        {"k" * 129: ""},
        {"k": "v" * 257},
        {"k": "a,b"},
        {"k": "改\n行"},
        {"Cost": "1", "cost": "2"},
        {f"k{number}": "" for number in range(50)},  # with the one of vending, 51
        {"": "1"},
    ],
)
def test_tags_that_the_provider_would_refuse_change_nothing(town: Town, wanted: dict[str, str]) -> None:
    with pytest.raises(TagsRefused):
        services.change_tags(actor=town.officer, server_id=town.server().pk, tags=wanted, at=now())
    assert ServerAct.objects.count() == 0
    assert town.paper.calls["tag"] == 0


@pytest.mark.parametrize("text", ["cost-center", "a=1\na=2"])
def test_lines_that_are_no_tags_are_refused(text: str) -> None:
    with pytest.raises(TagsRefused):
        read_tags(text)


def test_an_environment_that_is_not_in_use_or_has_no_servers(town: Town, monkeypatch: Any) -> None:
    Environment.objects.filter(pk=town.environment).update(state="suspended")
    with pytest.raises(ServersUnavailable):
        turned(town, ServerVerb.STOP)
    Environment.objects.filter(pk=town.environment).update(state="ready")
    from tests.cloud.vending.paper_cloud import PaperEngine

    monkeypatch.setattr(PaperEngine, "servers", None)
    with pytest.raises(ServersUnavailable):
        services.ask_reading(actor=town.officer, environment_id=town.environment, at=now())


def test_a_server_that_is_no_longer_listed_keeps_its_history(town: Town) -> None:
    turned(town, ServerVerb.STOP)
    del town.paper.servers[town.order.key][APP]
    assert town.read().state is jobs.JobState.DONE
    assert town.server().state == "gone"
    assert len(server_view(town.server().pk).acts) == 1


def test_an_act_whose_job_was_lost_does_not_stay_open(town: Town) -> None:
    act = services.turn(actor=town.officer, server_id=town.server().pk, verb=ServerVerb.STOP, at=now())
    assert server_acts.settle_what_was_left() == 0
    Job.objects.filter(pk=ServerAct.objects.get(pk=act).job_id).update(state="cancelled", ended_at=now())
    assert server_acts.settle_what_was_left() == 1
    assert ServerAct.objects.get(pk=act).problem["code"] == "CLD-314"
    assert turned(town, ServerVerb.STOP).state == "done"


def test_what_a_month_costs_is_told_where_the_price_is_known(
    town: Town, settings: Any, tmp_path: Any
) -> None:
    assert [one.yen_a_month for one in seen_by(town.officer)] == [None, None]
    prices = tmp_path / "prices.csv"
    prices.write_text(
        "engine,region,kind,usd_an_hour\npaper,,t3.medium,0.0544\npaper,,t3.large,cheap\n", encoding="utf-8"
    )
    settings.HASHIRA_CLOUD_SERVER_PRICES = str(prices)
    settings.HASHIRA_CLOUD_AWS = {**settings.HASHIRA_CLOUD_AWS, "YEN_A_DOLLAR": "150"}
    # 0.0544 × 730 × 150 = 5,956.8
    assert [one.yen_a_month for one in seen_by(town.officer)] == [5957, 5957]
