"""What tests of adopting share: somebody else's accounts on a cloud of paper, and two operators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.cloud.selection.bodies import body, staff
from tests.cloud.vending.conftest import paper
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import PaperCloud

from hashira.cloud.services.adoptions import propose_adoption
from hashira.cloud.services.surveys import take_survey
from hashira.cloud.store.models import OrganisationSurvey
from hashira.core import jobs
from hashira.core.access import Principal

__all__ = ["paper"]
NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
ONE, TWO = "111111111111", "222222222222"


@pytest.fixture
def org(paper: PaperCloud) -> PaperCloud:
    """Two accounts of somebody else's, one of which has a trail."""
    paper.existing = {
        ONE: {"name": "204811-jumin-prod", "trail": "theirs", "tag:Owner": "hanako@town.example.jp"},
        TWO: {"name": "unnamed"},
    }
    return paper


@pytest.fixture
def people() -> tuple[Principal, Principal]:
    operators = body("operator", "柱運用センター")
    return staff(("cloud_operator", operators)), staff(("cloud_operator", body("operator", "柱監査センター")))


def job_of(survey_id: UUID) -> UUID:
    found = OrganisationSurvey.objects.values_list("job_id", flat=True).get(pk=survey_id)
    assert found is not None
    return found


def surveyed(actor: Principal) -> UUID:
    survey_id = take_survey(actor=actor, engine="paper", at=datetime.now(UTC))
    jobs.carry_out(job_of(survey_id))
    return survey_id


def proposed(actor: Principal, survey_id: UUID, **changes: Any) -> UUID:
    order = an_order(**({"adopts": ONE} | changes))
    return propose_adoption(actor=actor, survey_id=survey_id, order=order, words="", at=NOW)
