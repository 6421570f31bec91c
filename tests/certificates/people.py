"""A municipality, its staff and its residents, for tests of the register."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.person import PersonValues
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.services.dose import record_dose
from hashira.certificates.services.person import register_person
from hashira.certificates.store.models import DoseEvent, Person
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Organisation, Resident

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
BORN = date(1980, 2, 29)


def municipality(code: str = "131016", name: str = "千代田区") -> Organisation:
    return Organisation.objects.create(kind="municipality", code=code, name=name, name_en=name)


def clerk(organisation: Organisation, role: str = "municipal_clerk") -> Principal:
    grant = Grant(role, str(organisation.pk))
    return Principal(PrincipalKind.STAFF, str(uuid4()), grants=(grant,), second_factor=True)


def resident(name: str = "髙橋　花子", born: date | None = BORN, gender: str = "female") -> Principal:
    row = Resident.objects.create(
        issuer="https://example.jp",
        sub=str(uuid4()),
        name=name,
        birth_date=born,
        gender=gender,
        first_seen_at=NOW,
        last_seen_at=NOW,
    )
    return Principal(PrincipalKind.RESIDENT, str(row.pk), display=name, second_factor=True)


def values(reference: str = "1", name: str = "髙橋　花子", **more: object) -> PersonValues:
    known = {
        "kana": "タカハシ　ハナコ",
        "sex": "female",
        "birth_date": BORN,
        "coupon_number": f"{int(reference):010d}",
    }
    return PersonValues(reference=reference, name=name, **(known | more))


def registered(
    organisation: Organisation, reference: str = "1", name: str = "髙橋　花子", **more: object
) -> UUID:
    return register_person(
        actor=clerk(organisation),
        organisation_id=organisation.pk,
        values=values(reference, name, **more),
        at=NOW,
    )


def given(
    organisation: Organisation,
    person: UUID,
    number: int = 1,
    day: date = date(2021, 6, 1),
    vaccine: str = "comirnaty",
    lot: str = "EY5422",
) -> UUID:
    return record_dose(
        actor=clerk(organisation),
        person_id=person,
        request_id=uuid4(),
        dose=Dose(product(vaccine), day, lot=lot, number=number, place="千代田診療所"),
        confirmed=True,
        at=NOW,
    )


def entered(organisation: Organisation, count: int) -> list[str]:
    """So many people with a dose each, written at once; the references in their order.

    The register's own way is tested elsewhere.
    """
    people = Person.objects.bulk_create(
        Person(
            organisation=organisation,
            reference=f"{number:06d}",
            name=f"見本　{number}郎",
            name_key=f"見本{number}郎",
            birth_date=date(1980, 1, 1) + timedelta(days=number),
            address=f"〒100-0000 柱県架空市見本町{number}番",
            created_at=NOW,
        )
        for number in range(1, count + 1)
    )
    DoseEvent.objects.bulk_create(
        DoseEvent(
            person=person, kind="recorded", vaccine="comirnaty", lot="EY5422", given_on=date(2021, 6, 1),
            dose_number=1, source="counter", recorded_at=NOW, recorded_by="clerk",
        )
        for person in people
    )  # fmt: skip
    return [person.reference for person in people]
