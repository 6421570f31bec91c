"""Whose an account may be and what for, as its name and its tags say: suggested, never taken (候補).

A suggestion names where it was read. Nobody's account becomes somebody's environment by it: whoever proposes
the adoption enters what it is, and may have a suggestion put into the form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hashira.cloud.domain.application.names import STAGE_NAMES
from hashira.cloud.domain.application.systems import STANDARD_SYSTEMS
from hashira.cloud.domain.environment_order import Stage
from hashira.kernel import municipality
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_CODE = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")
_MAIL = re.compile(r"[^\s@]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,}\Z")
_STAGES: Mapping[Stage, tuple[str, ...]] = {
    Stage.PRODUCTION: ("production", "prod", "prd", "本番"),
    Stage.VERIFICATION: ("verification", "staging", "stage", "stg", "test", "検証"),
    Stage.DEVELOPMENT: ("development", "dev", "開発"),
    Stage.OPERATION: ("operation", "ops", "運用"),
}
_OWNERS = ("owner", "contact", "責任者", "担当")
_WORDS = re.compile(r"[a-z0-9]+(?:-[a-z]+)*|[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One field of the form, what it may be, and where that was read."""

    field: str
    """``body_code``, ``system_code``, ``stage``, ``officer_email``."""
    value: str
    words: Bilingual
    source: Bilingual


def suggestions(name: str, tags: Mapping[str, str]) -> tuple[Suggestion, ...]:
    """At most one of each field; the tags come before the name, since somebody meant them.

    >>> [(one.field, one.value) for one in suggestions("011002-jumin-prod", {})]
    [('body_code', '011002'), ('system_code', 'jumin'), ('stage', 'production')]
    """
    found: dict[str, Suggestion] = {}
    for text, key, source in _places(name, tags):
        for one in (
            *_body(text, source),
            *_system(text, source),
            *_stage(text, source),
            *_mail(key, text, source),
        ):
            found.setdefault(one.field, one)
    order = ("body_code", "system_code", "stage", "officer_email")
    return tuple(found[field] for field in order if field in found)


def _places(name: str, tags: Mapping[str, str]) -> Iterator[tuple[str, str, Bilingual]]:
    for key, value in sorted(tags.items()):
        yield value[:256], key.lower(), Bilingual(f"タグ {key}", f"tag {key}")
    yield name[:256], "", Bilingual("アカウントの名前", "name of the account")


def _body(text: str, source: Bilingual) -> Iterator[Suggestion]:
    for code in _CODE.findall(unicodedata.normalize("NFKC", text)):
        try:
            body = municipality.by_code(code)
        except HashiraError:
            continue
        if body.is_local_government:
            yield Suggestion("body_code", body.code, body.title, source)


def _system(text: str, source: Bilingual) -> Iterator[Suggestion]:
    words = set(_WORDS.findall(text.lower())) | set(re.split(r"[^a-z]+", text.lower()))
    for code, title in STANDARD_SYSTEMS.items():
        if code in words or title.ja in text or (("-" in code) and code in text.lower()):
            yield Suggestion("system_code", code, title, source)


def _stage(text: str, source: Bilingual) -> Iterator[Suggestion]:
    words = set(re.split(r"[^a-z]+", text.lower()))
    for stage, names in _STAGES.items():
        if any(name in words if name.isascii() else name in text for name in names):
            yield Suggestion("stage", stage.value, STAGE_NAMES[stage], source)


def _mail(key: str, text: str, source: Bilingual) -> Iterator[Suggestion]:
    if any(word in key for word in _OWNERS) and _MAIL.match(text):
        yield Suggestion("officer_email", text, Bilingual(text, text), source)
