"""Two entries of one person become one record, and two again: nothing is lost, nothing untrue is shown."""

from __future__ import annotations

import warnings
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from tests.certificates.people import BORN, NOW, clerk, given, municipality, registered, resident, values

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.likeness import SIGNS, Identity, Likeness, likely_pairs, likeness
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.selectors.issuing import certificate_view, person_of_number
from hashira.certificates.selectors.linking import links_of
from hashira.certificates.selectors.merging import alike, comparison, merge_view
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.people import PersonMerged, Question, find_people, person_view
from hashira.certificates.selectors.status import statuses_of
from hashira.certificates.services import merging
from hashira.certificates.services.dose import correct_dose, record_dose, void_dose
from hashira.certificates.services.issuing import issue_card
from hashira.certificates.services.linking import claim_link
from hashira.certificates.services.merging import (
    MergeRefused,
    NotReversible,
    judge_distinct,
    merge_people,
    reverse_merge,
)
from hashira.certificates.services.person import erase_person, revise_person, view_person
from hashira.certificates.store.models import (
    CertificateStatus,
    DoseEvent,
    LikelyDuplicate,
    Person,
    PersonMerge,
    PersonRevision,
    RegisterLink,
    Reissue,
)
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.audit.reading import events
from hashira.core.audit.sealing import seal, verify

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(autouse=True)
def installation(folder: Path, settings: Any) -> None:
    settings.DATA_DIR, settings.DEVELOPMENT, settings.HASHIRA_TRUST = folder, True, ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(NOW)


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def boss(city: Organisation) -> Principal:
    return clerk(city, "municipal_supervisor")


@pytest.fixture
def two(city: Organisation) -> tuple[UUID, UUID]:
    """One person twice: the first dose under both numbers, the second under the second alone."""
    one, other = registered(city, "1"), registered(city, "2", "高橋　花子")
    given(city, one, 1)
    given(city, other, 1)
    given(city, other, 2, date(2021, 6, 22), lot="FA1234")
    return one, other


def merged(
    boss: Principal, kept: UUID, absorbed: UUID, *, collapse: bool = True, checked: bool = True
) -> UUID:
    same = comparison(kept, absorbed).same
    return merge_people(
        actor=boss,
        kept_id=kept,
        absorbed_id=absorbed,
        collapse=[one.dropped.event for one in same] if collapse else [],
        identity_checked=checked,
        reason="本人確認書類で確かめた",
        at=LATER,
    )


def reverse(boss: Principal, merge: UUID) -> merging.Reversed:
    return reverse_merge(actor=boss, merge_id=merge, reason="別人だった", at=LATER + timedelta(hours=1))


def days(person: UUID) -> list[tuple[date, int | None]]:
    return [(event.dose.given_on, event.dose.number) for event in person_view(person).doses]


def state_of(people: tuple[UUID, ...]) -> dict[str, list[tuple[Any, ...]]]:
    """All that the register holds of people: values, history, events, links in force, certificates."""
    record = {"person_id__in": people}
    return {
        "people": list(Person.objects.filter(pk__in=people).order_by("pk").values_list()),
        "revisions": list(PersonRevision.objects.filter(**record).order_by("pk").values_list()),
        "events": list(DoseEvent.objects.filter(**record).order_by("pk").values_list()),
        "links": list(
            RegisterLink.objects.filter(ended_at=None, **record)
            .order_by("person_id")
            .values_list("person_id", "resident_id", "means", "linked_at")
        ),
        "certificates": list(CertificateStatus.objects.order_by("pk").values_list()),
    }


def linked(city: Organisation, number: str, name: str = "髙橋　花子") -> Principal:
    who = resident(name)
    assert claim_link(actor=who, organisation_id=city.pk, number=number, at=NOW).person_id
    return who


def card(who: Principal, person: UUID) -> UUID:
    return issue_card(
        actor=who,
        person_id=person,
        request_id=uuid4(),
        events=[dose.event_id for dose in own_record(person).doses],
        shows_name=True,
        shows_birth_date=True,
        at=NOW,
    )


def status(certificate: UUID) -> str:
    return CertificateStatus.objects.get(pk=certificate).state


def test_the_doses_of_both_count_once_in_one_record(boss: Principal, two: tuple[UUID, UUID]) -> None:
    one, other = two
    merged(boss, one, other)
    assert days(one) == [(date(2021, 6, 1), 1), (date(2021, 6, 22), 2)]
    with pytest.raises(PersonMerged) as refused:
        person_view(other)
    assert refused.value.details["leading"] == one


