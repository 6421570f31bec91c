"""Inventories of an organisation of thousands of accounts, and proposals to adopt, for ``applying``."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.cloud_selection import save

from hashira.cloud.adapters.engines.aws.cloud import AwsCloud
from hashira.cloud.adapters.engines.aws.expectation import expectations
from hashira.cloud.adapters.engines.aws.guardrails import packs
from hashira.cloud.store import models
from hashira.kernel.language import Bilingual

NOW = datetime.now(UTC)
_TAKEN = 3
"""So many inventories of the same accounts, a month apart."""
_MANAGEMENT = "999999999999"
_WORDS = Bilingual(
    "ap-northeast-1：cloudtrail-enabled がありません", "ap-northeast-1: cloudtrail-enabled missing"
)


class Inventories:
    """Half of the accounts are environments of ours, half are somebody else's."""

    def __init__(self) -> None:
        policies = {name: {"kind": "service-control", "document": text} for name, text in packs(()).items()}
        theirs = (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}]}'
        )
        policies["keep-queues"] = {"kind": "service-control", "document": theirs}
        full = ["FullAWSAccess"]
        self._document: dict[str, Any] = {
            "id": "o-example",
            "management": _MANAGEMENT,
            "policies": policies,
            "root": {"id": "r-1", "name": "Root", "parent": "", "policies": full},
            "units": [
                {"id": "ou-0", "name": "local", "parent": "r-1", "policies": full},
                {"id": "ou-1", "name": "production", "parent": "ou-0", "policies": [*full, *packs(())]},
                {"id": "ou-2", "name": "Workloads", "parent": "r-1", "policies": [*full, "keep-queues"]},
            ],
            "accounts": [],
        }
        self._taken = [
            models.OrganisationSurvey.objects.create(
                engine="aws",
                state="done",
                cloud="o-example",
                management=_MANAGEMENT,
                asked_at=NOW - timedelta(days=30 * (_TAKEN - number)),
                asked_by="bench",
                ended_at=NOW,
                conflicts=[
                    {
                        "kind": "crowded",
                        "policy": "",
                        "place": f"Root/Workloads/{place}",
                        "accounts": 12,
                        "words": ["SCPが6本になります", "An account would have 6 SCPs"],
                        "remedy": ["まとめてください", "Merge them"],
                    }
                    for place in range(20)
                ],
                sizes=[
                    {"name": f"keep-{place}", "characters": 4_900, "limit": 5_120, "targets": 12}
                    for place in range(30)
                ],
            )
            for number in range(_TAKEN)
        ]

    def take(self, numbers: range, made: Sequence[models.Environment]) -> None:
        """As many accounts more as there are environments: theirs in turn with ours."""
        ours = {one.account: one for one in made if one.account}
        listed = [*ours, *(f"8{number:011d}" for number in numbers)][: len(numbers)]
        listed = [one for pair in zip(listed, reversed(listed), strict=True) for one in pair][: len(numbers)]
        self._document["accounts"] += [
            {
                "id": one,
                "name": f"account-{one}",
                "parent": "ou-1" if one in ours else "ou-2",
                "policies": ["FullAWSAccess"],
            }
            for one in listed
        ]
        for place, survey in enumerate(self._taken):
            save([_account(survey, one, ours.get(one), place) for one in listed])
            accounts = survey.accounts.count()
            survey.document = self._document
            survey.summary = {
                "accounts": accounts,
                "whole": accounts // 2,
                "lacking": accounts - accounts // 2,
                "unreadable": 0,
                "unread": 0,
                "steps": {
                    step["step"]: {"title": step["title"], "present": accounts // 2, "missing": accounts // 2}
                    for step in _steps("missing")
                },
            }
            survey.save()
        self._adopted(made)

    def _adopted(self, made: Sequence[models.Environment]) -> None:
        plan = {
            "parts": [
                {
                    "step": step["step"],
                    "title": step["title"],
                    "found": step["found"],
                    "acts": [
                        {"operation": f"config:put_{number}", "where": "ap-northeast-1", "contents": "{}"}
                        for number in range(8)
                    ],
                }
                for step in _steps("missing")
            ],
            "obstacles": [],
            "notes": [["戻る先のOU：r-1", "The unit that it goes back to: r-1"]],
            "replaced": [],
            "former": {"unit": "r-1"},
        }
        save(
            [
                models.AdoptionProposal(
                    engine="aws",
                    cloud="o-example",
                    account=one.account,
                    account_name=f"account-{one.account}",
                    organisation_id=one.organisation_id,
                    body_name=one.body_name,
                    system_name=one.system_name,
                    order=one.order,
                    plan=plan,
                    state="approved",
                    proposed_at=NOW - timedelta(minutes=number),
                    proposed_by="bench-proposes",
                    decided_at=NOW,
                    decided_by="bench-decides",
                    environment=one,
                )
                for number, one in enumerate(made)
                if one.order.get("adopts") and one.account
            ]
        )

    def names(self) -> dict[str, Any]:
        """What the pages name."""
        rows = self._taken[-1].accounts.order_by("pk")
        return {
            "earlier_survey": self._taken[-2].pk,
            "survey": self._taken[-1].pk,
            "ours": rows.filter(measure__has_key="environment")[0].account,
            "theirs": rows.exclude(measure__has_key="environment")[0].account,
            "adoption": models.AdoptionProposal.objects.order_by("pk")[0].pk,
        }


@functools.cache
def _asked() -> dict[str, Bilingual]:
    cloud = AwsCloud(
        # Nothing is sent: only what would be asked of an account is read here.
        connect=lambda: None,  # type: ignore[arg-type, return-value]
        regions=("ap-northeast-1", "ap-northeast-3"),
        email="",
        phone="",
        first_role="",
        log_days=1_095,
        lock_mode="COMPLIANCE",
        yen_a_dollar=Decimal(150),
        account_quota=0,
        baseline_usd=None,
        today=lambda: date(2026, 11, 30),
    )
    return expectations(cloud)


@functools.cache
def _steps(standing: str) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "step": step,
            "title": [words.ja, words.en],
            "standing": standing,
            "expected": [words.ja, words.en],
            "found": [_WORDS.ja, _WORDS.en],
            "remedy": ["", ""],
            "code": "",
        }
        for step, words in _asked().items()
    )


def _account(
    survey: models.OrganisationSurvey, account: str, ours: models.Environment | None, place: int
) -> models.SurveyedAccount:
    whole = ours is not None and not (place == _TAKEN - 1 and int(account) % 50 == 0)
    found = list(_steps("present" if whole else "missing"))
    names = [one["step"] for one in found]
    measure: dict[str, Any] = {"version": "2026.11"}
    if ours is not None:
        measure = {"version": "2026.12", "environment": str(ours.pk), "state": "ready", "without": []}
    return models.SurveyedAccount(
        survey=survey,
        account=account,
        name=f"011002-jumin-prod-{account}",
        email=f"{account}@example.jp",
        status="ACTIVE",
        unit="ou-1" if ours else "ou-2",
        path="Root/local/production" if ours else "Root/Workloads",
        state="whole" if whole else "lacking",
        tags={"Owner": "hanako@town.example.jp"},
        measure=measure,
        steps=found,
        surplus=[{"kind": "trail", "name": ["証跡", "Trail"], "identifier": "theirs"}],
        stands=" ".join(f"{one}:{'present' if whole else 'missing'}" for one in names),
        lacks="" if whole else f"|{'|'.join(names)}|",
        lacking=0 if whole else len(names),
        more=1,
        read_at=NOW,
    )
