"""A hardware token signs in: once with each code, and also when its clock runs off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP as Token
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from hashira.core.accounts import one_time_code
from hashira.core.accounts.models import Account
from hashira.core.audit.models import AuditEvent
from hashira.portal.command import main

pytestmark = pytest.mark.django_db(transaction=True)

EMAIL = "hanako.yamada@city.example.jp"
PASSWORD = "tsukuba-shihyo-7719"
SEED = b"12345678901234567890"  # RFC 6238, appendix B
SEED_HEX = SEED.hex()
SEED_BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
PERIOD = 30


@pytest.fixture(autouse=True)
def tries_are_counted_from_nothing(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": tmp_path / "cache"}}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def account() -> Account:
    return Account.objects.create_user(EMAIL, PASSWORD, display_name="山田花子")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The time as the installation sees it, which a test may set."""
    moment = [1_800_000_000]
    monkeypatch.setattr(one_time_code.time, "time", lambda: moment[0])
    return moment


def shown(moment: int) -> str:
    """What the token shows, computed by another implementation than the one that checks."""
    return Token(SEED, 6, SHA1(), PERIOD).generate(moment).decode()


def hashira(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["accounts", *arguments], input=stdin)


def give(email: str = EMAIL, serial: str = "SN-0001", seed: str = SEED_HEX) -> Result:
    return hashira("give-token", email, serial, "--seed-stdin", stdin=seed + "\n")


def held() -> Authenticator:
    return Authenticator.objects.get(user__email=EMAIL, type=Authenticator.Type.TOTP)


@pytest.mark.parametrize("seed", [SEED_HEX, SEED_HEX.upper(), SEED_BASE32, "GEZD GNBV GY3T QOJQ" * 2])
def test_a_seed_is_read_as_makers_send_it(account: Account, now: list[int], seed: str) -> None:
    answer = give(seed=seed)
    assert answer.exit_code == 0, answer.output
    now[0] = 1_111_111_109  # RFC 6238, appendix B: 07081804 with eight digits, so 081804 with six
    assert one_time_code.accept(held(), "081804")


def test_the_seed_is_enciphered_and_told_nowhere(account: Account) -> None:
    assert SEED_HEX not in give().output
    kept = str(held().data)
    assert SEED_BASE32 not in kept
    assert SEED_HEX not in kept
    event = AuditEvent.objects.get(action="accounts:GiveToken")
    assert event.facts == '{"serial":"SN-0001"}'


@pytest.mark.parametrize("seed", ["", "00ff", "not a seed!", "é" * 32, "A" * 200, "1" * 33])
def test_what_is_no_seed_is_refused(account: Account, seed: str) -> None:
    answer = give(seed=seed)
    assert answer.exit_code == 3
    assert "CORE-071" in answer.output
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("serial", ["a b", "番号", "x" * 65, "a\nb"])
def test_what_is_no_serial_is_refused(account: Account, serial: str) -> None:
    assert "CORE-071" in give(serial=serial).output
    assert not Authenticator.objects.exists()


def test_a_token_belongs_to_one_account_and_an_account_has_one(account: Account) -> None:
    other = "taro@city.example.jp"
    Account.objects.create_user(other, PASSWORD)
    give()
    assert "CORE-072" in give(other).output
    assert "CORE-073" in give(serial="SN-0002").output
    assert hashira("reset-factors", EMAIL).exit_code == 0
    assert give(other).exit_code == 0
    assert Authenticator.objects.get().user.email == other


def test_it_signs_in_and_no_code_is_taken_twice(account: Account, now: list[int]) -> None:
    give()
    code = shown(now[0])

    def try_code(client: Client) -> bool:
        client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": code})
        return client.get(reverse("account")).status_code == 200

    assert try_code(Client())
    # 40 seconds later the code is still within the window, and a memory of 30 seconds has forgotten it.
    cache.clear()
    now[0] += 40
    assert not try_code(Client())


def test_a_used_code_uses_up_those_before_it(account: Account, now: list[int]) -> None:
    give()
    assert one_time_code.accept(held(), shown(now[0]))
    assert not one_time_code.accept(held(), shown(now[0]))
    assert not one_time_code.accept(held(), shown(now[0] - PERIOD))
    assert one_time_code.accept(held(), shown(now[0] + PERIOD))


def test_a_clock_that_runs_off_is_followed_to_its_limit(account: Account, now: list[int]) -> None:
    give()
    too_far = shown(now[0] + 3 * PERIOD)
    assert not one_time_code.accept(held(), too_far)
    off = 0
    for _ in range(one_time_code.LONGEST_DRIFT // one_time_code.TOKEN_WINDOW):
        off += one_time_code.TOKEN_WINDOW
        now[0] += 86_400
        assert one_time_code.accept(held(), shown(now[0] + off * PERIOD)), off
    assert held().data["drift"] == one_time_code.LONGEST_DRIFT
    now[0] += 86_400
    assert not one_time_code.accept(held(), shown(now[0] + (off + 1) * PERIOD))
    assert one_time_code.accept(held(), shown(now[0] + off * PERIOD))


def test_a_code_of_an_app_is_held_to_the_narrow_window(account: Account, now: list[int]) -> None:
    give()
    row = held()
    del row.data["serial"]
    row.save()
    assert not one_time_code.accept(held(), shown(now[0] + 2 * PERIOD))
    assert one_time_code.accept(held(), shown(now[0] + PERIOD))
    assert "drift" not in held().data
