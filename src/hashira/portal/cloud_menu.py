"""The menu of the operator of the cloud: who asks and what runs, what holds for all, the services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.urls import reverse

from hashira.kernel.language import Bilingual

Entry = tuple[Bilingual, str]


def operator_groups() -> tuple[tuple[Bilingual, Sequence[Entry]], ...]:
    """The groups of the menu, each with its pages."""
    return (
        (
            Bilingual("申請と環境", "Applications and environments"),
            [
                (Bilingual("利用申請の承認", "Approval of applications"), reverse("cloud:approvals")),
                (Bilingual("環境", "Environments"), reverse("cloud:environments")),
                (Bilingual("サーバー", "Servers"), reverse("cloud:servers")),
            ],
        ),
        (
            Bilingual("基準と例外", "Baseline and exceptions"),
            [
                (Bilingual("ガードレールの例外", "Guardrail exceptions"), reverse("cloud:exceptions")),
                (Bilingual("基準の版", "Versions of the baseline"), reverse("cloud:rollouts")),
                (Bilingual("既存の組織の棚卸し", "Existing organisations"), reverse("cloud:surveys")),
                _emergencies(),
            ],
        ),
        (
            Bilingual("サービスの選定", "Selection of services"),
            [
                (Bilingual("評価と決定", "Assessment and decision"), reverse("cloud:assessment")),
                (Bilingual("選定の運用", "Running the selection"), reverse("cloud:desk")),
            ],
        ),
    )


def _emergencies() -> Entry:
    """With how many doors should be closed and are not proved to be."""
    from hashira.cloud.selectors.emergency_doors import overdue_count

    name = Bilingual("緊急の立入り", "Emergency access")
    overdue = overdue_count(datetime.now(UTC))
    if overdue:
        name = Bilingual(f"{name.ja}（{overdue}）", f"{name.en} ({overdue})")
    return name, reverse("cloud:emergencies")
