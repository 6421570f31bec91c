"""Whatever is wrong in what a provider says, nobody is signed in and nobody is stored."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings as configured
from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.portal.provider_double import (
    ACCESS_TOKEN,
    CLIENT_ID,
    ISSUER,
    PROTOCOL,
    Change,
    ProviderDouble,
    segment,
)

from hashira.certificates.adapters.issuing_keys import key_store
from hashira.core.accounts.models import Resident
from hashira.core.audit.models import AuditEvent
from hashira.portal import urls
from hashira.portal.resident_sign_in import configuration

# Loaded now: which addresses there are must not depend on what the first test sets.
assert urls.urlpatterns
pytestmark = pytest.mark.django_db
REDIRECT_URI = "https://hashira.example/sign-in/resident/callback"


@pytest.fixture
def party_key() -> ECKey:
    return ECKey.generate_key("P-256")


@pytest.fixture
def provider(
    settings: object, tmp_path: Path, party_key: ECKey, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ProviderDouble]:
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(party_key.as_pem(private=True))
    key_file.chmod(0o600)
    settings.HASHIRA_DEVELOPMENT_PROVIDER = False
    settings.HASHIRA_RESIDENT_OIDC = configured.HASHIRA_RESIDENT_OIDC | {
        "ISSUER": ISSUER,
        "CLIENT_ID": CLIENT_ID,
        "KEY": str(key_file),
        "REDIRECT_URI": REDIRECT_URI,
        "AUTHORIZATION_ENDPOINT": f"{PROTOCOL}/auth",
        "TOKEN_ENDPOINT": f"{PROTOCOL}/token",
        "USERINFO_ENDPOINT": f"{PROTOCOL}/userinfo",
        "JWKS_URI": f"{PROTOCOL}/certs",
    }
    double = ProviderDouble()
    monkeypatch.setattr(configuration, "http_client", double.client)
    configuration.KEY_SETS.forget()
    yield double
    configuration.KEY_SETS.forget()


def begin(client: Client) -> dict[str, str]:
    """The authorization request as the provider sees it."""
    answer = client.post("/sign-in/resident", secure=True)
    parts = urlsplit(answer["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{PROTOCOL}/auth"
    return {name: value[0] for name, value in parse_qs(parts.query, strict_parsing=True).items()}


def come_back(client: Client, **query: str) -> httpx.Response:
    return client.get(f"/sign-in/resident/callback?{urlencode(query)}", secure=True)


def sign_in(client: Client, provider: ProviderDouble, change: Change = lambda _: None) -> httpx.Response:
    asked = begin(client)
    provider.claims["nonce"] = asked["nonce"]
    change(provider)
    return come_back(client, code="the-code", state=asked["state"])


def nobody(client: Client) -> bool:
    return (
        "resident" not in client.session
        and not Resident.objects.exists()
        and not AuditEvent.objects.filter(action="accounts:SignInResident").exists()
    )


def test_a_client_id_that_the_app_would_not_give_is_refused(
    client: Client, provider: ProviderDouble, settings: object
) -> None:
    settings.HASHIRA_RESIDENT_OIDC |= {"CLIENT_ID": "RP-1"}
    answer = client.post("/sign-in/resident", secure=True)
    assert answer.status_code == 503
    assert "CLIENT_ID" in answer.content.decode()
    assert provider.asked == []


def test_unchanged_it_signs_in(client: Client, provider: ProviderDouble) -> None:
    """So that no refusal below is for a reason of the double's own."""
    answer = sign_in(client, provider)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    resident = Resident.objects.get()
    assert (resident.issuer, resident.sub, resident.name) == (ISSUER, "pairwise-1", "髙橋 架空")
    assert (resident.birth_date, resident.gender) == (date(1990, 4, 1), "female")
    assert resident.address == "柱県架空市 一丁目"


