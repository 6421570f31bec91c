"""Links by the services: counted tries, no oracle, staff decide the rest, no dose of anybody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.certificates.people import NOW, clerk, given, municipality, registered, resident, values

from hashira.certificates.selectors.linking import (
    compared,
    ended_by_staff,
    links_of,
    own_requests,
    request_view,
    requests_at,
)
from hashira.certificates.services.linking import (
    ATTEMPTS,
    REQUESTS,
    Claim,
    LinkNotPossible,
    MunicipalityBusy,
    RequestDecided,
    TooManyAttempts,
    TooManyRequests,
    accept_request,
    claim_link,
    end_link,
    end_own_link,
    issue_link_code,
    refuse_request,
    request_link,
    withdraw_request,
)
from hashira.certificates.services.own_record import view_own_record
from hashira.certificates.services.person import revise_person
from hashira.certificates.store.models import LinkAttempt, LinkCode, LinkRequest, RegisterLink
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit.reading import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def person(city: Organisation) -> UUID:
    person = registered(city)
    given(city, person)
    return person


def claim(who: Principal, city: Organisation, number: str = "0000000001", at=NOW) -> Claim:
    return claim_link(actor=who, organisation_id=city.pk, number=number, at=at)


def people_shown(who: Principal) -> list[UUID]:
    """Everything that the resident's page draws from."""
    return [view_own_record(actor=who, person_id=link.person_id).person_id for link in links_of(who.id)]


def test_signing_in_alone_shows_nothing(city: Organisation, person: UUID) -> None:
    hanako = resident()
    assert people_shown(hanako) == []
    with pytest.raises(AccessDenied):
        view_own_record(actor=hanako, person_id=person)


def test_attributes_and_number_show_the_own_record(city: Organisation, person: UUID) -> None:
    hanako = resident()
    assert claim(hanako, city).person_id == person
    assert people_shown(hanako) == [person]


def test_same_name_and_birth_date_each_sees_the_own(city: Organisation, person: UUID) -> None:
    other = registered(city, "2")
    one, two = resident(), resident()
    assert (claim(one, city).person_id, claim(two, city, "0000000002").person_id) == (person, other)
    assert (people_shown(one), people_shown(two)) == ([person], [other])
    with pytest.raises(AccessDenied):
        view_own_record(actor=one, person_id=other)


def test_a_twin_with_the_others_number_sees_nothing(city: Organisation, person: UUID) -> None:
    twin = resident("髙橋　花代")
    assert claim(twin, city).person_id is None
    assert people_shown(twin) == []


def test_somebody_who_moved_has_a_link_in_each_municipality(city: Organisation, person: UUID) -> None:
    before = municipality("011002", "札幌市")
    earlier = registered(before, "7", moved_out_on=NOW.date())
    hanako = resident()
    claim(hanako, city)
    assert claim(hanako, before).person_id is None  # the number is of the other register
    claim(hanako, before, "0000000007", at=NOW + timedelta(seconds=1))
    assert people_shown(hanako) == [person, earlier]


def test_a_changed_name_goes_to_staff_who_accept_it(city: Organisation, person: UUID) -> None:
    married = resident("佐藤　花子")
    assert claim(married, city).person_id is None
    asked = request_link(actor=married, organisation_id=city.pk, number="0000000001", at=NOW)
    view = request_view(asked)
    best = compared(view, clerk(city))[0]
    assert (best.person_id, best.name_agrees, best.birth_agrees, best.coupon_agrees) == (
        person,
        False,
        True,
        True,
    )
    accept_request(actor=clerk(city), request_id=asked, person_id=person, reason="戸籍で確認", at=NOW)
    assert people_shown(married) == [person]
    assert own_requests(married.id)[0].state == "accepted"


def test_a_name_that_changes_later_keeps_the_link(city: Organisation, person: UUID) -> None:
    hanako = resident()
    claim(hanako, city)
    new = replace(values(), name="佐藤　花子", kana="サトウ　ハナコ")
    revise_person(actor=clerk(city), person_id=person, version=1, values=new, reason="婚姻", at=NOW)
    assert people_shown(hanako) == [person]


def test_whatever_is_wrong_the_answer_is_the_same(city: Organisation, person: UUID) -> None:
    """A stranger who tries names and numbers learns nothing about whom the register knows."""
    claim(resident(), city)  # from here on the person is linked
    answers = {
        claim(resident("知らない　人"), city).person_id,
        claim(resident(), city, "9999999999").person_id,
        claim(resident(), city).person_id,
        claim(resident(), city, "23456789ABCD").person_id,
    }
    assert answers == {None}


