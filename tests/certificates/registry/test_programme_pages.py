"""A programme written on pages by one, approved by another; lines that are named; the way back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given as drawn
from hypothesis import strategies as st
from tests.certificates.people import given, municipality, registered

from hashira.certificates.domain.json_place import lines_of
from hashira.certificates.domain.programme_draft import fields_of, product_from
from hashira.certificates.domain.vaccine_catalogue import built_in_documents
from hashira.certificates.domain.vaccine_programme import ProgrammeUnreadable
from hashira.certificates.services import programme as services
from hashira.certificates.store.models import ProgrammeVersion
from hashira.certificates.store.programme_source import SOURCE
from hashira.core.access import Grant, Principal, PrincipalKind

pytestmark = pytest.mark.django_db
SignIn = Callable[[Principal], Client]
EDIT = "certificates:programme-edit"


@pytest.fixture(autouse=True)
def package_alone() -> Iterator[None]:
    yield
    SOURCE.forget()


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> SignIn:
    def sign_in(principal: Principal) -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: principal)
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
        client.cookies["django_language"] = "ja"
        return client

    return sign_in


def administrator() -> Principal:
    grant = Grant("administrator", str(uuid4()))
    return Principal(PrincipalKind.STAFF, str(uuid4()), grants=(grant,), second_factor=True)


def day(name: str, value: date) -> dict[str, object]:
    return {f"{name}_year": value.year, f"{name}_month": value.month, f"{name}_day": value.day}


TOP = {
    "programme": "river-fever", "title_ja": "川熱ワクチン", "title_en": "River fever vaccines",
    "disease_ja": "川熱", "disease_en": "River fever",
    "notes_ja": "一回で終わります", "notes_en": "One dose is enough",
}  # fmt: skip
PRODUCT = {
    "code": "rivafex", "name_ja": "リバフェックス", "name_en": "RIVAFEX", "maker_ja": "見本製薬",
    "maker_en": "Sample Pharma", "cvx": "999\n998 2027-01-01", "intervals": "2 21 42", "most_doses": "2",
}  # fmt: skip


def test_a_programme_is_written_on_pages_and_in_force_once_another_has_approved_it(signed_in: SignIn) -> None:
    first, second = administrator(), administrator()
    client, address = signed_in(first), reverse(EDIT)
    draft = client.get(address).context["document"]
    page = client.post(
        address, {**TOP, **day("valid_from", date(2026, 1, 1)), "document": draft, "act": "add"}
    )
    draft = page.context["document"]
    page = client.post(address, {**PRODUCT, "document": draft, "act": "product"})
    assert page.status_code == 200, page.context["form"].errors
    page = client.post(
        address,
        {**TOP, **day("valid_from", date(2026, 1, 1)), "document": page.context["document"], "act": "review"},
    )
    assert page.status_code == 200
    asked = client.post(
        reverse("certificates:programme-new"), {"document": page.context["document"], "confirmed": "yes"}
    )
    assert asked.status_code == 302
    digest = client.get(asked["Location"]).context["line"].digest
    own = client.post(asked["Location"], {"decision": "approve", "digest": digest})
    assert own.status_code == 422  # not by the one who asked
    decided = signed_in(second).post(asked["Location"], {"decision": "approve", "digest": digest})
    assert decided.status_code == 302
    SOURCE.refresh()
    product = SOURCE.catalogue().current["rivafex"]
    assert [code.code for code in product.cvx_codes] == ["999", "998"]
    assert (product.intervals[0].least, product.intervals[0].most, product.most) == (21, 42, 2)
    assert product.notes[0].en == "One dose is enough"


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"cvx": "999\nx1"}, "cvx", "2行目"),
        ({"cvx": "999\n998 soon"}, "cvx", "2行目"),
        ({"cvx": "999 2027-01-01 more"}, "cvx", "1行目"),
        ({"intervals": "2 soon"}, "intervals", "1行目"),
        ({"name_en": ""}, "name_en", "入力"),
        ({"icd11": "XM0GQ8"}, "seal_name", "要ります"),
        ({"most_doses": "0"}, "most_doses", ""),
    ],
)
def test_what_is_wrong_in_a_product_is_said_beside_its_field_with_the_line(
    signed_in: SignIn, changed: dict[str, str], field: str, words: str
) -> None:
    client, address = signed_in(administrator()), reverse(EDIT)
    draft = client.get(address).context["document"]
    draft = client.post(address, {**TOP, "document": draft, "act": "add"}).context["document"]
    page = client.post(address, {**PRODUCT, **changed, "document": draft, "act": "product"})
    assert page.status_code == 422
    assert words in " ".join(page.context["form"].errors[field])
    assert json.loads(page.context["document"])["products"] == []


def test_what_is_missing_in_a_version_is_said_when_its_changes_are_looked_at(signed_in: SignIn) -> None:
    client, address = signed_in(administrator()), reverse(EDIT)
    draft = client.get(address, {"programme": "covid-19"}).context["document"]
    top = TOP | {"programme": "covid-19", "title_en": ""}
    page = client.post(
        address, {**top, **day("valid_from", date(2030, 1, 1)), "document": draft, "act": "review"}
    )
    assert page.status_code == 422
    assert "title_en" in page.context["form"].errors
    assert not ProgrammeVersion.objects.exists()


def test_the_text_of_a_version_is_refused_with_the_line(signed_in: SignIn) -> None:
    client, address = signed_in(administrator()), reverse(EDIT)
    draft = client.get(address, {"programme": "covid-19"}).context["document"]
    page = client.post(address, {"document": draft, "act": "as-text", **TOP, "programme": "covid-19"})
    text = json.dumps(json.loads(draft) | {"valid_from": "2030-01-01"}, ensure_ascii=False, indent=1)
    assert page.status_code == 200
    wrong = text.replace('"cvx": [', '"cvx": [\n {"code": "x"},', 1)
    line = next(number for number, row in enumerate(wrong.splitlines(), 1) if '{"code": "x"}' in row)
    page = client.post(address, {"document": draft, "act": "text", "text": wrong})
    assert page.status_code == 422
    assert f"{line}行目" in page.context["form"].errors["text"][0]
    broken = client.post(address, {"document": draft, "act": "text", "text": text[:-3]})
    assert "行目" in broken.context["form"].errors["text"][0]
    assert client.post(address, {"document": draft, "act": "text", "text": text}).status_code == 200


def test_what_a_product_has_is_kept_by_whoever_opens_and_saves_it(signed_in: SignIn) -> None:
    client, address = signed_in(administrator()), reverse(EDIT)
    begun = client.get(address, {"programme": "covid-19"})
    draft = begun.context["document"]
    top = {bound.html_name: bound.value() for bound in begun.context["form"] if bound.name != "valid_from"}
    top |= day("valid_from", date(2030, 1, 1))
    for product in json.loads(draft)["products"][:3]:
        page = client.post(address, {**top, "document": draft, "act": f"edit:{product['code']}"})
        form = page.context["form"]
        kept = {bound.html_name: bound.value() for bound in form}
        days = {name: kept.pop(name) for name in ("first_authorised", "retired_on")}
        sent = kept | {
            f"{name}_{part}": getattr(value, part) if value else ""
            for name, value in days.items()
            for part in ("year", "month", "day")
        }
        page = client.post(address, {**sent, "document": page.context["document"], "act": "product"})
        assert page.status_code == 200, page.context["form"].errors
        assert product in json.loads(page.context["document"])["products"]
        assert page.context["form"]["valid_from"].value() == date(2030, 1, 1)


@pytest.mark.parametrize("sent", ["", "[]", "{", '{"products": [1]}', '{"products": 1}'])
def test_a_draft_that_is_none_is_no_page(signed_in: SignIn, sent: str) -> None:
    assert signed_in(administrator()).post(reverse(EDIT), {"document": sent}).status_code == 404


def version(number: int, valid_from: date, *codes: str, **more: object) -> bytes:
    products = [
        {"code": code, "name": {"ja": code, "en": code}, "maker": {"ja": "見本", "en": "Sample"}}
        for code in codes
    ]
    document = {
        "form": "hashira-vaccine-programme/1", "programme": "river-fever", "version": number,
        "valid_from": valid_from.isoformat(), "title": {"ja": f"第{number}版", "en": f"v{number}"},
        "disease": {"ja": "川熱", "en": "River fever"}, "products": products,
    }  # fmt: skip
    return json.dumps(document | more).encode()


def approved(octets: bytes) -> UUID:
    made = services.request_version(actor=administrator(), octets=octets, at=datetime.now(UTC))
    row = ProgrammeVersion.objects.get(pk=made)
    services.decide_version(
        actor=administrator(), request_id=made, approved=True, digest=row.digest, at=datetime.now(UTC)
    )
    SOURCE.refresh()
    return made


def test_the_content_of_an_earlier_version_comes_back_and_what_came_since_is_retired(
    signed_in: SignIn,
) -> None:
    approved(version(1, date(2025, 1, 1), "a"))
    approved(version(2, date(2026, 1, 1), "a", "b"))
    client = signed_in(administrator())
    shown = client.get(reverse("certificates:programme", args=["river-fever"]))
    assert [(one.version, one.state) for one in shown.context["versions"].rows] == [(2, "now"), (1, "past")]
    file = client.get(shown.request["PATH_INFO"] + "?format=json&version=1")
    assert json.loads(file.content)["title"]["en"] == "v1"
    assert client.get(shown.request["PATH_INFO"] + "?format=json&version=9").status_code == 404
    page = client.get(reverse(EDIT), {"programme": "river-fever", "version": "1"})
    draft = json.loads(page.context["document"])
    assert (draft["version"], draft["title"]["en"]) == (3, "v1")
    assert [("retired_on" in one, one["code"]) for one in draft["products"]] == [(False, "a"), (True, "b")]
    assert services.preview(json.dumps(draft | {"valid_from": "2026-02-01"}).encode()).programme.version == 3


def test_a_version_that_is_yet_to_come_is_taken_back_by_one_and_what_is_in_force_is_not() -> None:
    now = datetime.now(UTC)
    begun = approved(version(1, date(2025, 1, 1), "a"))
    coming = approved(version(2, now.date() + timedelta(days=30), "a", "b"))
    with pytest.raises(services.ProgrammeNotPossible):
        services.withdraw_version(actor=administrator(), request_id=begun, at=now)
    services.withdraw_version(actor=administrator(), request_id=coming, at=now)
    SOURCE.refresh()
    assert [one.version for one in SOURCE.catalogue().versions_of("river-fever")] == [1]
    with pytest.raises(services.ProgrammeNotPossible):
        services.withdraw_version(actor=administrator(), request_id=coming, at=now)
    approved(version(2, now.date() + timedelta(days=40), "a", "c"))  # its number is free again


def test_a_request_is_taken_back_by_who_asked(signed_in: SignIn) -> None:
    mine = administrator()
    made = services.request_version(
        actor=mine, octets=version(1, date(2025, 1, 1), "a"), at=datetime.now(UTC)
    )
    with pytest.raises(services.ProgrammeNotPossible):
        services.withdraw_version(actor=administrator(), request_id=made, at=datetime.now(UTC))
    address = reverse("certificates:programme-request", args=[made])
    client = signed_in(mine)
    assert client.post(address, {"decision": "withdraw"}).status_code == 302
    assert client.get(address).context["line"].state == "withdrawn"


def test_a_first_version_with_recorded_doses_stays() -> None:
    made = approved(version(1, datetime.now(UTC).date() + timedelta(days=30), "a"))
    city = municipality()
    given(city, registered(city), day=date(2024, 1, 1), vaccine="a", lot="L1")
    with pytest.raises(services.ProgrammeNotPossible):
        services.withdraw_version(actor=administrator(), request_id=made, at=datetime.now(UTC))


@pytest.mark.parametrize("name", sorted(built_in_documents()))
def test_the_fields_of_a_page_hold_every_product_of_the_package(name: str) -> None:
    document: Any = built_in_documents()[name]
    for product in document["products"]:
        assert product_from(fields_of(product)) == product


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.from_regex(r"[a-z]{1,4}", fullmatch=True), inner),
    max_leaves=20,
)


@drawn(st.dictionaries(st.from_regex(r"[a-z]{1,4}", fullmatch=True), _JSON))
def test_every_member_of_a_text_has_its_line(document: dict[str, Any]) -> None:
    found = lines_of(json.dumps(document, indent=1, ensure_ascii=False))

    def places(value: Any, place: str) -> Iterator[str]:
        members = value.items() if isinstance(value, dict) else []
        elements = enumerate(value) if isinstance(value, list) else []
        for name, inner in members:
            yield f"{place}.{name}".lstrip(".")
            yield from places(inner, f"{place}.{name}".lstrip("."))
        for number, inner in elements:
            yield f"{place}[{number}]"
            yield from places(inner, f"{place}[{number}]")

    assert set(found) == set(places(document, ""))
    ordered = [found[place] for place in places(document, "")]
    assert ordered == sorted(ordered)
    assert len(set(ordered)) == len(ordered)  # with an indent every member has a line of its own


def test_a_missing_member_is_named_with_the_line_of_its_product() -> None:
    octets = version(1, date(2025, 1, 1), "a").replace(b'"maker"', b'\n"maker_"')
    with pytest.raises(ProgrammeUnreadable) as refused:
        services.preview(octets)
    assert "行目" in refused.value.message("ja")
