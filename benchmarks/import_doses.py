"""Importing a file of doses: rows a second, time of the one transaction, memory; as ratios in one run.

    .venv/bin/python -m benchmarks.import_doses [ROWS] [postgresql|both]    # 100,000 rows, SQLite

``./prove import`` runs a million on both.

Two doses for each person, in CP932, every row read, judged against the register and staged, then moved into
it at once, in a folder that is deleted afterwards, with the settings of an installation: on SQLite, or on a
PostgreSQL of its own (``pgserver``), each in a process of its own, so that its memory is its own too. The
peers in the same run: the ``csv`` module that only reads the file, and ``executemany`` of the same rows into
one table of SQLite without an index, about the least that storing them can cost. No person exists.
"""

from __future__ import annotations

import csv
import logging
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

HEADER = "宛名番号,氏名,カナ,生年月日,性別,ワクチン,回数,接種日,ロット番号,接種会場"
MOST_GROWTH = 200
"""MB by which an import may let the process grow, whatever the number of rows."""
_FAMILIES = (("髙橋", "タカハシ"), ("渡邉", "ワタナベ"), ("山﨑", "ヤマザキ"), ("佐藤", "サトウ"))
_GIVEN = (("花子", "ハナコ"), ("太郎", "タロウ"), ("一", "ハジメ"), ("さくら", "サクラ"))


def lines(count: int, *, seed: int = 1) -> Iterator[bytes]:
    """A file of ``count`` made-up doses, the same for the same seed."""
    chance = random.Random(seed)
    yield (HEADER + "\r\n").encode("cp932")
    for number in range(count):
        person, dose = divmod(number, 2)
        if dose == 0:
            family, given = chance.choice(_FAMILIES), chance.choice(_GIVEN)
            born = f"{chance.randint(1930, 2005)}/{chance.randint(1, 12)}/{chance.randint(1, 28)}"
            who = f"{person:09d},{family[0]}　{given[0]},{family[1]}　{given[1]},{born},{person % 2 + 1}"
        day = f"R3.{6 + dose}.{chance.randint(1, 28)}"
        lot = f"EY{chance.randint(0, 9999):04d}"
        yield f"{who},ファイザー,{dose + 1}回目,{day},{lot},柱市民会館\r\n".encode("cp932")


def megabytes() -> float:
    """The most memory this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(count: int) -> None:
    """The whole way of one file, stage by stage."""
    from django.core.management import call_command
    from django.db import connection
    from tests.certificates.people import clerk, municipality

    from hashira.certificates.adapters.csv_store import kept_files
    from hashira.certificates.domain.import_field import field_of
    from hashira.certificates.domain.import_mapping import ImportMapping
    from hashira.certificates.domain.import_state import ImportState
    from hashira.certificates.services import import_apply, import_check, imports
    from hashira.certificates.store.models import DoseEvent, DoseImport, Person
    from hashira.core.access import Principal

    logging.disable(logging.WARNING)  # the steps are called here, so that no worker need take up the jobs
    call_command("migrate", verbosity=0)
    city, worker = municipality(), Principal.system("certificates.import")
    actor = clerk(city)

    base = megabytes()
    started = time.perf_counter()
    import_id, kept = imports.keep_file(actor=actor, organisation_id=city.pk, chunks=lines(count))
    kept_in = time.perf_counter() - started
    imports.register_file(
        actor=actor,
        organisation_id=city.pk,
        import_id=import_id,
        kept=kept,
        file_name="trial.csv",
        source_name="trial",
    )
    names = {field_of(name): name for name in HEADER.split(",")}
    mapping = ImportMapping(columns={field: name for field, name in names.items() if field})
    imports.check_import(actor=actor, import_id=import_id, mapping=mapping)

    started = time.perf_counter()
    position = import_check.begin_check(str(import_id))
    while not position["ended"]:
        position = import_check.check_portion(str(import_id), 1, position)
    checked_in = time.perf_counter() - started
    import_apply.settle(
        actor=worker, import_id=import_id, state=ImportState.CHECKED.value, counts=position["counts"]
    )
    imports.apply_import(actor=actor, import_id=import_id)
    started = time.perf_counter()
    written = import_apply.apply_rows(actor=worker, import_id=import_id)
    applied_in = time.perf_counter() - started
    most = megabytes()
    assert most - base < MOST_GROWTH, f"memory grew from {base:.0f} to {most:.0f} MB"
    assert (DoseEvent.objects.count(), Person.objects.count()) == (count, -(-count // 2)), written
    DoseImport.objects.filter(pk=import_id).update(state=ImportState.UNDOING.value, undo_reason="trial")
    started = time.perf_counter()
    import_apply.void_doses(actor=worker, import_id=import_id)
    undone_in = time.perf_counter() - started

    path = kept_files().path(import_id)
    read_in, stored_in = read_alone(path), store_alone(path)
    print(f"{connection.vendor}: {count:,} rows, {kept.size / 1024**2:.0f} MB", end="; ")
    print(f"memory {base:.0f} MB before, {most:.0f} MB at most")
    for stage, seconds in (
        ("keep the file (with making it up)", kept_in),
        ("check: read, judge, stage", checked_in),
        ("apply: one transaction", applied_in),
        ("undo: one transaction", undone_in),
        ("peer: csv module, reading alone", read_in),
        ("peer: executemany, storing alone", stored_in),
    ):
        print(f"  {stage:34} {seconds:8.2f} s {count / seconds:12,.0f} rows/s")
    whole = checked_in + applied_in
    print(f"  check and apply take {whole / (read_in + stored_in):.1f} times both peers together")
    print(f"  apply takes {applied_in / stored_in:.1f} times executemany of the same rows without an index")


def read_alone(path: Path) -> float:
    """Seconds of the csv module for the file."""
    started = time.perf_counter()
    with path.open(encoding="cp932", newline="") as file:
        for _row in csv.reader(file):
            pass
    return time.perf_counter() - started


def store_alone(path: Path) -> float:
    """Seconds of SQLite for the rows of the file, in one transaction."""
    with tempfile.TemporaryDirectory() as folder, path.open(encoding="cp932", newline="") as file:
        database = sqlite3.connect(Path(folder) / "peer.sqlite3")
        database.execute("PRAGMA journal_mode=WAL")
        columns = ", ".join(f"c{n}" for n in range(len(HEADER.split(","))))
        database.execute(f"CREATE TABLE dose (id, {columns})")
        rows = [(uuid.uuid4().hex, *row) for row in csv.reader(file)]
        marks = ", ".join("?" * len(rows[0]))
        started = time.perf_counter()
        with database:
            database.executemany(f"INSERT INTO dose VALUES ({marks})", rows)
        seconds = time.perf_counter() - started
        database.close()
    return seconds


def main() -> None:
    """Measures in a folder of its own."""
    named = next((word for word in sys.argv[1:] if word.isdigit()), None)
    count = int(named or os.environ.get("HASHIRA_PROVE_COUNT", "100000"))
    where = next((word for word in sys.argv[1:] if not word.isdigit()), "sqlite")
    if where == "both":
        for vendor in ("sqlite", "postgresql"):
            command = (sys.executable, "-m", "benchmarks.import_doses", str(count), vendor)
            subprocess.run(command, check=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "HASHIRA_DATA_DIR": folder,
            "HASHIRA_ENVIRONMENT": "development",
            "DJANGO_SETTINGS_MODULE": "hashira.portal.settings",
        }
        os.environ.pop("HASHIRA_DATABASE_URL", None)
        server = None
        if where == "postgresql":
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
