"""What an authorization request must be, and what is answered to one that is not (認可エンドポイント).

Source: OpenID Connect Core 1.0 §3.1.2.2, §3.1.2.6; RFC 6749 §4.1.2.1; RFC 7636 §4.4.1; and the API
reference of デジタル認証アプリ, which requires ``state``, ``nonce`` and PKCE.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from hashira.portal.development_provider.endpoints import ISSUER
from hashira.portal.development_provider.registration import CLIENT_ID

_SCOPES = frozenset({"openid", "name", "address", "birthdate", "gender"})
_ACR = frozenset({"aal2", "aal3", "crl"})
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VISIBLE = re.compile(r"[\x20-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that is in order."""

    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str
    scope: frozenset[str]
    acr_values: tuple[str, ...]

    def redirect(self, **answer: str) -> str:
        """The address that takes the answer back (with ``iss``, RFC 9207)."""
        return redirect(self.redirect_uri, self.state, **answer)


class ClientNotKnown(Exception):
    """Client or redirect address are not registered: the browser must not be sent there."""


class RequestRefused(Exception):
    """A request that is answered with an error at ``address``."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(address)


def redirect(redirect_uri: str, state: str, **answer: str) -> str:
    """The registered address with the answer."""
    return f"{redirect_uri}?{urlencode(answer | ({'state': state} if state else {}) | {'iss': ISSUER})}"


def read_request(query: Mapping[str, Sequence[str]], *, registered: str) -> AuthorizationRequest:
    """The request; raises ``ClientNotKnown`` or ``RequestRefused``."""
    one = {name: values[0] for name, values in query.items() if len(values) == 1}
    redirect_uri, state = one.get("redirect_uri", ""), one.get("state", "")
    if one.get("client_id") != CLIENT_ID or redirect_uri != registered:
        raise ClientNotKnown
    wrong = _wrong_form(query, one) or _wrong_content(one)
    if wrong is not None:
        error, description = wrong
        state = state if _VISIBLE.fullmatch(state) else ""
        raise RequestRefused(redirect(redirect_uri, state, error=error, error_description=description))
    return AuthorizationRequest(
        redirect_uri=redirect_uri,
        state=state,
        nonce=one["nonce"],
        code_challenge=one["code_challenge"],
        scope=frozenset(one["scope"].split()),
        acr_values=tuple(one.get("acr_values", "").split()),
    )


def _wrong_form(query: Mapping[str, Sequence[str]], one: Mapping[str, str]) -> tuple[str, str] | None:
    """Error and description for a request of another kind than the code flow."""
    if any(len(values) > 1 for values in query.values()):
        return "invalid_request", "a parameter stands twice"
    if "request" in query or "request_uri" in query:
        return "request_not_supported", "request objects are not supported"
    if one.get("response_type") != "code":
        return "unsupported_response_type", "response_type must be code"
    if one.get("response_mode", "query") != "query":
        return "invalid_request", "response_mode must be query"
    if one.get("prompt") == "none":
        return "login_required", "a person must be chosen"
    return None


def _wrong_content(one: Mapping[str, str]) -> tuple[str, str] | None:
    """Error and description for a value that is missing or not of its form."""
    for name in ("state", "nonce"):
        if not _VISIBLE.fullmatch(one.get(name, "")):
            return "invalid_request", f"{name} is required"
    if one.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(one.get("code_challenge", "")):
        return "invalid_request", "PKCE with S256 is required"
    scope = frozenset(one.get("scope", "").split())
    if "openid" not in scope or not scope <= _SCOPES:
        return "invalid_scope", "scope must hold openid and nothing unknown"
    if not set(one.get("acr_values", "").split()) <= _ACR:
        return "invalid_request", "acr_values are not known"
    return None
