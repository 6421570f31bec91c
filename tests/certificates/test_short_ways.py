"""What a certificate in its usual layout is read to in one pass, the general reader reads it to as well.

Each format has such a short way; a certificate that takes it never meets the general reader, so that the two
are held against each other here, over certificates of others and over spellings made to part them. A few
hundred of each in ``./test``, ten thousand in ``./prove mutations``.
"""

from __future__ import annotations

import json
import os
import random
import zlib
from binascii import a2b_base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from tests.certificates.card import Key, card, dose
from tests.certificates.dcc_vectors import vectors
from tests.certificates.hcerts import NOW, claim, eu
from tests.certificates.mutants import changed, mutants
from tests.certificates.signers import document_signer
from tests.certificates.states import AT, authority, signer
from tests.certificates.test_vds_nc import HOLDER, doses

from hashira.certificates.domain import (
    base45,
    base64url,
    cose,
    dcc,
    ecdsa_signature,
    hcert,
    shc,
    shc_layout,
    strict_cbor,
    strict_json,
    vds_nc,
    vds_nc_layout,
)
from hashira.certificates.domain.verdict import NotVerified

NUMBER = int(os.environ.get("HASHIRA_PROVE_COUNT", "300"))


def same_seal(text: str) -> bool:
    """Whether it took the short way; then the general reader says the same."""
    short = vds_nc_layout.read(text)
    if short is not None:
        assert short == vds_nc._read(text), text
    return short is not None


def same_payload(payload: bytes) -> bool:
    short = shc_layout.read(payload)
    if short is not None:
        read = shc._read(strict_json.read(payload))
        assert short == read, payload
        assert (type(short.nbf), type(short.exp)) == (type(read.nbf), type(read.exp))
    return short is not None


def same_claim(given: object, issuer: str = "UT", signed_at: datetime = NOW) -> bool:
    short = dcc._read_usual(given, issuer, signed_at)
    if short is not None:
        assert short == dcc._read_any(given, issuer, signed_at), given
    return short is not None


def same_message(octets: bytes) -> bool:
    try:
        short = cose._read_as_written(octets)
    except (cose.NotCose, cose.AlgorithmUnsupported) as error:
        with pytest.raises(type(error), match=str(error)):
            cose._read_any(octets)
        return True
    if short is not None:
        assert short == cose._read_any(octets), octets.hex()
    return short is not None


@pytest.fixture(scope="module")
def seal() -> str:
    by = signer(authority())
    values: dict[str, Any] = {
        "holder": HOLDER,
        "issuer": "UTO",
        "uvci": "ABCDEFGH1234",
        "signer": by,
        "at": AT,
    }
    return vds_nc.issue(doses=doses(2), certificate_number="UTO13101620260601000001", sex="F", **values)


@pytest.fixture(scope="module")
def payload() -> bytes:
    expires = datetime(2030, 1, 1, tzinfo=UTC)
    jws = card(Key(), doses=(dose(1), dose(22)), rid="abc", expires=expires)
    return zlib.decompress(base64url.decode(jws.split(".")[1]), -15)


@pytest.fixture(scope="module")
def document() -> str:
    return eu(document_signer())


def spellings(written: str, chance: random.Random, number: int) -> Iterator[str]:
    """The same JSON in other words, and nearly the same: what a reader may take in two ways."""
    for _ in range(number):
        made = written
        for _ in range(chance.randrange(1, 4)):
            made = chance.choice(_SPELLINGS)(made, chance)
        yield made


def _twice(text: str, chance: random.Random) -> str:
    """A member of a string or number once more, beside itself or in another place, the same or another."""
    members = [part for part in text.replace("{", ",").replace("}", ",").split(",") if part.count('":') == 1]
    member = chance.choice(members)
    name, _, value = member.partition(":")
    at = chance.choice([place for place, letter in enumerate(text) if letter == "{"]) + 1
    once_more = chance.choice((member, f'{name}:"x"', f"{name}:1", f"{name}:null", f"{name}:{value[:3]}"))
    return f"{text[:at]}{once_more},{text[at:]}"