def test_tries_are_counted_and_end_for_the_day(city: Organisation, person: UUID) -> None:
    hanako = resident()
    left = [claim(hanako, city, "9999999999").attempts_left for _ in range(ATTEMPTS)]
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(TooManyAttempts):
        claim(hanako, city)
    assert claim(hanako, city, at=NOW + timedelta(hours=24)).person_id == person


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_counted_too() -> None:
    city = municipality()
    registered(city)
    hanako = resident()

    def attempt(number: int) -> bool:
        try:
            claim(hanako, city, f"99999999{number:02}")
        except TooManyAttempts:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        allowed = sum(pool.map(attempt, range(12)))
    assert allowed == ATTEMPTS == LinkAttempt.objects.count()


def test_a_code_works_once_for_its_person(city: Organisation, person: UUID) -> None:
    code, _ = issue_link_code(actor=clerk(city), person_id=person, by_post=False, at=NOW)
    assert claim(resident("別　人"), city, code).person_id is None
    hanako = resident()
    assert claim(hanako, city, code).person_id == person
    end_own_link(actor=hanako, person_id=person, at=NOW)
    assert claim(hanako, city, code).person_id is None


@pytest.mark.parametrize(("by_post", "days"), [(False, 1), (True, 30)])
def test_a_code_ends_with_its_time(city: Organisation, person: UUID, by_post: bool, days: int) -> None:
    code, expires = issue_link_code(actor=clerk(city), person_id=person, by_post=by_post, at=NOW)
    assert expires == NOW + timedelta(days=days)
    assert claim(resident(), city, code, at=expires).person_id is None
    assert claim(resident(), city, code, at=expires - timedelta(seconds=1)).person_id == person


def test_a_new_code_ends_the_one_before(city: Organisation, person: UUID) -> None:
    first, _ = issue_link_code(actor=clerk(city), person_id=person, by_post=True, at=NOW)
    issue_link_code(actor=clerk(city), person_id=person, by_post=False, at=NOW)
    assert claim(resident(), city, first).person_id is None


def test_no_code_is_kept_in_the_clear(city: Organisation, person: UUID) -> None:
    code, _ = issue_link_code(actor=clerk(city), person_id=person, by_post=True, at=NOW)
    assert code not in repr(LinkCode.objects.values().get())
    assert not any(code in repr(event) for event in events())


def test_a_person_has_one_link_and_a_resident_one_a_municipality(city: Organisation, person: UUID) -> None:
    registered(city, "2")
    hanako = resident()
    claim(hanako, city)
    with pytest.raises(LinkNotPossible):
        claim(hanako, city, "0000000002")
    other = resident()
    asked = request_link(actor=other, organisation_id=city.pk, number="0000000001", at=NOW)
    assert request_view(asked).why == "taken"
    with pytest.raises(LinkNotPossible):
        accept_request(actor=clerk(city), request_id=asked, person_id=person, reason="x", at=NOW)
    end_link(actor=clerk(city), person_id=person, reason="別人でした", at=NOW)
    accept_request(actor=clerk(city), request_id=asked, person_id=person, reason="x", at=NOW)
    assert people_shown(hanako) == []
    assert people_shown(other) == [person]


def test_a_request_is_decided_once(city: Organisation, person: UUID) -> None:
    hanako = resident()
    asked = request_link(actor=hanako, organisation_id=city.pk, number="", at=NOW)
    assert request_link(actor=hanako, organisation_id=city.pk, number="", at=NOW) == asked
    refuse_request(actor=clerk(city), request_id=asked, reason="記録がありません", at=NOW)
    for again in (
        lambda: accept_request(actor=clerk(city), request_id=asked, person_id=person, reason="", at=NOW),
        lambda: withdraw_request(actor=hanako, request_id=asked, at=NOW),
    ):
        with pytest.raises(RequestDecided):
            again()
    assert own_requests(hanako.id)[0].reason == "記録がありません"
    assert requests_at(frozenset({city.pk})) == ()


