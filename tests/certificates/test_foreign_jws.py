"""Cards between us and a JOSE library of other people (joserfc), both ways."""

from __future__ import annotations

import json
import zlib

from joserfc import jws
from joserfc.jwk import ECKey
from joserfc.registry import HeaderParameter
from tests.certificates.card import LATER, Key, card

from hashira.certificates.domain import base64url, p256, shc

REGISTRY = jws.JWSRegistry({"zip": HeaderParameter("Compression", "str")}, algorithms=["ES256"])


def test_they_verify_ours() -> None:
    key = Key()
    text = card(key)
    answer = jws.deserialize_compact(text, ECKey.import_key(p256.jwk(key.public_key_spki)), registry=REGISTRY)
    assert answer.headers() == {
        "alg": "ES256",
        "zip": "DEF",
        "kid": ECKey.import_key(p256.jwk(key.public_key_spki)).thumbprint(),
    }
    claims = json.loads(zlib.decompress(answer.payload, -15))
    assert claims["vc"]["type"][0] == "https://smarthealth.cards#health-card"


def test_we_verify_theirs() -> None:
    key = Key()
    body = card(key).split(".")[1]
    signer = ECKey.import_key(key.private)
    header = {"zip": "DEF", "kid": signer.thumbprint(), "alg": "ES256"}
    text = jws.serialize_compact(header, base64url.decode(body), signer, registry=REGISTRY)
    assert shc.verify(text, trust=key.trusted(), at=LATER).content.holder.name == "接種 花子"
