"""Asks for a batch on paper: ``python -m tests.crash.printing_client PEOPLE``, answers as JSON.

Makes a municipality, enters so many people with a dose each into its register, and puts them on one list.
"""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, date, datetime, timedelta

import django

django.setup()

from hashira.certificates.domain.paper import Edition, Envelope
from hashira.certificates.services.printing import request_batch
from hashira.certificates.store.models import DoseEvent, Person, PrintBatch
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Organisation


def crowd(city: Organisation, count: int) -> list[str]:
    """Written at once, since the register's own way is tested elsewhere."""
    now = datetime.now(UTC)
    people = Person.objects.bulk_create(
        Person(
            organisation=city,
            reference=f"P{number:06d}",
            name=f"架空　{number}郎",
            name_key=f"架空{number}郎",
            birth_date=date(1980, 1, 1) + timedelta(days=number),
            address=f"〒100-0000 柱県架空市見本町{number}番",
            created_at=now,
        )
        for number in range(1, count + 1)
    )
    DoseEvent.objects.bulk_create(
        DoseEvent(
            person=person,
            kind="recorded",
            vaccine="comirnaty",
            lot="EY5422",
            given_on=date(2021, 6, 1),
            dose_number=1,
            source="counter",
            recorded_at=now,
            recorded_by="trial",
        )
        for person in people
    )
    return [person.reference for person in people]


def main(count: str) -> None:
    city = Organisation.objects.create(
        kind="municipality", code="131016", name="千代田区", name_en="Chiyoda City"
    )
    grant = Grant("municipal_clerk", str(city.pk))
    clerk = Principal(PrincipalKind.STAFF, str(uuid.uuid4()), grants=(grant,), second_factor=True)
    batch = request_batch(
        actor=clerk,
        organisation_id=city.pk,
        title="trial",
        references=crowd(city, int(count)),
        edition=Edition.STANDARD,
        envelope=Envelope.LONG_3,
        at=datetime.now(UTC),
    )
    print(json.dumps({"batch": str(batch), "job": str(PrintBatch.objects.get(pk=batch).job_id)}))


main(*sys.argv[1:])
