"""People and doses through the services: found, corrected, withdrawn, told, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from tests.certificates.people import BORN, NOW, clerk, given, municipality, registered, resident, values

from hashira.certificates.domain.dose import Dose, DoseNotRecordable
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.selectors.people import PersonNotFound, Question, find_people, person_view
from hashira.certificates.services.dose import (
    DoseNeedsConfirmation,
    DoseNotInForce,
    correct_dose,
    record_dose,
    void_dose,
)
from hashira.certificates.services.person import (
    ChangedMeanwhile,
    ReferenceTaken,
    erase_person,
    register_person,
    revise_person,
    view_person,
)
from hashira.certificates.store.models import DoseEvent
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.audit.reading import events
from hashira.core.audit.sealing import seal, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def person(city: Organisation) -> UUID:
    return registered(city)


def dose(number: int = 1, day: date = date(2021, 6, 1), **more: str) -> Dose:
    return Dose(product("comirnaty"), day, lot="EY5422", number=number, **more)


def record(
    city: Organisation, person: UUID, what: Dose, *, confirmed: bool = False, request: UUID | None = None
) -> UUID:
    return record_dose(
        actor=clerk(city),
        person_id=person,
        request_id=request or uuid4(),
        dose=what,
        confirmed=confirmed,
        at=NOW,
    )


def test_a_name_is_kept_as_given_and_found_by_its_variants(city: Organisation) -> None:
    wanted = registered(city, name="髙𣘺\U000e0100　花子")
    registered(city, "2", "高田　花子")
    for typed in ("髙𣘺", "髙𣘺花子", "髙𣘺　花"):
        assert [p.id for p in find_people(city.pk, Question(name=typed))] == [wanted]
    assert person_view(wanted).name == "髙𣘺\U000e0100　花子"


@pytest.mark.parametrize(
    "question",
    [
        Question(kana="タカハシ"),
        Question(kana="たかはしはな"),
        Question(birth_date=BORN),
        Question(reference="1"),
        Question(coupon_number="0000000001"),
        Question(name="高橋", birth_date=BORN),
    ],
)
def test_every_way_to_find_somebody(city: Organisation, person: UUID, question: Question) -> None:
    registered(city, "2", "佐藤　太郎", kana="サトウ　タロウ", birth_date=date(1999, 1, 1), sex="male")
    assert [found.id for found in find_people(city.pk, question)] == [person]


@pytest.mark.parametrize("question", [Question(), Question(name="　"), Question(name="高橋", reference="2")])
def test_what_fits_nobody_finds_nobody(city: Organisation, person: UUID, question: Question) -> None:
    assert find_people(city.pk, question) == ()


def test_people_of_another_register_are_not_found(city: Organisation, person: UUID) -> None:
    assert find_people(municipality("011002", "札幌市").pk, Question(name="高橋")) == ()


def test_a_reference_is_given_once(city: Organisation, person: UUID) -> None:
    with pytest.raises(ReferenceTaken):
        registered(city)


def test_a_changed_name_keeps_the_earlier_one(city: Organisation, person: UUID) -> None:
    married = replace(values(), name="佐藤　花子", kana="サトウ　ハナコ")
    revise_person(actor=clerk(city), person_id=person, version=1, values=married, reason="婚姻", at=NOW)
    view = person_view(person)
    assert [revision.name for revision in view.revisions] == ["髙橋　花子", "佐藤　花子"]
    assert find_people(city.pk, Question(name="高橋")) == ()
    with pytest.raises(ChangedMeanwhile):
        revise_person(actor=clerk(city), person_id=person, version=1, values=values(), reason="", at=NOW)


def test_a_dose_is_recorded_once_however_often_it_is_sent(city: Organisation, person: UUID) -> None:
    request = uuid4()
    for _ in range(2):
        record(city, person, dose(), request=request)
    assert [event.id for event in person_view(person).doses] == [request]


def test_a_correction_takes_the_place_and_both_stay_on_record(city: Organisation, person: UUID) -> None:
    first = record(city, person, dose())
    fixed = correct_dose(
        actor=clerk(city),
        person_id=person,
        event=first,
        request_id=uuid4(),
        dose=dose(day=date(2021, 6, 2)),
        reason="予診票の読み間違い",
        confirmed=False,
        at=NOW,
    )
    view = person_view(person)
    assert [event.id for event in view.doses] == [fixed]
    assert view.doses[0].dose.given_on == date(2021, 6, 2)
    assert [event.id for event in view.events] == [first, fixed]
    with pytest.raises(DoseNotInForce):
        void_dose(
            actor=clerk(city, "municipal_supervisor"), person_id=person, event=first, reason="x", at=NOW
        )


def test_a_withdrawn_dose_does_not_count_and_may_be_recorded_again(city: Organisation, person: UUID) -> None:
    first = record(city, person, dose())
    with pytest.raises(AccessDenied):
        void_dose(actor=clerk(city), person_id=person, event=first, reason="別人の記録", at=NOW)
    boss = clerk(city, "municipal_supervisor")
    void_dose(actor=boss, person_id=person, event=first, reason="別人の記録", at=NOW)
    assert person_view(person).doses == ()
    record(city, person, dose())
    assert len(person_view(person).doses) == 1


def test_what_looks_wrong_asks_to_be_confirmed(city: Organisation, person: UUID) -> None:
    record(city, person, dose())
    with pytest.raises(DoseNeedsConfirmation):
        record(city, person, dose())
    record(city, person, dose(), confirmed=True)


@pytest.mark.parametrize("day", [date(2026, 11, 24), BORN - timedelta(days=1)])
def test_a_day_that_cannot_be_is_refused_even_if_confirmed(
    city: Organisation, person: UUID, day: date
) -> None:
    with pytest.raises(DoseNotRecordable):
        record(city, person, dose(day=day), confirmed=True)
    assert not DoseEvent.objects.exists()


def test_staff_of_another_municipality_can_do_nothing(city: Organisation, person: UUID) -> None:
    first = record(city, person, dose())
    stranger = clerk(municipality("011002", "札幌市"), "municipal_supervisor")
    for act in (
        lambda: view_person(actor=stranger, person_id=person),
        lambda: revise_person(
            actor=stranger, person_id=person, version=1, values=values(), reason="", at=NOW
        ),
        lambda: record_dose(
            actor=stranger, person_id=person, request_id=uuid4(), dose=dose(2), confirmed=True, at=NOW
        ),
        lambda: void_dose(actor=stranger, person_id=person, event=first, reason="x", at=NOW),
        lambda: register_person(actor=stranger, organisation_id=city.pk, values=values("9"), at=NOW),
        lambda: erase_person(actor=stranger, person_id=person, at=NOW),
    ):
        with pytest.raises(AccessDenied):
            act()
    assert DoseEvent.objects.count() == 1


@pytest.mark.parametrize("who", ["resident", "nobody", "password only"])
def test_only_staff_with_two_factors_look_at_people(city: Organisation, person: UUID, who: str) -> None:
    principals: dict[str, Principal] = {
        "resident": resident(),
        "nobody": Principal.anonymous(),
        "password only": replace(clerk(city), second_factor=False),
    }
    with pytest.raises(AccessDenied):
        view_person(actor=principals[who], person_id=person)


def test_every_look_and_every_change_is_told(city: Organisation, person: UUID) -> None:
    given(city, person)
    view_person(actor=clerk(city), person_id=person)
    told = [event.action for event in events(subject=Subject("person", str(person)))]
    assert told == ["certificates:ViewPerson", "certificates:RecordDose", "certificates:RegisterPerson"]


def test_an_erased_person_is_gone_and_the_audit_still_verifies(city: Organisation, person: UUID) -> None:
    given(city, person)
    seal()
    erase_person(actor=clerk(city, "municipal_supervisor"), person_id=person, at=NOW)
    assert not DoseEvent.objects.exists()
    assert events(subject=Subject("person", str(person))) == ()
    assert verify().ok
    with pytest.raises(PersonNotFound):
        person_view(person)
