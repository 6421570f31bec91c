"""Demonstration data: once, whole, with the people who can sign in, and never in production."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator

from hashira.certificates.selectors.people import Question, find_people
from hashira.certificates.store.models import DoseEvent, Person
from hashira.core.accounts.models import Account, Organisation, RoleAssignment
from hashira.core.audit.sealing import seal, verify
from hashira.portal.demonstration.accounts import ACCOUNTS, PASSWORD, second_factor_secret
from hashira.portal.demonstration.loading import NotForProduction, load
from hashira.portal.development_provider.people import PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def development(settings: Any) -> None:
    settings.DEVELOPMENT = True


def test_a_second_start_adds_nothing() -> None:
    assert load()
    counts = (Organisation.objects.count(), Account.objects.count(), Person.objects.count())
    assert not load()
    assert counts == (Organisation.objects.count(), Account.objects.count(), Person.objects.count())
    assert len(ACCOUNTS) == RoleAssignment.objects.count() == Authenticator.objects.count()
    seal()
    assert verify().ok


def test_an_interrupted_start_leaves_nothing() -> None:
    with (
        patch("hashira.certificates.services.dose.record_dose", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        load()
    assert not Organisation.objects.exists()
    assert not DoseEvent.objects.exists()


def test_production_is_left_alone(settings: Any) -> None:
    settings.DEVELOPMENT = False
    with pytest.raises(NotForProduction):
        load()
    assert not Account.objects.exists()


def test_whoever_can_sign_in_is_in_the_register_but_for_what_is_to_be_tried() -> None:
    load()
    city = Organisation.objects.get(code="131016")
    missing = {person.key for person in PEOPLE if not find_people(city.pk, Question(name=person.name))}
    assert missing == {"renamed", "year-only"}  # a changed name, and a birth date that is not wholly known


def test_passwords_and_second_factors_are_kept_so_that_the_database_alone_opens_nothing() -> None:
    load()
    account = Account.objects.get(email="clerk@city.example")
    assert account.check_password(PASSWORD)
    secret = second_factor_secret(account.email)
    assert secret
    assert secret not in str(Authenticator.objects.get(user=account).data)
