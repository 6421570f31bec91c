"""Inventories and what they found as JSON, for the terminal (棚卸しのJSON)."""

from __future__ import annotations

from typing import Any

from hashira.cloud.domain.adoption.inventory import Difference
from hashira.cloud.selectors.surveys import AccountLine, AccountView, SurveyLine, SurveyView
from hashira.kernel.language import Bilingual


def survey_line_document(line: SurveyLine) -> dict[str, Any]:
    """One line of the list."""
    return {
        "id": str(line.id),
        "engine": line.engine,
        "state": line.state,
        "cloud": line.cloud,
        "asked_at": line.asked_at.isoformat(),
        "ended_at": line.ended_at.isoformat() if line.ended_at else None,
        "accounts": line.accounts,
        "whole": line.whole,
        "lacking": line.lacking,
        "unreadable": line.unreadable,
        "unread": line.unread,
        "problem": line.problem.to_json() if line.problem else None,
    }


def survey_document(view: SurveyView) -> dict[str, Any]:
    """One inventory with its sums and conflicts."""
    return survey_line_document(view.line) | {
        "steps": [
            {
                "step": one.step,
                "title": _pair(one.title),
                "present": one.present,
                "open": one.open,
                "differs": one.differs,
                "missing": one.missing,
                "unreadable": one.unreadable,
            }
            for one in view.steps
        ],
        "conflicts": [
            {
                "kind": one.kind,
                "policy": one.policy,
                "place": one.place,
                "accounts": one.accounts,
                "words": _pair(one.words),
                "remedy": _pair(one.remedy),
            }
            for one in view.conflicts
        ],
        "policies": [
            {"name": one.name, "characters": one.characters, "limit": one.limit, "targets": one.targets}
            for one in view.sizes
        ],
    }


def account_line_document(line: AccountLine) -> dict[str, Any]:
    """One account in a list."""
    return {
        "account": line.account,
        "name": line.name,
        "email": line.email,
        "status": line.status,
        "path": line.path,
        "state": line.state,
        "lacks": list(line.lacks),
        "unreadable": line.unreadable,
        "more": line.more,
        "environment": str(line.environment) if line.environment else None,
        "measured": dict(line.measured),
    }


def account_document(view: AccountView) -> dict[str, Any]:
    """One account with all that was found in it."""
    return account_line_document(view.line) | {
        "management": view.management,
        "tags": dict(view.tags),
        "steps": [
            {
                "step": one.step,
                "title": _pair(one.title),
                "standing": one.standing.value,
                "expected": _pair(one.expected),
                "found": _pair(one.found),
                "code": one.code or None,
            }
            for one in view.steps
        ],
        "more_than_asked": [
            {"kind": one.kind, "name": _pair(one.name), "identifier": one.identifier} for one in view.surplus
        ],
        "suggestions": [
            {"field": one.field, "value": one.value, "words": _pair(one.words), "source": _pair(one.source)}
            for one in view.suggestions
        ],
        "problem": view.problem.to_json() if view.problem else None,
    }


def difference_document(one: Difference) -> dict[str, str]:
    """One change between two inventories."""
    return {
        "account": one.account,
        "name": one.name,
        "step": one.step,
        "before": one.before,
        "after": one.after,
    }


def _pair(words: Bilingual) -> dict[str, str]:
    return {"ja": words.ja, "en": words.en}
