"""Japan's own seal, changed at random: nothing verifies with another content or another key.

Beside ``test_published_seals``: more ways of changing, and every answer accounted for.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hashira.certificates.adapters.trust_files import read_trust
from hashira.certificates.domain import vds_nc
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import NotVerified, Verdict, Verified

pytestmark = pytest.mark.shared_data
TODAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def seal(shared_data: Path) -> str:
    return (shared_data / "certificates/icao/jpn-triple-vaccine.txt").read_text("utf-8")


@pytest.fixture(scope="module")
def trust(shared_data: Path) -> TrustStore:
    return read_trust([shared_data / "certificates/trust"])


@pytest.fixture(scope="module")
def original(seal: str, trust: TrustStore) -> Verified:
    return vds_nc.verify(seal, trust=trust, at=TODAY)


def answer(octets: bytes, trust: TrustStore, original: Verified) -> Verdict:
    """The verdict; a seal that verifies must say the same under the same key. Other errors get out."""
    try:
        verified = vds_nc.verify(octets.decode("utf-8", "replace"), trust=trust, at=TODAY)
    except NotVerified as error:
        return error.verdict
    assert verified.content == original.content
    assert verified.evidence.kid == original.evidence.kid
    assert verified.evidence.key_source == original.evidence.key_source
    return Verdict.VERIFIED


def test_200_changed_octets_of_the_code(seal: str, trust: TrustStore, original: Verified) -> None:
    """As a QR code holds it, without white space: no octet can be changed and the seal still verify."""
    code = json.dumps(json.loads(seal)[0], separators=(",", ":")).encode()
    assert answer(code, trust, original) is Verdict.VERIFIED
    chance = random.Random(20211209)
    verdicts: Counter[Verdict] = Counter()
    for _ in range(200):
        changed = bytearray(code)
        changed[chance.randrange(len(code))] ^= chance.randrange(1, 256)
        verdicts[answer(bytes(changed), trust, original)] += 1
    assert verdicts[Verdict.VERIFIED] == 0
    assert verdicts[Verdict.INVALID] > 20
    assert verdicts[Verdict.MALFORMED] > 20
    assert verdicts.total() == 200


def test_200_changed_octets_of_the_file(seal: str, trust: TrustStore, original: Verified) -> None:
    """In the file as published half the octets are white space between members, which is not signed.

    A blank that becomes another JSON blank (space, tab, line feed, carriage return: RFC 8259 §2) leaves the
    same seal; a blank inside a name does not.
    """
    octets = seal.encode()
    chance = random.Random(9303)
    same = 0
    for _ in range(200):
        place, value = chance.randrange(len(octets)), chance.choice(b" \t\n\r" + bytes(range(256)))
        if octets[place] == value:
            continue
        changed = octets[:place] + bytes([value]) + octets[place + 1 :]
        if answer(changed, trust, original) is Verdict.VERIFIED:
            same += 1
            assert octets[place] in b" \n"
            assert value in b" \t\n\r"
            assert json.loads(changed) == json.loads(octets)
    assert 0 < same < 20


def test_octets_gone_doubled_or_swapped(seal: str, trust: TrustStore, original: Verified) -> None:
    code = json.dumps(json.loads(seal)[0], separators=(",", ":")).encode()
    chance = random.Random(12)
    for _ in range(150):
        place = chance.randrange(len(code) - 1)
        here, there = code[place : place + 1], code[place + 1 : place + 2]
        ways = [code[:place] + code[place + 1 :], code[:place] + here + code[place:]]
        if here != there:
            ways.append(code[:place] + there + here + code[place + 2 :])
        for changed in ways:
            assert answer(changed, trust, original) is not Verdict.VERIFIED


@pytest.mark.long
def test_every_letter_of_signature_and_certificate_counts(
    seal: str, trust: TrustStore, original: Verified
) -> None:
    """Each letter of the base64url, once, becomes another."""
    document = json.loads(seal)[0]
    for part in ("sigvl", "cer"):
        text = document["sig"][part]
        for place, letter in enumerate(text):
            other = "A" if letter != "A" else "B"
            sig = document["sig"] | {part: text[:place] + other + text[place + 1 :]}
            changed = json.dumps(document | {"sig": sig}).encode()
            assert answer(changed, trust, original) is not Verdict.VERIFIED
