"""What a provider may answer: busy, broken, silent, too much, something else; an error each, no lie kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cloud.vending.orders import LEAD, OFFICER, an_order

from hashira.cloud.adapters.engines.lxd.certificate import tenant_certificate
from hashira.cloud.adapters.engines.lxd.engine import LxdEngine
from hashira.cloud.adapters.engines.lxd.session import Lxd
from hashira.cloud.adapters.engines.lxd.steps import restrictions
from hashira.cloud.adapters.engines.openstack.directory import Directory
from hashira.cloud.adapters.engines.openstack.engine import OpenStackEngine
from hashira.cloud.adapters.engines.openstack.session import Keystone, Login
from hashira.cloud.adapters.engines.openstack.tenancy import Tenancy, read_tags
from hashira.cloud.domain.engine import (
    EngineBusy,
    EngineError,
    EngineRefused,
    EngineUnreachable,
    NotYet,
)
from hashira.kernel.language import Bilingual

Answering = Callable[[httpx.Request], httpx.Response]
KEY = b"k" * 32
_NAME = Bilingual("試験", "test")


def keystone(answering: Answering) -> Iterator[Keystone]:
    made = Keystone("http://keystone.test", Login("admin", "default", "password"))
    made.close()
    made._client = httpx.Client(transport=httpx.MockTransport(answering))
    yield made
    made.close()


def lxd(answering: Answering) -> Iterator[Lxd]:
    made = Lxd("/nowhere")
    made.close()
    made._client = httpx.Client(transport=httpx.MockTransport(answering), base_url="http://lxd")
    yield made
    made.close()


def signed_in(answering: Answering) -> Answering:
    """The same, after a token is given for the asking."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/auth/tokens":
            return httpx.Response(201, json={"token": {}}, headers={"X-Subject-Token": "t"})
        return answering(request)

    return answer


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(500, text="<html>"), EngineBusy),
        (httpx.Response(503, json={"error": {"message": "busy"}}), EngineBusy),
        (httpx.Response(429, json={}), EngineBusy),
        (httpx.Response(403, json={"error": {"message": "You are not authorized"}}), EngineRefused),
        (httpx.Response(200, text="not JSON"), EngineBusy),
        (httpx.Response(200, json=[]), EngineBusy),
        (httpx.Response(200, json={"projects": {"a": 1}}), EngineBusy),
        (httpx.Response(200, json={"projects": [3]}), EngineBusy),
        (httpx.Response(200, content=b"[" * 100_000), EngineBusy),
        (httpx.Response(200, content=b" " * (17 * 1024 * 1024)), EngineUnreachable),
    ],
)
def test_what_keystone_may_answer(answer: httpx.Response, error: type[EngineError]) -> None:
    for session in keystone(signed_in(lambda request: answer)):
        with pytest.raises(error) as raised:
            Directory(session).find("projects", name="x")
        assert raised.value.message("ja")
        assert "password" not in str(raised.value.details)


def test_a_silent_keystone_and_one_that_lets_us_not_in() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("…")

    for session in keystone(silent):
        with pytest.raises(EngineUnreachable):
            Directory(session).find("projects")
    for session in keystone(lambda request: httpx.Response(401, json={"error": {"message": "no"}})):
        with pytest.raises(EngineRefused):
            Directory(session).find("projects")
        engine = OpenStackEngine(session, secret=KEY, title=_NAME, sandbox=True)
        obstacles = engine.plan(an_order(engine="openstack")).obstacles
        assert [type(one) for one in obstacles] == [EngineRefused]


def test_a_token_that_is_no_longer_taken_is_asked_for_again_once() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path == "/v3/auth/tokens":
            token = f"t{asked.count(request.url.path)}"
            return httpx.Response(201, json={}, headers={"X-Subject-Token": token})
        good = request.headers["X-Auth-Token"] == "t2"
        return httpx.Response(200, json={"domains": []}) if good else httpx.Response(401, json={})

    for session in keystone(answer):
        assert Directory(session).list_of("domains") == []
    assert asked.count("/v3/auth/tokens") == 2


