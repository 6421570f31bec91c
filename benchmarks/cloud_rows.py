"""The rows of a country on the cloud, in bulk, as the services leave them behind; see ``cloud_country``."""

from __future__ import annotations

import functools
import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from benchmarks.cloud_selection import save

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.application.orders import environment_orders
from hashira.cloud.domain.application.ranges import bounds
from hashira.cloud.domain.application.systems import STANDARD_SYSTEMS
from hashira.cloud.domain.baseline import BASELINE
from hashira.cloud.domain.baseline.versions import read_terms
from hashira.cloud.domain.baseline_terms import FIRST
from hashira.cloud.domain.engine import EngineRefused
from hashira.cloud.domain.environment_order import Stage, TenantClass
from hashira.cloud.domain.order_record import order_to_json, terms_to_json
from hashira.cloud.domain.rollout import DEFAULT_WAVES, waves_to_json
from hashira.cloud.store import models
from hashira.core.audit.models import AuditEvent, AuditMention
from hashira.core.jobs.models import Job
from hashira.core.jobs.problem import JobProblem

NOW = datetime.now(UTC)
TODAY = NOW.date()
NEXT = read_terms({"version": "2026.12", "regions": ["ap-northeast-1"], "adopted": ["no-access-keys"]})
REFUSED = JobProblem.of(
    EngineRefused(engine="AWS", operation="iam:CreateRole", answer="AccessDenied")
).to_json()
_WHY = "古い機器を置き換えるまでのあいだ、毎日の記録の点検で補います。"
_STATES = (*("ready",) * 15, "deviating", "suspended", "requested", "parked", "stalled")
"""Of each twenty environments."""
_STAGES = (Stage.PRODUCTION, Stage.PRODUCTION, Stage.VERIFICATION, Stage.OPERATION)
SERVERS_EACH, ACTS_EACH = 2, 3
DONE_ROLLOUTS = 6


