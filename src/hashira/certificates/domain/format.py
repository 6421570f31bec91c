"""The registry of certificate formats: which one a text is of, and how it is verified (証明書形式).

A format is a module of the package ``formats`` with the members of ``CertificateFormat``; adding one adds
that module, and nothing else changes. A meta-test runs every format over the examples of all.
"""

from __future__ import annotations

import pkgutil
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from hashira.certificates.domain import formats
from hashira.certificates.domain.certificate_status import with_standing
from hashira.certificates.domain.example import Example
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import (
    Assessment,
    CertificateUnsupported,
    Evidence,
    NotVerified,
    Verified,
)
from hashira.kernel.language import Bilingual


class CertificateFormat(Protocol):
    """What a format says of itself and can do.

    Where ``ISSUES`` is true its codec has an ``issue`` that returns the signed text; its arguments differ
    from format to format, since what has to be known for a certificate does.
    """

    NAME: str
    """Short and stable: it is stored with what was issued."""
    TITLE: Bilingual
    REFERENCE: str
    """The specification, with its edition."""
    ISSUES: bool
    """Whether it is also written here, or only read."""

    def sniff(self, text: str) -> bool:
        """Whether the text looks like this format; cheap, and never raises."""
        ...

    def decode(self, text: str) -> object:
        """The parts of the text, none of it verified; raises a ``NotVerified`` where it has no such form."""
        ...

    def verify(self, text: str, *, trust: TrustStore, at: datetime) -> Verified:
        """What the certificate says and why it holds; raises a ``NotVerified`` otherwise."""
        ...

    def examples(self, *, issuer: str, signer: Signer, at: datetime) -> tuple[Example, ...]:
        """At least one that verifies and one that must not; ``issuer`` as the format names one."""
        ...


FORMATS: tuple[CertificateFormat, ...] = tuple(
    cast("CertificateFormat", import_module(f"{formats.__name__}.{found.name}"))
    for found in pkgutil.iter_modules(formats.__path__)
)
"""All of them, in the order of their modules' names."""


def format_named(name: str) -> CertificateFormat:
    """The format of that ``NAME``; ``KeyError`` where there is none."""
    for candidate in FORMATS:
        if name == candidate.NAME:
            return candidate
    raise KeyError(name)


def format_of(text: str) -> CertificateFormat:
    """The first format whose ``sniff`` knows the text; raises ``CertificateUnsupported``."""
    for candidate in FORMATS:
        if candidate.sniff(text):
            return candidate
    raise CertificateUnsupported(
        reason=Bilingual("内容から形式を判別できません", "Nothing in it tells of a known format")
    )


def verify(text: str, *, trust: TrustStore, at: datetime) -> Verified:
    """The verification of a certificate of any format; raises a ``NotVerified``.

    Once the format is known an error carries evidence: at least which format, and when.
    """
    known = format_of(text)
    try:
        return with_standing(known.verify(text, trust=trust, at=at), text, trust)
    except NotVerified as error:
        if error.evidence is None:
            error.evidence = Evidence(format=known.NAME, judged_at=at)
        raise


def assess(text: str, *, trust: TrustStore, at: datetime) -> Assessment:
    """As ``verify``, with negative answers as values, for those who show them to a person."""
    try:
        return Assessment.of(verify(text, trust=trust, at=at))
    except NotVerified as error:
        return Assessment.against(error)
