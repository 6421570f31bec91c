"""Corrections, issuing and a compromise at once: no certificate stays valid that should not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from tests.certificates.people import NOW, clerk, given, municipality, registered, resident

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.services import key_life
from hashira.certificates.services.dose import DoseNotInForce, correct_dose
from hashira.certificates.services.issuing import DosesChanged, issue_card
from hashira.certificates.services.keys import publish_keys
from hashira.certificates.services.linking import claim_link
from hashira.certificates.services.status import PUBLISHER, KeyNotInUse
from hashira.certificates.store.models import CertificateStatus, IssuedDose, KeyApproval, SigningKey
from hashira.core.access import Grant, Principal, PrincipalKind

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
ROUNDS = 8


@pytest.fixture(autouse=True)
def no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of the jobs are what counts here; nobody is there to take them over."""
    monkeypatch.setattr("hashira.core.jobs.services.hand_over", lambda _: None)


@pytest.mark.django_db(transaction=True)
def test_what_is_issued_beside_a_correction_is_right_or_revoked(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR, settings.DEVELOPMENT = tmp_path, True
    city = municipality()
    person = registered(city)
    given(city, person, day=date(2021, 6, 1))
    hanako = resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=NOW)
    publish_keys(actor=Principal.system("certificates"), keys=keys.issuing_keys(NOW), at=NOW)
    done: list[str] = []

    def repeatedly(act: Any) -> None:
        try:
            for number in range(ROUNDS):
                act(number)
        finally:
            connection.close()

    def issue(_: int) -> None:
        """As a holder does who begins again with the record as it is now."""
        for _attempt in range(100):
            events = [dose.event_id for dose in own_record(person).doses]
            try:
                issue_card(
                    actor=hanako,
                    person_id=person,
                    request_id=uuid4(),
                    events=events,
                    shows_name=True,
                    shows_birth_date=True,
                    at=NOW,
                )
            except DosesChanged:
                continue
            done.append("issued")
            return

    def correct(number: int) -> None:
        try:
            correct_dose(
                actor=clerk(city),
                person_id=person,
                event=own_record(person).doses[0].event_id,
                request_id=uuid4(),
                dose=Dose(product("comirnaty"), date(2021, 6, 1), lot=f"EY{number}", number=1),
                reason="x",
                confirmed=True,
                at=NOW,
            )
        except DoseNotInForce:
            return
        done.append("corrected")

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(repeatedly, act) for act in (issue, issue, correct, correct)]:
            future.result()
    assert {"issued", "corrected"} <= set(done)
    shown = IssuedDose.objects.filter(certificate__status__state="valid")
    assert not shown.filter(event__replaced_by__isnull=False).exists()
    right = IssuedDose.objects.filter(certificate__status__state="revoked")
    assert not right.filter(event__replaced_by__isnull=True).exists()
    counted = SigningKey.objects.get(format="shc").status_version
    moments = CertificateStatus.objects.exclude(state="valid").count()
    assert counted <= moments


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_valid_under_a_compromised_key(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR, settings.DEVELOPMENT = tmp_path, True
    city = municipality()
    person = registered(city)
    given(city, person, day=date(2021, 6, 1))
    hanako = resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=NOW)
    publish_keys(actor=Principal.system("certificates"), keys=keys.issuing_keys(NOW), at=NOW)
    events = [dose.event_id for dose in own_record(person).doses]
    kid = SigningKey.objects.get(format="shc").kid
    alice, bob = (
        Principal(
            PrincipalKind.STAFF, str(uuid4()), grants=(Grant("administrator", "x"),), second_factor=True
        )
        for _ in range(2)
    )
    act = key_life.request_act(
        actor=alice, kid=kid, act=KeyApproval.Act.COMPROMISE, successor="", reason="x", at=NOW
    )

    def issue() -> int:
        made = 0
        try:
            while True:
                issue_card(
                    actor=hanako,
                    person_id=person,
                    request_id=uuid4(),
                    events=events,
                    shows_name=True,
                    shows_birth_date=True,
                    at=NOW,
                )
                made += 1
        except KeyNotInUse:
            return made
        finally:
            connection.close()

    def decide() -> None:
        try:
            key_life.decide(actor=bob, approval_id=act, approved=True, at=NOW)
            while key_life.revoke_portion(actor=PUBLISHER, approval_id=act, at=NOW):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        issuing = [pool.submit(issue) for _ in range(2)]
        pool.submit(decide).result()
        made = sum(future.result() for future in issuing)
    assert CertificateStatus.objects.count() == made
    assert not CertificateStatus.objects.filter(key_id=kid, state="valid").exists()
