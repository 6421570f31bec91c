"""The pages of linking: what a resident is told, what staff see side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from tests.certificates.people import clerk, municipality, registered, resident

from hashira.certificates.selectors.linking import links_of, own_requests
from hashira.certificates.selectors.people import find_registers
from hashira.certificates.services.linking import claim_link, end_link, issue_link_code, request_link
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation

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


def enter(client: Client, city: Organisation, number: str) -> Any:
    return client.post(reverse("certificates:my-link-enter", args=[city.pk]), {"number": number})


def shown(answer: Any, who: Principal) -> str:
    """The page without what is new in every answer, the number entered and the name of who is signed in."""
    lines = answer.content.decode().replace(who.display, "").splitlines()
    return "\n".join(line for line in lines if "csrf" not in line and 'name="number"' not in line)


def test_a_resident_is_told_the_same_whatever_is_wrong(city: Organisation, signed_in: SignIn) -> None:
    registered(city)
    taken = resident()
    claim_link(actor=taken, organisation_id=city.pk, number="0000000001", at=datetime.now(UTC))
    code, _ = issue_link_code(
        actor=clerk(city), person_id=registered(city, "2"), by_post=True, at=datetime.now(UTC)
    )
    answers = [
        (enter(signed_in(who), city, number), who)
        for who, number in (
            (resident(), "9999999999"),  # nobody's number
            (resident("知らない　人"), "0000000001"),  # somebody else's number
            (resident(), "0000000001"),  # linked with somebody else
            (resident("佐藤　花子"), code),  # a code, and a name that changed
        )
    ]
    assert {answer.status_code for answer, _ in answers} == {422}
    pages = {shown(answer, who) for answer, who in answers}
    assert len(pages) == 1
    assert "記録を確かめられませんでした" in pages.pop()


def test_a_failed_code_goes_with_the_request(city: Organisation, signed_in: SignIn) -> None:
    person = registered(city)
    code, _ = issue_link_code(actor=clerk(city), person_id=person, by_post=True, at=datetime.now(UTC))
    married = resident("佐藤　花子")
    client = signed_in(married)
    assert f'name="number" value="{code}"' in enter(client, city, code).content.decode()
    client.post(reverse("certificates:my-link-ask", args=[city.pk]), {"number": code})
    (asked,) = own_requests(married.id)
    page = signed_in(clerk(city)).get(reverse("certificates:link-request", args=[asked.id]))
    text = page.content.decode()
    assert "入力した番号を渡した人" in text
    assert "番号は合っていますが、氏名が違います" in text
    assert "髙橋　花子" in text
    assert "佐藤　花子" in text


@pytest.mark.parametrize(("language", "words"), [("ja", "待っている日数"), ("en", "Days waiting")])
def test_the_queue_is_searched_by_name(
    city: Organisation, signed_in: SignIn, language: str, words: str
) -> None:
    for name in ("佐藤　花子", "鈴木　一郎"):
        request_link(actor=resident(name), organisation_id=city.pk, number="", at=datetime.now(UTC))
    client = signed_in(clerk(city), language)
    assert words in client.get(reverse("certificates:links")).content.decode()
    found = client.get(reverse("certificates:links"), {"filter_name": "鈴木"}).content.decode()
    assert "鈴木　一郎" in found
    assert "佐藤　花子" not in found


def test_staff_of_elsewhere_see_no_request(city: Organisation, signed_in: SignIn) -> None:
    asked = request_link(
        actor=resident("佐藤　花子"), organisation_id=city.pk, number="", at=datetime.now(UTC)
    )
    client = signed_in(clerk(municipality("011002", "札幌市")))
    assert "佐藤　花子" not in client.get(reverse("certificates:links")).content.decode()
    assert client.get(reverse("certificates:link-request", args=[asked])).status_code == 403


def test_a_refused_resident_reads_why(city: Organisation, signed_in: SignIn) -> None:
    hanako = resident()
    asked = request_link(actor=hanako, organisation_id=city.pk, number="", at=datetime.now(UTC))
    client = signed_in(clerk(city))
    address = reverse("certificates:link-request", args=[asked])
    client.post(address, {"refuse": "yes", "reason": "台帳に記録がありません"})
    page = signed_in(hanako).get(reverse("certificates:my-link")).content.decode()
    assert "台帳に記録がありません" in page


def test_nobody_is_accepted_without_being_chosen(city: Organisation, signed_in: SignIn) -> None:
    person, hanako = registered(city), resident("佐藤　花子")
    asked = request_link(actor=hanako, organisation_id=city.pk, number="", at=datetime.now(UTC))
    client = signed_in(clerk(city))
    address = reverse("certificates:link-request", args=[asked])
    assert client.post(address, {"accept": "yes", "reason": "確認"}).status_code == 422
    assert links_of(hanako.id) == ()
    chosen = {"accept": "yes", "person": str(person), "reason": "戸籍で確認"}
    assert client.post(address, chosen).status_code == 302
    assert [link.person_id for link in links_of(hanako.id)] == [person]


def test_a_letter_shows_the_code_in_groups_and_both_languages(city: Organisation, signed_in: SignIn) -> None:
    person: UUID = registered(city)
    client = signed_in(clerk(city))
    page = client.post(reverse("certificates:link-code", args=[person]), {"way": "post"})
    text, code = page.content.decode(), page.context["code"]
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert code in text
    assert "この番号を入力します" in text
    assert "enter this code" in text
    assert 'lang="en"' in text
    assert "no-store" in page.headers["Cache-Control"]


def test_a_resident_reads_that_staff_ended_the_link(city: Organisation, signed_in: SignIn) -> None:
    person, hanako = registered(city), resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=datetime.now(UTC))
    end_link(actor=clerk(city), person_id=person, reason="別人でした", at=datetime.now(UTC))
    assert "別人でした" in signed_in(hanako).get(reverse("certificates:my-link")).content.decode()


@pytest.mark.parametrize(
    "question", ["千代田", "ちよだ", "チヨダ", "chiyoda", "東京", "とうきょう", "Tokyo", ""]
)
def test_a_municipality_is_found_by_name_reading_and_prefecture(city: Organisation, question: str) -> None:
    registered(city)
    assert city.pk in {found.id for found in find_registers(question)}


def test_only_municipalities_with_a_register_here_are_found(city: Organisation) -> None:
    registered(city)
    registered(municipality("011002", "札幌市"), "2")
    municipality("131024", "中央区")  # uses the installation for something else
    assert [found.id for found in find_registers("東京")] == [city.pk]
    assert find_registers("横浜") == ()


def test_a_request_for_another_birth_date_marks_what_differs(city: Organisation, signed_in: SignIn) -> None:
    registered(city)
    who = resident("髙橋　花子", date(1980, 3, 1), "male")
    asked = request_link(actor=who, organisation_id=city.pk, number="0000000001", at=datetime.now(UTC))
    page = signed_in(clerk(city)).get(reverse("certificates:link-request", args=[asked])).content.decode()
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert table.count("一致") == 2  # name and number
    assert table.count("違う") == 2  # date of birth and gender
