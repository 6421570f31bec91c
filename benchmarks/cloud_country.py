"""A country on the cloud, for ``applying``: all its bodies, what they applied for, what they have.

1,788 bodies (47 prefectures, 1,741 municipalities) with two applicants each; so many applications, each with
its acts and its environment; of each environment its steps with the evidence, what was done with it, its last
change, two servers with what was done with them. Exceptions, emergencies, deputies, rollouts whose waves take
in everybody, inventories of as many accounts, jobs, the audit of it all. Nothing in it is real.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks import cloud_rows as rows
from benchmarks.cloud_inventories import Inventories
from benchmarks.cloud_pages import Page, Who
from benchmarks.cloud_selection import Early, Years, save
from tests.cloud.applying.world import World, person, whole

from hashira.cloud.domain.application.parts import ExceptionPart
from hashira.cloud.domain.baseline.versions import read_terms
from hashira.cloud.services.applications import save_draft, start_application
from hashira.cloud.services.rollouts import propose_rollout
from hashira.cloud.store import models
from hashira.core.access import Principal, PrincipalKind
from hashira.core.accounts.models import Account, Organisation, RoleAssignment
from hashira.core.jobs.models import Job
from hashira.kernel.municipality import municipalities, prefectures

NOW = datetime.now(UTC)
EVENTS_EACH, JOBS_EACH = 20, 4
"""Of each application: what is in the audit of it, and how many jobs it took."""
_CODE = "011002"
"""Of the town whose people look at what is theirs."""


class Country:
    """Filled in portions; ``names`` has what the pages name, ``people`` who opens them."""

    def __init__(self, items: int = 300) -> None:
        self.years, self.world = Years(items), World()
        self.bodies, self.accounts = bodies_with_people()
        self.town = next(one for one in self.bodies if one.code == _CODE)
        self.applicant = person("cloud_applicant", self.town, "見本 申請")
        scorers = [person("cloud_assessor", self.world.operator_body) for _ in range(2)]
        self.early = Early(self.town, scorers)
        self.draft = whole(self.world.service)
        self.rollouts, self.inventories = rows.rollouts(), Inventories()
        self.people = {
            Who.OPERATOR: self.world.first,
            Who.ASSESSOR: self.years.first,
            Who.PROVIDER: self.years.vendor,
            Who.APPLICANT: self.applicant,
            Who.ADMINISTRATOR: person("administrator", self.town, "見本 管理"),
            Who.ANYBODY: Principal.anonymous(),
        }
        self.scorer = scorers[0]
        self.filled = 0
        self.names = self._singles()

    def people_of(self, page: Page) -> Principal:
        """Who opens a page, having just shown who they are: whoever scored an application opens the score."""
        scores = page.who is Who.ASSESSOR and page.name in ("cloud:early-score", "cloud:early-choice")
        who = self.scorer if scores else self.people[page.who]
        return replace(who, recent_authentication=who.kind is PrincipalKind.STAFF)

    def fill(self, count: int) -> None:
        """So many more applications, with all that follows from them."""
        first, self.filled = self.filled, self.filled + count
        numbers = range(first, self.filled)
        made = rows.applications(numbers, self.bodies, self.world.service, self.draft)
        rows.environments(made)
        rows.servers(made)
        rows.exceptions(made)
        rows.emergencies(made[:: max(1, count // max(20, count // 10))])
        rows.deputies(self.bodies, self.accounts, numbers)
        rows.entries(self.rollouts, made)
        rows.jobs(count * JOBS_EACH, self.world.first.id, self.applicant.id)
        rows.audit(count * EVENTS_EACH, self.world.first.id)
        self.years.more_services(min(40, count // 20))
        self.inventories.take(numbers, made)
        self.early.fill(self.bodies[first // 10 + 2 : self.filled // 10 + 2], first=first)
        self.names |= self._of_many()

    def _singles(self) -> dict[str, Any]:
        """What there is one of: an application in the making, a deputy of the operator, terms."""
        asked = ExceptionPart("data-location", "試験", NOW.date() + timedelta(days=90))
        made = start_application(actor=self.applicant, body_code=self.town.code or "", at=NOW)
        one = replace(self.draft.environments[0], key=str(uuid.uuid4()), address_ranges=("10.250.0.0/24",))
        save_draft(
            actor=self.applicant,
            application_id=made,
            page="all",
            at=NOW,
            change=lambda _draft: replace(self.draft, environments=(one,), exceptions=(asked,)),
        )
        deputy = models.NamedDeputy.objects.create(
            organisation=self.world.operator_body,
            role="cloud_operator",
            absent_id=self.world.first.id,
            deputy_id=self.world.second.id,
            valid_from=NOW.date(),
            valid_until=NOW.date() + timedelta(days=7),
            reason="研修",
            named_at=NOW,
            named_by="bench",
        )
        colleague = RoleAssignment.objects.filter(organisation=self.town, role="cloud_applicant").first()
        assert colleague is not None
        return self.years.names() | {
            "offering": self.years.listings(200),
            "open_call": self.early.open.pk,
            "closed_call": self.early.closed.pk,
            "scored_application": self.early.scored.pk,
            "use_draft": made,
            "use_environment": one.key,
            "terms": self.world.service,
            "deputy": deputy.pk,
            "colleague": colleague.account_id,
            "rollout": self.rollouts[-1].pk,
        }

    def _of_many(self) -> dict[str, Any]:
        """One of each that there are many of, and a version that is proposed for everybody there is now."""
        environments = models.Environment.objects.order_by("requested_at")
        of_town = environments.filter(organisation=self.town, state="ready")[0]
        uses = models.UseApplication.objects.order_by("number")
        version = f"2027.{self.filled}"
        terms = {"version": version, "regions": ["ap-northeast-1"]}
        proposed = propose_rollout(
            actor=Principal.system("terminal:bench"),
            terms=read_terms(terms),
            reason="東京だけにする",
            calls=[],
            at=NOW,
        )
        return self.inventories.names() | {
            "environment": of_town.pk,
            "adopted_environment": environments.exclude(adoption=None)[0].pk,
            "parked_environment": environments.filter(state="parked")[0].pk,
            "stalled_environment": environments.filter(state="stalled")[0].pk,
            "server": of_town.servers.order_by("identifier")[0].pk,
            "use_waiting": uses.filter(state="submitted")[0].pk,
            "use_approved": uses.filter(organisation=self.town, state="approved")[0].pk,
            "exception": models.GuardrailException.objects.filter(examined_at=None)[0].pk,
            "emergency": models.EmergencyAccess.objects.all()[0].pk,
            "job": Job.objects.filter(owner=self.world.first.id)[0].pk,
            "proposed_rollout": proposed,
        }


def bodies_with_people() -> tuple[list[Organisation], list[Account]]:
    """A row for every prefecture and municipality, and two applicants of each, in the same order."""
    known = set(Organisation.objects.exclude(code=None).values_list("code", flat=True))
    save(
        [
            Organisation(
                kind="municipality", code=one.code, name=one.full_name[:120], name_en=one.title.en[:120]
            )
            for one in (*prefectures(), *municipalities())
            if one.code not in known
        ]
    )
    bodies = list(Organisation.objects.filter(kind="municipality").order_by("code"))
    accounts = [
        Account(email=f"it{number}@{body.code}.example.jp", display_name=f"担当 {number}", password="!")
        for body in bodies
        for number in range(2)
    ]
    save(accounts)
    since = datetime(2026, 1, 1, tzinfo=UTC)
    save(
        [
            RoleAssignment(account=one, organisation=body, role="cloud_applicant", valid_from=since)
            for number, body in enumerate(bodies)
            for one in accounts[number * 2 : number * 2 + 2]
        ]
    )
    return bodies, accounts
