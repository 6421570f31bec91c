"""The message of a VDS-NC health seal: JSON members to values and back (VDS-NCの内容).

Sources: ICAO Technical Report "Visible Digital Seals for non-constrained environments" (data sets
``icao.vacc`` and ``icao.test``) with the lengths of its data dictionary, and the seals that Japan and
others issued. Reading takes what real issuers wrote: numbers as text, names in any letters, members
nobody knows. Writing keeps to the dictionary and to Japan's layout: one ``ve`` a dose with one ``vd``.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from hashira.certificates.domain.content import CertificateContent, Holder, ShownDose, ShownTest
from hashira.certificates.domain.icd11_vaccine import ICD11, VACCINES
from hashira.certificates.domain.state_code import is_state
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.mrz_name import mrz_name
from hashira.kernel.person_name import RomanName
from hashira.kernel.value import value

VACCINATION = "icao.vacc"
TEST = "icao.test"

MAX_NAME = 39
MAX_UVCI = 12
MAX_DOCUMENT_NUMBER = 11
MAX_OTHER_NUMBER = 24
MAX_PRODUCT = 100
MAX_CENTRE = 20
MAX_LOT = 20
MAX_SEQUENCE = 99

MAX_TEXT = 200
"""Characters of any text that are read."""
MAX_BRACKETS = 512
"""More objects and lists than 99 doses have; bounds the depth before anything is parsed."""
_EARLIEST_YEAR = 1900
_FIRST_ZONE = timedelta(hours=14)
"""A day begins first at UTC+14 (Kiribati)."""
_NAME = re.compile(r"[A-Z]+(?: {1,2}[A-Z]+)*")
_LETTERS_AND_DIGITS = re.compile(r"[A-Z0-9]+")
_ICD11_VACCINE = re.compile(r"XM[A-Z0-9]{4}")
_ICD11_DISEASE = re.compile(r"[A-Z0-9][A-Z0-9.]{1,5}")
"""At most six characters each, as the data dictionary has them."""
_STATE = re.compile(r"[A-Z][A-Z<]{2}")


class SealNotWritable(HashiraError):
    """A value that the data dictionary forbids in a seal. Details: ``field``, ``reason``."""

    code = "CERT-050"
    what = Bilingual("この内容では海外用の証明書を作れません", "A travel seal cannot be made of this")
    why = Bilingual("{field}: {reason}", "{field}: {reason}")
    remedy = Bilingual(
        "接種記録または旅券の情報を訂正してからもう一度発行してください",
        "Correct the record or the passport details, then issue again",
    )


class NotAMessage(ValueError):
    """The JSON is not a message of its type."""


@value
class SealDose(ShownDose):
    """A dose with what only travel seals say."""

    disease: str | None = None
    """ICD-11 code of the disease (``dis``)."""
    next_date: str | None = None
    """When the next dose is due (``dvn``)."""


@value
class SealContent(CertificateContent):
    """What a seal says. A seal of a test has no doses: it is no proof of vaccination."""

    kind: str = VACCINATION
    identifier: str = ""
    """UVCI, or UTCI for a test."""
    sex: str | None = None
    other_number: str | None = None
    """``ai``: in Japan's seals the number of the certificate (証明書ID)."""
    test: ShownTest | None = None


def seal_name(name: RomanName) -> str:
    """The name as Japan's seals have it: as in the machine-readable zone, with spaces for fillers.

    >>> seal_name(RomanName("O'CONNOR", "ENYA-SIOBHAN"))
    'OCONNOR ENYA SIOBHAN'
    """
    return " ".join(mrz_name(name, positions=MAX_NAME).replace("<", " ").split())


# --- writing


def write_message(
    *,
    holder: Holder,
    doses: tuple[ShownDose, ...],
    uvci: str,
    other_number: str | None = None,
    sex: str | None = None,
    grouped: bool = False,
) -> dict[str, Any]:
    """The members of ``msg`` for vaccination; raises ``SealNotWritable``.

    ``grouped`` puts neighbouring doses of one product into one ``ve``, which is some 57 octets shorter for
    each; without it every dose has its own, as Japan writes.
    """
    if not doses:
        raise _unwritable("ve", "接種記録がありません", "there is no dose")
    person = _write_holder(holder, other_number, sex)
    if holder.birth_date is not None and any(dose.date < holder.birth_date for dose in doses):
        raise _unwritable("dvc", "接種日が生年月日より前です", "a dose lies before the date of birth")
    events = [(_write_vaccine(dose), _write_dose(dose)) for dose in doses]
    if grouped:
        written = [v | {"vd": [d for _, d in same]} for v, same in groupby(events, key=lambda e: e[0])]
    else:
        written = [vaccine | {"vd": [dose]} for vaccine, dose in events]
    return {"uvci": _coded(uvci, MAX_UVCI, "uvci"), "pid": person, "ve": written}


