"""The database itself refuses to change what was recorded."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from hashira.certificates.store.models import DoseEvent, Person, PersonRevision
from hashira.core.accounts.models import Organisation

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def person() -> Person:
    city = Organisation.objects.create(kind="municipality", code="131016", name="千代田区", name_en="Chiyoda")
    values = {"reference": "1", "name": "見本　花子", "birth_date": date(1980, 1, 1)}
    person = Person.objects.create(organisation=city, created_at=NOW, name_key="x", **values)
    PersonRevision.objects.create(person=person, version=1, recorded_at=NOW, recorded_by="1", **values)
    DoseEvent.objects.create(
        person=person,
        kind="recorded",
        vaccine="v",
        given_on=date(2021, 6, 1),
        source="counter",
        recorded_at=NOW,
        recorded_by="1",
    )
    return person


@pytest.mark.parametrize("table", ["certificates_doseevent", "certificates_personrevision"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}"])
def test_nothing_is_changed_or_deleted(person: Person, table: str, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_a_person_whose_erasure_has_begun_can_be_deleted(person: Person) -> None:
    person.erased_at = NOW
    person.save(update_fields=["erased_at"])
    person.delete()
    assert not DoseEvent.objects.exists()
    assert not PersonRevision.objects.exists()


def test_even_then_nothing_is_changed(person: Person) -> None:
    person.erased_at = NOW
    person.save(update_fields=["erased_at"])
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        DoseEvent.objects.update(lot="other")
