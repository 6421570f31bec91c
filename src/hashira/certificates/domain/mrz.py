"""The machine-readable zone of passports and cards: read and written (旅券の機械読取領域).

Sources: ICAO Doc 9303, 8th edition: Part 3 §4 (characters, names, dates, check digits), Part 4 §4.2 (TD3,
passports, two lines of 44), Part 5 §4.2 (TD1, three lines of 30), Part 6 §4.2 (TD2, two lines of 36).

Every check digit is computed, the composite one too. Issuing state, nationality, sex and the name have
none: a person has to compare those with the passport. No message repeats what the zone says.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Self

from hashira.certificates.domain.mrz_check import LETTER_FOR_DIGIT, check_digit, likely_slip
from hashira.certificates.domain.mrz_layout import (
    LAYOUTS,
    NUMBER,
    OPTIONAL,
    WHOLE,
    Layout,
    Place,
    Size,
    ZoneCharacterWrong,
    ZoneCheckDigitWrong,
    ZoneFieldWrong,
    ZoneFormWrong,
    ZoneNotWritable,
)
from hashira.certificates.domain.state_code import is_state
from hashira.kernel.language import Bilingual
from hashira.kernel.mrz_name import mrz_name
from hashira.kernel.person_name import RomanName

_MAX_TEXT = 400
_CENTURY = 100
_NUMBER_LENGTH = 9
_ALPHABET = re.compile(r"[A-Z0-9<]*")


@dataclass(frozen=True, slots=True)
class ZoneDate:
    """A date of the zone: two digits of the year, and ``None`` for what the issuer did not know."""

    year: int | None
    month: int | None
    day: int | None

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year % _CENTURY, day.month, day.day)

    @property
    def text(self) -> str:
        """Six positions, ``<<`` for an unknown part."""
        return "".join("<<" if part is None else f"{part:02d}" for part in (self.year, self.month, self.day))

    def as_birth(self, *, on: date) -> date | None:
        """The date of birth, ``on`` being today; ``None`` where a part is unknown.

        The zone has no century. This takes the latest one that does not put the birth after ``on``: right
        for everybody under 100 years. For older people it is 100 years late, so compare it with the
        register before relying on it.

        >>> ZoneDate(74, 8, 12).as_birth(on=date(2026, 11, 23)), ZoneDate(26, 11, 24).as_birth(
        ...     on=date(2026, 11, 23)
        ... )
        (datetime.date(1974, 8, 12), datetime.date(1926, 11, 24))
        """
        latest = self._in_century(on.year // _CENTURY)
        if latest is not None and latest > on:
            return self._in_century(on.year // _CENTURY - 1)
        # 29 February that this century does not have is of the last one.
        return latest or self._in_century(on.year // _CENTURY - 1)

    def as_expiry(self, *, on: date) -> date | None:
        """The date of expiry: of the centuries, the one that brings it nearest to ``on``."""
        century = on.year // _CENTURY
        near = [found for c in (century - 1, century, century + 1) if (found := self._in_century(c))]
        return min(near, key=lambda found: abs(found - on), default=None)

    def _in_century(self, century: int) -> date | None:
        if self.year is None or self.month is None or self.day is None:
            return None
        try:
            return date(century * _CENTURY + self.year, self.month, self.day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Zone:
    """What a machine-readable zone says.

    ``document_code``: ``P``, ``PM``, ``I`` …; states are three letters (``D`` for Germany); ``sex`` is F,
    M or ``None`` (unspecified); ``optional`` is what stands at the issuer's choice, in cards of size TD1
    also ``optional_2``. ``name_may_be_cut``: its last position is a letter.
    """

    size: Size
    document_code: str
    issuing_state: str
    name: RomanName
    document_number: str
    nationality: str
    birth: ZoneDate
    sex: str | None
    expiry: ZoneDate
    optional: str = ""
    optional_2: str = ""
    name_may_be_cut: bool = False

    @property
    def unknown_states(self) -> tuple[str, ...]:
        """State codes that Doc 9303 does not list: no digit checks them, so look at them again."""
        return tuple(code for code in (self.issuing_state, self.nationality) if not is_state(code))


# --- reading


def read_zone(text: str) -> Zone:
    """The zone, with all its check digits held; lines apart or one after the other.

    Full-width and small letters, and spaces anywhere, are taken as what they stand for. Raises
    ``ZoneFormWrong``, ``ZoneCharacterWrong``, ``ZoneCheckDigitWrong`` or ``ZoneFieldWrong``.

    >>> zone = read_zone('''
    ...     P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
    ...     L898902C36UTO7408122F1204159ZE184226B<<<<<10
    ... ''')
    >>> zone.name.text, zone.document_number, zone.birth.text
    ('ERIKSSON ANNA MARIA', 'L898902C3', '740812')
    """
    lines, layout = _lines(text)
    number, optional = _read_number(lines, layout)
    birth, expiry = (_read_date(lines, place) for place in (layout.birth, layout.expiry))
    if layout.optional_check:
        _check_optional(lines, layout)
    covered = "".join(lines[line - 1][first - 1 : last] for line, first, last in layout.covered)
    composite = _digit(lines, layout.composite, 0)
    if check_digit(covered) != composite:
        raise ZoneCheckDigitWrong(
            field=WHOLE,
            line=layout.composite.line,
            position=layout.composite.position,
            hint=Bilingual(
                "（ほかの検査数字は合っています。任意の項目を見てください）",
                " (the others agree; look at the optional field)",
            ),
        )
    code = layout.code.of(lines).rstrip("<")
    if not code or not code[0].isalpha():
        raise layout.code.wrong("最初の文字が英字ではありません", "it does not begin with a letter")
    return Zone(
        size=layout.size,
        document_code=code,
        issuing_state=_read_state(lines, layout.state),
        name=_read_name(lines, layout.name),
        document_number=number,
        nationality=_read_state(lines, layout.nationality),
        birth=birth,
        sex=_read_sex(lines, layout.sex),
        expiry=expiry,
        optional=optional.rstrip("<"),
        optional_2=layout.optional_2.of(lines).rstrip("<") if layout.optional_2 else "",
        name_may_be_cut=not layout.name.of(lines).endswith("<"),
    )


def _lines(text: str) -> tuple[tuple[str, ...], Layout]:
    if len(text) > _MAX_TEXT:
        raise ZoneFormWrong(lines=len(text))
    rows = [
        "".join(row.split())
        for row in unicodedata.normalize("NFKC", text).upper().splitlines()
        if row.strip()
    ]
    for layout in LAYOUTS.values():
        if len(rows) == 1 and len(rows[0]) == layout.rows * layout.columns:
            whole = rows[0]
            rows = [whole[i : i + layout.columns] for i in range(0, len(whole), layout.columns)]
        if [len(row) for row in rows] == [layout.columns] * layout.rows:
            for number, row in enumerate(rows, start=1):
                followed = _ALPHABET.match(row)
                end = followed.end() if followed else 0
                if end < len(row):
                    raise ZoneCharacterWrong(line=number, position=end + 1)
            return tuple(rows), layout
    raise ZoneFormWrong(lines="・".join(str(len(row)) for row in rows) or 0)


def _read_number(lines: tuple[str, ...], layout: Layout) -> tuple[str, str]:
    """Document number and optional field. A number of more than nine positions goes on in the latter."""
    number, optional = layout.number.of(lines), layout.optional.of(lines)
    check = lines[layout.number.line - 1][layout.number.position + _NUMBER_LENGTH - 1]
    if check == "<" and layout.size is not Size.TD3:
        # Cards: the rest of the number, its check digit, then a filler (Part 5 §4.2.2.1 note j).
        rest, _, further = optional.partition("<")
        if len(rest) < 2:
            raise layout.optional.wrong("番号の続きがありません", "the rest of the number is missing")
        whole = number + rest[:-1]
        if check_digit(whole) != rest[-1]:
            raise _wrong_digit(layout.optional, whole, rest[-1], layout.optional.position + len(rest) - 1)
        return whole, further
    _digit(lines, layout.number, _NUMBER_LENGTH)
    if check_digit(number) != check:
        raise _wrong_digit(layout.number, number, check, layout.number.position + _NUMBER_LENGTH)
    if not number.strip("<"):
        raise layout.number.wrong("番号がありません", "it is missing")
    return number.rstrip("<"), optional


def _check_optional(lines: tuple[str, ...], layout: Layout) -> None:
    """A passport's optional field; where it is empty its check digit may be ``<`` (Part 4 §4.2.2.2)."""
    place = layout.optional
    field = place.of(lines)
    check = lines[place.line - 1][place.position + place.length - 1]
    if check == "<" and not field.strip("<"):
        return
    _digit(lines, place, place.length)
    if check_digit(field) != check:
        raise _wrong_digit(place, field, check, place.position + place.length)


