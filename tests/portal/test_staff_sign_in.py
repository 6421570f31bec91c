"""Staff sign in: a password alone opens nothing, and nobody learns who has an account."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP as Token
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from hashira.core.accounts.models import Account
from hashira.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db(transaction=True)

EMAIL = "hanako.yamada@city.example.jp"
PASSWORD = "tsukuba-shihyo-7719"
SECRET = base64.b32encode(bytes(range(20))).decode()


@pytest.fixture(autouse=True)
def tries_are_counted_from_nothing(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Each test counts tries and used codes in a folder of its own."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": tmp_path / "cache"}}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def account() -> Account:
    return Account.objects.create_user(EMAIL, PASSWORD, display_name="山田花子")


def code(secret: str = SECRET) -> str:
    """What a token shows now (RFC 6238), computed by another implementation than the one that checks."""
    token = Token(base64.b32decode(secret), 6, SHA1(), 30, enforce_key_length=False)
    return token.generate(int(time.time())).decode()


def password(client: Client, **more: str) -> Any:
    return client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD} | more)


def test_a_password_alone_leads_to_setting_up_a_second_factor(client: Client, account: Account) -> None:
    assert password(client).status_code == 302
    answer = client.get(reverse("account"))
    assert answer.status_code == 302
    assert answer.url == reverse("second-factor") + "?next=%2Faccount%2F"
    page = client.get(answer.url).content.decode()
    assert reverse("mfa_activate_totp") in page
    assert reverse("mfa_add_webauthn") in page


def test_with_a_factor_the_password_alone_does_not_sign_in(client: Client, account: Account) -> None:
    TOTP.activate(account, SECRET)
    assert password(client).url == reverse("mfa_authenticate")
    assert client.get(reverse("account")).url.startswith(reverse("sign-in") + "?")
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000" if code() != "000000" else "111111"})
    assert wrong.status_code == 200
    assert "dads-error-summary" in wrong.content.decode()
    assert client.get(reverse("account")).url.startswith(reverse("sign-in") + "?")


def test_password_and_code_sign_in_and_lead_where_one_wanted_to_go(client: Client, account: Account) -> None:
    TOTP.activate(account, SECRET)
    password(client, next="/account/")
    answer = client.post(reverse("mfa_authenticate"), {"code": code()})
    assert (answer.status_code, answer.url) == (302, "/account/")
    page = client.get("/account/")
    assert page.status_code == 200
    assert "山田花子" in page.content.decode()
    told = set(AuditEvent.objects.values_list("action", flat=True))
    assert "accounts:SignIn" in told


def test_a_code_opens_once(client: Client, account: Account) -> None:
    TOTP.activate(account, SECRET)
    shown = code()
    password(client)
    assert client.post(reverse("mfa_authenticate"), {"code": shown}).status_code == 302
    thief = Client()
    password(thief)
    assert thief.post(reverse("mfa_authenticate"), {"code": shown}).status_code == 200
    assert thief.get(reverse("account")).status_code == 302


def test_a_token_is_set_up_from_the_key_shown_as_text(client: Client, account: Account) -> None:
    password(client)
    at = reverse("mfa_activate_totp")
    answer = client.get(at, follow=True)
    if answer.redirect_chain:  # a fresh sign-in must show once more that it is they
        answer = client.post(
            reverse("account_reauthenticate") + f"?next={at}", {"password": PASSWORD}, follow=True
        )
    page = answer.content.decode()
    shown = re.search(r"<code[^>]*>([A-Z2-7 ]{32,})</code>", page)
    assert shown
    assert "style=" not in page
    assert "data:image/svg+xml" in page
    first = code(shown[1].replace(" ", ""))
    done = client.post(at, {"code": first})
    assert done.status_code == 302
    assert done.url == reverse("mfa_view_recovery_codes")
    assert client.get(reverse("account")).status_code == 200
    assert client.get(done.url).status_code == 200
    kinds = set(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}
    assert AuditEvent.objects.filter(action="accounts:AddSecondFactor").exists()
    onlooker = Client()
    password(onlooker)
    again = onlooker.post(reverse("mfa_authenticate"), {"code": first})
    assert again.status_code == 200, "the code that set the app up is used up"
    assert onlooker.get(reverse("account")).status_code == 302


def test_a_session_without_the_factor_of_the_account_changes_no_factor(
    client: Client, account: Account
) -> None:
    """Somebody with the password only, signed in before the owner set up a factor elsewhere."""
    password(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    TOTP.activate(account, SECRET)
    RecoveryCodes.activate(account)
    for name in ("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp",
                 "mfa_add_webauthn", "mfa_index", "account_change_password"):  # fmt: skip
        answer = client.get(reverse(name))
        assert answer.status_code == 302, name
        assert answer.url.startswith(reverse("second-factor")), name
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=account, type="totp").exists()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_unknown_address_wrong_password_and_stopped_account_look_the_same(
    client: Client, account: Account, language: str
) -> None:
    Account.objects.create_user("stopped@city.example.jp", PASSWORD)
    Account.objects.filter(email="stopped@city.example.jp").update(is_active=False)
    said = []
    for email in (EMAIL, "nobody@city.example.jp", "stopped@city.example.jp"):
        answer = client.post(
            reverse("account_login"),
            {"login": email, "password": "wrong-" + PASSWORD},
            headers={"accept-language": language},
        )
        page = answer.content.decode().replace(email, "")
        said.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page))
    assert said[0] == said[1] == said[2]
    assert "dads-error-summary" in said[0]
    japanese = re.search(r"dads-error-summary.*?</ul>", said[0], re.DOTALL)
    assert japanese
    assert bool(re.search("[ぁ-ん]", japanese[0])) is (language == "ja")


def test_guessing_a_password_comes_to_a_halt_for_the_account(client: Client, account: Account) -> None:
    for _ in range(5):
        client.post(reverse("account_login"), {"login": EMAIL, "password": "wrong-guess-1"})
    password(client)
    assert client.get(reverse("account")).url.startswith(reverse("sign-in") + "?")


def test_a_stopped_account_is_out_at_once(client: Client, account: Account) -> None:
    TOTP.activate(account, SECRET)
    password(client)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert client.get(reverse("account")).status_code == 200
    Account.objects.update(is_active=False)
    assert client.get(reverse("account")).url.startswith(reverse("sign-in") + "?")


def test_signing_out_ends_the_session_and_is_told(client: Client, account: Account) -> None:
    password(client)
    assert client.get(reverse("account_logout")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("account")).url.startswith(reverse("sign-in") + "?")
    assert AuditEvent.objects.filter(action="accounts:SignOut").count() == 1


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example/"])
def test_nobody_is_led_to_another_site(client: Client, account: Account, elsewhere: str) -> None:
    assert (
        "evil" not in client.get(reverse("sign-in"), {"next": elsewhere}).content.decode().split("<main")[1]
    )
    assert "evil" not in password(client, next=elsewhere).url


def test_nobody_signs_up(client: Client) -> None:
    at = reverse("account_signup")
    assert client.get(at).status_code == 404
    assert client.post(at, {"email": EMAIL, "password1": PASSWORD}).status_code in {404, 405}
    assert not Account.objects.exists()


def test_both_doors_are_offered_and_keep_the_way(client: Client) -> None:
    page = client.get(reverse("sign-in"), {"next": "/account/"}).content.decode()
    assert reverse("account_login") + "?next=%2Faccount%2F" in page
    assert reverse("resident-sign-in") + "?next=%2Faccount%2F" in page


@pytest.mark.parametrize(("language", "label"), [("ja", "パスキーの名前"), ("en", "Name of the passkey")])
def test_the_form_of_a_passkey_is_in_the_language_of_the_reader(
    client: Client, account: Account, language: str, label: str
) -> None:
    password(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.get(reverse("mfa_add_webauthn"), headers={"accept-language": language})
    assert answer.status_code == 200
    assert label in answer.content.decode()
