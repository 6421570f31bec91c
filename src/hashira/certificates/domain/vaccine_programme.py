"""A vaccine programme as data: its products with their codes, rules and texts (予防接種プログラム).

One JSON document a version. The products that Hashira comes with are such documents too (``programmes/``),
so there is one way in. A document is read strictly: what is unknown, missing or contradicts itself is an
error that names its place. ``docs/reference/programmes.md`` has every member.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final, TypeVar, cast

from hashira.certificates.domain.icd11_vaccine import VACCINES
from hashira.certificates.domain.vaccine_product import DatedCode, EuCode, Interval, VaccineProduct
from hashira.kernel.canonical_json import JSON, canonical_json
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

FORM: Final = "hashira-vaccine-programme/1"
MAX_OCTETS: Final = 512 * 1024
MAX_PRODUCTS: Final = 500
_MAX_TEXT: Final = 300
_MAX_SEAL_NAME: Final = 100
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_SYSTEMS: Final[Mapping[str, re.Pattern[str]]] = {
    "cvx": re.compile(r"[0-9]{2,3}\Z"),
    "icd11": re.compile(r"[A-Z0-9.]{2,12}\Z"),
    "eu": re.compile(r"[A-Za-z0-9/-]{1,60}\Z"),
    "icvp": re.compile(r"[A-Za-z0-9]{8,80}\Z"),
}
_Read = TypeVar("_Read")


class ProgrammeUnreadable(HashiraError):
    """Details: ``place``, ``reason``."""

    code = "CERT-271"
    what = Bilingual("プログラムのファイルを使えません", "The file of the programme cannot be used")
    why = Bilingual("{place}: {reason}", "{place}: {reason}")
    remedy = Bilingual(
        "ファイルのその場所を直してください。書き方は docs/reference/programmes.md にあります",
        "Correct that place of the file; docs/reference/programmes.md says how it is written",
    )
    status = 422


@dataclass(frozen=True, slots=True)
class Programme:
    """One version of a programme, in force from a day on."""

    name: str
    version: int
    valid_from: date
    title: Bilingual
    notes: tuple[Bilingual, ...]
    """Sentences that a certificate on paper says under its doses."""
    products: tuple[VaccineProduct, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions: of which product, which part, before and after."""

    product: str
    part: str
    before: str
    after: str


def read_programme(document: object) -> Programme:
    """The programme of a parsed JSON document; raises ``ProgrammeUnreadable`` with the place."""
    top = _Members(document, "")
    if top.take("form", _text(40)) != FORM:
        raise _unreadable("form", f"{FORM} ではありません", f"it is not {FORM}")
    name = top.take("programme", _code)
    disease = top.take("disease", _disease, None)
    series = top.take("series", _code, "")
    notes: list[Bilingual] = top.take("notes", _each(_bilingual, 5), [])
    programme = Programme(
        name=name,
        version=top.take("version", _count(1, 9999)),
        valid_from=top.take("valid_from", _date),
        title=top.take("title", _bilingual),
        notes=tuple(notes),
        products=tuple(
            top.take(
                "products",
                _each(
                    lambda value, place: _product(value, place, name, disease, series, notes), MAX_PRODUCTS
                ),
            )
        ),
    )
    top.end()
    if not programme.products:
        raise _unreadable("products", "製品がありません", "there is no product")
    for part in ("code", "name"):
        seen: set[object] = set()
        for product in programme.products:
            value = getattr(product, part)
            if value in seen:
                raise _unreadable(f"products.{product.code}", "同じ製品が二つあります", "it is there twice")
            seen.add(value)
    return programme


def digest_input(document: object) -> bytes:
    """The octets that a version is known by: the canonical form of its document (RFC 8785)."""
    return canonical_json(cast("JSON", document))


def check_successor(new: Programme, old: Programme | None, others: Sequence[Programme]) -> None:
    """Raises ``ProgrammeUnreadable`` unless the new version may follow the old one.

    A version counts on by one and begins later than the last; no product is left out of it (one that is no
    longer given is retired by its day); no code belongs to another programme.
    """
    expected = old.version + 1 if old else 1
    if new.version != expected:
        raise _unreadable(
            "version", f"次の版は {expected} です", f"the version that comes next is {expected}"
        )
    if old and new.valid_from <= old.valid_from:
        raise _unreadable(
            "valid_from",
            f"前の版の開始日（{old.valid_from}）より後にしてください",
            f"it has to be later than that of the last version ({old.valid_from})",
        )
    codes = {product.code for product in new.products}
    gone = sorted({product.code for product in old.products} - codes) if old else []
    if gone:
        named = ", ".join(gone)
        raise _unreadable(
            "products",
            f"前の版の製品がありません（終了した製品は retired_on で示します）: {named}",
            f"products of the last version are missing (one that ended says so in retired_on): {named}",
        )
    taken = {product.code: other.name for other in others for product in other.products}
    for code in sorted(codes & set(taken)):
        raise _unreadable(
            f"products.{code}",
            f"この製品コードはプログラム {taken[code]} のものです",
            f"that code belongs to the programme {taken[code]}",
        )


