"""``hashira accounts directory``: a directory is asked before it is registered, and nothing half stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from tests.portal.directory_double import description
from tests.portal.provider_double import ISSUER, ProviderDouble

from hashira.core.accounts.models import Account, Directory, DirectoryIdentity
from hashira.core.audit.models import AuditEvent
from hashira.portal.command import main
from hashira.portal.directory_sign_in import configuration

pytestmark = pytest.mark.django_db
SECRET = "between-us-only-4471"


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderDouble]:
    made = ProviderDouble()
    made.answers["openid-configuration"] = description()
    monkeypatch.setattr(configuration, "http_client", made.client)
    configuration.forget()
    yield made
    configuration.forget()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    return file


def hashira(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["accounts", "directory", *arguments])


def add(secret: Path, *more: str, **changes: str) -> Result:
    options = {
        "--issuer": ISSUER,
        "--client-id": "hashira-1",
        "--credential": str(secret),
        "--authentication": "client_secret_basic",
    } | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return hashira("add", "131016", *(part for pair in options.items() for part in pair), *more)


def test_it_is_asked_registered_listed_checked_and_removed(double: ProviderDouble, secret: Path) -> None:
    told = add(secret, "--second-factor", "amr:mfa", "--email-domain", "city.example.jp")
    assert told.exit_code == 0, told.output
    directory = told.stdout.strip()
    assert "/sign-in/directory/callback" in told.stderr
    assert double.asked == ["openid-configuration", "certs"]
    (row,) = json.loads(hashira("list", "--json").stdout)
    assert row == {
        "id": directory,
        "organisation": "131016",
        "issuer": ISSUER,
        "client_id": "hashira-1",
        "authentication": "client_secret_basic",
        "second_factor": "amr:mfa",
        "email_domains": ["city.example.jp"],
    }
    assert hashira("check", directory).exit_code == 0
    assert hashira("remove", directory).exit_code == 0
    assert json.loads(hashira("list", "--json").stdout) == []
    assert "CORE-099" in hashira("remove", directory).output
    assert [e.action for e in AuditEvent.objects.filter(action__contains="Directory").order_by("pk")] == [
        "accounts:RegisterDirectory",
        "accounts:RemoveDirectory",
    ]
    # The same may be registered anew, since the first is gone.
    assert add(secret).exit_code == 0


def test_no_secret_is_in_the_database_or_the_audit(double: ProviderDouble, secret: Path) -> None:
    add(secret)
    kept = [str(value) for row in Directory.objects.values() for value in row.values()]
    assert not any(SECRET in value for value in kept)
    assert not any(SECRET in event.facts for event in AuditEvent.objects.all())


@pytest.mark.parametrize(
    ("changes", "more", "said"),
    [
        ({"issuer": "http://op.example"}, (), "--issuer"),
        ({"issuer": "https://user:pass@op.example"}, (), "--issuer"),
        ({"client_id": "two words"}, (), "--client-id"),
        ({"authentication": "none"}, (), "--authentication"),
        ({"credential": "label:key"}, (), "--credential"),
        ({"credential": "/nowhere/at/all"}, (), "--credential"),
        ({}, ("--algorithm", "HS256"), "--algorithm"),
        ({}, ("--algorithm", "none"), "--algorithm"),
        ({}, ("--scope", "email"), "--scope"),
        ({}, ("--second-factor", "mfa"), "--second-factor"),
        ({}, ("--email-domain", "City.example.jp"), "--email-domain"),
        ({}, ("--email-domain", "jp"), "--email-domain"),
    ],
)
def test_a_value_that_is_wrong_is_named_and_nobody_is_asked(
    double: ProviderDouble, secret: Path, changes: dict[str, str], more: tuple[str, ...], said: str
) -> None:
    told = add(secret, *more, **changes)
    assert told.exit_code == 3
    assert "CORE-100" in told.output
    assert said in told.output
    assert double.asked == []
    assert not Directory.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\n", b"x" * 1025, "ひみつ".encode(), b"a\x07b"])
def test_a_secret_that_is_no_line_of_text_is_refused(
    double: ProviderDouble, secret: Path, content: bytes
) -> None:
    secret.write_bytes(content)
    assert "CORE-100" in add(secret).output
    assert not Directory.objects.exists()


def test_a_secret_that_others_may_read_is_refused(double: ProviderDouble, secret: Path) -> None:
    secret.chmod(0o644)
    assert "chmod 600" in add(secret).output
    assert not Directory.objects.exists()


def test_a_directory_that_does_not_answer_is_not_registered(double: ProviderDouble, secret: Path) -> None:
    double.answers["openid-configuration"] = httpx.ConnectError("no")
    assert "CORE-096" in add(secret).output
    double.answers["openid-configuration"] = description()
    double.answers["certs"] = httpx.Response(200, json={"keys": "none"})
    assert "CORE-094" in add(secret).output
    assert not Directory.objects.exists()


def test_it_is_registered_once(double: ProviderDouble, secret: Path) -> None:
    assert add(secret).exit_code == 0
    assert "CORE-101" in add(secret).output
    assert Directory.objects.count() == 1


def test_an_account_is_parted_at_the_terminal_even_without_a_password(
    double: ProviderDouble, secret: Path
) -> None:
    directory = add(secret).stdout.strip()
    account = Account.objects.create_user("a@city.example.jp", None, display_name="見本")
    DirectoryIdentity.objects.create(
        directory_id=directory, account=account, subject="s", connected_at=datetime.now(UTC)
    )
    assert hashira("disconnect", "A@city.example.jp", directory).exit_code == 0
    assert not DirectoryIdentity.objects.exists()
    assert "CORE-099" in hashira("disconnect", "a@city.example.jp", directory).output
    assert "CORE-061" in hashira("disconnect", "nobody@city.example.jp", directory).output
