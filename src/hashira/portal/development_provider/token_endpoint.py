"""The token endpoint: who asks, for which code, and what they get (トークンエンドポイント).

Source: RFC 6749 §4.1.3, §5; RFC 7523 §3; RFC 7636 §4.6; OpenID Connect Core 1.0 §2, §3.1.3.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from hashira.core.accounts.oidc.client_key import base64url
from hashira.core.accounts.oidc.id_token import at_hash
from hashira.portal.development_provider import vouchers
from hashira.portal.development_provider.endpoints import ISSUER
from hashira.portal.development_provider.registration import (
    CLIENT_ID,
    client_key,
    provider_key,
    subject_of,
)

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST_ASSERTION_LIFE = 60


class TokenRefused(Exception):
    """An error of RFC 6749 §5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        self.error, self.description, self.status = error, description, status
        super().__init__(error)


def answer(form: Mapping[str, str], *, token_endpoint: str) -> dict[str, Any]:
    """The token response to a request; raises ``TokenRefused``."""
    _check_client(form, token_endpoint)
    if form.get("grant_type") != "authorization_code":
        raise TokenRefused("unsupported_grant_type", "grant_type must be authorization_code")
    code = form.get("code", "")
    granted = vouchers.redeem_code(code)
    if granted is None:
        raise TokenRefused("invalid_grant", "the code is unknown, too old or used")
    if form.get("redirect_uri") != granted["redirect_uri"]:
        raise TokenRefused("invalid_grant", "redirect_uri is another")
    challenge = base64url(hashlib.sha256(form.get("code_verifier", "").encode(errors="replace")).digest())
    if not compare_digest(challenge, granted["code_challenge"]):
        raise TokenRefused("invalid_grant", "code_verifier does not fit")
    access_token = vouchers.issue_token(code, {"person": granted["person"], "scope": granted["scope"]})
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": vouchers.TOKEN_SECONDS,
        "scope": granted["scope"],
        "id_token": _id_token(granted, access_token),
    }


def _check_client(form: Mapping[str, str], token_endpoint: str) -> None:
    def refuse(description: str) -> TokenRefused:
        return TokenRefused("invalid_client", description, 401)

    if form.get("client_assertion_type") != _ASSERTION_TYPE:
        raise refuse("private_key_jwt is required")
    try:
        claims = jwt.decode(form.get("client_assertion", ""), client_key(), algorithms=["ES256"]).claims
    except (JoseError, ValueError) as error:
        raise refuse("the assertion is not signed by the registered key with ES256") from error
    now = time.time()
    expires_at, jti = claims.get("exp"), claims.get("jti")
    if claims.get("iss") != CLIENT_ID or claims.get("sub") != CLIENT_ID:
        raise refuse("iss and sub must be the client id")
    if form.get("client_id", CLIENT_ID) != CLIENT_ID:
        raise refuse("client_id is another")
    if claims.get("aud") not in (token_endpoint, [token_endpoint], ISSUER, [ISSUER]):
        raise refuse("aud must be the token endpoint or the issuer")
    if isinstance(expires_at, bool) or not isinstance(expires_at, int | float):
        raise refuse("exp is required")
    if not now < expires_at <= now + _LONGEST_ASSERTION_LIFE:
        raise refuse("the assertion has run out or lives too long")
    if not isinstance(jti, str) or not jti or not vouchers.first_use(jti):
        raise refuse("jti is required and can be used once")


def _id_token(granted: Mapping[str, Any], access_token: str) -> str:
    now, key = int(time.time()), provider_key()
    claims = {
        "iss": ISSUER,
        "sub": subject_of(granted["person"]),
        "aud": CLIENT_ID,
        "azp": CLIENT_ID,
        "iat": now,
        "exp": now + vouchers.TOKEN_SECONDS,
        "auth_time": granted["auth_time"],
        "jti": secrets.token_urlsafe(16),
        "nonce": granted["nonce"],
        "at_hash": at_hash(access_token),
    }
    if granted["acr"]:
        claims["acr"] = granted["acr"]
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])
