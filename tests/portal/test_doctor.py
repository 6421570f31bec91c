"""Every check of the doctor has been seen to be content, and to find what it is there for."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import connection, transaction

from hashira.certificates.adapters.issuing_keys import issuing_keys
from hashira.core.access import Principal
from hashira.core.audit import record
from hashira.core.audit.models import AuditSeal
from hashira.core.audit.sealing import seal
from hashira.core.jobs.models import Worker
from hashira.portal.doctor import checks
from hashira.portal.doctor.finding import Health

RETURN = "https://town.example/sign-in/resident/callback"
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


def set_back(_folder: Path, _settings: Any) -> Any:
    told()
    return patch("hashira.portal.doctor.surroundings.datetime", YesterdaysClock)


class YesterdaysClock(datetime):
    """A clock that somebody has set back by a day."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime.now(tz) - timedelta(days=1)


def away(folder: Path, settings: Any) -> None:
    """A provider at an address where nobody listens, as from a network that is cut off."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    registered(folder, settings, issuer=f"http://127.0.0.1:{port}")


def registered(folder: Path, settings: Any, *, issuer: str, redirect: str = RETURN) -> None:
    """An installation that is registered there, with a key of its own."""
    key = folder / "client.pem"
    key.touch(mode=0o600)
    made = ec.generate_private_key(ec.SECP256R1())
    key.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings.HASHIRA_DEVELOPMENT_PROVIDER = False
    settings.ALLOWED_HOSTS = ["town.example"]
    settings.HASHIRA_RESIDENT_OIDC = settings.HASHIRA_RESIDENT_OIDC | {
        "ISSUER": issuer,
        "CLIENT_ID": "RP1",
        "KEY": str(key),
        "REDIRECT_URI": redirect,
    }


TROUBLES: dict[str, tuple[Callable[[Path, Any], Any], Health]] = {
    "environment": (lambda _f, settings: setattr(settings, "DEVELOPMENT", True), Health.WARNING),
    "data-directory": (open_secret, Health.BAD),
    "database": (unsafe, Health.BAD),
    "migrations": (waiting, Health.BAD),
    "hosts": (lambda _f, settings: setattr(settings, "ALLOWED_HOSTS", ["https://a.example"]), Health.BAD),
    "clock": (set_back, Health.BAD),
    "worker": (lambda _f, _s: None, Health.WARNING),
    "audit": (broken_chain, Health.BAD),
    "signing-keys": (no_keys, Health.BAD),
    "trust": (unreadable_trust, Health.BAD),
    "resident-sign-in": (away, Health.BAD),
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


@pytest.mark.parametrize(
    "name", ["versions", "data-directory", "database", "migrations", "worker", "audit", "hosts", "clock"]
)
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


def test_looking_makes_no_keys(folder: Path, settings: Any) -> None:
    settings.DEVELOPMENT = True
    found = finding("signing-keys")
    assert found.health is Health.WARNING
    assert "./run" in found.remedy.en
    assert list(folder.iterdir()) == []


def test_keys_for_development_open_and_are_said_to_be_such(settings: Any) -> None:
    settings.DEVELOPMENT = True
    issuing_keys(datetime.now(UTC))
    found = finding("signing-keys")
    assert found.health is Health.WARNING
    assert "HSM" in found.remedy.en


def test_a_list_of_trust_is_counted(shared_data: Path, settings: Any) -> None:
    settings.HASHIRA_TRUST = (shared_data / "certificates" / "trust",)
    assert finding("trust").health is Health.GOOD


@pytest.mark.parametrize("hosts", [["*"], [""], ["a.example:8000"], ["a.example", "http://b.example"]])
def test_what_is_no_name_of_a_host_is_found(hosts: list[str], settings: Any) -> None:
    settings.ALLOWED_HOSTS = hosts
    assert finding("hosts").health is Health.BAD


def test_a_production_that_opens_from_its_own_machine_only_is_said(settings: Any) -> None:
    settings.DEVELOPMENT = False
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    assert finding("hosts").health is Health.WARNING
    settings.ALLOWED_HOSTS, settings.HASHIRA_SHC_ISSUER = ["town.example"], "https://other.example"
    assert "other.example" in finding("hosts").said.en
    settings.HASHIRA_SHC_ISSUER = "https://town.example"
    assert finding("hosts").health is Health.GOOD


@pytest.mark.parametrize(
    ("seconds", "health"), [(5, Health.GOOD), (-90, Health.WARNING), (90, Health.WARNING), (900, Health.BAD)]
)
def test_a_clock_that_is_not_the_databases_is_found(seconds: int, health: Health) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    with patch("hashira.portal.doctor.surroundings._database_clock", lambda: at):
        assert finding("clock").health is health


def test_without_tables_the_clock_is_still_looked_at() -> None:
    with patch.object(connection.introspection, "table_names", list):
        assert finding("clock").health is Health.GOOD


def test_a_provider_that_is_away_is_said_to_be_out_of_reach(folder: Path, settings: Any) -> None:
    away(folder, settings)
    found = finding("resident-sign-in")
    assert "not reachable" in found.said.en
    assert settings.HASHIRA_RESIDENT_OIDC["ISSUER"] in found.said.en


def test_sign_in_that_is_not_set_up_is_said(settings: Any) -> None:
    settings.HASHIRA_DEVELOPMENT_PROVIDER = False
    settings.HASHIRA_RESIDENT_OIDC = settings.HASHIRA_RESIDENT_OIDC | {"ISSUER": ""}
    assert finding("resident-sign-in").health is Health.WARNING


def test_a_client_key_that_is_not_there_is_found_before_anybody_is_asked(folder: Path, settings: Any) -> None:
    registered(folder, settings, issuer="https://op.example")
    (folder / "client.pem").unlink()
    found = finding("resident-sign-in")
    assert found.health is Health.BAD
    assert "HASHIRA_RESIDENT_OIDC_KEY" in found.said.en


@pytest.mark.parametrize(
    "address", ["https://other.example/sign-in/resident/callback", "https://town.example/x"]
)
def test_an_address_of_return_that_is_not_ours_is_found(address: str, folder: Path, settings: Any) -> None:
    registered(folder, settings, issuer="https://op.example", redirect=address)
    found = finding("resident-sign-in")
    assert found.health is Health.BAD
    assert address in found.said.en


def test_a_provider_that_answers_is_good(folder: Path, settings: Any) -> None:
    issuer = "https://op.example/here"
    registered(folder, settings, issuer=issuer)
    names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    described = {"issuer": issuer} | {name: f"{issuer}/{name}" for name in names}

    def answer(request: httpx.Request) -> httpx.Response:
        known = request.url.path.endswith("openid-configuration")
        return httpx.Response(200, json=described if known else {"keys": []})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    with patch("hashira.portal.resident_sign_in.configuration.http_client", lambda: client):
        assert finding("resident-sign-in").health is Health.GOOD
