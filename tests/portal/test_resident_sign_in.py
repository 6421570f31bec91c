"""A resident signs in through the provider for development, over the real settings and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as configured
from django.test import Client
from tests.portal import in_process

from hashira.core.accounts.models import Account, Resident
from hashira.core.audit.models import AuditEvent
from hashira.portal import urls
from hashira.portal.resident_sign_in import configuration

# Loaded now: which addresses there are must not depend on what the first test sets.
assert urls.urlpatterns
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not configured.HASHIRA_DEVELOPMENT_PROVIDER, reason="the provider exists in development only"
    ),
]


def browser(**options: bool) -> Client:
    return Client(SERVER_NAME="localhost", **options)


@pytest.fixture
def client() -> Client:
    return browser()


@pytest.fixture(autouse=True)
def _provider(settings: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(configuration, "http_client", in_process.client)
    configuration.KEY_SETS.forget()
    yield
    configuration.KEY_SETS.forget()


def to_provider(client: Client, **fields: str) -> str:
    """Path and query of the provider's page to which the button leads."""
    answer = client.post("/sign-in/resident", fields)
    assert answer.status_code == 302
    parts = urlsplit(answer["Location"])
    assert parts.path == "/development/oidc/realms/main/protocol/openid-connect/auth"
    return f"{parts.path}?{parts.query}"


def back(client: Client, person: str = "hanako", **fields: str) -> str:
    """Path and query of the callback, after the choice of a person."""
    answer = client.post(to_provider(client, **fields), {"person": person})
    assert answer.status_code == 302
    parts = urlsplit(answer["Location"])
    return f"{parts.path}?{parts.query}"


def refused_with(client: Client, address: str, code: str) -> None:
    answer = client.get(address)
    assert code in answer.content.decode()
    assert answer.status_code >= 400
    assert "resident" not in client.session
    assert not Resident.objects.exists()


def test_signing_in_keeps_the_person_letter_by_letter(client: Client) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    answer = client.get(back(client, "yoshino"))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    resident = Resident.objects.get()
    assert resident.name == "𠮷野 架空"
    assert resident.birth_date == date(1965, 11, 30)
    assert resident.gender == "male"
    assert resident.address == "柱県架空市土吉町3番1号"
    kept = client.session["resident"]
    assert kept.keys() == {"id", "at"}
    assert kept["id"] == str(resident.pk)
    assert before <= datetime.fromisoformat(kept["at"]) <= datetime.now(UTC)
    assert set(client.session.keys()) <= {"resident", "_session_expiry"}


def test_the_audit_tells_it_without_the_person(client: Client) -> None:
    client.get(back(client, "yoshino"))
    event = AuditEvent.objects.get(action="accounts:SignInResident")
    assert "𠮷野" not in str(vars(event))
    assert str(Resident.objects.get().pk) not in str(vars(event))


def test_the_same_person_is_known_again_and_another_of_the_same_name_is_another() -> None:
    for person in ("same-one", "same-two", "same-one", "twin-one", "twin-two"):
        client = browser()
        client.get(back(client, person))
        assert "resident" in client.session
    assert Resident.objects.count() == 4
    assert Resident.objects.filter(name="同名 見本", birth_date=date(1985, 3, 3)).count() == 2


def test_an_unknown_day_of_birth_stays_unknown(client: Client) -> None:
    client.get(back(client, "year-only"))
    assert Resident.objects.get().birth_date is None


def test_the_session_is_a_new_one(client: Client) -> None:
    address = back(client)
    planted = client.session.session_key
    csrf = client.cookies.get("csrftoken")
    client.get(address)
    assert client.session.session_key != planted
    assert not client.session.__class__(planted).load()
    assert client.cookies["csrftoken"] != csrf


def test_staff_in_the_same_browser_are_signed_out(client: Client) -> None:
    client.force_login(Account.objects.create_user("clerk@example.jp"))
    assert "職員のサインインは終わります" in client.get("/sign-in/resident").content.decode()
    client.get(back(client))
    assert "_auth_user_id" not in client.session
    assert "resident" in client.session


def test_signing_out(client: Client) -> None:
    client.get(back(client))
    assert client.get("/sign-in/resident/sign-out").status_code == 405
    page = client.post("/sign-in/resident/sign-out", follow=True).content.decode()
    assert "サインアウトしました" in page
    assert "見本 花子" not in page
    assert "resident" not in client.session


