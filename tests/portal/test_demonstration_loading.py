"""Demonstration data: all of it or nothing, and never in production."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest

from hashira.certificates.store.models import DoseEvent
from hashira.core.accounts.models import Account, Organisation
from hashira.portal.demonstration.loading import NotForProduction, load

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def test_an_interrupted_start_leaves_nothing(settings: Any) -> None:
    settings.DEVELOPMENT = True
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
