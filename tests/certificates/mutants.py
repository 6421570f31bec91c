"""Changed certificates: bits flipped in every layer of a format, and edits of its structure, from a seed.

Each mutant names the region that it touches, so that one which still verifies can be told to be harmless.
"""

from __future__ import annotations

import base64
import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cbor2

from hashira.certificates.domain import base45, base64url, divoc, hcert, shc_qr


@dataclass(frozen=True)
class Mutant:
    region: str
    text: str


def mutants(name: str, text: str, other: str, number: int) -> Iterator[Mutant]:
    """So many of the format; ``other`` is a second certificate of the same signer to take parts from."""
    chance = random.Random(f"20261124 {name} {text[:5]}")
    makers = MAKERS[name](text, other)
    for position in range(number):
        region = list(makers)[position % len(makers)]
        made = makers[region](chance)
        if made != text:
            yield Mutant(region, made)


def changed(octets: bytes, chance: random.Random) -> bytes:
    """Mostly one bit; sometimes an octet gone, doubled, inserted, a stretch turned round, cut or repeated."""
    made = octets
    while made == octets:  # a stretch of one octet turned round is the same
        made = _changed(octets, chance)
    return made


def _changed(octets: bytes, chance: random.Random) -> bytes:
    at, way = chance.randrange(len(octets)), chance.randrange(12)
    if way < 6:
        return octets[:at] + bytes([octets[at] ^ 1 << chance.randrange(8)]) + octets[at + 1 :]
    end = min(len(octets), at + chance.randrange(1, 40))
    return (
        octets[:at] + octets[at + 1 :],
        octets[:at] + octets[at : at + 1] + octets[at:],
        octets[:at] + bytes([chance.randrange(256)]) + octets[at:],
        octets[:at] + octets[at:end][::-1] + octets[end:],
        octets[:at] + octets[end:],
        octets[:end] + octets[at:end] + octets[end:],
    )[way - 6]


def letters(text: str, chance: random.Random) -> str:
    """A letter that becomes another one, or is gone, or is doubled."""
    at, way = chance.randrange(len(text)), chance.randrange(4)
    here = (chr(chance.randrange(33, 127)), chr(chance.randrange(0xD800)), "", text[at] * 2)[way]
    return text[:at] + here + text[at + 1 :]


Maker = Callable[[random.Random], str]


def _card(text: str, other: str) -> dict[str, Maker]:
    parts, others = shc_qr.read(text).split("."), shc_qr.read(other).split(".")

    def part(place: int, edit: Callable[[bytes, random.Random], bytes]) -> Maker:
        def make(chance: random.Random) -> str:
            new = list(parts)
            new[place] = base64url.encode(edit(base64url.decode(parts[place]), chance))
            return ".".join(new)

        return make

    def claims(octets: bytes, chance: random.Random) -> bytes:
        document = json.loads(zlib.decompress(octets, -15))
        _edit_json(document, chance)
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        return squeeze.compress(json.dumps(document, ensure_ascii=False).encode()) + squeeze.flush()

    def mixed(chance: random.Random) -> str:
        new = [chance.choice((mine, theirs)) for mine, theirs in zip(parts, others, strict=True)]
        return ".".join(new if new not in (parts, others) else [*parts[:2], others[2]])

    return {
        "header": part(0, changed),
        "payload": part(1, changed),
        "signature": part(2, changed),
        "claims": part(1, claims),
        "parts of another": mixed,
        "letters of the JWS": lambda chance: letters(".".join(parts), chance),
        "letters of the code": lambda chance: letters(text, chance),
    }


def _seal(text: str, other: str) -> dict[str, Maker]:
    document, second = json.loads(text), json.loads(other)

    def member(place: str) -> Maker:
        def make(chance: random.Random) -> str:
            new = json.loads(text)
            _edit_json(new[place], chance)
            return json.dumps(new, ensure_ascii=False, separators=(",", ":"))

        return make

    def octets(place: str) -> Maker:
        def make(chance: random.Random) -> str:
            raw = base64url.decode(document["sig"][place].rstrip("="))
            sig = document["sig"] | {place: base64url.encode(changed(raw, chance))}
            return json.dumps(document | {"sig": sig}, ensure_ascii=False)

        return make

    def mixed(chance: random.Random) -> str:
        sig = document["sig"] | {"sigvl": second["sig"]["sigvl"]}
        return json.dumps({"data": document["data"], "sig": sig} if chance.random() < 0.5 else
                          {"data": second["data"], "sig": document["sig"]}, ensure_ascii=False)  # fmt: skip

    return {
        "data": member("data"),
        "sig": member("sig"),
        "certificate": octets("cer"),
        "signature": octets("sigvl"),
        "parts of another": mixed,
        "octets of the code": lambda chance: changed(text.encode(), chance).decode("utf-8", "replace"),
        "letters of the code": lambda chance: letters(text, chance),
    }