def test_staff_of_another_municipality_decide_nothing(city: Organisation, person: UUID) -> None:
    stranger = clerk(municipality("011002", "札幌市"))
    asked = request_link(actor=resident(), organisation_id=city.pk, number="", at=NOW)
    for act in (
        lambda: accept_request(actor=stranger, request_id=asked, person_id=person, reason="", at=NOW),
        lambda: refuse_request(actor=stranger, request_id=asked, reason="", at=NOW),
        lambda: issue_link_code(actor=stranger, person_id=person, by_post=False, at=NOW),
        lambda: end_link(actor=stranger, person_id=person, reason="", at=NOW),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_a_person_of_another_register_cannot_be_accepted(city: Organisation, person: UUID) -> None:
    elsewhere = registered(municipality("011002", "札幌市"))
    asked = request_link(actor=resident(), organisation_id=city.pk, number="", at=NOW)
    with pytest.raises(LinkNotPossible):
        accept_request(actor=clerk(city), request_id=asked, person_id=elsewhere, reason="", at=NOW)


def test_staff_cannot_claim_for_themselves(city: Organisation, person: UUID) -> None:
    with pytest.raises(AccessDenied):
        claim_link(actor=clerk(city), organisation_id=city.pk, number="0000000001", at=NOW)


def test_nobody_withdraws_the_request_of_another(city: Organisation) -> None:
    asked = request_link(actor=resident(), organisation_id=city.pk, number="", at=NOW)
    with pytest.raises(AccessDenied):
        withdraw_request(actor=resident(), request_id=asked, at=NOW)
    with pytest.raises(AccessDenied):
        end_own_link(actor=resident(), person_id=registered(city, "5"), at=NOW)


def test_whatever_is_wrong_the_database_is_asked_the_same(city: Organisation, person: UUID) -> None:
    """Nobody learns from the time an answer takes whether the number, the name or nothing was right."""
    registered(city, "2", coupon_number="0000000003")
    registered(city, "3", coupon_number="0000000003")  # a register with one number twice
    claim(resident(), city)

    def asked(who: Principal, number: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert claim(who, city, number).person_id is None
        asked = [query["sql"].split("WHERE")[0].split("VALUES")[0] for query in queries.captured_queries]
        asked = [sql.split(" SELECT ")[0] if sql.startswith("INSERT") else sql for sql in asked]
        return [sql for sql in asked if "SAVEPOINT" not in sql]  # their names count up

    nobody = asked(resident(), "9999999999")
    assert nobody
    assert asked(resident("知らない　人"), "0000000001") == nobody
    assert asked(resident(), "0000000001") == nobody  # taken
    assert asked(resident(), "0000000003") == nobody  # several
    code, _ = issue_link_code(actor=clerk(city), person_id=person, by_post=True, at=NOW)
    unknown = asked(resident(), "23456789ABCD")
    assert asked(resident("佐藤　花子"), code) == unknown
    assert asked(resident(born=date(1999, 1, 1)), code) == unknown


def test_the_tries_at_a_municipality_end_too(
    city: Organisation, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hashira.certificates.services.linking.ATTEMPTS_AT_MUNICIPALITY", 3)
    for _ in range(3):
        claim(resident("知らない　人"), city, "9999999999")
    with pytest.raises(MunicipalityBusy):
        claim(resident(), city)
    elsewhere = municipality("011002", "札幌市")
    assert claim(resident(), elsewhere).person_id is None  # others go on
    assert claim(resident(), city, at=NOW + timedelta(hours=1)).person_id == person


@pytest.mark.django_db(transaction=True)
def test_tries_of_many_at_the_same_moment_count_at_the_municipality(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hashira.certificates.services.linking.ATTEMPTS_AT_MUNICIPALITY", 3)
    city = municipality()
    registered(city)
    crowd = [resident("知らない　人") for _ in range(10)]

    def attempt(who: Principal) -> bool:
        try:
            claim(who, city, "9999999999")
        except MunicipalityBusy:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, crowd)) == 3


@pytest.mark.django_db(transaction=True)
def test_two_who_claim_one_person_at_the_same_moment_do_not_both_get_it() -> None:
    city = municipality()
    person = registered(city)
    code, _ = issue_link_code(actor=clerk(city), person_id=person, by_post=False, at=NOW)
    claims = [(resident(), "0000000001" if n % 2 else code) for n in range(8)]

    def attempt(one: tuple[Principal, str]) -> UUID | None:
        try:
            return claim(one[0], city, one[1]).person_id
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, claims), key=str) == sorted([person] + [None] * 7, key=str)


