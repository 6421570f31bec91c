"""Catalogues as OSCAL (要件の一覧と OSCAL カタログの行き来).

Source: NIST OSCAL 1.2.1, Catalog Model (JSON). Read and written here rather than by ``compliance-trestle``,
which brings an SSH client and a web client with it; the tests hold what is written to trestle's own
validation. A category is a ``group``, a requirement a ``control``; what OSCAL has no member for is a ``prop``
in our namespace. Identifiers of OSCAL are tokens that begin with a letter, so ``1.2`` becomes ``r-1.2`` and
stands as it is under the property ``label``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from hashira.cloud.domain.selection.catalogue import (
    Catalogue,
    CatalogueKind,
    CatalogueRefused,
    Requirement,
)
from hashira.kernel.canonical_json import JSON
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

OSCAL_VERSION = "1.2.1"
NAMESPACE = "urn:hashira:oscal"
_IDENTITY = UUID("0b9f6f0e-6f0a-5d35-9b0e-2f6f3c8d7a11")
"""Under which the identifiers of what is written are derived, so that the same catalogue has the same."""
_NOT_TOKEN = re.compile(r"[^\w.\-]")
MAX_DEPTH = 12


class NotAnOscalCatalogue(HashiraError):
    """Details: ``reason``."""

    code = "CLD-105"
    what = Bilingual("OSCALのカタログとして読めません", "It cannot be read as an OSCAL catalogue")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "OSCAL 1.x の catalog（JSON）かを確かめてください。ほかの版は、書き出した側で直してもらってください",
        "Make sure that it is an OSCAL 1.x catalog in JSON, and have it put right where it was written",
    )
    status = 422


def to_oscal(catalogue: Catalogue, *, version: str, at: datetime) -> dict[str, JSON]:
    """The catalogue as an OSCAL document; ``at`` (aware) is when it was last changed.

    Two requirements of one category that are apart in the catalogue stand in one group: the property
    ``position`` keeps the order of all.
    """
    groups: dict[str, list[JSON]] = {}
    names: dict[str, Bilingual] = {}
    for position, one in enumerate(catalogue.requirements, start=1):
        groups.setdefault(one.category.ja, []).append(_control(one, position))
        names.setdefault(one.category.ja, one.category)
    props: list[JSON] = [
        _prop("kind", catalogue.kind.value),
        _prop("fiscal-year", str(catalogue.fiscal_year)),
    ]
    if catalogue.title.en:
        props.append(_prop("title-en", catalogue.title.en))
    identity = f"{catalogue.kind.value}/{catalogue.fiscal_year}/{version}/{catalogue.digest}"
    return {
        "catalog": {
            "uuid": str(uuid5(_IDENTITY, identity)),
            "metadata": {
                "title": catalogue.title.ja,
                "last-modified": at.isoformat(),
                "version": version,
                "oscal-version": OSCAL_VERSION,
                "props": props,
            },
            "groups": [
                _group(number, names[key], controls)
                for number, (key, controls) in enumerate(groups.items(), start=1)
            ],
        }
    }


def _group(number: int, name: Bilingual, controls: Sequence[JSON]) -> dict[str, JSON]:
    group: dict[str, JSON] = {"id": f"category-{number}", "title": name.ja}
    if name.en:
        group["props"] = [_prop("title-en", name.en)]
    group["controls"] = list(controls)
    return group


def _control(one: Requirement, position: int) -> dict[str, JSON]:
    token = oscal_id(one.id)
    parts: list[JSON] = [
        {"id": f"{token}_smt", "name": "statement", "prose": one.text.ja},
        {"id": f"{token}_how", "name": "verification", "ns": NAMESPACE, "prose": one.verified_by.ja},
    ]
    if one.text.en:
        parts.append({"id": f"{token}_smt-en", "name": "statement-en", "ns": NAMESPACE, "prose": one.text.en})
    if one.verified_by.en:
        part: JSON = {
            "id": f"{token}_how-en",
            "name": "verification-en",
            "ns": NAMESPACE,
            "prose": one.verified_by.en,
        }
        parts.append(part)
    return {
        "id": token,
        "class": "mandatory" if one.mandatory else "optional",
        "title": _short(one.text.ja),
        "props": [{"name": "label", "value": one.id}, _prop("position", str(position))],
        "parts": parts,
    }


def oscal_id(id: str) -> str:
    """An identifier as a token of OSCAL; no two of a catalogue become the same.

    >>> oscal_id("1.2"), oscal_id("通信-1")
    ('r-1.2', 'r-通信-1')
    """
    return "r-" + _NOT_TOKEN.sub("_", id)


def _prop(name: str, value: str) -> dict[str, JSON]:
    return {"name": name, "ns": NAMESPACE, "value": value}


def _short(text: str) -> str:
    line = text.split("\n", 1)[0].strip()
    return line if len(line) <= 60 else line[:59] + "…"


def from_oscal(
    document: object, *, kind: CatalogueKind | None = None, fiscal_year: int | None = None
) -> Catalogue:
    """A catalogue from an OSCAL document, of ours or of others (such as NIST SP 800-53).

    ``kind`` and ``fiscal_year`` are needed where the document does not tell them. A foreign control is
    mandatory unless its class says ``optional``. Raises ``NotAnOscalCatalogue`` or ``CatalogueRefused``.
    """
    body = _mapping(document, "catalog", "catalog")
    metadata = _mapping(body, "metadata", "metadata")
    version = str(metadata.get("oscal-version", ""))
    if not version.startswith("1."):
        raise NotAnOscalCatalogue(
            reason=Bilingual(
                f"oscal-version が{version or 'ありません'}", f"oscal-version is {version or 'missing'}"
            )
        )
    known = _own_props(metadata)
    found: list[tuple[int, Requirement]] = []
    _gather(body, Bilingual("（区分なし）", "(no category)"), found, 0)
    if not found:
        raise NotAnOscalCatalogue(reason=Bilingual("control がありません", "It has no control"))
    if all(position for position, _ in found):
        found.sort(key=lambda pair: pair[0])
    try:
        chosen = kind or CatalogueKind(known.get("kind", ""))
        year = fiscal_year or int(known.get("fiscal-year", ""))
    except ValueError:
        raise NotAnOscalCatalogue(
            reason=Bilingual(
                "種類か年度が書かれていません。指定してください", "It tells no kind or fiscal year: say which"
            )
        ) from None
    title = Bilingual(str(metadata.get("title", "")), known.get("title-en", ""))
    return Catalogue(chosen, year, title, tuple(one for _, one in found))


def _gather(
    holder: Mapping[str, Any], category: Bilingual, found: list[tuple[int, Requirement]], depth: int
) -> None:
    if depth > MAX_DEPTH:
        raise NotAnOscalCatalogue(
            reason=Bilingual(f"入れ子が{MAX_DEPTH}段より深い", f"It is nested deeper than {MAX_DEPTH}")
        )
    for control in _list(holder, "controls"):
        found.append(_requirement(control, category))
        _gather(control, category, found, depth + 1)  # enhancements are controls of their own
    for group in _list(holder, "groups"):
        named = Bilingual(str(group.get("title", "")), _own_props(group).get("title-en", ""))
        _gather(group, named, found, depth + 1)


def _requirement(control: Mapping[str, Any], category: Bilingual) -> tuple[int, Requirement]:
    label = next(
        (str(p.get("value")) for p in _list(control, "props") if p.get("name") == "label" and "ns" not in p),
        str(control.get("id", "")),
    )
    prose: dict[str, str] = {}
    for part in _list(control, "parts"):
        prose.setdefault(str(part.get("name", "")), _prose(part, 0))
    text = prose.get("statement") or str(control.get("title", ""))
    how = prose.get("verification") or prose.get("assessment-objective") or "—"
    position = _own_props(control).get("position", "")
    if not re.fullmatch(r"[\w][\w.\-]*", label):
        label = str(control.get("id", ""))
    try:
        one = Requirement(
            label,
            category,
            control.get("class") != "optional",
            Bilingual(text, prose.get("statement-en", "")),
            Bilingual(how[:1000], prose.get("verification-en", "")),
        )
    except CatalogueRefused as error:
        told = error.details["reason"]
        words = Bilingual("{id}：{reason}", "{id}: {reason}").format(id=label, reason=told)
        raise CatalogueRefused(reason=words) from error
    return (int(position) if position.isdecimal() else 0), one


def _prose(part: Mapping[str, Any], depth: int) -> str:
    """The text of a part with its sub-parts, each on a line of its own."""
    if depth > MAX_DEPTH:
        return ""
    lines = [str(part["prose"])] if part.get("prose") else []
    lines += [line for sub in _list(part, "parts") if (line := _prose(sub, depth + 1))]
    return "\n".join(lines)


def _own_props(holder: Mapping[str, Any]) -> dict[str, str]:
    return {
        str(prop.get("name")): str(prop.get("value"))
        for prop in _list(holder, "props")
        if prop.get("ns") == NAMESPACE
    }


def _mapping(holder: object, key: str, name: str) -> Mapping[str, Any]:
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, dict):
        raise NotAnOscalCatalogue(reason=Bilingual(f"{name} がありません", f"It has no {name}"))
    return value


def _list(holder: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = holder.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise NotAnOscalCatalogue(
            reason=Bilingual(f"{key} が一覧になっていません", f"{key} is no list of objects")
        )
    return value
