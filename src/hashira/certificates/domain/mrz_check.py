"""Check digits of machine-readable zones, and the letters that are taken for digits (検査数字).

Source: ICAO Doc 9303 Part 3 §4.9.
"""

from __future__ import annotations

_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {
    "<": 0
}
_WEIGHTS = (7, 3, 1)
LETTER_FOR_DIGIT = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}
"""What people and cameras read for a digit."""
_CONFUSED = {
    "0": "O",
    "O": "0",
    "1": "I",
    "I": "1",
    "2": "Z",
    "Z": "2",
    "5": "S",
    "S": "5",
    "8": "B",
    "B": "8",
}


def check_digit(field: str) -> str:
    """The check digit of a field of A-Z, 0-9 and ``<``.

    Values 0 to 35 (``<`` is 0) are weighted 7, 3, 1, 7, 3, 1 … and summed; the digit is the sum modulo 10. So
    it cannot tell characters whose values differ by ten from each other: L and 1, G and 6, A and 0.

    >>> check_digit("520727"), check_digit("AB2134<<<")
    ('3', '5')
    """
    return str(sum(_VALUES[c] * _WEIGHTS[i % 3] for i, c in enumerate(field)) % 10)


def likely_slip(field: str, digit: str) -> int | None:
    """Where in the field (from 0) one O for 0, I for 1 and so on would make the check digit right.

    ``None`` where no single such slip does, or several could: then there is nothing to advise.

    >>> likely_slip("L8989O2C3", "6")
    5
    """
    places = [
        i
        for i, c in enumerate(field)
        if c in _CONFUSED and check_digit(field[:i] + _CONFUSED[c] + field[i + 1 :]) == digit
    ]
    return places[0] if len(places) == 1 else None
