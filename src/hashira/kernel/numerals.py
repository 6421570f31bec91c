"""Numbers as they are written in Japanese law and on forms: 漢数字, 元, full-width digits (数字).

Two ways of writing kanji numbers are read: with units (二千二十六, 二十九) and place by place
(二〇二六). Written are only those with units, as law writes them.
"""

from __future__ import annotations

_DIGITS = "〇一二三四五六七八九"
_VALUES = {kanji: value for value, kanji in enumerate(_DIGITS)} | {"零": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL_CLASS = "0-9元零十百千" + _DIGITS
"""The characters a number up to 9999 can be written with, after NFKC, for use inside ``[...]``."""


def kanji_number(number: int) -> str:
    """A number from 1 to 9999 in kanji with units (漢数字).

    >>> kanji_number(29), kanji_number(2026), kanji_number(1110)
    ('二十九', '二千二十六', '千百十')
    """
    if not 1 <= number <= 9999:
        raise ValueError(f"kanji_number writes 1 to 9999, not {number}")
    written = ""
    for unit, value in (("千", 1000), ("百", 100), ("十", 10)):
        count, number = divmod(number, value)
        if count:
            written += (_DIGITS[count] if count > 1 else "") + unit
    return written + (_DIGITS[number] if number else "")


def read_number(text: str) -> int | None:
    """The number that ASCII digits, kanji numerals or 元 (= 1) stand for; ``None`` if it is not one.

    Only well-formed numbers are read: units fall from left to right, and a unit has at most one
    digit before it.

    >>> read_number("二十九"), read_number("二〇二六"), read_number("元"), read_number("08")
    (29, 2026, 1, 8)
    >>> read_number("十百") is None, read_number("二三十") is None, read_number("") is None
    (True, True, True)
    """
    if text == "元":
        return 1
    if not text or len(text) > 9:
        return None
    if text.isascii():
        return int(text) if text.isdigit() else None
    if all(c in _VALUES for c in text):
        return int("".join(str(_VALUES[c]) for c in text))
    return _read_units(text)


def _read_units(text: str) -> int | None:
    total, digit, lowest = 0, None, 10_000
    for character in text:
        if character in _UNITS:
            unit = _UNITS[character]
            if unit >= lowest or digit == 0:
                return None
            total += (1 if digit is None else digit) * unit
            digit, lowest = None, unit
        elif character in _VALUES and digit is None:
            digit = _VALUES[character]
        else:
            return None
    if digit == 0:  # 二十〇 is not how anybody writes twenty
        return None
    return total + (digit or 0)
