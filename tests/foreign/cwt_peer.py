"""PyPI cwt 3.3 (MIT), CBOR Web Tokens, in an environment of its own: it needs another release of cbor2.

One question on standard input, one answer on standard output, both JSON, as the programs beside it.
"""

import json
import socket
import sys
import zlib

import cbor2
from base45 import b45decode, b45encode
from cwt import COSE, COSEKey, load_pem_hcert_dsc


def _refuse(*_: object, **__: object) -> None:
    raise OSError("no network in this process")


socket.socket.connect = _refuse


def verify(question: dict) -> dict:
    """{ code, certificate: PEM } → { claims }"""
    key = load_pem_hcert_dsc(question["certificate"])
    message = zlib.decompress(b45decode(question["code"].removeprefix("HC1:")))
    claims = cbor2.loads(COSE.new(alg_auto_inclusion=False).decode(message, key))
    return {"claims": {str(name): value for name, value in claims.items()}}


def issue(question: dict) -> dict:
    """{ claims, kid: hexadecimal, algorithm, privateKey: PEM } → { code }"""
    key = COSEKey.from_pem(
        question["privateKey"], kid=bytes.fromhex(question["kid"]), alg=question["algorithm"]
    )
    claims = {int(name): value for name, value in question["claims"].items()}
    claims[-260] = {int(kind): claim for kind, claim in claims[-260].items()}
    cose = COSE.new(alg_auto_inclusion=True, kid_auto_inclusion=True)
    message = cose.encode_and_sign(cbor2.dumps(claims), key)
    return {"code": "HC1:" + b45encode(zlib.compress(message)).decode("ascii")}


def main() -> None:
    question = json.load(sys.stdin)
    try:
        answer = {"verify": verify, "issue": issue}[question["ask"]](question)
    except Exception as error:  # whatever the library says no with is its answer
        answer = {"error": f"{type(error).__name__}: {error}"}
    json.dump(answer, sys.stdout)


main()
