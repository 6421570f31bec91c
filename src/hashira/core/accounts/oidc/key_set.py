"""The public keys of the provider, fetched seldom (公開鍵).

Source: RFC 7517; OpenID Connect Core 1.0 §10.1.1 (rotation: an unknown ``kid`` is a reason to look again).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hashira.core.accounts.oidc import endpoint
from hashira.core.accounts.oidc.client_key import ALGORITHM
from hashira.core.accounts.oidc.errors import KeyUnknown, ProviderAnswerMalformed

_MOST_KEYS = 50
_KEPT_SECONDS = 60 * 60.0
_SECONDS_BETWEEN_LOOKS = 30.0


@dataclass(slots=True)
class _Fetched:
    keys: tuple[ECKey, ...]
    at: float


@dataclass(slots=True)
class KeySets:
    """The key sets of this process by address, each kept for an hour.

    An unknown ``kid`` makes it look again, at most every 30 seconds, so that made-up tokens do not turn
    this installation against the provider.
    """

    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, _Fetched] = field(default_factory=dict)
    _looked_again: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self, http: httpx.Client, jwks_uri: str, kid: str | None) -> ECKey:
        """The key of that ``kid``; the only key if there is none. Raises ``KeyUnknown``."""
        now = self.clock()
        with self._lock:
            kept = self._kept.get(jwks_uri)
        if kept is None or now - kept.at >= _KEPT_SECONDS:
            kept = self._fetch(http, jwks_uri, now)
            found = _find(kept.keys, kid)
        else:
            found = _find(kept.keys, kid)
            if found is None and self._may_look_again(jwks_uri, now):
                found = _find(self._fetch(http, jwks_uri, now).keys, kid)
        if found is None:
            raise KeyUnknown
        return found

    def forget(self) -> None:
        """Empties the store."""
        with self._lock:
            self._kept.clear()
            self._looked_again.clear()

    def _may_look_again(self, jwks_uri: str, now: float) -> bool:
        with self._lock:
            last = self._looked_again.get(jwks_uri)
            if last is not None and now - last < _SECONDS_BETWEEN_LOOKS:
                return False
            self._looked_again[jwks_uri] = now
            return True

    def _fetch(self, http: httpx.Client, jwks_uri: str, now: float) -> _Fetched:
        answer = endpoint.ask(http, "GET", jwks_uri, part="jwks")
        if answer.status != httpx.codes.OK:
            raise ProviderAnswerMalformed(part="jwks")
        listed = answer.json_object("jwks").get("keys")
        if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
            raise ProviderAnswerMalformed(part="jwks")
        fetched = _Fetched(tuple(key for each in listed if (key := _signing_key(each)) is not None), now)
        with self._lock:
            self._kept[jwks_uri] = fetched
        return fetched


def _signing_key(jwk: Any) -> ECKey | None:
    """A P-256 key for ES256 signatures; ``None`` for keys of other kinds, which are no concern of ours."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        return None
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", ALGORITHM) != ALGORITHM:
        return None
    public = {name: jwk[name] for name in ("kty", "crv", "x", "y", "kid") if isinstance(jwk.get(name), str)}
    try:
        key = ECKey.import_key(public)
        key.public_key  # noqa: B018  # the point must be on the curve now, not when a person signs in
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return key


def _find(keys: tuple[ECKey, ...], kid: str | None) -> ECKey | None:
    if kid is None:
        return keys[0] if len(keys) == 1 else None
    # Two keys of one name would leave open which one was meant.
    named = [key for key in keys if key.kid == kid]
    return named[0] if len(named) == 1 else None
