"""Acts on signing keys through the pages: one administrator asks, another decides, a terminal only looks."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests.certificates.people import clerk, municipality

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.selectors.key_acts import act_lines, key_lines
from hashira.certificates.services import key_life
from hashira.certificates.services.keys import publish_keys
from hashira.certificates.store.models import KeyApproval, SigningKey
from hashira.core import jobs
from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
SignIn = Callable[[Principal], Client]
TERMINAL = Principal.system("terminal:operator")


def administrator() -> Principal:
    grants = (Grant("administrator", str(uuid4())),)
    return Principal(PrincipalKind.STAFF, str(uuid4()), grants=grants, second_factor=True)


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> SignIn:
    settings.DATA_DIR, settings.DEVELOPMENT, settings.HASHIRA_TRUST = tmp_path, True, ()
    now = datetime.now(UTC)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        publish_keys(actor=Principal.system("certificates"), keys=keys.issuing_keys(now), at=now)

    def sign_in(principal: Principal) -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: principal)
        client = Client(headers={"host": "localhost"})
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
        client.cookies["django_language"] = "ja"
        return client

    return sign_in


def card_key() -> SigningKey:
    return SigningKey.objects.get(format="shc", retired_at=None)


def successor() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        label = f"successor-{uuid4().hex[:8]}"
        keys.key_store().create(label)
    return label


def ask(client: Client, act: str, label: str = "") -> str:
    answer = client.post(
        f"/certificates/keys/{card_key().kid}/ask", {"act": act, "successor": label, "reason": "演習のため"}
    )
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_a_rotation_by_two_administrators(signed_in: SignIn) -> None:
    alice, bob, label, old = administrator(), administrator(), successor(), card_key().kid
    client = signed_in(alice)
    assert old in client.get("/certificates/keys/").content.decode()
    address = ask(client, "rotate", label)
    own = client.get(address).content.decode()
    assert "別の管理者の承認を待っています" in own
    assert "承認して実行する" not in own
    refused = client.post(address, {"decision": "approve"})
    assert refused.status_code == 422
    assert "ご自分で申請した操作です" in refused.content.decode()
    assert {line.state for line in key_lines(alice) if line.format == "shc"} == {"in-use"}

    client = signed_in(bob)
    assert "承認して実行する" in client.get(address).content.decode()
    assert client.post(address, {"decision": "approve"}).status_code == 302
    assert {line.label: line.state for line in key_lines(bob) if line.format == "shc"} == {
        label: "in-use",
        SigningKey.objects.get(pk=old).label: "spare",
    }
    assert client.post(address, {"decision": "reject"}).status_code == 422
    assert act_lines(bob, datetime.now(UTC))[0].state == "approved"


def test_the_second_person_refuses(signed_in: SignIn) -> None:
    address = ask(signed_in(administrator()), "retire")
    client = signed_in(administrator())
    assert client.post(address, {}).status_code == 422
    assert KeyApproval.objects.get().decision == "waiting"
    assert client.post(address, {"decision": "reject"}).status_code == 302
    assert "却下" in client.get(address).content.decode()
    assert card_key().retired_at is None


def test_a_compromise_shows_how_far_its_job_is(signed_in: SignIn) -> None:
    address = ask(signed_in(administrator()), "compromise")
    old = card_key().kid
    client = signed_in(administrator())
    assert client.post(address, {"decision": "approve"}).status_code == 302
    page = client.get(address).content.decode()
    assert "証明書の失効と作り直し" in page
    assert jobs.view(KeyApproval.objects.get().job_id or "").kind == key_life.COMPROMISE_JOB
    assert SigningKey.objects.get(pk=old).withdrawn_at
    assert old not in str(client.get("/.well-known/jwks.json").content)


def test_a_request_expires_after_a_day_and_can_be_made_again(signed_in: SignIn) -> None:
    client = signed_in(administrator())
    ask(client, "retire")
    again = client.post(f"/certificates/keys/{card_key().kid}/ask", {"act": "retire", "reason": "再度"})
    assert again.status_code == 422
    assert "同じ操作が承認待ちです" in again.content.decode()
    KeyApproval.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    bob = administrator()
    line = act_lines(bob, datetime.now(UTC))[0]
    assert line.state == "expired"
    client = signed_in(bob)
    late = client.post(f"/certificates/keys/acts/{line.id}", {"decision": "approve"})
    assert late.status_code == 422
    assert "承認の期限が切れました" in late.content.decode()
    assert card_key().retired_at is None
    ask(client, "retire")
    assert [one.state for one in act_lines(bob, datetime.now(UTC))] == ["waiting", "expired"]


def test_what_cannot_be_done_is_said_and_nothing_asked(signed_in: SignIn) -> None:
    client = signed_in(administrator())
    address = f"/certificates/keys/{card_key().kid}/ask"
    for sent in ({"act": "rotate", "reason": "x"}, {"act": "rotate", "reason": "x", "successor": "nowhere"}):
        assert client.post(address, sent).status_code == 422
    assert client.get("/certificates/keys/none/ask").status_code == 404
    assert client.get(f"/certificates/keys/acts/{uuid4()}").status_code == 404
    assert not KeyApproval.objects.exists()


def test_neither_a_clerk_nor_a_terminal_acts_on_a_key(signed_in: SignIn) -> None:
    someone = clerk(municipality())
    client = signed_in(someone)
    for address in ("/certificates/keys/", f"/certificates/keys/{card_key().kid}/ask"):
        assert client.get(address).status_code == 403
    assert [line.state for line in key_lines(TERMINAL) if line.format == "shc"] == ["in-use"]
    now = datetime.now(UTC)
    act = key_life.request_act(
        actor=administrator(),
        kid=card_key().kid,
        act=KeyApproval.Act.RETIRE,
        successor="",
        reason="演習",
        at=now,
    )
    with pytest.raises(AccessDenied):
        key_life.decide(actor=TERMINAL, approval_id=act, approved=True, at=now)
    with pytest.raises(AccessDenied):
        key_life.request_act(
            actor=TERMINAL,
            kid=card_key().kid,
            act=KeyApproval.Act.RETIRE,
            successor="",
            reason="演習",
            at=now,
        )