def test_a_keystone_that_says_made_and_has_nothing_is_found_out() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        kind = request.url.path.rpartition("/")[2]
        made = {kind.removesuffix("s"): {"id": "1"}}
        return (
            httpx.Response(201, json=made)
            if request.method == "POST"
            else httpx.Response(200, json={kind: []})
        )

    order = an_order(engine="openstack")
    for session in keystone(signed_in(answer)):
        step = OpenStackEngine(session, secret=KEY, title=_NAME, sandbox=True).vend(order)[0]
        facts = step.apply(order, {})
        with pytest.raises(EngineError) as raised:
            step.verify(order, facts)
        assert raised.value.code == "CLD-305"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, text="<html>"), EngineBusy),
        (httpx.Response(200, json=[]), EngineBusy),
        (httpx.Response(200, json={"type": "other"}), EngineBusy),
        (httpx.Response(200, json={"type": "sync", "metadata": 3}), EngineBusy),
        (httpx.Response(503, json={"type": "error", "error_code": 503, "error": "starting"}), EngineBusy),
        (httpx.Response(500, json={"type": "error", "error_code": 500, "error": "forbidden"}), EngineRefused),
        (httpx.Response(403, json={"type": "error", "error_code": "x"}), EngineRefused),
    ],
)
def test_what_lxd_may_answer(answer: httpx.Response, error: type[EngineError]) -> None:
    for session in lxd(lambda request: answer):
        with pytest.raises(error):
            session.found("/projects/x")
        engine = LxdEngine(session, pool="p", secret=KEY, title=_NAME, sandbox=True)
        assert engine.plan(an_order(engine="lxd")).obstacles


@pytest.mark.parametrize(
    ("done", "error"),
    [
        ({"status_code": 103}, NotYet),
        ({"status_code": 400, "err": "disk full"}, EngineRefused),
        ({}, EngineRefused),
    ],
)
def test_what_lxd_does_in_the_background(done: dict[str, Any], error: type[EngineError]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/wait"):
            return httpx.Response(200, json={"type": "sync", "metadata": done})
        return httpx.Response(202, json={"type": "async", "metadata": {"id": "a/b"}})

    for session in lxd(answer):
        with pytest.raises(error):
            session.ask("DELETE", "/instances/x")


def test_a_socket_that_is_not_there_is_said() -> None:
    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("…")

    for session in lxd(gone):
        engine = LxdEngine(session, pool="p", secret=KEY, title=_NAME, sandbox=True)
        assert [type(one) for one in engine.plan(an_order(engine="lxd")).obstacles] == [EngineUnreachable]


def test_secrets_follow_from_the_order_and_tell_nothing_of_each_other() -> None:
    one, other = an_order(), an_order()
    assert tenant_certificate(one, KEY).pem() == tenant_certificate(one, KEY).pem()
    assert tenant_certificate(one, KEY).fingerprint != tenant_certificate(other, KEY).fingerprint
    assert tenant_certificate(one, KEY).fingerprint != tenant_certificate(one, b"x" * 32).fingerprint
    tenancy = Tenancy(one)
    secrets = {
        tenancy.secret(KEY, "machine"),
        tenancy.secret(KEY, "credential"),
        Tenancy(other).secret(KEY, "machine"),
    }
    assert len(secrets) == 3


def test_access_ends_with_the_last_day_of_the_longest_role_in_japan() -> None:
    order = an_order(roles=(OFFICER, LEAD))
    last = OFFICER.valid_until
    assert Tenancy(order).expires.isoformat() == f"{last.isoformat()}T14:59:59+00:00"
    until = tenant_certificate(order, KEY).certificate.not_valid_after_utc
    assert until.date() == last
    assert until + timedelta(seconds=1) == Tenancy(order).expires + timedelta(seconds=1)


def test_an_exception_opens_what_it_names_and_nothing_else() -> None:
    whole = restrictions(an_order())
    spared = restrictions(an_order(exceptions=("isolated-compute/7b4c",)))
    changed = {name for name in whole if whole[name] != spared[name]}
    assert spared["restricted.containers.nesting"] == "allow"
    assert spared["restricted.containers.privilege"] == "unprivileged"  # held by no-root as well
    assert all(name.startswith("restricted.") for name in changed)
    assert restrictions(an_order(exceptions=("quota/1",)))["limits.instances"] is None


@given(
    st.dictionaries(st.text(min_size=1).filter(lambda t: "=" not in t), st.text(), max_size=4),
    st.none() | st.text(),
)
def test_tags_are_read_whatever_a_project_has(tags: dict[str, str], other: str | None) -> None:
    words: list[Any] = [f"{name}={value}" for name, value in tags.items()]
    assert read_tags(words) == tags
    assert read_tags(other) == {}
    assert json.loads(json.dumps(Tenancy(an_order()).words)) == Tenancy(an_order()).words
