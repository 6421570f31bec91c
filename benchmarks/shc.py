"""SMART Health Cards a second, as ratios to raw P-256 of ``cryptography`` and to ``joserfc``, in one run.

    .venv/bin/python -m benchmarks.shc

The machine may be noisy: all are timed in turn, batch by batch, and the best batch of each counts. Batches
are short, since on a busy machine no long one is left alone, and the longer of two works would suffer more.

``joserfc`` does the same work from the same values: the bundle, DEFLATE as its caller would set it, the
signature, the digits. On the way back it stops at the JSON and asks neither whose key it is nor when.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws
from joserfc.jwk import ECKey
from joserfc.registry import HeaderParameter
from tests.certificates.card import HOLDER, ISSUED_AT, ISSUER, LATER, Key, card, dose

from hashira.certificates.domain import p256, shc, shc_qr
from hashira.certificates.domain.shc_fhir import write_bundle

BATCHES, BATCH = 600, 10


def best_rates(work: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Runs a second of each, from the best of the batches."""
    best = dict.fromkeys(work, float("inf"))
    for _ in range(BATCHES):
        for name, run in work.items():
            started = time.perf_counter()
            for _ in range(BATCH):
                run()
            best[name] = min(best[name], (time.perf_counter() - started) / BATCH)
    return {name: 1 / seconds for name, seconds in best.items()}


def main() -> None:
    key, algorithm = Key(), ec.ECDSA(SHA256())
    doses = (dose(1), dose(22), dose(28))
    text = shc_qr.write(card(key, doses=doses))
    trust, public = key.trusted(), key.private.public_key()
    message = b"x" * 700
    signature = key.private.sign(message, algorithm)
    registry = jws.JWSRegistry({"zip": HeaderParameter("Compression", "str")}, algorithms=["ES256"])
    foreign = ECKey.import_key(key.private)
    header = {"alg": "ES256", "zip": "DEF", "kid": p256.thumbprint(key.public_key_spki)}

    def issue() -> str:
        return shc_qr.write(
            shc.issue(holder=HOLDER, doses=doses, issuer=ISSUER, signer=key, at=ISSUED_AT),
        )

    def issue_with_joserfc() -> str:
        subject = {"fhirVersion": "4.0.1", "fhirBundle": write_bundle(HOLDER, doses)}
        credential = {"type": [shc.HEALTH_CARD], "credentialSubject": subject}
        claims = {"iss": ISSUER, "nbf": int(ISSUED_AT.timestamp()), "vc": credential}
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        payload = squeeze.compress(orjson.dumps(claims)) + squeeze.flush()
        return shc_qr.write(jws.serialize_compact(header, payload, foreign, registry=registry))

    def verify_with_joserfc() -> object:
        answer = jws.deserialize_compact(shc_qr.read(text), foreign, registry=registry)
        return orjson.loads(zlib.decompress(answer.payload, -15))

    rates = best_rates(
        {
            "raw sign": lambda: key.private.sign(message, algorithm),
            "raw verify": lambda: public.verify(signature, message, algorithm),
            "issue": issue,
            "verify": lambda: shc.verify(text, trust=trust, at=LATER),
            "joserfc issue": issue_with_joserfc,
            "joserfc verify": verify_with_joserfc,
        }
    )
    for name, rate in rates.items():
        print(f"{name:<16}{rate:>10,.0f} /s")
    print(f"issue  / raw sign       {rates['issue'] / rates['raw sign']:.2f}")
    print(f"issue  / joserfc issue  {rates['issue'] / rates['joserfc issue']:.2f}")
    print(f"verify / raw verify     {rates['verify'] / rates['raw verify']:.2f}")
    print(f"verify / joserfc verify {rates['verify'] / rates['joserfc verify']:.2f}")


if __name__ == "__main__":
    main()
