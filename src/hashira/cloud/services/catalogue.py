"""Catalogues: taken in as drafts, corrected, published, thrown away (要件の一覧の作成と公開)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Max

from hashira.cloud.domain.selection.catalogue import Catalogue, CatalogueRefused, Requirement
from hashira.cloud.selectors.catalogues import CatalogueNotFound, load_catalogue
from hashira.cloud.store.models import RequirementCatalogue, RequirementItem
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

AREA = Resource("Portal::Area", "cloud")
_STATE = RequirementCatalogue.State


class DraftExists(HashiraError):
    """Details: ``version``."""

    code = "CLD-121"
    what = Bilingual("取り込みませんでした", "Nothing was imported")
    why = Bilingual(
        "この種類と年度には、もう下書き（第{version}版）があります",
        "There is a draft (version {version}) of this kind and year already",
    )
    remedy = Bilingual(
        "下書きを置き換えることを選ぶか、先に公開または破棄してください",
        "Choose to replace it, or publish or discard it first",
    )
    status = 409


class NotADraft(HashiraError):
    """The catalogue is published, or somebody threw it away."""

    code = "CLD-122"
    what = Bilingual("変更できませんでした", "It was not changed")
    why = Bilingual("公開された一覧は変わりません", "A published catalogue does not change")
    remedy = Bilingual(
        "直すには、表に書き出し、直して、新しい版として取り込んでください",
        "Export it, correct it and import it as a new version",
    )
    status = 409


@service(action="cloud:ManageCatalogue")
def import_catalogue(
    *,
    actor: Principal,
    catalogue: Catalogue,
    source: str,
    source_digest: str,
    replace: bool,
    at: datetime,
) -> UUID:
    """Keeps a catalogue as the draft of its kind and year; all of it or nothing.

    Raises ``DraftExists`` unless ``replace``; what is published stays as it is, and the draft is a new
    version.
    """
    access.require(actor, "cloud:ManageCatalogue", AREA)
    same = RequirementCatalogue.objects.filter(kind=catalogue.kind.value, fiscal_year=catalogue.fiscal_year)
    draft = same.select_for_update().filter(state=_STATE.DRAFT).first()
    if draft is not None and not replace:
        raise DraftExists(version=draft.version)
    last = same.aggregate(last=Max("version"))["last"] or 0
    version = draft.version if draft is not None else last + 1
    if draft is not None:
        draft.delete()
    row = RequirementCatalogue.objects.create(
        kind=catalogue.kind.value,
        fiscal_year=catalogue.fiscal_year,
        version=version,
        title=catalogue.title.ja,
        title_en=catalogue.title.en,
        source=source[:200],
        source_digest=source_digest,
        created_at=at,
        created_by=actor.id,
        changed_at=at,
    )
    RequirementItem.objects.bulk_create(
        _item(row, position, one) for position, one in enumerate(catalogue.requirements, start=1)
    )
    _tell(
        actor, row, {"act": "imported", "requirements": len(catalogue.requirements), "replaced": bool(draft)}
    )
    return row.pk


@service(action="cloud:ManageCatalogue")
def revise_requirement(
    *, actor: Principal, catalogue_id: UUID, key: int | None, requirement: Requirement, at: datetime
) -> None:
    """Writes one requirement of a draft anew; without ``key`` it is added at the end.

    Raises ``NotADraft``, ``CatalogueRefused`` for an identifier that another one has.
    """
    access.require(actor, "cloud:ManageCatalogue", AREA)
    row = _draft(catalogue_id)
    others = row.items.exclude(pk=key) if key is not None else row.items.all()
    if any(
        one.casefold() == requirement.id.casefold() for one in others.values_list("identifier", flat=True)
    ):
        raise CatalogueRefused(
            field="id",
            reason=Bilingual("同じ番号の要件があります", "Another requirement has this identifier"),
        )
    if key is None:
        last = row.items.aggregate(last=Max("position"))["last"] or 0
        _item(row, last + 1, requirement).save()
    else:
        found = row.items.filter(pk=key).first()
        if found is None:
            raise NotADraft
        written = _item(row, found.position, requirement)
        written.pk = key
        written.save(force_update=True)
    _changed(row, at)
    _tell(actor, row, {"act": "revised" if key is not None else "added", "requirement": requirement.id})


@service(action="cloud:ManageCatalogue")
def remove_requirement(*, actor: Principal, catalogue_id: UUID, key: int, at: datetime) -> None:
    """Takes one requirement out of a draft; raises ``NotADraft``, ``CatalogueRefused`` for the last one."""
    access.require(actor, "cloud:ManageCatalogue", AREA)
    row = _draft(catalogue_id)
    found = row.items.filter(pk=key).first()
    if found is None:
        raise NotADraft
    if row.items.count() == 1:
        raise CatalogueRefused(
            reason=Bilingual(
                "最後の要件です。一覧ごと破棄してください", "It is the last one: discard the draft"
            )
        )
    found.delete()
    _changed(row, at)
    _tell(actor, row, {"act": "removed", "requirement": found.identifier})


@service(action="cloud:ManageCatalogue")
def publish_catalogue(*, actor: Principal, catalogue_id: UUID, at: datetime) -> None:
    """Makes a draft public; from then on neither it nor its requirements change. Raises ``NotADraft``."""
    access.require(actor, "cloud:ManageCatalogue", AREA)
    row = _draft(catalogue_id)
    catalogue = load_catalogue(row)
    row.state = _STATE.PUBLISHED
    row.digest = catalogue.digest
    row.published_at = row.changed_at = at
    row.published_by = actor.id
    row.save()
    _tell(actor, row, {"act": "published", "digest": row.digest, "requirements": len(catalogue.requirements)})


@service(action="cloud:ManageCatalogue")
def discard_catalogue(*, actor: Principal, catalogue_id: UUID) -> None:
    """Throws a draft away; raises ``NotADraft``."""
    access.require(actor, "cloud:ManageCatalogue", AREA)
    row = _draft(catalogue_id)
    _tell(actor, row, {"act": "discarded"})
    row.delete()


def _draft(catalogue_id: UUID) -> RequirementCatalogue:
    row = RequirementCatalogue.objects.select_for_update().filter(pk=catalogue_id).first()
    if row is None:
        raise CatalogueNotFound
    if row.state != _STATE.DRAFT:
        raise NotADraft
    return row


def _changed(row: RequirementCatalogue, at: datetime) -> None:
    row.changed_at = at
    row.save(update_fields=["changed_at"])


def _item(row: RequirementCatalogue, position: int, one: Requirement) -> RequirementItem:
    return RequirementItem(
        catalogue=row,
        position=position,
        identifier=one.id,
        category=one.category.ja,
        category_en=one.category.en,
        mandatory=one.mandatory,
        text=one.text.ja,
        text_en=one.text.en,
        verified_by=one.verified_by.ja,
        verified_by_en=one.verified_by.en,
    )


def _tell(actor: Principal, row: RequirementCatalogue, facts: dict[str, str | int | bool | None]) -> None:
    audit.record(
        actor=actor,
        action="cloud:ManageCatalogue",
        subjects=[Subject("catalogue", str(row.pk))],
        facts={"kind": row.kind, "year": row.fiscal_year, "version": row.version, **facts},
    )
