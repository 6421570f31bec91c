"""Numbers of certificates: the one people quote, and the one a machine compares (証明書番号).

``CertificateNumber`` is the 証明書ID that Japan prints and writes into ``ai`` of its VDS-NC seals: state,
municipality, day of issue, serial. Its form is inferred from the published seals
(``JPN90000120211209200002``). ``new_uvci`` makes the UVCI of a seal, which says nothing about anybody.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.municipality import read_code

MAX_SERIAL = 999_999
UVCI_LENGTH = 12
"""The most that a VDS-NC has room for."""
_UVCI_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_NUMBER = re.compile(r"([A-Z]{3})([0-9]{6})([0-9]{8})([0-9]{6})")
_STATE = re.compile(r"[A-Z]{3}")
_SIX_DIGITS = re.compile(r"[0-9]{6}")
_JAPAN = "JPN"
_FOUR_DIGITS = 1000


class CertificateNumberWrong(HashiraError):
    """Details: ``reason``."""

    code = "CERT-080"
    what = Bilingual("証明書番号が正しくありません", "The number of the certificate is not right")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "証明書に印字された23文字（英字3、数字20）を確かめてください",
        "Compare it with the 23 characters on the certificate: 3 letters and 20 digits",
    )


class SerialsExhausted(HashiraError):
    """Details: ``serial``."""

    code = "CERT-081"
    what = Bilingual("その日の証明書番号を使い切りました", "The numbers of that day are used up")
    why = Bilingual("{serial}番は6桁に収まりません", "Number {serial} does not fit six digits")
    remedy = Bilingual("翌日に発行してください", "Issue it on the next day")
    status = 503


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """A certificate number (証明書ID). Raises ``CertificateNumberWrong`` or ``SerialsExhausted``.

    ``municipality``: in Japan the six-digit code with its check digit; another state may use its own six
    digits. ``serial``: counted from 1 each day in each municipality. A wrong check digit raises the errors of
    ``municipality.read_code``.

    >>> CertificateNumber("JPN", "131016", date(2026, 11, 23), 1).text
    'JPN13101620261123000001'
    """

    state: str
    municipality: str
    issued_on: date
    serial: int

    def __post_init__(self) -> None:
        if not _STATE.fullmatch(self.state):
            raise _wrong("国の3文字がありません", "it lacks the three letters of a state")
        if not _SIX_DIGITS.fullmatch(self.municipality):
            raise _wrong("団体コードが6桁ではありません", "the municipality is not of six digits")
        if self.state == _JAPAN:
            read_code(self.municipality)
        if self.issued_on.year < _FOUR_DIGITS:
            raise _wrong("発行日の年が4桁ではありません", "the year of issue is not of four digits")
        if self.serial > MAX_SERIAL:
            raise SerialsExhausted(serial=self.serial)
        if self.serial < 1:
            raise _wrong("通し番号は1からです", "serial numbers begin at 1")

    @classmethod
    def read(cls, text: str) -> Self:
        """From its 23 characters; spaces and hyphens between them are ignored.

        >>> CertificateNumber.read("JPN 900001 20211209 200002").issued_on
        datetime.date(2021, 12, 9)
        """
        match = _NUMBER.fullmatch(re.sub(r"[ \-]", "", text[:64]).upper())
        if match is None:
            raise _wrong("英字3文字と数字20桁ではありません", "it is not 3 letters and 20 digits")
        day = match[3]
        try:
            issued_on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        except ValueError:
            raise _wrong("発行日の日付がありません", "there is no such day of issue") from None
        return cls(match[1], match[2], issued_on, int(match[4]))

    @property
    def text(self) -> str:
        return f"{self.state}{self.municipality}{self.issued_on:%Y%m%d}{self.serial:06d}"

    def __str__(self) -> str:
        return self.text


def new_uvci(choose: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """A UVCI: 12 of A-Z and 0-9 at random, 62 bits. Unique in all likelihood; the store makes it certain."""
    return "".join(choose(_UVCI_ALPHABET) for _ in range(UVCI_LENGTH))


def _wrong(ja: str, en: str) -> CertificateNumberWrong:
    return CertificateNumberWrong(reason=Bilingual(ja, en))
