"""What the relying party takes from its surroundings: attributes, a provider's description, its own key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jwt
from joserfc.jwk import ECKey

from hashira.core.accounts.oidc import endpoint
from hashira.core.accounts.oidc.authorization_request import PendingSignIn, authorization_url
from hashira.core.accounts.oidc.client_key import ClientKey
from hashira.core.accounts.oidc.errors import (
    AttributesUnreadable,
    KeyUnknown,
    ProviderAnswerMalformed,
    ProviderConfigurationWrong,
    ProviderUnreachable,
    SignInNotConfigured,
)
from hashira.core.accounts.oidc.key_set import KeySets
from hashira.core.accounts.oidc.provider import (
    Provider,
    RelyingParty,
    discover,
    is_secure,
    read_client_key,
)
from hashira.core.accounts.oidc.resident_attributes import ResidentAttributes, resident_attributes
from hashira.core.accounts.oidc.token_exchange import Tokens

ISSUER = "https://op.example/realms/main"
NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
PROVIDER = Provider(ISSUER, f"{ISSUER}/auth", f"{ISSUER}/token", f"{ISSUER}/userinfo", f"{ISSUER}/certs")


def saying(*answers: httpx.Response | Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        said = left.pop(0)
        return said if isinstance(said, httpx.Response) else said(request)

    return httpx.Client(transport=httpx.MockTransport(answer))


# ── attributes ──


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, ResidentAttributes()),
        ({"name": "𠮷野　架空"}, ResidentAttributes(name="𠮷野　架空")),
        # A name is kept letter by letter: composed and decomposed stay what they are.
        ({"name": "か\u3099 \u304c"}, ResidentAttributes(name="か\u3099 \u304c")),
        ({"name": "葛\U000e0100城"}, ResidentAttributes(name="葛\U000e0100城")),
        ({"birthdate": "2000-02-29"}, ResidentAttributes(birth_date=date(2000, 2, 29))),
        ({"birthdate": "0000-02-29"}, ResidentAttributes()),
        ({"birthdate": "1940"}, ResidentAttributes()),
        ({"birthdate": ""}, ResidentAttributes()),
        ({"gender": "female"}, ResidentAttributes(gender="female")),
        ({"address": "柱県架空市1番"}, ResidentAttributes(address="柱県架空市1番")),
        ({"address": {"formatted": "柱県架空市\n1番\n"}}, ResidentAttributes(address="柱県架空市 1番")),
        (
            {"address": {"street_address": "1番", "region": "柱県", "locality": "架空市", "country": "JP"}},
            ResidentAttributes(address="柱県架空市1番"),
        ),
        ({"address": {}}, ResidentAttributes()),
        ({"address": None, "name": None}, ResidentAttributes()),
    ],
)
def test_attributes_are_read_as_stated(claims: dict[str, Any], expected: ResidentAttributes) -> None:
    assert resident_attributes(claims) == expected


@pytest.mark.parametrize(
    "claims",
    [
        {"birthdate": "1990-4-1"},
        {"birthdate": "19900401"},
        {"birthdate": "0000-02-30"},
        {"birthdate": "１９９０-04-01"},
        {"birthdate": 1990},
        {"name": "\ud842"},
        {"name": "架空\x7f"},
        {"address": {"formatted": ["柱県"]}},
        {"address": {"locality": 1}},
        {"address": 1},
        {"address": "長" * 401},
        {"gender": "a" * 17},
    ],
)
def test_attributes_that_are_none_are_not_guessed(claims: dict[str, Any]) -> None:
    with pytest.raises(AttributesUnreadable):
        resident_attributes(claims)


# ── a provider's description of itself ──

DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "userinfo_endpoint": f"{ISSUER}/userinfo",
    "jwks_uri": f"{ISSUER}/certs",
    "response_types_supported": ["code"],
    "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    "token_endpoint_auth_methods_supported": ["private_key_jwt"],
}


def test_a_description_gives_the_endpoints() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == f"{ISSUER}/.well-known/openid-configuration"
        return httpx.Response(200, json=DOCUMENT)

    assert discover(saying(answer), ISSUER) == PROVIDER
    promised = DOCUMENT | {"authorization_response_iss_parameter_supported": True}
    assert discover(saying(httpx.Response(200, json=promised)), ISSUER).names_itself


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"issuer": "https://evil.example"}, "issuer"),
        ({"issuer": f"{ISSUER}/"}, "issuer"),
        ({"id_token_signing_alg_values_supported": ["RS256"]}, "id_token_signing_alg_values_supported"),
        (
            {"token_endpoint_auth_methods_supported": ["client_secret_basic"]},
            "token_endpoint_auth_methods_supported",
        ),
        ({"code_challenge_methods_supported": ["plain"]}, "code_challenge_methods_supported"),
        ({"response_types_supported": "code"}, "response_types_supported"),
        ({"token_endpoint": None}, "token_endpoint"),
        ({"token_endpoint": "http://op.example/token"}, "token_endpoint"),
        ({"jwks_uri": "file:///etc/passwd"}, "jwks_uri"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint"),
        ({"userinfo_endpoint": "https://a@op.example/"}, "userinfo_endpoint"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(changes: dict[str, Any], member: str) -> None:
    with pytest.raises(ProviderConfigurationWrong) as refused:
        discover(saying(httpx.Response(200, json=DOCUMENT | changes)), ISSUER)
    assert refused.value.details == {"member": member}


def test_a_provider_that_does_not_describe_itself() -> None:
    with pytest.raises(ProviderConfigurationWrong):
        discover(saying(httpx.Response(404, json={})), ISSUER)
    with pytest.raises(SignInNotConfigured):
        discover(saying(), "development")


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://op.example/a?b=c", True),
        ("http://localhost:8000/a", True),
        ("http://127.0.0.1/a", True),
        ("http://[::1]:8000/a", True),
        ("http://op.example/", False),
        ("http://localhost.evil.example/", False),
        ("https://user:password@op.example/", False),
        ("https://op.example/#fragment", False),
        ("https:///a", False),
        ("https://op.example:port/", False),
        ("//op.example/", False),
        ("https://op.example/\r\n", False),
        ("", False),
    ],
)
def test_an_address_is_https_or_this_machine(url: str, secure: bool) -> None:
    assert is_secure(url) is secure


# ── our own registration ──


@pytest.fixture
def key() -> ECKey:
    return ECKey.generate_key("P-256")


def party(key: ECKey, **changes: Any) -> RelyingParty:
    given = {"client_id": "RP00000001", "redirect_uri": "https://hashira.example/callback"} | changes
    return RelyingParty(key=ClientKey.of_private_key(key.private_key), **given)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": ""},
        {"client_id": "RP 1"},
        {"client_id": "ＲＰ１"},
        {"client_id": "a" * 256},
        {"redirect_uri": "http://hashira.example/callback"},
        {"redirect_uri": "https://hashira.example/" + "a" * 232},
        {"scopes": ("name",)},
        {"assertion_life": timedelta(0)},
        {"assertion_life": timedelta(seconds=61)},
        {"assertion_audience": "https://op.example"},
    ],
)
def test_a_registration_outside_its_bounds_is_refused(key: ECKey, changes: dict[str, Any]) -> None:
    with pytest.raises(SignInNotConfigured):
        party(key, **changes)


def test_a_registration_at_its_bounds(key: ECKey) -> None:
    longest = party(key, client_id="a" * 255, redirect_uri="https://hashira.example/" + "a" * 231)
    assert (len(longest.client_id), len(longest.redirect_uri)) == (255, 255)


def pem(private: Any, encryption: Any = None) -> bytes:
    octets = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    )
    assert isinstance(octets, bytes)
    return octets


def test_the_key_of_a_file_has_its_thumbprint_as_name(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    path.chmod(0o600)
    key = read_client_key(path)
    told = ECKey.import_key(dict(key.public))
    assert key.public["kid"] == told.thumbprint()
    assert key.public.keys() == {"kty", "crv", "x", "y", "kid"}
    assert jwt.decode(key.signed({"a": "柱"}), told, algorithms=["ES256"]).claims == {"a": "柱"}


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    for mode, fine in ((0o600, True), (0o440, True), (0o604, False), (0o666, False)):
        path.chmod(mode)
        if fine:
            assert read_client_key(path)
        else:
            with pytest.raises(SignInNotConfigured, match="chmod 600"):
                read_client_key(path)


def test_a_key_in_a_store_is_asked_to_sign() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    spki = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    asked: list[bytes] = []

    def sign(message: bytes) -> bytes:
        asked.append(message)
        return b"s" * 64

    token = ClientKey.of_spki(spki, sign).signed({"iss": "RP00000001"})
    assert [token.rpartition(".")[0].encode()] == asked
    for other in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        foreign = other.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        with pytest.raises(ValueError, match="P-256"):
            ClientKey.of_spki(foreign, sign)


def test_keys_that_cannot_sign_es256_are_refused(tmp_path: Path) -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    contents = {
        "another curve": pem(ec.generate_private_key(ec.SECP384R1())),
        "bitcoin": pem(ec.generate_private_key(ec.SECP256K1())),
        "RSA": pem(rsa.generate_private_key(65537, 2048)),
        "public": public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        "locked": pem(
            ec.generate_private_key(ec.SECP256R1()), serialization.BestAvailableEncryption(b"secret")
        ),
        "empty": b"",
        "no PEM": b"key",
        "too large": b"-" * 20_000,
    }
    for what, octets in contents.items():
        path = tmp_path / what
        path.write_bytes(octets)
        path.chmod(0o600)
        with pytest.raises(SignInNotConfigured):
            read_client_key(path)
    with pytest.raises(SignInNotConfigured):
        read_client_key(tmp_path / "missing.pem")


def test_an_endpoint_may_have_a_query_of_its_own(key: ECKey) -> None:
    provider = Provider(ISSUER, f"{ISSUER}/auth?kc=1", *[f"{ISSUER}/{n}" for n in "tuc"])
    address = authorization_url(provider, party(key), PendingSignIn.begin(at=NOW))
    assert address.startswith(f"{ISSUER}/auth?kc=1&response_type=code&")


def test_what_is_secret_is_not_printed() -> None:
    assert "abc" not in repr(Tokens("abc", "abc"))


def test_a_pending_sign_in_survives_the_session() -> None:
    pending = PendingSignIn.begin(at=NOW, return_to="/certificates/me")
    assert PendingSignIn.from_session(pending.to_session()) == pending


# ── the provider's keys ──


def key_set(*keys: ECKey) -> httpx.Response:
    return httpx.Response(200, json={"keys": [k.as_dict(private=False) for k in keys]})


def named(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid})


def test_keys_are_kept_for_an_hour() -> None:
    moment = [0.0]
    sets = KeySets(clock=lambda: moment[0])
    http = saying(key_set(named("a")), key_set(named("b")))
    assert sets.key(http, "https://op.example/certs", "a").kid == "a"
    moment[0] = 3599.0
    assert sets.key(http, "https://op.example/certs", "a").kid == "a"
    moment[0] = 3600.0
    with pytest.raises(KeyUnknown):  # a key that was withdrawn is no key any more
        sets.key(http, "https://op.example/certs", "a")


def test_unknown_names_make_it_look_again_every_half_minute_at_most() -> None:
    moment = [0.0]
    sets = KeySets(clock=lambda: moment[0])
    http = saying(key_set(named("a")), key_set(named("a")), key_set(named("a"), named("b")))
    sets.key(http, "https://op.example/certs", "a")
    for moment[0] in (1.0, 30.9):
        with pytest.raises(KeyUnknown):
            sets.key(http, "https://op.example/certs", "b")
    moment[0] = 31.0
    assert sets.key(http, "https://op.example/certs", "b").kid == "b"


# ── one request ──


def test_an_answer_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 1.0, 11.0])
    monkeypatch.setattr(endpoint.time, "monotonic", lambda: next(moments))
    slow = httpx.Response(200, stream=httpx.ByteStream(b"a" * 30_000))
    with pytest.raises(ProviderUnreachable):
        endpoint.ask(saying(slow), "GET", ISSUER, part="test")


def test_a_small_answer_that_unpacks_to_a_large_one_is_given_up() -> None:
    import gzip

    bomb = httpx.Response(200, headers={"content-encoding": "gzip"}, content=gzip.compress(b"a" * 10_000_000))
    with pytest.raises(ProviderAnswerMalformed):
        endpoint.ask(saying(bomb), "GET", ISSUER, part="test")


def test_the_client_does_not_follow_and_does_not_wait() -> None:
    with endpoint.client() as http:
        assert not http.follow_redirects
        assert http.timeout == httpx.Timeout(5.0)
    with endpoint.client(through_proxy=False) as http:
        assert not http.trust_env
