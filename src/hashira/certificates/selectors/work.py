"""Everything that waits for the staff of a municipality, as one list (要対応一覧).

One query, whatever waits: the database tells the kinds apart, and filters, sorts and cuts their union.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, UUIDField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from hashira.certificates.domain.doubt import DOUBTS
from hashira.certificates.domain.import_state import ImportState
from hashira.certificates.domain.linking import Why
from hashira.certificates.domain.work import WORK_NAMES, WorkKind
from hashira.certificates.store.models import (
    Delegation,
    DoseImport,
    DoubtfulRecord,
    LikelyDuplicate,
    LinkRequest,
    Reissue,
    WorkMark,
)
from hashira.certificates.store.protection_alerts import kept_out
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.language import Bilingual

_MISMATCH = (Why.NAME_DIFFERS.value, Why.BIRTH_CHANGED.value)
_REASONS: Mapping[str, Bilingual] = {
    **{code: doubt.words for code, doubt in DOUBTS.items()},
    "none": Bilingual("一致する人が見つからない", "nobody matches"),
    "several": Bilingual("一致する人が複数いる", "several people match"),
    "taken": Bilingual("別の利用者とつながっている", "linked with another user"),
    "name_differs": Bilingual("番号は合うが氏名が違う", "the number fits, the name does not"),
    "birth_changed": Bilingual("生年月日が訂正された", "the date of birth was corrected"),
    "deceased": Bilingual("台帳では亡くなっている", "deceased by the register"),
    "alike": Bilingual("同じ人かもしれない", "may be one person"),
    "impossible": Bilingual("再発行できなかった", "could not be issued again"),
    "open": Bilingual("発行を待っている", "waits to be issued"),
    "errors": Bilingual("エラーの行がある", "rows have errors"),
    "uploaded": Bilingual("列の対応づけを待っている", "waits for its columns"),
    "asked": Bilingual("回答を待っている", "waits for an answer"),
}


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing that waits."""

    kind: str
    key: uuid.UUID
    title: str
    reason: Bilingual
    since: datetime
    account: str
    done_at: datetime | None
    target: uuid.UUID | None
    """Whose page decides it, where that is not the page of what waits itself."""
    other: uuid.UUID | None

    @property
    def mark(self) -> str:
        """How a form names it."""
        return f"{self.kind}:{self.key}"

    @property
    def words(self) -> Bilingual:
        return WORK_NAMES[WorkKind(self.kind)]


class WorkSource:
    """What waits at some municipalities; ``me`` is the account whose own work can be asked for."""

    def __init__(self, organisations: Iterable[uuid.UUID], *, me: str) -> None:
        self._organisations, self._me = frozenset(organisations), me

    def count(self, filters: Mapping[str, str]) -> int:
        """How many there are."""
        return self._union(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: Any, start: int, stop: int | None
    ) -> Iterable[WorkItem]:
        """The items from ``start`` on, what waits longest first."""
        column = {"since": "since", "title": "title", "words": "kind", "reason": "reason"}.get(
            order.key if order else "", "since"
        )
        falling = order is not None and order.falling
        rows = self._union(filters).order_by(f"-{column}" if falling else column, "key")
        return [_item(row) for row in rows[start:stop]]

    def _union(self, filters: Mapping[str, str]) -> Any:
        wanted = filters.get("words", "")
        parts = [rows for kind, rows in _kinds(self._organisations).items() if wanted in {"", kind}]
        whose, state = filters.get("account", ""), filters.get("done_at", "open")
        passing = Q(done__isnull=state != "done")
        if whose == "mine":
            passing &= Q(account=self._me)
        elif whose == "nobody":
            passing &= Q(account="")
        elif whose == "others":
            passing &= ~Q(account__in=["", self._me])
        if text := filters.get("title"):
            passing &= Q(title__icontains=text)
        narrowed = [rows.filter(passing).values_list(*_COLUMNS) for rows in parts]
        return narrowed[0].union(*narrowed[1:], all=True)


_COLUMNS = ("kind", "key", "title", "reason_code", "since", "account", "done", "target", "other")


def waiting(organisations: Collection[uuid.UUID]) -> int:
    """How many things wait and are not done with: for the menu, in one query."""
    parts = [rows.filter(done=None).values_list("key") for rows in _kinds(frozenset(organisations)).values()]
    return int(parts[0].union(*parts[1:], all=True).count()) if organisations else 0


