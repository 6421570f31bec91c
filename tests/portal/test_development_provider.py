"""The provider for development asks for as much as the real one, says what it is, and is nowhere else."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as configured
from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from tests import nursery

from hashira.portal.development_provider import vouchers
from hashira.portal.development_provider.people import PEOPLE
from hashira.portal.development_provider.registration import client_key, subject_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database,
    pytest.mark.skipif(
        not configured.HASHIRA_DEVELOPMENT_PROVIDER, reason="the provider exists in development only"
    ),
]
HERE = "http://localhost"
REALM = "/development/oidc/realms/main"
PROTOCOL = f"{REALM}/protocol/openid-connect"
ISSUER = "https://development-provider.invalid/realms/main"
VERIFIER = "a" * 43
ASKED = {
    "response_type": "code",
    "client_id": "RP00000001",
    "redirect_uri": f"{HERE}/sign-in/resident/callback",
    "scope": "openid name address birthdate gender",
    "state": "the-state",
    "nonce": "the-nonce",
    "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())[:43].decode(),
    "code_challenge_method": "S256",
    "acr_values": "aal3 crl",
}


@pytest.fixture
def client() -> Client:
    return Client(SERVER_NAME="localhost")


@pytest.fixture(autouse=True)
def _data(settings: object, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    return


def code(client: Client, person: str = "hanako", **changes: str) -> str:
    answer = client.post(f"{PROTOCOL}/auth", {"person": person}, query_params=ASKED | changes)
    return parse_qs(urlsplit(answer["Location"]).query)["code"][0]


def assertion(key: ECKey | None = None, header: dict[str, str] | None = None, **changes: object) -> str:
    now = int(time.time())
    claims = {
        "iss": "RP00000001",
        "sub": "RP00000001",
        "aud": f"{HERE}{PROTOCOL}/token",
        "jti": os.urandom(12).hex(),
        "iat": now,
        "exp": now + 5,
    } | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(header or {"alg": "ES256"}, kept, key or client_key())


def exchange(client: Client, **changes: str) -> tuple[int, dict[str, str]]:
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": ASKED["redirect_uri"],
        "code_verifier": VERIFIER,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": changes.pop("client_assertion", None) or assertion(),
    } | changes
    answer = client.post(f"{PROTOCOL}/token", form)
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, answer.json()


def test_discovery_offers_what_the_app_offers(client: Client) -> None:
    document = client.get(f"{REALM}/.well-known/openid-configuration").json()
    assert document["issuer"] == ISSUER
    assert document["authorization_endpoint"] == f"{HERE}{PROTOCOL}/auth"
    assert document["jwks_uri"] == f"{HERE}{PROTOCOL}/certs"
    assert document["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert document["id_token_signing_alg_values_supported"] == ["ES256"]
    assert document["subject_types_supported"] == ["pairwise"]


def test_every_page_says_that_it_is_no_authentication(client: Client) -> None:
    for query in (ASKED, ASKED | {"client_id": "another"}):
        page = client.get(f"{PROTOCOL}/auth", query).content.decode()
        assert page.count("開発用・本物の認証ではありません") >= 2  # its title and its banner
    assert "<script>" not in page


def test_its_people_are_told_apart_by_letters_and_addresses(client: Client) -> None:
    page = client.get(f"{PROTOCOL}/auth", ASKED).content.decode()
    for person in PEOPLE:
        assert person.name in page
        assert person.address in page
    assert len({person.key for person in PEOPLE}) == len(PEOPLE)
    assert len({subject_of(person.key) for person in PEOPLE}) == len(PEOPLE)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
        ({"state": "a" * 256}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"scope": "name"}, "invalid_scope"),
        ({"scope": "openid email"}, "invalid_scope"),
        ({"acr_values": "aal9"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"nonce": ["a", "b"]}, "invalid_request"),
    ],
)
def test_a_request_that_lacks_something_is_sent_back(
    client: Client, changes: dict[str, str | list[str]], error: str
) -> None:
    for method in (client.get, client.post):
        answer = method(f"{PROTOCOL}/auth", query_params=ASKED | changes)
        assert answer["Location"].startswith(f"{ASKED['redirect_uri']}?")
        said = parse_qs(urlsplit(answer["Location"]).query)
        assert said["error"] == [error]
        assert said["iss"] == [ISSUER]
        assert "code" not in said


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "RP00000002"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": f"{HERE}/sign-in/resident/callback/"},
        {"redirect_uri": f"{HERE}/sign-in/resident/callback?x=1"},
        {"redirect_uri": [f"{HERE}/sign-in/resident/callback", "https://evil.example/"]},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    client: Client, changes: dict[str, str | list[str]]
) -> None:
    for method in (client.get, client.post):
        answer = method(f"{PROTOCOL}/auth", query_params=ASKED | changes)
        assert answer.status_code == 400
        assert "登録されていないクライアント" in answer.content.decode()


def test_a_person_who_is_not_there_is_asked_for_again(client: Client) -> None:
    answer = client.post(f"{PROTOCOL}/auth", {"person": "nobody"}, query_params=ASKED)
    assert answer.status_code == 200


def test_choosing_needs_the_page(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    assert strict.post(f"{PROTOCOL}/auth", {"person": "hanako"}, query_params=ASKED).status_code == 403


def test_a_code_becomes_tokens_signed_with_es256(client: Client) -> None:
    status, said = exchange(client, code=code(client, "takahashi-ladder"))
    assert (status, said["token_type"]) == (200, "Bearer")
    keys = KeySet.import_key_set(client.get(f"{PROTOCOL}/certs").json())
    assert "d" not in keys.keys[0].as_dict()
    token = jwt.decode(said["id_token"], keys, algorithms=["ES256"])
    assert token.claims["iss"] == ISSUER
    assert token.claims["aud"] == "RP00000001"
    assert token.claims["nonce"] == "the-nonce"
    assert token.claims["acr"] == "aal3 crl"
    assert token.claims["sub"] == subject_of("takahashi-ladder")
    assert "name" not in token.claims
    answer = client.get(f"{PROTOCOL}/userinfo", headers={"authorization": f"Bearer {said['access_token']}"})
    stated = answer.json()
    assert stated["sub"] == token.claims["sub"]
    assert stated["name"] == "髙橋 架空"
    assert stated["address"] == {"formatted": "柱県架空市梯子町2番1号", "country": "JP"}


def test_only_what_the_scope_names_is_told(client: Client) -> None:
    _, said = exchange(client, code=code(client, scope="openid name"))
    answer = client.get(f"{PROTOCOL}/userinfo", headers={"authorization": f"Bearer {said['access_token']}"})
    assert answer.json().keys() == {"sub", "name"}


def test_a_code_is_good_once_and_takes_its_token_with_it(client: Client) -> None:
    once = code(client)
    _, said = exchange(client, code=once)
    bearer = {"authorization": f"Bearer {said['access_token']}"}
    assert client.get(f"{PROTOCOL}/userinfo", headers=bearer).status_code == 200
    assert exchange(client, code=once) == (400, {"error": "invalid_grant"} | _description)
    assert client.get(f"{PROTOCOL}/userinfo", headers=bearer).status_code == 401


_description = {"error_description": "the code is unknown, too old or used"}


def test_of_many_who_bring_the_same_code_at_once_one_gets_it() -> None:
    given = vouchers.issue_code({"person": "hanako"})
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: vouchers.redeem_code(given), range(16)))
    assert sum(content is not None for content in got) == 1


def test_a_code_is_good_for_a_minute(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    old = code(client)
    later = time.time() + vouchers.CODE_SECONDS
    monkeypatch.setattr(vouchers.time, "time", lambda: later)
    now = int(later)
    status, said = exchange(client, code=old, client_assertion=assertion(iat=now, exp=now + 5))
    assert (status, said["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "made up"}, "invalid_grant"),
        ({"code_verifier": "b" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": f"{HERE}/"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"client_assertion_type": "another"}, "invalid_client"),
        ({"client_id": "RP00000002"}, "invalid_client"),
        ({"code": ["a", "b"]}, "invalid_request"),
    ],
)
def test_what_does_not_belong_to_the_code_is_refused(
    client: Client, changes: dict[str, str], error: str
) -> None:
    status, said = exchange(client, **({"code": code(client)} | changes))
    assert (status, said["error"]) == (401 if error == "invalid_client" else 400, error)


def test_who_cannot_prove_to_be_the_client_gets_nothing(client: Client) -> None:
    now = int(time.time())
    used = assertion()
    assert exchange(client, code=code(client), client_assertion=used)[0] == 200
    public = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    wrong = {
        "replayed": used,
        "another key": assertion(ECKey.generate_key("P-256")),
        "alg none": f"{public}.{used.split('.')[1]}.",
        "iss of another": assertion(iss="RP00000002"),
        "sub of another": assertion(sub="RP00000002"),
        "aud of another": assertion(aud="https://evil.example/token"),
        "aud of another beside ours": assertion(aud=[f"{HERE}{PROTOCOL}/token", "https://evil.example"]),
        "run out": assertion(exp=now - 1),
        "lives too long": assertion(exp=now + 120),
        "no exp": assertion(exp=None),
        "no jti": assertion(jti=None),
        "nothing": "-",
    }
    for what, proof in wrong.items():
        status, said = exchange(client, code=code(client), client_assertion=proof)
        assert (status, said["error"]) == (401, "invalid_client"), what


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer made-up", "Basic abc", f"Bearer {'a' * 64}.b"])
def test_userinfo_needs_its_token(client: Client, token: str) -> None:
    answer = client.get(f"{PROTOCOL}/userinfo", headers={"authorization": token})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def _started(tmp_path: Path, program: str, **variables: str) -> str:
    """What a program prints in a process with these settings and no others."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("HASHIRA_")}
    setup = "import django; django.setup(); from django.conf import settings; "
    settings = {"HASHIRA_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "hashira.portal.settings"}
    done = nursery.run(("-c", setup + program), env=own | settings | variables, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.long
@pytest.mark.parametrize(
    ("variables", "there"),
    [
        ({"HASHIRA_ENVIRONMENT": "development"}, True),
        ({}, False),
        ({"HASHIRA_ENVIRONMENT": "production"}, False),
        ({"HASHIRA_RESIDENT_OIDC_ISSUER": "development"}, False),
        (
            {"HASHIRA_ENVIRONMENT": "development", "HASHIRA_RESIDENT_OIDC_ISSUER": "https://op.example"},
            False,
        ),
        ({"HASHIRA_ENVIRONMENT": "development", "HASHIRA_RESIDENT_OIDC_ISSUER": ""}, False),
    ],
)
def test_it_exists_in_development_without_another_issuer_only(
    tmp_path: Path, variables: dict[str, str], there: bool
) -> None:
    """Elsewhere its addresses are not even known, and its modules not even loaded."""
    program = (
        "import sys; from django.urls import resolve, Resolver404\n"
        f"try: resolve('{PROTOCOL}/auth'); found = True\n"
        "except Resolver404: found = False\n"
        "print(found, 'hashira.portal.development_provider.views' in sys.modules)"
    )
    assert _started(tmp_path, program, **variables) == f"{there} {there}"


@pytest.mark.long
def test_the_button_may_lead_to_the_origin_of_the_issuer_that_is_set(tmp_path: Path) -> None:
    program = (
        "from django.test import Client; "
        "print(Client(SERVER_NAME='localhost').get('/sign-in/resident', secure=True)"
        ".headers['Content-Security-Policy'])"
    )
    real = {
        "HASHIRA_RESIDENT_OIDC_ISSUER": "https://auth-and-sign.go.jp/api/realms/main",
        "HASHIRA_RESIDENT_OIDC_AUTHORIZATION_ENDPOINT": "https://login.example/auth?x=1",
    }
    set_up = "from django.core.management import call_command; call_command('migrate', verbosity=0); "
    policies = [_started(tmp_path, set_up + program, **chosen) for chosen in (real, {})]
    actions = [next(p for p in policy.split("; ") if p.startswith("form-action")) for policy in policies]
    assert actions == [
        "form-action 'self' https://auth-and-sign.go.jp https://login.example",
        "form-action 'self'",
    ]
