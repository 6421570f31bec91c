"""``hashira accounts``: the first administrator is made at the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner, Result
from django.test import Client
from django.urls import reverse

from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind
from hashira.core.accounts import services
from hashira.core.accounts.models import Account, Organisation, RoleAssignment
from hashira.core.audit.models import AuditEvent
from hashira.portal.command import main

pytestmark = pytest.mark.django_db

EMAIL = "hanako.yamada@city.example.jp"
PASSWORD = "tsukuba-shihyo-7719"
SAPPORO = "011002"  # 総務省「都道府県コード及び市区町村コード」: 北海道札幌市


def hashira(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["accounts", *arguments], input=stdin)


def made() -> Account:
    answer = hashira("create", EMAIL, "--name", "山田花子", "--password-stdin", stdin=PASSWORD + "\n")
    assert answer.exit_code == 0, answer.output
    return Account.objects.get(email=EMAIL)


def test_an_account_is_made_without_any_role() -> None:
    account = made()
    assert account.check_password(PASSWORD)
    assert account.password.startswith("argon2")
    assert account.display_name == "山田花子"
    assert not account.role_assignments.exists()
    assert AuditEvent.objects.filter(action="accounts:CreateAccount").count() == 1


@pytest.mark.parametrize("password", ["short-1", "password1234", EMAIL])
def test_a_weak_password_makes_no_account(password: str) -> None:
    answer = hashira("create", EMAIL, "--name", "山田花子", "--password-stdin", stdin=password + "\n")
    assert answer.exit_code == 3
    assert "CORE-062" in answer.output
    assert not Account.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_address_names_one_account_however_it_is_written() -> None:
    made()
    answer = hashira(
        "create", EMAIL.upper(), "--name", "別人", "--password-stdin", stdin="another-secret-4411\n"
    )
    assert answer.exit_code == 3
    assert "CORE-060" in answer.output
    assert Account.objects.get().display_name == "山田花子"


def test_what_is_no_address_is_refused() -> None:
    answer = hashira("create", "hanako", "--name", "山田花子", "--password-stdin", stdin=PASSWORD + "\n")
    assert (answer.exit_code, Account.objects.count()) == (3, 0)
    assert "CORE-063" in answer.output


def test_days_of_a_role_are_days_in_japan_and_the_last_one_is_included() -> None:
    made()
    answer = hashira(
        "grant", EMAIL, "administrator", SAPPORO, "--from", "2026-04-01", "--until", "2027-03-31"
    )
    assert answer.exit_code == 0, answer.output
    held = RoleAssignment.objects.get()
    assert held.valid_from == datetime(2026, 3, 31, 15, tzinfo=UTC)
    assert held.valid_until == datetime(2027, 3, 31, 15, tzinfo=UTC)
    assert held.organisation.kind == Organisation.Kind.MUNICIPALITY
    assert held.organisation.name.endswith("札幌市")


def test_a_role_is_not_granted_twice_for_the_same_days() -> None:
    made()
    assert hashira("grant", EMAIL, "verifier", SAPPORO, "--until", "2099-12-31").exit_code == 0
    again = hashira("grant", EMAIL, "verifier", SAPPORO)
    assert again.exit_code == 3
    assert "CORE-066" in again.output
    assert hashira("grant", EMAIL, "verifier", SAPPORO, "--from", "2100-01-01").exit_code == 0
    assert RoleAssignment.objects.count() == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((EMAIL, "mayor", SAPPORO), "CORE-064"),
        (("nobody@city.example.jp", "verifier", SAPPORO), "CORE-061"),
        ((EMAIL, "verifier", SAPPORO, "--from", "2026-04-02", "--until", "2026-04-01"), "CORE-065"),
        ((EMAIL, "verifier", "011003"), "KRN-"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(arguments: tuple[str, ...], code: str) -> None:
    made()
    answer = hashira("grant", *arguments)
    assert answer.exit_code == 3
    assert code in answer.output
    assert not RoleAssignment.objects.exists()


def test_a_role_ends_now_and_only_once() -> None:
    made()
    hashira("grant", EMAIL, "verifier", SAPPORO, "--from", "2026-04-01")
    assert hashira("end", EMAIL, "verifier", SAPPORO).exit_code == 0
    ended = RoleAssignment.objects.get().valid_until
    assert ended is not None
    assert ended <= datetime.now(UTC)
    again = hashira("end", EMAIL, "verifier", SAPPORO)
    assert again.exit_code == 3
    assert "CORE-067" in again.output


def test_lost_factors_are_taken_off_the_one_account() -> None:
    account = made()
    other = Account.objects.create_user("other@city.example.jp", PASSWORD)
    for user in (account, other):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    answer = hashira("reset-factors", EMAIL)
    assert answer.exit_code == 0
    assert [row.user_id for row in Authenticator.objects.all()] == [other.pk]
    assert AuditEvent.objects.filter(action="accounts:ResetSecondFactors").count() == 1


def test_the_list_shows_roles_in_force_only() -> None:
    account = made()
    hashira("grant", EMAIL, "administrator", SAPPORO)
    hashira("grant", EMAIL, "auditor", SAPPORO, "--from", "2099-01-01")
    Authenticator.objects.create(user=account, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert json.loads(hashira("list", "--json").output) == [
        {
            "email": EMAIL,
            "name": "山田花子",
            "active": True,
            "second_factor": False,
            "roles": [{"role": "administrator", "organisation": SAPPORO}],
        }
    ]


def test_a_body_of_another_kind_is_registered_and_given_roles() -> None:
    made()
    names = ("--name", "見本省", "--name-en", "Ministry of Samples")
    assert "CORE-069" in hashira("grant", EMAIL, "legal_officer", "mihon").output
    assert hashira("organisation", "add", "ministry", "mihon", *names).exit_code == 0
    assert hashira("grant", EMAIL, "legal_officer", "mihon").exit_code == 0
    held = RoleAssignment.objects.get()
    assert (held.organisation.kind, held.organisation.name) == ("ministry", "見本省")
    assert hashira("end", EMAIL, "legal_officer", "mihon").exit_code == 0
    held.refresh_from_db()
    assert held.valid_until is not None
    listed = json.loads(hashira("organisation", "list", "--json").output)
    expected = {"kind": "ministry", "code": "mihon", "name": "見本省", "name_en": "Ministry of Samples"}
    assert listed == [expected]


def test_a_code_names_one_body() -> None:
    names = ("--name", "見本", "--name-en", "Sample")
    hashira("organisation", "add", "vendor", "mihon", *names)
    answer = hashira("organisation", "add", "operator", "mihon", *names)
    assert (answer.exit_code, "CORE-068" in answer.output) == (3, True)
    assert Organisation.objects.get().kind == "vendor"


@pytest.mark.parametrize("code", ["011002", "M", "Mihon", "mihon省", "a" * 17, "mihon\n"])
def test_a_code_that_could_be_mistaken_registers_nothing(code: str) -> None:
    answer = hashira("organisation", "add", "vendor", code, "--name", "見本", "--name-en", "Sample")
    assert "CORE-070" in answer.output
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "見\n本", "あ" * 121])
def test_a_body_has_a_name(name: str) -> None:
    answer = hashira("organisation", "add", "vendor", "mihon", "--name", name, "--name-en", "Sample")
    assert "CORE-070" in answer.output
    assert not Organisation.objects.exists()


def test_a_stopped_account_signs_in_to_nothing_until_it_is_resumed() -> None:
    account = made()
    client = Client()
    client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    assert client.get(reverse("second-factor")).status_code == 200
    assert "Stopped" in hashira("stop", EMAIL).output
    # The session that was open has ended, and no new one begins.
    assert client.get(reverse("second-factor")).url == reverse("account_login")
    client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    assert client.get(reverse("second-factor")).url == reverse("account_login")
    assert "already" in hashira("stop", EMAIL).output
    assert "Resumed" in hashira("resume", EMAIL).output
    client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    assert client.get(reverse("second-factor")).status_code == 200
    told = AuditEvent.objects.filter(action__in=["accounts:StopAccount", "accounts:ResumeAccount"])
    assert told.count() == 3
    account.refresh_from_db()
    assert account.is_active


@pytest.mark.parametrize("service", ["stop_account", "resume_account", "give_token", "add_organisation"])
def test_these_are_the_terminals_alone(service: str) -> None:
    made()
    administrator = Principal(
        PrincipalKind.STAFF,
        "someone",
        grants=(Grant("administrator", "o"),),
        second_factor=True,
        recent_authentication=True,
    )
    more: dict[str, object] = {"email": EMAIL}
    if service == "give_token":
        more |= {"serial": "SN-1", "seed": "00" * 20}
    if service == "add_organisation":
        more = {"kind": Organisation.Kind.VENDOR, "code": "mihon", "name": "見本", "name_en": "Sample"}
    with pytest.raises(AccessDenied):
        getattr(services, service)(actor=administrator, **more)
    assert Account.objects.get().is_active
    assert not Organisation.objects.exists()
