"""Residents sign in through an OpenID provider by other people (npm ``oidc-provider``), over real HTTP."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings as configured
from django.test import Client
from joserfc.jwk import ECKey
from tests.portal import foreign_provider

from hashira.core.accounts.models import Resident
from hashira.core.accounts.oidc import token_exchange
from hashira.core.accounts.oidc.errors import CodeRefused
from hashira.portal import urls
from hashira.portal.resident_sign_in import configuration

# Loaded now: which addresses there are must not depend on what the first test sets.
assert urls.urlpatterns
pytestmark = [pytest.mark.foreign, pytest.mark.django_db]
CALLBACK = "/sign-in/resident/callback"
Start = Callable[..., str]


@pytest.fixture
def party_key(tmp_path: Path) -> ECKey:
    key = ECKey.generate_key("P-256")
    key.ensure_kid()
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    (tmp_path / "key.pem").chmod(0o600)
    return key


@pytest.fixture
def start(settings: object, tmp_path: Path, party_key: ECKey) -> Iterator[Start]:
    """Starts the foreign provider, with our installation registered there, and gives its issuer."""
    foreign_provider.require()
    running: list[subprocess.Popen[bytes]] = []

    def begin(**changes: object) -> str:
        issuer, process = foreign_provider.start(
            tmp_path / "foreign.log",
            client_key=party_key.as_dict(private=False),
            redirect_uri=f"https://testserver{CALLBACK}",
            **changes,
        )
        running.append(process)
        settings.HASHIRA_DEVELOPMENT_PROVIDER = False
        settings.HASHIRA_RESIDENT_OIDC = configured.HASHIRA_RESIDENT_OIDC | {
            "ISSUER": issuer,
            "CLIENT_ID": foreign_provider.CLIENT_ID,
            "KEY": str(tmp_path / "key.pem"),
            "REDIRECT_URI": f"https://testserver{CALLBACK}",
        }
        return issuer

    yield begin
    configuration.KEY_SETS.forget()
    configuration._discovered.clear()
    for process in running:
        process.kill()
        process.wait(timeout=20)


def answer_of(client: Client, account: str) -> str:
    """Path and query of the callback, as the provider answers for that account."""
    begun = client.post("/sign-in/resident", secure=True)
    assert begun.status_code == 302, begun.content.decode()
    back = foreign_provider.way_back(begun["Location"], account)
    assert back.startswith(f"{CALLBACK}?")
    return back


@pytest.mark.parametrize("signed_userinfo", [False, True])
def test_a_resident_signs_in(client: Client, start: Start, signed_userinfo: bool) -> None:
    issuer = start(signed_userinfo=signed_userinfo)
    answer = client.get(answer_of(client, "yoshino"), secure=True)
    assert (answer.status_code, answer["Location"]) == (302, "/"), answer.content.decode()
    resident = Resident.objects.get(pk=client.session["resident"]["id"])
    assert resident.issuer == issuer
    assert len(resident.sub) == 64  # the provider's pairwise name, not the account's
    assert (resident.name, resident.birth_date) == ("𠮷野 架空", date(1965, 11, 30))
    assert (resident.gender, resident.address) == ("male", "柱県架空市土吉町3番1号")


def test_the_same_account_is_the_same_resident(start: Start) -> None:
    start()
    for account in ("yoshino", "parts", "yoshino"):
        client = Client()
        assert client.get(answer_of(client, account), secure=True).status_code == 302
    assert Resident.objects.count() == 2
    other = Resident.objects.get(name="髙橋 架空")
    assert (other.birth_date, other.gender, other.address) == (None, "", "柱県架空市梯子町2番1号")


def test_cancelling(client: Client, start: Start) -> None:
    start()
    assert "CORE-041" in client.get(answer_of(client, "cancel"), secure=True).content.decode()
    assert not Resident.objects.exists()


def test_an_authentication_too_weak(client: Client, start: Start) -> None:
    start(acr="aal2")
    assert "CORE-056" in client.get(answer_of(client, "yoshino"), secure=True).content.decode()
    assert not Resident.objects.exists()


def test_a_key_that_is_not_registered(client: Client, start: Start, tmp_path: Path) -> None:
    start()
    (tmp_path / "key.pem").write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    answer = client.get(answer_of(client, "yoshino"), secure=True)
    assert "CORE-050" in answer.content.decode()
    assert answer.status_code == 502
    assert not Resident.objects.exists()


def test_a_code_is_good_once_and_only_with_its_verifier(client: Client, start: Start) -> None:
    start()
    address = answer_of(client, "yoshino")
    code = parse_qs(urlsplit(address).query)["code"][0]
    (pending,) = client.session["resident_sign_ins"]
    request = client.get("/", secure=True).wsgi_request
    party = configuration.relying_party(request)
    with configuration.http_client() as http:
        provider = configuration.provider(request, http)

        def exchange(verifier: str) -> token_exchange.Tokens:
            return token_exchange.exchange(
                http, provider, party, code=code, code_verifier=verifier, at=datetime.now(UTC)
            )

        assert exchange(pending["code_verifier"]).id_token.count(".") == 2
        with pytest.raises(CodeRefused):
            exchange(pending["code_verifier"])
    assert "CORE-049" in client.get(address, secure=True).content.decode()
    second = answer_of(client, "yoshino")
    session = client.session
    stolen = session["resident_sign_ins"][-1] | {"code_verifier": "a" * 43}
    session["resident_sign_ins"] = [stolen]
    session.save()
    assert "CORE-049" in client.get(second, secure=True).content.decode()
    assert not Resident.objects.exists()


def test_an_assertion_is_good_once(client: Client, start: Start) -> None:
    start()
    request = client.get("/", secure=True).wsgi_request
    party = configuration.relying_party(request)
    with configuration.http_client() as http:
        provider = configuration.provider(request, http)
        form = {
            "grant_type": "authorization_code",
            "code": "made-up",
            "redirect_uri": party.redirect_uri,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": token_exchange.client_assertion(
                provider, party, party.key, at=datetime.now(UTC)
            ),
        }
        content = {
            "content": urlencode(form),
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        }
        said = [http.post(provider.token_endpoint, **content).json()["error"] for _ in range(2)]
    assert said == ["invalid_grant", "invalid_client"]
