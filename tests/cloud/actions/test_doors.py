"""The door behind an emergency access: opened for its time, proved closed, found where none may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.cloud.actions.conftest import Town
from tests.cloud.applying.world import person

from hashira.cloud.domain.door import Door, DoorState
from hashira.cloud.domain.engine import EngineUnreachable
from hashira.cloud.services import emergencies as services
from hashira.cloud.services import emergency_doors as doors
from hashira.cloud.services.verification import verify
from hashira.cloud.store.models import EmergencyAccess, EmergencyDoor
from hashira.core import jobs
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Account, Organisation
from hashira.core.audit.models import AuditEvent
from hashira.core.jobs.models import Job

UPKEEP, VENDING = Principal.system("upkeep"), Principal.system("vending")
HOUR = timedelta(hours=1)


@pytest.fixture
def people(town: Town) -> tuple[Principal, Principal]:
    operator = Organisation.objects.get(kind="operator")
    return person("cloud_operator", operator, "入る人"), person("cloud_operator", operator, "認める人")


def now() -> datetime:
    return datetime.now(UTC)


def opened(
    town: Town, people: tuple[Principal, Principal], *, begun: datetime | None = None
) -> EmergencyDoor:
    """An access for an hour that the second person has let in; its job is not carried out yet."""
    asking, second = people
    at = begun or now()
    made = services.ask_emergency(
        actor=asking, environment_id=town.environment, target="DB", reason="障害", hours=1, at=at
    )
    services.open_emergency(actor=second, emergency_id=made, at=at)
    return EmergencyDoor.objects.get(emergency_id=made)


def carried_out(door: EmergencyDoor) -> EmergencyDoor:
    door.refresh_from_db()
    assert door.job_id is not None
    jobs.carry_out(door.job_id)
    door.refresh_from_db()
    return door


def ended(door: EmergencyDoor, ago: timedelta = timedelta(seconds=1)) -> None:
    """Its time is over: as if it had begun so much earlier."""
    EmergencyAccess.objects.filter(pk=door.emergency_id).update(
        asked_at=now() - 2 * HOUR, opened_at=now() - 2 * HOUR, ends_at=now() - ago
    )


def there(town: Town) -> dict[str, Door]:
    return town.paper.doors.get(town.order.key, {})


def test_it_is_opened_for_the_person_and_its_time_and_read_back(
    town: Town, people: tuple[Principal, Principal]
) -> None:
    door = opened(town, people)
    assert (door.state, there(town)) == ("opening", {})
    door = carried_out(door)
    assert door.state == "open"
    assert door.evidence
    found = there(town)[str(door.emergency_id)]
    row = EmergencyAccess.objects.get(pk=door.emergency_id)
    assert row.ends_at is not None
    assert found.person == Account.objects.get(pk=people[0].id).email
    assert found.ends == row.ends_at.replace(microsecond=0)
    assert verify(actor=VENDING, environment_id=town.environment).sound is False  # the rest of it is paper
    told = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"cloud:OpenEmergency", "cloud:CarryOutDoor"} <= told


def test_at_the_end_of_its_time_it_is_closed_by_itself_and_proved(
    town: Town, people: tuple[Principal, Principal]
) -> None:
    door = carried_out(opened(town, people))
    assert not doors.doors_are_due(now())
    ended(door)
    assert doors.doors_are_due(now())
    assert doors.settle_doors(actor=UPKEEP, at=now()) == 1
    assert doors.settle_doors(actor=UPKEEP, at=now()) == 0  # the job of the first is on it
    door = carried_out(door)
    assert (door.state, there(town)) == ("closed", {})
    assert door.closed_at is not None
    assert not doors.doors_are_due(now())


def test_ended_early_it_is_closed_at_once_and_no_retry_opens_it_again(
    town: Town, people: tuple[Principal, Principal]
) -> None:
    door = carried_out(opened(town, people))
    first = door.job_id
    services.end_emergency(actor=people[0], emergency_id=door.emergency_id, at=now())
    door = carried_out(door)
    assert (door.state, there(town)) == ("closed", {})
    assert first is not None
    Job.objects.filter(pk=first).update(state="queued", ended_at=None)  # the job that opened it, once more
    jobs.carry_out(first)
    assert there(town) == {}
    assert town.paper.calls["open"] == 1


def test_a_job_that_comes_after_the_end_opens_nothing(
    town: Town, people: tuple[Principal, Principal]
) -> None:
    door = opened(town, people)
    ended(door)
    door = carried_out(door)
    assert (door.state, there(town), town.paper.calls["open"]) == ("closed", {}, 0)


def test_ended_while_it_is_being_opened_it_is_closed_by_the_same_run(
    town: Town, people: tuple[Principal, Principal]
) -> None:
    door = opened(town, people)

    def meanwhile(verb: str, name: str, key: str) -> None:
        if verb == "open":
            ended(door)

    town.paper.before = meanwhile
    door = carried_out(door)
    assert (door.state, there(town), town.paper.calls["open"]) == ("closed", {}, 1)


def test_killed_between_opening_and_recording_no_door_is_open_unnoticed(
    town: Town, people: tuple[Principal, Principal]
) -> None:
    class Killed(BaseException):
        pass

    def die(verb: str, name: str, key: str) -> None:
        if verb == "open":
            raise Killed

    door = opened(town, people)
    town.paper.after = die
    with pytest.raises(Killed):
        carried_out(door)
    assert len(there(town)) == 1  # it is open, and its row says that it is being opened
    door.refresh_from_db()
    assert door.state == "opening"
    town.paper.after = lambda verb, name, key: None
    # The worker never comes back and the time is over: the detector says it, and the round closes it.
    ended(door)
    finding = verify(actor=VENDING, environment_id=town.environment)
    assert "CLD-512" in [one.problem.code for one in finding.deviations]
    Job.objects.filter(pk=door.job_id).update(state="cancelled", ended_at=now())
    assert doors.settle_doors(actor=UPKEEP, at=now()) == 1
    assert carried_out(door).state == "closed"
    assert there(town) == {}


def test_a_provider_that_is_silent_at_closing_is_asked_until_it_is_proved(
    town: Town, people: tuple[Principal, Principal]
) -> None:
    door = carried_out(opened(town, people))
    ended(door)

    def silent(verb: str, name: str, key: str) -> None:
        if verb == "close":
            raise EngineUnreachable(engine="紙", operation=verb)

    town.paper.before = silent
    for times in (1, 2):
        assert doors.settle_doors(actor=UPKEEP, at=now()) == 1
        door = carried_out(door)
        assert (door.state, door.problem["code"]) == ("closing", "CLD-302")
        assert door.attempts == 1 + times
    assert len(there(town)) == 1
    town.paper.before = lambda verb, name, key: None
    town.paper.stuck_doors = True  # now it says yes and does nothing
    doors.settle_doors(actor=UPKEEP, at=now())
    door = carried_out(door)
    assert (door.state, door.problem["code"]) == ("closing", "CLD-511")
    town.paper.stuck_doors = False
    doors.settle_doors(actor=UPKEEP, at=now())
    door = carried_out(door)
    assert (door.state, door.problem, there(town)) == ("closed", None, {})


@pytest.mark.parametrize("known", [True, False])
def test_a_door_without_a_record_is_found_and_closed(
    town: Town, people: tuple[Principal, Principal], known: bool
) -> None:
    door = carried_out(opened(town, people))
    found = there(town)[str(door.emergency_id)]
    ended(door)
    doors.settle_doors(actor=UPKEEP, at=now())
    carried_out(door)
    key = str(door.emergency_id) if known else str(uuid4())
    town.paper.doors[town.order.key][key] = replace(found, key=key)  # somebody opened it by hand
    finding = verify(actor=VENDING, environment_id=town.environment)
    assert "CLD-512" in [one.problem.code for one in finding.deviations]
    assert doors.doors_are_due(now()) is known  # of a known access it is closed by the next round
    with pytest.raises(AccessDenied):
        doors.ask_to_close_strays(actor=town.officer, environment_id=town.environment)
    job = doors.ask_to_close_strays(actor=people[1], environment_id=town.environment)
    assert jobs.carry_out(job).result == {"closed": 1}
    assert there(town) == {}


def test_a_door_that_was_changed_while_it_is_open_is_found(
    town: Town, people: tuple[Principal, Principal]
) -> None:
    door = carried_out(opened(town, people))
    key = str(door.emergency_id)
    assert not [one for one in doors.doors_amiss(_engine(), door.environment)]
    town.paper.doors[town.order.key][key] = replace(there(town)[key], ends=now() + 9 * HOUR)
    assert [one.code for one in doors.doors_amiss(_engine(), door.environment)] == ["CLD-305"]


def test_where_no_door_can_be_opened_it_is_said(
    town: Town, people: tuple[Principal, Principal], monkeypatch: Any
) -> None:
    from tests.cloud.vending.paper_cloud import PaperEngine

    monkeypatch.setattr(PaperEngine, "doors", None)
    door = opened(town, people)
    assert door.state == DoorState.NONE.value
    assert door.problem is not None
    assert door.problem["code"] == "CLD-510"
    assert door.job_id is None
    services.end_emergency(actor=people[0], emergency_id=door.emergency_id, at=now())
    door.refresh_from_db()
    assert door.state == DoorState.NONE.value


def test_somebody_whose_address_is_not_known_gets_no_door(town: Town, people: Any) -> None:
    door = opened(town, (town.operator, people[1]))
    assert (door.state, door.problem["code"]) == (DoorState.NONE.value, "CLD-510")


def _engine() -> Any:
    from hashira.cloud.adapters.engines.registry import engine_of

    return engine_of("paper")


def test_an_access_about_no_environment_has_no_door(people: tuple[Principal, Principal]) -> None:
    made: UUID = services.ask_emergency(
        actor=people[0], environment_id=None, target="共通", reason="障害", hours=1, at=now()
    )
    services.open_emergency(actor=people[1], emergency_id=made, at=now())
    assert not EmergencyDoor.objects.filter(emergency_id=made).exists()
