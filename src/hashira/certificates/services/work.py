"""Taking what waits upon oneself, giving it back, and marking it as done with (担当・済み)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hashira.certificates.domain.work import BY_ITSELF, WorkKind
from hashira.certificates.store.models import WorkMark
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class WorkTaken(HashiraError):
    """A colleague has it."""

    code = "CERT-375"
    what = Bilingual("担当になれません", "It cannot be taken")
    why = Bilingual("ほかの担当者がいます", "A colleague has taken it")
    remedy = Bilingual(
        "その人に相談し、担当を外してもらってください", "Ask the colleague to release it first"
    )
    status = 409


class DecidedElsewhere(HashiraError):
    """It goes by itself when it is decided."""

    code = "CERT-376"
    what = Bilingual("済みにできません", "It cannot be marked as done with")
    why = Bilingual("これは、決めたときに一覧から消えます", "It leaves the list when it is decided")
    remedy = Bilingual("開いて決めてください", "Open it and decide")
    status = 409


class Act(StrEnum):
    """What is done with it."""

    TAKE = "take"
    RELEASE = "release"
    DONE = "done"
    UNDO = "undo"


@service(action="certificates:MarkWork")
def mark_work(
    *, actor: Principal, organisation_id: UUID, kind: WorkKind, key: UUID, act: Act, at: datetime
) -> None:
    """Takes, releases, or marks as done with; the same twice changes nothing.

    Raises ``WorkTaken`` or ``DecidedElsewhere``.
    """
    register = Resource("Certificates::Register", str(organisation_id), str(organisation_id))
    access.require(actor, "certificates:MarkWork", register)
    if act in {Act.DONE, Act.UNDO} and kind in BY_ITSELF:
        raise DecidedElsewhere
    WorkMark.objects.get_or_create(kind=kind.value, key=key, defaults={"organisation_id": organisation_id})
    row = WorkMark.objects.select_for_update(no_key=True).get(kind=kind.value, key=key)
    if act in {Act.TAKE, Act.RELEASE} and row.account not in {"", actor.id}:
        raise WorkTaken
    if act is Act.TAKE:
        row.account, row.taken_at = actor.id, row.taken_at or at
    elif act is Act.RELEASE:
        row.account, row.taken_at = "", None
    elif act is Act.DONE:
        row.done_at, row.done_by = row.done_at or at, row.done_by or actor.id
    else:
        row.done_at, row.done_by = None, ""
    row.save()
    audit.record(
        actor=actor,
        action="certificates:MarkWork",
        organisation=str(organisation_id),
        facts={"kind": kind.value, "act": act.value, "key": str(key)},
    )
