"""HCERTs a second, as ratios to raw P-256 of ``cryptography`` and to other people's ``cwt``, in one run.

    .venv/bin/python -m benchmarks.hcert

``cwt`` needs another release of ``cbor2``, so that it runs in the environment of the peers
(``tools/foreign.py``): this program starts itself there. Both are timed in turn, round by round, and the best
batch of each counts. Both time the same raw signatures too, so that the ratios can be corrected for a machine
that is busier in one moment than in another.

``cwt`` does CBOR, COSE, zlib, and Base45 of PyPI's ``base45``; once through its ``encode`` and ``decode``, as
its documentation shows it for the EU's certificates, and once through its ``COSE`` alone, which looks at no
claim. Neither asks whose key it is, what it may sign, or whether the content keeps to the schema of the DCC;
ours does, in both directions.

"issue" is our whole work, from a name, a day and the codes of a product: the claim is made anew each time
and held against the schema. ``cwt`` is given the claim ready made, since it can make none. "issue claim" is
ours from that same claim, like for like: its ratio is the one that compares the two libraries.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ROUNDS, BATCHES, BATCH = 8, 90, 10


def best_seconds(work: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of each, from the best of the batches."""
    best = dict.fromkeys(work, float("inf"))
    for _ in range(BATCHES):
        for name, run in work.items():
            started = time.perf_counter()
            for _ in range(BATCH):
                run()
            best[name] = min(best[name], (time.perf_counter() - started) / BATCH)
    return best


def raw() -> dict[str, Callable[[], object]]:
    key, algorithm, message = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(SHA256()), b"x" * 400
    public, signature = key.public_key(), key.sign(message, algorithm)
    return {
        "raw sign": lambda: key.sign(message, algorithm),
        "raw verify": lambda: public.verify(signature, message, algorithm),
    }


def ours() -> tuple[dict[str, Callable[[], object]], dict[str, Any]]:
    """Our work, and what the peer needs to do the same."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from tests.certificates.hcerts import EXPIRES, NOW, claim
    from tests.certificates.signers import document_signer

    from hashira.certificates.domain import hcert, hcert_issue
    from hashira.certificates.domain.trust import StateKey, TrustStore

    signer = document_signer()
    kid = hcert.key_identifier(signer.der)
    trust = TrustStore(state_keys=(StateKey("UTO", "DCC", "DSC", kid, signer.der, "list"),))

    def issue() -> str:
        return hcert_issue.issue(claim=claim(), kind=1, issuer="UT", signer=signer, at=NOW, expires=EXPIRES)

    text = issue()
    made = claim()

    def issue_claim() -> str:
        return hcert_issue.issue(claim=made, kind=1, issuer="UT", signer=signer, at=NOW, expires=EXPIRES)

    work = {
        "issue": issue,
        "issue claim": issue_claim,
        "verify": lambda: hcert.verify(text, trust=trust, at=NOW),
    }
    private = signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    given = {"text": text, "kid": kid.hex(), "private": private.decode("ascii"), "claim": made}
    return work, given


def theirs(given: dict[str, Any]) -> dict[str, Callable[[], object]]:
    """The same with ``cwt`` 3.3 and ``base45``; runs in the environment of the peers."""
    import base45
    import cbor2
    import cwt
    from cwt import COSE, COSEKey

    key = COSEKey.from_pem(given["private"], kid=bytes.fromhex(given["kid"]), alg="ES256")
    cose = COSE.new(alg_auto_inclusion=True, kid_auto_inclusion=True)
    claims = {1: "UT", 6: 1780272000, 4: 1811808000, -260: {1: given["claim"]}}
    text = given["text"]

    def packed(message: bytes) -> str:
        return "HC1:" + base45.b45encode(zlib.compress(message, 9)).decode("ascii")

    def unpacked() -> bytes:
        return zlib.decompress(base45.b45decode(text[4:]))

    work: dict[str, Callable[[], object]] = {
        "issue": lambda: packed(cwt.encode(claims, key)),
        "verify": lambda: cwt.decode(unpacked(), key),
        "COSE issue": lambda: packed(cose.encode_and_sign(cbor2.dumps(claims), key)),
        "COSE verify": lambda: cbor2.loads(cose.decode(unpacked(), key)),
    }
    assert work["verify"]() == work["COSE verify"]() == claims
    return work


def peer() -> None:
    """The other side: what to do as a line of JSON, then a line of figures for each empty line."""
    work = raw() | theirs(json.loads(sys.stdin.readline()))
    for _ in sys.stdin:
        print(json.dumps(best_seconds(work)), flush=True)


def main() -> None:
    from tools import foreign

    if not foreign.installed():
        sys.exit("the peers are not installed: python tools/foreign.py")
    work, given = ours()
    work = raw() | work
    command = (str(foreign.python()), str(Path(__file__).resolve()), "--peer")
    best: dict[str, float] = {}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(given) + "\n")
        for _ in range(ROUNDS):
            found = best_seconds(work)
            process.stdin.write("\n")
            process.stdin.flush()
            found |= {f"cwt {name}": s for name, s in json.loads(process.stdout.readline()).items()}
            best = {name: min(seconds, best.get(name, seconds)) for name, seconds in found.items()}
        process.stdin.close()
    print(f"{len(given['text'])} letters")
    for name, seconds in best.items():
        print(f"{name:<18}{1 / seconds:>10,.0f} /s")
    for name, of, same in (
        ("issue", "raw sign", "issue"),
        ("issue claim", "raw sign", "issue"),
        ("verify", "raw verify", "verify"),
    ):
        print(f"{name:<11} / {of:<16} {best[of] / best[name]:.2f}")
        busier = best[of] / best[f"cwt {of}"]
        for peer_name in (f"cwt {same}", f"cwt COSE {same}"):
            print(f"{name:<11} / {peer_name:<16} {best[peer_name] / best[name] * busier:.2f}")


if __name__ == "__main__":
    peer() if "--peer" in sys.argv else main()
