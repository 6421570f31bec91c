"""A version of a programme while somebody writes it on a page: lines of text and the document (版の下書き).

What is typed into the fields is put into the document as it is; ``read_programme`` says what is wrong with it
and where, and ``field_of`` which field and line of the page that is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from typing import Any, Final

from hashira.certificates.domain.vaccine_programme import FORM

Document = dict[str, Any]
DATED: Final = ("cvx", "icd11", "icvp")
_TEXTS: Final = ("name", "maker", "disease")
_STANDS_IN: Final = {"programme": "draft", "title": {"ja": "-", "en": "-"}}
_PLACE = re.compile(
    r"(?:products\.[a-z0-9-]+\.)?(?:codes\.|rules\.)?([a-z0-9_]+)(?:\[(\d+)\])?(?:\.(ja|en|icd11))?"
)


def empty() -> Document:
    """A first version with nothing in it."""
    return {"form": FORM, "programme": "", "version": 1, "valid_from": "", "title": {}, "products": []}


def following(last: Mapping[str, Any]) -> Document:
    """The version that comes after ``last``, as that one is; its day is for the person to say."""
    return {**deepcopy(dict(last)), "version": last["version"] + 1, "valid_from": ""}


def restored(old: Mapping[str, Any], last: Mapping[str, Any], *, on: date) -> Document:
    """A version after ``last`` that says what ``old`` said.

    No product is ever left out: those that came after ``old`` are retired on the day.
    """
    draft = {**deepcopy(dict(old)), "version": last["version"] + 1, "valid_from": ""}
    kept = {product["code"] for product in draft["products"]}
    for product in deepcopy(last["products"]):
        if product["code"] not in kept:
            draft["products"].append({"retired_on": on.isoformat()} | product)
    return draft


def to_check(draft: Mapping[str, Any], product: Mapping[str, Any]) -> Document:
    """A document with this product alone, and something in the place of what is not written yet."""
    top = {name: value for name, value in draft.items() if name in {"disease", "series"} and value}
    return {
        "form": FORM,
        "version": 1,
        "valid_from": "2000-01-01",
        **_STANDS_IN,
        **top,
        "products": [product],
    }


def product_of(draft: Mapping[str, Any], code: str) -> dict[str, Any] | None:
    """The product with that code."""
    return next((product for product in draft["products"] if product.get("code") == code), None)


def put(draft: Document, product: dict[str, Any]) -> None:
    """Puts a product in the place of the one with its code, or behind the others."""
    for number, known in enumerate(draft["products"]):
        if known.get("code") == product["code"]:
            draft["products"][number] = product
            return
    draft["products"].append(product)


def fields_of(product: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields of the page of a product hold."""
    codes, rules = product.get("codes", {}), product.get("rules", {})
    found: dict[str, Any] = {
        f"{part}_{language}": product.get(part, {}).get(language, "")
        for part in _TEXTS
        for language in ("ja", "en")
    }
    for system in DATED:
        found[system] = "\n".join(_line(one, "code") for one in codes.get(system, ()))
    found["eu"] = "\n".join(_line(one, "code", "prophylaxis", "holder") for one in codes.get("eu", ()))
    found["intervals"] = "\n".join(
        " ".join(str(one[part]) for part in ("before_dose", "least_days", "most_days") if part in one)
        for one in rules.get("intervals", ())
    )
    return found | {
        "code": product.get("code", ""),
        "disease_icd11": product.get("disease", {}).get("icd11", ""),
        "series": product.get("series", ""),
        "seal_name": product.get("seal_name", ""),
        "first_authorised": rules.get("first_authorised", ""),
        "most_doses": rules.get("most_doses", ""),
        "course": rules.get("course", ""),
        "retired_on": product.get("retired_on", ""),
    }


def product_from(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The product that the fields say; an empty one is left out."""
    codes = {system: _dated(fields[system]) for system in DATED} | {"eu": _eu(fields["eu"])}
    rules = {
        "first_authorised": _day(fields["first_authorised"]),
        "most_doses": fields["most_doses"],
        "course": fields["course"],
        "intervals": _intervals(fields["intervals"]),
    }
    disease = _texts(fields, "disease") | _given({"icd11": fields["disease_icd11"]})
    return _given(
        {
            "code": fields["code"],
            "name": _texts(fields, "name"),
            "maker": _texts(fields, "maker"),
            "disease": disease,
            "series": fields["series"],
            "codes": _given(codes),
            "seal_name": fields["seal_name"],
            "rules": _given(rules),
            "retired_on": _day(fields["retired_on"]),
        }
    )


def notes_from(ja: str, en: str) -> list[dict[str, str]]:
    """The sentences for paper: a line each, the same number of lines in both languages.

    >>> notes_from("一\\n二", "one")
    [{'ja': '一', 'en': 'one'}, {'ja': '二', 'en': ''}]
    """
    pairs = [_lines(ja), _lines(en)]
    longest = max(len(lines) for lines in pairs)
    first, second = (lines + [""] * (longest - len(lines)) for lines in pairs)
    return [{"ja": one, "en": other} for one, other in zip(first, second, strict=True)]


def field_of(place: str) -> tuple[str, int | None]:
    """The field of the page, and the line in it, for a place of the document.

    >>> field_of("products.comirnaty.codes.cvx[1].code")
    ('cvx', 2)
    >>> field_of("products.comirnaty.name.ja"), field_of("title.en"), field_of("notes[0].ja")
    (('name_ja', None), ('title_en', None), ('notes_ja', 1))
    """
    found = _PLACE.match(place)
    if found is None:
        return "", None
    name, number, language = found.groups()
    return f"{name}_{language}" if language else name, int(number) + 1 if number is not None else None


def _texts(fields: Mapping[str, Any], part: str) -> dict[str, str]:
    return _given({language: fields[f"{part}_{language}"] for language in ("ja", "en")})


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def _day(value: date | str | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _line(code: Mapping[str, str], *parts: str) -> str:
    return " ".join(code[part] for part in (*parts, "from") if part in code)


def _dated(text: str) -> list[dict[str, Any]]:
    return [_named(line.split(), ("code", "from")) for line in _lines(text)]


def _eu(text: str) -> list[dict[str, Any]]:
    return [_named(line.split(), ("code", "prophylaxis", "holder", "from")) for line in _lines(text)]


def _intervals(text: str) -> list[dict[str, Any]]:
    names = ("before_dose", "least_days", "most_days")
    rows = [_named(line.split(), names) for line in _lines(text)]
    return [
        {
            name: int(word) if str(word).isascii() and str(word).isdigit() else word
            for name, word in row.items()
        }
        for row in rows
    ]


def _named(words: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    """The words by the names of what they are; one too many is a member that nobody knows, and is told so."""
    found: dict[str, Any] = dict(zip(names, words, strict=False))
    if len(words) > len(names):
        found[" ".join(words[len(names) :])] = ""
    return found
