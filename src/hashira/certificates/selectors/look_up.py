"""Who of a register a list is about, with a summary of the doses (一括照会の読み出し)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from hashira.certificates.domain.look_up import Asked, FoundPerson
from hashira.certificates.domain.vaccine_product import PRODUCTS
from hashira.certificates.store.models import CollapsedDose, DoseEvent, Person

_COVID = "covid-19"


def found_people(organisation_id: UUID, questions: Sequence[Asked]) -> dict[int, tuple[FoundPerson, ...]]:
    """The people for each question by its line; four queries, however many there are.

    What was merged leads to the record in which it stands, which counts once.
    """
    numbers = {q.reference for q in questions if q.reference}
    births = {q.birth_date for q in questions if q.birth_date is not None}
    keys = {q.kana_key for q in questions if q.kana_key}
    rows = Person.objects.filter(
        Q(reference__in=numbers) | Q(birth_date__in=births, kana_key__in=keys),
        organisation_id=organisation_id,
        erased_at=None,
    )
    by_number: defaultdict[str, set[UUID]] = defaultdict(set)
    by_name: defaultdict[tuple[str, object], set[UUID]] = defaultdict(set)
    for row in rows:
        leading = row.merged_into_id or row.pk
        by_number[row.reference].add(leading)
        by_name[row.kana_key, row.birth_date].add(leading)
    wanted = {key for keys in (*by_number.values(), *by_name.values()) for key in keys}
    people = _summaries(wanted)
    return {
        q.line: tuple(
            people[key]
            for key in sorted(by_number[q.reference] if q.reference else by_name[q.kana_key, q.birth_date])
            if key in people
        )
        for q in questions
        if q.problem is None
    }


def _summaries(wanted: Iterable[UUID]) -> dict[UUID, FoundPerson]:
    keys = list(wanted)
    in_force = DoseEvent.objects.filter(replaced_by=None).exclude(kind=DoseEvent.Kind.VOIDED)
    in_force = in_force.exclude(id__in=CollapsedDose.objects.filter(merge__reversal=None).values("event_id"))
    in_force = in_force.filter(Q(person_id__in=keys) | Q(person__merged_into_id__in=keys))
    doses: defaultdict[UUID, list[tuple[object, str]]] = defaultdict(list)
    for leading, person, day, vaccine in in_force.values_list(
        "person__merged_into_id", "person_id", "given_on", "vaccine"
    ):
        doses[leading or person].append((day, vaccine))
    return {row.pk: _summary(row, doses[row.pk]) for row in Person.objects.filter(pk__in=keys)}


def _summary(row: Person, doses: list[tuple[object, str]]) -> FoundPerson:
    doses.sort(key=lambda dose: str(dose[0]))
    names = dict.fromkeys(PRODUCTS[code].name.ja if code in PRODUCTS else code for _day, code in doses)
    return FoundPerson(
        id=row.pk,
        reference=row.reference,
        name=row.name,
        kana=row.kana,
        birth_date=row.birth_date,
        moved_out_on=row.moved_out_on,
        died_on=row.died_on,
        doses=len(doses),
        last_day=doses[-1][0] if doses else None,  # type: ignore[arg-type]
        covid_doses=sum(code in PRODUCTS and PRODUCTS[code].series == _COVID for _day, code in doses),
        products="、".join(names),
    )
