"""Asks for a batch on paper: ``python -m tests.crash.printing_client PEOPLE``, answers as JSON.

Makes a municipality, enters so many people with a dose each into its register, and puts them on one list.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import django

django.setup()

from tests.certificates.people import clerk, entered, municipality

from hashira.certificates.domain.paper import Edition, Envelope
from hashira.certificates.services.printing import request_batch
from hashira.certificates.store.models import PrintBatch


def main(count: str) -> None:
    city = municipality()
    batch = request_batch(
        actor=clerk(city),
        organisation_id=city.pk,
        title="trial",
        references=entered(city, int(count)),
        edition=Edition.STANDARD,
        envelope=Envelope.LONG_3,
        at=datetime.now(UTC),
    )
    print(json.dumps({"batch": str(batch), "job": str(PrintBatch.objects.get(pk=batch).job_id)}))


main(*sys.argv[1:])
