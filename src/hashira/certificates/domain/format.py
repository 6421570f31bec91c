"""The registry of certificate formats: which one a text is of, and how it is verified (証明書形式).

A format is a module of this package with ``NAME``, ``TITLE``, ``REFERENCE``, ``sniff`` and
``verify``; adding one adds its line to ``FORMATS``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from hashira.certificates.domain import shc, vds_nc
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import (
    Assessment,
    CertificateUnsupported,
    NotVerified,
    Verified,
)
from hashira.kernel.language import Bilingual


class CertificateFormat(Protocol):
    """What a format says of itself and can do."""

    NAME: str
    TITLE: Bilingual
    REFERENCE: str

    def sniff(self, text: str) -> bool:
        """Whether the text looks like this format; cheap, and never raises."""
        ...

    def verify(self, text: str, *, trust: TrustStore, at: datetime) -> Verified:
        """What the certificate says and why it holds; raises a ``NotVerified`` otherwise."""
        ...


FORMATS: tuple[CertificateFormat, ...] = (shc, vds_nc)


def format_of(text: str) -> CertificateFormat:
    """The first format whose ``sniff`` knows the text; raises ``CertificateUnsupported``."""
    for candidate in FORMATS:
        if candidate.sniff(text):
            return candidate
    raise CertificateUnsupported(
        reason=Bilingual("内容から形式を判別できません", "Nothing in it tells of a known format")
    )


def verify(text: str, *, trust: TrustStore, at: datetime) -> Verified:
    """The verification of a certificate of any format; raises a ``NotVerified``."""
    return format_of(text).verify(text, trust=trust, at=at)


def assess(text: str, *, trust: TrustStore, at: datetime) -> Assessment:
    """As ``verify``, with negative answers as values, for those who show them to a person."""
    try:
        return Assessment.of(verify(text, trust=trust, at=at))
    except NotVerified as error:
        return Assessment.against(error)
