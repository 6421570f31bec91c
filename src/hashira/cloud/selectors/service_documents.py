"""Services and catalogues as JSON, the same on pages and in the API (公開データのJSON)."""

from __future__ import annotations

from datetime import date

from hashira.cloud.domain.selection.ismap import IsmapRegistration
from hashira.cloud.selectors.catalogues import CatalogueLine, RequirementLine
from hashira.cloud.selectors.services import (
    ConditionLine,
    FindingLine,
    ServiceLine,
    ServiceView,
    offering_lines,
    service_lines,
)
from hashira.kernel.canonical_json import JSON
from hashira.kernel.language import Bilingual


def services_document() -> dict[str, JSON]:
    """All decided services and everything else that is listed."""
    return {
        "services": [line_document(one) for one in service_lines()],
        "offerings": [
            {
                "id": str(one.id),
                "kind": one.kind,
                "name": _words(one.name),
                "supplier": one.supplier,
                "description": _words(one.description),
                "link": one.link,
            }
            for one in offering_lines()
        ],
    }


def line_document(one: ServiceLine) -> dict[str, JSON]:
    """A service in a list."""
    return {
        "id": str(one.id),
        "service": _words(one.service),
        "providers": [_words(provider) for provider in one.providers],
        "kind": one.kind.value,
        "fiscal_year": one.fiscal_year,
        "round": _words(one.round_title),
        "catalogue": str(one.catalogue_id),
        "standing": one.standing.value,
        "outcome": one.outcome,
        "until": _day(one.until),
        "decided_on": _day(one.decided_on),
        "ismap": _registration(one.registration),
        "conditions": one.conditions,
        "conditions_met": one.conditions_met,
    }


def service_document(view: ServiceView) -> dict[str, JSON]:
    """A service with its reasons, findings, conditions and the months since."""
    counts: dict[str, JSON] = {key: dict(value) for key, value in view.counts.items()}
    return line_document(view.line) | {
        "description": _words(view.description),
        "reasons": [
            {"code": one.code, "requirement": one.requirement, "words": _words(one.words)}
            for one in view.reasons
        ],
        "counts": counts,
        "findings": [_finding(one) for one in view.findings],
        "condition_progress": [_condition(one) for one in view.conditions],
        "months": [
            {"month": f"{one.month:%Y-%m}", "met": one.met, "open": one.open, "late": one.late}
            for one in view.months
        ],
        "history": [
            {"standing": one.standing.value, "at": one.at.isoformat(), "by_clock": one.by_clock}
            for one in view.history
        ],
    }


def catalogue_document(line: CatalogueLine) -> dict[str, JSON]:
    """A version of a catalogue without its requirements."""
    return {
        "id": str(line.id),
        "kind": line.kind.value,
        "fiscal_year": line.fiscal_year,
        "version": line.version,
        "title": _words(line.title),
        "requirements": line.requirements,
        "mandatory": line.mandatory,
        "published_at": line.published_at.isoformat() if line.published_at else None,
        "digest": line.digest,
    }


def requirement_document(one: RequirementLine) -> dict[str, JSON]:
    """One requirement."""
    return {
        "id": one.id,
        "category": _words(one.category),
        "mandatory": one.mandatory,
        "text": _words(one.text),
        "verified_by": _words(one.verified_by),
    }


def _finding(one: FindingLine) -> dict[str, JSON]:
    return {
        "requirement": one.requirement.id,
        "mandatory": one.requirement.mandatory,
        "finding": one.finding.value,
        "planned_on": _day(one.planned_on),
        "reason": one.reason,
    }


def _condition(one: ConditionLine) -> dict[str, JSON]:
    return {
        "requirement": one.requirement.id,
        "due_on": _day(one.due_on),
        "met_on": _day(one.met_on),
        "reports": [
            {
                "month": f"{report.month:%Y-%m}",
                "percent": report.percent,
                "words": report.words,
                "judgement": report.judgement.value if report.judgement else None,
                "reason": report.judgement_reason,
            }
            for report in one.reports
        ],
    }


def _registration(one: IsmapRegistration | None) -> JSON:
    if one is None:
        return None
    return {
        "list": one.list.value,
        "number": one.number,
        "registered_on": one.registered_on.isoformat(),
        "expires_on": one.expires_on.isoformat(),
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _words(text: Bilingual) -> dict[str, JSON]:
    return {"ja": text.ja, "en": text.en}
