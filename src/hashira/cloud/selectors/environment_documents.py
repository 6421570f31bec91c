"""Environments as JSON, the same for the API and the terminal (環境のJSON)."""

from __future__ import annotations

from typing import Any

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.engine import EngineUnknown
from hashira.cloud.selectors.environments import EnvironmentLine, EnvironmentView, StepLine
from hashira.core.jobs.problem import JobProblem


def environment_line_document(line: EnvironmentLine) -> dict[str, Any]:
    """One line of a list."""
    return {
        "id": str(line.id),
        "application": str(line.application_id) if line.application_id else None,
        "engine": line.engine,
        "sandbox": is_sandbox(line.engine),
        "body_code": line.body_code,
        "body": line.body_name,
        "class": line.tenant_class.value,
        "system_code": line.system_code,
        "system": line.system_name,
        "stage": line.stage.value,
        "region": line.region,
        "state": line.state.value,
        "account": line.account,
        "requested_at": line.requested_at.isoformat(),
        "vended_at": line.vended_at.isoformat() if line.vended_at else None,
        "verified_at": line.verified_at.isoformat() if line.verified_at else None,
        "closes_on": line.closes_on.isoformat() if line.closes_on else None,
    }


def environment_document(view: EnvironmentView) -> dict[str, Any]:
    """One environment with its steps and their evidence."""
    return environment_line_document(view.line) | {
        "problem": problem_document(view.problem),
        "steps": [step_document(one) for one in view.steps],
    }


def step_document(step: StepLine) -> dict[str, Any]:
    """One step."""
    return {
        "part": step.part,
        "name": step.name,
        "title": {"ja": step.title.ja, "en": step.title.en},
        "state": step.state.value,
        "attempts": step.attempts,
        "seconds": step.seconds,
        "verified_at": step.verified_at.isoformat() if step.verified_at else None,
        "evidence": [
            {"name": {"ja": one.name.ja, "en": one.name.en}, "value": one.value}
            for one in step.evidence.lines
        ],
        "problem": problem_document(step.problem),
    }


def problem_document(problem: JobProblem | None) -> dict[str, Any] | None:
    """What stands against it."""
    return problem.to_json() if problem is not None else None


def is_sandbox(engine: str) -> bool:
    """Whether an engine is a cloud to practise on."""
    try:
        return engine_of(engine).sandbox
    except EngineUnknown:
        return False