def _write_holder(holder: Holder, other_number: str | None, sex: str | None) -> dict[str, Any]:
    name = holder.name or ""
    if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise _unwritable(
            "n",
            f"旅券の機械読取領域のローマ字（A-Zと空白、{MAX_NAME}文字以内）ではありません",
            f"not Roman letters as in the passport's machine-readable zone (A-Z, spaces, up to {MAX_NAME})",
        )
    person: dict[str, Any] = {"n": name}
    if holder.birth_date is None and holder.document_number is None:
        raise _unwritable(
            "dob", "生年月日も旅券番号もありません", "neither date of birth nor passport number"
        )
    if holder.birth_date is not None:
        person["dob"] = _date(holder.birth_date, "dob")
    if holder.document_number is not None:
        person["i"] = _coded(holder.document_number, MAX_DOCUMENT_NUMBER, "i")
    if other_number is not None:
        person["ai"] = _coded(other_number, MAX_OTHER_NUMBER, "ai")
    if sex is not None:
        if sex not in ("F", "M", "X"):
            raise _unwritable("sex", "F・M・X のどれでもありません", "none of F, M, X")
        person["sex"] = sex
    return person


def _write_vaccine(dose: ShownDose) -> dict[str, Any]:
    known = VACCINES.get(dose.code)
    named = dose.disease if isinstance(dose, SealDose) else None
    disease = known[1] if known else named  # what is not in the table names its disease itself
    if dose.code_system != ICD11 or not _ICD11_VACCINE.fullmatch(dose.code) or disease is None:
        raise _unwritable(
            "des", "ICD-11のワクチンコードがありません", "the vaccine has no ICD-11 code of the table"
        )
    if not _ICD11_DISEASE.fullmatch(disease):
        raise _unwritable("dis", "病気のICD-11コードがありません", "the disease has no ICD-11 code")
    return {"des": dose.code, "nam": _text(dose.product, MAX_PRODUCT, "nam"), "dis": disease}


def _write_dose(dose: ShownDose) -> dict[str, Any]:
    if dose.number is None or not 1 <= dose.number <= MAX_SEQUENCE:
        raise _unwritable("seq", "接種回数が1から99の数ではありません", "the dose has no number from 1 to 99")
    if dose.country is None or not _STATE.fullmatch(dose.country) or not is_state(dose.country):
        raise _unwritable("ctr", "接種国の3文字コードがありません", "there is no code of the country of dose")
    written: dict[str, Any] = {
        "dvc": _date(dose.date, "dvc"),
        "seq": dose.number,
        "ctr": dose.country,
        "lot": _text(dose.lot or "", MAX_LOT, "lot"),
    }
    if dose.centre is not None:
        written["adm"] = _text(dose.centre, MAX_CENTRE, "adm")
    if isinstance(dose, SealDose) and dose.next_date is not None:
        written["dvn"] = _date(dose.next_date, "dvn")
    return written


def _text(text: str, most: int, field: str) -> str:
    if not text.strip() or text != text.strip() or len(text) > most or not text.isprintable():
        raise _unwritable(
            field, f"1から{most}文字の文字列ではありません", f"not a text of 1 to {most} characters"
        )
    return text


def _coded(text: str, most: int, field: str) -> str:
    if not _LETTERS_AND_DIGITS.fullmatch(text) or len(text) > most:
        raise _unwritable(
            field, f"大文字英数字で{most}文字以内ではありません", f"not up to {most} of A-Z and 0-9"
        )
    return text


def _date(text: str, field: str) -> str:
    if not is_day(text):
        raise _unwritable(field, "日付（YYYY-MM-DD）ではありません", "not a date (YYYY-MM-DD)")
    return text


def _unwritable(field: str, ja: str, en: str) -> SealNotWritable:
    return SealNotWritable(field=field, reason=Bilingual(ja, en))


# --- reading


