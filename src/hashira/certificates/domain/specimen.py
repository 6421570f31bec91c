"""A specimen of each certificate format: what it looks like, with a fictional person in it (見本).

For documentation, for trying a key, and for the meta-test that holds every format to its promises.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from hashira.certificates.domain import shc, shc_qr, vds_nc
from hashira.certificates.domain.content import Holder, ShownDose
from hashira.certificates.domain.cvx_vaccine import CVX
from hashira.certificates.domain.icd11_vaccine import COVID_19, ICD11
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.vds_nc_message import SealDose

BIRTH_DATE = "1960-04-22"
LOT = "3005288"


class Specimen(Protocol):
    """Writes the specimen of one format."""

    def __call__(self, *, issuer: str, signer: Signer, at: datetime) -> str:
        """The text of its QR code; ``issuer`` as the format names one, ``at`` after its doses of 2021."""
        ...


def _card(*, issuer: str, signer: Signer, at: datetime) -> str:
    doses = tuple(
        ShownDose(date=day, product="", code_system=CVX, code="207", lot=LOT, centre="見本診療所")
        for day in ("2021-07-01", "2021-07-29")
    )
    holder = Holder(name=None, family="見本", given=("花子",), birth_date=BIRTH_DATE)
    return shc_qr.write(shc.issue(holder=holder, doses=doses, issuer=issuer, signer=signer, at=at))


def _seal(*, issuer: str, signer: Signer, at: datetime) -> str:
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
    return vds_nc.issue(holder=holder, doses=doses, issuer=issuer, uvci="MIHON0000001", signer=signer, at=at)


SPECIMENS: Mapping[str, Specimen] = {shc.NAME: _card, vds_nc.NAME: _seal}
"""By the ``NAME`` of the format."""
