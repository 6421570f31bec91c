"""The pages of the register: searching, saving once, and nothing for staff of elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from tests.certificates.people import clerk, given, municipality, registered, resident

from hashira.certificates.selectors.people import person_view
from hashira.certificates.store.models import DoseEvent, Person
from hashira.core.access import Grant, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.audit.reading import events
from hashira.core.audit.sealing import seal, verify
from hashira.core.services import REFUSED

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> SignIn:
    """A client whose requests are those of a principal."""

    def sign_in(principal: Principal, language: str = "ja") -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: principal)
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"  # without one nobody is asked for
        client.cookies["django_language"] = language
        return client

    return sign_in


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def person(city: Organisation) -> UUID:
    return registered(city)


def slip(number: int = 1, day: date = date(2021, 6, 1), **more: object) -> dict[str, object]:
    return {
        "vaccine": "comirnaty",
        "given_on_year": day.year,
        "given_on_month": day.month,
        "given_on_day": day.day,
        "number": number,
        "lot": "EY5422",
        "country": "JPN",
        "request_id": uuid4(),
    } | more


def addresses(person: UUID, event: UUID) -> dict[str, str]:
    return {
        "person": reverse("certificates:person", args=[person]),
        "person-revise": reverse("certificates:person-revise", args=[person]),
        "dose-new": reverse("certificates:dose-new", args=[person]),
        "dose-correct": reverse("certificates:dose-correct", args=[person, event]),
        "dose-void": reverse("certificates:dose-void", args=[person, event]),
        "link-code": reverse("certificates:link-code", args=[person]),
        "link-end": reverse("certificates:link-end", args=[person]),
    }


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ["municipal_clerk", "municipal_supervisor"])
def test_staff_of_another_municipality_get_no_page(
    city: Organisation, person: UUID, signed_in: SignIn, method: str, role: str
) -> None:
    event = given(city, person)
    client = signed_in(clerk(municipality("011002", "札幌市"), role))
    for name, address in addresses(person, event).items():
        answer = getattr(client, method)(address, slip() if method == "post" else {})
        assert answer.status_code in ({403, 405} if name == "person" else {403}), name
        assert "髙橋" not in answer.content.decode()
        assert "EY5422" not in answer.content.decode()
    assert DoseEvent.objects.count() == 1


def test_a_register_of_elsewhere_cannot_be_chosen(
    city: Organisation, person: UUID, signed_in: SignIn
) -> None:
    other = municipality("011002", "札幌市")
    client = signed_in(clerk(other))
    page = client.get(
        reverse("certificates:register"), {"register": str(city.pk), "name": "髙橋"}
    ).content.decode()
    assert "髙橋　花子" not in page
    values = {"register": str(city.pk), "reference": "77", "name": "見本　太郎"}
    born = {"birth_date_year": "昭和55", "birth_date_month": "2", "birth_date_day": "29"}
    assert client.post(reverse("certificates:person-new"), values | born).status_code == 302
    assert Person.objects.get(reference="77").organisation_id == other.pk


def test_who_works_in_two_registers_is_shown_both(city: Organisation, signed_in: SignIn) -> None:
    other = municipality("011002", "札幌市")
    one = clerk(city)
    both = Principal(
        one.kind, one.id, grants=(*one.grants, Grant("municipal_clerk", str(other.pk))), second_factor=True
    )
    page = signed_in(both).get(reverse("certificates:register")).content.decode()
    assert f"?register={city.pk}" in page or f"?register={other.pk}" in page
    assert "千代田区" in page
    assert "札幌市" in page


def test_a_resident_gets_no_page(city: Organisation, person: UUID, signed_in: SignIn) -> None:
    event = given(city, person)
    client = signed_in(resident())
    for address in (reverse("certificates:register"), *addresses(person, event).values()):
        assert client.get(address).status_code == 403


def test_a_birth_date_is_found_in_the_japanese_calendar(
    city: Organisation, person: UUID, signed_in: SignIn
) -> None:
    asked = {"birth_date_year": "昭和55", "birth_date_month": "2", "birth_date_day": "29"}
    page = signed_in(clerk(city)).get(reverse("certificates:register"), asked).content.decode()
    assert reverse("certificates:person", args=[person]) in page


@pytest.mark.parametrize(("language", "words"), [("ja", "当てはまる人がいません"), ("en", "Nobody")])
def test_who_finds_nobody_is_told_what_to_try(
    city: Organisation, signed_in: SignIn, language: str, words: str
) -> None:
    page = signed_in(clerk(city), language).get(reverse("certificates:register"), {"kana": "ヌ"})
    assert words in page.content.decode()


def test_a_form_that_is_sent_twice_records_once(city: Organisation, person: UUID, signed_in: SignIn) -> None:
    client, sent = signed_in(clerk(city)), slip()
    answers = [client.post(reverse("certificates:dose-new", args=[person]), sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert DoseEvent.objects.count() == 1


def test_a_correction_that_is_sent_twice_corrects_once_and_says_so(
    city: Organisation, person: UUID, signed_in: SignIn
) -> None:
    event = given(city, person)
    client, sent = signed_in(clerk(city)), slip(day=date(2021, 6, 2), reason="読み間違い")
    address = reverse("certificates:dose-correct", args=[person, event])
    answers = [client.post(address, sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert [e.dose.given_on for e in person_view(person).doses] == [date(2021, 6, 2)]
    assert DoseEvent.objects.count() == 2


def test_only_what_was_shown_is_confirmed(city: Organisation, person: UUID, signed_in: SignIn) -> None:
    given(city, person)
    client, address = signed_in(clerk(city)), reverse("certificates:dose-new", args=[person])
    page = client.post(address, slip(2, lot=""))  # the same day, and no lot
    assert page.status_code == 422
    seen = page.context["warning"].ja
    other = client.post(address, slip(1, date(2021, 7, 1), confirmed=seen))  # now dose 1 a second time
    assert other.status_code == 422
    assert "1回目の接種がすでにあります" in other.content.decode()
    assert client.post(address, slip(2, lot="", confirmed=seen)).status_code == 302
    assert DoseEvent.objects.count() == 2


def test_a_name_longer_than_the_register_keeps_is_an_error_of_its_field(
    city: Organisation, signed_in: SignIn
) -> None:
    part = "葛\U000e0100" * 99  # 99 characters, of two code points each
    values = {"register": str(city.pk), "reference": "78", "name": f"{part}　{part}"}
    born = {"birth_date_year": "1980", "birth_date_month": "2", "birth_date_day": "29"}
    answer = signed_in(clerk(city)).post(reverse("certificates:person-new"), values | born)
    assert answer.status_code == 422
    assert not Person.objects.exists()


def test_only_a_supervisor_withdraws(city: Organisation, person: UUID, signed_in: SignIn) -> None:
    event = given(city, person)
    address = reverse("certificates:dose-void", args=[person, event])
    assert signed_in(clerk(city)).post(address, {"reason": "別人の記録"}).status_code == 403
    boss = signed_in(clerk(city, "municipal_supervisor"))
    assert boss.post(address, {"reason": ""}).status_code == 422
    assert boss.post(address, {"reason": "別人の記録"}).status_code == 302
    assert person_view(person).doses == ()


def test_a_refused_look_at_a_person_is_told(city: Organisation, person: UUID, signed_in: SignIn) -> None:
    stranger = clerk(municipality("011002", "札幌市"))
    client = signed_in(stranger)
    assert client.get(reverse("certificates:person", args=[person])).status_code == 403
    (event,) = events(actor=Subject("account", stranger.id))
    assert event in events(subject=Subject("person", str(person)))
    assert (event.action, event.organisation) == (REFUSED, str(city.pk))
    assert event.facts == {"action": "certificates:ViewPerson"}
    seal()
    assert verify().ok


def test_what_does_not_go_with_a_death_is_shown_and_nothing_is_blocked(
    city: Organisation, signed_in: SignIn
) -> None:
    person = registered(city, died_on=date(2021, 5, 1))
    client = signed_in(clerk(city))
    asked = client.post(reverse("certificates:dose-new", args=[person]), slip())
    assert asked.status_code == 422
    assert "死亡日（2021-05-01）より後" in asked.content.decode()
    given(city, person)
    shown = client.get(reverse("certificates:person", args=[person])).content.decode()
    assert "死亡日より後の接種記録があります" in shown
    assert "利用者がつながっています" not in shown


def test_a_death_is_recorded_with_the_one_who_did(
    city: Organisation, person: UUID, signed_in: SignIn
) -> None:
    client = signed_in(clerk(city))
    page = reverse("certificates:person-revise", args=[person])
    known = client.get(page).context["form"].initial
    form = {name: value for name, value in known.items() if isinstance(value, str)}
    born = {"birth_date_year": 1980, "birth_date_month": 2, "birth_date_day": 29}
    died = {"died_on_year": "令和3", "died_on_month": 5, "died_on_day": 1}
    answer = client.post(page, form | born | died | {"version": 1, "reason": "死亡届"})
    assert answer.status_code == 302, answer.content.decode()
    assert person_view(person).died_on == date(2021, 5, 1)
    told = events(subject=Subject("person", str(person)))
    assert "certificates:RevisePerson" in {event.action for event in told}
