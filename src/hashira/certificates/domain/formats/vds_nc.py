"""ICAO VDS-NC in the registry of formats."""

from __future__ import annotations

from datetime import datetime

from hashira.certificates.domain.content import Holder
from hashira.certificates.domain.example import BIRTH_DATE, LOT, Example
from hashira.certificates.domain.icd11_vaccine import COVID_19, ICD11
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.vds_nc import NAME, REFERENCE, TITLE, decode, issue, sniff, verify
from hashira.certificates.domain.vds_nc_message import SealDose
from hashira.certificates.domain.verdict import Verdict

__all__ = ["ISSUES", "NAME", "REFERENCE", "TITLE", "decode", "examples", "sniff", "verify"]

ISSUES = True


def examples(*, issuer: str, signer: Signer, at: datetime) -> tuple[Example, ...]:
    """A seal with two doses, and one whose batch somebody changed."""
    doses = tuple(
        SealDose(
            date=day,
            product="SPIKEVAX",
            code_system=ICD11,
            code="XM0GQ8",
            lot=LOT,
            centre="Mihon Clinic",
            country=issuer,
            number=number,
            disease=COVID_19,
        )
        for number, day in enumerate(("2021-07-01", "2021-07-29"), start=1)
    )
    holder = Holder(name="MIHON HANAKO", birth_date=BIRTH_DATE, document_number="XX0000000")
    text = issue(holder=holder, doses=doses, issuer=issuer, uvci="MIHON0000001", signer=signer, at=at)
    changed = text.replace(LOT, LOT[::-1], 1)
    return (
        Example("two doses", text, Verdict.VERIFIED, doses=2),
        Example("another batch", changed, Verdict.INVALID, doses=2),
    )
