"""A representative sees a child's record while it is proved, and nothing more afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.certificates.people import NOW, clerk, municipality, registered, resident
from tests.certificates.residents.conftest import CHILD_BORN, PARENT_BORN

from hashira.certificates.domain.person import PersonValues
from hashira.certificates.domain.representation import Paper, Representative
from hashira.certificates.selectors.account_people import people_of
from hashira.certificates.selectors.issuing import certificates_of
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.representation import (
    formerly_represented,
    representations_of,
    represented_by,
)
from hashira.certificates.services.issuing import issue_card, view_certificate
from hashira.certificates.services.linking import (
    ATTEMPTS,
    Claim,
    TooManyAttempts,
    claim_link,
    issue_link_code,
)
from hashira.certificates.services.own_record import view_own_record
from hashira.certificates.services.person import revise_person
from hashira.certificates.services.representation import (
    NotForRepresentative,
    RepresentationOver,
    RepresentativeUnfit,
    claim_by_card,
    claim_by_papers,
    end_representation,
    hold_representation,
    issue_representation_code,
    take_back_code,
    withdraw_representation,
)
from hashira.certificates.store.models import Person, Representation, RepresentationCode
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit.reading import events

pytestmark = pytest.mark.django_db
NUMBER = "0000000005"


def by_card(who: Principal, city: Organisation, card: Principal, number: str = NUMBER, at=NOW) -> Claim:
    return claim_by_card(actor=who, organisation_id=city.pk, number=number, child_id=UUID(card.id), at=at)


def code_for(
    city: Organisation,
    child: UUID,
    name: str = "山田　花子",
    born: date = PARENT_BORN,
    ends_on: date | None = None,
    at=NOW,
) -> str:
    code, _ = issue_representation_code(
        actor=clerk(city),
        person_id=child,
        representative=Representative(name, born),
        paper=Paper.FAMILY_REGISTER,
        ends_on=ends_on,
        by_post=False,
        at=at,
    )
    return code


def by_papers(who: Principal, city: Organisation, code: str, at=NOW) -> Claim:
    return claim_by_papers(actor=who, organisation_id=city.pk, number=code, at=at)


def shown(who: Principal) -> list[UUID]:
    """Everything that the resident's pages draw from."""
    return [
        view_own_record(actor=who, person_id=record.person_id).person_id
        for person in people_of(who.id)
        for record in person.records
    ]


def issue(who: Principal, person: UUID, at=NOW) -> UUID:
    doses = [dose.event_id for dose in own_record(person).doses]
    return issue_card(
        actor=who,
        person_id=person,
        request_id=uuid4(),
        events=doses,
        shows_name=True,
        shows_birth_date=True,
        at=at,
    )


