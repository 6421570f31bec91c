"""What tests of inventories on an emulator of AWS share: the emulator, a proxy before it, two operators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.cloud.adoption.existing import Existing
from tests.cloud.selection.bodies import body, staff
from tests.cloud.vending.emulator import emulator
from tests.cloud.vending.fault_proxy import FaultProxy, Faults

from hashira.cloud.adapters.engines import registry
from hashira.cloud.selectors.surveys import surveyed_account
from hashira.cloud.services.surveys import take_survey
from hashira.cloud.store.models import OrganisationSurvey
from hashira.core import jobs
from hashira.core.access import Principal

READING = (
    "Describe",
    "Get",
    "List",
    "AssumeRole",
    "GET ",
    "HEAD ",
    "POST /getAlternateContact",
    "POST /getAccountInformation",
)
"""What the proxy may see of an inventory. The service ``account`` reads by POST to such paths."""


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with emulator() as address:
        yield address


@pytest.fixture(scope="module")
def door(aws: str) -> Iterator[FaultProxy]:
    registry.forget("aws")
    made = FaultProxy(aws)
    yield made
    registry.forget("aws")
    made.close()


@pytest.fixture(scope="module")
def existing(aws: str) -> Existing:
    made = Existing(aws)
    made.make()
    return made


@pytest.fixture
def proxy(door: FaultProxy, settings: Any, monkeypatch: pytest.MonkeyPatch) -> FaultProxy:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "inside")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "inside")
    settings.HASHIRA_CLOUD_AWS = settings.HASHIRA_CLOUD_AWS | {
        "ENDPOINT": door.address,
        "TIMEOUT_SECONDS": "20",
    }
    settings.HASHIRA_CLOUD_PATIENCE_SECONDS = 30.0
    settings.HASHIRA_CLOUD_READ_BACK_SECONDS = 2.0
    door.faults = Faults()
    door.calls.clear()
    door.given.clear()
    return door


@pytest.fixture
def operator() -> Principal:
    return staff(("cloud_operator", body("operator", "柱運用センター")))


@pytest.fixture
def second() -> Principal:
    return staff(("cloud_operator", body("operator", "柱監査センター")))


def surveyed(operator: Principal) -> UUID:
    """An inventory, taken here and now."""
    survey_id = take_survey(actor=operator, engine="aws", at=datetime.now(UTC))
    jobs.carry_out(OrganisationSurvey.objects.values_list("job_id", flat=True).get(pk=survey_id))
    return survey_id


def standings(survey_id: UUID, account: str) -> dict[str, str]:
    return {one.step: one.standing.value for one in surveyed_account(survey_id, account).steps}
