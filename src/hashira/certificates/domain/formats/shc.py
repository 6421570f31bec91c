"""SMART Health Cards in the registry of formats."""

from __future__ import annotations

from datetime import datetime

from hashira.certificates.domain import shc_qr
from hashira.certificates.domain.content import Holder, ShownDose
from hashira.certificates.domain.cvx_vaccine import CVX
from hashira.certificates.domain.example import BIRTH_DATE, LOT, Example
from hashira.certificates.domain.shc import NAME, REFERENCE, TITLE, decode, issue, sniff, verify
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.verdict import Verdict

__all__ = ["ISSUES", "NAME", "REFERENCE", "TITLE", "decode", "examples", "sniff", "verify"]

ISSUES = True


def examples(*, issuer: str, signer: Signer, at: datetime) -> tuple[Example, ...]:
    """A card with two doses, and one whose doses are another card's."""
    card, other = (
        _card(days, issuer, signer, at) for days in (("2021-07-01", "2021-07-29"), ("2021-07-02",))
    )
    head, _, signature = card.split(".")
    exchanged = f"{head}.{other.split('.')[1]}.{signature}"
    return (
        Example("two doses", shc_qr.write(card), Verdict.VERIFIED, doses=2),
        Example("the doses exchanged", shc_qr.write(exchanged), Verdict.INVALID, doses=1),
    )


def _card(days: tuple[str, ...], issuer: str, signer: Signer, at: datetime) -> str:
    doses = tuple(
        ShownDose(date=day, product="", code_system=CVX, code="207", lot=LOT, centre="見本診療所")
        for day in days
    )
    holder = Holder(name=None, family="見本", given=("花子",), birth_date=BIRTH_DATE)
    return issue(holder=holder, doses=doses, issuer=issuer, signer=signer, at=at)