def test_the_request_is_as_the_reference_of_the_app_requires(
    client: Client, provider: ProviderDouble
) -> None:
    asked = begin(client)
    varying = {name: asked.pop(name) for name in ("state", "nonce", "code_challenge")}
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": "openid name address birthdate gender",
        "code_challenge_method": "S256",
        "acr_values": "aal3 crl",
    }
    assert all(43 <= len(value) <= 255 and value.isascii() for value in varying.values())
    assert not set(varying.values()) & set(begin(client).values())


def test_the_code_is_exchanged_with_a_fresh_proof_of_who_asks(
    client: Client, provider: ProviderDouble, party_key: ECKey
) -> None:
    asked = begin(client)
    provider.claims["nonce"] = asked["nonce"]
    come_back(client, code="the-code", state=asked["state"])
    (sent,) = provider.token_requests
    proof = jwt.decode(sent.pop("client_assertion"), party_key, algorithms=["ES256"])
    verifier = sent.pop("code_verifier")
    assert segment(hashlib.sha256(verifier.encode()).digest()) == asked["code_challenge"]
    assert sent == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": REDIRECT_URI,
        "client_id": CLIENT_ID,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    claims = proof.claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT_ID, CLIENT_ID, f"{PROTOCOL}/token")
    assert claims["exp"] - claims["iat"] == 5
    assert abs(claims["iat"] - time.time()) < 30
    assert len(claims["jti"]) >= 22


def claim(name: str, value: object) -> Change:
    return lambda p: p.claims.update({name: value})


def without(name: str) -> Change:
    return lambda p: p.claims.pop(name)


def header(**values: object) -> Change:
    return lambda p: p.header.update(values)


def about(name: str, value: object) -> Change:
    return lambda p: p.userinfo.update({name: value})


def answer(name: str, response: httpx.Response | Exception) -> Change:
    return lambda p: p.answers.update({name: response})


def another_key(provider: ProviderDouble) -> None:
    provider.signs_with = ECKey.generate_key("P-256")


def hmac_with_the_public_key(provider: ProviderDouble) -> None:
    """The confusion of RFC 8725 §2.1: the public key as the secret of HS256."""

    def forge(_token: str) -> str:
        text = f"{segment({'alg': 'HS256', 'kid': provider.key.kid})}.{segment(provider.claims)}"
        secret = provider.key.as_pem(private=False)
        return f"{text}.{segment(hmac.digest(secret, text.encode(), 'sha256'))}"

    provider.id_token = forge


def claims_changed_after_signing(provider: ProviderDouble) -> None:
    def forge(token: str) -> str:
        first, _, last = token.split(".")
        return f"{first}.{segment(provider.claims | {'sub': 'somebody-else'})}.{last}"

    provider.id_token = forge
    provider.userinfo["sub"] = "somebody-else"


def key_of_another_use(provider: ProviderDouble) -> None:
    provider.published[0]["use"] = "enc"


def two_keys_of_one_name(provider: ProviderDouble) -> None:
    other = ECKey.generate_key("P-256").as_dict(private=False)
    provider.published.append(other | {"kid": provider.key.kid})


def two_keys_and_no_kid(provider: ProviderDouble) -> None:
    provider.published.append(ECKey.generate_key("P-256").as_dict(private=False) | {"kid": "other"})
    provider.header.pop("kid")


def signed_userinfo(**changes: object) -> Change:
    def change(provider: ProviderDouble) -> None:
        claims = provider.userinfo | {"iss": ISSUER, "aud": CLIENT_ID} | changes
        content = provider.signed(provider.header, claims)
        provider.answers["userinfo"] = httpx.Response(
            200, content=content, headers={"content-type": "application/jwt"}
        )

    return change


def now(seconds: int) -> int:
    return int(time.time()) + seconds


