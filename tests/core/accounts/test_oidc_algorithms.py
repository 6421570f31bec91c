"""Which signatures the relying party accepts: an allow-list of the provider, never the token's choice."""

from __future__ import annotations

import hmac
import json
import warnings

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from hashira.core.accounts.oidc.client_key import base64url
from hashira.core.accounts.oidc.errors import KeyUnknown, SignatureWrong
from hashira.core.accounts.oidc.id_token import verified_claims
from hashira.core.accounts.oidc.key_set import KeySets, SigningKey

ADDRESS = "https://directory.example/jwks"
RSA = RSAKey.generate_key(2048, {"kid": "r", "use": "sig"})
RSA_PS = RSAKey.generate_key(2048, {"kid": "p", "alg": "PS256"})
EC = ECKey.generate_key("P-256", {"kid": "e"})
ALL = ("RS256", "PS256", "ES256")


def read(token: str, *algorithms: str) -> object:
    keys = [each.as_dict(private=False) for each in (RSA, RSA_PS, EC)]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"keys": keys}))
    with httpx.Client(transport=transport) as http:
        sets = KeySets()

        def find(kid: str | None) -> SigningKey:
            return sets.key(http, ADDRESS, kid, algorithms=algorithms)

        return verified_claims(token, find_key=find, algorithms=algorithms)


def sign(algorithm: str, key: RSAKey | ECKey, kid: str) -> str:
    header = {"alg": algorithm, "kid": kid}
    return jws.serialize_compact(header, json.dumps({"sub": "s"}), key, algorithms=[algorithm])


def plain(key: RSAKey) -> RSAKey:
    """The same key without what it says about its use."""
    return RSAKey.import_key({k: v for k, v in key.as_dict(private=True).items() if k not in ("alg", "use")})


@pytest.mark.parametrize(
    ("algorithm", "key"), [("RS256", RSA), ("PS256", RSA), ("PS256", RSA_PS), ("ES256", EC)]
)
def test_an_allowed_algorithm_is_accepted(algorithm: str, key: RSAKey | ECKey) -> None:
    assert read(sign(algorithm, key, str(key.kid)), *ALL) == {"sub": "s"}


def test_an_algorithm_that_is_not_allowed_is_refused() -> None:
    for allowed in (("ES256",), ("PS256",)):
        with pytest.raises(SignatureWrong):
            read(sign("RS256", RSA, "r"), *allowed)


def test_a_key_for_another_algorithm_is_refused() -> None:
    with pytest.raises(SignatureWrong):
        read(sign("RS256", plain(RSA_PS), "p"), *ALL)
    with pytest.raises(SignatureWrong):
        read(sign("RS256", RSA, "e"), *ALL)


def test_a_key_of_no_allowed_algorithm_is_unknown() -> None:
    with pytest.raises(KeyUnknown):
        read(sign("ES256", EC, "r"), "ES256")


def test_the_public_key_as_a_shared_secret_is_refused() -> None:
    first = base64url(json.dumps({"alg": "HS256", "kid": "r"}).encode())
    signed = f"{first}.{base64url(b'{}')}"
    mac = hmac.digest(RSA.as_pem(private=False), signed.encode(), "sha256")
    with pytest.raises(SignatureWrong):
        read(f"{signed}.{base64url(mac)}", *ALL)


def test_no_signature_at_all_is_refused() -> None:
    first = base64url(json.dumps({"alg": "none", "kid": "r"}).encode())
    with pytest.raises(SignatureWrong):
        read(f"{first}.{base64url(b'{}')}.", *ALL)


def test_a_short_rsa_key_is_unknown() -> None:
    private = rsa.generate_private_key(65537, 1024)
    numbers = private.public_key().public_numbers()
    n, e = (base64url(v.to_bytes((v.bit_length() + 7) // 8)) for v in (numbers.n, numbers.e))
    answer = httpx.Response(200, json={"keys": [{"kty": "RSA", "kid": "short", "n": n, "e": e}]})
    with httpx.Client(transport=httpx.MockTransport(lambda _: answer)) as http, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(KeyUnknown):
            KeySets().key(http, ADDRESS, "short", algorithms=ALL)


def test_the_signature_of_somebody_else_is_refused() -> None:
    with pytest.raises(SignatureWrong):
        read(sign("RS256", RSAKey.generate_key(2048), "r"), *ALL)
