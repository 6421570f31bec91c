"""From the address that the browser came back to, to a person who is known (サインインの全体)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from hashira.core.accounts.oidc import id_token, token_exchange, user_info
from hashira.core.accounts.oidc.authorization_request import PendingSignIn, code_of
from hashira.core.accounts.oidc.id_token import FindKey, IdToken
from hashira.core.accounts.oidc.key_set import KeySets, SigningKey
from hashira.core.accounts.oidc.provider import Provider, RelyingParty
from hashira.core.accounts.oidc.resident_attributes import ResidentAttributes, resident_attributes

_ATTRIBUTES = ("name", "birthdate", "gender", "address")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in: ``issuer`` and pairwise ``subject`` name the person, the attributes describe them."""

    issuer: str
    subject: str
    authenticated_at: datetime
    attributes: ResidentAttributes


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The verified ID token, and the way to what the provider says of the person besides."""

    id_token: IdToken
    access_token: str
    find_key: FindKey

    def __repr__(self) -> str:
        return f"Authenticated({self.id_token.issuer!r})"


def authenticate(
    response: Mapping[str, Sequence[str]],
    *,
    http: httpx.Client,
    provider: Provider,
    party: RelyingParty,
    pending: PendingSignIn,
    key_sets: KeySets,
    at: datetime,
) -> Authenticated:
    """Takes the authorization response to ``pending`` as far as the ID token, or raises ``SignInRefused``."""
    code = code_of(response, provider=provider, party=party, pending=pending, at=at)
    tokens = token_exchange.exchange(
        http, provider, party, code=code, code_verifier=pending.code_verifier, at=at
    )

    def find_key(kid: str | None) -> SigningKey:
        return key_sets.key(http, provider.jwks_uri, kid, algorithms=party.algorithms)

    verified = id_token.verify(
        tokens.id_token,
        provider=provider,
        party=party,
        nonce=pending.nonce,
        access_token=tokens.access_token,
        find_key=find_key,
        at=at,
    )
    return Authenticated(verified, tokens.access_token, find_key)


def stated(
    authenticated: Authenticated, *, http: httpx.Client, provider: Provider, party: RelyingParty
) -> dict[str, Any]:
    """The claims of UserInfo, and those of the ID token that UserInfo does not make (§5.4)."""
    told = user_info.fetch(
        http,
        provider=provider,
        party=party,
        access_token=authenticated.access_token,
        id_token=authenticated.id_token,
        find_key=authenticated.find_key,
    )
    return authenticated.id_token.claims | told


def complete(
    response: Mapping[str, Sequence[str]],
    *,
    http: httpx.Client,
    provider: Provider,
    party: RelyingParty,
    pending: PendingSignIn,
    key_sets: KeySets,
    at: datetime,
) -> SignedIn:
    """Who the resident is that comes back, with the attributes stated; or raises ``SignInRefused``."""
    found = authenticate(
        response, http=http, provider=provider, party=party, pending=pending, key_sets=key_sets, at=at
    )
    claims = stated(found, http=http, provider=provider, party=party)
    named = {name: claims.get(name) for name in _ATTRIBUTES}
    verified = found.id_token
    return SignedIn(verified.issuer, verified.subject, verified.authenticated_at, resident_attributes(named))
