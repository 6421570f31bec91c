"""Looking up many people of a register at once (一括照会): every one who is seen is told in the audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hashira.certificates.domain.look_up import Answer, Asked, FoundPerson, Outcome
from hashira.certificates.domain.protection import MASKED, AlertKind
from hashira.certificates.selectors.look_up import found_people
from hashira.certificates.selectors.protection import masked_for
from hashira.certificates.services.protection import raise_alerts
from hashira.certificates.store.models import Person
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.audit import Subject
from hashira.core.services import service

AT_ONCE = 500
"""Questions of one query, and people of one audit event."""


@service(action="certificates:LookUpList")
def look_up(
    *, actor: Principal, organisation_id: UUID, questions: Sequence[Asked], purpose: str
) -> tuple[Answer, ...]:
    """What the register has for each question, in their order.

    The audit has an event for every 500 people who were found, with the digest of the purpose. Protected
    people are masked, and finding one is an alert.
    """
    register = Resource("Certificates::Register", str(organisation_id), str(organisation_id))
    access.require(actor, "certificates:LookUpList", register)
    answers = _masked(actor, list(_answers(organisation_id, questions)))
    seen = list(dict.fromkeys(str(a.person.id) for a in answers if a.person is not None))
    counts: defaultdict[str, int] = defaultdict(int)
    for answer in answers:
        counts[answer.outcome.value] += 1
    for start in range(0, max(1, len(seen)), AT_ONCE):
        audit.record(
            actor=actor,
            action="certificates:LookUpList",
            subjects=[Subject("person", key) for key in seen[start : start + AT_ONCE]],
            organisation=str(organisation_id),
            facts={"asked": len(questions), **counts},
            evidence=purpose.encode(),
        )
    return tuple(answers)


def _masked(actor: Principal, answers: list[Answer]) -> list[Answer]:
    hidden = masked_for(actor, [answer.person.id for answer in answers if answer.person is not None])
    people = Person.objects.filter(pk__in=hidden)
    raise_alerts(people, kind=AlertKind.SEARCH, actor=actor, at=datetime.now(UTC))
    return [
        replace(answer, person=_nothing_of(answer.person))
        if answer.person is not None and answer.person.id in hidden
        else answer
        for answer in answers
    ]


def _nothing_of(person: FoundPerson) -> FoundPerson:
    return FoundPerson(person.id, person.reference, MASKED.ja, "", None, None, None, 0, None, 0, "")


def _answers(organisation_id: UUID, questions: Sequence[Asked]) -> Iterator[Answer]:
    for start in range(0, len(questions), AT_ONCE):
        portion = questions[start : start + AT_ONCE]
        found = found_people(organisation_id, portion)
        for question in portion:
            people = found.get(question.line, ())
            if question.problem is not None:
                yield Answer(question, Outcome.UNREADABLE)
            elif not people:
                yield Answer(question, Outcome.NOT_FOUND)
            elif len(people) > 1:
                yield Answer(question, Outcome.SEVERAL, count=len(people))
            else:
                yield Answer(question, Outcome.FOUND, people[0], 1)
