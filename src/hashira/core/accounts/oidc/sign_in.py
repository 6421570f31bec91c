"""From the address that the browser came back to, to a person who is known (サインインの全体)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx

from hashira.core.accounts.oidc import id_token, token_exchange, user_info
from hashira.core.accounts.oidc.authorization_request import PendingSignIn, code_of
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
    """Takes the authorization response to ``pending`` and gives who it is, or raises ``SignInRefused``."""
    code = code_of(response, provider=provider, party=party, pending=pending, at=at)
    tokens = token_exchange.exchange(
        http, provider, party, code=code, code_verifier=pending.code_verifier, at=at
    )

    def find_key(kid: str | None) -> SigningKey:
        return key_sets.key(http, provider.jwks_uri, kid)

    verified = id_token.verify(
        tokens.id_token,
        provider=provider,
        party=party,
        nonce=pending.nonce,
        access_token=tokens.access_token,
        find_key=find_key,
        at=at,
    )
    stated = user_info.fetch(
        http,
        provider=provider,
        party=party,
        access_token=tokens.access_token,
        id_token=verified,
        find_key=find_key,
    )
    # UserInfo is the place of the attributes; a provider may put some into the ID token instead (§5.4).
    claims = {name: stated.get(name, verified.claims.get(name)) for name in _ATTRIBUTES}
    return SignedIn(verified.issuer, verified.subject, verified.authenticated_at, resident_attributes(claims))