def test_the_code_of_a_changed_name_shows_staff_whom_it_named(city: Organisation, person: UUID) -> None:
    registered(city, "2", name="鈴木　一郎")  # born on the same day
    code, _ = issue_link_code(actor=clerk(city), person_id=person, by_post=False, at=NOW)
    married = resident("佐藤　花子")
    assert claim(married, city, code).person_id is None
    asked = request_link(actor=married, organisation_id=city.pk, number=code, at=NOW)
    view = request_view(asked)
    assert view.why == "name_differs"
    best = compared(view, clerk(city))[0]
    assert (best.person_id, best.named) == (person, True)
    assert not any(one.named for one in compared(view, clerk(city))[1:])
    assert people_shown(married) == []
    assert claim(resident(), city, code).person_id is None  # the code went into the request


def test_a_found_code_is_not_used_up_by_a_stranger(city: Organisation, person: UUID) -> None:
    code, _ = issue_link_code(actor=clerk(city), person_id=person, by_post=True, at=NOW)
    stranger = resident("別　人", date(1999, 1, 1))
    request_link(actor=stranger, organisation_id=city.pk, number=code, at=NOW)
    assert claim(resident(), city, code).person_id == person


def test_a_request_finds_people_by_name_when_the_register_has_the_wrong_birth_date(
    city: Organisation, person: UUID
) -> None:
    asked = request_link(
        actor=resident("高橋花子", date(1980, 3, 1)), organisation_id=city.pk, number="", at=NOW
    )
    found = compared(request_view(asked), clerk(city))
    assert [(one.person_id, one.name_agrees, one.birth_agrees) for one in found] == [(person, True, False)]


def test_requests_do_not_flood_the_queue(city: Organisation) -> None:
    hanako = resident()
    for _ in range(REQUESTS):
        asked = request_link(actor=hanako, organisation_id=city.pk, number="", at=NOW)
        withdraw_request(actor=hanako, request_id=asked, at=NOW)
    with pytest.raises(TooManyRequests):
        request_link(actor=hanako, organisation_id=city.pk, number="", at=NOW)
    request_link(actor=hanako, organisation_id=city.pk, number="", at=NOW + timedelta(hours=24))


def test_a_corrected_birth_date_suspends_the_link(city: Organisation, person: UUID) -> None:
    hanako = resident()
    claim(hanako, city)
    corrected = replace(values(), birth_date=date(1980, 3, 1))
    revise_person(actor=clerk(city), person_id=person, version=1, values=corrected, reason="誤記", at=NOW)
    assert people_shown(hanako) == []
    with pytest.raises(AccessDenied):
        view_own_record(actor=hanako, person_id=person)
    (view,) = requests_at(frozenset({city.pk}))
    assert view.why == "birth_changed"
    assert compared(view, clerk(city))[0].named
    (ended,) = ended_by_staff(hanako.id)
    assert "生年月日" in ended.reason.ja
    accept_request(actor=clerk(city), request_id=view.id, person_id=person, reason="確認済み", at=NOW)
    assert people_shown(hanako) == [person]


def test_a_correction_towards_the_resident_keeps_what_staff_linked(city: Organisation) -> None:
    person = registered(city, birth_date=date(1980, 3, 1))
    hanako = resident()
    asked = request_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=NOW)
    accept_request(actor=clerk(city), request_id=asked, person_id=person, reason="誤記と確認", at=NOW)
    revise_person(actor=clerk(city), person_id=person, version=1, values=values(), reason="誤記", at=NOW)
    assert people_shown(hanako) == [person]


def test_a_resident_reads_why_staff_ended_the_link(city: Organisation, person: UUID) -> None:
    hanako, other = resident(), resident()
    claim(hanako, city)
    end_link(actor=clerk(city), person_id=person, reason="別人でした", at=NOW)
    assert [one.reason.ja for one in ended_by_staff(hanako.id)] == ["別人でした"]
    assert ended_by_staff(other.id) == ()


@pytest.mark.parametrize("by_code", [False, True])
def test_a_claim_for_somebody_who_has_died_is_for_staff_to_decide(by_code: bool) -> None:
    """Bereaved relatives may need the record; whoever holds the card of the dead must not get it unseen."""
    city = municipality()
    person = registered(city, died_on=date(2026, 1, 1))
    number = "0000000001"
    if by_code:
        number, _ = issue_link_code(actor=clerk(city), person_id=person, by_post=False, at=NOW)
    who = resident()
    assert claim_link(actor=who, organisation_id=city.pk, number=number, at=NOW).person_id is None
    asked = request_link(actor=who, organisation_id=city.pk, number=number, at=NOW)
    assert LinkRequest.objects.get(pk=asked).why == "deceased"
    accept_request(actor=clerk(city), request_id=asked, person_id=person, reason="遺族", at=NOW)
    assert RegisterLink.objects.filter(person_id=person, ended_at=None).count() == 1
