"""What the provider says about who authenticated, when, how, and for whom: the ID token (IDトークン).

Source: OpenID Connect Core 1.0 §2, §3.1.3.6, §3.1.3.7; RFC 8725 (one algorithm, never the token's choice).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from hashira.core.accounts.oidc.client_key import ALGORITHM, base64url
from hashira.core.accounts.oidc.errors import (
    AuthenticationTooWeak,
    NonceWrong,
    ProviderAnswerMalformed,
    SignatureWrong,
    TokenOfAnother,
    TokenOutOfTime,
    TokensDoNotMatch,
)
from hashira.core.accounts.oidc.key_set import SigningKey, serves
from hashira.core.accounts.oidc.provider import Provider, RelyingParty

_LONGEST_SUB = 255  # OpenID Connect Core §2
_LATEST = 253_402_300_799  # the last second that has a date of four digits
_OLDEST_IAT = timedelta(minutes=10)
FindKey = Callable[[str | None], SigningKey]
"""Gives the provider's key for a ``kid``; raises ``KeyUnknown``."""


@dataclass(frozen=True, slots=True)
class IdToken:
    """A verified ID token. ``authenticated_at`` is ``auth_time``, else when the token was made."""

    issuer: str
    subject: str
    authenticated_at: datetime
    claims: dict[str, Any]


def verify(
    token: str,
    *,
    provider: Provider,
    party: RelyingParty,
    nonce: str,
    access_token: str,
    find_key: FindKey,
    at: datetime,
) -> IdToken:
    """The ID token if everything about it is right; otherwise an error that says what is not."""
    claims = verified_claims(token, find_key=find_key, algorithms=party.algorithms)
    _check_parties(claims, provider=provider, party=party)
    if not _same(claims.get("nonce"), nonce):
        raise NonceWrong
    made_at = _check_times(claims, party=party, at=at)
    authenticated_at = _moment(claims, "auth_time") or made_at
    if not at - party.authentication_age - party.clock_skew <= authenticated_at <= at + party.clock_skew:
        raise TokenOutOfTime(claim="auth_time")
    acr = claims.get("acr")
    if not set(party.required_acr) <= set(acr.split() if isinstance(acr, str) else ()):
        raise AuthenticationTooWeak(required=" ".join(party.required_acr))
    if "at_hash" in claims and not _same(claims["at_hash"], at_hash(access_token)):
        raise TokensDoNotMatch(claim="at_hash")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUB or not subject.isascii():
        raise ProviderAnswerMalformed(part="sub")
    return IdToken(provider.issuer, subject, min(authenticated_at, at), claims)


def verified_claims(
    token: str, *, find_key: FindKey, algorithms: Sequence[str] = (ALGORITHM,)
) -> dict[str, Any]:
    """The claims of a JWT that the provider signed with an allowed algorithm; else ``SignatureWrong``.

    Without ``algorithms`` only ES256 is allowed, as residents' providers must use.
    """
    header = _header(token)
    # ``crit`` names extensions that must be understood; we understand none (RFC 7515 §4.1.11).
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms or "crit" in header:
        raise SignatureWrong
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise SignatureWrong
    key = find_key(kid)
    # A key is never used with an algorithm that it was not made for, whatever the token says.
    if not serves(key, algorithm):
        raise SignatureWrong
    try:
        payload = jws.deserialize_compact(token, key, algorithms=[algorithm]).payload
    except (JoseError, ValueError) as error:
        raise SignatureWrong from error
    try:
        claims = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise ProviderAnswerMalformed(part="JWT") from error
    if not isinstance(claims, dict):
        raise ProviderAnswerMalformed(part="JWT")
    return claims


def at_hash(access_token: str) -> str:
    """The left half of SHA-256 of an access token (OpenID Connect Core §3.1.3.6, for ES256, PS256 and RS256).

    The token and the value of the example in OpenID Connect Core, appendix A.3, whose hash is also SHA-256:

    >>> at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")
    '77QmUPtjPfzWtF2AnpK9RQ'
    """
    return base64url(hashlib.sha256(access_token.encode("ascii")).digest()[:16])


def _header(token: str) -> dict[str, Any]:
    first = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise SignatureWrong from error
    if not isinstance(header, dict) or token.count(".") != 2:
        raise SignatureWrong
    return header


def _check_parties(claims: dict[str, Any], *, provider: Provider, party: RelyingParty) -> None:
    if claims.get("iss") != provider.issuer:
        raise TokenOfAnother(claim="iss")
    audience = claims.get("aud")
    # Another audience beside us is one that we do not trust (§3.1.3.7, 3).
    if audience not in (party.client_id, [party.client_id]):
        raise TokenOfAnother(claim="aud")
    if claims.get("azp", party.client_id) != party.client_id:
        raise TokenOfAnother(claim="azp")


def _check_times(claims: dict[str, Any], *, party: RelyingParty, at: datetime) -> datetime:
    """When the token was made."""
    expires_at, made_at = _moment(claims, "exp"), _moment(claims, "iat")
    if expires_at is None or at - party.clock_skew >= expires_at:
        raise TokenOutOfTime(claim="exp")
    if made_at is None or not at - _OLDEST_IAT <= made_at <= at + party.clock_skew:
        raise TokenOutOfTime(claim="iat")
    not_before = _moment(claims, "nbf")
    if not_before is not None and not_before > at + party.clock_skew:
        raise TokenOutOfTime(claim="nbf")
    return made_at


def _moment(claims: dict[str, Any], name: str) -> datetime | None:
    """A NumericDate (RFC 7519 §2), or ``None`` if the claim is not there."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LATEST:
        raise TokenOutOfTime(claim=name)
    return datetime.fromtimestamp(value, UTC)


def _same(value: object, expected: str) -> bool:
    return isinstance(value, str) and compare_digest(value.encode(errors="replace"), expected.encode())
