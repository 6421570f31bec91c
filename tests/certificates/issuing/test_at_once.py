"""Issuing while an import holds the register and a resident signs in: all wait their turn, none in a ring."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection, transaction
from tests.certificates.people import NOW, given, municipality, registered, resident

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.services.issuing import issue_card
from hashira.certificates.services.keys import publish_keys
from hashira.certificates.services.linking import claim_link
from hashira.certificates.store import import_registry
from hashira.certificates.store.models import IssuedCertificate, SigningKey
from hashira.core.access import Principal
from hashira.core.accounts.models import Resident
from hashira.core.audit import record

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
ROUNDS = 12


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_in_a_ring(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR, settings.DEVELOPMENT = tmp_path, True
    city = municipality()
    person = registered(city)
    given(city, person, day=date(2021, 6, 1))
    hanako = resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=NOW)
    events = [dose.event_id for dose in own_record(person).doses]
    # As a start does, so that no issuing has to: publishing is told too, before the certificate is written.
    publish_keys(actor=Principal.system("certificates"), keys=keys.issuing_keys(NOW), at=NOW)

    def repeatedly(act: Any) -> None:
        try:
            for _ in range(ROUNDS):
                act()
        finally:
            connection.close()

    def issue() -> None:
        issue_card(
            actor=hanako,
            person_id=person,
            request_id=uuid4(),
            events=events,
            shows_name=True,
            shows_birth_date=True,
            at=NOW,
        )

    def move() -> None:
        """As an import does: the register first, then what it tells."""
        with transaction.atomic():
            import_registry.hold()
            record(actor=Principal.system("trial"), action="x")

    def sign_in() -> None:
        with transaction.atomic():
            Resident.objects.filter(pk=hanako.id).update(last_seen_at=NOW)
            record(actor=Principal.system("trial"), action="x")

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(repeatedly, act) for act in (issue, issue, move, sign_in)]
        for future in running:
            future.result()
    assert IssuedCertificate.objects.count() == 2 * ROUNDS


@pytest.mark.django_db(transaction=True)
def test_a_first_issuing_that_publishes_its_keys_waits_in_no_ring(tmp_path: Path, settings: Any) -> None:
    """Nobody published the keys. The import moves in just after the issuing has taken the turn of the audit.

    Were the keys published before the certificate is written, the issuing would hold that turn and wait for
    the register, and the import hold the register and wait for the turn.
    """
    settings.DATA_DIR, settings.DEVELOPMENT = tmp_path, True
    city = municipality()
    person = registered(city)
    given(city, person, day=date(2021, 6, 1))
    hanako = resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=NOW)
    events = [dose.event_id for dose in own_record(person).doses]
    published, holding = Event(), Event()

    def publish_and_let_the_import_in(**arguments: Any) -> None:
        publish_keys(**arguments)
        published.set()
        if connection.vendor == "postgresql":  # SQLite has one writer: the import cannot begin meanwhile
            holding.wait(1.0)

    def issue() -> None:
        try:
            step = "hashira.certificates.services.issuing_steps.publish_keys"
            with patch(step, publish_and_let_the_import_in):
                issue_card(
                    actor=hanako,
                    person_id=person,
                    request_id=uuid4(),
                    events=events,
                    shows_name=True,
                    shows_birth_date=True,
                    at=NOW,
                )
        finally:
            connection.close()

    def move() -> None:
        try:
            published.wait(60)
            with transaction.atomic():
                import_registry.hold()
                holding.set()
                record(actor=Principal.system("trial"), action="x")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(issue), pool.submit(move)]:
            future.result()
    assert IssuedCertificate.objects.count() == 1
    assert SigningKey.objects.count() == 3
