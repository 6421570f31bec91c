"""Staff sign in by a directory of other people (npm ``oidc-provider``), with a secret, over real HTTP."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from click.testing import CliRunner
from django.test import Client
from joserfc.jwk import ECKey
from tests.portal import foreign_provider

from hashira.core.access import Principal
from hashira.core.accounts import services
from hashira.core.accounts.models import Account, DirectoryIdentity
from hashira.kernel.municipality import by_code
from hashira.portal import urls
from hashira.portal.directory_sign_in import configuration
from hashira.portal.staff_sign_in.command import accounts

# Loaded now: which addresses there are must not depend on what the first test sets.
assert urls.urlpatterns
pytestmark = [pytest.mark.foreign, pytest.mark.django_db(transaction=True)]
CALLBACK = "/sign-in/directory/callback"
SECRET = "s3cret of the body, with a ~ and a %"
PEOPLE = {
    "hanako": {"email": "hanako@city.example", "email_verified": True, "name": "見本 花子"},
    "unverified": {"email": "hanako@city.example", "email_verified": False},
    "stranger": {"email": "stranger@city.example", "email_verified": True},
}
Start = Callable[..., UUID]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the directory, registers it at the terminal as an operator would, and gives its id."""
    foreign_provider.require()
    running: list[subprocess.Popen[bytes]] = []
    key = ECKey.generate_key("P-256")
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)

    def begin(*options: str, method: str = "client_secret_basic", **changes: object) -> UUID:
        issuer, process = foreign_provider.start(
            tmp_path / "foreign.log",
            client_key=key.as_dict(private=False),
            redirect_uri=f"https://testserver{CALLBACK}",
            people=PEOPLE,
            client={
                "client_secret": SECRET,
                "token_endpoint_auth_method": method,
                "id_token_signed_response_alg": "RS256",
            },
            scopes=["openid", "profile", "email"],
            claims={"email": ["email", "email_verified"], "profile": ["name"]},
            **({"amr": ["pwd", "mfa"]} | changes),
        )
        running.append(process)
        configuration.forget()
        told = CliRunner().invoke(
            accounts,
            [
                *("directory", "add", "131016", "--issuer", issuer),
                *("--client-id", foreign_provider.CLIENT_ID, "--credential", str(secret)),
                *("--authentication", method, "--second-factor", "amr:mfa", *options),
            ],
        )
        assert told.exit_code == 0, told.output
        return UUID(told.stdout.splitlines()[0])

    yield begin
    configuration.forget()
    for process in running:
        process.kill()
        process.wait(timeout=20)


def clerk() -> Account:
    terminal = Principal.system("terminal:test")
    body = services.register_municipality(actor=terminal, municipality=by_code("131016"))
    services.create_account(
        actor=terminal, email="hanako@city.example", display_name="見本 花子", password="a-long-and-plain-one"
    )
    services.grant_role(
        actor=terminal,
        email="hanako@city.example",
        organisation=body,
        role="municipal_clerk",
        valid_from=datetime.now(UTC),
    )
    return Account.objects.get(email="hanako@city.example")


def sign_in(client: Client, directory: UUID, account: str) -> httpx.Response:
    begun = client.get(f"/sign-in/directory/{directory}", secure=True)
    assert begun.status_code == 302, begun.content.decode()
    return client.get(foreign_provider.way_back(begun["Location"], account), secure=True)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_clerk_signs_in_by_the_verified_address_and_then_by_the_sub(
    client: Client, start: Start, method: str
) -> None:
    account = clerk()
    directory = start("--email-domain", "city.example", method=method)
    answer = sign_in(client, directory, "hanako")
    assert (answer.status_code, answer["Location"]) == (302, "/"), answer.content.decode()
    assert client.get("/certificates/register/", secure=True).status_code == 200
    known = DirectoryIdentity.objects.get()
    assert known.account == account
    assert len(known.subject) == 64  # the directory's pairwise name
    other = Client()
    assert sign_in(other, directory, "hanako").status_code == 302
    assert DirectoryIdentity.objects.count() == 1


@pytest.mark.parametrize("person", ["unverified", "stranger"])
def test_nobody_else_comes_in(client: Client, start: Start, person: str) -> None:
    clerk()
    directory = start("--email-domain", "city.example")
    assert "CORE-097" in sign_in(client, directory, person).content.decode()
    assert not DirectoryIdentity.objects.exists()


def test_without_evidence_of_two_factors_the_register_stays_closed(client: Client, start: Start) -> None:
    clerk()
    directory = start("--email-domain", "city.example", amr=["pwd"])
    assert sign_in(client, directory, "hanako").status_code == 302
    answer = client.get("/certificates/register/", secure=True)
    assert answer["Location"].startswith("/sign-in/second-factor")


def test_asked_again_the_directory_authenticates_anew(client: Client, start: Start) -> None:
    clerk()
    directory = start("--email-domain", "city.example")
    sign_in(client, directory, "hanako")
    begun = client.get("/sign-in/directory/again?next=/account/", secure=True)
    answer = client.get(foreign_provider.way_back(begun["Location"], "hanako"), secure=True)
    assert answer["Location"] == "/account/"
    assert client.get("/account/api-tokens/new", secure=True).status_code == 200


def test_a_wrong_secret_is_refused_by_the_directory(client: Client, start: Start, tmp_path: Path) -> None:
    clerk()
    directory = start("--email-domain", "city.example")
    (tmp_path / "secret").write_text("another")
    answer = sign_in(client, directory, "hanako")
    assert "CORE-050" in answer.content.decode()
    assert answer.status_code == 502


def test_the_person_says_no(client: Client, start: Start) -> None:
    clerk()
    assert "CORE-095" in sign_in(client, start(), "cancel").content.decode()
