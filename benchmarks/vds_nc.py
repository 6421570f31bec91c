"""VDS-NC seals a second, as ratios to raw P-256 of ``cryptography``, in one run.

    .venv/bin/python -m benchmarks.vds_nc

A seal of three doses in Japan's layout. "first" verifies with all caches empty, as a seal of a signer that
was never seen: its certificate is parsed, and its signature by the authority checked. With ``HASHIRA_DATA``
set, Japan's own seal as well (its authority signs on P-384). The works are timed in turn, batch by batch,
and the best batch of each counts, since the machine may be noisy.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
from benchmarks.shc import best_rates
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from tests.certificates.states import AT, authority, signer
from tests.certificates.test_vds_nc import HOLDER, doses

from hashira.certificates.domain import state_certificate, state_chain, vds_nc
from hashira.certificates.domain.trust import TrustStore


def forget() -> None:
    """Empty the caches."""
    vds_nc._signer.cache_clear()
    state_certificate.read_certificate.cache_clear()
    state_certificate._is_signed_with.cache_clear()
    state_chain._by_subject.cache_clear()


def main() -> None:
    csca, algorithm = authority(), ec.ECDSA(SHA256())
    by, trust = signer(csca), TrustStore(anchors=(csca.der,))
    key, shown = by.private, tuple(replace(dose) for dose in doses(3))
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    public = key.public_key()

    def issue() -> str:
        return vds_nc.issue(
            holder=HOLDER,
            doses=shown,
            issuer="UTO",
            uvci="ABCDEFGH1234",
            certificate_number="UTO13101620260601000001",
            signer=by,
            at=AT,
        )

    text = issue()
    message = vds_nc.decode(text).signed
    signature = key.sign(message, algorithm)

    def verify_first() -> object:
        forget()
        return vds_nc.verify(text, trust=trust, at=AT)

    work = {
        "raw sign": lambda: key.sign(message, algorithm),
        "raw verify": lambda: public.verify(signature, message, algorithm),
        "issue": issue,
        "verify": lambda: vds_nc.verify(text, trust=trust, at=AT),
    }
    rates = best_rates(work) | best_rates({"verify, first": verify_first})
    if data := os.environ.get("HASHIRA_DATA"):
        folder = Path(data) / "certificates"
        states = TrustStore(anchors=tuple(f.read_bytes() for f in sorted(folder.glob("trust/csca-*.der"))))
        seal = orjson.loads((folder / "icao/jpn-triple-vaccine.txt").read_bytes())[0]
        code, now = orjson.dumps(seal).decode(), datetime(2026, 11, 23, tzinfo=UTC)
        rates |= best_rates({"verify Japan's": lambda: vds_nc.verify(code, trust=states, at=now)})
    print(f"{len(text)} octets, {len(shown)} doses")
    for name, rate in rates.items():
        print(f"{name:<16}{rate:>10,.0f} /s")
    print(f"issue  / raw sign      {rates['issue'] / rates['raw sign']:.2f}")
    print(f"verify / raw verify    {rates['verify'] / rates['raw verify']:.2f}")


if __name__ == "__main__":
    main()
