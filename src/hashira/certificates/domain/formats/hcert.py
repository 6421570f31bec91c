"""HCERT in the registry of formats: EU DCC, WHO ICVP and WHO DDCC."""

from __future__ import annotations

import zlib
from datetime import date, datetime, timedelta

from hashira.certificates.domain import base45, dcc, hcert, icvp
from hashira.certificates.domain.content import Holder
from hashira.certificates.domain.dcc_value_set import codes_on
from hashira.certificates.domain.example import BIRTH_DATE, LOT, Example
from hashira.certificates.domain.hcert import NAME, REFERENCE, TITLE, decode, sniff, verify
from hashira.certificates.domain.hcert_issue import issue, seal
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.verdict import Verdict

__all__ = ["ISSUES", "NAME", "REFERENCE", "TITLE", "decode", "examples", "sniff", "verify"]

ISSUES = True
_UVCI = "URN:UVCI:01:UT:MIHON0000001"
_DAY = date(2021, 7, 1)


def examples(*, issuer: str, signer: Signer, at: datetime) -> tuple[Example, ...]:
    """A certificate of the EU and one of the WHO; one with another signature, one of an unknown kind."""
    text = issue(
        claim=_dose(),
        kind=1,
        issuer=issuer,
        signer=signer,
        at=at,
        expires=at + timedelta(days=365),
    )
    yellow_card = issue(
        claim=_yellow_card(), kind=-6, issuer=issuer, signer=signer, at=at, expires=None, purpose=None
    )
    certificate = signer.certificate_chain[0]
    unknown = seal({1: issuer, 6: int(at.timestamp()), -260: {9: {}}}, certificate=certificate, signer=signer)
    return (
        Example("EU, one dose", text, Verdict.VERIFIED, doses=1),
        Example("WHO, yellow fever", yellow_card, Verdict.VERIFIED, doses=1),
        Example("another signature", _with_another_signature(text), Verdict.INVALID),
        Example("an unknown kind", unknown, Verdict.UNSUPPORTED),
    )


def _dose() -> dict[str, object]:
    codes = codes_on("spikevax", _DAY)
    assert codes is not None
    return dcc.write_vaccination(
        holder=Holder(name=None, family="見本", given=("花子",), birth_date=BIRTH_DATE),
        surname="MIHON",
        forename="HANAKO",
        day=_DAY,
        codes=codes,
        number=2,
        total=2,
        country="JP",
        authority="Mihon",
        uvci=_UVCI,
    )


def _yellow_card() -> dict[str, object]:
    return icvp.write(
        name="MIHON HANAKO",
        birth_date=date.fromisoformat(BIRTH_DATE),
        sex="female",
        nationality="JPN",
        document_number="XX0000000",
        product="YellowFeverProductd8a09f80301dc05e124f99ffe7711fc0",
        day=_DAY,
        batch=LOT,
        number=1,
        authority="Mihon",
        valid_from=_DAY + timedelta(days=10),
    )


def _with_another_signature(text: str) -> str:
    message = hcert.unpack(text)  # whose last octets are those of S
    return hcert.PREFIX + base45.encode(zlib.compress(message[:-1] + bytes([message[-1] ^ 1])))
