"""One record of an imported file becomes one dose of one person, or remarks that say why not (取込みの行).

Every field is looked at even if an earlier one is wrong, so that one pass over the file finds all there is to
repair. Names are taken as they came; 外字 and 代替文字 in them are remarked upon and stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from hashira.certificates.domain.import_encoding import (
    Mark,
    MarkKind,
    is_remarkable,
    legible,
    marks_in,
)
from hashira.certificates.domain.import_field import ImportField
from hashira.certificates.domain.import_mapping import ImportMapping
from hashira.certificates.domain.import_problem import (
    BrokenRecord,
    ControlCharacter,
    ImpossibleDay,
    PrivateUseCharacter,
    Remark,
    Severity,
    SubstituteCharacter,
    TextTooLong,
    UnknownVaccine,
    UnreadableCharacter,
    ValueMissing,
    WrongNumberOfColumns,
)
from hashira.certificates.domain.import_record import Record
from hashira.certificates.domain.import_value import (
    Sex,
    read_coupon_number,
    read_day,
    read_dose_number,
    read_number_of_person,
    read_sex,
    read_text,
    value_key,
)
from hashira.kernel.errors import HashiraError
from hashira.kernel.person_name import KanaName, WrittenName

_T = TypeVar("_T")
_F = ImportField
_NAMES = frozenset({_F.NAME, _F.FAMILY_NAME, _F.GIVEN_NAME})
LONGEST_NUMBER = 32
LONGEST_LOT = 20
LONGEST_PLACE = 120
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class ImportedDose:
    """What one row says: a person as the source knows them, and one dose (接種の行)."""

    person_number: str
    coupon_number: str
    name: WrittenName
    kana: KanaName | None
    birth_date: date
    sex: Sex
    vaccine: str
    """Code of the product in the catalogue."""
    dose_number: int | None
    dose_date: date
    lot: str
    place: str


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as it was read: the dose unless an error stands among the remarks."""

    line: int
    dose: ImportedDose | None
    remarks: tuple[Remark, ...] = ()
    who: str = ""
    """The number and the name, legible, so that a report says whose row it is."""
    kana_rewritten: bool = False
    """Whether the reading was changed to full width: counted, since old systems do it in every row."""


