"""Pages of the cloud with every local government of Japan in the database: medians, beside a small database.

    .venv/bin/python -m benchmarks.applying [APPLICATIONS] [postgresql]    # 5,000, SQLite

1,788 bodies (47 prefectures, 1,741 municipalities) and so many applications, two in three of them approved;
one environment, one server and one held range for each, and a version of the baseline that is proposed for
all of them. The same pages are measured before it is filled, with fifty, so that what grows is seen. Exit 1
where a page takes more than 300 ms at the median. Nothing in it is real.
"""

from __future__ import annotations

import logging
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

MOST_MILLISECONDS = 300.0
FEW, MANY, ROUNDS = 50, 5_000, 15
OF_THE_OPERATOR = (
    ("environments", ""),
    ("environments", "?sort=body_name&page=40"),
    ("servers", ""),
    ("servers", "?filter_state=stopped&page=9"),
    ("server-acts", ""),
    ("rollouts", ""),
    ("rollout-new", ""),
    ("surveys", ""),
    ("adoptions", ""),
    ("exceptions", ""),
    ("emergencies", ""),
    ("deputies", ""),
    ("terms", ""),
    ("assessment", ""),
    ("desk", ""),
    ("index", ""),
    ("guardrails", ""),
)
OF_A_TOWN = ("environments", "servers", "exceptions", "early")


def bodies() -> list[Any]:
    """A row for every prefecture and municipality."""
    from hashira.core.accounts.models import Organisation
    from hashira.kernel.municipality import municipalities, prefectures

    return [
        Organisation(kind="municipality", code=one.code, name=one.full_name[:120], name_en=one.title.en[:120])
        for one in (*prefectures(), *municipalities())
    ]


