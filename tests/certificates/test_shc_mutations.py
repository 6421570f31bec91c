"""A signed card, changed at one place, never verifies with another content or another key."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from tests.certificates.card import HOLDER, LATER, Key, card, dose

from hashira.certificates.domain import base64url, shc, shc_qr
from hashira.certificates.domain.verdict import NotVerified

REGIONS = {"header": 0, "payload": 1, "signature": 2}
SEED, EACH = 20211220, 100
KEY, STRANGER = Key(), Key()
CARD = card(KEY, rid="vwAjHdarZuc")
OTHER = card(KEY, doses=(dose(9),), holder=HOLDER)
FOREIGN = card(STRANGER, rid="vwAjHdarZuc")


def assert_never_another(text: str) -> bool:
    """Whether it verified; if so, as the original."""
    try:
        answer = shc.verify(text, trust=KEY.trusted(), at=LATER)
    except NotVerified:
        return False
    original = shc.verify(CARD, trust=KEY.trusted(), at=LATER)
    assert (answer.content, answer.evidence) == (original.content, original.evidence)
    return True


@pytest.mark.parametrize("region", REGIONS)
def test_a_flipped_bit_of_the_octets(region: str) -> None:
    """Of what base64url stands for: the header's JSON, the DEFLATE stream, R and S."""
    chance = random.Random(f"{SEED} {region}")
    parts = CARD.split(".")
    octets = base64url.decode(parts[REGIONS[region]])
    for _ in range(EACH):
        changed = bytearray(octets)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        parts[REGIONS[region]] = base64url.encode(bytes(changed))
        assert not assert_never_another(".".join(parts))


def test_a_changed_letter_of_the_code() -> None:
    """The digits of the QR text: none of them can be another one."""
    chance = random.Random(SEED)
    text = shc_qr.write(CARD)
    for _ in range(3 * EACH):
        at = chance.randrange(len("shc:/"), len(text))
        digit = chance.choice([d for d in "0123456789" if d != text[at]])
        assert not assert_never_another(text[:at] + digit + text[at + 1 :])


@pytest.mark.parametrize("letters", ["ascii", "any"])
def test_a_changed_letter_of_the_jws(letters: str) -> None:
    chance = random.Random(f"{SEED} {letters}")
    for _ in range(3 * EACH):
        at = chance.randrange(len(CARD))
        letter = chr(chance.randrange(128) if letters == "ascii" else chance.randrange(0xD800))
        changed = CARD[:at] + letter + CARD[at + 1 :]
        verified = assert_never_another(changed)
        # White space round the text is no part of it; nothing else may pass.
        assert verified == (changed.strip() == CARD)


def _swap(part: int) -> Callable[[], str]:
    def edit() -> str:
        parts, others = CARD.split("."), OTHER.split(".")
        parts[part] = others[part]
        return ".".join(parts)

    return edit


def _negated_s() -> str:
    """The other half of an ECDSA signature's two spellings: n - S also solves the equation."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    head, body, signature = CARD.split(".")
    octets = base64url.decode(signature)
    negated = (order - int.from_bytes(octets[32:], "big")).to_bytes(32, "big")
    return f"{head}.{body}.{base64url.encode(octets[:32] + negated)}"


EDITS: dict[str, Callable[[], str]] = {
    "another payload": _swap(1),
    "another signature": _swap(2),
    "no signature": lambda: CARD.rsplit(".", 1)[0] + ".",
    "no payload": lambda: "{}..{}".format(*CARD.split(".")[::2]),
    "a fourth part": lambda: CARD + ".",
    "two parts": lambda: CARD.rsplit(".", 1)[0],
    "signed by a stranger": lambda: FOREIGN,
    "the stranger's signature": lambda: ".".join([*CARD.split(".")[:2], FOREIGN.split(".")[2]]),
    "the stranger's header": lambda: ".".join([FOREIGN.split(".")[0], *CARD.split(".")[1:]]),
    "R and S exchanged": lambda: _with_signature(lambda s: s[32:] + s[:32]),
    "a signature of zeros": lambda: _with_signature(lambda s: bytes(64)),
    "R alone": lambda: _with_signature(lambda s: s[:32]),
    "a longer signature": lambda: _with_signature(lambda s: s + b"\0"),
    "padding": lambda: CARD + "==",
    "something behind the DEFLATE stream": lambda: _with_payload(lambda p: p + b"\0"),
    "the DEFLATE stream cut": lambda: _with_payload(lambda p: p[:-1]),
    "both chunks of different cards": lambda: _mixed(),
}


def _with_signature(edit: Callable[[bytes], bytes]) -> str:
    head, body, signature = CARD.split(".")
    return f"{head}.{body}.{base64url.encode(edit(base64url.decode(signature)))}"


def _with_payload(edit: Callable[[bytes], bytes]) -> str:
    head, body, signature = CARD.split(".")
    return f"{head}.{base64url.encode(edit(base64url.decode(body)))}.{signature}"


def _mixed() -> str:
    first, second = shc_qr.write(CARD)[5:], shc_qr.write(OTHER)[5:]
    return f"shc:/1/2/{first[:400]} shc:/2/2/{second[400:]}"


@pytest.mark.parametrize("edit", EDITS)
def test_a_structural_edit(edit: str) -> None:
    text = EDITS[edit]()
    assert text != CARD
    assert not assert_never_another(text)


def test_the_other_spelling_of_a_signature_says_nothing_else() -> None:
    """Anybody can negate S; RFC 7518 forbids neither form, and content and key stay the same."""
    text = _negated_s()
    assert text != CARD
    assert assert_never_another(text)
