"""The way to the provider and back: what is sent with the browser, and what may come back (認可要求).

Source: OpenID Connect Core 1.0 §3.1.2; RFC 7636 (PKCE); RFC 9207 (``iss`` of the response).
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode, urlsplit

from hashira.core.accounts.oidc.client_key import base64url
from hashira.core.accounts.oidc.errors import (
    ProviderRefused,
    ResponseMalformed,
    ResponseOfAnother,
    SignInCancelled,
    SignInTooOld,
)
from hashira.core.accounts.oidc.provider import Provider, RelyingParty

_ERROR = re.compile(r"[a-z0-9_.-]{1,64}")
_CODE = re.compile(r"[\x20-\x7e]{1,4096}")
_SINGLE = ("code", "state", "iss", "error")


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in under way, kept in the session of the browser that began it (進行中のサインイン).

    ``return_to`` is a path of this installation. ``beside``: the person who comes back does not take the
    place of the resident who is signed in, but stands beside them for a moment, as a child beside a parent.
    """

    state: str
    nonce: str
    code_verifier: str
    began_at: datetime
    return_to: str = ""
    beside: bool = False

    @classmethod
    def begin(cls, *, at: datetime, return_to: str = "", beside: bool = False) -> PendingSignIn:
        """A new one, with 256 random bits in each of its three secrets."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, at, return_to, beside)

    @property
    def code_challenge(self) -> str:
        """``S256`` of the verifier (RFC 7636 §4.2).

        >>> from datetime import UTC
        >>> verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636 appendix B
        >>> PendingSignIn("s", "n", verifier, datetime.now(UTC)).code_challenge
        'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
        """
        return base64url(hashlib.sha256(self.code_verifier.encode("ascii")).digest())

    def to_session(self) -> dict[str, str]:
        """As JSON for the session."""
        return {
            "state": self.state,
            "nonce": self.nonce,
            "code_verifier": self.code_verifier,
            "began_at": self.began_at.isoformat(),
            "return_to": self.return_to,
            "beside": "yes" if self.beside else "",
        }

    @classmethod
    def from_session(cls, kept: Mapping[str, Any]) -> PendingSignIn:
        """From what ``to_session`` gave."""
        return cls(
            state=kept["state"],
            nonce=kept["nonce"],
            code_verifier=kept["code_verifier"],
            began_at=datetime.fromisoformat(kept["began_at"]),
            return_to=kept["return_to"],
            beside=kept.get("beside") == "yes",
        )


def authorization_url(
    provider: Provider, party: RelyingParty, pending: PendingSignIn, *, anew: bool = False
) -> str:
    """Where the browser is sent. ``anew``: an earlier authentication does not do (§3.1.2.1)."""
    query = {
        "response_type": "code",
        "client_id": party.client_id,
        "redirect_uri": party.redirect_uri,
        "scope": " ".join(party.scopes),
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": pending.code_challenge,
        "code_challenge_method": "S256",
    }
    if party.acr_values:
        query["acr_values"] = " ".join(party.acr_values)
    if party.claims and provider.takes_claims:
        query["claims"] = json.dumps({"id_token": dict.fromkeys(party.claims)}, separators=(",", ":"))
    if anew:
        query |= {"prompt": "login", "max_age": "0"}
    joined = "&" if urlsplit(provider.authorization_endpoint).query else "?"
    return provider.authorization_endpoint + joined + urlencode(query)


def state_of(response: Mapping[str, Sequence[str]]) -> str:
    """The ``state`` of a response (each parameter with all its values); empty without one.

    Raises ``ResponseMalformed`` if a parameter stands twice.
    """
    if any(len(response.get(name, ())) > 1 for name in _SINGLE):
        raise ResponseMalformed
    return _one(response, "state")


def code_of(
    response: Mapping[str, Sequence[str]],
    *,
    provider: Provider,
    party: RelyingParty,
    pending: PendingSignIn,
    at: datetime,
) -> str:
    """The authorization code of the response to ``pending``, whose ``state`` the caller has found.

    Raises ``SignInTooOld``, ``ResponseOfAnother``, ``SignInCancelled``, ``ProviderRefused``,
    ``ResponseMalformed``.
    """
    if not compare_digest(state_of(response).encode(), pending.state.encode()):
        raise ResponseMalformed
    if not timedelta(0) <= at - pending.began_at <= party.longest_sign_in:
        raise SignInTooOld(minutes=int(party.longest_sign_in.total_seconds() // 60))
    named = _one(response, "iss")
    # Before the error is looked at: an error, too, must come from the one that was asked (RFC 9207 §2.4).
    if named != provider.issuer and (named or provider.names_itself):
        raise ResponseOfAnother
    error = _one(response, "error")
    if error == "access_denied":
        raise SignInCancelled
    if error:
        raise ProviderRefused(error=error if _ERROR.fullmatch(error) else "error")
    code = _one(response, "code")
    if not _CODE.fullmatch(code):
        raise ResponseMalformed
    return code


def _one(response: Mapping[str, Sequence[str]], name: str) -> str:
    values = response.get(name, ())
    return values[0] if values else ""
