"""Administrators look after the staff of their body, and nobody reaches beyond it or lifts himself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind
from hashira.core.accounts import invitations, services
from hashira.core.accounts.errors import AccountExists, AccountNotFound, PasswordTooWeak, RoleNeverInForce
from hashira.core.accounts.invitations import InvitationNotOpen
from hashira.core.accounts.membership import LastAdministrator, OwnAccount, RoleNotOfKind, RolesElsewhere
from hashira.core.accounts.models import Account, Invitation, Organisation, RoleAssignment
from hashira.core.accounts.staff import history_of, members_of
from hashira.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
PASSWORD = "tsukuba-shihyo-7719"
Staffed = tuple[Account, Principal]


@pytest.fixture
def city() -> Organisation:
    return Organisation.objects.create(kind="municipality", code="131016", name="千代田区", name_en="Chiyoda")


@pytest.fixture
def town() -> Organisation:
    return Organisation.objects.create(kind="municipality", code="011002", name="札幌市", name_en="Sapporo")


def staffed(organisation: Organisation, name: str, role: str = "municipal_clerk") -> Staffed:
    """An account with a role in force since yesterday, and the person signed in with it."""
    account = Account.objects.create_user(f"{name}@city.example.jp", PASSWORD, display_name=name)
    assign(account, organisation, role)
    grant = Grant(role, str(organisation.pk))
    return account, Principal(
        PrincipalKind.STAFF, str(account.pk), display=name, grants=(grant,), second_factor=True
    )


def assign(account: Account, organisation: Organisation, role: str) -> None:
    RoleAssignment.objects.create(
        account=account, organisation=organisation, role=role, valid_from=NOW - timedelta(days=1)
    )


@pytest.fixture
def boss(city: Organisation) -> Staffed:
    return staffed(city, "boss", "administrator")


@pytest.fixture
def clerk(city: Organisation) -> Staffed:
    return staffed(city, "clerk")


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    def sign_in(principal: Principal) -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda _request: principal)
        client = Client(headers={"accept-language": "ja"})
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"  # without one nobody is asked for
        return client

    return sign_in


def invited(boss: Staffed, city: Organisation, **more: Any) -> str:
    asked = {"email": "new@city.example.jp", "display_name": "新人", "role": "municipal_clerk"}
    rest = {"role_until": None, "at": NOW}
    return invitations.invite(actor=boss[1], organisation=str(city.pk), **(asked | rest | more))


def test_from_the_invitation_to_the_account(boss: Staffed, city: Organisation, browser: Any) -> None:
    client = browser(boss[1])
    answer = client.post(
        reverse("staff-invite"),
        {"email": "New@city.example.jp", "display_name": "新人　花子", "role": "municipal_clerk"},
    )
    assert answer.status_code == 201
    link = re.search(r"http://testserver(/invitation/[\w-]{43})", answer.content.decode())
    assert link is not None
    assert "新人　花子" in client.get(reverse("staff")).content.decode()

    guest = browser(Principal.anonymous())
    page = guest.get(link[1])
    assert "千代田区" in page.content.decode()
    weak = guest.post(link[1], {"display_name": "新人", "password": "password", "again": "password"})
    assert weak.status_code == 422
    differs = guest.post(link[1], {"display_name": "新人", "password": PASSWORD, "again": PASSWORD + "x"})
    assert differs.status_code == 422
    assert not Account.objects.filter(email="new@city.example.jp").exists()
    made = guest.post(link[1], {"display_name": "新人　花", "password": PASSWORD, "again": PASSWORD})
    assert (made.status_code, made["Location"]) == (302, reverse("account_login"))
    account = Account.objects.get(email="new@city.example.jp")
    assert account.check_password(PASSWORD)
    (held,) = account.role_assignments.all()
    assert (held.role, held.organisation, held.valid_until) == ("municipal_clerk", city, None)
    assert guest.get(link[1]).status_code == 410  # once


def test_the_secret_is_not_kept_and_the_audit_names_no_address(boss: Staffed, city: Organisation) -> None:
    secret = invited(boss, city)
    row = Invitation.objects.get()
    assert secret not in str(vars(row))
    event = AuditEvent.objects.get(action="accounts:InviteStaff")
    assert "new@city" not in event.facts
    assert secret not in event.facts


def test_an_invitation_ends_by_time_by_hand_and_by_another(boss: Staffed, city: Organisation) -> None:
    first = invited(boss, city)
    second = invited(boss, city)
    with pytest.raises(InvitationNotOpen):
        invitations.accept(secret=first, display_name="x", password=PASSWORD, at=NOW)
    with pytest.raises(InvitationNotOpen):
        invitations.open_invitation(second, at=NOW + invitations.LIFE)
    assert invitations.open_invitation(second, at=NOW).email == "new@city.example.jp"
    invitations.withdraw(
        actor=boss[1],
        organisation=str(city.pk),
        invitation_id=Invitation.objects.get(withdrawn_at=None).pk,
        at=NOW,
    )
    with pytest.raises(InvitationNotOpen):
        invitations.accept(secret=second, display_name="x", password=PASSWORD, at=NOW)
    with pytest.raises(InvitationNotOpen):
        invitations.open_invitation("no-such-secret", at=NOW)
    assert Account.objects.count() == 1


def test_a_weak_password_leaves_the_invitation_open(boss: Staffed, city: Organisation) -> None:
    secret = invited(boss, city)
    with pytest.raises(PasswordTooWeak):
        invitations.accept(secret=secret, display_name="新人", password="12345", at=NOW)
    assert invitations.accept(secret=secret, display_name="新人", password=PASSWORD, at=NOW)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"role": "cloud_operator"}, RoleNotOfKind),
        ({"role_until": NOW - timedelta(days=1)}, RoleNeverInForce),
        ({"email": "clerk@city.example.jp"}, AccountExists),
    ],
)
def test_what_is_not_invited(
    boss: Staffed, clerk: Staffed, city: Organisation, wrong: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        invited(boss, city, **wrong)
    assert not Invitation.objects.exists()


def test_a_role_is_given_and_ended_and_told(boss: Staffed, clerk: Staffed, city: Organisation) -> None:
    services.grant_role(
        actor=boss[1],
        email=clerk[0].email,
        organisation=str(city.pk),
        role="municipal_supervisor",
        valid_from=NOW,
    )
    later = NOW + timedelta(seconds=1)
    services.end_role(
        actor=boss[1], email=clerk[0].email, organisation=str(city.pk), role="municipal_clerk", at=later
    )
    (row,) = [one for one in members_of(str(city.pk), at=later) if one.id == clerk[0].pk]
    assert [held.role for held in row.running] == ["municipal_supervisor"]
    assert [(h.title.en, h.actor) for h in history_of(clerk[0].pk, str(city.pk))] == [
        ("Role ended", "boss"),
        ("Role given", "boss"),
    ]


ACTS = ("stop_account", "resume_account", "reset_second_factors")


@pytest.mark.parametrize("act", ACTS)
def test_a_member_is_stopped_let_in_and_loses_the_factors(
    boss: Staffed, clerk: Staffed, city: Organisation, act: str
) -> None:
    TOTP.activate(clerk[0], "JBSWY3DPEHPK3PXP")
    getattr(services, act)(actor=boss[1], email=clerk[0].email, organisation=str(city.pk))
    clerk[0].refresh_from_db()
    assert clerk[0].is_active is (act != "stop_account")
    assert clerk[0].authenticator_set.exists() is (act != "reset_second_factors")


@pytest.mark.parametrize("act", ACTS)
def test_nobody_acts_on_the_own_account_or_on_people_of_elsewhere(
    boss: Staffed, city: Organisation, town: Organisation, act: str
) -> None:
    def do(account: Account, body: Organisation) -> None:
        getattr(services, act)(actor=boss[1], email=account.email, organisation=str(body.pk))

    stranger, both = staffed(town, "stranger")[0], staffed(city, "both")[0]
    assign(both, town, "municipal_clerk")
    with pytest.raises(OwnAccount):
        do(boss[0], city)
    with pytest.raises(AccountNotFound):
        do(stranger, city)
    with pytest.raises(RolesElsewhere):
        do(both, city)
    with pytest.raises(AccessDenied):
        do(stranger, town)
    with pytest.raises(AccessDenied):
        getattr(services, act)(actor=boss[1], email=stranger.email)
    assert Account.objects.filter(is_active=True).count() == 3


def test_nobody_lifts_himself_or_gives_what_the_body_has_not(
    boss: Staffed, clerk: Staffed, city: Organisation, town: Organisation
) -> None:
    def give(who: Principal, account: Account, body: Organisation, role: str) -> None:
        services.grant_role(
            actor=who, email=account.email, organisation=str(body.pk), role=role, valid_from=NOW
        )

    with pytest.raises(OwnAccount):
        give(boss[1], boss[0], city, "municipal_supervisor")
    with pytest.raises(RoleNotOfKind):
        give(boss[1], clerk[0], city, "cloud_operator")
    with pytest.raises(AccessDenied):
        give(boss[1], clerk[0], town, "municipal_clerk")
    with pytest.raises(AccessDenied):
        give(clerk[1], boss[0], city, "municipal_clerk")
    assert RoleAssignment.objects.count() == 2


def test_the_last_administrator_stays(boss: Staffed, city: Organisation) -> None:
    second, principal = staffed(city, "second", "administrator")

    def end(who: Principal, account: Account) -> None:
        services.end_role(
            actor=who, email=account.email, organisation=str(city.pk), role="administrator", at=NOW
        )

    boss[0].is_active = False  # whoever cannot sign in does not count
    boss[0].save()
    with pytest.raises(LastAdministrator):
        end(boss[1], second)
    with pytest.raises(LastAdministrator):
        services.stop_account(actor=boss[1], email=second.email, organisation=str(city.pk))
    boss[0].is_active = True
    boss[0].save()
    end(boss[1], second)
    with pytest.raises(LastAdministrator):
        end(principal, boss[0])


def test_without_a_second_factor_an_administrator_does_nothing(boss: Staffed, city: Organisation) -> None:
    begun = Principal(PrincipalKind.STAFF, boss[1].id, grants=boss[1].grants, second_factor=False)
    with pytest.raises(AccessDenied):
        invited((boss[0], begun), city)


PAGES = ("staff", "staff-invite")


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_are_for_administrators_of_the_body(
    boss: Staffed, clerk: Staffed, town: Organisation, browser: Any, page: str
) -> None:
    assert browser(boss[1]).get(reverse(page)).status_code == 200
    assert browser(boss[1]).get(reverse(page) + f"?body={town.pk}").status_code == 404
    assert browser(clerk[1]).get(reverse(page)).status_code == 403
    assert browser(Principal.anonymous()).get(reverse(page)).status_code == 302


def test_a_member_of_another_body_is_not_found(boss: Staffed, town: Organisation, browser: Any) -> None:
    stranger = staffed(town, "stranger")[0]
    for name, rest in (("staff-member", []), ("staff-give-role", []), ("staff-act", ["stop"])):
        assert browser(boss[1]).get(reverse(name, args=[stranger.pk, *rest])).status_code == 404
    assert browser(boss[1]).get(reverse("staff-member", args=[uuid4()])).status_code == 404


def test_an_act_is_asked_first_and_then_done(boss: Staffed, clerk: Staffed, browser: Any) -> None:
    client, person = browser(boss[1]), clerk[0].pk
    asked = client.get(reverse("staff-act", args=[person, "stop"]))
    assert "アカウントを停止しますか" in asked.content.decode()
    assert Account.objects.get(pk=person).is_active
    done = client.post(reverse("staff-act", args=[person, "stop"]), follow=True)
    assert "停止中" in done.content.decode()
    refused = client.post(reverse("staff-act", args=[boss[0].pk, "stop"]))
    assert refused.status_code == 409
    assert "CORE-110" in refused.content.decode()
    unknown = client.get(reverse("staff-act", args=[person, "promote"]))
    assert unknown.status_code == 404


def test_a_role_is_given_on_the_page_with_its_last_day(
    boss: Staffed, clerk: Staffed, city: Organisation, browser: Any
) -> None:
    answer = browser(boss[1]).post(
        reverse("staff-give-role", args=[clerk[0].pk]),
        {"role": "verifier", "last_day_year": "令和20", "last_day_month": "3", "last_day_day": "31"},
    )
    assert answer.status_code == 302, answer.content.decode()
    held = RoleAssignment.objects.get(account=clerk[0], role="verifier")
    assert held.valid_until == datetime(2038, 3, 31, 15, tzinfo=UTC)  # midnight in Japan after that day


def test_the_list_can_be_sorted_filtered_and_taken_along(boss: Staffed, clerk: Staffed, browser: Any) -> None:
    client = browser(boss[1])
    assert "clerk@" not in client.get(reverse("staff") + "?filter_email=boss").content.decode()
    csv = b"".join(client.get(reverse("staff") + "?format=csv").streaming_content).decode("utf-8-sig")
    assert "clerk@city.example.jp" in csv
    assert UUID(str(boss[0].pk))
