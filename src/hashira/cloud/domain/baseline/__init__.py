"""The baseline: guardrails as data, one intent with what realises and proves it at each provider (基準)."""

from hashira.cloud.domain.baseline.catalogue import BASELINE, baseline_guardrail, of_class
from hashira.cloud.domain.baseline.entry import BaselineGuardrail, Hold, Realisation
from hashira.cloud.domain.baseline.inventory import Inventory, Outcome, Resource, examine

__all__ = [
    "BASELINE",
    "BaselineGuardrail",
    "Hold",
    "Inventory",
    "Outcome",
    "Realisation",
    "Resource",
    "baseline_guardrail",
    "examine",
    "of_class",
]