def _read_date(lines: tuple[str, ...], place: Place) -> ZoneDate:
    field = place.of(lines)
    for offset, character in enumerate(field):
        if not character.isdigit() and character != "<":
            raise place.wrong(*_letter_hint(character), offset=offset)
    digit = _digit(lines, place, place.length)
    if check_digit(field) != digit:
        raise _wrong_digit(place, field, digit, place.position + place.length)
    parts = [field[i : i + 2] for i in (0, 2, 4)]
    if any("<" in part and part != "<<" for part in parts):
        raise place.wrong("日付の途中に < があります", "there is a < inside the date")
    year, month, day = (None if part == "<<" else int(part) for part in parts)
    try:
        # What is unknown is filled with what allows most. In 2000 there was a 29 February, in 1900 not: a
        # date that no century has is refused, one that some century has is not.
        date(2000 + (year or 0), 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise place.wrong("その日付はありません", "there is no such date") from None
    return ZoneDate(year, month, day)


def _read_state(lines: tuple[str, ...], place: Place) -> str:
    field = place.of(lines)
    for offset, character in enumerate(field):
        if character.isdigit():
            raise place.wrong(*_digit_hint(character), offset=offset)
    code = field.rstrip("<")
    if not code or "<" in code:
        raise place.wrong("国コードがありません", "there is no code of a state")
    return code


def _read_name(lines: tuple[str, ...], place: Place) -> RomanName:
    field = place.of(lines)
    for offset, character in enumerate(field):
        if character.isdigit():
            raise place.wrong(*_digit_hint(character), offset=offset)
    family, _, given = field.partition("<<")
    if not family.strip("<"):
        raise place.wrong("氏がありません", "the family name is missing")
    return RomanName(" ".join(family.replace("<", " ").split()), " ".join(given.replace("<", " ").split()))


def _read_sex(lines: tuple[str, ...], place: Place) -> str | None:
    field = place.of(lines)
    if field not in ("F", "M", "X", "<"):
        raise place.wrong("F・M・< のどれでもありません", "it is none of F, M and <")
    return field if field in ("F", "M") else None


def _digit(lines: tuple[str, ...], place: Place, offset: int) -> str:
    """The check digit at that distance from the start of a field."""
    character = lines[place.line - 1][place.position + offset - 1]
    if not character.isdigit():
        raise ZoneFieldWrong(
            field=Bilingual("{field}の検査数字", "The check digit of: {field}").format(field=place.title),
            line=place.line,
            position=place.position + offset,
            reason=Bilingual(*_letter_hint(character)),
        )
    return character


def _wrong_digit(place: Place, field: str, digit: str, position: int) -> ZoneCheckDigitWrong:
    slip = likely_slip(field, digit) if digit.isdigit() else None
    hint = Bilingual("", "")
    if slip is not None and slip < place.length:
        hint = Bilingual(
            "（{at}文字目の O と 0、I と 1 などを取り違えていませんか）",
            " (is position {at} an O for a 0, an I for a 1 or the like?)",
        ).format(at=place.position + slip)
    return ZoneCheckDigitWrong(field=place.title, line=place.line, position=position, hint=hint)


def _letter_hint(character: str) -> tuple[str, str]:
    digit = LETTER_FOR_DIGIT.get(character)
    if digit:
        return (
            f"数字の所に英字があります。数字の {digit} ではありませんか",
            f"a letter stands where a digit should; is it a {digit}?",
        )
    return "数字ではありません", "it is no digit"


def _digit_hint(character: str) -> tuple[str, str]:
    if character == "0":
        return "英字の所に数字があります。英字の O ではありませんか", (
            "a digit stands where a letter should; is it the letter O?"
        )
    return "英字の所に数字があります", "a digit stands where a letter should"


# --- writing


def write_zone(zone: Zone) -> tuple[str, ...]:
    """The lines of a zone, with all check digits; raises ``ZoneNotWritable``.

    >>> specimen = Zone(
    ...     Size.TD2, "I", "UTO", RomanName("ERIKSSON", "ANNA MARIA"), "D23145890", "UTO",
    ...     ZoneDate(74, 8, 12), "F", ZoneDate(12, 4, 15),
    ... )
    >>> write_zone(specimen)[1]
    'D231458907UTO7408122F1204159<<<<<<<6'
    """
    layout = LAYOUTS[zone.size]
    rows = [["<"] * layout.columns for _ in range(layout.rows)]

    def put(place: Place, text: str, *, length: int | None = None) -> str:
        room = place.length if length is None else length
        if len(text) > room or not _ALPHABET.fullmatch(text):
            raise ZoneNotWritable(field=place.title)
        filled = text.ljust(room, "<")
        rows[place.line - 1][place.position - 1 : place.position - 1 + room] = filled
        return filled

    put(layout.code, zone.document_code)
    put(layout.state, zone.issuing_state)
    put(layout.name, mrz_name(zone.name, positions=layout.name.length))
    put(layout.nationality, zone.nationality)
    put(layout.sex, zone.sex or "<")
    for place, moment in ((layout.birth, zone.birth), (layout.expiry, zone.expiry)):
        put(place, moment.text + check_digit(moment.text), length=place.length + 1)
    optional = zone.optional
    number, rest = zone.document_number[:_NUMBER_LENGTH], zone.document_number[_NUMBER_LENGTH:]
    whole = zone.document_number
    is_written = _ALPHABET.fullmatch(whole) and whole and whole == whole.strip("<")
    if not is_written or (rest and zone.size is Size.TD3):
        raise ZoneNotWritable(field=NUMBER)
    if rest:
        optional = f"{rest}{check_digit(whole)}<{optional}"
        put(layout.number, number + "<", length=_NUMBER_LENGTH + 1)
    else:
        filled = number.ljust(_NUMBER_LENGTH, "<")
        put(layout.number, filled + check_digit(filled), length=_NUMBER_LENGTH + 1)
    filled = put(layout.optional, optional)
    if layout.optional_check:
        put(layout.optional, filled + check_digit(filled), length=layout.optional.length + 1)
    if layout.optional_2 is not None:
        put(layout.optional_2, zone.optional_2)
    elif zone.optional_2:
        raise ZoneNotWritable(field=OPTIONAL)
    covered = "".join("".join(rows[line - 1][first - 1 : last]) for line, first, last in layout.covered)
    put(layout.composite, check_digit(covered))
    return tuple("".join(row) for row in rows)
