"""The EU Digital COVID Certificate: subclaim 1 of an HCERT, to values and back (EUデジタルCOVID証明書).

Written is a vaccination in DCC 1.3.3, and nothing that :mod:`dcc_schema` finds fault with. Read are
vaccinations, tests and recoveries, also as real issuers wrote them since version 1.0.0:

* a date with a time behind it (Bulgaria, Singapore), groups that are there and empty (Bulgaria);
* before 1.3.0 several entries of one group (Romania, Slovakia), a nought for a number, a country left empty
  (the Netherlands);
* texts beyond 80 characters (Hungary), members that nobody knows (Singapore).

Refused is what says something that cannot be: a birth after the signing, a name whose transliteration is
missing (a border reads only the transliterated one), several groups, none.

Sources: ehn-dcc-schema 1.3.3; Commission Implementing Decision (EU) 2021/1073, Annex V.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, ValidationError, convert
from msgspec import field as renamed

from hashira.certificates.domain.content import (
    CertificateContent,
    Holder,
    ShownDose,
    ShownRecovery,
    ShownTest,
)
from hashira.certificates.domain.dcc_schema import (
    BIRTH_DATE,
    GROUPS,
    TRANSLITERATED,
    VERSION,
    is_day,
    is_moment,
    next_day,
    violations,
)
from hashira.certificates.domain.dcc_value_set import (
    CODE_SYSTEM,
    COVID_19,
    HOLDERS,
    MEDICINES,
    TEST_KINDS,
    TEST_RESULTS,
    DccCodes,
)
from hashira.certificates.domain.document_signer import Purpose
from hashira.certificates.domain.state_code import ISO_3166
from hashira.certificates.domain.uvci import is_wrong
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.mrz_name import mrz_name
from hashira.kernel.person_name import RomanName
from hashira.kernel.value import value

KIND = "eu-dcc"
_MAX_READ = 300
"""Characters of any text that are read."""
_MAX_ENTRIES = 8
_LONGEST_NAME = 256
"""Positions in which no name of the register is shortened; the schema refuses one that is too long."""
_VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})")
_ONE_ENTRY = (1, 3)
"""Since 1.3.0 a certificate has one entry."""
_TIME_BEHIND = re.compile(r"T[0-9:.]+(?:Z|[+-][0-9:]+)?\Z")
_TWO_LETTERS = frozenset(ISO_3166.values()) | {"EU", "UN", "UT", "XK"}
_PURPOSES = {"v": Purpose.VACCINATION, "t": Purpose.TEST, "r": Purpose.RECOVERY}


class DccNotWritable(HashiraError):
    """A value that the schema forbids. Details: ``reason``."""

    code = "CERT-086"
    what = Bilingual("この内容ではEUの証明書を作れません", "An EU certificate cannot be made of this")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "接種記録または旅券の情報を訂正してからもう一度発行してください",
        "Correct the record or the passport details, then issue again",
    )


class NotADcc(ValueError):
    """The claim is no certificate of the EU; the message says where."""


@value
class DccContent(CertificateContent):
    """What the certificate says. One of a test or a recovery has no doses: it is no proof of vaccination."""

    kind: str = KIND
    group: str = "v"
    version: str = VERSION
    purpose: Purpose = Purpose.VACCINATION
    transliterated: str = ""
    """Surname and forename as the machine-readable zone of a passport has them, ``SURNAME<<FORENAME``."""
    tests: tuple[ShownTest, ...] = ()
    recoveries: tuple[ShownRecovery, ...] = ()


@value
class DccDose(ShownDose):
    """A dose with what only EU certificates say."""

    total: int | None = None
    """``sd``: doses of the course."""
    disease: str = COVID_19
    holder: str = ""
    """``ma``: who holds the authorisation."""
    prophylaxis: str = ""
    authority: str = ""
    """``is``: who issued the certificate."""


# --- writing


def transliterated(name: RomanName) -> tuple[str, str]:
    """Surname and forename as ``fnt`` and ``gnt`` have them: as in a machine-readable zone, in full length.

    >>> transliterated(RomanName("O'CONNOR-SMITH", "ENYA"))
    ('OCONNOR<SMITH', 'ENYA')
    """
    surname, _, forename = mrz_name(name, positions=_LONGEST_NAME).rstrip("<").partition("<<")
    return surname, forename


def write_vaccination(
    *,
    holder: Holder,
    surname: str,
    forename: str,
    day: date,
    codes: DccCodes,
    number: int,
    total: int,
    country: str,
    authority: str,
    uvci: str,
) -> dict[str, Any]:
    """The claim for one dose. ``holder`` has the name as written in the register (kanji), ``surname`` and
    ``forename`` the transliterated ones (A-Z and ``<``); ``country`` has two letters.

    Raises ``DccNotWritable``. Texts must be in NFC (HCERT 1.1.1 §3.3): a name of the register that NFC would
    change is refused, never changed.
    """
    if holder.family is None and not holder.given:
        raise _unwritable("氏名がありません", "there is no name")
    family, given = holder.family or "", " ".join(holder.given)
    for text in (family, given):
        if not unicodedata.is_normalized("NFC", text):
            raise _unwritable("氏名に正準合成されていない文字があります", "a name is not in NFC")
    if not surname.strip("<") and not forename.strip("<"):
        raise _unwritable("ローマ字の氏名がありません", "there is no transliterated name")
    if (family and not surname) or (given and not forename):
        raise _unwritable("姓または名のローマ字がありません", "a part of the name is not transliterated")
    if country not in _TWO_LETTERS:
        raise _unwritable("接種国の2文字がありません", "there are no two letters of the country of dose")
    given_on = day.isoformat()
    if not is_day(holder.birth_date) or (holder.birth_date or "") > given_on:
        raise _unwritable("生年月日がないか、接種日より後です", "no date of birth, or one after the dose")
    if codes.medicine not in MEDICINES or codes.holder not in HOLDERS or total > 9 or number > 9:
        raise _unwritable("製品か回数が値集合にありません", "a product or number that the value sets lack")
    if not authority.strip() or is_wrong(uvci) or not uvci.startswith("URN:UVCI:01:"):
        raise _unwritable("発行者かUVCIが正しくありません", "the issuer or the UVCI is not right")
    entry = {
        "tg": COVID_19,
        "vp": codes.prophylaxis,
        "mp": codes.medicine,
        "ma": codes.holder,
        "dn": number,
        "sd": total,
        "dt": given_on,
        "co": country,
        "is": authority,
        "ci": uvci,
    }
    name = {"fn": family, "gn": given, "fnt": surname, "gnt": forename}
    if not (family and given and surname and forename):
        name = {part: text for part, text in name.items() if text}
    claim = {
        "ver": VERSION,
        "nam": name,
        "dob": holder.birth_date,
        "v": [entry],
    }
    found = violations(claim)
    if found:
        raise _unwritable(f"規格に合いません（{found[0]}）", f"against the schema ({found[0]})")
    return claim


def _unwritable(ja: str, en: str) -> DccNotWritable:
    return DccNotWritable(reason=Bilingual(ja, en))


# --- reading


class _Members(Struct, forbid_unknown_fields=True, gc=False):
    """A map with these members and no others."""


_Text = Annotated[str, Meta(min_length=1, max_length=_MAX_READ)]
_Count = Annotated[int, Meta(ge=1, le=99)]


class _Name(_Members):
    fn: _Text | None = None
    gn: _Text | None = None
    fnt: _Text | None = None
    gnt: _Text | None = None


class _Entry(_Members, kw_only=True):
    tg: _Text
    vp: _Text
    mp: _Text
    ma: _Text
    dn: _Count
    sd: _Count
    dt: str
    co: _Text
    issuer: _Text = renamed(name="is")
    ci: _Text


class _Vaccination(_Members):
    """A certificate of one dose with all that the schema asks for, as nearly all are that anybody scans."""

    ver: Literal["1.0.0", "1.0.1", "1.1.0", "1.2.0", "1.2.1", "1.3.0", "1.3.1", "1.3.2", "1.3.3"]
    nam: _Name
    dob: str
    v: Annotated[list[_Entry], Meta(min_length=1, max_length=1)]


def _read_usual(claim: object, issuer: str, signed_at: datetime) -> DccContent | None:
    """What a claim in the usual layout says, as ``_read_any`` would say; ``None``: in another, or none."""
    try:
        read = convert(claim, _Vaccination)
    except ValidationError:
        return None
    entry, name, birth_date = read.v[0], read.nam, read.dob
    family, given, surname, forename = name.fn, name.gn, name.fnt, name.gnt
    texts = (
        entry.tg,
        entry.vp,
        entry.mp,
        entry.ma,
        entry.co,
        entry.issuer,
        entry.ci,
        family or "",
        given or "",
    )
    if (
        not "".join(texts).isprintable()
        or not TRANSLITERATED.fullmatch((surname or "") + (forename or ""))
        or (family and not surname)
        or (given and not forename)
        or not (surname or forename)
        or not BIRTH_DATE.fullmatch(birth_date)
        or not "" < birth_date[:4] < f"{signed_at.year}"
        or not is_day(entry.dt)
    ):
        return None
    holder, transliterated = _named(family, given, surname, forename, birth_date)
    known = MEDICINES.get(entry.mp)
    dose = DccDose(
        date=entry.dt,
        product=known.name if known else entry.mp,
        code_system=CODE_SYSTEM,
        code=entry.mp,
        country=entry.co,
        number=entry.dn,
        total=entry.sd,
        disease=entry.tg,
        holder=entry.ma,
        prophylaxis=entry.vp,
        authority=entry.issuer,
    )
    return DccContent(
        holder=holder,
        doses=(dose,),
        issuer=issuer,
        certificate_number=entry.ci,
        version=read.ver,
        transliterated=transliterated,
    )


def read(claim: object, *, issuer: str, signed_at: datetime) -> DccContent:
    """What the claim says; raises ``NotADcc``."""
    return _read_usual(claim, issuer, signed_at) or _read_any(claim, issuer, signed_at)


def _read_any(claim: object, issuer: str, signed_at: datetime) -> DccContent:
    members = _object(claim, "1")
    version = _version(members.get("ver"))
    holder, transliterated = _read_name(members.get("nam"), _birth_date(members.get("dob"), signed_at))
    groups = [group for group in GROUPS if members.get(group)]
    if len(groups) != 1:
        raise NotADcc("not exactly one of v, t, r")
    group = groups[0]
    entries = members[group]
    most = 1 if version >= _ONE_ENTRY else _MAX_ENTRIES
    if not isinstance(entries, list) or len(entries) > most:
        raise NotADcc(f"{group}: more than one entry")
    objects = [_object(entry, group) for entry in entries]
    early = version < _ONE_ENTRY
    first = objects[0]
    return DccContent(
        holder=holder,
        doses=tuple(_read_dose(entry, early) for entry in objects) if group == "v" else (),
        issuer=issuer,
        certificate_number=_text(first, "ci"),
        group=group,
        version=members["ver"],
        purpose=_PURPOSES[group],
        transliterated=transliterated,
        tests=tuple(_read_test(entry, early) for entry in objects) if group == "t" else (),
        recoveries=tuple(_read_recovery(entry, early) for entry in objects) if group == "r" else (),
    )


def _version(value: object) -> tuple[int, int]:
    match = _VERSION.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1] != "1":
        raise NotADcc("ver: not a version 1")
    return 1, int(match[2])


def _birth_date(value: object, signed_at: datetime) -> str | None:
    """The date, month or year, or ``None`` where it is unknown; never after the signing."""
    text = _TIME_BEHIND.sub("", value) if isinstance(value, str) else None
    if text is None or not BIRTH_DATE.fullmatch(text):
        raise NotADcc("dob: not a date, month or year from 1900 to 2099, nor empty")
    # The day of signing is later east of Greenwich, so that a child born on it may have a day more. Of those
    # born in an earlier year nobody has to ask.
    if text[:4] >= f"{signed_at.year}" and text[:10] > next_day(signed_at)[: len(text)]:
        raise NotADcc("dob: after the signing")
    return text or None


def _read_name(value: object, birth_date: str | None) -> tuple[Holder, str]:
    name = _object(value, "nam")
    family, given = _optional(name, "fn"), _optional(name, "gn")
    surname, forename = _optional(name, "fnt"), _optional(name, "gnt")
    if surname is None and forename is None:
        raise NotADcc("nam: neither fnt nor gnt")
    for written, standard in ((family, surname), (given, forename)):
        if standard is not None and not TRANSLITERATED.fullmatch(standard):
            raise NotADcc("nam: not A-Z and <")
        if written is not None and written.strip() and not standard:
            raise NotADcc("nam: a part is not transliterated")
    return _named(family, given, surname, forename, birth_date)


def _named(
    family: str | None, given: str | None, surname: str | None, forename: str | None, birth_date: str | None
) -> tuple[Holder, str]:
    whole = f"{family} {given}" if family and given else family or given or None
    standard_name = f"{surname}<<{forename}" if surname and forename else surname or forename or ""
    holder = Holder(
        name=whole or standard_name.replace("<", " "),
        birth_date=birth_date,
        family=family,
        given=(given,) if given else (),
    )
    return holder, standard_name


def _read_dose(entry: dict[str, Any], early: bool) -> DccDose:
    medicine = _text(entry, "mp", empty=early)
    known = MEDICINES.get(medicine)
    country, lenient = _text(entry, "co", empty=early), 0 if early else 1
    number = _count(entry.get("dn"), "dn", lenient)
    return DccDose(
        date=_day(entry, "dt"),
        product=known.name if known else medicine,
        code_system=CODE_SYSTEM,
        code=medicine,
        country=country or None,
        number=number or None,
        total=_count(entry.get("sd"), "sd", lenient) or None,
        disease=_text(entry, "tg"),
        holder=_text(entry, "ma", empty=early),
        prophylaxis=_text(entry, "vp", empty=early),
        authority=_text(entry, "is", empty=early),
    )


def _read_test(entry: dict[str, Any], early: bool) -> ShownTest:
    kind, result = _text(entry, "tt", empty=early), _text(entry, "tr", empty=early)
    _text(entry, "tg")
    collected = entry.get("sc")
    if not isinstance(collected, str) or not is_moment(collected):
        raise NotADcc("sc: not a time with its zone")
    named_kind, named_result = TEST_KINDS.get(kind), TEST_RESULTS.get(result)
    return ShownTest(
        result=named_result.en if named_result else result,
        kind=named_kind.en if named_kind else kind,
        sample=None,
        collected=collected,
        reported=_optional(entry, "dr") or "",
        place=_optional(entry, "tc") or "",
        country=_text(entry, "co", empty=early),
    )


def _read_recovery(entry: dict[str, Any], early: bool) -> ShownRecovery:
    return ShownRecovery(
        disease=_text(entry, "tg"),
        positive_on=_day(entry, "fr"),
        valid_from=_day(entry, "df"),
        valid_until=_day(entry, "du"),
        country=_text(entry, "co", empty=early),
    )


def _object(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotADcc(f"{path}: no object")
    return value


def _text(members: dict[str, Any], name: str, *, empty: bool = False) -> str:
    value = members.get(name)
    if not isinstance(value, str) or len(value) > _MAX_READ or not (value or empty):
        raise NotADcc(f"{name}: no text")
    # Control characters would be obeyed by the terminal in which somebody verifies.
    if not value.isprintable():
        raise NotADcc(f"{name}: not printable")
    return value


def _optional(members: dict[str, Any], name: str) -> str | None:
    return _text(members, name, empty=True) if members.get(name) is not None else None


def _day(members: dict[str, Any], name: str) -> str:
    """A date; what stands behind it as a time is left off."""
    value = members.get(name)
    text = _TIME_BEHIND.sub("", value) if isinstance(value, str) else None
    if text is None or not is_day(text):
        raise NotADcc(f"{name}: not a date")
    return text


def _count(value: object, name: str, least: int) -> int:
    if type(value) is not int or not least <= value <= 99:
        raise NotADcc(f"{name}: not a number of doses")
    return value
