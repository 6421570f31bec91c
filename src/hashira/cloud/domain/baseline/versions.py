"""Versions of the baseline: read from a file or a form, checked, compared with another (基準の版)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hashira.cloud.domain.baseline.catalogue import RESOURCES, baseline_guardrail, in_force, spared
from hashira.cloud.domain.baseline.entry import Granter
from hashira.cloud.domain.baseline_terms import FIRST, BaselineTerms
from hashira.cloud.domain.guardrail import Guardrail, GuardrailClass
from hashira.cloud.domain.guardrails import GUARDRAILS, located
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,23}")
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-[0-9]{1,2}")
_MOST = 1_000_000
_FIELDS = ("version", "regions", "adopted", "dropped", "limits")


class BaselineRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-411"
    what = Bilingual("基準の版を受け付けられません", "The version of the baseline was not taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("指摘を直してください", "Put it right")
    status = 422


def read_terms(document: object) -> BaselineTerms:
    """From JSON: ``version``, and of ``regions``, ``adopted``, ``dropped``, ``limits`` what is other.

    >>> read_terms({"version": "2026.12", "regions": ["ap-northeast-1"]}).regions
    ('ap-northeast-1',)

    Raises:
        BaselineRefused: with the field at fault; nothing is guessed.
    """
    if not isinstance(document, Mapping):
        raise _refused("version", "JSONのオブジェクトではありません", "It is no object of JSON")
    unknown = sorted(set(map(str, document)) - set(_FIELDS))
    if unknown:
        said = ", ".join(unknown)
        raise _refused("version", f"知らない項目です：{said}", f"These fields are not known: {said}")
    version = document.get("version", "")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise _refused(
            "version",
            "版は、英数字とピリオドとハイフンで24文字までです",
            "A version has up to 24 letters, digits, points and hyphens",
        )
    regions = _words(document, "regions", FIRST.regions)
    for region in regions:
        if not _REGION.fullmatch(region):
            raise _refused(
                "regions", f"リージョンの名前ではありません：{region}", f"It is no region: {region}"
            )
    if not regions:
        raise _refused("regions", "リージョンがありません", "There is no region")
    terms = BaselineTerms(
        version,
        regions,
        _words(document, "adopted", ()),
        _words(document, "dropped", ()),
        _limits(document.get("limits", {})),
    )
    _checked(terms)
    return terms


def guardrails_under(terms: BaselineTerms, exceptions: tuple[str, ...] = ()) -> tuple[Guardrail, ...]:
    """The SCPs that are in force under a version, without those for which there is an exception."""
    return _under(terms, spared(exceptions))


@functools.lru_cache(maxsize=256)
def _under(terms: BaselineTerms, without: frozenset[str]) -> tuple[Guardrail, ...]:
    return tuple(
        replace(one, statements=(located(terms.regions),)) if one.id == "data-location" else one
        for one in GUARDRAILS
        if (one.belongs is not GuardrailClass.SAMPLE or one.id in terms.adopted)
        and one.id not in without
        and one.id not in terms.dropped
    )


def differences(before: BaselineTerms, after: BaselineTerms) -> tuple[Bilingual, ...]:
    """What is other under the second one, in words; nothing for two that say the same."""
    found = [
        Bilingual(f"リージョン {region} を使えるようにする", f"The region {region} may be used")
        for region in _beyond(after.regions, before.regions)
    ]
    found += [
        Bilingual(f"リージョン {region} を使えなくする", f"The region {region} may no longer be used")
        for region in _beyond(before.regions, after.regions)
    ]
    was, will = _in_force(before), _in_force(after)
    for id_ in sorted(will - was):
        title = _title(id_)
        found.append(
            Bilingual(
                f"ガードレール「{title.ja}」を全員に掛ける", f"The guardrail “{title.en}” holds everybody"
            )
        )
    for id_ in sorted(was - will):
        title = _title(id_)
        found.append(
            Bilingual(f"ガードレール「{title.ja}」を外す", f"The guardrail “{title.en}” is left off")
        )
    had, has = dict(before.limits), dict(after.limits)
    for name in sorted(had.keys() | has.keys()):
        if had.get(name) != has.get(name):
            resource = RESOURCES[name].name
            said = {"ja": "既定", "en": "the default"}
            old, new = had.get(name), has.get(name)
            found.append(
                Bilingual(
                    f"上限「{resource.ja}」：{said['ja'] if old is None else old} → "
                    f"{said['ja'] if new is None else new}",
                    f"Limit “{resource.en}”: {said['en'] if old is None else old} → "
                    f"{said['en'] if new is None else new}",
                )
            )
    return tuple(found)


def _in_force(terms: BaselineTerms) -> frozenset[str]:
    return frozenset(one.id for one, _realised in in_force("aws", (), terms))


def _title(id_: str) -> Bilingual:
    known = baseline_guardrail(id_)
    return known.title if known is not None else Bilingual(id_, id_)


def _beyond(these: tuple[str, ...], those: tuple[str, ...]) -> list[str]:
    return [one for one in these if one not in those]


def _checked(terms: BaselineTerms) -> None:
    for field, ids in (("adopted", terms.adopted), ("dropped", terms.dropped)):
        for id_ in ids:
            known = baseline_guardrail(id_)
            if known is None:
                raise _refused(
                    field, f"そのガードレールはありません：{id_}", f"There is no such guardrail: {id_}"
                )
            if field == "adopted" and known.belongs is not GuardrailClass.SAMPLE:
                raise _refused(field, f"{id_} はもう全員に掛かっています", f"{id_} holds everybody already")
            if field == "dropped" and known.belongs is GuardrailClass.SAMPLE:
                raise _refused(field, f"{id_} はもともと掛かっていません", f"{id_} holds nobody as it is")
            if field == "dropped" and known.exception.granter is Granter.NOBODY:
                raise _refused(
                    field,
                    f"{id_} は外せません：{known.exception.condition.ja}",
                    f"{id_} cannot be left off: {known.exception.condition.en}",
                )


def _words(document: Mapping[str, Any], field: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    given = document.get(field)
    if given is None:
        return otherwise
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise _refused(field, f"{field} は文字列の一覧です", f"{field} is a list of texts")
    return tuple(dict.fromkeys(one.strip() for one in given))


def _limits(given: object) -> tuple[tuple[str, int], ...]:
    if not isinstance(given, Mapping):
        raise _refused("limits", "limits は名前と数の組です", "limits has names and numbers")
    for name, most in given.items():
        if name not in RESOURCES:
            said = ", ".join(RESOURCES)
            raise _refused("limits", f"{name} はありません（{said}）", f"There is no {name} ({said})")
        if not isinstance(most, int) or isinstance(most, bool) or not 0 < most <= _MOST:
            raise _refused(
                "limits", f"{name} は1から{_MOST:,}の数です", f"{name} is a number from 1 to {_MOST:,}"
            )
    return tuple(sorted((str(name), int(most)) for name, most in given.items()))


def _refused(field: str, ja: str, en: str) -> BaselineRefused:
    return BaselineRefused(field=field, reason=Bilingual(ja, en))
