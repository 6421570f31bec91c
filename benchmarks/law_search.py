"""Taking all law in, searching it, and scanning it again (取り込み・検索・再度の洗い出し).

``python -m benchmarks.law_search SOURCE`` with a folder or archive of laws. A database of its own is made in
a temporary folder. Every figure stands beside the same text merely looked through in memory, in the same run,
since the machine may be busy.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

WORDS = ("目視", "閲覧", "縦覧", "掲示", "検査", "点検", "常駐", "専任", "講習", "印紙", "届出", "磁気")
DRAWN = 200
"""Pairs of characters drawn at random out of the texts."""


def main(source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "HASHIRA_DATA_DIR": folder,
            "HASHIRA_ENVIRONMENT": "development",
            "DJANGO_SETTINGS_MODULE": "hashira.portal.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        _measure(source)


def _timed(what: Callable[[], object]) -> float:
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def _measure(source: Path) -> None:
    from django.db import connection

    from hashira.core.access import Principal
    from hashira.regulations.adapters.reading import Reading, read_all
    from hashira.regulations.domain.search.question import read_question
    from hashira.regulations.selectors.findings import FindingRows
    from hashira.regulations.selectors.search import look_for
    from hashira.regulations.services.keeping import keep_laws
    from hashira.regulations.services.scanning import prepare, scan_laws
    from hashira.regulations.store import search_index
    from hashira.ui.tables import Order

    actor, now = Principal.system("terminal:benchmark"), datetime.now(UTC)
    processes = os.cpu_count() or 1

    def take_in() -> None:
        batch: list[Reading] = []
        for one in read_all(source, known=frozenset(), processes=processes):
            if isinstance(one, Reading):
                batch.append(one)
            if len(batch) == 50:
                keep_laws(actor=actor, readings=tuple(batch), at=now, as_of=date.today())
                batch.clear()
        keep_laws(actor=actor, readings=tuple(batch), at=now, as_of=date.today())

    print(f"taking in: {_timed(take_in):.1f} s on {processes} processors")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM regulations_entry")
        texts = [row[0] for row in cursor.fetchall()]
    print(f"{len(texts):,} units, {sum(map(len, texts)) / 1e6:.0f} million characters")

    drawn = random.Random(2026)
    pairs = []
    while len(pairs) < DRAWN:
        text = drawn.choice(texts)
        place = drawn.randrange(max(1, len(text) - 1))
        if (pair := text[place : place + 2]).isalpha() and len(pair) == 2:
            pairs.append(pair)
    for name, words in (("words of the review", list(WORDS)), (f"{DRAWN} pairs drawn at random", pairs)):
        found, whole = [], []
        for word in words:
            question = read_question(word)
            found.append(
                _timed(lambda q=question: (search_index.count(q), search_index.find(q)))  # type: ignore[misc]
            )
            whole.append(_timed(lambda w=word: look_for(w)))  # type: ignore[misc]
        looked = [_timed(lambda w=word: sum(w in text for text in texts)) for word in words[:12]]  # type: ignore[misc]
        print(
            f"{name}: count and first page {statistics.median(found) * 1000:.1f} ms (median),"
            f" {max(found) * 1000:.0f} ms (slowest); with citations {statistics.median(whole) * 1000:.1f} ms;"
            f" looking through in memory {statistics.median(looked) * 1000:.0f} ms"
        )

    def scan() -> None:
        scan_laws(
            actor=actor, surveyed=prepare(today=date.today(), processes=processes), at=datetime.now(UTC)
        )

    print(f"first scan of what was taken in: {_timed(scan):.1f} s")
    print(f"scan again, nothing changed: {_timed(scan):.2f} s")
    from hashira.regulations.store.models import Revision

    key = Revision.objects.values_list("pk", flat=True).order_by("pk")[100]
    Revision.objects.filter(pk=key).update(surveyed_by="")
    Revision.objects.filter(pk=key).update(digest="0" * 64)
    print(f"scan again, one law changed: {_timed(scan):.2f} s")
    rows, order = FindingRows(), Order(key="score", falling=True)
    print(f"{rows.count({}):,} findings")
    for name, filters, start in (
        ("first page", {}, 0),
        ("last pages", {}, max(0, rows.count({}) - 100)),
        ("one category", {"category": "書面掲示"}, 1000),
        ("words of the citation", {"citation": "施行規則"}, 0),
    ):
        spent = _timed(lambda f=filters, s=start: (rows.count(f), list(rows.slice(f, order, s, s + 50))))  # type: ignore[misc]
        print(f"  {name}: {spent * 1000:.0f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