def test_doses_that_nobody_confirmed_to_be_one_go_on_counting(
    boss: Principal, two: tuple[UUID, UUID]
) -> None:
    merged(boss, *two, collapse=False)
    assert days(two[0]) == [(date(2021, 6, 1), 1), (date(2021, 6, 1), 1), (date(2021, 6, 22), 2)]


def test_a_reversal_gives_back_exactly_what_was(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    who = linked(city, "0000000002")
    card(who, two[1])
    before = state_of(two)
    merge = merged(boss, *two)
    assert state_of(two) != before
    assert [link.person_id for link in links_of(who.id)] == [two[0]]
    done = reverse(boss, merge)
    assert state_of(two) == before
    assert (done.revoked, done.link_stays) == (0, False)
    assert days(two[0]) == [(date(2021, 6, 1), 1)]
    assert days(two[1]) == [(date(2021, 6, 1), 1), (date(2021, 6, 22), 2)]
    assert [link.person_id for link in links_of(who.id)] == [two[1]]
    assert merge_view(merge).reversed_at is not None
    with pytest.raises(NotReversible):
        reverse(boss, merge)


def test_what_was_corrected_in_between_stays_with_its_own_entry(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    one, other = two
    merge = merged(boss, one, other)
    second = person_view(one).doses[1].id
    correct_dose(
        actor=clerk(city),
        person_id=one,
        event=second,
        request_id=uuid4(),
        dose=Dose(product("comirnaty"), date(2021, 6, 29), lot="FA1234", number=2),
        reason="読み違い",
        confirmed=True,
        at=LATER,
    )
    third = Dose(product("comirnaty"), date(2022, 2, 1), lot="FB1", number=3)
    record_dose(actor=clerk(city), person_id=one, request_id=uuid4(), dose=third, confirmed=True, at=LATER)
    assert days(one) == [(date(2021, 6, 1), 1), (date(2021, 6, 29), 2), (date(2022, 2, 1), 3)]
    assert merge_view(merge).new_doses == 0  # recorded at the moment of the merge, not after it
    reverse(boss, merge)
    assert days(one) == [(date(2021, 6, 1), 1), (date(2022, 2, 1), 3)]
    assert days(other) == [(date(2021, 6, 1), 1), (date(2021, 6, 29), 2)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"birth_date": date(1980, 2, 28)}, "生年月日が違います"),
        ({"sex": "male"}, "性別が違います"),
    ],
)
def test_what_the_register_contradicts_is_refused_with_what_to_do(
    city: Organisation, boss: Principal, changes: dict[str, Any], words: str
) -> None:
    one, other = registered(city, "1"), registered(city, "2", **changes)
    with pytest.raises(MergeRefused, match=words):
        merged(boss, one, other)
    assert not PersonMerge.objects.exists()


