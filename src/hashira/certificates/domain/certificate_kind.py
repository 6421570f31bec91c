"""The kinds of certificates that are issued, whatever container carries them (証明書の種類)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from hashira.certificates.domain import hcert, shc, vds_nc
from hashira.kernel.language import Bilingual


class CertificateKind(StrEnum):
    """What a holder asks for; the value is stored and stands in addresses."""

    CARD = "card"
    SEAL = "seal"
    EU = "eu"
    ICVP = "icvp"


EU_CLAIM, ICVP_CLAIM = 1, -6
"""The numbers of the two in the claim -260 of an HCERT."""

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        CertificateKind.CARD: shc.NAME,
        CertificateKind.SEAL: vds_nc.NAME,
        CertificateKind.EU: hcert.NAME,
        CertificateKind.ICVP: hcert.NAME,
    }
)
"""The ``NAME`` of the format of each."""

TITLES: Mapping[str, Bilingual] = MappingProxyType(
    {
        CertificateKind.CARD: shc.TITLE,
        CertificateKind.SEAL: vds_nc.TITLE,
        CertificateKind.EU: hcert.KINDS[EU_CLAIM].title,
        CertificateKind.ICVP: hcert.KINDS[ICVP_CLAIM].title,
    }
)
