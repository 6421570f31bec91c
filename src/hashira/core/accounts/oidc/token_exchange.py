"""A code becomes tokens, and we prove with a signature that we are we (トークンの引き換え).

Source: RFC 6749 §4.1.3, §5; RFC 7523 §2.2, §3 (``private_key_jwt``); OpenID Connect Core 1.0 §9.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx

from hashira.core.accounts.oidc import endpoint
from hashira.core.accounts.oidc.client_key import ClientKey
from hashira.core.accounts.oidc.client_secret import ClientSecret
from hashira.core.accounts.oidc.errors import ClientRefused, CodeRefused, ProviderAnswerMalformed
from hashira.core.accounts.oidc.provider import Provider, RelyingParty

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ERROR = re.compile(r"[a-z0-9_.-]{1,64}")
_LONGEST_TOKEN = 16 * 1024


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code was worth; not printed, since whoever holds them reads the person's details."""

    access_token: str
    id_token: str

    def __repr__(self) -> str:
        return "Tokens(…)"


def client_assertion(provider: Provider, party: RelyingParty, key: ClientKey, *, at: datetime) -> str:
    """A signed statement that this installation asks, good once and for a few seconds."""
    now = int(at.timestamp())
    audience = provider.issuer if party.assertion_audience == "issuer" else provider.token_endpoint
    claims = {
        "iss": party.client_id,
        "sub": party.client_id,
        "aud": audience,
        "jti": secrets.token_urlsafe(24),
        "iat": now,
        "exp": now + int(party.assertion_life.total_seconds()),
    }
    return key.signed(claims)


def exchange(
    http: httpx.Client,
    provider: Provider,
    party: RelyingParty,
    *,
    code: str,
    code_verifier: str,
    at: datetime,
) -> Tokens:
    """The tokens for a code.

    Raises ``CodeRefused``, ``ClientRefused``, ``ProviderAnswerMalformed``, ``ProviderUnreachable``.
    """
    proof, header = _proof(provider, party, at=at)
    answer = endpoint.ask(
        http,
        "POST",
        provider.token_endpoint,
        part="token",
        form={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": party.redirect_uri,
            "code_verifier": code_verifier,
            **proof,
        },
        headers=header,
    )
    said = answer.json_object("token")
    if answer.status != httpx.codes.OK:
        error = said.get("error")
        if error == "invalid_grant":
            raise CodeRefused
        raise ClientRefused(error=error if isinstance(error, str) and _ERROR.fullmatch(error) else "error")
    token_type = said.get("token_type")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise ProviderAnswerMalformed(part="token_type")
    return Tokens(_token(said.get("access_token"), "access_token"), _token(said.get("id_token"), "id_token"))


def _proof(
    provider: Provider, party: RelyingParty, *, at: datetime
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Fields and headers that say who asks, and prove it."""
    key = party.key
    if isinstance(key, ClientSecret):
        # With Basic the id stands in the header, and RFC 6749 §2.3 wants one way only.
        named = {} if key.method == "client_secret_basic" else {"client_id": party.client_id}
        return named | key.fields(), key.header(party.client_id)
    assertion = client_assertion(provider, party, key, at=at)
    named = {"client_id": party.client_id, "client_assertion_type": _ASSERTION_TYPE}
    return named | {"client_assertion": assertion}, {}


def _token(value: object, part: str) -> str:
    # RFC 6750 §2.1: the letters of a bearer token; nothing that could end a header line.
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", value):
        raise ProviderAnswerMalformed(part=part)
    if len(value) > _LONGEST_TOKEN:
        raise ProviderAnswerMalformed(part=part)
    return value