def applications(
    numbers: range, organisations: Sequence[Any], service: uuid.UUID, draft: Any
) -> list[models.Environment]:
    """Applications, each with its submission, acts, held range and environment; two in three are approved."""
    systems = tuple(STANDARD_SYSTEMS.items())
    made: dict[str, list[Any]] = {"uses": [], "submissions": [], "acts": [], "ranges": [], "environments": []}
    for number in numbers:
        body = organisations[number % len(organisations)]
        code, name = systems[number // len(organisations) % len(systems)]
        network = f"10.{64 + number // 4096}.{number // 16 % 256}.{number % 16 * 16}/28"
        one = replace(
            draft.environments[0],
            key=str(uuid.UUID(int=number + 1)),
            address_ranges=(network,),
            stage=_STAGES[number % 4],
        )
        content = replace(draft, system=replace(draft.system, code=code, name=name.ja), environments=(one,))
        use = _use(number, body, code, name.ja, service, content)
        first, last = bounds(network)
        made["uses"].append(use)
        made["submissions"].append(
            models.ApplicationSubmission(
                application=use,
                round=1,
                content=use.content,
                digest="0" * 64,
                submitted_at=use.submitted_at,
                submitted_by="bench",
            )
        )
        said = (
            ("begun", ""),
            ("asked", ""),
            ("submitted", ""),
            ("approved", "review"),
            ("approved", "approval"),
        )
        made["acts"] += [
            models.ApplicationAct(
                application=use,
                kind=kind,
                round=1,
                step=step,
                by=f"bench{place}",
                at=use.submitted_at,
                words=_WHY,
            )
            for place, (kind, step) in enumerate(said[: 5 if use.decided_at else 3])
        ]
        made["ranges"].append(
            models.HeldRange(
                application=use, use=use.pk, environment=one.key, network=network, first=first, last=last
            )
        )
        (order,) = environment_orders(
            content, body_code=body.code, body_name=body.name, tenant=TenantClass.LOCAL, engine="aws"
        )
        made["environments"].append(_environment(number, order, use, body))
    for rows in made.values():
        save(rows)
    environments: list[models.Environment] = made["environments"]
    return environments


def _use(
    number: int, body: Any, code: str, name: str, service: uuid.UUID, content: Any
) -> models.UseApplication:
    chance = random.Random(number)
    state = "approved" if number % 3 else "submitted"
    at = NOW - timedelta(minutes=number, days=chance.randrange(5))
    row = models.UseApplication(
        id=uuid.UUID(int=number << 64 | 1),
        number=f"2026-{number + 100:05}",
        kind="new",
        organisation_id=body.pk,
        body_code=body.code,
        body_name=body.name,
        system_code=code,
        system_name=name,
        service=service,
        environments=1,
        new_environments=1,
        content=content.document(),
        state=state,
        chain="full",
        step="review" if state == "submitted" else "",
        round=1,
        created_at=at,
        created_by="bench",
        saved_at=at,
        saved_by="bench",
        writers=["bench"],
        submitted_at=at,
        submitted_by="bench",
        step_since=at.date(),
        expected_on=at.date() + timedelta(days=chance.randrange(20)),
        decided_at=at if state == "approved" else None,
    )
    row.use = row.pk
    return row


def _environment(number: int, order: Any, use: models.UseApplication, body: Any) -> models.Environment:
    state = _STATES[number % len(_STATES)]
    account = f"{number + 1:012d}" if state != "requested" else ""
    order = replace(
        order,
        baseline=NEXT if number % 2 else FIRST,
        exceptions=(f"data-location/{use.number}",) if number % 7 == 0 else (),
        adopts=account if number % 25 == 3 else "",
    )
    return models.Environment(
        id=uuid.UUID(order.key),
        application_id=use.pk,
        order=order_to_json(order),
        engine="aws",
        organisation_id=body.pk,
        body_code=body.code,
        body_name=body.name,
        tenant_class="local",
        system_code=order.system_code,
        system_name=order.system_name,
        stage=order.stage.value,
        region="ap-northeast-1",
        state=state,
        account=account,
        cloud="o-example" if account else "",
        facts={"account": account, "unit": "ou-1"} if account else {},
        problem=REFUSED if state in ("parked", "stalled") else None,
        requested_at=use.submitted_at or NOW,
        requested_by="bench",
        changed_at=NOW,
        vended_at=NOW if account else None,
        verified_at=NOW if account else None,
        suspended_at=NOW if state == "suspended" else None,
    )


@functools.cache
def steps() -> tuple[tuple[str, str, str], ...]:
    """The name and titles of each step of vending, as the engine has them."""
    from tests.cloud.vending.orders import an_order

    order, engine = an_order(engine="aws"), engine_of("aws")
    return tuple(
        (one.name, one.title.ja, one.title.en) for one in (*engine.vend(order), *engine.guard(order))
    )


def environments(made: Sequence[models.Environment]) -> None:
    """Their steps with the evidence, what was done with them, and of two in three the last change."""
    evidence = [
        {"ja": "証跡", "en": "Trail", "value": "arn:aws:cloudtrail:ap-northeast-1:1:trail/hashira"},
        {"ja": "保管庫", "en": "Archive", "value": "s3://000000000000-log-archive"},
    ]
    columns: dict[str, Any] = {"attempts": 1, "begun_at": NOW, "ended_at": NOW, "verified_at": NOW}
    save(
        [
            models.EnvironmentStep(
                environment=one,
                part="vend" if position < 9 else "guard",
                position=position,
                name=name,
                title=title,
                title_en=title_en,
                state="failed" if one.state == "parked" and name == "access" else "verified",
                problem=REFUSED if one.state == "parked" and name == "access" else None,
                evidence=evidence,
                **columns,
            )
            for one in made
            if one.account
            for position, (name, title, title_en) in enumerate(steps())
        ]
    )
    save(
        [
            models.EnvironmentAct(
                environment=one, at=NOW, actor="bench", act=act, facts={"was": "requested", "reason": _WHY}
            )
            for one in made
            for act in ("ordered", "vending", "ready", "change", "amending", "ready")
        ]
    )
    changes = [
        models.EnvironmentAmendment(
            environment=one,
            cause="baseline",
            before=one.order | {"baseline": terms_to_json(FIRST)},
            after=one.order,
            reason=_WHY,
            state="running" if one.state == "stalled" else "done",
            asked_at=NOW,
            asked_by="bench",
            begun_at=NOW,
            ended_at=None if one.state == "stalled" else NOW,
        )
        for number, one in enumerate(made)
        if number % 3 or one.state == "stalled"
    ]
    save(changes)
    save(
        [
            models.AmendmentStep(
                amendment=change,
                position=position,
                name=name,
                title=title,
                title_en=title,
                state="failed" if change.state == "running" and position == 2 else "verified",
                problem=REFUSED if change.state == "running" and position == 2 else None,
                evidence=evidence,
                **columns,
            )
            for change in changes
            for position, (name, title) in enumerate(
                (
                    ("unit", "組織単位（OU）を用意する"),
                    ("guardrails", "ガードレール（SCP）を掛ける"),
                    ("placement", "OUに置く"),
                )
            )
        ]
    )


def servers(made: Sequence[models.Environment]) -> None:
    """Two of each environment that has an account, with what was done with them and when they are to run."""
    found = [
        models.CloudServer(
            environment=one,
            identifier=f"i-{number:016x}{of}",
            region="ap-northeast-1",
            name=f"{one.system_code}-{of}-{number}",
            kind="t3.medium",
            state="running" if number % 5 else "stopped",
            since=NOW,
            seen_at=NOW,
            tags={"Name": f"{one.system_code}-{of}", "CostCenter": "総務課", "hashira:key": str(one.pk)},
        )
        for number, one in enumerate(made)
        if one.account
        for of in range(SERVERS_EACH)
    ]
    save(found)
    save([models.ServerReading(environment=one, asked_at=NOW, read_at=NOW) for one in made if one.account])
    save(
        [
            models.ServerAct(
                server=server,
                verb=verb,
                origin="person" if place else "schedule",
                asked_at=NOW - timedelta(hours=number % 500, minutes=place),
                asked_by="bench",
                state="done",
                before={"state": "running", "tags": {}},
                seen=[[NOW.isoformat(), "stopping"], [NOW.isoformat(), "stopped"]],
                sent_at=NOW,
                ended_at=NOW,
            )
            for number, server in enumerate(found)
            for place, verb in enumerate(("stop", "start", "stop")[:ACTS_EACH])
        ]
    )
    save(
        [
            models.ServerSchedule(
                server=server,
                days=[0, 1, 2, 3, 4],
                begins=time(8, 30),
                ends=time(18, 30),
                acted_until=NOW,
                next_at=NOW + timedelta(days=1),
                next_on=True,
                set_at=NOW,
                set_by="bench",
            )
            for server in found[::SERVERS_EACH]
        ]
    )


def exceptions(made: Sequence[models.Environment]) -> None:
    """One of every second environment, in each state that there is."""
    guardrails = [one.id for one in BASELINE]
    found = []
    for number, one in enumerate(made[::2]):
        state = ("asked", "examined", "granted", "granted", "granted", "refused", "ended")[number % 7]
        row = models.GuardrailException(
            guardrail=guardrails[number % len(guardrails)],
            organisation_id=one.organisation_id,
            environment=one if number % 3 else None,
            system=one.system_name,
            reason=_WHY,
            substitute=_WHY,
            begins_on=TODAY - timedelta(days=30),
            ends_on=TODAY + timedelta(days=number % 300 - 20),
            asked_at=NOW - timedelta(hours=number),
            asked_by="bench-asks",
        )
        if state != "asked":
            row.examined_at, row.examined_by, row.opinion = NOW, "bench-examines", _WHY
        if state in ("granted", "ended"):
            row.granted_at, row.granted_by = NOW, "bench-grants"
        if state == "refused":
            row.refused_at, row.refused_by, row.end_reason = NOW, "bench-refuses", _WHY
        if state == "ended":
            row.ended_at, row.ended_by, row.end_reason = NOW, "bench-asks", _WHY
        found.append(row)
    save(found)


def emergencies(made: Sequence[models.Environment]) -> None:
    """Accesses that were let in, ended and reviewed, or not yet, each with its door."""
    found = [
        models.EmergencyAccess(
            environment=one,
            target=f"{one.body_name} {one.system_name}",
            reason=_WHY,
            hours=2,
            asked_at=NOW - timedelta(days=number % 90, hours=3),
            asked_by="bench-asks",
            opened_at=NOW - timedelta(days=number % 90, hours=3),
            opened_by="bench-opens",
            ends_at=NOW - timedelta(days=number % 90, hours=1),
            reviewed_at=NOW if number % 3 else None,
            reviewed_by="bench-reviews" if number % 3 else "",
            review=_WHY if number % 3 else "",
        )
        for number, one in enumerate(made)
    ]
    save(found)
    save(
        [
            models.EmergencyDoor(
                emergency=one,
                environment_id=one.environment_id,
                state="closed",
                person="operator@operator.example",
                begins=one.opened_at,
                ends=one.ends_at,
                opened_at=one.opened_at,
                closed_at=one.ends_at,
                attempts=2,
            )
            for one in found
        ]
    )


def deputies(bodies: Sequence[Any], accounts: Sequence[Any], numbers: range) -> None:
    """One of every third body, once a portion."""
    save(
        [
            models.NamedDeputy(
                organisation=bodies[number],
                role="cloud_applicant",
                absent=accounts[number * 2],
                deputy=accounts[number * 2 + 1],
                valid_from=TODAY - timedelta(days=3),
                valid_until=TODAY + timedelta(days=number % 30),
                reason="休暇",
                named_at=NOW,
                named_by="bench",
            )
            for number in numbers[::3]
            if number < len(bodies)
        ]
    )


def rollouts() -> list[models.Rollout]:
    """Six versions that reached everybody, and one under way."""
    found = []
    for number in range(DONE_ROLLOUTS + 1):
        terms = replace(NEXT, version=f"2026.{number}") if number != DONE_ROLLOUTS - 1 else NEXT
        version = models.BaselineVersion.objects.create(
            version=terms.version, terms=terms_to_json(terms), reason=_WHY, made_at=NOW, made_by="bench-asks"
        )
        under_way, at = number == DONE_ROLLOUTS, NOW - timedelta(days=30 * (DONE_ROLLOUTS - number))
        made = models.Rollout.objects.create(
            version=version,
            waves=waves_to_json(DEFAULT_WAVES),
            tolerated=5,
            pause_minutes=60,
            state="running" if under_way else "done",
            engaged=True if under_way else None,
            wave=2,
            asked_at=at,
            asked_by="bench-asks",
            first_at=at,
            first_by="bench-first",
            second_at=at,
            second_by="bench-second",
            ended_at=None if under_way else at,
        )
        save(
            [
                models.RolloutAct(rollout=made, at=at, actor="bench", act="wave", facts={"wave": wave})
                for wave in range(1, 4)
            ]
        )
        found.append(made)
    return found


def entries(listed: Sequence[models.Rollout], made: Sequence[models.Environment]) -> None:
    """Every environment in a wave of each rollout; of the one under way a third is still to come."""
    former = terms_to_json(FIRST)
    save(
        [
            models.RolloutEntry(
                rollout=rollout,
                environment=one,
                wave=0 if one.stage == "verification" else 2,
                state=_entry_state(rollout, number),
                former=former,
                problem=REFUSED if _entry_state(rollout, number) == "failed" else None,
                begun_at=NOW,
                ended_at=NOW,
            )
            for rollout in listed
            for number, one in enumerate(made)
        ]
    )


def _entry_state(rollout: models.Rollout, number: int) -> str:
    if number % 1_000 == 7:
        return "failed"
    return "waiting" if rollout.state == "running" and number % 3 == 0 else "done"


def jobs(count: int, *owners: str) -> None:
    """Jobs that are over, a quarter of them of each person who looks, the others of the vending."""
    save(
        [
            Job(
                kind="cloud.vend",
                parameters={"environment": str(uuid.UUID(int=number + 1))},
                owner=owners[number % 4] if number % 4 < len(owners) else "vending",
                owner_kind="staff" if number % 4 < len(owners) else "system",
                state="done",
                token=1,
                done=21,
                total=21,
                requested_at=NOW - timedelta(minutes=number),
                started_at=NOW,
                progress_at=NOW,
                ended_at=NOW,
            )
            for number in range(count)
        ]
    )


def audit(count: int, actor: str) -> None:
    """Events with whom they mention."""
    about = uuid.uuid4().hex
    events = [
        AuditEvent(
            moment=NOW,
            actor_kind="staff",
            actor=actor[:32],
            action="cloud:CarryOutVending",
            subjects=json.dumps([about]),
            facts='{"act":"settled"}',
        )
        for _ in range(count)
    ]
    save(events)
    save(
        [
            AuditMention(event=one, pseudonym=f"{about[:24]}{number % 1_000:08}")
            for number, one in enumerate(events)
        ]
    )
