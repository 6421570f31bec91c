"""Words that all modules of the engine share; nothing of boto3, which takes long to load (共通の言葉)."""

from __future__ import annotations

from hashira.cloud.domain.engine import EngineRefused
from hashira.kernel.language import Bilingual

TITLE = "AWS"
AGREED = Bilingual("AWSと取り決めた数", "what was agreed with AWS")
OPERATOR_ROLE = "hashira/vending"
"""The role by which the operator works in an account; the guardrails spare it."""


class AwsRefused(EngineRefused):
    """As ``EngineRefused``, with the code of AWS for the engine to decide by."""

    code = "CLD-309"

    def __init__(self, *, aws_code: str = "", **details: object) -> None:
        super().__init__(**details)
        self.aws_code = aws_code
