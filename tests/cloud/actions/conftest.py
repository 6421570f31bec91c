"""A town whose vendor holds the account, and its servers on the cloud of paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.cloud.selection.bodies import body, staff
from tests.cloud.vending.conftest import paper as paper
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import PaperCloud
from tests.cloud.vending.test_environment_pages import signed_in as signed_in

from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.order_record import order_to_json
from hashira.cloud.domain.servers import Server, ServerState
from hashira.cloud.services import servers as services
from hashira.cloud.store.models import CloudServer, Environment, ServerAct, UseApplication
from hashira.core import jobs
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation

APP, BATCH = "i-0a1b2c3d4e5f60718", "i-0f9e8d7c6b5a40312"


@dataclass(frozen=True)
class Town:
    """The town, those who act, and its environment with two servers."""

    paper: PaperCloud
    order: EnvironmentOrder
    environment: UUID
    body: Organisation
    vendor_body: Organisation
    officer: Principal
    vendor: Principal
    operator: Principal
    stranger: Principal

    def server(self, identifier: str = APP) -> CloudServer:
        return CloudServer.objects.get(identifier=identifier)

    def there(self, identifier: str = APP) -> Server:
        return self.paper.servers[self.order.key][identifier]

    def read(self) -> Any:
        job = services.ask_reading(actor=self.officer, environment_id=self.environment, at=datetime.now(UTC))
        return jobs.carry_out(job)

    def carried_out(self, act: UUID) -> ServerAct:
        row = ServerAct.objects.get(pk=act)
        assert row.job_id is not None
        jobs.carry_out(row.job_id)
        row.refresh_from_db()
        return row


def a_server(identifier: str, name: str, state: ServerState, **tags: str) -> Server:
    return Server(
        identifier=identifier,
        name=name,
        state=state,
        kind="t3.medium",
        region="ap-northeast-1",
        since=datetime(2026, 11, 30, 1, tzinfo=UTC),
        tags={"Name": name, "hashira:key": "x", **tags},
    )


def ready(order: EnvironmentOrder, organisation: Organisation, application: UUID | None) -> UUID:
    """An environment that was vended, without the wait for it."""
    now = datetime.now(UTC)
    made = Environment.objects.create(
        pk=order.key,
        application_id=application,
        order=order_to_json(order),
        engine=order.engine,
        organisation=organisation,
        body_code=order.body_code,
        body_name=order.body_name,
        tenant_class=order.tenant_class.value,
        system_code=order.system_code,
        system_name=order.system_name,
        stage=order.stage.value,
        region=order.region,
        state="ready",
        account="000000000001",
        facts={"account": "000000000001"},
        cloud="paper-1",
        requested_at=now,
        requested_by="terminal:test",
        changed_at=now,
        vended_at=now,
    )
    return made.pk


@pytest.fixture
def town(paper: PaperCloud, db: None) -> Town:
    village, firm = body("municipality", "松川村", "204811"), body("vendor", "見本システム")
    operator = body("operator", "柱運用センター")
    order = an_order()
    now = datetime.now(UTC)
    application = UseApplication.objects.create(
        number="2026-0001",
        use=uuid4(),
        kind="new",
        organisation=village,
        drafter=firm,
        body_code="204811",
        body_name="松川村",
        content={},
        created_at=now,
        created_by="x",
        saved_at=now,
        saved_by="x",
    )
    environment = ready(order, village, application.pk)
    paper.servers[order.key] = {
        APP: a_server(APP, "jumin-app-1", ServerState.RUNNING),
        BATCH: a_server(BATCH, "jumin-batch-1", ServerState.STOPPED),
    }
    made = Town(
        paper=paper,
        order=order,
        environment=UUID(str(environment)),
        body=village,
        vendor_body=firm,
        officer=staff(("cloud_applicant", village)),
        vendor=staff(("cloud_applicant", firm)),
        operator=staff(("cloud_operator", operator)),
        stranger=staff(("cloud_applicant", body("municipality", "別の村", "204820"))),
    )
    made.read()
    return made


@pytest.fixture(autouse=True)
def impatient(paper: PaperCloud, settings: Any) -> None:
    """A provider that is silent here stays so."""
    settings.HASHIRA_CLOUD_PATIENCE_SECONDS = 0.8
