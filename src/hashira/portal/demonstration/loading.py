"""Fills an empty installation, once and whole (デモ用データの読み込み)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Account, Organisation
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.portal.demonstration.accounts import make_accounts, make_organisations

_ORDINANCES = Path(__file__).parent / "ordinances"


class NotForProduction(HashiraError):
    """Demonstration data were asked for where real people live."""

    code = "PRT-010"
    what = Bilingual("デモ用のデータを入れません", "Demonstration data are not loaded")
    why = Bilingual("本番の設定です", "This installation is set up for production")
    remedy = Bilingual(
        "試すときは HASHIRA_ENVIRONMENT=development の、別のデータのフォルダーで行ってください",
        "To try it, use HASHIRA_ENVIRONMENT=development and another folder of data",
    )


def load() -> bool:
    """Loads the demonstration if there is no organisation yet; whether it did.

    All in one transaction: a start that is killed in the middle leaves nothing, and the next one begins anew.
    """
    if not settings.DEVELOPMENT:
        raise NotForProduction
    with transaction.atomic():
        if Organisation.objects.exists():
            return False
        organisations = make_organisations()
        accounts = make_accounts(organisations)
        if "certificates" in settings.HASHIRA_SYSTEMS:
            _fill_registers(organisations, accounts)
        if "regulations" in settings.HASHIRA_SYSTEMS:
            _keep_ordinances(organisations["city"].code)
        if "cloud" in settings.HASHIRA_SYSTEMS:
            from hashira.portal.demonstration.applying import fill_applications
            from hashira.portal.demonstration.guardrails import fill_guardrails
            from hashira.portal.demonstration.selection import fill_selection

            fill_selection(organisations, accounts)
            fill_guardrails(organisations, accounts)
            fill_applications(organisations, accounts)
    return True


def _keep_ordinances(body: str) -> None:
    """The ordinances of an invented city, taken in and scanned as at a terminal."""
    from hashira.regulations.adapters.reading import Reading, read_all
    from hashira.regulations.services.keeping import keep_laws
    from hashira.regulations.services.referencing import read_references
    from hashira.regulations.services.scanning import prepare, scan_laws

    now = datetime.now(UTC)
    actor = Principal.system("terminal:demonstration")
    read = [one for one in read_all(_ORDINANCES, known=frozenset()) if isinstance(one, Reading)]
    keep_laws(actor=actor, readings=read, at=now, as_of=now.date(), body=body)
    read_references()
    scan_laws(actor=actor, surveyed=prepare(today=now.date()), at=now)


def _fill_registers(organisations: dict[str, Organisation], accounts: dict[str, Account]) -> None:
    """Through the services that clerks use: the same rules, and the same audit."""
    from hashira.certificates.domain.age import years_later
    from hashira.certificates.domain.protection import Ground, ProtectionPeriod
    from hashira.certificates.services.dose import record_dose
    from hashira.certificates.services.examination import examine_now
    from hashira.certificates.services.person import register_person, revise_person
    from hashira.certificates.services.protection import protect_person
    from hashira.portal.demonstration.people import first_register, second_register

    now = datetime.now(UTC)
    for key, people in (("city", first_register()), ("town", second_register())):
        clerk = _staff(accounts[f"clerk@{key}.example"], organisations[key], "municipal_clerk")
        for person in people:
            made = register_person(
                actor=clerk, organisation_id=organisations[key].pk, values=person.values, at=now
            )
            for dose in person.doses:
                born = person.values.birth_date
                given = dose if dose.given_on >= born else replace(dose, given_on=born)
                record_dose(
                    actor=clerk, person_id=made, request_id=uuid4(), dose=given, confirmed=True, at=now
                )
            if person.later is not None:
                revise_person(
                    actor=clerk,
                    person_id=made,
                    version=1,
                    values=person.later,
                    reason=person.reason,
                    at=now,
                )
            if person.protected:
                today = today_in_japan(SystemClock())
                protect_person(
                    actor=_staff(
                        accounts[f"supervisor@{key}.example"], organisations[key], "municipal_supervisor"
                    ),
                    person_id=made,
                    ground=Ground.VIOLENCE,
                    period=ProtectionPeriod.decided(
                        today, years_later(today, 1) - timedelta(days=1), today=today
                    ),
                    reason=person.protected,
                    at=now,
                )
        examine_now(str(organisations[key].pk))


def _staff(account: Account, organisation: Organisation, role: str) -> Principal:
    grant = Grant(role, str(organisation.pk))
    return Principal(PrincipalKind.STAFF, str(account.pk), grants=(grant,), second_factor=True)
