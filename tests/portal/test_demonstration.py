"""Demonstration data, loaded once for all tests here: whole, with the people who can sign in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from hashira.certificates.domain.dose import RecordedDose, warnings
from hashira.certificates.selectors.people import Question, find_people, person_view
from hashira.certificates.store.models import Person
from hashira.core.accounts.models import Account, Organisation, RoleAssignment
from hashira.core.audit.sealing import seal, verify
from hashira.portal.demonstration.accounts import ACCOUNTS, PASSWORD, second_factor_secret
from hashira.portal.demonstration.loading import load
from hashira.portal.demonstration.people import first_register, second_register
from hashira.portal.development_provider.people import PEOPLE

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.fixture(autouse=True, scope="module")
def demonstration(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Loaded in a transaction around those of the tests, and taken back with it."""
    with django_db_blocker.unblock(), override_settings(DEVELOPMENT=True), transaction.atomic():
        assert load()
        yield
        transaction.set_rollback(True)


def test_a_second_start_adds_nothing() -> None:
    counts = (Organisation.objects.count(), Account.objects.count(), Person.objects.count())
    assert not load()
    assert counts == (Organisation.objects.count(), Account.objects.count(), Person.objects.count())
    # Beside those who can sign in, somebody confirms for each of the other municipalities.
    assert len(ACCOUNTS) == Authenticator.objects.count()
    assert RoleAssignment.objects.count() == len(ACCOUNTS) + 19
    seal()
    assert verify().ok


def test_whoever_can_sign_in_is_in_the_register_but_for_what_is_to_be_tried() -> None:
    city = Organisation.objects.get(code="131016")
    missing = {person.key for person in PEOPLE if not find_people(city.pk, Question(name=person.name))}
    assert missing == {"renamed", "year-only"}  # a changed name, and a birth date that is not wholly known


def test_passwords_and_second_factors_are_kept_so_that_the_database_alone_opens_nothing() -> None:
    account = Account.objects.get(email="clerk@city.example")
    assert account.check_password(PASSWORD)
    secret = second_factor_secret(account.email)
    assert secret
    assert secret not in str(Authenticator.objects.get(user=account).data)


def test_the_registers_hold_what_registers_get_wrong_and_a_childs_lifelong_record() -> None:
    city = Organisation.objects.get(code="131016")
    assert 90 <= Person.objects.count() <= 120
    (died,) = find_people(city.pk, Question(name="故人"))
    assert died.died_on is not None
    (renamed,) = find_people(city.pk, Question(name="改姓"))
    assert [r.name for r in person_view(renamed.id).revisions] == ["旧名　見本", "改姓　見本"]
    (gaiji,) = find_people(city.pk, Question(kana="ワタナベ　ガイジ"))
    assert "\ue123" in gaiji.name
    twins = find_people(city.pk, Question(kana="フタバ", birth_date=date(2019, 10, 10)))
    assert len({twin.name for twin in twins}) == 2
    given = {event.dose.product.code for event in person_view(twins[0].id).doses}
    assert {"bcg", "mr", "je", "varicella", "dpt-ipv"} <= given
    assert RoleAssignment.objects.filter(role="administrator").exists()


def test_no_dose_of_the_demonstration_would_make_a_clerk_look_twice() -> None:
    """Doses are loaded as confirmed; a course that no clinic gives would be a bad example."""
    for one in (*first_register(), *second_register()):
        known: list[RecordedDose] = []
        for dose in one.doses:
            if dose.given_on < one.values.birth_date:
                continue
            found = warnings(dose, known, died_on=one.values.died_on)
            assert not found, (one.values.name, dose, found)
            known.append(RecordedDose(uuid4(), dose))