JSON = {"content-type": "application/json"}
TOKEN = {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": "a.b.c"}
WRONG: dict[str, tuple[Change, str]] = {
    # the signature
    "alg none": (header(alg="none"), "CORE-052"),
    "alg none without a signature": (
        lambda p: setattr(p, "id_token", lambda t: f"{segment({'alg': 'none'})}.{t.split('.')[1]}."),
        "CORE-052",
    ),
    "alg RS256": (header(alg="RS256"), "CORE-052"),
    "alg HS256": (header(alg="HS256"), "CORE-052"),
    "alg HS256 with the public key": (hmac_with_the_public_key, "CORE-052"),
    "alg es256 in small letters": (header(alg="es256"), "CORE-052"),
    "crit": (header(crit=["exp"], exp=1), "CORE-052"),
    "signed by another key": (another_key, "CORE-052"),
    "claims changed after signing": (claims_changed_after_signing, "CORE-052"),
    "no JWT": (lambda p: setattr(p, "id_token", lambda _t: "abc"), "CORE-052"),
    "five parts": (lambda p: setattr(p, "id_token", lambda t: f"{t}.a.b"), "CORE-052"),
    "kid is a number": (header(kid=7), "CORE-052"),
    "kid unknown": (header(kid="unknown"), "CORE-051"),
    "key is for encryption": (key_of_another_use, "CORE-051"),
    "two keys of one name": (two_keys_of_one_name, "CORE-051"),
    "two keys and no kid": (two_keys_and_no_kid, "CORE-051"),
    # for whom and by whom
    "iss of another": (claim("iss", "https://evil.example"), "CORE-053"),
    "iss with a slash more": (claim("iss", f"{ISSUER}/"), "CORE-053"),
    "iss missing": (without("iss"), "CORE-053"),
    "aud of another": (claim("aud", "RP00000002"), "CORE-053"),
    "aud of another beside ours": (claim("aud", [CLIENT_ID, "RP00000002"]), "CORE-053"),
    "aud empty": (claim("aud", []), "CORE-053"),
    "aud missing": (without("aud"), "CORE-053"),
    "azp of another": (claim("azp", "RP00000002"), "CORE-053"),
    # when
    "exp past": (lambda p: p.claims.update(exp=now(-31)), "CORE-054"),
    "exp missing": (without("exp"), "CORE-054"),
    "exp a text": (claim("exp", "9999999999"), "CORE-054"),
    "exp true": (claim("exp", True), "CORE-054"),
    "exp beyond every calendar": (claim("exp", 1e300), "CORE-054"),
    "iat in the future": (lambda p: p.claims.update(iat=now(60)), "CORE-054"),
    "iat long ago": (lambda p: p.claims.update(iat=now(-660)), "CORE-054"),
    "iat missing": (without("iat"), "CORE-054"),
    "nbf in the future": (lambda p: p.claims.update(nbf=now(60)), "CORE-054"),
    "auth_time long ago": (lambda p: p.claims.update(auth_time=now(-1000)), "CORE-054"),
    "auth_time in the future": (lambda p: p.claims.update(auth_time=now(60)), "CORE-054"),
    # of which sign-in, and how
    "nonce of another": (claim("nonce", "another"), "CORE-055"),
    "nonce missing": (without("nonce"), "CORE-055"),
    "nonce no text": (claim("nonce", ["a"]), "CORE-055"),
    "acr too weak": (claim("acr", "aal2"), "CORE-056"),
    "acr that only begins so": (claim("acr", "aal30"), "CORE-056"),
    "acr missing": (without("acr"), "CORE-056"),
    # who
    "at_hash of another token": (claim("at_hash", "77QmUPtjPfzWtF2AnpK9RQ"), "CORE-057"),
    "at_hash null": (claim("at_hash", None), "CORE-057"),
    "sub missing": (without("sub"), "CORE-048"),
    "sub empty": (claim("sub", ""), "CORE-048"),
    "sub too long": (claim("sub", "a" * 256), "CORE-048"),
    "userinfo about another": (about("sub", "somebody-else"), "CORE-057"),
    "userinfo about nobody": (lambda p: p.userinfo.pop("sub"), "CORE-057"),
    "signed userinfo about another": (signed_userinfo(sub="somebody-else"), "CORE-057"),
    "signed userinfo of another issuer": (signed_userinfo(iss="https://evil.example"), "CORE-053"),
    "signed userinfo for another": (signed_userinfo(aud="RP00000002"), "CORE-053"),
    # the attributes
    "name no text": (about("name", ["髙橋"]), "CORE-058"),
    "name too long": (about("name", "長" * 201), "CORE-058"),
    "name with a control letter": (about("name", "架\u0000空"), "CORE-058"),
    "birth date that is none": (about("birthdate", "1990-02-30"), "CORE-058"),
    "birth date of another form": (about("birthdate", "1990/02/03"), "CORE-058"),
    "gender a number": (about("gender", 1), "CORE-058"),
    "address of a wrong form": (about("address", {"formatted": 1}), "CORE-058"),
    "address a list": (about("address", ["柱市"]), "CORE-058"),
    # what the endpoints say
    "code replayed": (answer("token", httpx.Response(400, json={"error": "invalid_grant"})), "CORE-049"),
    "client refused": (answer("token", httpx.Response(401, json={"error": "invalid_client"})), "CORE-050"),
    "token endpoint redirects": (
        answer("token", httpx.Response(302, headers={"location": "https://evil.example"})), "CORE-048",
    ),
    "token endpoint says HTML": (answer("token", httpx.Response(200, html="<p>")), "CORE-048"),
    "token endpoint says a list": (answer("token", httpx.Response(200, json=[])), "CORE-048"),
    "a name twice": (
        answer("token", httpx.Response(200, content=b'{"id_token":"a","id_token":"b"}')), "CORE-048",
    ),
    "no end": (answer("token", httpx.Response(200, content=b'{"a":"' + b"a" * 70_000 + b'"}')), "CORE-048"),
    "depth without end": (answer("token", httpx.Response(200, content=b"[" * 60_000)), "CORE-048"),
    "token_type of another kind": (
        answer("token", httpx.Response(200, json=TOKEN | {"token_type": "DPoP"})), "CORE-048",
    ),
    "no ID token": (
        answer("token", httpx.Response(200, json={"access_token": "a", "token_type": "Bearer"})), "CORE-048",
    ),
    "access token with a line break": (
        answer("token", httpx.Response(200, json=TOKEN | {"access_token": "a\r\nHost: b"})), "CORE-048",
    ),
    "keys no list": (answer("certs", httpx.Response(200, json={"keys": {}})), "CORE-048"),
    "keys without end": (answer("certs", httpx.Response(200, json={"keys": [{}] * 51})), "CORE-048"),
    "userinfo refused": (answer("userinfo", httpx.Response(401, json={})), "CORE-048"),
    "userinfo HTML": (answer("userinfo", httpx.Response(200, html="<p>")), "CORE-048"),
    "no answer": (answer("token", httpx.ConnectTimeout("late")), "CORE-047"),
    "a fault": (answer("userinfo", httpx.Response(503)), "CORE-047"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_refused(client: Client, provider: ProviderDouble, what: str) -> None:
    change, code = WRONG[what]
    answer = sign_in(client, provider, change)
    assert code in answer.content.decode(), answer.status_code
    assert answer.status_code >= 400
    assert nobody(client)


RIGHT: dict[str, Change] = {
    "aud a list of us": claim("aud", [CLIENT_ID]),
    "no azp": without("azp"),
    "no at_hash": without("at_hash"),
    "no auth_time": without("auth_time"),
    "acr alone": claim("acr", "aal3"),
    "clocks 20 seconds apart": lambda p: p.claims.update(iat=now(20), auth_time=now(20), nbf=now(20)),
    "just run out, within the skew": lambda p: p.claims.update(exp=now(-20)),
    "one key and no kid": lambda p: p.header.pop("kid"),
    "an RSA key beside ours": lambda p: p.published.insert(0, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
    "a broken key beside ours": lambda p: p.published.insert(
        0, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "broken"}
    ),
    "signed userinfo": signed_userinfo(),
    "no attributes at all": lambda p: [p.userinfo.pop(n) for n in ("name", "birthdate", "gender", "address")],
}


@pytest.mark.parametrize("what", RIGHT)
def test_what_the_specifications_leave_open_is_taken(
    client: Client, provider: ProviderDouble, what: str
) -> None:
    assert sign_in(client, provider, RIGHT[what]).status_code == 302
    assert client.session["resident"]["id"] == str(Resident.objects.get().pk)


def test_a_time_ahead_of_ours_is_kept_as_ours(client: Client, provider: ProviderDouble) -> None:
    """Otherwise the resident would be nobody until our clock has come so far."""
    sign_in(client, provider, RIGHT["clocks 20 seconds apart"])
    assert "サインインしています" in client.get("/sign-in/resident", secure=True).content.decode()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"error": "access_denied"}, "CORE-041"),
        ({"error": "server_error"}, "CORE-042"),
        ({"error": "<script>"}, "CORE-042"),
        ({"error": "access_denied", "iss": "https://evil.example"}, "CORE-046"),
        ({"code": "the-code", "iss": "https://evil.example"}, "CORE-046"),
        ({}, "CORE-045"),
        ({"code": ""}, "CORE-045"),
        ({"code": "a" * 4097}, "CORE-045"),
        ({"code": "a\nb"}, "CORE-045"),
    ],
)
def test_a_response_that_is_no_code_is_refused_before_anybody_is_asked(
    client: Client, provider: ProviderDouble, query: dict[str, str], code: str
) -> None:
    answer = come_back(client, state=begin(client)["state"], **query)
    assert code in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
    assert provider.asked == []
    assert nobody(client)


