"""Certificates of the EU and the WHO to test with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.certificates.states import AT, Party

from hashira.certificates.domain import dcc, hcert_issue, icvp
from hashira.certificates.domain.content import Holder
from hashira.certificates.domain.dcc_value_set import DccCodes, codes_on

NOW = AT
EXPIRES = NOW + timedelta(days=365)
UVCI = "URN:UVCI:01:UT:ABCDEFGH1234"
STAMARIL = "YellowFeverProductd8a09f80301dc05e124f99ffe7711fc0"


def codes(product: str = "spikevax") -> DccCodes:
    found = codes_on(product, NOW.date())
    assert found is not None
    return found


def claim(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "holder": Holder(name=None, family="見本", given=("花子",), birth_date="1960-04-22"),
        "surname": "MIHON",
        "forename": "HANAKO",
        "day": date(2026, 5, 1),
        "codes": codes(),
        "number": 2,
        "total": 2,
        "country": "JP",
        "authority": "見本市",
        "uvci": UVCI,
    }
    return dcc.write_vaccination(**(values | changes))


def eu(signer: Party, **changes: Any) -> str:
    return hcert_issue.issue(
        claim=claim(**changes), kind=1, issuer="UT", signer=signer, at=NOW, expires=EXPIRES
    )


def yellow_claim(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": "MIHON HANAKO",
        "birth_date": date(1960, 4, 22),
        "sex": "female",
        "nationality": "JPN",
        "document_number": "XX0000000",
        "product": STAMARIL,
        "day": date(2026, 5, 1),
        "batch": "Y1234",
        "number": 1,
        "authority": "Mihon Quarantine Station",
        "valid_from": date(2026, 5, 11),
    }
    return icvp.write(**(values | changes))


def yellow_card(signer: Party, **changes: Any) -> str:
    return hcert_issue.issue(
        claim=yellow_claim(**changes),
        kind=-6,
        issuer="UTO",
        signer=signer,
        at=NOW,
        expires=None,
        purpose=None,
    )
