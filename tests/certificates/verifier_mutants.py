"""Changed certificates of each format, from a seed: bits, letters, octets, and what is signed again.

What is signed again gets past the signature, so that the readers of the content are put to the test as well.
"""

from __future__ import annotations

import base64
import json
import random
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from tests.certificates import test_shc_mutations
from tests.certificates.mutants import _edit_json, changed, mutants
from tests.certificates.test_hcert import sealed
from tests.certificates.verifier_vectors import Scene

from hashira.certificates.domain import base64url, hcert, shc_qr, strict_cbor
from hashira.kernel.canonical_json import canonical_json
from hashira.kernel.errors import HashiraError

Again = Callable[[random.Random], str]


def mutants_of(format: str, scene: Scene, count: int) -> Iterator[str]:
    """``count`` of a format: a third each of the corpus of the server, of other changes, and signed again."""
    chance = random.Random(f"20261130 {format}")
    pairs, again = _SOURCES[format](scene)
    share = -(-count // 3)
    corpora = [mutants(format, text, other, share) for text, other in pairs]
    others = scene.mutants(6 * share) if format in ("shc", "vds-nc") else iter(())
    wanted = [text for text in others if (text.lstrip("\ufeff \n")[:1] in "{[") is (format == "vds-nc")]
    found = 0
    while found < count:
        for corpus in corpora:
            one = next(corpus, None)
            if one is not None:
                yield one.text
                found += 1
        if wanted:
            yield wanted.pop()
            found += 1
        yield chance.choice(again)(chance)
        found += 1


def _cards(scene: Scene) -> tuple[list[tuple[str, str]], list[Again]]:
    card, other = shc_qr.write(test_shc_mutations.CARD), shc_qr.write(test_shc_mutations.OTHER)

    def again(chance: random.Random) -> str:
        header, payload, _ = test_shc_mutations.CARD.split(".")
        document = json.loads(zlib.decompress(base64url.decode(payload), -15))
        _edit_json(document, chance)
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        text = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
        made = f"{header}.{base64url.encode(squeeze.compress(text) + squeeze.flush())}"
        return f"{made}.{base64url.encode(scene.card_key.sign(made.encode()))}"

    return [(card, other)], [again]


def _seals(scene: Scene) -> tuple[list[tuple[str, str]], list[Again]]:
    second = scene.issue(scene.signer, uvci="UTOPIA000002")

    def again(chance: random.Random) -> str:
        document = json.loads(scene.seal)
        _edit_json(document["data"], chance)
        try:
            signed = canonical_json(document["data"])
        except HashiraError:  # a value without a canonical form is signed as something else
            signed = b""
        document["sig"]["sigvl"] = base64url.encode(scene.signer.sign(signed))
        return json.dumps(document)

    return [(scene.seal, second)], [again]


def _containers(scene: Scene) -> tuple[list[tuple[str, str]], list[Again]]:
    made, names = (
        scene.hcerts,
        ("vaccination", "yellow card", "groups in ddcc", "test", "recovery", "days in ddcc"),
    )
    texts = [made.originals[f"hcert {name}"] for name in names]
    parties = [made.signer, made.yellow, made.signer, made.tests, made.signer, made.signer]

    def again(text: str, party: Any) -> Again:
        def make(chance: random.Random) -> str:
            claims = strict_cbor.read(hcert.cose.read(hcert.unpack(text)).payload)
            _edit_json(claims if chance.random() < 0.3 else next(iter(claims[-260].values())), chance)
            return sealed(party, claims)

        return make

    def octets(text: str, party: Any) -> Again:
        """CBOR as nobody writes it, and yet signed."""
        payload = hcert.cose.read(hcert.unpack(text)).payload
        return lambda chance: sealed(party, changed(payload, chance))

    pairs = [(texts[0], made.revoked), (texts[1], texts[2])]
    signed = list(zip(texts, parties, strict=True))
    return pairs, [make(text, party) for text, party in signed for make in (again, octets)]


def _credentials(scene: Scene) -> tuple[list[tuple[str, str]], list[Again]]:
    made, texts = scene.divocs, scene.divocs.originals
    one, other = texts["divoc as real ones are"], texts["divoc two doses at one place, RSA"]

    def archived(chance: random.Random) -> str:
        """Octets of the archive changed: what is signed stays, and its frame does not."""
        octets = changed(base64.b64decode(one[4:]), chance)
        return octets.decode("latin-1") if octets.startswith(b"PK\3\4") else one

    return [(one, other), (other, one)], [made.again, made.again, archived]


_SOURCES: dict[str, Callable[[Scene], tuple[list[tuple[str, str]], list[Again]]]] = {
    "shc": _cards,
    "vds-nc": _seals,
    "hcert": _containers,
    "divoc": _credentials,
}
FORMATS = tuple(_SOURCES)
