"""Staff sign in by the directory of their body, a double of which every word can be bent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from joserfc import jws
from joserfc.jwk import ECKey
from tests.portal.directory_double import CLIENT_ID, OTHER_RSA, RSA, Directory, description
from tests.portal.provider_double import ISSUER, PROTOCOL, at_hash

from hashira.core.access import Principal
from hashira.core.accounts import invitations, services
from hashira.core.accounts.directories import identities, registration
from hashira.core.accounts.directories.registration import Registration
from hashira.core.accounts.models import (
    Account,
    DirectoryIdentity,
    RoleAssignment,
)
from hashira.core.accounts.principals import DIRECTORY
from hashira.core.audit.models import AuditEvent
from hashira.kernel.municipality import by_code
from hashira.portal import urls
from hashira.portal.directory_sign_in import configuration

# Loaded now: which addresses there are must not depend on what the first test sets.
assert urls.urlpatterns
pytestmark = pytest.mark.django_db
TERMINAL = Principal.system("terminal:test")
PASSWORD = "a-long-and-plain-password"


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> Iterator[Directory]:
    made = Directory()
    made.published = [RSA.as_dict(private=False)]
    made.header = {"alg": "RS256", "kid": "directory-1"}
    made.claims |= {"aud": CLIENT_ID, "azp": CLIENT_ID, "sub": "ENTRA-sub_1", "amr": ["pwd", "mfa"]}
    del made.claims["acr"]
    made.userinfo = {"sub": "ENTRA-sub_1"}
    made.answers["openid-configuration"] = description()
    monkeypatch.setattr(configuration, "http_client", made.client)
    configuration.forget()
    yield made
    configuration.forget()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text("s3cret of the body\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def body() -> str:
    return services.register_municipality(actor=TERMINAL, municipality=by_code("131016"))


@pytest.fixture
def elsewhere() -> str:
    return services.register_municipality(actor=TERMINAL, municipality=by_code("131024"))


def asked(secret: Path, **changes: Any) -> Registration:
    given: dict[str, Any] = {
        "issuer": ISSUER,
        "client_id": CLIENT_ID,
        "credential": str(secret),
        "authentication": "client_secret_basic",
        "algorithms": ("RS256",),
        "second_factor": "amr:mfa",
    } | changes
    return Registration(**given)


def registered(body: str, secret: Path, **changes: Any) -> UUID:
    return registration.register(
        actor=TERMINAL, organisation=body, asked=asked(secret, **changes), at=datetime.now(UTC)
    )


@pytest.fixture
def directory(body: str, secret: Path, double: Directory) -> UUID:
    return registered(body, secret)


def staff(body: str, email: str = "clerk@city.example", role: str = "municipal_clerk") -> Account:
    if not Account.objects.filter(email=email).exists():
        services.create_account(actor=TERMINAL, email=email, display_name="見本 担当", password=PASSWORD)
    services.grant_role(
        actor=TERMINAL, email=email, organisation=body, role=role, valid_from=datetime.now(UTC)
    )
    return Account.objects.get(email=email)


def connected(account: Account, directory: UUID, subject: str = "ENTRA-sub_1") -> None:
    DirectoryIdentity.objects.create(
        directory_id=directory, account=account, subject=subject, connected_at=datetime.now(UTC)
    )


def request_at(address: str) -> dict[str, str]:
    """The authorization request as the directory sees it."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{PROTOCOL}/auth"
    return {name: value[0] for name, value in parse_qs(parts.query, strict_parsing=True).items()}


def come_back(
    client: Client, double: Directory, address: str, change: Callable[[Directory], None] = lambda _: None
) -> Any:
    """The directory has let the person through, and the browser comes back."""
    request = request_at(address)
    double.claims["nonce"] = request["nonce"]
    change(double)
    query = urlencode({"code": "the-code", "state": request["state"]})
    return client.get(f"/sign-in/directory/callback?{query}", secure=True)


def go(client: Client, directory: UUID, query: str = "") -> str:
    answer = client.get(f"/sign-in/directory/{directory}{query}", secure=True)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def sign_in(
    client: Client,
    double: Directory,
    directory: UUID,
    change: Callable[[Directory], None] = lambda _: None,
    query: str = "",
) -> Any:
    return come_back(client, double, go(client, directory, query), change)


def facts_of(event: AuditEvent) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(event.facts)
    return facts


def nobody(client: Client) -> bool:
    return "_auth_user_id" not in client.session


