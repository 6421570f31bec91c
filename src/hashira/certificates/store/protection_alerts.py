"""Alerts about protected people, written by one statement whether or not anybody is protected (通知).

Whoever meets a protected person must not learn it from the time that the answer takes. So nobody is asked
first whether there is a protection: the same INSERT … SELECT runs every time, and mostly writes nothing.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from hashira.certificates.store.models import Person, Protection, ProtectionAlert

_COLUMNS = (
    "person_id, organisation_id, kind, refused, actor_kind, actor, at, acknowledged_at, acknowledged_by"
)


def in_force(on: date) -> QuerySet[Protection]:
    """The protections in force on that day."""
    return Protection.objects.filter(lifted_at=None, starts_on__lte=on, ends_on__gte=on)


def protected(people: QuerySet[Person], on: date) -> QuerySet[Person]:
    """Those of the people who are protected on that day; with one entry its whole record is (統合)."""
    own, leading = OuterRef("pk"), OuterRef("merged_into")
    record = Q(person=own) | Q(person=leading) | Q(person__merged_into=own) | Q(person__merged_into=leading)
    return people.filter(Exists(in_force(on).filter(record)))


def kept_out(person: str, on: date) -> Q:
    """Rows whose ``person`` (the name of the column) is protected: what lists of work leave out."""
    rows = in_force(on)
    merged = rows.exclude(person__merged_into=None)
    return Q(**{f"{person}__in": rows.values("person")}) | Q(
        **{f"{person}__in": merged.values("person__merged_into")}
    )


def insert_alerts(
    people: QuerySet[Person],
    *,
    kind: str,
    refused: bool,
    actor_kind: str,
    actor: str,
    on: date,
    at: datetime,
) -> None:
    """An alert for each of the people who is protected on that day; ``people`` is not evaluated."""
    rows: QuerySet[Any] = (
        protected(Person.objects.filter(pk__in=people.values("pk")), on)
        .order_by()
        .annotate(
            alert_kind=Value(kind, models.CharField()),
            alert_refused=Value(refused, models.BooleanField()),
            alert_actor_kind=Value(actor_kind, models.CharField()),
            alert_actor=Value(actor, models.CharField()),
            alert_at=Value(at, models.DateTimeField()),
            alert_seen=Value(None, models.DateTimeField()),
            alert_seen_by=Value("", models.CharField()),
        )
        .values_list(
            "pk",
            "organisation_id",
            "alert_kind",
            "alert_refused",
            "alert_actor_kind",
            "alert_actor",
            "alert_at",
            "alert_seen",
            "alert_seen_by",
        )
    )
    try:
        statement, values = rows.query.sql_with_params()
    except EmptyResultSet:  # a list of nobody: there is nothing to ask
        return
    table = ProtectionAlert._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({_COLUMNS}) {statement}", values)
