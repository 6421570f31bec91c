"""Why a policy or a request cannot be judged. Codes ``CLOUD-001`` to ``CLOUD-009``."""

from __future__ import annotations

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class UnreadablePolicy(HashiraError):
    """Details: ``name``, ``place``, ``reason``."""

    code = "CLOUD-001"
    what = Bilingual("ポリシーとして読めません", "This cannot be read as a policy")
    why = Bilingual("{name} の {place}：{reason}", "{name}, {place}: {reason}")
    remedy = Bilingual(
        "示した場所を直してください。ほかのポリシーには影響しません",
        "Mend the place that is named; no other policy is affected",
    )


class UnreadableOrganisation(HashiraError):
    """Details: ``place``, ``reason``."""

    code = "CLOUD-003"
    what = Bilingual("組織として読めません", "This cannot be read as an organisation")
    why = Bilingual("{place}：{reason}", "{place}: {reason}")
    remedy = Bilingual(
        "示した場所を直してください。書き方は docs/reference/scp-lab.md にあります",
        "Mend the place that is named; docs/reference/scp-lab.md tells how it is written",
    )


class UnreadableRequest(HashiraError):
    """Details: ``reason``."""

    code = "CLOUD-002"
    what = Bilingual("要求として読めません", "This cannot be read as a request")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "プリンシパルは ARN、操作は「サービス:操作」、リソースは ARN か「*」で書いてください",
        "Write the principal as an ARN, the action as service:Operation, the resource as an ARN or *",
    )
