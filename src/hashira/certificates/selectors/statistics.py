"""What a municipality counts: doses, certificates, what waits (統計)."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import ExtractDay, ExtractMonth, ExtractYear, TruncMonth

from hashira.certificates.domain.format import format_named
from hashira.certificates.domain.small_numbers import HIDDEN, publishable
from hashira.certificates.domain.vaccine_product import PRODUCTS
from hashira.certificates.domain.work import WORK_NAMES, WorkKind
from hashira.certificates.selectors.work import oldest_by_kind, waiting_by_kind
from hashira.certificates.store.models import CertificateStatus, CollapsedDose, DoseEvent, State
from hashira.kernel.clock import JST
from hashira.kernel.language import Bilingual

AGES = ((0, 4), (5, 11), (12, 17), (18, 39), (40, 64), (65, 74), (75, 150))


@dataclass(frozen=True, slots=True)
class Tally:
    """One table of counts: each label with its counts, one for each series."""

    code: str
    title: Bilingual
    heading: Bilingual
    series: tuple[Bilingual, ...]
    labels: tuple[Bilingual, ...]
    counts: tuple[tuple[int, ...], ...]
    """By series, along the labels."""

    @property
    def empty(self) -> bool:
        return not any(any(column) for column in self.counts)


_DOSES = (Bilingual("接種", "doses"),)


def tallies(organisations: Collection[UUID], *, year: int | None = None) -> tuple[Tally, ...]:
    """All tables of these municipalities; of one year of doses and of certificates, if it is given."""
    doses = _in_force(organisations)
    if year is not None:
        doses = doses.filter(given_on__year=year)
    return (
        _by_product(doses),
        _by_month(doses),
        _by_age(doses),
        _by_number(doses),
        _certificates(organisations, year),
    )


def years_of(organisations: Collection[UUID]) -> tuple[int, ...]:
    """The years in which doses were given, the latest first."""
    rows = _in_force(organisations).annotate(year=ExtractYear("given_on")).order_by("-year")
    return tuple(rows.values_list("year", flat=True).distinct())


def work_ages(organisations: Collection[UUID]) -> tuple[tuple[Bilingual, int, int | None], ...]:
    """Each kind of what waits: how many, and for how many days the oldest has waited."""
    now = datetime.now(UTC)
    counts, oldest = waiting_by_kind(organisations), oldest_by_kind(organisations)
    found = []
    for kind in WorkKind:
        since = oldest[kind.value]
        found.append((WORK_NAMES[kind], counts[kind.value], (now - since).days if since else None))
    return tuple(found)


def csv_lines(tables: Collection[Tally], language: str, *, public: bool) -> Iterator[str]:
    """The tables one below the other, in UTF-8 with a byte order mark; ``public`` hides small numbers."""
    writer = csv.writer(_Echo())
    heads = (
        Bilingual("表", "Table"),
        Bilingual("項目", "Label"),
        Bilingual("系列", "Series"),
        Bilingual("数", "Count"),
    )
    yield "\ufeff" + writer.writerow([head.in_language(language) for head in heads])
    for table in tables:
        for series, counts in zip(table.series, table.counts, strict=True):
            shown = publishable(counts) if public else counts
            for label, count in zip(table.labels, shown, strict=True):
                texts = (table.title, label, series)
                number = HIDDEN if count is None else str(count)
                yield writer.writerow([*(text.in_language(language) for text in texts), number])


def _in_force(organisations: Collection[UUID]) -> QuerySet[DoseEvent]:
    rows = DoseEvent.objects.filter(
        replaced_by=None, person__organisation_id__in=organisations, person__erased_at=None
    ).exclude(kind=DoseEvent.Kind.VOIDED)
    return rows.exclude(
        id__in=CollapsedDose.objects.filter(merge__reversal=None).values("event_id")
    ).order_by()


def _by_product(doses: QuerySet[DoseEvent]) -> Tally:
    found = dict(doses.values_list("vaccine").annotate(n=Count("pk")))
    codes = sorted(found, key=lambda code: (-found[code], code))
    names = tuple(PRODUCTS[code].name if code in PRODUCTS else Bilingual(code, code) for code in codes)
    counts = tuple(found[code] for code in codes)
    heading = Bilingual("ワクチン", "Vaccine")
    title = Bilingual("ワクチン別の接種", "Doses by product")
    return Tally("product", title, heading, _DOSES, names, (counts,))


def _by_month(doses: QuerySet[DoseEvent]) -> Tally:
    found = dict(doses.annotate(month=TruncMonth("given_on")).values_list("month").annotate(n=Count("pk")))
    months = _every_month(found)
    labels = tuple(Bilingual(f"{month:%Y-%m}", f"{month:%Y-%m}") for month in months)
    title = Bilingual("月別の接種", "Doses by month")
    heading = Bilingual("月", "Month")
    return Tally("month", title, heading, _DOSES, labels, (tuple(found.get(m, 0) for m in months),))


def _by_age(doses: QuerySet[DoseEvent]) -> Tally:
    """By the age on the day of the dose, whole years."""
    before_birthday = Q(given_month__lt=F("birth_month")) | Q(
        given_month=F("birth_month"), given_day__lt=F("birth_day")
    )
    years = doses.annotate(
        given_month=ExtractMonth("given_on"),
        given_day=ExtractDay("given_on"),
        birth_month=ExtractMonth("person__birth_date"),
        birth_day=ExtractDay("person__birth_date"),
        age=ExtractYear("given_on")
        - ExtractYear("person__birth_date")
        - Case(When(before_birthday, then=Value(1)), default=Value(0), output_field=IntegerField()),
    )
    groups = [When(age__range=ages, then=Value(at)) for at, ages in enumerate(AGES)]
    rows = years.annotate(band=Case(*groups, default=Value(-1), output_field=IntegerField()))
    found = dict(rows.values_list("band").annotate(n=Count("pk")))
    labels = tuple(
        Bilingual(f"{low}歳以上", f"{low} and over")
        if high > 120
        else Bilingual(f"{low}～{high}歳", f"{low}-{high}")
        for low, high in AGES
    )
    title = Bilingual("年齢別の接種（接種日の年齢）", "Doses by age on the day")
    heading = Bilingual("年齢", "Age")
    return Tally("age", title, heading, _DOSES, labels, (tuple(found.get(at, 0) for at in range(len(AGES))),))


def _by_number(doses: QuerySet[DoseEvent]) -> Tally:
    found: Mapping[int | None, int] = dict(doses.values_list("dose_number").annotate(n=Count("pk")))
    numbers = sorted(number for number in found if number is not None)
    labels = [Bilingual(f"{number}回目", f"dose {number}") for number in numbers]
    counts = [found[number] for number in numbers]
    if None in found:
        labels.append(Bilingual("回数の記録なし", "number not on record"))
        counts.append(found[None])
    title = Bilingual("回数別の接種", "Doses by number")
    heading = Bilingual("回数", "Number")
    return Tally("number", title, heading, _DOSES, tuple(labels), (tuple(counts),))


def _certificates(organisations: Collection[UUID], year: int | None) -> Tally:
    """Issued and revoked by kind and month in Japan; what was erased counts as what it was."""
    rows = CertificateStatus.objects.filter(organisation_id__in=organisations).order_by()
    issued = _months(rows, "issued_at", year)
    revoked = _months(rows.exclude(state=State.VALID), "changed_at", year)
    told = {date.fromisoformat(f"{month}-01") for month, _kind in (*issued, *revoked)}
    months = [f"{month:%Y-%m}" for month in _every_month(told)]
    kinds = sorted({kind for _month, kind in (*issued, *revoked)})
    series: list[Bilingual] = []
    counts: list[tuple[int, ...]] = []
    for words, found in ((("発行", "issued"), issued), (("失効", "revoked"), revoked)):
        for kind in kinds:
            title = format_named(kind).TITLE
            series.append(Bilingual(f"{title.ja}・{words[0]}", f"{title.en}, {words[1]}"))
            counts.append(tuple(found.get((month, kind), 0) for month in months))
    return Tally(
        "certificates",
        Bilingual("証明書の発行と失効", "Certificates issued and revoked"),
        Bilingual("月", "Month"),
        tuple(series),
        tuple(Bilingual(month, month) for month in months),
        tuple(counts),
    )


def _every_month(told: Collection[date]) -> list[date]:
    """The months from the first to the last, also those in which there was nothing.

    >>> [f"{month:%Y-%m}" for month in _every_month([date(2021, 11, 1), date(2022, 1, 1)])]
    ['2021-11', '2021-12', '2022-01']
    """
    if not told:
        return []
    first, last = min(told), max(told)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _months(rows: Any, column: str, year: int | None) -> dict[tuple[str, str], int]:
    months = rows.annotate(month=TruncMonth(column, tzinfo=JST))
    found = {
        (f"{month:%Y-%m}", kind): n
        for month, kind, n in months.values_list("month", "key__format").annotate(n=Count("pk"))
    }
    return {key: n for key, n in found.items() if year is None or key[0].startswith(str(year))}


class _Echo:
    """A file that hands back what is written to it, so that lines stream."""

    def write(self, line: str) -> str:
        return line
