"""The home page and the two questions that an operator's monitoring asks."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hashira.core import access
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class Pillar:
    """One system as the home page introduces it; without ``url`` it does not work yet."""

    system: str
    eyebrow: Bilingual
    title: Bilingual
    body: Bilingual
    url_name: str = ""

    @property
    def url(self) -> str:
        return reverse(self.url_name) if self.url_name else ""


_PILLARS = (
    Pillar(
        "certificates",
        Bilingual("第1の柱・やさしいサービス", "Pillar 1: kind public services"),
        Bilingual("接種証明書", "Vaccination certificates"),
        Bilingual(
            "接種記録から証明書を作り、届いた証明書が本物かを通信なしで確かめます",
            "Make certificates of your doses, and check offline whether one is genuine",
        ),
        "certificates:own",
    ),
    Pillar(
        "regulations",
        Bilingual("第2の柱・成長の基盤", "Pillar 2: growth through digital foundations"),
        Bilingual("アナログ規制の見直し", "Review of analog regulations"),
        Bilingual(
            "法令と例規の全文を探し、人の手と足を求める条項を理由とともに洗い出します",
            "Search all law, and find the provisions that ask for hands and feet, with the reasons",
        ),
        "regulations:index",
    ),
    Pillar(
        "cloud",
        Bilingual("第3の柱・安全な基盤", "Pillar 3: safe, resilient foundations"),
        Bilingual("ガバメントクラウド", "Government Cloud"),
        Bilingual(
            "公開された要件に照らしてクラウドサービスを選び、判定の理由と条件の進み具合を公開します",
            "Select cloud services against published requirements, with reasons and progress in public",
        ),
        "cloud:index",
    ),
)
_PLAN = Pillar(
    "plan",
    Bilingual("3つの柱の上に", "Above the three pillars"),
    Bilingual("重点計画", "The Priority Plan"),
    Bilingual("まだ使えません", "Does not work yet"),
)


@access.public("the front door says what the site is")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The three pillars and the plan above them, as far as this installation runs them."""
    running = settings.HASHIRA_SYSTEMS
    pillars = [pillar for pillar in _PILLARS if pillar.system in running]
    plan = _PLAN if "plan" in running else None
    return render(request, "portal/home.html", {"pillars": pillars, "plan": plan})


@access.public("a load balancer has no account")
@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "live"})


@access.public("a load balancer has no account")
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and no migration waits; 503 otherwise."""
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "reason": "database"}, status=503)
    if waiting:
        return JsonResponse({"status": "unavailable", "reason": "migrations"}, status=503)
    return JsonResponse({"status": "ready"})
