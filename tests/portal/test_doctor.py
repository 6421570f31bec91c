"""Every check of the doctor has been seen to be content, and to find what it is there for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from hashira.core.access import Principal
from hashira.core.audit import record
from hashira.core.audit.models import AuditSeal
from hashira.core.audit.sealing import seal
from hashira.core.jobs.models import Worker
from hashira.portal.doctor import checks
from hashira.portal.doctor.finding import Health

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    settings.HASHIRA_TRUST = ()
    return tmp_path


def beating() -> None:
    now = datetime.now(UTC)
    Worker.objects.create(executor="w", host="h", pid=1, lease_seconds=5, beat_at=now, started_at=now)


def told() -> None:
    with transaction.atomic():
        record(actor=Principal.system("trial"), action="x")
    seal()


def broken_chain(_folder: Path, _settings: Any) -> Any:
    told()
    return patch("hashira.core.audit.sealing.seal_hash", lambda made: "0" * 64)


def open_secret(folder: Path, _settings: Any) -> None:
    (folder / "secret-key").write_text("x")
    (folder / "secret-key").chmod(0o644)


def no_keys(_folder: Path, settings: Any) -> None:
    settings.DEVELOPMENT = False
    settings.HASHIRA_SHC_KEY = ""


def unreadable_trust(folder: Path, settings: Any) -> None:
    (folder / "list.json").write_text("no list")
    settings.HASHIRA_TRUST = (folder / "list.json",)


def waiting(_folder: Path, _settings: Any) -> Any:
    executor = "hashira.portal.doctor.checks.MigrationExecutor.migration_plan"
    return patch(executor, lambda self, targets: [object()])


def unsafe(_folder: Path, _settings: Any) -> Any:
    class Cursor:
        """A database that says it may lose what it has acknowledged."""

        def __enter__(self) -> Cursor:
            return self

        def __exit__(self, *_: object) -> None: ...

        def execute(self, question: str) -> None:
            self.question = question

        def fetchone(self) -> tuple[object]:
            return ("wal",) if "journal" in self.question else ("off",) if "SHOW" in self.question else (0,)

    return patch.object(connection, "cursor", Cursor)


TROUBLES: dict[str, tuple[Callable[[Path, Any], Any], Health]] = {
    "environment": (lambda _f, settings: setattr(settings, "DEVELOPMENT", True), Health.WARNING),
    "data-directory": (open_secret, Health.BAD),
    "database": (unsafe, Health.BAD),
    "migrations": (waiting, Health.BAD),
    "worker": (lambda _f, _s: None, Health.WARNING),
    "audit": (broken_chain, Health.BAD),
    "signing-keys": (no_keys, Health.BAD),
    "trust": (unreadable_trust, Health.BAD),
}


def finding(name: str) -> Any:
    return next(check for check in checks.checks() if check.name == name).look()


def test_every_check_that_can_find_something_is_tried() -> None:
    assert {check.name for check in checks.checks()} == {*TROUBLES, "versions"}


@pytest.mark.parametrize("name", sorted(TROUBLES))
def test_it_finds_what_it_is_there_for_and_says_what_to_do(name: str, folder: Path, settings: Any) -> None:
    make, health = TROUBLES[name]
    made = make(folder, settings)
    if made is not None:
        with made:
            found = finding(name)
    else:
        found = finding(name)
    assert found.health is health
    assert found.remedy.ja
    assert found.remedy.en


@pytest.mark.parametrize("name", ["versions", "data-directory", "database", "migrations", "worker", "audit"])
def test_it_is_content_with_an_installation_in_order(name: str) -> None:
    beating()
    told()
    assert finding(name).health is Health.GOOD, finding(name)
    assert AuditSeal.objects.count() == 1


def test_a_folder_that_others_may_enter_is_found_though_its_keys_are_closed(folder: Path) -> None:
    folder.chmod(0o755)
    found = finding("data-directory")
    assert found.health is Health.BAD
    assert folder.name in found.said.en


def test_production_is_good(settings: Any) -> None:
    settings.DEVELOPMENT = False
    assert finding("environment").health is Health.GOOD


def test_keys_for_development_open_and_are_said_to_be_such(settings: Any) -> None:
    settings.DEVELOPMENT = True
    assert finding("signing-keys").health is Health.WARNING


def test_a_list_of_trust_is_counted(shared_data: Path, settings: Any) -> None:
    settings.HASHIRA_TRUST = (shared_data / "certificates" / "trust",)
    assert finding("trust").health is Health.GOOD