def test_somebody_known_signs_in_by_the_directory_alone(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    account = staff(body)
    connected(account, directory)
    answer = sign_in(client, double, directory, query="?next=/certificates/register/")
    assert (answer.status_code, answer["Location"]) == (302, "/certificates/register/")
    assert client.session["_auth_user_id"] == str(account.pk)
    # The directory has proved two factors: the register opens and asks for no other.
    assert client.get("/certificates/register/", secure=True).status_code == 200
    told = AuditEvent.objects.get(action="accounts:SignInByDirectory")
    assert (told.organisation, facts_of(told)["directory"]) == (body, str(directory))
    assert AuditEvent.objects.filter(action="accounts:SignIn").count() == 1


def test_the_request_and_the_exchange_are_as_the_specifications_have_them(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    connected(staff(body), directory)
    request = request_at(go(client, directory))
    assert request["client_id"] == CLIENT_ID
    assert request["redirect_uri"] == "https://testserver/sign-in/directory/callback"
    assert request["scope"] == "openid profile email"
    assert request["code_challenge_method"] == "S256"
    assert "prompt" not in request
    sign_in(client, double, directory)
    sent = double.token_requests[-1]
    assert sent["grant_type"] == "authorization_code"
    assert not {"client_id", "client_secret", "client_assertion"} & set(sent)  # they stand in the header


def test_a_second_factor_that_the_directory_does_not_prove_is_asked_here(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    account = staff(body)
    connected(account, directory)
    secret = generate_totp_secret()
    TOTP.activate(account, secret)

    def without(directory: Directory) -> None:
        directory.claims["amr"] = ["pwd"]

    answer = sign_in(client, double, directory, without, "?next=/certificates/register/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/staff/second-factor")
    assert nobody(client)


def test_whoever_has_none_anywhere_is_led_to_setting_one_up(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    connected(staff(body), directory)

    def without(directory: Directory) -> None:
        del directory.claims["amr"]

    sign_in(client, double, directory, without)
    answer = client.get("/certificates/register/", secure=True)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/second-factor")


def test_an_own_second_factor_is_not_asked_where_the_directory_proves_one(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    account = staff(body)
    connected(account, directory)
    TOTP.activate(account, generate_totp_secret())
    sign_in(client, double, directory)
    assert client.session["_auth_user_id"] == str(account.pk)


BENT: dict[str, tuple[Callable[[Directory], None], str]] = {
    "signed by another key of that name": (lambda d: setattr(d, "rsa", OTHER_RSA), "CORE-052"),
    "an algorithm that is not allowed": (lambda d: d.header.update(alg="PS256"), "CORE-052"),
    "no signature": (lambda d: setattr(d, "id_token", lambda t: t.rpartition(".")[0] + "."), "CORE-052"),
    "another audience": (lambda d: d.claims.update(aud="another"), "CORE-053"),
    "two audiences": (lambda d: d.claims.update(aud=[CLIENT_ID, "another"]), "CORE-053"),
    "another issuer": (lambda d: d.claims.update(iss="https://evil.example"), "CORE-053"),
    "another nonce": (lambda d: d.claims.update(nonce="n"), "CORE-055"),
    "run out": (lambda d: d.claims.update(exp=int(time.time()) - 60), "CORE-054"),
    "authenticated two days ago": (
        lambda d: d.claims.update(auth_time=int(time.time()) - 2 * 86400),
        "CORE-054",
    ),
    "for another access token": (lambda d: d.claims.update(at_hash=at_hash("x")), "CORE-057"),
    "a person without a name": (lambda d: d.claims.update(sub=""), "CORE-048"),
    "a fault": (lambda d: d.answers.update(token=httpx.Response(500)), "CORE-047"),
    "no answer": (lambda d: d.answers.update(token=httpx.ConnectError("no")), "CORE-047"),
    "the secret is wrong": (
        lambda d: d.answers.update(token=httpx.Response(401, json={"error": "invalid_client"})),
        "CORE-050",
    ),
}


@pytest.mark.parametrize("what", sorted(BENT))
def test_whatever_is_wrong_nobody_is_signed_in(
    client: Client, double: Directory, directory: UUID, body: str, what: str
) -> None:
    connected(staff(body), directory)
    change, cause = BENT[what]
    answer = sign_in(client, double, directory, change)
    assert answer.status_code in {400, 502, 503}
    assert nobody(client)
    said = answer.content.decode()
    assert "CORE-096" in said if cause == "CORE-047" else cause in said
    assert "the-code" not in said
    assert "デジタル認証アプリ" not in said
    told = AuditEvent.objects.get(action="accounts:SignInFailed")
    assert facts_of(told) == {"directory": str(directory), "cause": cause}


def test_a_state_that_is_not_of_this_browser_is_refused_before_anybody_is_asked(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    connected(staff(body), directory)
    address = go(client, directory)
    double.asked.clear()
    answer = come_back(Client(), double, address)
    assert "CORE-043" in answer.content.decode()
    assert double.asked == []


def test_a_way_back_is_good_once(client: Client, double: Directory, directory: UUID, body: str) -> None:
    connected(staff(body), directory)
    address = go(client, directory)
    come_back(client, double, address)
    client.post("/sign-out", secure=True)
    assert come_back(client, double, address).status_code >= 400
    assert nobody(client)


def test_the_person_said_no(client: Client, double: Directory, directory: UUID) -> None:
    state = request_at(go(client, directory))["state"]
    answer = client.get(f"/sign-in/directory/callback?error=access_denied&state={state}", secure=True)
    assert answer.status_code == 400
    assert "CORE-095" in answer.content.decode()


def test_somebody_whom_nobody_knows_is_told_what_to_do(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    staff(body)
    answer = sign_in(client, double, directory)
    assert answer.status_code == 403
    assert "CORE-097" in answer.content.decode()
    assert nobody(client)
    assert not DirectoryIdentity.objects.exists()


def test_a_stopped_account_stays_out(client: Client, double: Directory, directory: UUID, body: str) -> None:
    account = staff(body)
    connected(account, directory)
    services.stop_account(actor=TERMINAL, email=account.email)
    answer = sign_in(client, double, directory)
    assert "CORE-098" in answer.content.decode()
    assert nobody(client)


def with_email(email: object, verified: object = True) -> Callable[[Directory], None]:
    return lambda d: d.userinfo.update(email=email, email_verified=verified)


def test_a_verified_address_of_a_trusted_domain_connects(
    client: Client, double: Directory, body: str, secret: Path
) -> None:
    directory = registered(body, secret, email_domains=("city.example",))
    account = staff(body)
    sign_in(client, double, directory, with_email("Clerk@City.example"))
    assert client.session["_auth_user_id"] == str(account.pk)
    made = DirectoryIdentity.objects.get()
    assert (made.account_id, made.subject) == (account.pk, "ENTRA-sub_1")
    # From now on the sub decides: the address may change.
    client.post("/sign-out", secure=True)
    sign_in(client, double, directory, with_email("boss@city.example"))
    assert client.session["_auth_user_id"] == str(account.pk)


@pytest.mark.parametrize(
    ("email", "verified"),
    [
        ("clerk@city.example", False),
        ("clerk@city.example", "true"),
        ("clerk@city.example", None),
        ("clerk@elsewhere.example", True),
        ("clerk@sub.city.example", True),
        ("ｃlerk@city.example", True),
        (["clerk@city.example"], True),
        ("nobody@city.example", True),
    ],
)
def test_no_other_address_connects(
    client: Client, double: Directory, body: str, secret: Path, email: object, verified: object
) -> None:
    directory = registered(body, secret, email_domains=("city.example",))
    staff(body)
    staff(body, "clerk@elsewhere.example")
    answer = sign_in(client, double, directory, with_email(email, verified))
    assert "CORE-097" in answer.content.decode()
    assert nobody(client)
    assert not DirectoryIdentity.objects.exists()


def test_an_address_connects_no_account_of_elsewhere(
    client: Client, double: Directory, body: str, elsewhere: str, secret: Path
) -> None:
    directory = registered(body, secret, email_domains=("city.example",))
    staff(elsewhere)
    assert "CORE-097" in sign_in(client, double, directory, with_email("clerk@city.example")).content.decode()


def test_an_address_that_was_given_to_somebody_else_does_not_inherit_the_account(
    client: Client, double: Directory, body: str, secret: Path
) -> None:
    directory = registered(body, secret, email_domains=("city.example",))
    connected(staff(body), directory, "the one before")
    answer = sign_in(client, double, directory, with_email("clerk@city.example"))
    assert "CORE-097" in answer.content.decode()


def test_a_directory_opens_the_roles_in_its_own_body_only(
    client: Client, double: Directory, directory: UUID, body: str, elsewhere: str
) -> None:
    account = staff(body)
    staff(elsewhere, role="administrator")
    connected(account, directory)
    sign_in(client, double, directory)
    assert client.get("/certificates/register/", secure=True).status_code == 200
    assert client.get("/staff/", secure=True).status_code == 403  # the administrator's pages
    # What would outlive the session is closed, since it would open the other body too.
    for path in ("/account/second-factors/", "/account/password", "/account/second-factors/keys/new"):
        answer = client.get(path, secure=True)
        assert answer.status_code == 403, path
        assert "CORE-107" in answer.content.decode()
    assert client.get("/account/api-tokens/new", secure=True).status_code == 403
    assert client.get("/account/", secure=True).status_code == 200


def test_removing_the_directory_ends_its_sessions(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    connected(staff(body), directory)
    sign_in(client, double, directory)
    assert client.get("/certificates/register/", secure=True).status_code == 200
    registration.remove(actor=TERMINAL, directory_id=directory, at=datetime.now(UTC))
    assert client.get("/certificates/register/", secure=True)["Location"].startswith("/sign-in?")
    assert client.get(f"/sign-in/directory/{directory}", secure=True).status_code == 404


FACTOR_PAGES = (
    "/account/second-factors/",
    "/account/second-factors/totp",
    "/account/second-factors/keys/new",
    "/account/password",
)


@pytest.mark.parametrize("end", ["removed", "disconnected by oneself", "disconnected at the terminal"])
def test_an_ended_session_sets_up_no_factor(
    client: Client, double: Directory, directory: UUID, body: str, elsewhere: str, end: str
) -> None:
    """Else a passkey made in it would sign in by itself, and open the other bodies too."""
    account = staff(body)
    staff(elsewhere, role="administrator")
    connected(account, directory)
    sign_in(client, double, directory)
    if end == "removed":
        registration.remove(actor=TERMINAL, directory_id=directory, at=datetime.now(UTC))
    elif end == "disconnected by oneself":
        client.post(f"/account/directories/{directory}/disconnect", secure=True)
    else:
        identities.disconnect(actor=TERMINAL, account_id=account.pk, directory_id=directory)
    for path in FACTOR_PAGES:
        answer = client.get(path, secure=True)
        assert answer.status_code == 302, path
        assert answer["Location"].startswith("/sign-in"), (path, answer["Location"])
    assert nobody(client)


def test_a_resident_of_the_same_browser_goes_first(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    connected(staff(body), directory)
    address = go(client, directory)
    session = client.session
    session["resident"] = {"id": str(uuid4()), "at": datetime.now(UTC).isoformat()}
    session.save()
    come_back(client, double, address)
    assert "resident" not in client.session


def old(double: Directory) -> None:
    double.claims["auth_time"] = int(time.time()) - 3 * 3600


def new(double: Directory) -> None:
    double.claims["auth_time"] = int(time.time())


def test_a_sign_in_of_hours_ago_is_asked_again_where_a_recent_one_is_needed(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    connected(staff(body), directory)
    sign_in(client, double, directory, old)
    answer = client.get("/account/api-tokens/new", secure=True)
    assert answer["Location"] == "/sign-in/again?next=%2Faccount%2Fapi-tokens%2Fnew"
    answer = client.get(answer["Location"], secure=True)
    assert answer["Location"] == "/sign-in/directory/again?next=%2Faccount%2Fapi-tokens%2Fnew"
    answer = client.get(answer["Location"], secure=True)
    request = request_at(answer["Location"])
    assert (request["prompt"], request["max_age"]) == ("login", "0")
    back = come_back(client, double, answer["Location"], new)
    assert back["Location"] == "/account/api-tokens/new"
    assert client.get("/account/api-tokens/new", secure=True).status_code == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (old, "CORE-054"),
        (lambda d: d.claims.pop("auth_time"), "CORE-105"),
        (lambda d: d.claims.update(sub="somebody-else"), "CORE-097"),
        (lambda d: d.claims.update(sub="colleague"), "CORE-104"),
    ],
)
def test_again_is_now_and_the_same_person(
    client: Client,
    double: Directory,
    directory: UUID,
    body: str,
    change: Callable[[Directory], None],
    code: str,
) -> None:
    account = staff(body)
    connected(account, directory)
    connected(staff(body, "colleague@city.example"), directory, "colleague")
    sign_in(client, double, directory, old)
    address = client.get("/sign-in/directory/again", secure=True)["Location"]
    new(double)
    answer = come_back(client, double, address, change)
    assert code in answer.content.decode()
    assert client.session["_auth_user_id"] == str(account.pk)
    assert client.get("/account/api-tokens/new", secure=True).status_code == 302


def with_password(client: Client, account: Account) -> None:
    """A session by password and second factor, of just now."""
    client.force_login(account)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "email": account.email},
        {"method": "mfa", "at": time.time(), "type": "totp", "reauthenticated": True},
    ]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()


def test_one_connects_the_own_account_after_a_button(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    account = staff(body)
    with_password(client, account)
    path = f"/account/directories/{directory}/connect"
    assert path in client.get("/account/", secure=True).content.decode()
    shown = client.get(path, secure=True)
    assert PROTOCOL not in shown.content.decode()  # nothing begins by being looked at
    begun = client.post(path, secure=True)
    address = begun.context["onward"]
    assert request_at(address)["prompt"] == "login"
    answer = come_back(client, double, address)
    assert answer["Location"] == "/account/"
    assert DirectoryIdentity.objects.get().account_id == account.pk
    told = AuditEvent.objects.get(action="accounts:ConnectDirectory")
    assert (told.actor_kind, facts_of(told)["by"]) == ("staff", "person")
    assert "結んであります" in client.get("/account/", secure=True).content.decode()


def test_a_person_of_the_directory_has_one_account_and_an_account_one_person(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    connected(staff(body, "first@city.example"), directory)
    account = staff(body)
    with_password(client, account)
    path = f"/account/directories/{directory}/connect"
    answer = come_back(client, double, client.post(path, secure=True).context["onward"])
    assert "CORE-102" in answer.content.decode()
    connected(account, directory, "another sub")
    answer = come_back(
        client,
        double,
        client.post(path, secure=True).context["onward"],
        lambda d: d.claims.update(sub="a third"),
    )
    assert "CORE-102" in answer.content.decode()
    assert DirectoryIdentity.objects.count() == 2


def test_a_directory_of_another_body_is_not_connected(
    client: Client, double: Directory, directory: UUID, elsewhere: str
) -> None:
    with_password(client, staff(elsewhere))
    begun = client.post(f"/account/directories/{directory}/connect", secure=True)
    assert "CORE-099" in come_back(client, double, begun.context["onward"]).content.decode()
    assert not DirectoryIdentity.objects.exists()


def test_disconnecting_ends_the_sessions_and_keeps_a_way_in(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    account = staff(body)
    connected(account, directory)
    sign_in(client, double, directory)
    path = f"/account/directories/{directory}/disconnect"
    assert client.get(path, secure=True).status_code == 200
    assert DirectoryIdentity.objects.exists()  # looking changes nothing
    assert client.post(path, secure=True)["Location"] == "/account/"
    assert not DirectoryIdentity.objects.exists()
    assert client.get("/account/", secure=True)["Location"].startswith("/sign-in?")


def invited(body: str) -> str:
    administrator = staff(body, "administrator@city.example", "administrator")
    from hashira.core.access import Grant, PrincipalKind

    actor = Principal(
        PrincipalKind.STAFF,
        str(administrator.pk),
        grants=(Grant("administrator", body),),
        second_factor=True,
    )
    return invitations.invite(
        actor=actor,
        organisation=body,
        email="new@city.example",
        display_name="見本 新人",
        role="municipal_clerk",
        role_until=None,
        at=datetime.now(UTC),
    )


def test_an_invitation_is_accepted_by_the_directory_without_a_password(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    secret = invited(body)
    page = client.get(f"/invitation/{secret}", secure=True).content.decode()
    assert f"/sign-in/directory/{directory}?invitation={secret}" in page
    answer = sign_in(client, double, directory, query=f"?invitation={secret}")
    assert answer.status_code == 302
    made = Account.objects.get(email="new@city.example")
    assert not made.has_usable_password()
    assert made.display_name == "見本 新人"
    assert client.session["_auth_user_id"] == str(made.pk)
    assert client.get("/certificates/register/", secure=True).status_code == 200
    assert RoleAssignment.objects.get(account=made).role == "municipal_clerk"
    # There is no password to change, and the directory is the only way in.
    assert client.get("/account/password", secure=True)["Location"] == "/account/password/none"
    assert "CORE-106" in client.get("/account/password/none", secure=True).content.decode()
    answer = client.post(f"/account/directories/{directory}/disconnect", secure=True)
    assert (answer.status_code, "CORE-103" in answer.content.decode()) == (409, True)
    # The link is worth nothing any more.
    again = sign_in(Client(), double, directory, query=f"?invitation={secret}")
    assert again.status_code == 410


def test_an_invitation_of_another_body_is_not_accepted(
    client: Client, double: Directory, directory: UUID, elsewhere: str
) -> None:
    answer = sign_in(client, double, directory, query=f"?invitation={invited(elsewhere)}")
    assert answer.status_code == 404
    assert not Account.objects.filter(email="new@city.example").exists()


def test_a_taken_person_makes_no_half_account(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    connected(staff(body), directory)
    answer = sign_in(client, double, directory, query=f"?invitation={invited(body)}")
    assert answer.status_code == 409
    assert not Account.objects.filter(email="new@city.example").exists()


def test_the_secret_may_be_sent_in_the_form_or_a_key_be_used(
    client: Client, double: Directory, body: str, secret: Path, tmp_path: Path
) -> None:
    posting = registered(body, secret, authentication="client_secret_post")
    connected(staff(body), posting)
    sign_in(client, double, posting)
    sent = double.token_requests[-1]
    assert (sent["client_id"], sent["client_secret"]) == (CLIENT_ID, "s3cret of the body")
    registration.remove(actor=TERMINAL, directory_id=posting, at=datetime.now(UTC))

    key = ECKey.generate_key("P-256")
    file = tmp_path / "key.pem"
    file.write_bytes(key.as_pem(private=True))
    file.chmod(0o600)
    double.answers["openid-configuration"] = description(
        token_endpoint_auth_methods_supported=["private_key_jwt"]
    )
    signing = registered(body, file, authentication="private_key_jwt")
    DirectoryIdentity.objects.update(directory_id=signing)
    client.post("/sign-out", secure=True)
    assert sign_in(client, double, signing).status_code == 302
    assertion = jws.deserialize_compact(
        double.token_requests[-1]["client_assertion"], key, algorithms=["ES256"]
    )
    assert CLIENT_ID.encode() in assertion.payload


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"issuer": "https://another.example"}, "issuer"),
        ({"id_token_signing_alg_values_supported": ["HS256"]}, "id_token_signing_alg_values_supported"),
        (
            {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
            "token_endpoint_auth_methods_supported",
        ),
        ({"code_challenge_methods_supported": ["plain"]}, "code_challenge_methods_supported"),
        ({"token_endpoint": "http://op.example/token"}, "token_endpoint"),
        ({"jwks_uri": None}, "jwks_uri"),
    ],
)
def test_a_directory_that_offers_too_little_is_not_asked(
    client: Client, double: Directory, directory: UUID, changes: dict[str, Any], member: str
) -> None:
    double.answers["openid-configuration"] = description(**changes)
    answer = client.get(f"/sign-in/directory/{directory}", secure=True)
    assert answer.status_code == 502
    assert member in answer.content.decode()


def test_a_directory_may_have_no_userinfo(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    double.answers["openid-configuration"] = description(userinfo_endpoint=None)
    connected(staff(body), directory)
    assert sign_in(client, double, directory).status_code == 302
    assert "userinfo" not in double.asked


def test_the_bodies_are_listed_and_found(client: Client, double: Directory, directory: UUID) -> None:
    assert "/sign-in/directory/" in client.get("/sign-in/staff", secure=True).content.decode()
    page = client.get("/sign-in/directory/?next=/staff/", secure=True).content.decode()
    listed = client.get("/sign-in/directory/?format=csv", secure=True)
    assert "131016" in listed.getvalue().decode()
    assert f"/sign-in/directory/{directory}?next=%2Fstaff%2F" in page
    assert "千代田区" in page


def test_without_directories_nothing_is_said_of_them(client: Client) -> None:
    assert "/sign-in/directory/" not in client.get("/sign-in/staff", secure=True).content.decode()


def test_where_somebody_is_led_is_of_this_site(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    connected(staff(body), directory)
    assert sign_in(client, double, directory, query="?next=https://evil.example/")["Location"] == "/"


def test_the_time_of_the_record_is_that_of_the_directory(
    client: Client, double: Directory, directory: UUID, body: str
) -> None:
    account = staff(body)
    connected(account, directory)
    sign_in(client, double, directory, lambda d: d.claims.pop("auth_time"))
    records = client.session["account_authentication_methods"]
    assert [(r["method"], r["at"], r["second_factor"]) for r in records] == [(DIRECTORY, 0.0, True)]


def test_a_secret_is_not_printed(double: Directory, secret: Path) -> None:
    assert "s3cret" not in repr(configuration.credential(asked(secret)))
