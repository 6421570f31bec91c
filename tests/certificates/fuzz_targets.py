"""What a fuzzer throws at the decoders: a target for each layer, from octets to a text, and what must hold.

Raw targets take the octets as the text of a code. The others put them where only a signer could, behind the
layers that chance hardly gets through: as the payload of a card, as the claims of a container, as a document
in a ZIP.
"""

from __future__ import annotations

import base64
import io
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache

import cbor2
import orjson
from tests.certificates.test_formats import PARTIES

from hashira.certificates.domain import base45, base64url, cose, divoc, hcert, shc
from hashira.certificates.domain.format import FORMATS, CertificateFormat, format_named
from hashira.certificates.domain.verdict import NotVerified, Verdict

SECONDS = 1.0
"""A decoder that takes longer is a finding; without a fuzzer's instruments the bound is 0.05."""


def _raw(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")


def _card(octets: bytes) -> str:
    """The octets as the claims of a card under a header that is right."""
    squeeze = zlib.compressobj(1, zlib.DEFLATED, -15)
    body = base64url.encode(squeeze.compress(octets) + squeeze.flush())
    head = shc._header("x" * 43)
    return f"{head}.{body}.{base64url.encode(bytes(64))}"


def _cose(octets: bytes) -> str:
    """The octets as the message in the container."""
    return hcert.PREFIX + base45.encode(zlib.compress(octets, 1))


def _claims(octets: bytes) -> str:
    """The octets as the claims of a container whose headers are right."""
    protected = cbor2.dumps({1: cose.ES256, 4: bytes(8)})
    return _cose(cbor2.dumps(cbor2.CBORTag(18, [protected, {}, octets, bytes(64)])))


def _archive(octets: bytes) -> str:
    """The octets as an archive."""
    return "B64:" + base64.b64encode(octets).decode()


def _credential(octets: bytes) -> str:
    """The octets as the document in an archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("certificate.json"), octets)
    return _archive(packed.getvalue())


TARGETS: dict[str, tuple[str, Callable[[bytes], str]]] = {
    "shc": ("shc", _raw),
    "shc-claims": ("shc", _card),
    "vds-nc": ("vds-nc", _raw),
    "hcert": ("hcert", _raw),
    "hcert-message": ("hcert", _cose),
    "hcert-claims": ("hcert", _claims),
    "divoc": ("divoc", _archive),
    "divoc-document": ("divoc", _credential),
}
"""By name: the format, and how octets become the text of a code."""


def seeds(target: str) -> Iterator[bytes]:
    """Octets from which a genuine certificate comes, each layer of it."""
    name, _ = TARGETS[target]
    issuer, signer, _trust, at = PARTIES[name]()
    for example in format_named(name).examples(issuer=issuer, signer=signer, at=at):
        if target in ("shc", "vds-nc", "hcert"):
            yield example.text.encode()
        elif target == "shc-claims":
            yield orjson.dumps(shc.decode(example.text).claims)
        elif target == "hcert-message":
            yield hcert.unpack(example.text)
        elif target == "hcert-claims":
            yield cose.read(hcert.unpack(example.text)).payload
        else:
            octets = base64.b64decode(example.text[4:])
            yield octets if target == "divoc" else divoc._unzipped(octets)


@cache
def _judge(name: str) -> tuple[CertificateFormat, object, object]:
    _issuer, _signer, trust, at = PARTIES[name]()
    return format_named(name), trust, at


def attempt(target: str, octets: bytes, *, seconds: float = SECONDS) -> Verdict:
    """The verdict on what the octets become; anything but a ``NotVerified`` gets out.

    Whoever signs nothing cannot be verified: a positive answer is a finding as well, and so is slowness.
    """
    name, text_of = TARGETS[target]
    known, trust, at = _judge(name)
    text, started = text_of(octets), time.thread_time()
    answer = Verdict.VERIFIED
    for form in FORMATS:
        form.sniff(text)
    for ask in (lambda: known.decode(text), lambda: known.verify(text, trust=trust, at=at)):  # type: ignore[arg-type]
        try:
            ask()
        except NotVerified as error:
            answer, said = error.verdict, error.message("ja")
            if not said:
                raise
        else:
            answer = Verdict.VERIFIED
    assert answer is not Verdict.VERIFIED, "verified what nobody signed"
    assert time.thread_time() - started < seconds, "too slow"
    return answer