@pytest.mark.parametrize("state", ["", "guessed", "状態"])
def test_a_state_that_is_not_ours_is_refused_before_anybody_is_asked(
    client: Client, provider: ProviderDouble, state: str
) -> None:
    begin(client)
    assert "CORE-043" in come_back(client, code="the-code", state=state).content.decode()
    assert provider.asked == []
    assert nobody(client)


def test_a_new_key_is_looked_for_once_and_then_not_for_a_while(
    client: Client, provider: ProviderDouble
) -> None:
    assert sign_in(client, provider).status_code == 302
    rotated = ECKey.generate_key("P-256")
    rotated.ensure_kid()

    def rotate(p: ProviderDouble) -> None:
        p.key, p.header["kid"] = rotated, rotated.kid
        p.published = [rotated.as_dict(private=False)]

    assert sign_in(client, provider, rotate).status_code == 302
    assert provider.asked.count("certs") == 2
    for _ in range(3):
        assert "CORE-051" in sign_in(client, provider, header(kid="made up")).content.decode()
    assert provider.asked.count("certs") == 2
    assert sign_in(client, provider, header(kid=rotated.kid)).status_code == 302
    assert provider.asked.count("certs") == 2


def test_what_is_kept_of_the_person_is_of_the_last_time(client: Client, provider: ProviderDouble) -> None:
    sign_in(client, provider)
    sign_in(client, provider, about("name", "新姓 架空"))
    resident = Resident.objects.get()
    assert resident.name == "新姓 架空"
    assert resident.first_seen_at < resident.last_seen_at


@pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning")
def test_the_key_may_lie_in_the_store_of_keys(
    client: Client, provider: ProviderDouble, settings: object, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    settings.HASHIRA_RESIDENT_OIDC |= {"KEY": "label:resident-sign-in"}
    assert "CERT-054" in client.post("/sign-in/resident", secure=True).content.decode()
    spki = key_store().create("resident-sign-in").public_key_spki
    assert sign_in(client, provider).status_code == 302
    (sent,) = provider.token_requests
    key = ECKey.import_key(load_der_public_key(spki))
    assert jwt.decode(sent["client_assertion"], key, algorithms=["ES256"]).claims["iss"] == CLIENT_ID
