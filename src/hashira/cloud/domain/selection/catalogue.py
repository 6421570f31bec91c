"""The requirements that a cloud service has to meet, by fiscal year (要件の一覧).

How many there are, how they are grouped and what they say differs from year to year: nothing here counts
on it. Modelled on the technical requirements that are published with each call (ガバメントクラウド技術要件):
an identifier, a category, mandatory or not, the text, and how it is verified.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from hashira.kernel.canonical_json import JSON, canonical_json
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_ITEMS = 2_000
MAX_ID, MAX_CATEGORY, MAX_TEXT, MAX_HOW, MAX_TITLE = 40, 120, 4_000, 1_000, 200
FIRST_YEAR, LAST_YEAR = 2000, 2100
_ID = re.compile(r"\w(?:[\w.\-]*\w)?\Z")


class CatalogueKind(StrEnum):
    """What is selected by the catalogue."""

    IAAS_PAAS = "iaas-paas"
    PUBLIC_SAAS = "public-saas"


KIND_NAMES = {
    CatalogueKind.IAAS_PAAS: Bilingual("クラウドサービス（IaaS・PaaS）", "Cloud services (IaaS, PaaS)"),
    CatalogueKind.PUBLIC_SAAS: Bilingual("公共SaaS", "Public SaaS"),
}


class CatalogueRefused(HashiraError):
    """Details: ``reason``, and ``field`` where one field is to blame."""

    code = "CLD-101"
    what = Bilingual("この一覧は受け付けられません", "This catalogue cannot be taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("指摘を直して、もう一度行ってください", "Put it right and try again")
    status = 422


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement (要件). The English may be missing: the official text is Japanese.

    >>> Requirement("1.2", Bilingual("記録", ""), True, Bilingual("記録を残す", ""), Bilingual("書類", "")).id
    '1.2'
    """

    id: str
    category: Bilingual
    mandatory: bool
    text: Bilingual
    verified_by: Bilingual

    def __post_init__(self) -> None:
        for _field, reason in faults(self.id, self.category, self.text, self.verified_by):
            raise CatalogueRefused(reason=reason)

    def document(self) -> dict[str, JSON]:
        """The requirement as JSON, in which its digest is taken."""
        return {
            "id": self.id,
            "category": {"ja": self.category.ja, "en": self.category.en},
            "mandatory": self.mandatory,
            "text": {"ja": self.text.ja, "en": self.text.en},
            "verified_by": {"ja": self.verified_by.ja, "en": self.verified_by.en},
        }


def faults(
    id: str, category: Bilingual, text: Bilingual, verified_by: Bilingual
) -> Iterator[tuple[str, Bilingual]]:
    """Everything that is wrong with the values of a requirement: the name of the field, and the words."""
    if not id:
        yield "id", Bilingual("番号がありません", "It has no identifier")
    elif len(id) > MAX_ID or not _ID.match(id):
        words = Bilingual(
            "番号に使えるのは、文字、数字、「.」「-」「_」で、40字までです",
            "An identifier is of letters, digits, . - and _, up to 40",
        )
        yield "id", words
    for field, value, longest, name in (
        ("category", category, MAX_CATEGORY, Bilingual("区分", "category")),
        ("text", text, MAX_TEXT, Bilingual("要件", "text")),
        ("verified_by", verified_by, MAX_HOW, Bilingual("確認の方法", "way of verifying")),
    ):
        if not value.ja.strip():
            yield field, Bilingual("{name}がありません", "The {name} is missing").format(name=name)
        if max(len(value.ja), len(value.en)) > longest:
            words = Bilingual(
                "{name}が長すぎます（{longest}文字まで）", "The {name} is longer than {longest} characters"
            )
            yield field, words.format(name=name, longest=longest)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All requirements of one kind and fiscal year (4月始まり), in their order."""

    kind: CatalogueKind
    fiscal_year: int
    title: Bilingual
    requirements: tuple[Requirement, ...]

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.fiscal_year <= LAST_YEAR:
            raise CatalogueRefused(
                field="fiscal_year",
                reason=Bilingual(
                    f"年度は西暦{FIRST_YEAR}から{LAST_YEAR}までです",
                    f"The fiscal year is from {FIRST_YEAR} to {LAST_YEAR}",
                ),
            )
        if not self.title.ja.strip() or max(len(self.title.ja), len(self.title.en)) > MAX_TITLE:
            raise CatalogueRefused(
                field="title",
                reason=Bilingual("題名は1文字から200文字です", "A title has 1 to 200 characters"),
            )
        if not 1 <= len(self.requirements) <= MAX_ITEMS:
            raise CatalogueRefused(
                reason=Bilingual(
                    f"要件は1件から{MAX_ITEMS}件です", f"A catalogue has 1 to {MAX_ITEMS} requirements"
                )
            )
        twice = repeated([one.id for one in self.requirements])
        if twice:
            raise CatalogueRefused(
                reason=Bilingual(
                    f"同じ番号が二度あります：{'、'.join(twice[:5])}",
                    f"Identifiers appear twice: {', '.join(twice[:5])}",
                )
            )

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: two catalogues with the same digest say the same."""
        document: JSON = {
            "kind": self.kind.value,
            "fiscal_year": self.fiscal_year,
            "requirements": [one.document() for one in self.requirements],
        }
        return sha256(canonical_json(document)).hexdigest()

    def categories(self) -> tuple[Bilingual, ...]:
        """The categories in the order of their first requirement."""
        return tuple({one.category.ja: one.category for one in self.requirements}.values())


def repeated(ids: Sequence[str]) -> tuple[str, ...]:
    """Identifiers that appear more than once, in their order; letter case does not tell two apart."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for one in ids:
        if one.casefold() in seen:
            twice[one] = None
        seen.add(one.casefold())
    return tuple(twice)


def readable(text: Bilingual) -> Bilingual:
    """For a page: where nobody has written the English yet, the Japanese stands for it."""
    return text if text.en else Bilingual(text.ja, text.ja)
