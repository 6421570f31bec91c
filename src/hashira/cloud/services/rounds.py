"""Calls for proposals, and the listing of what is no service (公募の回と掲載品)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from hashira.cloud.domain.selection.evidence import evidence_link
from hashira.cloud.domain.selection.ismap import IsmapRule
from hashira.cloud.selectors.catalogues import CatalogueNotFound
from hashira.cloud.services.catalogue import AREA
from hashira.cloud.store.models import ListedOffering, RequirementCatalogue, SelectionRound
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class RoundRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-123"
    what = Bilingual("公募を始められません", "The round cannot be opened")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("日付と一覧を確かめてください", "Check the dates and the catalogue")
    status = 422


class ListingRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-124"
    what = Bilingual("掲載できません", "It cannot be listed")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("内容を確かめてください", "Check what you entered")
    status = 422


@service(action="cloud:ManageRounds")
def open_round(
    *,
    actor: Principal,
    catalogue_id: UUID,
    title: Bilingual,
    opens_on: date,
    closes_on: date,
    latest_condition_on: date,
    ismap: IsmapRule,
    at: datetime,
) -> UUID:
    """Opens a call by a published catalogue. Its rules are laid down here and do not change.

    Raises ``CatalogueNotFound`` or ``RoundRefused``.
    """
    access.require(actor, "cloud:ManageRounds", AREA)
    catalogue = RequirementCatalogue.objects.filter(pk=catalogue_id, state="published").first()
    if catalogue is None:
        raise CatalogueNotFound
    today = today_in_japan(FixedClock(at))
    for wrong, field, reason in (
        (not title.ja.strip(), "title", Bilingual("題名がありません", "The title is missing")),
        (closes_on < today, "closes_on", Bilingual("締切りが過ぎています", "It closes in the past")),
        (closes_on < opens_on, "closes_on", Bilingual("締切りが開始より前です", "It closes before it opens")),
        (
            latest_condition_on <= closes_on,
            "latest_condition_on",
            Bilingual("条件の期限は締切りより後にしてください", "Conditions end after the call closes"),
        ),
    ):
        if wrong:
            raise RoundRefused(field=field, reason=reason)
    row = SelectionRound.objects.create(
        catalogue=catalogue,
        title=title.ja,
        title_en=title.en,
        opens_on=opens_on,
        closes_on=closes_on,
        latest_condition_on=latest_condition_on,
        ismap=ismap.value,
        opened_at=at,
        opened_by=actor.id,
    )
    audit.record(
        actor=actor,
        action="cloud:ManageRounds",
        subjects=[Subject("round", str(row.pk)), Subject("catalogue", str(catalogue_id))],
        facts={"closes": closes_on.isoformat(), "latest": latest_condition_on.isoformat(), "ismap": ismap},
    )
    return row.pk


@service(action="cloud:ManageListings")
def list_offering(
    *,
    actor: Principal,
    kind: ListedOffering.Kind,
    name: Bilingual,
    supplier: str,
    description: Bilingual,
    link: str,
    at: datetime,
) -> UUID:
    """Lists a product, a line, support or another thing that is no service. Raises ``ListingRefused``."""
    access.require(actor, "cloud:ManageListings", AREA)
    for value, field, words in (
        (name.ja, "name", Bilingual("名前がありません", "The name is missing")),
        (supplier, "supplier", Bilingual("事業者がありません", "The supplier is missing")),
        (description.ja, "description", Bilingual("説明がありません", "The description is missing")),
    ):
        if not value.strip():
            raise ListingRefused(field=field, reason=words)
    row = ListedOffering.objects.create(
        kind=kind.value,
        name=name.ja,
        name_en=name.en,
        supplier=supplier,
        description=description.ja,
        description_en=description.en,
        link=evidence_link(link) if link else "",
        listed_at=at,
        listed_by=actor.id,
    )
    _tell_listing(actor, row, "listed")
    return row.pk


@service(action="cloud:ManageListings")
def end_listing(*, actor: Principal, offering_id: UUID, reason: str, at: datetime) -> None:
    """Takes an offering off the list, with a reason that is kept; one that has ended stays ended."""
    access.require(actor, "cloud:ManageListings", AREA)
    row = ListedOffering.objects.select_for_update().get(pk=offering_id)
    if not reason.strip():
        raise ListingRefused(field="reason", reason=Bilingual("理由がありません", "The reason is missing"))
    if row.ended_at is None:
        row.ended_at, row.ended_by, row.end_reason = at, actor.id, reason[:400]
        row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    _tell_listing(actor, row, "ended")


def _tell_listing(actor: Principal, row: ListedOffering, act: str) -> None:
    audit.record(
        actor=actor,
        action="cloud:ManageListings",
        subjects=[Subject("offering", str(row.pk))],
        facts={"act": act, "kind": row.kind},
    )
