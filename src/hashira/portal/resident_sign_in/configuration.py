"""From the settings to the provider that is asked and the party that asks (サインインの設定)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import httpx
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from hashira.core.accounts.oidc import endpoint
from hashira.core.accounts.oidc.key_set import KeySets
from hashira.core.accounts.oidc.provider import (
    Provider,
    RelyingParty,
    discover,
    not_configured,
    read_signing_key,
)

KEY_SETS = KeySets()
_ENDPOINTS = ("AUTHORIZATION_ENDPOINT", "TOKEN_ENDPOINT", "USERINFO_ENDPOINT", "JWKS_URI")
_discovered: dict[str, Provider] = {}


def http_client() -> httpx.Client:
    """A client for the questions that go from this server to the provider's."""
    return endpoint.client(through_proxy=not settings.HASHIRA_DEVELOPMENT_PROVIDER)


def provider(request: HttpRequest, http: httpx.Client) -> Provider:
    """The provider: the one built in, the one whose endpoints are set, or the one that describes itself.

    A description is fetched once in the life of a process. Raises ``SignInNotConfigured``,
    ``ProviderConfigurationWrong``, ``ProviderUnreachable``.
    """
    if settings.HASHIRA_DEVELOPMENT_PROVIDER:
        from hashira.portal.development_provider.endpoints import provider_for

        return provider_for(request)
    chosen: Mapping[str, str] = settings.HASHIRA_RESIDENT_OIDC
    issuer = chosen["ISSUER"]
    if not issuer:
        raise not_configured("ISSUER", "設定されていません", "it is not set")
    given = [name for name in _ENDPOINTS if chosen[name]]
    if not given:
        # Two threads may both fetch it; none waits for the other while a provider is slow.
        return _discovered.get(issuer) or _discovered.setdefault(issuer, discover(http, issuer))
    missing = [name for name in _ENDPOINTS if not chosen[name]]
    if missing:
        raise not_configured(
            missing[0],
            "ほかのエンドポイントと一緒に設定します",
            "the endpoints are set together or not at all",
        )
    return Provider(issuer, *(chosen[name] for name in _ENDPOINTS))


def relying_party(request: HttpRequest) -> RelyingParty:
    """This installation as it is registered there; raises ``SignInNotConfigured``."""
    chosen: Mapping[str, str] = settings.HASHIRA_RESIDENT_OIDC
    redirect_uri = chosen["REDIRECT_URI"]
    if settings.HASHIRA_DEVELOPMENT_PROVIDER:
        from hashira.portal.development_provider.registration import CLIENT_ID, make_keys

        make_keys()
        return RelyingParty(
            client_id=CLIENT_ID,
            redirect_uri=request.build_absolute_uri(reverse("resident-callback")),
            signing_key=read_signing_key(key_file()),
        )
    if not chosen["KEY"]:
        raise not_configured("KEY", "設定されていません", "it is not set")
    try:
        life = timedelta(seconds=int(chosen["ASSERTION_SECONDS"]))
    except (ValueError, OverflowError) as error:
        raise not_configured("ASSERTION_SECONDS", "1〜60秒です", "it is 1 to 60 seconds") from error
    return RelyingParty(
        client_id=chosen["CLIENT_ID"],
        redirect_uri=redirect_uri,
        signing_key=read_signing_key(key_file()),
        scopes=tuple(chosen["SCOPES"].split()),
        acr_values=tuple(chosen["ACR_VALUES"].split()),
        required_acr=tuple(chosen["REQUIRED_ACR"].split()),
        assertion_life=life,
        assertion_audience=chosen["ASSERTION_AUDIENCE"],
    )


def key_file() -> Path:
    """The file of the key with which this installation says that it is itself."""
    return Path(settings.HASHIRA_RESIDENT_OIDC["KEY"] or settings.DATA_DIR / "resident-sign-in-key.pem")