def changes_between(old: Programme | None, new: Programme) -> tuple[Change, ...]:
    """What is different, product by product, in the order of the new version."""
    found = list(_texts_changed(old, new))
    before = {product.code: product for product in old.products} if old else {}
    for product in new.products:
        earlier = before.get(product.code)
        for field in fields(VaccineProduct):
            if field.name in {"code", "programme", "notes"}:
                continue
            was = _said(getattr(earlier, field.name)) if earlier else ""
            now = _said(getattr(product, field.name))
            if was != now:
                found.append(Change(product.code, field.name, was, now))
    return tuple(found)


def _texts_changed(old: Programme | None, new: Programme) -> Iterator[Change]:
    for part in ("title", "valid_from", "notes"):
        was = _said(getattr(old, part)) if old else ""
        if was != _said(getattr(new, part)):
            yield Change("", part, was, _said(getattr(new, part)))


def _said(value: object) -> str:
    """A value in one line, for a person who compares."""
    if value is None or value == ():
        return ""
    if isinstance(value, Bilingual):
        return f"{value.ja} / {value.en}"
    if isinstance(value, tuple):
        return "; ".join(_said(one) for one in value)
    if isinstance(value, Interval):
        ja = f"{value.least}～{value.most}日" if value.most else f"{value.least}日以上"
        en = f"{value.least} to {value.most} days" if value.most else f"{value.least} days or more"
        return f"{value.before}回目の前に{ja} / {en} before dose {value.before}"
    return str(value)


# --- reading one member after the other


class _Members:
    """The members of an object, each taken once; what is left at the end was not meant to be there."""

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise _unreadable(place or "{}", "オブジェクト（{…}）ではありません", "it is no object ({…})")
        self._left: dict[str, Any] = dict(value)
        self._place = place

    def take(self, name: str, read: Callable[[object, str], _Read], *otherwise: _Read) -> _Read:
        place = f"{self._place}.{name}".lstrip(".")
        if name not in self._left:
            if otherwise:
                return otherwise[0]
            raise _unreadable(place, "ありません", "it is missing")
        return read(self._left.pop(name), place)

    def end(self) -> None:
        for name in self._left:
            place = f"{self._place}.{name}".lstrip(".")
            raise _unreadable(place, "知らない項目です", "no such member is known")


def _text(longest: int) -> Callable[[object, str], str]:
    def read(value: object, place: str) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
            raise _unreadable(
                place,
                f"1から{longest}文字の文字列が要ります",
                f"it takes a text of 1 to {longest} characters",
            )
        return value

    return read


def _code(value: object, place: str) -> str:
    text = _text(32)(value, place)
    if not _CODE.match(text):
        raise _unreadable(
            place, "小文字、数字、ハイフンで書きます", "it takes small letters, digits and hyphens"
        )
    return text


def _bilingual(value: object, place: str) -> Bilingual:
    members = _Members(value, place)
    found = Bilingual(members.take("ja", _text(_MAX_TEXT)), members.take("en", _text(_MAX_TEXT)))
    members.end()
    return found


def _date(value: object, place: str) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise _unreadable(
            place, "日付は 2026-11-23 のように書きます", "a day is written 2026-11-23"
        ) from None


def _as_it_is(value: object, place: str) -> object:
    return value


