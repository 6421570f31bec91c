"""A guardrail as JSON, for files, the API and comparison of versions (ガードレールの記録)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from hashira.cloud.domain.baseline.catalogue import BASELINE
from hashira.cloud.domain.baseline.entry import BaselineGuardrail, Realisation
from hashira.kernel.canonical_json import JSON, canonical_json
from hashira.kernel.language import Bilingual


def _words(text: Bilingual) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}


def realisation_record(one: Realisation) -> dict[str, Any]:
    """What becomes of a guardrail at one provider; keys that say nothing are left out."""
    told: dict[str, Any] = {
        "holds": [hold.value for hold in one.holds],
        "how": _words(one.how),
        "settings": dict(one.settings),
        "limits": dict(one.limits),
        "policy": dict(one.policy),
        "rules": [{"identifier": rule.identifier, "parameters": dict(rule.parameters)} for rule in one.rules],
        "reads": sorted(one.verifier.kinds) if one.verifier else [],
    }
    return {name: value for name, value in told.items() if value}


def guardrail_record(one: BaselineGuardrail) -> dict[str, Any]:
    """Everything that is said of a guardrail."""
    return {
        "id": one.id,
        "class": one.belongs.value,
        "title": _words(one.title),
        "intent": _words(one.intent),
        "engines": {realised.engine: realisation_record(realised) for realised in one.realisations},
        "scp": one.prevention.document if one.prevention else None,
        "template": {name: dict(resource) for name, resource in one.template.items()},
        "exception": {
            "granted_by": one.exception.granter.value,
            "longest_days": one.exception.longest_days,
            "condition": _words(one.exception.condition),
        },
        "cost": {
            "usd_a_month": str(one.cost.usd),
            "quantities": {name: str(count) for name, count in one.cost.quantities.items()},
            "assumption": _words(one.cost.assumption),
        },
        "reference": one.reference,
    }


def baseline_record() -> list[dict[str, Any]]:
    """All guardrails."""
    return [guardrail_record(one) for one in BASELINE]


def baseline_digest() -> str:
    """SHA-256 of the whole baseline in canonical JSON: two installations with the same one agree on it."""
    whole: list[JSON] = [*baseline_record()]
    return sha256(canonical_json(whole)).hexdigest()
