"""Pages of the cloud with every local government of Japan in the database: medians, beside a small database.

    .venv/bin/python -m benchmarks.applying [ENVIRONMENTS] [postgresql] [only=TEXT]    # 5,000, SQLite

Every page of the cloud, and of the portal as people of the cloud see it, is opened (``cloud_pages``) in a
country that is filled (``cloud_country``): first with fifty applications and environments, then with so many,
so that what grows is seen. Exit 1 where a page takes more than 300 ms at the median, or where a name of the
URLconf is neither measured nor left out with its reason. Nothing in it is real.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.cloud_country import Country

MOST_MILLISECONDS = 300.0
FEW, MANY, ROUNDS = 50, 5_000, 9


def requests(country: Country) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each page by its name, as a whole request of whoever opens it."""
    from benchmarks.cloud_pages import PAGES, Who
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    import hashira.core.accounts.principals as principals
    from hashira.core.accounts.models import Account

    for page in PAGES:
        arguments = [one[1:] if one[0] == "=" else country.names[one] for one in page.args]
        address = reverse(page.name, args=arguments) + page.query
        client = Client(headers={"host": "localhost"})
        who = country.people_of(page)
        account = Account.objects.filter(pk=who.id).first() if page.who is not Who.ANYBODY else None
        if account is not None:
            client.force_login(account, settings.AUTHENTICATION_BACKENDS[0])
        elif page.who is not Who.ANYBODY:
            client.cookies[settings.SESSION_COOKIE_NAME] = "bench"

        def ask(client: Client = client, who: Any = who, address: str = address) -> Any:
            principals.principal_of = lambda request: who  # type: ignore[assignment]
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code, getattr(answer, "url", ""))
            return answer

        yield page.title, ask


def medians(country: Country, rounds: int, only: str) -> dict[str, tuple[float, float]]:
    """Milliseconds by page: as they pass, and of this process, in which SQLite works too."""
    answers = {}
    for name, ask in requests(country):
        if only not in name:
            continue
        ask()
        passed, worked = [], []
        for _ in range(rounds):
            begun, spent = time.perf_counter(), time.process_time()
            ask()
            passed.append((time.perf_counter() - begun) * 1000)
            worked.append((time.process_time() - spent) * 1000)
        answers[name] = (statistics.median(passed), statistics.median(worked))
    return answers


def main(arguments: list[str]) -> int:
    count = next((int(one) for one in arguments if one.isdecimal()), MANY)
    only = next((one.removeprefix("only=") for one in arguments if one.startswith("only=")), "")
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
            return measure(count, "PostgreSQL" if "postgresql" in arguments else "SQLite", only)
        finally:
            if "postgresql" in arguments:
                from django.db import connections

                connections.close_all()
                server.cleanup()


def measure(count: int, database: str, only: str = "") -> int:
    """Fills, measures, reports; 1 where a page is too slow or was forgotten."""
    import django

    django.setup()
    logging.disable(logging.WARNING)
    from benchmarks.cloud_country import Country
    from benchmarks.cloud_pages import forgotten
    from django.core.management import call_command

    lost = forgotten()
    if lost:
        print(f"neither measured nor left out with a reason: {', '.join(lost)}")
        return 1
    call_command("migrate", verbosity=0)
    country = Country()
    country.fill(FEW)
    small = medians(country, 3, only)
    country.fill(count - FEW)
    if database == "PostgreSQL":
        from django.db import connection

        with connection.cursor() as cursor:  # as autovacuum does within minutes of such an import
            cursor.execute("ANALYZE")
    large = medians(country, ROUNDS, only)
    print(f"{len(country.bodies):,} bodies, {count:,} environments, {database}; medians of {ROUNDS}")
    print(f"{'':64}{FEW:>10,}{count:>10,}    ratio  of the process")
    for name, (passed, worked) in large.items():
        before = small[name][0]
        print(f"{name:64}{before:8.0f}ms{passed:8.0f}ms{passed / before:9.2f}{worked:14.0f}ms")
    slow = [name for name, (passed, _worked) in large.items() if passed > MOST_MILLISECONDS]
    slowest = max(large, key=lambda name: large[name])
    print(f"{len(large)} requests; the slowest is {slowest} with {large[slowest][0]:.0f} ms")
    print("every page under 300 ms" if not slow else f"TOO SLOW: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