def _count(least: int, most: int) -> Callable[[object, str], int]:
    def read(value: object, place: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise _unreadable(place, f"{least}から{most}の数です", f"it is a number from {least} to {most}")
        return value

    return read


def _each(read: Callable[[object, str], _Read], most: int) -> Callable[[object, str], list[_Read]]:
    def read_all(value: object, place: str) -> list[_Read]:
        if not isinstance(value, list) or len(value) > most:
            raise _unreadable(place, f"{most}件までの配列です", f"it is an array of up to {most}")
        return [read(one, f"{place}[{number}]") for number, one in enumerate(value)]

    return read_all


def _disease(value: object, place: str) -> tuple[Bilingual, str]:
    members = _Members(value, place)
    name = Bilingual(members.take("ja", _text(_MAX_TEXT)), members.take("en", _text(_MAX_TEXT)))
    code = members.take("icd11", _in_system("icd11"), "")
    members.end()
    return name, code


def _in_system(system: str) -> Callable[[object, str], str]:
    def read(value: object, place: str) -> str:
        text = _text(80)(value, place)
        if not _SYSTEMS[system].match(text):
            raise _unreadable(place, f"{system} のコードの形ではありません", f"no code of {system} looks so")
        return text

    return read


def _dated(system: str) -> Callable[[object, str], DatedCode]:
    def read(value: object, place: str) -> DatedCode:
        members = _Members(value, place)
        found = DatedCode(members.take("code", _in_system(system)), members.take("from", _date, date.min))
        members.end()
        return found

    return read


def _eu(value: object, place: str) -> EuCode:
    members = _Members(value, place)
    found = EuCode(
        medicine=members.take("code", _in_system("eu")),
        prophylaxis=members.take("prophylaxis", _text(40)),
        holder=members.take("holder", _text(80)),
        since=members.take("from", _date, date.min),
    )
    members.end()
    return found


def _interval(value: object, place: str) -> Interval:
    members = _Members(value, place)
    found = Interval(
        before=members.take("before_dose", _count(2, 99)),
        least=members.take("least_days", _count(0, 36500)),
        most=members.take("most_days", _count(1, 36500), None),
    )
    members.end()
    if found.most is not None and found.most < found.least:
        raise _unreadable(f"{place}.most_days", "least_days より短い間隔です", "it is below least_days")
    return found


def _product(
    value: object,
    place: str,
    programme: str,
    disease: tuple[Bilingual, str] | None,
    series: str,
    notes: Sequence[Bilingual],
) -> VaccineProduct:
    members = _Members(value, place)
    code = members.take("code", _code)
    place = members._place = f"products.{code}"
    illness, illness_code = members.take("disease", _disease, disease or (None, ""))
    if illness is None:
        raise _unreadable(f"{place}.disease", "病気の名前がありません", "there is no disease")
    nothing: object = {}
    codes = _Members(members.take("codes", _as_it_is, nothing), f"{place}.codes")
    rules = _Members(members.take("rules", _as_it_is, nothing), f"{place}.rules")
    found = VaccineProduct(
        code=code,
        name=members.take("name", _bilingual),
        maker=members.take("maker", _bilingual),
        disease=illness,
        series=members.take("series", _code, series or code),
        programme=programme,
        cvx_codes=tuple(codes.take("cvx", _each(_dated("cvx"), 20), [])),
        icd11_codes=tuple(codes.take("icd11", _each(_dated("icd11"), 20), [])),
        icd11_disease=illness_code,
        eu_codes=tuple(codes.take("eu", _each(_eu, 20), [])),
        icvp_codes=tuple(codes.take("icvp", _each(_dated("icvp"), 20), [])),
        seal_name=members.take("seal_name", _text(_MAX_SEAL_NAME), ""),
        since=rules.take("first_authorised", _date, None),
        most=rules.take("most_doses", _count(1, 99), None),
        course=rules.take("course", _count(1, 9), None),
        intervals=tuple(rules.take("intervals", _each(_interval, 20), [])),
        retired_on=members.take("retired_on", _date, None),
        notes=tuple(notes),
    )
    for part in (members, codes, rules):
        part.end()
    _check_codes(found, place)
    return found


def _check_codes(product: VaccineProduct, place: str) -> None:
    for system in ("cvx_codes", "icd11_codes", "icvp_codes", "eu_codes"):
        days = [one.since for one in getattr(product, system)]
        if days != sorted(set(days)):
            name = system.removesuffix("_codes")
            raise _unreadable(
                f"{place}.codes.{name}", "開始日の順に並べ、同じ日を二度書かないでください",
                "order them by day, each day once",
            )  # fmt: skip
    if product.icd11_codes:
        if not product.seal_name:
            raise _unreadable(
                f"{place}.seal_name",
                "ICD-11 のコードがある製品には要ります",
                "a product with an ICD-11 code needs it",
            )
        if not product.icd11_disease:
            raise _unreadable(
                f"{place}.disease.icd11", "ICD-11 のコードがある製品には要ります",
                "a product with an ICD-11 code needs that of its disease",
            )  # fmt: skip
        for one in product.icd11_codes:
            known = VACCINES.get(one.code)
            if known is not None and known[1] != product.icd11_disease:
                raise _unreadable(
                    f"{place}.codes.icd11",
                    f"{one.code} は別の病気のワクチンです",
                    f"{one.code} is against another disease",
                )


def _unreadable(place: str, ja: str, en: str) -> ProgrammeUnreadable:
    return ProgrammeUnreadable(place=place, reason=Bilingual(ja, en))
