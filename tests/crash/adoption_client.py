"""Adopts accounts in a process of its own.

``propose ACCOUNT …`` takes an inventory here and now and proposes each account: prints its number, the id
of the proposal and the operations of its plan. ``approve ID`` prints the key of the environment that comes of
it; ``release KEY`` gives it back.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from uuid import UUID

import django

django.setup()

from tests.cloud.vending.orders import an_order
from tests.crash.vending_client import operators

from hashira.cloud.selectors.adoptions import adoption_view
from hashira.cloud.services.adoptions import approve_adoption, propose_adoption, release_environment
from hashira.cloud.services.surveys import take_survey
from hashira.cloud.store.models import OrganisationSurvey
from hashira.core import jobs


def main() -> None:
    first, second = operators()
    match sys.argv[1:]:
        case ["propose", *accounts]:
            survey_id = take_survey(actor=first, engine="aws", at=datetime.now(UTC))
            jobs.carry_out(OrganisationSurvey.objects.values_list("job_id", flat=True).get(pk=survey_id))
            for number, account in enumerate(accounts):
                order = an_order(engine="aws", adopts=account, address_ranges=(f"10.40.{number}.0/24",))
                made = propose_adoption(
                    actor=first, survey_id=survey_id, order=order, words="", at=datetime.now(UTC)
                )
                operations = sorted({act.operation for act in adoption_view(made).plan.acts})
                print(json.dumps([account, str(made), operations]))
        case ["approve", proposal]:
            print(approve_adoption(actor=second, adoption_id=UUID(proposal), at=datetime.now(UTC)))
        case ["release", key]:
            release_environment(actor=first, environment_id=UUID(key), reason="試験", at=datetime.now(UTC))
        case other:
            raise SystemExit(f"propose, approve or release, not {other}")


if __name__ == "__main__":
    main()
