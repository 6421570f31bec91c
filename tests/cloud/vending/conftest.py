"""The cloud of paper, put in place for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from tests.cloud.vending.paper_cloud import PaperCloud, PaperEngine

from hashira.cloud.adapters.engines import registry
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.services.environments import order_environment
from hashira.cloud.store.models import Environment
from hashira.core import jobs
from hashira.core.access import Principal
from hashira.core.jobs import JobView

TERMINAL = Principal.system("terminal:test")


@pytest.fixture
def paper(settings: object) -> Iterator[PaperCloud]:
    """An empty cloud of paper behind the key ``paper``, that nobody waits long for."""
    settings.HASHIRA_CLOUD_PATIENCE_SECONDS = 5.0  # type: ignore[attr-defined]
    settings.HASHIRA_CLOUD_READ_BACK_SECONDS = 0.6  # type: ignore[attr-defined]
    cloud = PaperCloud()
    registry.register("paper", lambda: PaperEngine(cloud))
    yield cloud
    registry.forget("paper")


SignIn = Callable[[Principal], Client]


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> SignIn:
    """A client whose requests are those of a principal."""

    def sign_in(principal: Principal) -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: principal)
        client = Client(headers={"host": "localhost"})
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
        return client

    return sign_in


def ordered(order: EnvironmentOrder, application_id: UUID | None = None) -> UUID:
    """The order, given at the terminal."""
    return order_environment(actor=TERMINAL, order=order, application_id=application_id, at=datetime.now(UTC))


def worked(environment_id: UUID) -> JobView:
    """The job that is on the environment, carried out here and now."""
    return jobs.carry_out(Environment.objects.values_list("job_id", flat=True).get(pk=environment_id))
