"""Looking through a register for duplicates and doubts, and correcting rows in bulk: seconds and memory.

    .venv/bin/python -m benchmarks.desk [PEOPLE] [postgresql]    # 100,000 people, SQLite

One dose for each person; one person in a thousand stands in the register twice, under another writing. The
peer in the same run is what the search must at least do: reading every person with the values that are
compared. Then 10,000 doses are put beside a file in which every lot differs, and corrected in one act.
No person exists.
"""

from __future__ import annotations

import logging
import os
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.import_doses import megabytes

ROWS = 10_000
MOST_GROWTH = 250
"""MB by which either may let the process grow, whatever the size of the register."""
HEADER = "宛名番号,氏名,カナ,生年月日,ワクチン,回数,接種日,ロット番号"
_SYLLABLES = "カキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ"


def people(count: int, organisation: uuid.UUID, *, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Made-up people; every thousandth is the one before, in another writing and under another number."""
    from hashira.kernel.person_name import search_key

    chance = random.Random(seed)
    now = datetime.now(UTC)
    values: dict[str, Any] = {}
    for number in range(1, count + 1):
        twice = number % 1_000 == 0
        if not twice:
            family, given = ("".join(chance.choices(_SYLLABLES, k=3)) for _ in range(2))
            values = {
                "name": f"髙{family}　{given}",
                "kana": f"{family}　{given}",
                "birth_date": date(1925, 1, 1) + timedelta(days=chance.randrange(35_000)),
                "sex": chance.choice(("male", "female")),
            }
        written = values["name"].replace("髙", "高").replace("　", "") if twice else values["name"]
        yield values | {
            "id": uuid.UUID(int=number << 64 | 1 << 62),
            "organisation_id": organisation,
            "reference": f"{number:09d}",
            "name": written,
            "name_key": search_key(written),
            "kana_key": search_key(values["kana"]),
            "created_at": now,
        }


def measure(count: int) -> None:
    """Fills a register, looks through it, compares a file with it and corrects."""
    from django.core.management import call_command
    from django.db import connection
    from tests.certificates.people import clerk, municipality

    from hashira.certificates.domain.import_field import field_of
    from hashira.certificates.domain.import_mapping import ImportMapping
    from hashira.certificates.domain.import_state import ImportState
    from hashira.certificates.services import (
        bulk_correction,
        examination,
        import_apply,
        import_check,
        imports,
    )
    from hashira.certificates.store.models import DoseEvent, DoseImport, LikelyDuplicate, Person
    from hashira.core.access import Principal

    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    city, worker = municipality(), Principal.system("certificates.import")
    boss, now = clerk(city, "municipal_supervisor"), datetime.now(UTC)
    rows = people(count, city.pk)
    while portion := list(islice(rows, 5_000)):
        Person.objects.bulk_create(Person(**values) for values in portion)
        DoseEvent.objects.bulk_create(
            DoseEvent(
                person_id=values["id"],
                kind="recorded",
                vaccine="comirnaty",
                lot="EY5422",
                given_on=date(2021, 6, 1),
                dose_number=1,
                source="VRS",
                recorded_at=now,
                recorded_by="trial",
            )
            for values in portion
        )
    base = megabytes()
    started = time.perf_counter()
    for _row in (
        Person.objects.order_by("birth_date").values_list("pk", "name_key", "kana_key").iterator(5_000)
    ):
        pass
    read_in = time.perf_counter() - started
    started = time.perf_counter()
    examination.examine_now(str(city.pk))
    examined_in = time.perf_counter() - started
    grown = megabytes() - base
    found = LikelyDuplicate.objects.count()
    assert found >= count // 1_000, f"only {found} pairs"
    assert grown < MOST_GROWTH, f"memory grew by {grown:.0f} MB"
    print(f"{connection.vendor}: {count:,} people; memory {base:.0f} MB before, {grown:.0f} MB more at most")
    print(f"  look through: {examined_in:.1f} s, {count / examined_in:,.0f} people/s, {found:,} pairs")
    print(f"  peer: reading them alone {read_in:.1f} s, so it takes {examined_in / read_in:.1f} times that")

    chosen = Person.objects.order_by("reference").values_list("reference", "name", "kana", "birth_date")
    text = "\r\n".join(
        [HEADER, *(f"{r},{n},{k},{b},ファイザー,1,2021/6/1,FA1" for r, n, k, b in chosen[:ROWS])]
    )
    made, kept = imports.keep_file(actor=boss, organisation_id=city.pk, chunks=[text.encode()])
    imports.register_file(
        actor=boss,
        organisation_id=city.pk,
        import_id=made,
        kept=kept,
        file_name="trial.csv",
        source_name="VRS",
        purpose=DoseImport.Purpose.COMPARE,
    )
    columns = {field_of(name): name for name in HEADER.split(",")}
    mapping = ImportMapping(columns={field: name for field, name in columns.items() if field})
    imports.check_import(actor=boss, import_id=made, mapping=mapping)
    started = time.perf_counter()
    position = import_check.begin_check(str(made))
    while not position["ended"]:
        position = import_check.check_portion(str(made), 1, position)
    compared_in = time.perf_counter() - started
    import_apply.settle(
        actor=worker, import_id=made, state=ImportState.CHECKED.value, counts=position["counts"]
    )
    bulk_correction.choose_rows(actor=boss, import_id=made, chosen=True, kind="differs")
    bulk_correction.request_correction(actor=boss, import_id=made, reason="trial")
    base = megabytes()
    started = time.perf_counter()
    written = bulk_correction.carry_out(actor=worker, import_id=made)
    corrected_in = time.perf_counter() - started
    bulk_correction.request_undo(actor=boss, import_id=made, reason="trial")
    started = time.perf_counter()
    undone = bulk_correction.carry_out_undo(actor=worker, import_id=made)
    undone_in = time.perf_counter() - started
    grown = megabytes() - base
    assert (written["done"], undone["undone"]) == (min(ROWS, count),) * 2, (written, undone)
    assert grown < MOST_GROWTH, f"memory grew by {grown:.0f} MB"
    print(f"  {min(ROWS, count):,} rows compared in {compared_in:.1f} s,", end=" ")
    print(f"corrected in {corrected_in:.1f} s, undone in {undone_in:.1f} s; {grown:.0f} MB more at most")


def main() -> None:
    """Measures in a folder of its own."""
    named = next((word for word in sys.argv[1:] if word.isdigit()), None)
    count = int(named or os.environ.get("HASHIRA_PROVE_COUNT", "100000"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "HASHIRA_DATA_DIR": folder,
            "HASHIRA_ENVIRONMENT": "development",
            "DJANGO_SETTINGS_MODULE": "hashira.portal.settings",
        }
        os.environ.pop("HASHIRA_DATABASE_URL", None)
        server = None
        if "postgresql" in sys.argv:
            import pgserver
            from tools.checks import postgresql_url

            server = pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="stop")
            os.environ["HASHIRA_DATABASE_URL"] = postgresql_url(server.get_uri())
        try:
            import django

            django.setup()
            measure(count)
        finally:
            if server is not None:
                server.cleanup()


if __name__ == "__main__":
    main()