def test_two_different_users_are_never_brought_together(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    first, second = linked(city, "0000000001"), linked(city, "0000000002")
    with pytest.raises(MergeRefused, match="別々の利用者") as refused:
        merged(boss, *two)
    assert "end the other's link first" in refused.value.message("en")
    for who, person in ((first, two[0]), (second, two[1])):
        record = own_record(person)
        assert record.person_id == person
        assert record.residents == (who.id,)


def test_a_user_who_is_not_surely_both_does_not_see_the_other(city: Organisation, boss: Principal) -> None:
    one, other = registered(city, "1"), registered(city, "2", "佐藤　明子", kana="サトウ　アキコ")
    given(city, other, 1)
    linked(city, "0000000001")
    with pytest.raises(MergeRefused, match="先に連携を終了"):
        merged(boss, one, other)
    assert own_record(one).doses == ()


def test_a_name_that_the_register_knows_to_have_changed_is_no_obstacle(
    city: Organisation, boss: Principal
) -> None:
    one, other = registered(city, "1"), registered(city, "2")
    revise_person(
        actor=clerk(city),
        person_id=one,
        version=1,
        values=values("1", "佐藤　花子", kana="サトウ　ハナコ"),
        reason="婚姻",
        at=NOW,
    )
    given(city, other, 1)
    linked(city, "0000000001", "佐藤　花子")
    merged(boss, one, other)
    assert len(own_record(one).doses) == 1


def test_somebody_has_to_have_made_sure_of_a_linked_person(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    linked(city, "0000000001")
    with pytest.raises(MergeRefused, match="確認の印"):
        merged(boss, *two, checked=False)
    merged(boss, *two)


def test_certificates_stay_valid_as_long_as_they_are_true(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    one, other = two
    who = linked(city, "0000000002")
    made = card(who, other)
    merged(boss, one, other)
    assert status(made) == "valid"
    assert not Reissue.objects.exists()
    assert person_of_number(certificate_view(made).number, frozenset({city.pk})) == one
    assert {line.person_id for line in statuses_of(one)} == {one}
    assert certificate_view(made).person_id == one


def test_a_certificate_under_a_name_that_is_none_of_the_person_is_revoked(
    city: Organisation, boss: Principal
) -> None:
    one, other = registered(city, "1"), registered(city, "2", "髙橋　華子")
    given(city, other, 1)
    who = linked(city, "0000000002", "髙橋　華子")
    made = card(who, other)
    RegisterLink.objects.update(ended_at=NOW)
    merged(boss, one, other)
    assert status(made) == "revoked"
    assert Reissue.objects.get().old_id == made


def test_a_dose_told_otherwise_takes_its_certificates_with_it(city: Organisation, boss: Principal) -> None:
    one, other = registered(city, "1"), registered(city, "2")
    given(city, one, 1)
    record_dose(
        actor=clerk(city),
        person_id=other,
        request_id=uuid4(),
        dose=Dose(product("comirnaty"), date(2021, 6, 1)),
        confirmed=True,
        at=NOW,
    )
    made = card(linked(city, "0000000002"), other)
    merged(boss, one, other)
    assert [(e.dose.number, e.dose.lot) for e in person_view(one).doses] == [(1, "EY5422")]
    assert status(made) == "revoked"


def test_a_correction_reaches_what_showed_the_dose_under_the_other_entry(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    one, other = two
    made = card(linked(city, "0000000002"), other)
    merged(boss, one, other)
    void_dose(actor=boss, person_id=one, event=person_view(one).doses[0].id, reason="未接種", at=LATER)
    assert status(made) == "revoked"
    assert days(one) == [(date(2021, 6, 22), 2)]


def test_what_was_issued_for_both_is_revoked_by_the_reversal(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    one, other = two
    who = linked(city, "0000000001")
    own = card(who, one)
    merge = merged(boss, one, other)
    both = card(who, one)
    assert reverse(boss, merge).revoked == 1
    assert (status(own), status(both)) == ("valid", "revoked")
    assert own_record(one).residents == (who.id,)
    assert own_record(other).residents == ()


def test_a_coupon_number_of_the_merged_entry_leads_to_the_record(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    one, other = two
    merged(boss, one, other)
    who = linked(city, "0000000002")
    assert own_record(one).residents == (who.id,)
    assert own_record(other).person_id == one
    found = find_people(city.pk, Question(reference="2"))
    assert [(f.id, f.merged) for f in found] == [(one, True)]
    assert [(f.id, f.merged) for f in find_people(city.pk, Question(birth_date=BORN))] == [(one, False)]


def test_merges_stand_on_each_other_and_are_taken_back_in_turn(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    one, other = two
    third = registered(city, "3")
    given(city, third, 3, date(2022, 2, 1))
    people = (one, other, third)
    before = state_of(people)
    first = merged(boss, one, other)
    second = merged(boss, third, one)
    assert days(third) == [(date(2021, 6, 1), 1), (date(2021, 6, 22), 2), (date(2022, 2, 1), 3)]
    with pytest.raises(NotReversible):
        reverse(boss, first)
    reverse(boss, second)
    assert days(one) == [(date(2021, 6, 1), 1), (date(2021, 6, 22), 2)]
    assert days(third) == [(date(2022, 2, 1), 3)]
    reverse(boss, first)
    assert state_of(people) == before


def test_a_supervisor_of_the_municipality_alone_merges(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    stranger = clerk(municipality("011002", "札幌市"), "municipal_supervisor")
    for who in (clerk(city), stranger, resident()):
        with pytest.raises(AccessDenied):
            merged(who, *two)
    merge = merged(boss, *two)
    for who in (clerk(city), stranger):
        with pytest.raises(AccessDenied):
            reverse(who, merge)
    elsewhere = registered(municipality("472018", "那覇市"), "2")
    with pytest.raises(AccessDenied):
        merged(boss, two[0], elsewhere)


def test_all_of_it_is_told_about_both(boss: Principal, two: tuple[UUID, UUID]) -> None:
    reverse(boss, merged(boss, *two))
    for person in two:
        told = [event.action for event in events(subject=Subject("person", str(person)))]
        assert {"certificates:MergePeople", "certificates:ReverseMerge"} <= set(told)
    seal()
    assert verify().ok


@pytest.mark.parametrize("table", ["personmerge", "collapseddose", "mergereversal"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_keeps_merges(boss: Principal, two: tuple[UUID, UUID], table: str, verb: str) -> None:
    reverse(boss, merged(boss, *two))
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb.format(f"certificates_{table}"))


def test_an_erasure_takes_every_entry_of_the_person(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    card(linked(city, "0000000002"), two[1])
    merged(boss, *two)
    erase_person(actor=boss, person_id=two[0], at=LATER)
    assert not Person.objects.exists()
    assert not DoseEvent.objects.exists()
    assert not PersonMerge.objects.exists()
    assert {row.state for row in CertificateStatus.objects.all()} == {"revoked"}


def test_two_who_are_two_are_remembered(city: Organisation, two: tuple[UUID, UUID]) -> None:
    one, other = two
    assert [found.id for found in alike(one)] == [other]
    low, high = sorted(two)
    pair = LikelyDuplicate.objects.create(
        organisation=city, first_id=low, second_id=high, score=80, signs=["birth"], found_at=NOW
    )
    judge_distinct(actor=clerk(city), pair_id=pair.pk, distinct=True, reason="双子", at=LATER)
    assert alike(one) == ()
    judge_distinct(actor=clerk(city), pair_id=pair.pk, distinct=False, reason="再確認", at=LATER)
    assert [found.id for found in alike(one)] == [other]
    stranger = clerk(municipality("011002", "札幌市"))
    with pytest.raises(AccessDenied):
        judge_distinct(actor=stranger, pair_id=pair.pk, distinct=True, reason="x", at=LATER)


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_every_sign_holds_for_its_example_and_not_for_the_other(sign: Any) -> None:
    assert sign.holds(*sign.example)
    assert sign.holds(*reversed(sign.example))
    assert not sign.holds(*sign.counterexample)


def _person(number: int, name: str, kana: str = "", **more: Any) -> Identity:
    return Identity(UUID(int=number), str(number), name, more.pop("birth_date", BORN), kana, **more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("髙橋　花子", "タカハシ　ハナコ"), ("高橋　花子", "タカハシ　ハナコ")),
        (("大野　進", "オオノ　ススム"), ("大野　進", "")),
        (("SMITH JOHN", ""), ("スミス", "")),
        (("大野　一郎", "オオノ　イチロウ"), ("ONO ICHIRO", "")),
    ],
)
def test_one_person_in_several_writings_is_found(one: tuple[str, str], other: tuple[str, str]) -> None:
    first, second = _person(1, *one), _person(2, *other)
    if other[0] == "スミス":
        second = _person(2, *other, roman="SMITH, JOHN")
    assert len(list(likely_pairs([first, second]))) == 1


def test_people_who_only_share_a_birthday_or_a_household_are_not(city: Organisation) -> None:
    twins = [
        _person(1, "見本　太郎", "ミホン　タロウ", sex="male", address="千代田区1"),
        _person(2, "見本　次郎", "ミホン　ジロウ", sex="male", address="千代田区1"),
        _person(3, "佐藤　太郎", "サトウ　タロウ", sex="male", address="千代田区2"),
        _person(4, "見本　多朗", "ミホン　タロウ", sex="female"),
    ]
    assert list(likely_pairs(twins)) == []


def test_a_large_block_is_not_compared_all_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[object] = []

    def counted(*pair: Identity) -> Likeness:
        compared.append(pair)
        return likeness(*pair)

    monkeypatch.setattr("hashira.certificates.domain.likeness.likeness", counted)
    block = [_person(number, f"名{number}", f"ミホン　{_kana(number)}") for number in range(1, 3001)]
    block.append(_person(9999, "名77", f"ミホン　{_kana(77)}"))
    (pair,) = likely_pairs(block)
    assert (pair.first.int, pair.second.int) == (77, 9999)
    assert len(compared) == 1  # and not four and a half million


def _kana(number: int) -> str:
    signs = "カキクケコサシスセソ"
    return "".join(signs[int(digit)] for digit in f"{number:05d}")


def test_a_view_of_the_merged_entry_leads_on(
    city: Organisation, boss: Principal, two: tuple[UUID, UUID]
) -> None:
    merged(boss, *two)
    with pytest.raises(PersonMerged):
        view_person(actor=boss, person_id=two[1])
