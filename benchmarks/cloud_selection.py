"""A selection as it is after some years, for ``applying``: catalogues, proposals, early calls."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import models as django_models
from tests.cloud.selection.bodies import NOT_MET, PLAN, Selection, catalogue, requirement
from tests.cloud.selection.bodies import NOW as THEN

from hashira.cloud.domain.selection.early_round import parse_criteria
from hashira.cloud.domain.selection.ismap import IsmapRule
from hashira.cloud.services import decisions, proposals
from hashira.cloud.services.catalogue import import_catalogue
from hashira.cloud.services.rounds import open_round
from hashira.cloud.store import models
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation
from hashira.kernel.language import Bilingual

_WORDS = "記録は国内に置き、改ざんできない形で五年以上保存し、求めに応じて検索と提供ができること。"
NOW = datetime.now(UTC)
TODAY = NOW.date()


class Years(Selection):
    """A catalogue of so many items with proposals under it: decided, conditional, under assessment."""

    def __init__(self, items: int) -> None:
        wanted = [
            requirement(f"R{number}", mandatory=number % 4 != 0, category=f"分類{number % 12}", text=_WORDS)
            for number in range(items)
        ]
        super().__init__(catalogue(*wanted, year=2027))
        self.items = items
        self.later_catalogue = self.published(catalogue(*wanted[1:], requirement("新"), year=2028))
        self.draft = import_catalogue(
            actor=self.operator,
            catalogue=catalogue(*wanted, year=2029),
            source="list.xlsx",
            source_digest="",
            replace=False,
            at=NOW,
        )
        self.service = self.judged("見本IaaS", {})
        self.conditional = self.judged("条件付きIaaS", {"R1": PLAN, "R2": PLAN})
        self.differing = self.answered(name="評価の分かれたIaaS")
        proposals.submit_proposal(actor=self.vendor, proposal_id=self.differing, at=THEN)
        self.judge(self.differing, self.first)
        self.judge(self.differing, self.second, {"R1": NOT_MET, "R2": NOT_MET})
        self.assessed = self.answered(name="評価中のIaaS")
        proposals.submit_proposal(actor=self.vendor, proposal_id=self.assessed, at=THEN)
        self.judge(self.assessed, self.first)
        self.open_round = open_round(
            actor=self.operator,
            catalogue_id=self.catalogue_id,
            title=Bilingual("いまの公募", "The open call"),
            opens_on=THEN.date(),
            closes_on=TODAY + timedelta(days=60),
            latest_condition_on=TODAY + timedelta(days=400),
            ismap=IsmapRule.REQUIRED,
            at=NOW,
        )
        self.closed_round, self.round_id = self.round_id, self.open_round
        self.begun_proposal = self.answered(name="提案中のIaaS")

    def judged(self, name: str, findings: dict[str, Any]) -> uuid.UUID:
        """A decided proposal."""
        made = self.answered(name=name)
        proposals.submit_proposal(actor=self.vendor, proposal_id=made, at=THEN)
        self.judge(made, self.first, findings)
        self.judge(made, self.second, findings)
        decisions.propose_verdict(actor=self.operator, proposal_id=made, at=THEN)
        decisions.confirm_verdict(actor=self.second_operator, proposal_id=made, at=THEN)
        return made

    def names(self) -> dict[str, Any]:
        """What the pages name."""
        condition = models.SelectionCondition.objects.filter(decision__proposal=self.conditional).first()
        report = models.ProgressReport.objects.create(
            condition=condition,
            month=TODAY.replace(day=1),
            percent=40,
            words="試験を始めた",
            reported_at=NOW,
            reported_by=self.vendor.id,
        )
        assert condition is not None
        return {
            "earlier_catalogue": self.catalogue_id,
            "catalogue": self.later_catalogue,
            "draft": self.draft,
            "draft_item": models.RequirementItem.objects.filter(catalogue=self.draft).earliest("pk").pk,
            "service": self.service,
            "conditional_service": self.conditional,
            "condition": condition.pk,
            "report": report.pk,
            "assessed": self.assessed,
            "differing": self.differing,
            "differing_item": self.key(self.differing, "R1"),
            "proposal_draft": self.begun_proposal,
            "item": models.RequirementItem.objects.filter(catalogue=self.catalogue_id).earliest("pk").pk,
        }

    def more_services(self, count: int) -> None:
        """So many more that were decided in earlier rounds: each with all its answers and judgements."""
        there = models.Proposal.objects.count()
        for number in range(there, there + count):
            before = models.Proposal.objects.get(pk=self.conditional if number % 3 == 0 else self.service)
            (made,) = copied([before], service=f"サービス{number:03}", service_en=f"Service {number:03}")
            models.Proposal.objects.bulk_create([made])
            for related in ("answers", "evidence", "settlements"):
                save(copied(getattr(before, related).all(), proposal=made))
            for assessment in before.assessments.all():
                (of,) = copied([assessment], proposal=made)
                save([of])
                save(copied(assessment.judgements.all(), assessment=of))
            (decision,) = copied([before.decision], proposal=made)
            save([decision])
            for condition in before.decision.conditions.all():
                (still,) = copied([condition], decision=decision)
                save([still])
                save(_reports(still, self.vendor.id))
            save(copied(before.decision.standings.all(), decision=decision))

    def listings(self, count: int) -> uuid.UUID:
        """Things other than services that are listed; one of them."""
        kinds = ("product", "line", "support", "other")
        made = [
            models.ListedOffering(
                kind=kinds[number % 4],
                name=f"掲載品{number}",
                supplier="見本商会",
                description=_WORDS,
                listed_at=NOW,
                listed_by="bench",
            )
            for number in range(count)
        ]
        models.ListedOffering.objects.bulk_create(made)
        return made[0].pk


def _reports(condition: Any, by: str) -> list[Any]:
    first = TODAY.replace(day=1)
    return [
        models.ProgressReport(
            condition=condition,
            month=date(first.year - 1, month, 1),
            percent=month * 8,
            words=_WORDS,
            reported_at=NOW,
            reported_by=by,
            judgement="on-track",
            judged_at=NOW,
            judged_by="bench",
        )
        for month in range(1, 13)
    ]


class Early:
    """Calls for those who migrate first, with bodies that have applied and been scored."""

    def __init__(self, applicant: Organisation, scorers: Sequence[Principal]) -> None:
        criteria = [
            {"id": one.id, "ja": one.title.ja, "en": one.title.en, "weight": one.weight}
            for one in parse_criteria("3 準備 / Readiness\n2 知見 / Insight\n1 費用 / Cost")
        ]
        self._scorers = scorers
        self.closed, self.open = (
            models.EarlyCall.objects.create(
                title=title,
                description=_WORDS,
                criteria=criteria,
                places=8,
                least_points=50,
                opens_on=TODAY + timedelta(days=begins),
                closes_on=TODAY + timedelta(days=ends),
                opened_at=NOW,
                opened_by="bench",
            )
            for title, begins, ends in (("終わった公募", -90, -30), ("いまの公募", -10, 30))
        )
        self.fill([applicant], first=0)
        self.scored = models.EarlyApplication.objects.get(call=self.closed)

    def fill(self, bodies: Iterable[Organisation], *, first: int) -> None:
        """An application of each body to the closed call, with the scores of two."""
        made = [
            models.EarlyApplication(
                call=self.closed,
                organisation=body,
                systems="住民記録\n税務",
                plan=_WORDS * 5,
                state="submitted",
                saved_at=NOW - timedelta(days=40),
                saved_by="bench",
                submitted_at=NOW - timedelta(days=40),
            )
            for body in bodies
        ]
        models.EarlyApplication.objects.bulk_create(made)
        ids = [one["id"] for one in self.closed.criteria]
        models.EarlyScore.objects.bulk_create(
            models.EarlyScore(
                application=one,
                scorer=scorer.id,
                points={id_: (first + number + place) % 10 for id_ in ids},
                reason=_WORDS,
                scored_at=NOW,
            )
            for number, one in enumerate(made)
            for place, scorer in enumerate(self._scorers)
        )


def copied(rows: Iterable[Any], **changes: Any) -> list[Any]:
    """The rows anew, under keys of their own, with some columns changed."""
    made = []
    for row in rows:
        columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        key = row._meta.pk
        columns.pop(key.attname)
        if isinstance(key, django_models.UUIDField):
            columns[key.attname] = uuid.uuid4()
        for name, value in changes.items():
            field = row._meta.get_field(name)
            columns[field.attname] = getattr(value, "pk", value)
        made.append(type(row)(**columns))
    return made


def save(rows: list[Any]) -> None:
    """Writes rows of one kind."""
    if rows:
        type(rows[0]).objects.bulk_create(rows, batch_size=500)
