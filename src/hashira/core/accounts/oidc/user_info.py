"""The personal details behind an access token (利用者情報).

Source: OpenID Connect Core 1.0 §5.3. The answer is JSON, or a JWT signed by the provider for us.
"""

from __future__ import annotations

from typing import Any

import httpx

from hashira.core.accounts.oidc import endpoint
from hashira.core.accounts.oidc.errors import ProviderAnswerMalformed, TokenOfAnother, TokensDoNotMatch
from hashira.core.accounts.oidc.id_token import FindKey, IdToken, verified_claims
from hashira.core.accounts.oidc.provider import Provider, RelyingParty


def fetch(
    http: httpx.Client,
    *,
    provider: Provider,
    party: RelyingParty,
    access_token: str,
    id_token: IdToken,
    find_key: FindKey,
) -> dict[str, Any]:
    """The claims about the person of ``id_token``.

    Raises ``TokensDoNotMatch`` if they are about another (§5.3.2: such an answer must not be used).
    """
    answer = endpoint.ask(
        http,
        "GET",
        provider.userinfo_endpoint,
        part="userinfo",
        headers={"Authorization": f"Bearer {access_token}", "Accept": "application/json, application/jwt"},
    )
    if answer.status != httpx.codes.OK:
        raise ProviderAnswerMalformed(part="userinfo")
    if answer.media_type == "application/jwt":
        claims = _signed(answer.content, provider=provider, party=party, find_key=find_key)
    elif answer.media_type == "application/json":
        claims = answer.json_object("userinfo")
    else:
        raise ProviderAnswerMalformed(part="userinfo")
    if claims.get("sub") != id_token.subject:
        raise TokensDoNotMatch(claim="sub")
    return claims


def _signed(content: bytes, *, provider: Provider, party: RelyingParty, find_key: FindKey) -> dict[str, Any]:
    try:
        token = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise ProviderAnswerMalformed(part="userinfo") from error
    claims = verified_claims(token, find_key=find_key, algorithms=party.algorithms)
    if claims.get("iss") != provider.issuer:
        raise TokenOfAnother(claim="iss")
    if claims.get("aud") not in (party.client_id, [party.client_id]):
        raise TokenOfAnother(claim="aud")
    return claims
