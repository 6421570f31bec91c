"""Looking through a whole register for likely duplicates and doubtful records (台帳の点検).

A durable job takes the people by their dates of birth, some thousand at a time: a date of birth is never cut,
so that those who share it are always seen together. Then those who share a coupon number or a person number
are compared, whatever their dates of birth. Each step is one transaction and may run again.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Func, Q, QuerySet, Value

from hashira.certificates.domain.doubt import PlainDose, PlainRecord, doubts_of
from hashira.certificates.domain.likeness import Identity, Likeness, likely_pairs, plain_reference
from hashira.certificates.selectors.merging import identity_of
from hashira.certificates.selectors.record_group import members_of, root_of
from hashira.certificates.store.models import (
    CollapsedDose,
    DoseEvent,
    DoubtfulRecord,
    LikelyDuplicate,
    Person,
    PersonRevision,
)
from hashira.core import access, audit, jobs
from hashira.core.access import Principal, Resource
from hashira.core.jobs.models import Job
from hashira.core.jobs.state import WAITING
from hashira.core.services import service

EXAMINE_JOB = "certificates.examine_register"
EXAMINER = Principal.system("certificates.examination")
PEOPLE = 10_000
"""People of one step, up to the end of a date of birth."""
_AT_ONCE = 500


@service(action="certificates:ExamineRegister")
def request_examination(*, actor: Principal, organisation_id: uuid.UUID) -> uuid.UUID:
    """Requests that the register be looked through; returns the job."""
    register = Resource("Certificates::Register", str(organisation_id), str(organisation_id))
    access.require(actor, "certificates:ExamineRegister", register)
    view = jobs.request(
        actor=actor,
        kind=EXAMINE_JOB,
        parameters={"organisation": str(organisation_id)},
        organisation=str(organisation_id),
        total=Person.objects.filter(organisation_id=organisation_id).count(),
    )
    audit.record(
        actor=actor,
        action="certificates:ExamineRegister",
        subjects=[audit.Subject("job", str(view.id))],
        organisation=str(organisation_id),
    )
    return view.id


def examine_soon(organisation_id: uuid.UUID) -> None:
    """Requests an examination after many records changed at once, unless one waits already."""
    waiting = Job.objects.filter(
        kind=EXAMINE_JOB,
        state__in=[state.value for state in WAITING],
        parameters={"organisation": str(organisation_id)},
    )
    if not waiting.exists():
        jobs.request(
            actor=EXAMINER, kind=EXAMINE_JOB, parameters={"organisation": str(organisation_id)}, total=None
        )


def examine_now(organisation: str) -> None:
    """The whole examination in this process: for a register that is small and just filled."""
    scan, after = str(uuid.uuid4()), ""
    while after := examine_portion(organisation, scan, after)["after"]:
        pass
    examine_numbers(organisation, scan)
    end_examination(organisation, scan)


def examine_portion(organisation: str, scan: str, after: str) -> dict[str, Any]:
    """The people born after a day, some thousand of them: finds pairs and doubts, and says where it ended."""
    people = Person.objects.filter(organisation_id=organisation, erased_at=None, merged_into=None)
    people = people.filter(birth_date__gt=date.fromisoformat(after) if after else date.min)
    last = list(people.order_by("birth_date").values_list("birth_date", flat=True)[PEOPLE - 1 : PEOPLE])
    if last:
        people = people.filter(birth_date__lte=last[0])
    rows = list(people.order_by("birth_date"))
    with transaction.atomic():
        pairs = _keep_pairs(organisation, scan, _pairs_of_birthdays(rows))
        doubts = _keep_doubts(organisation, rows)
    return {
        "after": last[0].isoformat() if last else "",
        "people": len(rows),
        "pairs": pairs,
        "doubts": doubts,
    }


def examine_numbers(organisation: str, scan: str) -> int:
    """Those who share a coupon number or a person number, now or before; says how many pairs were found."""
    people = Person.objects.filter(organisation_id=organisation, erased_at=None, merged_into=None)
    found = 0
    for column, key, words in (
        ("coupon_number", F("coupon_number"), people.exclude(coupon_number="")),
        ("plain", Func(F("reference"), Value("0"), function="LTRIM"), people),
    ):
        keyed = words if column == "coupon_number" else words.annotate(plain=key)
        shared = keyed.order_by().values_list(column).annotate(n=Count("pk")).filter(n__gt=1)
        numbers = [number for number, _n in shared.order_by(column) if number]
        for start in range(0, len(numbers), _AT_ONCE):
            rows = keyed.filter(**{f"{column}__in": numbers[start : start + _AT_ONCE]}).order_by(column, "pk")
            with transaction.atomic():
                found += _keep_pairs(organisation, scan, likely_pairs([identity_of(row) for row in rows]))
    return found + _examine_former_numbers(organisation, scan, people)


def end_examination(organisation: str, scan: str) -> int:
    """Forgets pairs that no search sees any more and that nobody decided about; says how many."""
    with transaction.atomic():
        gone = LikelyDuplicate.objects.filter(
            organisation_id=organisation, state=LikelyDuplicate.State.OPEN
        ).exclude(scan=scan)
        return gone.delete()[0]


def refresh_doubts(person_id: uuid.UUID) -> None:
    """Looks at one record again, in the transaction that changed it: what was put right waits no more."""
    row = Person.objects.filter(pk=root_of(person_id), erased_at=None).first()
    if row is not None:
        _keep_doubts(str(row.organisation_id), [row])


def _examine_former_numbers(organisation: str, scan: str, people: QuerySet[Person]) -> int:
    """A number that somebody had before and another has now."""
    former: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
    told = PersonRevision.objects.filter(person__in=people).exclude(reference=F("person__reference"))
    for person_id, reference in told.values_list("person_id", "reference").iterator(2_000):
        former[person_id].add(reference)
    keys = sorted(former)
    found = 0
    for start in range(0, len(keys), _AT_ONCE):
        portion = keys[start : start + _AT_ONCE]
        numbers = {plain_reference(number) for key in portion for number in former[key]}
        plain = people.annotate(plain=Func(F("reference"), Value("0"), function="LTRIM"))
        rows = plain.filter(Q(pk__in=portion) | Q(plain__in=numbers - {""}))
        with transaction.atomic():
            block = [identity_of(row, sorted(former.get(row.pk, ()))) for row in rows]
            found += _keep_pairs(organisation, scan, likely_pairs(block))
    return found


def _pairs_of_birthdays(rows: Iterable[Person]) -> Iterator[Likeness]:
    block: list[Identity] = []
    for row in rows:
        if block and block[0].birth_date != row.birth_date:
            yield from likely_pairs(block)
            block = []
        block.append(identity_of(row))
    yield from likely_pairs(block)


def _keep_pairs(organisation: str, scan: str, pairs: Iterable[Likeness]) -> int:
    """Writes pairs; one that is there keeps what was decided about it."""
    now = datetime.now(UTC)
    rows = {
        (pair.first, pair.second): LikelyDuplicate(
            organisation_id=organisation,
            first_id=pair.first,
            second_id=pair.second,
            score=pair.score,
            signs=list(pair.signs),
            scan=scan,
            found_at=now,
        )
        for pair in pairs
    }
    LikelyDuplicate.objects.bulk_create(
        rows.values(),
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["score", "signs", "scan"],
    )
    return len(rows)


def _keep_doubts(organisation: str, rows: list[Person]) -> int:
    """Compares what the rules say of these people with what is listed, and lists what they say."""
    if not rows:
        return 0
    records = _records(organisation, rows)
    wanted = {(key, code, event) for key, record in records.items() for code, event in doubts_of(record)}
    if len(rows) == 1:
        listed = DoubtfulRecord.objects.filter(person_id=rows[0].pk)
    else:
        listed = DoubtfulRecord.objects.filter(
            person__organisation_id=organisation,
            person__birth_date__gte=rows[0].birth_date,
            person__birth_date__lte=rows[-1].birth_date,
        )
    known = {(p, r, e): pk for pk, p, r, e in listed.values_list("pk", "person_id", "rule", "event")}
    over = [pk for doubt, pk in known.items() if doubt not in wanted]
    for start in range(0, len(over), _AT_ONCE):
        DoubtfulRecord.objects.filter(pk__in=over[start : start + _AT_ONCE]).delete()
    now = datetime.now(UTC)
    DoubtfulRecord.objects.bulk_create(
        (
            DoubtfulRecord(organisation_id=organisation, person_id=p, rule=rule, event=event, found_at=now)
            for p, rule, event in sorted(wanted - set(known))
        ),
        batch_size=_AT_ONCE,
        ignore_conflicts=True,
    )
    return len(wanted)


def _records(organisation: str, rows: list[Person]) -> dict[uuid.UUID, PlainRecord]:
    """The doses in force of these people, with what was merged into their records."""
    in_force = DoseEvent.objects.filter(replaced_by=None).exclude(kind=DoseEvent.Kind.VOIDED)
    in_force = in_force.exclude(id__in=CollapsedDose.objects.filter(merge__reversal=None).values("event_id"))
    if len(rows) == 1:
        in_force = in_force.filter(person_id__in=members_of(rows[0].pk))
    else:
        in_force = in_force.filter(
            person__organisation_id=organisation,
            person__birth_date__gte=rows[0].birth_date,
            person__birth_date__lte=rows[-1].birth_date,
        )
    doses: defaultdict[uuid.UUID, list[PlainDose]] = defaultdict(list)
    told = in_force.values_list(
        "person__merged_into_id", "person_id", "id", "vaccine", "given_on", "dose_number"
    )
    for leading, person, event, vaccine, day, number in told:
        doses[leading or person].append(PlainDose(event, vaccine, day, number))
    return {row.pk: PlainRecord(row.birth_date, tuple(doses[row.pk]), row.died_on) for row in rows}