_NBF, _STATUS, _GIVEN = '"nbf":1639962123', '"completed"', '"given":["花子"]'
_PIECES = {
    '"seq":1': [f'"seq":{value}' for value in ("1.0", '"1"', "1e0", "0", "true", "100", "-1", "01", "-0")],
    '"v":1': [f'"v":{value}' for value in ("1.0", "1E0", "2", "true", '"1"')],
    '"sex":"F"': ['"sex":null', '"sex":""', '"sx":"F"'],
    "MHLW": [
        "M\\u0048LW",
        "MH\\/LW",
        "MH\\bLW",
        "MH\x7fLW",
        "MH\tLW",
        "{" * 150,
        "M" * 190,
        "M" * 201,
        "\u200bM",
    ],
    "JPN": ["日本国", "JP", ""],
    ",": [" ,", ",,"],
    "2026-": ["2026", "1826-", "3026-"],
    "-01-": ["-13-", "-1-"],
    "icao.vacc": ["icao.test", "icao.other"],
    "ES256": ["ES384", "HS256"],
    '"is":"UTO"': ['"is":"UT"', '"is":"日本国"'],
    '"lot"': ['"lt"', '"dvn"'],
    '"vd":[{': ['"vd":[{},{'],
    _NBF: [f'"nbf":{value}' for value in ("1639962123.5", "1639962123.0", "1e9", "1e99", "-1", "-0", "true")]
    + ['"nbf":1e9,"nbf":1e9', '"nbf":1000000000.0,"nbf":1e9', '"nbf":1e9,"nbf":1000000000.0'],
    '"exp":1': ['"exp":2e8,"xp":1', '"exp":null,"x":1', '"exp":200000000.0,"exp":1'],
    _STATUS: [
        '"not-done"',
        f'{_STATUS},"isSubpotent":true',
        f'{_STATUS},"meta":{{"security":[{{"code":"A"}}]}}',
    ],
    '"Patient"': ['"Immunization"', '"Observation"'],
    '"Immunization"': ['"Patient"', '"Observation"'],
    "接種": ["\\u63a5\\u7a2e", "", "接\b種", "接\\b種"],
    '"family":"接種",': ["", '"family":null,', '"family":7,'],
    _GIVEN: [f'"given":{value}' for value in ('["花","子"]', "[]", "[1]", '"花子"', "null")],
    '"use":"usual"': ['"text":"別名"', '"period":{"start":1e5}', '"use":1e5'],
    "#health-card": ["#other"],
    '"rid":"abc"': ['"rid":7', '"rid":null'],
    "cvx": ["cvy"],
    '"system"': ['"display":"x","system"', '"userSelected":true,"system"'],
    '"performer":[': ['"performer":[{"actor":{}},', '"performer":[{"actor":{"display":"A"}},'],
}


def _exchanged(text: str, chance: random.Random) -> str:
    """One piece for another: of the same value, of one that is nearly the same, or of a shorter spelling."""
    old = chance.choice([piece for piece in _PIECES if piece in text] or [","])
    return text.replace(old, chance.choice(_PIECES[old]), chance.choice((1, -1)))


def _reordered(text: str, chance: random.Random) -> str:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            names = list(value)
            chance.shuffle(names)
            return {name: shuffled(value[name]) for name in names}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    try:
        return json.dumps(shuffled(json.loads(text)), ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return text


def _bent(text: str, chance: random.Random) -> str:
    return changed(text.encode(), chance).decode("utf-8", "replace")


_SPELLINGS: tuple[Callable[[str, random.Random], str], ...] = (
    _twice, _exchanged, _exchanged, _exchanged, _reordered, _bent,
)  # fmt: skip


def test_ours_take_the_short_way(seal: str, payload: bytes, document: str) -> None:
    assert same_seal(seal)
    assert same_payload(payload)
    assert same_claim(claim())
    assert same_message(hcert.unpack(document))


def test_a_seal_in_other_words(seal: str) -> None:
    chance = random.Random(20261130)
    taken = sum(same_seal(text) for text in spellings(seal, chance, NUMBER))
    assert NUMBER / 10 < taken < NUMBER


def test_a_payload_in_other_words(payload: bytes) -> None:
    chance = random.Random(20261130)
    taken = sum(same_payload(text.encode("utf-8")) for text in spellings(payload.decode(), chance, NUMBER))
    assert NUMBER / 10 < taken < NUMBER


@pytest.mark.parametrize("texts", [1, 2, 3])
def test_brackets_in_the_texts_of_a_seal(seal: str, texts: int) -> None:
    """More of them than the general reader bears, though each text is short enough."""
    document = json.loads(seal)
    event = document["data"]["msg"]["ve"][0]
    places = ((event, "nam"), (event["vd"][0], "adm"), (event["vd"][0], "lot"))
    for members, name in places[:texts]:
        members[name] = "{[" * 100
    written = json.dumps(document, separators=(",", ":"))
    assert same_seal(written) is (texts < 3)


@pytest.mark.parametrize(
    ("short", "doubled"),
    [
        ('"nbf":1e9', '"use":"",'),
        ('"nbf":1e9', '"use":"a",'),
        ("接\\b種", '"a":"",'),
        ("接\\b種\\b", '"use":"",'),
    ],
)
def test_a_member_twice_and_another_spelled_shorter(payload: bytes, short: str, doubled: str) -> None:
    """As many octets as are written back, and yet a member twice: readers differ on which counts."""
    text = payload.decode()
    text = text.replace(_NBF if "nbf" in short else "接種", short)
    for number in range(1, 6):
        twice = text.replace('"use"', doubled * number + '"use"')
        assert not same_payload(twice.encode()), twice


@pytest.mark.parametrize("name", ["tg", "vp", "mp", "ma", "co", "is", "ci"])
def test_a_text_of_a_claim_that_does_not_print(name: str) -> None:
    given = claim()
    given["v"][0][name] += "\x1b"
    assert not same_claim(given)
    with pytest.raises(dcc.NotADcc):
        dcc.read(given, issuer="UT", signed_at=NOW)


def test_a_document_changed(document: str) -> None:
    messages = claims = 0
    for mutant in mutants("hcert", document, eu(document_signer(), number=1), NUMBER):
        try:
            message = hcert.unpack(mutant.text)
        except NotVerified:
            continue
        messages += same_message(message)
        try:
            content = strict_cbor.read(cose._read_any(message).payload)[hcert.HCERT][1]
        except (ValueError, TypeError, KeyError):
            continue
        claims += same_claim(content)
    assert messages > NUMBER / 10
    assert claims > NUMBER / 10


@pytest.mark.parametrize("head", range(0, 256, 5))
def test_the_heads_of_a_message(document: str, head: int) -> None:
    """Each octet that says how long something is, with other values: no place outside is looked at."""
    message = hcert.unpack(document)
    end = 3 + message[2] - 0x40
    for place in (0, 1, 2, end, end + 1, end + 2, end + 3, len(message) - 66, len(message) - 65):
        same_message(message[:place] + bytes((head,)) + message[place + 1 :])


@pytest.mark.parametrize("head", range(256))
def test_the_shortest_messages(head: int) -> None:
    for size in (2, 3, 71, 72, 80, 110):
        same_message((b"\xd2\x84" + bytes((head,)) + b"\x58\x40" * size)[:size])


@pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 257, 65_535, 65_536])
def test_payloads_of_every_length(length: int) -> None:
    protected = cbor2.loads(cose._protected(b"12345678"))
    shortest = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, b"x" * length, b"s" * 64]))
    assert same_message(shortest) is (24 <= length < 65_536)
    if length < 65_536:
        longer = shortest.replace(
            cbor2.dumps(b"x" * length), b"\x59%b" % (length.to_bytes(2, "big") + b"x" * length)
        )
        assert same_message(longer) is (length >= 256)


