"""The directory of a body, as :mod:`provider_double` is the provider of residents: every word can be bent."""

from __future__ import annotations

import json
from typing import Any

import httpx
from joserfc import jws
from joserfc.jwk import RSAKey
from tests.portal.provider_double import ISSUER, PROTOCOL, ProviderDouble

CLIENT_ID = "1f0c9a6e-77aa-4f43-9f4e-3f1a2b6c0001"  # with hyphens, as directories give them
RSA = RSAKey.generate_key(2048, {"kid": "directory-1", "use": "sig"})
OTHER_RSA = RSAKey.generate_key(2048, {"kid": "directory-1", "use": "sig"})


class Directory(ProviderDouble):
    """Signs with RS256, as most directories do, and takes a shared secret."""

    rsa: RSAKey = RSA

    def signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        return jws.serialize_compact(header, json.dumps(claims), self.rsa, algorithms=["RS256", "PS256"])


def description(**changes: Any) -> httpx.Response:
    said: dict[str, Any] = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{PROTOCOL}/auth",
        "token_endpoint": f"{PROTOCOL}/token",
        "userinfo_endpoint": f"{PROTOCOL}/userinfo",
        "jwks_uri": f"{PROTOCOL}/certs",
        "response_types_supported": ["code", "id_token"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
    } | changes
    return httpx.Response(200, json={k: v for k, v in said.items() if v is not None})
