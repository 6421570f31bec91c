"""The public keys of the provider, fetched seldom (公開鍵).

Source: RFC 7517; OpenID Connect Core 1.0 §10.1.1 (rotation: an unknown ``kid`` is a reason to look again).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from hashira.core.accounts.oidc import endpoint
from hashira.core.accounts.oidc.client_key import ALGORITHM
from hashira.core.accounts.oidc.errors import KeyUnknown, ProviderAnswerMalformed

_MOST_KEYS = 50
_FEWEST_RSA_BITS = 2048  # RFC 7518 §3.3, §3.5
_KEY_TYPES = {ALGORITHM: "EC", "RS256": "RSA", "PS256": "RSA"}
_KEPT_SECONDS = 60 * 60.0
_SECONDS_BETWEEN_LOOKS = 30.0

SigningKey = ECKey | RSAKey
"""A public key of a provider: P-256, or RSA of 2048 bits or more."""


@dataclass(slots=True)
class _Fetched:
    keys: tuple[SigningKey, ...]
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

    def key(
        self, http: httpx.Client, jwks_uri: str, kid: str | None, *, algorithms: Sequence[str] = (ALGORITHM,)
    ) -> SigningKey:
        """The key of that ``kid`` for one of the algorithms; the only such key if there is no ``kid``.

        Raises ``KeyUnknown``.
        """
        now = self.clock()
        with self._lock:
            kept = self._kept.get(jwks_uri)
        if kept is None or now - kept.at >= _KEPT_SECONDS:
            kept = self._fetch(http, jwks_uri, now)
            found = _find(kept.keys, kid, algorithms)
        else:
            found = _find(kept.keys, kid, algorithms)
            if found is None and self._may_look_again(jwks_uri, now):
                found = _find(self._fetch(http, jwks_uri, now).keys, kid, algorithms)
        if found is None:
            raise KeyUnknown
        return found

    def look(self, http: httpx.Client, jwks_uri: str) -> int:
        """Fetches the keys now; how many of them sign."""
        return len(self._fetch(http, jwks_uri, self.clock()).keys)

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


def serves(key: SigningKey, algorithm: str) -> bool:
    """Whether a key may be used with an algorithm: of its type, and the one it names, if it names any."""
    return _KEY_TYPES.get(algorithm) == key.key_type and key.get("alg", algorithm) == algorithm


def _signing_key(jwk: Any) -> SigningKey | None:
    """A key for signatures; ``None`` for keys of other kinds, which are no concern of ours."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return None
    kind, named = jwk.get("kty"), jwk.get("alg")
    if "alg" in jwk and (not isinstance(named, str) or _KEY_TYPES.get(named) != kind):
        return None
    names = ("kty", "crv", "x", "y", "n", "e", "kid", "alg")
    public = {name: jwk[name] for name in names if isinstance(jwk.get(name), str)}
    try:
        if kind == "EC" and jwk.get("crv") == "P-256":
            point = ECKey.import_key(public)
            point.public_key  # noqa: B018  # the point must be on the curve now, not when a person signs in
            return point
        if kind == "RSA":
            modulus = RSAKey.import_key(public)
            return modulus if modulus.public_key.key_size >= _FEWEST_RSA_BITS else None
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return None


def _find(keys: tuple[SigningKey, ...], kid: str | None, algorithms: Sequence[str]) -> SigningKey | None:
    fitting = [key for key in keys if any(serves(key, each) for each in algorithms)]
    if kid is None:
        return fitting[0] if len(fitting) == 1 else None
    # Two keys of one name would leave open which one was meant.
    named = [key for key in fitting if key.kid == kid]
    return named[0] if len(named) == 1 else None