def rows(
    count: int, first: int, organisations: list[Any], service: uuid.UUID, draft: Any
) -> Iterator[tuple[Any, Any, Any, Any, Any]]:
    """Applications, each with its submission, held range, environment and the server in it."""
    from hashira.cloud.domain.application.orders import environment_orders
    from hashira.cloud.domain.application.ranges import bounds
    from hashira.cloud.domain.application.systems import STANDARD_SYSTEMS
    from hashira.cloud.domain.environment_order import TenantClass
    from hashira.cloud.domain.order_record import order_to_json
    from hashira.cloud.store.models import (
        ApplicationSubmission,
        CloudServer,
        Environment,
        HeldRange,
        UseApplication,
    )

    chance, systems = random.Random(first), tuple(STANDARD_SYSTEMS.items())
    now = datetime.now(UTC)
    for number in range(first, first + count):
        body = organisations[number % len(organisations)]
        code, name = systems[number // len(organisations) % len(systems)]
        network = f"10.{64 + number // 4096}.{number // 16 % 256}.{number % 16 * 16}/28"
        one = replace(draft.environments[0], key=str(uuid.UUID(int=number + 1)), address_ranges=(network,))
        whole = replace(draft, system=replace(draft.system, code=code, name=name.ja), environments=(one,))
        state = "approved" if number % 3 else "submitted"
        at = now - timedelta(minutes=number, days=chance.randrange(5))
        row = UseApplication(
            id=uuid.UUID(int=number << 64 | 1),
            number=f"2026-{number:05}",
            kind="new",
            organisation_id=body.pk,
            body_code=body.code,
            body_name=body.name,
            system_code=code,
            system_name=name.ja,
            service=service,
            environments=1,
            new_environments=1,
            content=whole.document(),
            state=state,
            chain="full",
            step="review" if state == "submitted" else "",
            round=1,
            created_at=at,
            created_by="bench",
            saved_at=at,
            saved_by="bench",
            writers=["bench"],
            submitted_at=at,
            submitted_by="bench",
            step_since=at.date(),
            expected_on=at.date() + timedelta(days=chance.randrange(20)),
            decided_at=at if state == "approved" else None,
        )
        row.use = row.pk
        first_, last = bounds(network)
        held = HeldRange(
            application=row, use=row.pk, environment=one.key, network=network, first=first_, last=last
        )
        submission = ApplicationSubmission(
            application=row, round=1, content={}, digest="0" * 64, submitted_at=at, submitted_by="bench"
        )
        (order,) = environment_orders(
            whole, body_code=body.code, body_name=body.name, tenant=TenantClass.LOCAL, engine="aws"
        )
        made = Environment(
            id=uuid.UUID(one.key),
            application_id=row.pk,
            order=order_to_json(order),
            engine="aws",
            organisation_id=body.pk,
            body_code=body.code,
            body_name=body.name,
            tenant_class="local",
            system_code=code,
            system_name=name.ja,
            stage="production",
            region="ap-northeast-1",
            state="ready",
            requested_at=at,
            requested_by="bench",
            changed_at=at,
        )
        server = CloudServer(
            environment=made,
            identifier=f"i-{number:017x}",
            region="ap-northeast-1",
            name=f"{code}-{number}",
            kind="t3.medium",
            state="running" if number % 5 else "stopped",
            since=at,
            seen_at=at,
            tags={"Name": f"{code}-{number}", "CostCenter": "総務課"},
        )
        yield row, submission, held, made, server


def fill(count: int, first: int, organisations: list[Any], service: uuid.UUID, draft: Any) -> None:
    """Writes them in bulk."""
    from hashira.cloud.store.models import (
        ApplicationSubmission,
        CloudServer,
        Environment,
        HeldRange,
        UseApplication,
    )

    made = list(zip(*rows(count, first, organisations, service, draft), strict=True))
    for model, part in zip(
        (UseApplication, ApplicationSubmission, HeldRange, Environment, CloudServer), made, strict=True
    ):
        model.objects.bulk_create(part, batch_size=500)


def pages(
    operator: Any, applicant: Any, application: uuid.UUID, rollout: Any
) -> dict[str, Callable[[], Any]]:
    """What is measured, as whole requests."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    import hashira.core.accounts.principals as principals
    from hashira.cloud.store.models import CloudServer

    server, environment = CloudServer.objects.values_list("pk", "environment").earliest("pk")

    def get(who: Any, address: str) -> Callable[[], Any]:
        client = Client(headers={"host": "localhost"})
        client.cookies[settings.SESSION_COOKIE_NAME] = "bench"

        def ask() -> Any:
            principals.principal_of = lambda request: who  # type: ignore[assignment]
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            return answer

        return ask

    queue, one = reverse("cloud:approvals"), reverse("cloud:approval", args=[application])
    return {
        "queue, what is due first": get(operator, queue),
        "queue, everything, by body": get(operator, f"{queue}?all=yes&sort=body_name&page=40"),
        "queue, search for a body": get(operator, f"{queue}?all=yes&filter_body_name=%E5%BA%9C%E4%B8%AD"),
        "one application with its pre-flight": get(operator, one),
        "applicant's list": get(applicant, reverse("cloud:applications")),
        "applicant's own, with its progress": get(
            applicant, reverse("cloud:application", args=[application])
        ),
        "check page with the pre-flight": get(
            applicant, reverse("cloud:application-check", args=[application])
        ),
        "budget": get(applicant, reverse("cloud:application-budget", args=[application])),
        "API, a hundred": get(operator, "/api/v1/cloud/applications?limit=100"),
        **{
            f"{name}{question}": get(operator, reverse(f"cloud:{name}") + question)
            for name, question in OF_THE_OPERATOR
        },
        **{f"{name} of a town": get(applicant, reverse(f"cloud:{name}")) for name in OF_A_TOWN},
        "one environment": get(operator, reverse("cloud:environment", args=[environment])),
        "its servers": get(operator, reverse("cloud:environment-servers", args=[environment])),
        "one server": get(operator, reverse("cloud:server", args=[server])),
        "a version for all": get(operator, reverse("cloud:rollout", args=[rollout])),
    }


def proposed(version: str) -> Any:
    """The rollout of a version of the baseline, for every environment there is."""
    from hashira.cloud.domain.baseline.versions import read_terms
    from hashira.cloud.services.rollouts import propose_rollout
    from hashira.core.access import Principal

    terms = read_terms({"version": version, "regions": ["ap-northeast-1"], "adopted": ["no-access-keys"]})
    return propose_rollout(
        actor=Principal.system("terminal:bench"),
        terms=terms,
        reason="東京だけにする",
        calls=[],
        at=datetime.now(UTC),
    )


def medians(found: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Milliseconds by page."""
    answers = {}
    for name, ask in found.items():
        ask()
        times = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            ask()
            times.append((time.perf_counter() - begun) * 1000)
        answers[name] = statistics.median(times)
    return answers


def main(arguments: list[str]) -> int:
    count = next((int(one) for one in arguments if one.isdecimal()), MANY)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "HASHIRA_DATA_DIR": folder,
            "HASHIRA_ENVIRONMENT": "development",
            "DJANGO_SETTINGS_MODULE": "hashira.portal.settings",
        }
        os.environ.pop("HASHIRA_DATABASE_URL", None)
        if "postgresql" in arguments:
            import pgserver
            from tools.checks import postgresql_url

            server = pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="stop")
            os.environ["HASHIRA_DATABASE_URL"] = postgresql_url(server.get_uri())
        try:
            return measure(count, "PostgreSQL" if "postgresql" in arguments else "SQLite")
        finally:
            if "postgresql" in arguments:
                from django.db import connections

                connections.close_all()
                server.cleanup()


def measure(count: int, database: str) -> int:
    """Fills, measures, reports; 1 where a page is too slow."""
    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.cloud.applying.world import World, person, whole

    from hashira.core.accounts.models import Organisation

    world = World()
    Organisation.objects.bulk_create(one for one in bodies() if one.code != world.town.code)
    organisations = list(Organisation.objects.filter(kind="municipality"))
    draft = whole(world.service)
    fill(FEW, 0, organisations, world.service, draft)
    application = uuid.UUID(int=0 << 64 | 1)
    applicant = person("cloud_applicant", organisations[0])
    small = medians(pages(world.first, applicant, application, proposed("2026.12")))
    fill(count - FEW, FEW, organisations, world.service, draft)
    large = medians(pages(world.first, applicant, application, proposed("2027.01")))
    print(f"{len(organisations):,} bodies, {count:,} applications, {database}; medians of {ROUNDS}")
    print(f"{'':46}{FEW:>10,}{count:>10,}    ratio")
    for name, milliseconds in large.items():
        before = small[name]
        print(f"{name:46}{before:8.0f}ms{milliseconds:8.0f}ms{milliseconds / before:9.2f}")
    slow = {name: value for name, value in large.items() if value > MOST_MILLISECONDS}
    print("every page under 300 ms" if not slow else f"TOO SLOW: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
