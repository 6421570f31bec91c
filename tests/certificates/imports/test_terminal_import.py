"""A file imported at the terminal: previewed, applied in somebody's name, and nobody's who may not."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import TestCase
from tests.certificates.imports.test_importing import HANAKO, HEADER, SECOND
from tests.certificates.people import clerk, municipality

from hashira.certificates.commands import imports as command
from hashira.certificates.domain.import_field import field_of
from hashira.certificates.domain.import_mapping import ImportMapping
from hashira.certificates.store.models import DoseEvent, DoseImport, ImportMappingVersion, ImportSource
from hashira.core import jobs
from hashira.core.accounts.models import Account, Organisation, RoleAssignment
from hashira.core.audit import Subject
from hashira.core.audit.reading import events
from hashira.core.jobs.models import Worker

pytestmark = pytest.mark.django_db
EMAIL = "clerk@city.example"
Run = Callable[..., Result]


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def account(city: Organisation) -> Account:
    """A clerk of the city, whose source VRS has its mapping from an earlier day."""
    made = Account.objects.create_user(EMAIL, None, display_name="見本 担当")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    RoleAssignment.objects.create(account=made, organisation=city, role="municipal_clerk", valid_from=now)
    source = ImportSource.objects.create(organisation=city, name="VRS", created_at=now)
    columns = {field_of(name): name for name in HEADER.split(",")}
    mapping = ImportMapping(columns={field: name for field, name in columns.items() if field})
    ImportMappingVersion.objects.create(
        source=source, version=1, mapping=mapping.to_json(), created_at=now, created_by=clerk(city).id
    )
    return made


@pytest.fixture
def run(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on a file of rows; the worker is this process."""
    settings.DATA_DIR = tmp_path
    now = datetime.now(UTC)
    Worker.objects.create(executor="w", host="h", pid=1, lease_seconds=60, beat_at=now, started_at=now)

    def carry_out(job_id: Any) -> Any:
        jobs.carry_out(job_id)
        return jobs.view(job_id)

    monkeypatch.setattr(command, "_follow", carry_out)
    monkeypatch.setattr("hashira.core.jobs.services.hand_over", lambda job_id: None)
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    def call(*rows: str, more: tuple[str, ...] = (), email: str = EMAIL, code: str = "131016") -> Result:
        file = tmp_path / "rows.csv"
        file.write_bytes("\r\n".join((HEADER, *rows, "")).encode("cp932"))
        who = ("--mapping", "VRS", "--organisation", code, "--as", email)
        with TestCase.captureOnCommitCallbacks(execute=True):
            return CliRunner().invoke(command.import_, [str(file), *who, *more])

    return call


def test_a_preview_counts_and_leaves_nothing(account: Account, run: Run, tmp_path: Path) -> None:
    said = run(HANAKO, SECOND, more=("--json",))
    assert said.exit_code == 0, said.output
    answer = json.loads(said.stdout)
    assert (answer["applied"], answer["counts"]["rows"], answer["counts"]["doses_new"]) == (False, 2, 2)
    assert not DoseEvent.objects.exists()
    row = DoseImport.objects.get()
    assert (row.state, row.file_kept) == ("cancelled", False)
    assert not [path for path in (tmp_path / "imports").rglob("*") if path.is_file()]


def test_an_import_is_in_the_name_of_the_clerk_and_the_audit_has_both(
    city: Organisation, account: Account, run: Run
) -> None:
    said = run(HANAKO, SECOND, more=("--apply",))
    assert said.exit_code == 0, said.output
    assert DoseEvent.objects.count() == 2
    assert set(DoseEvent.objects.values_list("recorded_by", flat=True)) == {str(account.pk)}
    told = events(subject=Subject("account", str(account.pk)))
    assert {event.action for event in told} == {"certificates:PrepareImport", "certificates:CarryOutImport"}
    operator = next(event for event in told if event.action == "certificates:PrepareImport")
    assert operator.actor_kind == "system"
    assert operator.facts == {"at_terminal": True, "mapping_version": 1}


def test_rows_with_errors_keep_the_file_out_and_stand_in_the_report(
    account: Account, run: Run, tmp_path: Path
) -> None:
    report = tmp_path / "report.csv"
    wrong = SECOND.replace("2021/6/22", "2021/13/22")
    said = run(HANAKO, wrong, more=("--apply", "--report", str(report)))
    assert said.exit_code == 1
    assert not DoseEvent.objects.exists()
    lines = list(csv.reader(report.read_text("utf-8-sig").splitlines()))
    assert [line[0] for line in lines[1:]] == ["3"]
    assert report.stat().st_mode & 0o077 == 0
    assert run(HANAKO, wrong, more=("--apply", "--good-rows-only")).exit_code == 0
    assert DoseEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"email": "nobody@city.example"}, "担当者でも責任者でもありません"),
        ({"code": "011002"}, "市区町村がありません"),
    ],
)
def test_a_name_that_may_not_import_there_is_refused(
    account: Account, run: Run, changed: dict[str, Any], words: str
) -> None:
    said = run(HANAKO, **changed)
    assert said.exit_code == 1
    assert words in said.stderr
    assert "CERT-168" in said.stderr
    assert not DoseImport.objects.exists()


@pytest.mark.parametrize("why", ["role over", "not active", "no mapping", "other body"])
def test_a_role_must_be_in_force_and_the_mapping_kept(
    why: str, city: Organisation, account: Account, run: Run
) -> None:
    if why == "role over":
        RoleAssignment.objects.update(valid_until=datetime(2026, 2, 1, tzinfo=UTC))
    elif why == "not active":
        Account.objects.update(is_active=False)
    elif why == "no mapping":
        ImportMappingVersion.objects.all().delete()
    else:
        RoleAssignment.objects.update(organisation=municipality("011002", "札幌市"))
    said = run(HANAKO)
    assert said.exit_code == 1
    assert "CERT-168" in said.stderr


def test_without_a_worker_nothing_begins(account: Account, run: Run) -> None:
    Worker.objects.all().delete()
    said = run(HANAKO)
    assert said.exit_code == 3
    assert "hashira worker" in said.stderr
    assert not DoseImport.objects.exists()
