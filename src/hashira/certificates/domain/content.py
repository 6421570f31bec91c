"""What a certificate says, whatever its format: one person and the doses shown (証明内容)."""

from __future__ import annotations

from hashira.kernel.value import value


@value
class Holder:
    """The person a certificate is about (被接種者).

    Names are as written in the certificate: family and given where the format keeps them apart,
    else the whole in ``name``. ``None`` stands for what the certificate does not show.
    """

    name: str | None
    birth_date: str | None
    family: str | None = None
    given: tuple[str, ...] = ()
    document_number: str | None = None
    """旅券番号, in formats for travel."""


@value
class ShownDose:
    """One dose as a certificate shows it (接種記録)."""

    date: str
    """ISO 8601 date as written."""
    product: str
    """Name of the product where the format has one, else its code."""
    code_system: str
    """URI or name of the code system of ``code``."""
    code: str
    lot: str | None = None
    centre: str | None = None
    """Administering centre or the authority that answers for the dose."""
    country: str | None = None
    number: int | None = None
    """Which dose of the course (接種回数), from 1; SMART Health Cards do not carry it."""


@value
class ShownTest:
    """A test of the holder (検査記録): result, kind, sample, times as written."""

    result: str
    kind: str
    sample: str | None
    collected: str
    reported: str
    place: str
    country: str


@value
class ShownRecovery:
    """A recovery from a disease (治癒記録): the day of the first positive test, and how long it counts."""

    disease: str
    positive_on: str
    valid_from: str
    valid_until: str
    country: str


@value
class CertificateContent:
    """What the signature covers, format-neutral."""

    holder: Holder
    doses: tuple[ShownDose, ...]
    issuer: str
    """The issuer as the format names it: an ``iss`` URL, or a state's three letters."""
    certificate_number: str | None = None
