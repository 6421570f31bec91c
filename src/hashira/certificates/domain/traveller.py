"""Whether a certificate is about the traveller whose zone was read (本人との照合).

Held against each other are the number of the document, the date of birth and the name, as far as the
certificate says them. The twin of this module in the browser is ``verifier/traveller.js``; both are put to
the cases of tests/certificates/traveller_cases.json.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from hashira.certificates.domain.content import CertificateContent
from hashira.certificates.domain.mrz import Zone

_BIRTH = re.compile(r"(?:19|20)([0-9]{2})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_ROMAN = re.compile(r"[A-Z ]+")
_FULL = 38
"""Doc 9303 gives a name 30, 31 or 39 positions, a seal 39: whoever fills them may have been cut."""
_UNORDERED = frozenset({"icvp", "who-ddcc-vs", "who-ddcc-tr"})
"""Kinds of certificates that do not say which part of a name comes first."""


class TravellerFinding(StrEnum):
    """What the comparison found."""

    MATCHES = "matches"
    DIFFERS = "differs"
    BY_EYE = "eye"
    """A person has to compare: the name is not in the letters of a zone, or had no room there."""
    OPEN = "open"
    """The certificate has neither a number nor a whole date of birth."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``compared`` and ``differs`` hold ``passport``, ``birth`` and ``name``."""

    compared: tuple[str, ...]
    differs: tuple[str, ...]
    by_eye: bool

    @property
    def finding(self) -> TravellerFinding:
        if self.differs:
            return TravellerFinding.DIFFERS
        if not {"passport", "birth"} & set(self.compared):
            return TravellerFinding.OPEN
        return TravellerFinding.BY_EYE if self.by_eye else TravellerFinding.MATCHES


def compare(content: CertificateContent, zone: Zone) -> Comparison:
    """Holds a certificate against a zone. What the certificate does not say is not compared."""
    same: dict[str, bool] = {}
    holder = content.holder
    if holder.document_number:
        number = re.sub(r"[<\s-]+", "", holder.document_number.upper())
        same["passport"] = number == zone.document_number
    if holder.birth_date:
        known = _BIRTH.fullmatch(holder.birth_date)
        parts = [zone.birth.text[at : at + 2] for at in (0, 2, 4)]
        agree = known is not None and all(
            part == "<<" or own is None or part == own
            for part, own in zip(parts, known.groups(), strict=True)
        )
        # A year alone can differ, and cannot prove anything.
        if not agree or (known is not None and None not in known.groups()):
            same["birth"] = agree
    name, by_eye = plain_name(getattr(content, "transliterated", "") or holder.name or ""), False
    if name and not _ROMAN.fullmatch(name):
        by_eye = True
    elif name:
        passport = f"{zone.name.family} {zone.name.given}".strip()
        short, long = sorted((name, passport), key=len)
        kind = getattr(content, "kind", "")
        equal = short == long or (kind in _UNORDERED and sorted(short.split()) == sorted(long.split()))
        cut = zone.name_may_be_cut or len(name) >= _FULL
        by_eye = not equal and cut and long.startswith(short)
        same["name"] = equal or by_eye
    return Comparison(tuple(same), tuple(field for field, held in same.items() if not held), by_eye)


def plain_name(written: str) -> str:
    """A name as a zone has it, with blanks for fillers.

    >>> plain_name("O'Connor<<Anna-Maria")
    'OCONNOR ANNA MARIA'
    """
    return re.sub(r"[<\-\s]+", " ", written.upper().replace("'", "")).strip()
