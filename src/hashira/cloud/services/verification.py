"""Reading environments back: what is missing, what is half vended, what the cloud forgot (読み戻しの点検)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from hashira.cloud.adapters.engines.registry import engine_keys, engine_of
from hashira.cloud.domain.door import DOOR_STEP, DOOR_TITLE
from hashira.cloud.domain.engine import CloudForgot, EngineError, steps_in_force
from hashira.cloud.domain.environment_state import AT_WORK, EnvironmentState, StepState
from hashira.cloud.domain.order_record import order_from_json
from hashira.cloud.selectors.environments import resource_of
from hashira.cloud.services.emergency_doors import doors_amiss
from hashira.cloud.services.environment_rows import locked
from hashira.cloud.services.environments import VENDING, note, tell
from hashira.cloud.services.step_taking import evidence_to_json
from hashira.cloud.store.models import Environment, EnvironmentStep
from hashira.core import access, jobs
from hashira.core.access import Principal
from hashira.core.jobs.models import Job
from hashira.core.jobs.problem import JobProblem
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_STATE = EnvironmentState
_IN_USE = (_STATE.READY, _STATE.DEVIATING)
_KEPT = (*_IN_USE, _STATE.SUSPENDED)


class LeftBehind(HashiraError):
    """The job on an environment is over and the environment is not."""

    code = "CLD-314"
    what = Bilingual("途中で止まっています", "It stopped half-way")
    why = Bilingual(
        "作業が終わらないまま、ジョブがなくなりました", "The job ended without bringing the work to an end"
    )
    remedy = Bilingual(
        "「もう一度行う」を押すと、止まったところから続けます", "Press “Try again”, which goes on from there"
    )
    status = 409


@dataclass(frozen=True, slots=True)
class Deviation:
    """A step whose read-back does not find what should be there."""

    step: str
    title: Bilingual
    problem: JobProblem


@dataclass(frozen=True, slots=True)
class Finding:
    """What reading one environment back found."""

    environment_id: UUID
    state: EnvironmentState
    deviations: tuple[Deviation, ...]
    problem: JobProblem | None
    """Why nothing could be read, or why it stands still."""

    @property
    def sound(self) -> bool:
        """Whether everything that should be there is there."""
        return self.state in {_STATE.READY, _STATE.SUSPENDED} and not self.deviations and self.problem is None


def to_verify() -> list[str]:
    """The ids of all environments that have something on a cloud, or should have."""
    states = [one.value for one in (*_KEPT, *AT_WORK, _STATE.PARKED, _STATE.STALLED)]
    return [str(one) for one in Environment.objects.filter(state__in=states).values_list("pk", flat=True)]


def verify_for_job(environment_id: str) -> str:
    """Verifies one and gives how it stands, in a word."""
    found = verify(actor=VENDING, environment_id=UUID(environment_id))
    return "unknown" if found.problem is not None and found.state in _KEPT else found.state.value


def verify(*, actor: Principal, environment_id: UUID) -> Finding:
    """Reads one environment back and keeps what was found. Raises ``EnvironmentNotFound``.

    The provider is asked outside of any transaction; what it says goes in at the end, unless a job has begun
    meanwhile. Where the provider does not answer, nothing is changed.
    """
    row = Environment.objects.filter(pk=environment_id).first() or locked(environment_id)
    state = EnvironmentState(row.state)
    if state not in _KEPT:
        return keep_stillness(actor=actor, environment_id=environment_id)
    order = order_from_json(row.order)
    try:
        engine = engine_of(row.engine)
        if engine.identity() != row.cloud:
            forgot = JobProblem.of(CloudForgot(engine=engine.title))
            return keep_finding(
                actor=actor,
                environment_id=environment_id,
                seen=state,
                finding=Finding(environment_id, _STATE.LOST, (), forgot),
                evidence={},
            )
        deviations, evidence = [], {}
        for step in steps_in_force(engine, order, suspended=state is _STATE.SUSPENDED):
            try:
                evidence[step.name] = evidence_to_json(step.verify(order, row.facts))
            except EngineError as error:
                if error.passing:
                    raise
                deviations.append(Deviation(step.name, step.title, JobProblem.of(error)))
        deviations += [
            Deviation(DOOR_STEP, DOOR_TITLE, JobProblem.of(one)) for one in doors_amiss(engine, row)
        ]
    except HashiraError as error:
        return Finding(environment_id, state, (), JobProblem.of(error))
    found = state if state is _STATE.SUSPENDED else _STATE.DEVIATING if deviations else _STATE.READY
    return keep_finding(
        actor=actor,
        environment_id=environment_id,
        seen=state,
        finding=Finding(environment_id, found, tuple(deviations), None),
        evidence=evidence,
    )


@service(action="cloud:VerifyEnvironment")
def keep_finding(
    *,
    actor: Principal,
    environment_id: UUID,
    seen: EnvironmentState,
    finding: Finding,
    evidence: dict[str, list[dict[str, str]]],
) -> Finding:
    """Keeps what reading back found, if the environment is still as it was ``seen``."""
    row, now = locked(environment_id), datetime.now(UTC)
    _require(actor, row)
    missing = {one.step: one.problem for one in finding.deviations}
    tell(
        actor,
        "cloud:VerifyEnvironment",
        row,
        {"was": row.state, "state": finding.state.value, "missing": len(missing)},
    )
    if row.state != seen.value:
        return finding
    for step in row.steps.all():
        if step.name in evidence:
            step.state, step.problem, step.verified_at = StepState.VERIFIED.value, None, now
            step.evidence = evidence[step.name]
        elif step.name in missing:
            step.state, step.problem = StepState.MISSING.value, missing[step.name].to_json()
        else:
            continue
        step.save(update_fields=["state", "problem", "verified_at", "evidence"])
    if finding.state.value != row.state:
        note(row, actor, finding.state.value, now, {"was": row.state, "missing": ", ".join(missing)[:200]})
    row.state, row.verified_at = finding.state.value, now
    row.problem = finding.problem.to_json() if finding.problem is not None else None
    row.save(update_fields=["state", "verified_at", "problem"])
    return finding


@service(action="cloud:VerifyEnvironment")
def keep_stillness(*, actor: Principal, environment_id: UUID) -> Finding:
    """Parks an environment whose job is over before its work was, with a change under way its change; others
    stay as they are."""
    row, now = locked(environment_id), datetime.now(UTC)
    _require(actor, row)
    state = EnvironmentState(row.state)
    job = Job.objects.filter(pk=row.job_id).first() if row.job_id else None
    left = state in AT_WORK and (job is None or jobs.JobState(job.state).over)
    if left:
        stopped = _STATE.STALLED if state is _STATE.AMENDING else _STATE.PARKED
        row.state, row.problem = stopped.value, JobProblem.of(LeftBehind()).to_json()
        row.changed_at = now
        row.save(update_fields=["state", "problem", "changed_at"])
        note(row, actor, stopped.value, now, {"code": LeftBehind.code})
    tell(actor, "cloud:VerifyEnvironment", row, {"was": state.value, "state": row.state})
    problem = JobProblem.from_json(row.problem) if row.problem else None
    return Finding(environment_id, EnvironmentState(row.state), _failed_steps(row), problem)


def ask_for_verification(now: datetime, hours: float) -> bool:
    """Asks for a verification of everything if none was asked for within so many hours; whether it did."""
    recently = Job.objects.filter(kind="cloud.verify", requested_at__gt=now - timedelta(hours=hours))
    if hours <= 0 or not to_verify() or recently.exists():
        return False
    jobs.request(actor=VENDING, kind="cloud.verify", parameters={})
    return True


def notice_what_was_forgotten() -> int:
    """Asks each engine once which cloud it is, and marks what was vended on another one; how many."""
    lost = 0
    for key in engine_keys():
        kept = (*_KEPT, _STATE.STALLED)
        rows = Environment.objects.filter(engine=key, state__in=[one.value for one in kept])
        if not rows.exists():
            continue
        try:
            engine = engine_of(key)
            identity = engine.identity()
        except EngineError:
            continue
        problem = JobProblem.of(CloudForgot(engine=engine.title))
        for row in rows.filter(~Q(cloud=identity)):
            finding = Finding(row.pk, _STATE.LOST, (), problem)
            keep_finding(
                actor=VENDING,
                environment_id=row.pk,
                seen=EnvironmentState(row.state),
                finding=finding,
                evidence={},
            )
            lost += 1
    return lost


def _failed_steps(row: Environment) -> tuple[Deviation, ...]:
    failed = EnvironmentStep.objects.filter(environment=row, state=StepState.FAILED.value)
    return tuple(
        Deviation(one.name, Bilingual(one.title, one.title_en), JobProblem.from_json(one.problem))
        for one in failed
        if one.problem
    )


def _require(actor: Principal, row: Environment) -> None:
    access.require(
        actor,
        "cloud:VerifyEnvironment",
        resource_of(str(row.pk), organisation=str(row.organisation_id or "")),
    )