def _container(text: str, other: str) -> dict[str, Maker]:
    message, packed = hcert.unpack(text), base45.decode(text[4:])
    parts, others = list(cbor2.loads(message).value), list(cbor2.loads(hcert.unpack(other)).value)

    def written(new: list[Any]) -> str:
        return _packed(cbor2.dumps(cbor2.CBORTag(18, new)))

    def part(place: int) -> Maker:
        def make(chance: random.Random) -> str:
            new = list(parts)
            new[place] = changed(parts[place], chance)
            return written(new)

        return make

    def headers(chance: random.Random) -> str:
        new = list(parts)
        name = chance.choice((1, 2, 4, 33, -1, "kid"))
        new[1] = {name: chance.choice((-7, -35, -37, parts[0][-8:], b"\0" * 8, "text", [], {}))}
        return written(new)

    def claims(chance: random.Random) -> str:
        new = list(parts)
        content = cbor2.loads(parts[2])
        _edit_json(content if chance.random() < 0.3 else next(iter(content[-260].values())), chance)
        new[2] = cbor2.dumps(content)
        return written(new)

    def mixed(chance: random.Random) -> str:
        if chance.random() < 0.3:
            return written(chance.sample(parts, 4))
        place = chance.choice((2, 3))  # both have one protected header
        return written([*parts[:place], others[place], *parts[place + 1 :]])

    return {
        "protected header": part(0),
        "unprotected header": headers,
        "payload": part(2),
        "signature": part(3),
        "claims": claims,
        "parts of another": mixed,
        "octets of the message": lambda chance: _packed(changed(message, chance)),
        "octets of the stream": lambda chance: "HC1:" + base45.encode(changed(packed, chance)),
        "letters of the code": lambda chance: letters(text, chance),
    }


def _packed(message: bytes) -> str:
    return "HC1:" + base45.encode(zlib.compress(message, 9))


def _edit_json(document: Any, chance: random.Random) -> None:
    """One member or element, anywhere: gone, another value, under another name, or beside a new one."""
    places = list(_places(document))
    if not places:
        return
    holder, key = chance.choice(places)
    way, value = chance.randrange(5), holder[key]
    if way == 0:
        del holder[key]
    elif way == 1:
        holder[key] = chance.choice(
            (None, "", 0, 1, -1, 2**70, [], {}, True, "x" * 5000, [[]] * 9, "2021-07-02")
        )
    elif way == 2 and isinstance(holder, dict):
        holder[chance.choice(("x", "name", "v", "iss", 1, 9))] = holder.pop(key)
    elif way == 3 and isinstance(value, str) and value:
        at = chance.randrange(len(value))
        holder[key] = value[:at] + chr(ord(value[at]) ^ 1 << chance.randrange(5)) + value[at + 1 :]
    elif isinstance(holder, list):
        holder.append(value)
    else:
        holder["added"] = value


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    members = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in list(members):
        yield document, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _credential(text: str, other: str) -> dict[str, Maker]:
    octets = base64.b64decode(text[4:])
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        whole = archive.read("certificate.json")
    document, second = json.loads(whole), json.loads(divoc._unzipped(base64.b64decode(other[4:])))
    head, _, signature = document["proof"]["jws"].split(".")

    def written(new: Any) -> str:
        return json.dumps(new, ensure_ascii=False, separators=(",", ":"))

    def edited(place: str) -> Maker:
        def make(chance: random.Random) -> str:
            new = json.loads(whole)
            _edit_json(new[place] if place else new, chance)
            return written(new)

        return make

    def jws(part: int) -> Maker:
        def make(chance: random.Random) -> str:
            raw = changed(base64url.decode((head, signature)[part]), chance)
            parts = [head, signature]
            parts[part] = base64url.encode(raw)
            return written(document | {"proof": document["proof"] | {"jws": "..".join(parts)}})

        return make

    def exchanged(chance: random.Random) -> str:
        """Members of one meaning, which no signature tells apart."""
        new = json.loads(whole)
        entry = new["evidence"][0]
        one, two = chance.sample([m for m in entry if isinstance(entry[m], str | int)], 2)
        entry[one], entry[two] = entry[two], entry[one]
        return written(new)

    def mixed(chance: random.Random) -> str:
        if chance.random() < 0.5:
            return written(document | {"proof": second["proof"]})
        return written(document | {"evidence": second["evidence"], "issuanceDate": second["issuanceDate"]})

    return {
        "members": edited(""),
        "person": edited("credentialSubject"),
        "vaccination": edited("evidence"),
        "proof": edited("proof"),
        "header": jws(0),
        "signature": jws(1),
        "members exchanged": exchanged,
        "parts of another": mixed,
        "octets of the ZIP": lambda chance: "B64:" + base64.b64encode(changed(octets, chance)).decode(),
        "octets of the document": lambda chance: changed(whole, chance).decode("utf-8", "replace"),
        "letters of the code": lambda chance: letters(text, chance),
    }


MAKERS: dict[str, Callable[[str, str], dict[str, Maker]]] = {
    "shc": _card,
    "vds-nc": _seal,
    "hcert": _container,
    "divoc": _credential,
}