def waiting_by_kind(organisations: Collection[uuid.UUID]) -> dict[str, int]:
    """How many of each kind wait."""
    return {
        kind.value: rows.filter(done=None).count() for kind, rows in _kinds(frozenset(organisations)).items()
    }


def oldest_by_kind(organisations: Collection[uuid.UUID]) -> dict[str, datetime | None]:
    """Since when the oldest of each kind waits."""
    return {
        kind.value: rows.filter(done=None).order_by("since").values_list("since", flat=True).first()
        for kind, rows in _kinds(frozenset(organisations)).items()
    }


def _kinds(organisations: frozenset[uuid.UUID]) -> dict[WorkKind, QuerySet[Any]]:
    """The rows of every kind that wait, each with the same columns."""
    where = {"organisation_id__in": organisations}
    today = today_in_japan(SystemClock())
    requests = LinkRequest.objects.filter(state=LinkRequest.State.OPEN, **where)
    return {
        WorkKind.LINK: _columns(
            requests.exclude(why__in=_MISMATCH), WorkKind.LINK, "name", F("why"), "created_at"
        ),
        WorkKind.NAME: _columns(
            requests.filter(why__in=_MISMATCH), WorkKind.NAME, "name", F("why"), "created_at"
        ),
        WorkKind.DOUBT: _columns(
            DoubtfulRecord.objects.filter(**where).exclude(kept_out("person", today)),
            WorkKind.DOUBT,
            "person__name",
            F("rule"),
            "found_at",
            target="person_id",
        ),
        WorkKind.DUPLICATE: _columns(
            LikelyDuplicate.objects.filter(state=LikelyDuplicate.State.OPEN, **where).exclude(
                kept_out("first", today) | kept_out("second", today)
            ),
            WorkKind.DUPLICATE,
            Concat("first__name", Value(" ／ "), "second__name"),
            Value("alike"),
            "found_at",
            target="first_id",
            other="second_id",
        ),
        WorkKind.REISSUE: _columns(
            Reissue.objects.filter(
                Q(outcome=Reissue.Outcome.IMPOSSIBLE)
                | Q(outcome=Reissue.Outcome.OPEN, wish=Reissue.Wish.WANTED),
                old__organisation_id__in=organisations,
            ).exclude(kept_out("person", today)),
            WorkKind.REISSUE,
            "person__name",
            F("outcome"),
            "created_at",
            target=Coalesce("person__merged_into_id", "person_id"),
        ),
        WorkKind.IMPORT: _columns(
            DoseImport.objects.filter(
                Q(state=ImportState.UPLOADED.value)
                | Q(state=ImportState.CHECKED.value, counts__rows_with_errors__gt=0),
                **where,
            ),
            WorkKind.IMPORT,
            "source__name",
            Value("errors"),
            "uploaded_at",
        ),
        WorkKind.DELEGATION: _columns(
            Delegation.objects.filter(state=Delegation.State.ASKED, owner_id__in=organisations),
            WorkKind.DELEGATION,
            "requester__name",
            F("state"),
            "asked_at",
        ),
    }


def _columns(
    rows: QuerySet[Any],
    kind: WorkKind,
    title: Any,
    reason: Any,
    since: str,
    *,
    target: Any = "",
    other: str = "",
) -> QuerySet[Any]:
    mark = WorkMark.objects.filter(kind=kind.value, key=OuterRef("pk"))
    nothing = Cast(Value(None), UUIDField())  # a union of PostgreSQL asks for the type
    return rows.order_by().annotate(
        kind=Value(kind.value, output_field=CharField()),
        key=F("pk"),
        title=Cast(title, CharField()),
        reason_code=Cast(reason, CharField()),
        since=F(since),
        account=Coalesce(Subquery(mark.values("account")[:1]), Value("")),
        done=Subquery(mark.values("done_at")[:1]),
        target=F(target) if isinstance(target, str) and target else target or nothing,
        other=F(other) if other else nothing,
    )


def _item(row: tuple[Any, ...]) -> WorkItem:
    kind, key, title, reason, since, account, done, target, other = row
    return WorkItem(
        kind=kind,
        key=key,
        title=title,
        reason=_REASONS.get(reason, Bilingual(reason, reason)),
        since=since,
        account=account,
        done_at=done,
        target=target,
        other=other,
    )


def organisation_of(kind: WorkKind, key: uuid.UUID, organisations: Collection[uuid.UUID]) -> uuid.UUID | None:
    """In which of the municipalities something waits; ``None`` if it does not wait there."""
    for organisation in organisations:
        if _kinds(frozenset({organisation}))[kind].filter(pk=key).exists():
            return organisation
    return None