def by_binascii(text: str) -> bytes | None:
    """Base64url as the strict reader of Python takes it; ``None``: not at all."""
    try:
        raw = text.encode("ascii").translate(bytes.maketrans(b"-_+/=", b"+/!!!"))
        octets = a2b_base64(raw + b"=" * (-len(raw) % 4), strict_mode=True)
    except ValueError:
        return None
    return octets if base64url.encode(octets) == text else None


def test_base64url_is_read_as_by_a_stricter_reader() -> None:
    chance = random.Random(20261130)
    letters = "".join(map(chr, range(128))) + "é\u3000\ud800" + '=+/-_\\"' * 8
    taken = 0
    for _ in range(10 * NUMBER):
        text = base64url.encode(chance.randbytes(chance.randrange(40)))
        for _ in range(chance.randrange(3)):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(letters) + text[at + chance.randrange(2) :]
        expected = by_binascii(text)
        taken += expected is not None
        if expected is None:
            with pytest.raises(ValueError, match="not base64url"):
                base64url.decode(text)
        else:
            assert base64url.decode(text) == expected, text
    assert NUMBER < taken < 9 * NUMBER


@pytest.mark.parametrize("half", [32, 48, 64, 66])
def test_a_signature_is_written_as_the_library_writes_it(half: int) -> None:
    chance = random.Random(half)
    edges = [0, 1, 0x7F, 0x80, 0xFF, 0x100, 1 << 8 * half - 1, (1 << 8 * half) - 1, (1 << 8 * half - 1) - 1]
    numbers = edges + [chance.getrandbits(chance.randrange(1, 8 * half)) for _ in range(40)]
    for r in numbers:
        for s in numbers:
            signature = r.to_bytes(half, "big") + s.to_bytes(half, "big")
            assert ecdsa_signature.der(signature) == encode_dss_signature(r, s), signature.hex()


def test_base45_of_every_pair_of_octets() -> None:
    """Against division, each number of two octets in the first, the last and a lane between."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    octets = b"".join(number.to_bytes(2, "big") for number in range(1 << 16))
    expected = [letters[n % 45] + letters[n // 45 % 45] + letters[n // 2025] for n in range(1 << 16)]
    assert base45.encode(octets) == "".join(expected)
    for number in range(0, 1 << 16, 97):
        pair = number.to_bytes(2, "big")
        assert base45.encode(pair) == expected[number]
        assert (
            base45.encode(pair + b"\xff\xff" + pair) == expected[number] + expected[0xFFFF] + expected[number]
        )
        assert base45.decode(expected[number] * 2) == pair * 2


@pytest.mark.shared_data
def test_certificates_of_others(shared_data: Path) -> None:
    """Of the EU's countries, and Japan's seal: each is read to the same, and most take the short way."""
    messages = claims = 0
    for vector in vectors():
        try:
            message = hcert.unpack(vector.text)
            read = hcert._claims(cose.read(message))
        except (NotVerified, cose.NotCose, cose.AlgorithmUnsupported):
            continue
        messages += same_message(message)
        claims += same_claim(read.claim, read.issuer, read.signed_at)
    assert messages > 300
    assert claims >= 100  # of the 136 of a vaccination that are read at all
    text = (shared_data / "certificates/icao/jpn-triple-vaccine.txt").read_text("utf-8")
    assert same_seal(json.dumps(json.loads(text)[0], separators=(",", ":"), ensure_ascii=False))