class RowReader:
    """Reads records of one file by one mapping.

    ``catalogue`` gives the product for what people call it (keys as of ``value_key``); the tables of the
    mapping come first. ``today`` is the day in Japan after which no dose can have been given. Raises
    ``MappingContradictory`` if the mapping and the headers do not fit.
    """

    def __init__(
        self, mapping: ImportMapping, headers: Sequence[str], *, catalogue: Mapping[str, str], today: date
    ) -> None:
        self._mapping = mapping
        self._places = mapping.positions(headers)
        self._width = len(headers)
        self._catalogue = catalogue
        self._sexes = dict(mapping.sexes)
        self._today = today

    def read(self, record: Record) -> ReadRow:
        """The row of a record."""
        if record.fault is not None:
            return ReadRow(record.line, None, (Remark.of(BrokenRecord()),))
        fields = record.fields
        if len(fields) != self._width and (len(fields) < self._width or any(fields[self._width :])):
            wrong = WrongNumberOfColumns(found=len(fields), expected=self._width)
            return ReadRow(record.line, None, (Remark.of(wrong),))
        given = {field: fields[place] for field, place in self._places.items()}
        remarks: list[Remark] = []
        who = " ".join(legible(given[f].strip()) for f in (_F.PERSON_NUMBER, *sorted(_NAMES)) if f in given)
        for field, text in given.items():
            remarks += _remarks_on(field, text)
        kana, rewritten = self._kana(given, remarks)
        dose = self._dose(given, kana, remarks)
        if any(remark.severity is Severity.ERROR for remark in remarks):
            dose = None
        return ReadRow(record.line, dose, tuple(remarks), who if remarks else "", rewritten)

    def _dose(
        self, given: Mapping[ImportField, str], kana: KanaName | None, remarks: list[Remark]
    ) -> ImportedDose | None:
        spoiled = _spoiled(remarks)

        def take(field: ImportField, read: Callable[[str], _T], otherwise: _T | None = None) -> _T | None:
            text = given.get(field, "")
            if field.value in spoiled:  # said already, and better
                return otherwise
            try:
                return read(text)
            except HashiraError as error:
                remarks.append(Remark.of(error, about=field.value, value=legible(text.strip())))
                return otherwise

        number = take(_F.PERSON_NUMBER, lambda t: read_number_of_person(t, limit=LONGEST_NUMBER))
        coupon = take(_F.COUPON_NUMBER, read_coupon_number, "")
        name = self._name(take, given)
        born = take(_F.BIRTH_DATE, lambda t: read_day(t.strip(), self._mapping.dates))
        sex = take(_F.SEX, lambda t: read_sex(t, self._sexes), Sex.UNKNOWN)
        vaccine = take(_F.VACCINE, self._vaccine)
        dose_number = take(_F.DOSE_NUMBER, lambda t: read_dose_number(t) if t.strip() else None)
        day = take(_F.DOSE_DATE, lambda t: read_day(t.strip(), self._mapping.dates))
        lot = take(_F.LOT, lambda t: read_text(t, limit=LONGEST_LOT), "")
        place = take(_F.PLACE, lambda t: read_text(t, limit=LONGEST_PLACE), "")
        if day is not None and (day > self._today or (born is not None and day < born)):
            value = given.get(_F.DOSE_DATE, "").strip()
            remarks.append(Remark.of(ImpossibleDay(), about=_F.DOSE_DATE.value, value=value))
        if not number or name is None or born is None or vaccine is None or day is None:
            return None
        return ImportedDose(
            person_number=number,
            coupon_number=coupon or "",
            name=name,
            kana=kana,
            birth_date=born,
            sex=sex or Sex.UNKNOWN,
            vaccine=vaccine,
            dose_number=dose_number,
            dose_date=day,
            lot=lot or "",
            place=place or "",
        )

    def _vaccine(self, text: str) -> str:
        if _F.VACCINE not in self._places:
            return self._mapping.only_vaccine
        key = value_key(text)
        if not key:
            raise ValueMissing
        product = self._mapping.vaccines.get(key) or self._catalogue.get(key)
        if product is None:
            raise UnknownVaccine
        return product

    @staticmethod
    def _name(
        take: Callable[[ImportField, Callable[[str], WrittenName]], WrittenName | None],
        given: Mapping[ImportField, str],
    ) -> WrittenName | None:
        if _F.NAME in given:
            return take(_F.NAME, lambda text: _short(WrittenName.split(text)))
        second = given.get(_F.GIVEN_NAME, "").strip(" \u3000")
        return take(_F.FAMILY_NAME, lambda text: _short(WrittenName(text.strip(" \u3000"), second)))

    @staticmethod
    def _kana(given: Mapping[ImportField, str], remarks: list[Remark]) -> tuple[KanaName | None, bool]:
        field = _F.KANA if _F.KANA in given else _F.FAMILY_KANA
        text = given.get(field, "")
        if field is _F.FAMILY_KANA:
            text = f"{text.strip()}\u3000{given.get(_F.GIVEN_KANA, '').strip()}"
        if not text.strip() or field.value in _spoiled(remarks):
            return None, False
        try:
            kana, rewritten = KanaName.read(text)
            if len(kana.text) > LONGEST_NAME:
                raise TextTooLong(limit=LONGEST_NAME)
            return kana, rewritten
        except HashiraError as error:
            remarks.append(Remark.of(error, about=field.value, value=legible(text.strip())))
            return None, False


def _short(name: WrittenName) -> WrittenName:
    """A name that the register has room for. Raises ``TextTooLong``."""
    if len(name.text) > LONGEST_NAME:
        raise TextTooLong(limit=LONGEST_NAME)
    return name


def _spoiled(remarks: list[Remark]) -> set[str]:
    """The fields about which an error has been said."""
    return {remark.about for remark in remarks if remark.severity is Severity.ERROR}


def _remarks_on(field: ImportField, text: str) -> list[Remark]:
    name = field in _NAMES
    if not name and not is_remarkable(text):
        return []
    shown = legible(text.strip())
    return [Remark.of(_told(mark), about=field.value, value=shown) for mark in marks_in(text, name=name)]


def _told(mark: Mark) -> HashiraError:
    details = {"position": mark.position, "character": mark.code}
    match mark.kind:
        case MarkKind.PRIVATE_USE:
            return PrivateUseCharacter(**details)
        case MarkKind.SUBSTITUTE:
            return SubstituteCharacter(**details)
        case MarkKind.CONTROL:
            return ControlCharacter(**details)
        case MarkKind.UNDECODABLE | MarkKind.LOST:
            return UnreadableCharacter(**details)
