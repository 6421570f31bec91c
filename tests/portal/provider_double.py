"""An OpenID provider of which every word can be bent: what a test changes is the only thing that is wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

ISSUER = "https://op.example/realms/main"
PROTOCOL = f"{ISSUER}/protocol/openid-connect"
CLIENT_ID = "RP00000001"
ACCESS_TOKEN = "the-access-token"
Change = Callable[["ProviderDouble"], None]


def segment(value: object) -> str:
    octets = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def at_hash(token: str) -> str:
    return segment(hashlib.sha256(token.encode()).digest()[:16])


@dataclass
class ProviderDouble:
    """Answers as it should, until a test changes its header, claims, key, attributes or an answer."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    signs_with: ECKey | None = None
    published: list[dict[str, Any]] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    id_token: Callable[[str], str] = field(default=lambda token: token)
    answers: dict[str, httpx.Response | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key.ensure_kid()
        now = int(time.time())
        self.published = [self.key.as_dict(private=False) | {"use": "sig", "alg": "ES256"}]
        self.header = {"alg": "ES256", "kid": self.key.kid}
        self.claims = {
            "iss": ISSUER,
            "sub": "pairwise-1",
            "aud": CLIENT_ID,
            "azp": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "acr": "aal3 crl",
            "at_hash": at_hash(ACCESS_TOKEN),
        }
        self.userinfo = {
            "sub": "pairwise-1",
            "name": "髙橋 架空",
            "birthdate": "1990-04-01",
            "gender": "female",
            "address": {"formatted": "柱県架空市\r\n一丁目"},
        }

    def signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        if header["alg"] != "ES256":  # whatever another algorithm would make of it: here it is not looked at
            return f"{segment(header)}.{segment(claims)}.{segment(b'0' * 64)}"
        text = f"{segment(header)}.{segment(claims)}"
        private = (self.signs_with or self.key).private_key
        r, s = decode_dss_signature(private.sign(text.encode(), ECDSA(SHA256())))
        return f"{text}.{segment(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        name = str(request.url).rpartition("/")[2]
        self.asked.append(name)
        if name == "token":
            self.token_requests.append({k: v[0] for k, v in parse_qs(request.read().decode()).items()})
        chosen = self.answers.get(name)
        if isinstance(chosen, Exception):
            raise chosen
        if chosen is not None:
            return chosen
        if name == "certs":
            return httpx.Response(200, json={"keys": self.published})
        if name == "userinfo":
            assert request.headers["Authorization"] == f"Bearer {ACCESS_TOKEN}"
            return httpx.Response(200, json=self.userinfo)
        assert name == "token"
        token = self.id_token(self.signed(self.header, self.claims))
        said = {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 60, "id_token": token}
        return httpx.Response(200, json=said)
