"""From a registered directory to the provider that is asked and the party that asks (接続の設定)."""

from __future__ import annotations

import os
import stat
import time
from datetime import timedelta
from pathlib import Path

import httpx
from django.http import HttpRequest
from django.urls import reverse

from hashira.core.accounts.directories.errors import DirectoryUnreadable
from hashira.core.accounts.directories.registration import Registration
from hashira.core.accounts.oidc import endpoint
from hashira.core.accounts.oidc.client_key import ALGORITHM, ClientKey
from hashira.core.accounts.oidc.client_secret import ClientSecret
from hashira.core.accounts.oidc.errors import SignInNotConfigured
from hashira.core.accounts.oidc.key_set import KeySets
from hashira.core.accounts.oidc.provider import Provider, RelyingParty, discover
from hashira.kernel.language import Bilingual
from hashira.portal.resident_sign_in.configuration import client_key

KEY_SETS = KeySets()
_DESCRIBED: dict[Registration, tuple[float, Provider]] = {}
_KEPT_SECONDS = 60 * 60.0
_LONGEST_SECRET = 1024
_SESSION_OF_THE_DIRECTORY = timedelta(hours=24)
_JUST_NOW = timedelta(minutes=5)


def http_client() -> httpx.Client:
    """A client for the questions that go from this server to the directory's."""
    return endpoint.client()


def provider(asked: Registration, http: httpx.Client) -> Provider:
    """The directory as it describes itself, fetched once an hour.

    Raises ``ProviderConfigurationWrong`` if it offers less than is needed, ``ProviderUnreachable``.
    """
    kept = _DESCRIBED.get(asked)
    if kept is None or time.monotonic() - kept[0] >= _KEPT_SECONDS:
        kept = (time.monotonic(), discover(http, asked.issuer, needs=_needs(asked), tells_people=False))
        _DESCRIBED[asked] = kept
    return kept[1]


def forget() -> None:
    """Forgets what directories said of themselves."""
    _DESCRIBED.clear()
    KEY_SETS.forget()


def relying_party(asked: Registration, redirect_uri: str, *, anew: bool = False) -> RelyingParty:
    """This installation as the directory knows it; raises ``DirectoryUnreadable`` without its credential.

    ``anew``: the person must have authenticated just now.
    """
    return RelyingParty(
        client_id=asked.client_id,
        redirect_uri=redirect_uri,
        key=credential(asked),
        algorithms=asked.algorithms,
        scopes=asked.scopes,
        claims=("amr", "auth_time"),
        acr_values=tuple(w[4:] for w in asked.second_factor.split() if w.startswith("acr:")),
        required_acr=(),
        assertion_life=timedelta(seconds=60),
        authentication_age=_JUST_NOW if anew else _SESSION_OF_THE_DIRECTORY,
    )


def redirect_uri(request: HttpRequest) -> str:
    """Where the directory sends people back to; it is registered there."""
    return request.build_absolute_uri(reverse("directory-callback"))


def credential(asked: Registration) -> ClientKey | ClientSecret:
    """The key or the secret of a registration; raises ``DirectoryUnreadable``."""
    if asked.authentication != "private_key_jwt":
        return ClientSecret(_secret(Path(asked.credential)), asked.authentication)
    try:
        return client_key(asked.credential)
    except SignInNotConfigured as error:
        reason = error.details["reason"]
        raise DirectoryUnreadable(option="--credential", reason=reason) from error


def _needs(asked: Registration) -> dict[str, tuple[str, ...]]:
    needed = {
        "response_types_supported": ("code",),
        "id_token_signing_alg_values_supported": asked.algorithms,
        "token_endpoint_auth_methods_supported": (asked.authentication,),
        "code_challenge_methods_supported": ("S256",),
    }
    if asked.authentication == "private_key_jwt":
        needed["token_endpoint_auth_signing_alg_values_supported"] = (ALGORITHM,)
    return needed


def _secret(path: Path) -> str:
    """The first line of a file that is closed to others."""
    try:
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_mode & stat.S_IRWXO:
                raise _unreadable("ほかの利用者も読めます（chmod 600）", "others may read it too (chmod 600)")
            octets = stream.read(_LONGEST_SECRET + 1)
    except OSError as error:
        raise _unreadable("ファイルを開けません", "the file cannot be opened") from error
    secret = octets.split(b"\n", 1)[0].strip()
    # RFC 6749 appendix A.2: VSCHAR.
    if not 0 < len(octets) <= _LONGEST_SECRET or not secret or any(o < 0x20 or o > 0x7E for o in secret):
        raise _unreadable("1行の英数字と記号ではありません", "it is not one line of ASCII letters")
    return secret.decode("ascii")


def _unreadable(ja: str, en: str) -> DirectoryUnreadable:
    return DirectoryUnreadable(option="--credential", reason=Bilingual(ja, en))