def test_one_goes_back_to_the_own_page(client: Client) -> None:
    assert client.get(back(client, next="/certificates/verify?a=1"))["Location"] == "/certificates/verify?a=1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/" + "a" * 1001,
    ],
)
def test_one_never_goes_elsewhere(client: Client, elsewhere: str) -> None:
    page = client.get("/sign-in/resident", {"next": elsewhere}).content.decode()
    assert 'name="next"' not in re.sub(r'<form class="dads-language".*?</form>', "", page, flags=re.DOTALL)
    assert client.get(back(client, next=elsewhere))["Location"] == "/"


def test_a_sign_in_is_good_once(client: Client) -> None:
    address = back(client)
    client.get(address)
    client.post("/sign-in/resident/sign-out")
    Resident.objects.all().delete()
    refused_with(client, address, "CORE-043")


def test_a_code_of_another_browser_is_refused(client: Client) -> None:
    refused_with(browser(), back(client), "CORE-043")


def test_a_state_of_another_sign_in_of_this_browser_does_not_take_its_code(client: Client) -> None:
    """The code of the one is bound to the PKCE challenge of the one."""
    first, second = back(client), back(client)
    state = parse_qs(urlsplit(second).query)["state"][0]
    refused_with(client, re.sub("state=[^&]*", f"state={state}", first), "CORE-049")


def test_a_refused_sign_in_cannot_be_tried_again_with_its_state(client: Client) -> None:
    address = back(client)
    refused_with(client, re.sub("code=[^&]*", "code=guessed", address), "CORE-049")
    refused_with(client, address, "CORE-043")


def test_a_sign_in_of_an_hour_ago_is_refused(client: Client) -> None:
    address = back(client)
    session = client.session
    pending = session["resident_sign_ins"]
    pending[0]["began_at"] = (datetime.now(UTC) - timedelta(minutes=11)).isoformat()
    session["resident_sign_ins"] = pending
    session.save()
    refused_with(client, address, "CORE-044")


def test_the_fourth_tab_takes_the_place_of_the_first(client: Client) -> None:
    addresses = [back(client) for _ in range(4)]
    refused_with(client, addresses[0], "CORE-043")
    assert client.get(addresses[3]).status_code == 302


def test_a_response_of_another_issuer_is_refused(client: Client) -> None:
    address = re.sub("iss=[^&]*", "iss=https%3A%2F%2Fevil.example", back(client))
    refused_with(client, address, "CORE-046")


def test_a_response_without_the_issuer_that_was_promised_is_refused(client: Client) -> None:
    refused_with(client, re.sub("&iss=[^&]*", "", back(client)), "CORE-046")


def test_a_response_with_a_parameter_twice_is_refused(client: Client) -> None:
    refused_with(client, back(client) + "&code=another", "CORE-045")


def test_cancelling_is_told_kindly_and_leaves_nothing(client: Client) -> None:
    answer = client.post(to_provider(client), {"cancel": "1"})
    refused_with(client, answer["Location"], "CORE-041")


def test_a_refusal_shows_neither_code_nor_state(client: Client) -> None:
    page = client.get("/sign-in/resident/callback?code=thecode&state=thestate").content.decode()
    assert "thecode" not in page
    assert "thestate" not in page
    assert 'href="/sign-in/resident"' in page


def test_the_callback_alone_leads_to_the_start(client: Client) -> None:
    assert client.get("/sign-in/resident/callback")["Location"] == "/sign-in/resident"


def test_without_the_users_cookie_csrf_protects_the_start() -> None:
    strict = browser(enforce_csrf_checks=True)
    assert strict.post("/sign-in/resident").status_code == 403
    assert strict.post("/sign-in/resident/sign-out").status_code == 403


def test_in_english(client: Client) -> None:
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert "Sign in with the Digital Authentication App" in client.get("/sign-in/resident").content.decode()
    page = client.get("/sign-in/resident/callback?code=c&state=s").content.decode()
    assert "You were not signed in" in page


def test_our_public_key_is_published_and_only_that(client: Client) -> None:
    (key,) = client.get("/sign-in/resident/jwks.json").json()["keys"]
    assert key["kty"] == "EC"
    assert "d" not in key


def test_keys_are_for_their_owner_only(client: Client, settings: object) -> None:
    back(client)
    client.get("/development/oidc/realms/main/protocol/openid-connect/certs")
    files = [
        settings.DATA_DIR / "resident-sign-in-key.pem",
        settings.DATA_DIR / "development-provider" / "signing-key.pem",
    ]
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]


def test_without_settings_one_is_told_so(client: Client, settings: object) -> None:
    settings.HASHIRA_DEVELOPMENT_PROVIDER = False
    settings.HASHIRA_RESIDENT_OIDC = dict.fromkeys(configured.HASHIRA_RESIDENT_OIDC, "")
    answer = client.post("/sign-in/resident")
    assert answer.status_code == 503
    assert "CORE-040" in answer.content.decode()
