"""The API as machines use it: verifying, tokens and their bounds, the register."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.certificates.people import municipality, registered

from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Account, Organisation, RoleAssignment
from hashira.core.api.errors import TokenNotMakeable
from hashira.core.api.models import ApiToken
from hashira.core.api.tokens import MAX_TOKENS, create_token, revoke_token
from hashira.core.audit import Subject
from hashira.core.audit.models import AuditEvent
from hashira.core.audit.reading import events, export
from hashira.core.audit.sealing import seal, verify
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


@pytest.mark.usefixtures("standing_clock")
def test_the_rate_is_bounded() -> None:
    client = Client(headers={"host": "localhost"})
    call = {"path": "/api/v1/certificates/verify-batch", "data": {"texts": ["x"]}}
    statuses = [client.post(**call, content_type="application/json").status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    assert "Retry-After" in client.post(**call, content_type="application/json").headers


def test_the_audit_tells_the_token_beside_the_account(city: Organisation) -> None:
    actor, person = owner(city), registered(city)
    token = made(actor)
    client, public = caller(token), str(ApiToken.objects.get().pk)
    client.get(f"/api/v1/certificates/people/{person}")
    address = f"/api/v1/certificates/people/{person}/doses"
    assert client.post(address, dose(), content_type="application/json").status_code == 201
    assert client.post(f"{address}/{uuid4()}/void", {"reason": "x"}, "application/json").status_code == 403
    by_account = events(actor=Subject("account", actor.id))
    told = {event.action: event.token for event in by_account}
    for action in ("certificates:ViewPerson", "certificates:RecordDose", "access:Refused"):
        assert told[action] == public, action
    assert told["accounts:CreateToken"] == "", "the owner made it in person"
    seal()
    assert verify().ok
    exported = b"".join(export()).decode()
    assert exported.count(public) == 3
    assert token not in exported


DOORS = (
    ("get", "people/{id}", "certificates:ViewPerson"),
    ("get", "people?organisation={id}", "certificates:SearchPeople"),
    ("post", "people/{id}/doses", "certificates:RecordDose"),
    ("post", "people/{id}/doses/{id}/correct", "certificates:CorrectDose"),
    ("post", "people/{id}/doses/{id}/void", "certificates:VoidDose"),
)


@pytest.mark.parametrize(("method", "path", "action"), DOORS)
@pytest.mark.parametrize("kept_out_by", ["role", "scope"])
def test_the_door_names_the_action_and_reads_nothing_for_who_may_not(
    city: Organisation, method: str, path: str, action: str, kept_out_by: str
) -> None:
    actor = owner(city)
    token = made(actor) if kept_out_by == "role" else made(actor, "imports.read")
    if kept_out_by == "role":
        RoleAssignment.objects.update(role="auditor")
    person = registered(city)
    address = "/api/v1/certificates/" + path.format(id=person)
    client = caller(token, "en")
    with CaptureQueriesContext(connection) as asked:
        if method == "get":
            answer = client.get(address)
        else:
            answer = client.post(address, {"not": "even read"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "CORE-001")
    assert action in answer.json()["detail"]
    assert not [q["sql"] for q in asked.captured_queries if "certificates_" in q["sql"]]
    (refused,) = AuditEvent.objects.filter(action="access:Refused")
    assert action in refused.facts


def test_a_clerk_is_told_at_the_door_that_withdrawing_is_for_supervisors(city: Organisation) -> None:
    client = caller(made(owner(city)))
    address = f"/api/v1/certificates/people/{uuid4()}/doses/{uuid4()}/void"
    answer = client.post(address, {"reason": "x"}, content_type="application/json")
    assert answer.status_code == 403, "nobody learns whether there is such a person"


@pytest.fixture
def session(city: Organisation, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The browser of a clerk, in which forged requests are refused as they are in the world."""
    actor = owner(city)
    monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda _request: actor)
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"  # without one nobody is asked for
    return client


def test_a_session_reads_and_writes_only_with_its_csrf_token(city: Organisation, session: Client) -> None:
    person = registered(city)
    assert session.get(f"/api/v1/certificates/people/{person}").status_code == 200
    address = f"/api/v1/certificates/people/{person}/doses"
    forged = session.post(address, dose(), content_type="application/json")
    assert (forged.status_code, forged.json()["code"]) == (403, "CORE-090")
    session.cookies[settings.CSRF_COOKIE_NAME] = secret = "a" * 32
    wrong = session.post(address, dose(), "application/json", headers={"x-csrftoken": "b" * 32})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "CORE-090")
    assert not AuditEvent.objects.filter(action="certificates:RecordDose").exists()
    right = session.post(address, dose(), "application/json", headers={"x-csrftoken": secret})
    assert right.status_code == 201, right.content.decode()


def test_a_session_does_not_carry_a_token_that_is_refused(city: Organisation, session: Client) -> None:
    bad = {"authorization": "Bearer hashira_nothing"}
    assert session.get("/api/v1/certificates/registers", headers=bad).status_code == 401
    assert session.get("/api/v1/certificates/registers").status_code == 200


def test_the_bounds_of_a_batch_are_said_and_kept() -> None:
    schema = assembly.openapi_document()["components"]["schemas"]["BatchIn"]["properties"]["texts"]
    assert (schema["minItems"], schema["maxItems"], schema["items"]["maxLength"]) == (1, 20, 80_000)
    client = Client(headers={"host": "localhost"})
    for texts, status in ((["x" * 80_000], 200), (["x" * 80_001], 422), ([], 422), (["x"] * 21, 422)):
        answer = client.post("/api/v1/certificates/verify-batch", {"texts": texts}, "application/json")
        assert answer.status_code == status
