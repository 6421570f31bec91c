"""Prepares a resident who may take certificates: ``python -m tests.crash.registry_client``.

Prints, as JSON, the key of a session, the person whose record it sees, and the events of the doses.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore

from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.services.linking import claim_link
from hashira.core.access import Principal, PrincipalKind
from hashira.core.accounts.models import Organisation, Resident


def main() -> None:
    now = datetime.now(UTC)
    city = Organisation.objects.get(code="131016")
    hanako, _ = Resident.objects.get_or_create(
        issuer="https://trial.test",
        sub="hanako",
        defaults={
            "name": "見本 花子",
            "birth_date": "1980-01-01",
            "gender": "female",
            "first_seen_at": now,
            "last_seen_at": now,
        },
    )
    hanako.refresh_from_db()
    actor = Principal(PrincipalKind.RESIDENT, str(hanako.pk), second_factor=True)
    claim = claim_link(actor=actor, organisation_id=city.pk, number="0000000001", at=now)
    assert claim.person_id is not None
    session = SessionStore()
    session["resident"] = {"id": str(hanako.pk), "at": now.isoformat()}
    session.create()
    doses = [str(dose.event_id) for dose in own_record(claim.person_id).doses]
    print(json.dumps({"session": session.session_key, "person": str(claim.person_id), "doses": doses}))


main()
