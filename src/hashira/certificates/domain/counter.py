"""Serving one person at the counter: what is looked for, and which document was shown (窓口モード)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from hashira.kernel.era import read_date
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

VISIT_LASTS: Final = timedelta(minutes=20)
"""After that the screen of a visit shows nothing any more, also where nobody pressed for the next visitor."""
_LONGEST = 200
_COUPON = re.compile(r"[0-9]{10}")
_CERTIFICATE = re.compile(r"[A-Z]{3}[0-9]{20}")
_REFERENCE = re.compile(r"[0-9A-Z][0-9A-Z-]{0,31}")
_KANA = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff・ー]+")


class Document(StrEnum):
    """What somebody showed to say who they are (本人確認書類). Only its kind is recorded."""

    MY_NUMBER_CARD = "my-number-card"
    LICENCE = "driving-licence"
    PASSPORT = "passport"
    RESIDENCE_CARD = "residence-card"
    DISABILITY_HANDBOOK = "disability-handbook"
    TWO_OTHERS = "two-others"


DOCUMENT_NAMES: Final[Mapping[str, Bilingual]] = {
    Document.MY_NUMBER_CARD: Bilingual("マイナンバーカード", "My Number Card"),
    Document.LICENCE: Bilingual("運転免許証・運転経歴証明書", "Driving licence or record"),
    Document.PASSPORT: Bilingual("旅券", "Passport"),
    Document.RESIDENCE_CARD: Bilingual("在留カード・特別永住者証明書", "Residence card"),
    Document.DISABILITY_HANDBOOK: Bilingual("障害者手帳", "Disability handbook"),
    Document.TWO_OTHERS: Bilingual(
        "顔写真のない書類2点（資格確認書、年金手帳など）", "Two documents without a photograph"
    ),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the one box of the counter was filled with, told apart."""

    name: str = ""
    kana: str = ""
    birth_date: date | None = None
    reference: str = ""
    coupon_number: str = ""
    certificate_number: str = ""


def read_question(text: str) -> Asked:
    """A name, a reading, a date of birth, a number, or several of them with spaces between.

    Ten digits are a coupon, three letters and twenty digits a certificate; other digits and letters are the
    municipality's own reference. What nothing else fits belongs to the name.

    >>> read_question("タカハシ　昭55.2.29").birth_date
    datetime.date(1980, 2, 29)
    >>> read_question("ﾀｶﾊｼ ﾊﾅｺ").kana
    'タカハシ　ハナコ'
    >>> read_question("0000000001").coupon_number, read_question("髙橋 花子").name
    ('0000000001', '髙橋　花子')
    """
    words: list[str] = []
    found: dict[str, str] = {}
    birth_date: date | None = None
    for word in text[:_LONGEST].replace("\u3000", " ").split():
        clean = unicodedata.normalize("NFKC", word).upper()
        if _COUPON.fullmatch(clean):
            found["coupon_number"] = clean
        elif _CERTIFICATE.fullmatch(clean):
            found["certificate_number"] = clean
        elif (day := _day(clean)) is not None:
            birth_date = day
        elif _REFERENCE.fullmatch(clean) and any(letter.isdigit() for letter in clean):
            found["reference"] = clean
        else:
            words.append(word)
    kana = [unicodedata.normalize("NFKC", word) for word in words]
    if words and all(_KANA.fullmatch(word) for word in kana):
        found["kana"] = "\u3000".join(kana)
    elif words:
        found["name"] = "\u3000".join(words)
    return Asked(birth_date=birth_date, **found)


def _day(word: str) -> date | None:
    # 昭55.2.29 is how clerks shorten it; kernel.era reads the whole name or its letter.
    for short, letter in (("昭", "S"), ("平", "H"), ("令", "R"), ("大", "T")):
        if word[:1] == short and word[1:2].isdigit():
            word = letter + word[1:]
    with suppress(HashiraError):
        return read_date(word)
    return None
