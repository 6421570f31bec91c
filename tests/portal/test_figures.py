"""The systems count themselves; small counts of people are kept back everywhere they leave."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.certificates.people import given, municipality, registered

pytestmark = pytest.mark.django_db


def by_key(client: Client) -> dict[str, dict[str, object]]:
    answer = client.get("/figures?format=json", headers={"host": "localhost"})
    return {figure["key"]: figure for figure in answer.json()["figures"]}


def test_an_empty_installation_counts_nothing(client: Client) -> None:
    found = by_key(client)
    assert {figure["value"] for figure in found.values()} == {0}
    assert {"certificates.people", "certificates.issued.shc", "certificates.issued.vds-nc"} <= set(found)


def test_few_people_are_no_number(client: Client) -> None:
    city = municipality()
    person = registered(city)
    given(city, person)
    found = by_key(client)
    assert (found["certificates.people"]["value"], found["certificates.people"]["fewer_than"]) == (None, 10)
    assert found["certificates.doses"]["value"] == 1
    page = client.get("/figures", headers={"host": "localhost"}).content.decode()
    assert "10未満" in page
    csv = b"".join(
        client.get("/figures?format=csv", headers={"host": "localhost"}).streaming_content
    ).decode()
    assert "台帳に登録された人,," in csv


def test_ten_are(client: Client) -> None:
    city = municipality()
    for number in range(1, 11):
        registered(city, str(number))
    assert by_key(client)["certificates.people"]["value"] == 10
