"""An assessment as plain values, for the terminal and for the API: one shape (検証結果の文書)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hashira.certificates.domain.verdict import Assessment


def verdict_document(assessment: Assessment, language: str) -> dict[str, Any]:
    """``verdict``, ``evidence``, ``content``, and ``error`` as a problem (RFC 9457) unless verified."""
    error = assessment.error
    return {
        "verdict": assessment.verdict.value,
        "evidence": asdict(assessment.evidence) if assessment.evidence else None,
        "content": asdict(assessment.content) if assessment.content else None,
        "error": error.problem(language) if error else None,
    }
