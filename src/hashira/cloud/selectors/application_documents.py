"""Applications as JSON, the same for the API and the terminal (利用申請のJSON)."""

from __future__ import annotations

from typing import Any

from hashira.cloud.domain.application.chain import STATE_NAMES
from hashira.cloud.domain.application.draft import KIND_NAMES
from hashira.cloud.domain.application.preflight import Finding
from hashira.cloud.selectors.applications import ApplicationLine, ApplicationView
from hashira.cloud.selectors.environments import EnvironmentLine
from hashira.kernel.language import Bilingual


def words(text: Bilingual) -> dict[str, str]:
    """Both languages."""
    return {"ja": text.ja, "en": text.en}


def application_line_document(one: ApplicationLine) -> dict[str, Any]:
    """An application in a list."""
    return {
        "id": one.id,
        "number": one.number,
        "use": one.use,
        "kind": one.kind.value,
        "kind_name": words(KIND_NAMES[one.kind]),
        "body_code": one.body_code,
        "body_name": one.body_name,
        "system_name": one.system_name,
        "state": one.state.value,
        "state_name": words(STATE_NAMES[one.state]),
        "step": one.step,
        "environments": one.environments,
        "saved_at": one.saved_at,
        "submitted_at": one.submitted_at,
        "expected_on": one.expected_on,
        "decided_at": one.decided_at,
    }


def finding_document(one: Finding) -> dict[str, Any]:
    """One finding of the pre-flight."""
    return {
        "code": one.code,
        "level": one.level.value,
        "section": one.section.value,
        "words": words(one.words),
    }


def application_document(
    view: ApplicationView, findings: tuple[Finding, ...], environments: tuple[EnvironmentLine, ...]
) -> dict[str, Any]:
    """One application with its content, its steps, its pre-flight and what it came to."""
    left = {step.key for step in view.remaining}
    return {
        **application_line_document(view.line),
        "body": words(view.body),
        "drafted_by": words(view.drafter) if view.drafter is not None else None,
        "content": view.draft.document(),
        "digest": view.digest,
        "place": view.place,
        "chain": view.chain.key,
        "steps": [
            {
                "key": step.key,
                "title": words(step.title),
                "business_days": step.days,
                "done": step.key not in left,
            }
            for step in view.chain.steps
        ],
        "findings": [finding_document(one) for one in findings],
        "history": [
            {"act": one.kind, "step": one.step, "at": one.at, "words": one.words} for one in view.acts
        ],
        "ordered": [
            {"id": one.id, "stage": one.stage.value, "state": one.state.value, "region": one.region}
            for one in environments
        ],
    }
