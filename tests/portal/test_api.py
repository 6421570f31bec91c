"""The API as machines use it: verifying, tokens and their bounds, the register."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from tests.certificates.people import municipality, registered

from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Account, Organisation, RoleAssignment
from hashira.core.api.errors import CrossSite, TokenNotMakeable
from hashira.core.api.models import ApiToken
from hashira.core.api.tokens import MAX_TOKENS, create_token, revoke_token
from hashira.core.audit.models import AuditEvent
from hashira.portal.api import assembly

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
assert assembly.api  # the assembly declares the scopes of the systems


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def city() -> Organisation:
    return municipality()


def owner(city: Organisation, *, factor: bool = True, recent: bool = True) -> Principal:
    account = Account.objects.create_user(f"{uuid4()}@example.jp", "a long password here")
    RoleAssignment.objects.create(
        account=account, organisation=city, role="municipal_clerk", valid_from=NOW - timedelta(days=1)
    )
    grants = (Grant("municipal_clerk", str(city.pk)),)
    return Principal(PrincipalKind.STAFF, str(account.pk), "", grants, factor, recent)


def made(actor: Principal, *scopes: str) -> str:
    return create_token(actor=actor, name="受付", scopes=scopes or ("doses.write",), days=1, at=NOW)


def caller(token: str, language: str = "ja") -> Client:
    headers = {"host": "localhost", "authorization": f"Bearer {token}", "accept-language": language}
    return Client(headers=headers)


def dose(**more: object) -> dict[str, object]:
    return {
        "request_id": str(uuid4()),
        "vaccine": "comirnaty",
        "given_on": "2021-06-01",
        "number": 1,
        "lot": "EY5422",
    } | more


def test_a_token_is_kept_as_digest_only_and_audited(city: Organisation) -> None:
    token = made(owner(city))
    row = ApiToken.objects.get()
    assert token not in str(vars(row))
    assert AuditEvent.objects.filter(action="accounts:CreateToken").count() == 1


def test_a_dose_is_recorded_once_and_read_back(city: Organisation) -> None:
    client, person, slip = caller(made(owner(city))), registered(city), dose()
    address = f"/api/v1/certificates/people/{person}/doses"
    for _ in range(2):
        answer = client.post(address, slip, content_type="application/json")
        assert answer.status_code == 201, answer.content.decode()
        assert (answer.status_code, answer.json()["event"]) == (201, slip["request_id"])
    found = client.get(f"/api/v1/certificates/people/{person}").json()
    assert [event["vaccine"] for event in found["events"]] == ["comirnaty"]
    listed = client.get(f"/api/v1/certificates/people?organisation={city.pk}&reference=1").json()
    assert (listed["total"], listed["next"], listed["items"][0]["id"]) == (1, None, str(person))


def test_the_audit_says_which_token_acted(city: Organisation) -> None:
    actor, person = owner(city), registered(city)
    client = caller(made(actor))
    client.post(f"/api/v1/certificates/people/{person}/doses", dose(), content_type="application/json")
    client.get(f"/api/v1/certificates/people/{person}")
    token = str(ApiToken.objects.get().pk)
    for action in ("certificates:RecordDose", "certificates:ViewPerson"):
        told = AuditEvent.objects.filter(action=action).latest("pk")
        assert json.loads(told.facts)["token"] == token, action
    made_by_hand = AuditEvent.objects.get(action="accounts:CreateToken")
    assert "token" not in json.loads(made_by_hand.facts)


def test_a_session_needs_its_csrf_token_and_nothing_else_does(city: Organisation) -> None:
    account = Account.objects.get(pk=owner(city).id)
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.force_login(account)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": datetime.now(UTC).timestamp()}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    address = f"/api/v1/certificates/people/{registered(city)}/doses"
    refused = client.post(address, dose(), content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, CrossSite.code)
    assert not AuditEvent.objects.filter(action="certificates:RecordDose").exists()
    client.get("/sign-in/staff")  # any page with a form gives the cookie
    client.get("/account/password")
    with_token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    taken = client.post(address, dose(), content_type="application/json", headers=with_token)
    assert taken.status_code == 201, taken.content.decode()
    by_token = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    bearer = {"authorization": f"Bearer {made(owner(city))}"}
    assert by_token.post(
        address, dose(number=2, given_on="2021-07-01"), content_type="application/json", headers=bearer
    ).status_code == 201  # fmt: skip


def test_the_same_rules_as_at_the_counter(city: Organisation) -> None:
    client, person = caller(made(owner(city)), "en"), registered(city)
    address = f"/api/v1/certificates/people/{person}/doses"
    answer = client.post(address, dose(given_on="2999-01-01"), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["code"].startswith("CERT-")
    assert answer.headers["Content-Language"] == "en"
    unknown = client.post(address, dose(vaccine="tea"), content_type="application/json")
    assert 400 <= unknown.status_code < 500
    event = client.post(address, dose(), content_type="application/json").json()["event"]
    void = client.post(f"{address}/{event}/void", {"reason": "x"}, content_type="application/json")
    assert (void.status_code, void.json()["code"]) == (403, "CORE-001"), "a clerk withdraws nothing"


def test_nothing_of_another_municipality(city: Organisation) -> None:
    other = municipality("131024", "中央区")
    stranger = registered(other)
    client = caller(made(owner(city)))
    assert client.get(f"/api/v1/certificates/people/{stranger}").status_code == 403
    assert client.get(f"/api/v1/certificates/people?organisation={other.pk}&reference=1").status_code == 403


def test_a_scope_narrows_also_behind_the_door(city: Organisation) -> None:
    client, person = caller(made(owner(city), "register.read")), registered(city)
    assert client.get(f"/api/v1/certificates/people/{person}").status_code == 200
    address = f"/api/v1/certificates/people/{person}/doses"
    refused = client.post(address, dose(), content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "CORE-001")
    assert client.get("/api/v1/jobs").status_code == 403


def test_there_are_twenty_tokens_and_those_that_are_over_do_not_count(city: Organisation) -> None:
    actor = owner(city)
    for _ in range(MAX_TOKENS):
        made(actor)
    with pytest.raises(TokenNotMakeable):
        made(actor)
    ApiToken.objects.update(expires_at=NOW - timedelta(days=1))
    assert made(actor)


@pytest.mark.parametrize("end", ["revoked", "expired", "inactive", "role"])
def test_a_token_ends(city: Organisation, end: str) -> None:
    actor = owner(city)
    client = caller(made(actor))
    assert client.get("/api/v1/certificates/registers").status_code == 200
    if end == "revoked":
        revoke_token(actor=actor, token_id=UUID(str(ApiToken.objects.get().pk)), at=NOW)
    elif end == "expired":
        ApiToken.objects.update(expires_at=NOW)
    elif end == "inactive":
        Account.objects.update(is_active=False)
    else:
        RoleAssignment.objects.all().delete()
    assert client.get("/api/v1/certificates/registers").status_code == (403 if end == "role" else 401)


def test_only_a_session_with_two_factors_and_just_begun_makes_one(city: Organisation) -> None:
    for actor in (owner(city, factor=False), owner(city, recent=False)):
        with pytest.raises(AccessDenied):
            made(actor)
    actor = owner(city)
    token = made(actor)
    ApiToken.objects.update(second_factor=False)
    assert caller(token).get("/api/v1/certificates/registers").status_code == 403


def test_anybody_verifies_and_a_negative_verdict_is_an_answer() -> None:
    client = Client(headers={"host": "localhost"})
    answer = client.post(
        "/api/v1/certificates/verify-batch", {"texts": ["shc:/1", "tea"]}, content_type="application/json"
    )
    verdicts = answer.json()["certificates"]
    assert len(verdicts) == 2
    assert all(v["verdict"] != "verified" for v in verdicts)
    assert all(v["error"]["type"] == f"/api/#{v['error']['code']}" for v in verdicts)
    many = {"texts": ["x"] * 21}
    assert client.post("/api/v1/certificates/verify-batch", many, "application/json").status_code == 422


def test_the_rate_is_bounded() -> None:
    client = Client(headers={"host": "localhost"})
    call = {"path": "/api/v1/certificates/verify-batch", "data": {"texts": ["x"]}}
    statuses = [client.post(**call, content_type="application/json").status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    assert "Retry-After" in client.post(**call, content_type="application/json").headers