def test_the_childs_card_and_number_show_the_record(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    assert by_card(parent, city, childs_card).person_id == child
    assert shown(parent) == [child]
    row = Representation.objects.get()
    assert (row.means, row.ends_on, row.paper) == ("card", date(2036, 4, 1), "")


def test_neither_municipality_nor_place_is_shown_to_a_representative(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    by_card(parent, city, childs_card)
    seen = view_own_record(actor=parent, person_id=child)
    assert seen.municipality_code == ""
    assert city.name not in repr(seen)
    assert {dose.place for dose in seen.doses} == {""}
    claim_link(actor=childs_card, organisation_id=city.pk, number=NUMBER, at=NOW)
    own = view_own_record(actor=childs_card, person_id=child)
    assert (own.municipality_code, own.doses[0].place) == ("131016", "千代田診療所")


@pytest.mark.parametrize(
    ("name", "born", "number"),
    [
        ("山田　小花", CHILD_BORN, "0000000006"),
        ("山田　大花", CHILD_BORN, NUMBER),
        ("山田　小花", date(2018, 4, 3), NUMBER),
        ("山田　小花", None, NUMBER),
    ],
    ids=["number", "name", "birth", "no birth"],
)
def test_a_card_or_number_of_somebody_else_shows_nothing(
    city: Organisation, child: UUID, parent: Principal, name: str, born: date | None, number: str
) -> None:
    assert by_card(parent, city, resident(name, born), number).person_id is None
    assert shown(parent) == []


def test_twins_are_told_apart(city: Organisation, child: UUID, parent: Principal) -> None:
    twin = registered(city, "6", "山田　大花", birth_date=CHILD_BORN)
    cards = [resident("山田　小花", CHILD_BORN), resident("山田　大花", CHILD_BORN)]
    assert by_card(parent, city, cards[0], "0000000006").person_id is None
    assert by_card(parent, city, cards[1], "0000000006").person_id == twin
    assert shown(parent) == [twin]
    assert by_card(parent, city, cards[0]).person_id == child
    assert {person.name for person in people_of(parent.id)} == {"山田　小花", "山田　大花"}


def test_two_of_one_name_and_birth_date_in_a_municipality_are_two_children(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    namesake = registered(city, "7", "山田　小花", birth_date=CHILD_BORN)
    assert by_card(parent, city, childs_card).person_id == child
    assert shown(parent) == [child]
    by_card(parent, city, resident("山田　小花", CHILD_BORN), "0000000007")
    children = [[record.person_id for record in person.records] for person in people_of(parent.id)]
    assert sorted(children) == sorted([[child], [namesake]])


def test_one_child_in_two_municipalities_is_one_person(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    before = municipality("011002", "札幌市")
    earlier = registered(before, "9", "山田　小花", birth_date=CHILD_BORN)
    by_card(parent, city, childs_card)
    by_card(parent, before, childs_card, "0000000009", at=NOW + timedelta(seconds=1))
    (person,) = people_of(parent.id)
    assert [record.person_id for record in person.records] == [child, earlier]


def test_oneself_comes_first_and_is_told_apart(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    own = registered(city, "8", "山田　花子", birth_date=PARENT_BORN)
    by_card(parent, city, childs_card)
    claim_link(actor=parent, organisation_id=city.pk, number="0000000008", at=NOW)
    me, she = people_of(parent.id)
    assert (me.own, me.records[0].person_id, she.own, she.records[0].person_id) == (True, own, False, child)


def test_the_own_card_or_a_minor_represents_nobody(
    city: Organisation, child: UUID, childs_card: Principal, parent: Principal
) -> None:
    for who, card in ((childs_card, childs_card), (resident("兄", date(2010, 1, 1)), childs_card)):
        with pytest.raises(RepresentativeUnfit):
            by_card(who, city, card)
    assert not Representation.objects.exists()


def test_nobody_represents_an_adult(city: Organisation, parent: Principal) -> None:
    registered(city, "3", "山田　一郎", birth_date=date(2008, 11, 23))  # 18 on the day of the test
    assert by_card(parent, city, resident("山田　一郎", date(2008, 11, 23)), "0000000003").person_id is None


def test_a_code_for_linking_does_with_the_childs_card_once(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    code, _ = issue_link_code(actor=clerk(city), person_id=child, by_post=False, at=NOW)
    other = resident("山田　太郎", PARENT_BORN)
    assert by_card(other, city, resident("別の　子", CHILD_BORN), code).person_id is None
    assert by_card(parent, city, childs_card, code).person_id == child
    assert by_card(other, city, childs_card, code).person_id is None


def test_papers_that_staff_saw_make_a_representative_and_only_their_kind_is_kept(
    city: Organisation, child: UUID, parent: Principal
) -> None:
    code = code_for(city, child, ends_on=date(2030, 3, 31))
    assert code not in repr(RepresentationCode.objects.values().get())
    assert by_papers(resident("山田　太郎", PARENT_BORN), city, code).person_id is None
    assert by_papers(parent, city, code).person_id == child
    row = Representation.objects.get()
    assert (row.means, row.paper, row.ends_on) == ("papers", "family_register", date(2030, 3, 31))
    assert by_papers(parent, city, code, at=NOW + timedelta(hours=1)).person_id is None  # used
    assert not any(code in repr(event) for event in events())


def test_a_code_that_was_taken_back_or_is_over_does_nothing(
    city: Organisation, child: UUID, parent: Principal
) -> None:
    code = code_for(city, child)
    row = RepresentationCode.objects.get()
    take_back_code(actor=clerk(city), person_id=child, code_id=row.pk, at=NOW)
    with pytest.raises(RepresentationOver):
        take_back_code(actor=clerk(city), person_id=child, code_id=row.pk, at=NOW)
    assert by_papers(parent, city, code).person_id is None
    late = code_for(city, child)
    assert by_papers(parent, city, late, at=NOW + timedelta(days=1)).person_id is None


def test_a_code_for_linking_is_none_for_representing_and_the_other_way_round(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    link, _ = issue_link_code(actor=clerk(city), person_id=child, by_post=False, at=NOW)
    assert by_papers(parent, city, link).person_id is None
    code = code_for(city, child, name="山田　小花", born=CHILD_BORN)
    assert claim_link(actor=childs_card, organisation_id=city.pk, number=code, at=NOW).person_id is None


def test_tries_are_counted_with_those_of_linking(city: Organisation, parent: Principal) -> None:
    claim_link(actor=parent, organisation_id=city.pk, number="9999999999", at=NOW)
    left = [by_papers(parent, city, "23456789ABCD").attempts_left for _ in range(ATTEMPTS - 1)]
    assert left == [3, 2, 1, 0]
    with pytest.raises(TooManyAttempts):
        by_papers(parent, city, "23456789ABCD")


def test_ended_by_staff_or_withdrawn_shows_nothing_more(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    for end in ("staff", "own"):
        by_papers(parent, city, code_for(city, child))
        row = Representation.objects.get(ended_at=None)
        if end == "staff":
            end_representation(
                actor=clerk(city), representation_id=row.pk, reason="審判で親権者が変わった", at=NOW
            )
        else:
            withdraw_representation(actor=parent, representation_id=row.pk, at=NOW)
        assert shown(parent) == []
        with pytest.raises(AccessDenied):
            view_own_record(actor=parent, person_id=child)
        with pytest.raises(AccessDenied):
            issue(parent, child)
        with pytest.raises(RepresentationOver):
            end_representation(actor=clerk(city), representation_id=row.pk, reason="再", at=NOW)
    told = formerly_represented(parent.id)
    assert len(told) == 2
    assert "審判" not in repr(told)  # never why


def test_whom_staff_sent_away_does_not_come_back_with_the_card(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    by_card(parent, city, childs_card)
    row = Representation.objects.get()
    end_representation(actor=clerk(city), representation_id=row.pk, reason="親権停止", at=NOW)
    assert by_card(parent, city, childs_card).person_id is None
    assert by_papers(parent, city, code_for(city, child)).person_id == child  # new papers do


def test_one_who_stopped_may_come_back_with_the_card(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    by_card(parent, city, childs_card)
    withdraw_representation(actor=parent, representation_id=Representation.objects.get().pk, at=NOW)
    assert by_card(parent, city, childs_card).person_id == child


def test_nobody_ends_what_is_somebody_elses(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    by_card(parent, city, childs_card)
    row = Representation.objects.get()
    with pytest.raises(AccessDenied):
        withdraw_representation(actor=resident("他　人"), representation_id=row.pk, at=NOW)
    with pytest.raises(AccessDenied):
        end_representation(
            actor=clerk(municipality("011002", "札幌市")), representation_id=row.pk, reason="x", at=NOW
        )
    assert shown(parent) == [child]


def test_of_two_parents_one_may_be_sent_away_without_the_other(
    city: Organisation, child: UUID, parent: Principal, installation: None
) -> None:
    father = resident("山田　太郎", date(1984, 1, 1))
    by_papers(parent, city, code_for(city, child))
    by_papers(father, city, code_for(city, child, "山田　太郎", date(1984, 1, 1)))
    made = issue(father, child)
    assert shown(parent) == shown(father) == [child]
    # What one made the other neither lists nor opens: it may name a passport.
    in_force = frozenset(dose.event_id for dose in own_record(child).doses)
    assert [line.id for line in certificates_of(child, in_force, made_by=father.id)] == [made]
    assert certificates_of(child, in_force, made_by=parent.id) == ()
    with pytest.raises(AccessDenied):
        view_certificate(actor=parent, certificate_id=made)
    row = Representation.objects.get(resident_id=father.id)
    end_representation(actor=clerk(city), representation_id=row.pk, reason="離婚", at=NOW)
    assert (shown(father), shown(parent)) == ([], [child])
    with pytest.raises(AccessDenied):
        view_certificate(actor=father, certificate_id=made)


def test_while_parents_dispute_nothing_is_issued_and_nothing_says_why(
    city: Organisation, child: UUID, parent: Principal, installation: None
) -> None:
    by_papers(parent, city, code_for(city, child))
    row = Representation.objects.get()
    made = issue(parent, child)
    hold_representation(actor=clerk(city), representation_id=row.pk, held=True, reason="調停中", at=NOW)
    assert shown(parent) == [child]
    for act in (lambda: issue(parent, child), lambda: view_certificate(actor=parent, certificate_id=made)):
        with pytest.raises(NotForRepresentative) as refused:
            act()
        assert "調停" not in refused.value.message("ja")
    assert representations_of(child)[0].state == "held"
    # A new proof does not take the hold away.
    by_papers(parent, city, code_for(city, child))
    with pytest.raises(NotForRepresentative):
        issue(parent, child)
    now = Representation.objects.get(ended_at=None)
    hold_representation(actor=clerk(city), representation_id=now.pk, held=False, reason="成立", at=NOW)
    assert issue(parent, child)


def on(day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("own_record", "representation"):
        monkeypatch.setattr(f"hashira.certificates.selectors.{module}.today_in_japan", lambda _clock: day)


def test_it_ends_the_day_before_the_eighteenth_birthday(
    city: Organisation,
    child: UUID,
    parent: Principal,
    childs_card: Principal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_card(parent, city, childs_card)
    on(date(2036, 4, 1), monkeypatch)
    assert [one.person_id for one in represented_by(parent.id)] == [child]
    assert own_record(child).representatives == (parent.id,)
    on(date(2036, 4, 2), monkeypatch)
    assert represented_by(parent.id) == ()
    with pytest.raises(AccessDenied):
        view_own_record(actor=parent, person_id=child)
    # Of age, the child links the own record, which the parent's card never stood in the way of.
    assert claim_link(actor=childs_card, organisation_id=city.pk, number=NUMBER, at=NOW).person_id == child
    assert representations_of(child)[0].state == "over"


def test_a_corrected_date_of_birth_and_a_death_end_it(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    by_papers(parent, city, code_for(city, child))
    father = resident("山田　太郎", date(1984, 1, 1))
    by_card(father, city, childs_card)
    assert len(own_record(child).representatives) == 2
    row = Person.objects.get(pk=child)
    known = {name: getattr(row, name) for name in PersonValues.__dataclass_fields__}
    corrected = PersonValues(**known | {"birth_date": date(2018, 5, 2)})
    revise_person(actor=clerk(city), person_id=child, version=1, values=corrected, reason="訂正", at=NOW)
    assert own_record(child).representatives == (parent.id,)  # what papers proved is for staff to judge
    adult = PersonValues(**known | {"birth_date": date(2001, 5, 2)})
    revise_person(actor=clerk(city), person_id=child, version=2, values=adult, reason="訂正", at=NOW)
    assert own_record(child).representatives == ()
    died = PersonValues(**known | {"died_on": date(2026, 1, 1)})
    revise_person(actor=clerk(city), person_id=child, version=3, values=died, reason="死亡届", at=NOW)
    assert own_record(child).representatives == ()


def test_whatever_is_wrong_the_database_is_asked_the_same(
    city: Organisation, child: UUID, childs_card: Principal
) -> None:
    def asked(card: Principal, number: str) -> list[str]:
        who = resident("山田　花子", PARENT_BORN)
        with CaptureQueriesContext(connection) as queries:
            assert by_card(who, city, card, number).person_id is None
        found = [query["sql"].split("WHERE")[0].split("VALUES")[0] for query in queries.captured_queries]
        found = [sql.split(" SELECT ")[0] if sql.startswith("INSERT") else sql for sql in found]
        return [sql for sql in found if "SAVEPOINT" not in sql]

    nobody = asked(childs_card, "9999999999")
    assert nobody
    assert asked(resident("他　人", CHILD_BORN), NUMBER) == nobody


def test_every_step_is_told(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal
) -> None:
    by_papers(parent, city, code_for(city, child))
    row = Representation.objects.get()
    hold_representation(actor=clerk(city), representation_id=row.pk, held=True, reason="x", at=NOW)
    end_representation(actor=clerk(city), representation_id=row.pk, reason="x", at=NOW)
    told = [event.action for event in events()]
    for action in ("ProveRepresentation", "ClaimRepresentation", "EndRepresentation"):
        assert f"certificates:{action}" in told