def read_message(kind: str, message: object, *, issuer: str) -> SealContent:
    """What ``msg`` says; raises ``NotAMessage``."""
    members = _object(message, "msg")
    return _read_test(members, issuer) if kind == TEST else _read_vaccination(members, issuer)


def _read_vaccination(members: dict[str, Any], issuer: str) -> SealContent:
    person = _object(members.get("pid"), "pid")
    identifier = _string(members, "uvci")
    other = _optional(person, "ai")
    doses: list[ShownDose] = []
    for vaccine in _array(members.get("ve"), "ve"):
        event = _object(vaccine, "ve")
        doses += [_read_dose(event, _object(d, "vd")) for d in _array(event.get("vd"), "vd")]
    if len(doses) > MAX_SEQUENCE:
        raise NotAMessage("more doses than a seal can number")
    return SealContent(
        holder=Holder(
            name=_string(person, "n"),
            birth_date=_optional(person, "dob"),
            document_number=_optional(person, "i"),
        ),
        doses=tuple(doses),
        issuer=issuer,
        certificate_number=other or identifier,
        kind=VACCINATION,
        identifier=identifier,
        sex=_optional(person, "sex"),
        other_number=other,
    )


def _read_dose(event: dict[str, Any], dose: dict[str, Any]) -> SealDose:
    day = _string(dose, "dvc")
    if not is_day(day):
        raise NotAMessage("dvc is not a date")
    return SealDose(
        day,
        _string(event, "nam"),
        ICD11,
        _string(event, "des"),
        _optional(dose, "lot"),
        _optional(dose, "adm"),
        _string(dose, "ctr"),
        _sequence(dose.get("seq")),
        _optional(event, "dis"),
        _optional(dose, "dvn"),
    )


def _read_test(members: dict[str, Any], issuer: str) -> SealContent:
    person, place = _object(members.get("pid"), "pid"), _object(members.get("sp"), "sp")
    times, result = _object(members.get("dat"), "dat"), _object(members.get("tr"), "tr")
    identifier = _string(members, "utci")
    return SealContent(
        holder=Holder(
            name=_string(person, "n"),
            birth_date=_optional(person, "dob"),
            document_number=_optional(person, "dn"),
        ),
        doses=(),
        issuer=issuer,
        certificate_number=identifier,
        kind=TEST,
        identifier=identifier,
        test=ShownTest(
            result=_string(result, "r"),
            kind=_string(result, "tc"),
            sample=_optional(result, "m"),
            collected=_string(times, "sc"),
            reported=_string(times, "ri"),
            place=_string(place, "spn"),
            country=_string(place, "ctr"),
        ),
    )


def last_event(content: SealContent) -> datetime:
    """The first moment, anywhere on earth, at which all that the seal attests can have happened."""
    if content.test is not None:
        return max(_moment(content.test.collected), _moment(content.test.reported))
    return last_dose(content.doses)


def last_dose(doses: tuple[ShownDose, ...]) -> datetime:
    """When the day of the last dose began where on earth it begins first; the dates are dates."""
    return _beginning(max([dose.date for dose in doses]))


@lru_cache(maxsize=4096)
def _beginning(text: str) -> datetime:
    """Of a day; kept, since many people were vaccinated on the same days."""
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - _FIRST_ZONE


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotAMessage("a time of the test is not one of RFC 3339") from error
    if not _EARLIEST_YEAR <= moment.year < datetime.max.year:
        raise NotAMessage("a time of the test is not of our days")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC) - _FIRST_ZONE


@lru_cache(maxsize=4096)
def is_day(text: str) -> bool:
    """Whether it is a date; kept, since many people were vaccinated on the same days."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return day.isoformat() == text and day.year >= _EARLIEST_YEAR


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotAMessage(f"{name} is no object")
    return value


def _array(value: object, name: str) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_SEQUENCE:
        raise NotAMessage(f"{name} is no list of 1 to {MAX_SEQUENCE}")
    return value


def _string(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    # Control characters would be obeyed by the terminal in which somebody verifies.
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not value.isprintable():
        raise NotAMessage(f"{name} is no readable text")
    return value


def _optional(members: dict[str, Any], name: str) -> str | None:
    return _string(members, name) if members.get(name) not in _NOTHING else None


_NOTHING = (None, "")


def _sequence(value: object) -> int:
    """A dose number, also as text: ICAO's own sample writes it so."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len("99"):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_SEQUENCE:
        raise NotAMessage("seq is no number from 1 to 99")
    return value
