"""A seal in the layout that issuers write, read in one pass (VDS-NCの通常の形).

The members of the data dictionary, each once, no others, without white space, in letters of ASCII without an
escape: that is what nearly all seals are that anybody scans. This module reads such a seal in native code and
against the types below. To all others it answers nothing but "none such", and the general reader of
:mod:`vds_nc` reads or refuses them, with reasons. What is read here, that reader reads to the same.

Two things follow from the layout without a look at each string. A reader that takes the last of two equal
members would write fewer octets than it read, so that none is there twice where the lengths agree. And the
canonical form (RFC 8785) is what the types write: their members stand in its order, and neither an escape nor
a number with a fraction is there to be written otherwise.

Source: as :mod:`vds_nc_message`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import DecodeError, Meta, Struct, field
from msgspec.json import Decoder, Encoder

from hashira.certificates.domain.content import Holder, ShownDose
from hashira.certificates.domain.icd11_vaccine import ICD11
from hashira.certificates.domain.vds_nc_message import (
    MAX_BRACKETS,
    MAX_SEQUENCE,
    MAX_TEXT,
    VACCINATION,
    SealContent,
    SealDose,
    is_day,
)
from hashira.kernel.value import value

_Text = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
_Many = Meta(min_length=1, max_length=MAX_SEQUENCE)


class _Members(Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """An object with these members in this order, and no others."""


class _Dose(_Members, kw_only=True):
    adm: _Text | None = None
    ctr: _Text
    dvc: _Text
    dvn: _Text | None = None
    lot: _Text | None = None
    seq: Annotated[int, Meta(ge=1, le=MAX_SEQUENCE)]


class _Event(_Members, kw_only=True):
    des: _Text
    dis: _Text | None = None
    nam: _Text
    vd: Annotated[list[_Dose], _Many]


class _Person(_Members, kw_only=True):
    ai: _Text | None = None
    dob: _Text | None = None
    i: _Text | None = None
    n: _Text
    sex: _Text | None = None


class _Message(_Members, kw_only=True):
    pid: _Person
    uvci: _Text
    ve: Annotated[list[_Event], _Many]


class _Header(_Members, kw_only=True):
    state: Annotated[str, Meta(min_length=3, max_length=3)] = field(name="is")
    t: Literal["icao.vacc"]
    v: Literal[1]


class _Data(_Members, kw_only=True):
    hdr: _Header
    msg: _Message


class _Signature(_Members, kw_only=True):
    alg: Literal["ES256", "ES384", "ES512"]
    cer: str
    sigvl: str


class _Whole(_Members, kw_only=True):
    data: _Data
    sig: _Signature


_read = Decoder(_Whole).decode
_write = Encoder().encode
_OTHER_LETTERS = len('"ctr":"","dvc":"2021-01-01","seq":1')
"""Octets of a dose that are no brackets, at least."""
_FRAME = len('{"data":,"sig":{"alg":"","cer":"","sigvl":""}}')


@value
class Layout:
    """What a seal of the usual layout says and holds, before anything of it is believed."""

    content: SealContent
    signed: bytes
    """The canonical form of ``data``."""
    algorithm: str
    certificate: str
    signature: str
    grouped: bool


def read(text: str) -> Layout | None:
    """The seal, or ``None`` where the text is none in this layout. The caller bounds the length.

    >>> read('{"data":{"hdr":{},"msg":{}},"sig":{}}') is None
    True
    """
    # The only letter of ASCII beside the controls, which JSON refuses itself, that does not print.
    if not text.isascii() or "\\" in text or "\x7f" in text:
        return None
    try:
        whole = _read(text)
    except DecodeError:
        return None
    data, sig = whole.data, whole.sig
    signed = _write(data)
    if len(text) != len(signed) + len(sig.alg) + len(sig.cer) + len(sig.sigvl) + _FRAME:
        return None
    message = data.msg
    doses: list[ShownDose] = []
    grouped = False
    for event in message.ve:
        grouped = grouped or len(event.vd) > 1
        for dose in event.vd:
            if not is_day(dose.dvc):
                return None
            doses.append(
                SealDose(
                    dose.dvc,
                    event.nam,
                    ICD11,
                    event.des,
                    dose.lot,
                    dose.adm,
                    dose.ctr,
                    dose.seq,
                    event.dis,
                    dose.dvn,
                )
            )
    if len(doses) > MAX_SEQUENCE:
        return None
    most = MAX_BRACKETS - 2  # of the frame
    if len(signed) - len(doses) * _OTHER_LETTERS > most and signed.count(b"{") + signed.count(b"[") > most:
        return None
    person, identifier = message.pid, message.uvci
    content = SealContent(
        Holder(person.n, person.dob, None, (), person.i),
        tuple(doses),
        data.hdr.state,
        person.ai or identifier,
        VACCINATION,
        identifier,
        person.sex,
        person.ai,
    )
    return Layout(content, signed, sig.alg, sig.cer, sig.sigvl, grouped)
