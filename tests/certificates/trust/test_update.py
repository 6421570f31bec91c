"""Updates of the lists: in force at once, refused whole, never back, audited, noticed without a restart."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.certificates.card import Key, card
from tests.certificates.trust.lists import DAY, ISSUER, DirectoryKey, snapshot

from hashira.certificates.adapters.trust_archive import TrustDamaged
from hashira.certificates.adapters.trust_download import ListNotFetched
from hashira.certificates.adapters.trust_files import TrustNotReadable
from hashira.certificates.adapters.trust_source import Kind, ListNotAuthentic, Source, SourceNotRight
from hashira.certificates.cli import certificates
from hashira.certificates.domain import p256
from hashira.certificates.selectors import trust as selectors
from hashira.certificates.services import trust as services
from hashira.core.access import AccessDenied, Principal
from hashira.core.audit.models import AuditEvent
from hashira.kernel.errors import HashiraError

pytestmark = pytest.mark.django_db
OPERATOR = Principal.system("terminal")
NOW = DAY + timedelta(days=2)


@dataclass
class Publisher:
    """A directory that hands out its list through a folder."""

    key: DirectoryKey
    folder: Path

    def publish(self, octets: bytes, signature: bytes | None = None) -> None:
        (self.folder / "vci.json").write_bytes(octets)
        (self.folder / "vci.sig").write_bytes(self.key.sign(octets) if signature is None else signature)

    def source(self) -> Source:
        return Source("vci", Kind.VCI, str(self.folder / "vci.json"), keys=(self.key.spki,))


@pytest.fixture
def publisher(tmp_path: Path, settings: Any) -> Publisher:
    settings.DATA_DIR = tmp_path / "data"
    settings.HASHIRA_TRUST = ()
    made = Publisher(DirectoryKey(), tmp_path)
    services.pin(actor=OPERATOR, source=made.source())
    return made


def update(**more: Any) -> services.Update:
    return services.update(actor=OPERATOR, name="vci", **({"at": NOW} | more))


def kids() -> set[str]:
    return {key.kid for key in selectors.foreign_trust().keys}


def thumbprints(*keys: Key) -> set[str]:
    return {p256.thumbprint(key.public_key_spki) for key in keys}


def told() -> list[dict[str, Any]]:
    """What the audit tells of lists of trust, oldest first."""
    events = AuditEvent.objects.filter(action=services.ACTION).order_by("pk")
    return [json.loads(event.facts) for event in events]


def test_a_list_comes_into_force_and_is_noticed_at_once(publisher: Publisher) -> None:
    one, two = Key(), Key()
    assert kids() == set()
    publisher.publish(snapshot(one))
    done = update()
    assert (done.applied, done.version) == (True, 1)
    assert done.change is not None
    assert len(done.change.added) == 1
    assert kids() == thumbprints(one)
    publisher.publish(snapshot(one, two, at=DAY + timedelta(days=1)))
    assert update().version == 2
    assert kids() == thumbprints(one, two)
    again = update()
    assert (again.applied, again.change) == (False, None)
    assert [facts["act"] for facts in told()] == ["pin", "update", "update", "unchanged"]


Bad = Callable[[Publisher, Key], None]


def unsigned(publisher: Publisher, key: Key) -> None:
    publisher.publish(snapshot(Key(), at=NOW), b"")


def wrongly_signed(publisher: Publisher, key: Key) -> None:
    octets = snapshot(Key(), at=NOW)
    publisher.publish(octets, DirectoryKey().sign(octets))


def cut_off(publisher: Publisher, key: Key) -> None:
    octets = snapshot(key, at=NOW)
    publisher.publish(octets[:-20])


def a_page(publisher: Publisher, key: Key) -> None:
    publisher.publish(b"<!doctype html><title>Not found</title>")


def empty(publisher: Publisher, key: Key) -> None:
    publisher.publish(snapshot(at=NOW))


def older(publisher: Publisher, key: Key) -> None:
    publisher.publish(snapshot(key, Key(), at=DAY - timedelta(seconds=1)))


def without_time(publisher: Publisher, key: Key) -> None:
    document = json.loads(snapshot(key, Key()))
    del document["time"]
    publisher.publish(json.dumps(document).encode())


def from_the_future(publisher: Publisher, key: Key) -> None:
    publisher.publish(snapshot(key, Key(), at=NOW + timedelta(days=30)))


def of_the_same_time(publisher: Publisher, key: Key) -> None:
    publisher.publish(snapshot(key, Key()))


def without_most_keys(publisher: Publisher, key: Key) -> None:
    publisher.publish(snapshot(Key(), at=NOW))


def taking_a_revocation_back(publisher: Publisher, key: Key) -> None:
    listed = {"kid": p256.thumbprint(key.public_key_spki), "method": "rid", "ctr": 1, "rids": []}
    publisher.publish(snapshot(key, at=NOW, crls=(listed,)))


def without_the_revocation_list(publisher: Publisher, key: Key) -> None:
    publisher.publish(snapshot(key, at=NOW))


def gone(publisher: Publisher, key: Key) -> None:
    (publisher.folder / "vci.json").unlink()


REFUSALS: list[tuple[Bad, type[HashiraError]]] = [
    (unsigned, ListNotAuthentic),
    (wrongly_signed, ListNotAuthentic),
    (cut_off, TrustNotReadable),
    (a_page, TrustNotReadable),
    (empty, TrustNotReadable),
    (older, services.ListTooOld),
    (without_time, services.ListTooOld),
    (from_the_future, services.ListTooOld),
    (of_the_same_time, services.ListTooOld),
    (without_most_keys, services.ChangeNeedsPerson),
    (taking_a_revocation_back, services.ChangeNeedsPerson),
    (without_the_revocation_list, services.ChangeNeedsPerson),
    (gone, ListNotFetched),
]


@pytest.mark.parametrize(("bad", "error"), REFUSALS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_bad_update_changes_nothing(publisher: Publisher, bad: Bad, error: type[HashiraError]) -> None:
    key = Key()
    listed = {"kid": p256.thumbprint(key.public_key_spki), "method": "rid", "ctr": 2, "rids": ["a"]}
    publisher.publish(snapshot(key, crls=(listed,)))
    update()
    before = selectors.foreign_trust()
    generation = selectors.archive().generation()
    bad(publisher, key)
    with pytest.raises(error):
        update()
    assert selectors.archive().generation() == generation
    assert selectors.foreign_trust() == before
    assert selectors.archive().versions("vci") == (1,)
    assert selectors.archive().state("vci").trouble == error.code
    assert told()[-1] == {"act": "refused", "code": error.code}


def test_a_large_change_comes_into_force_when_somebody_has_looked_at_it(publisher: Publisher) -> None:
    publisher.publish(snapshot(Key()))
    update()
    new = Key()
    publisher.publish(snapshot(new, at=NOW))
    shown = update(apply=False)
    assert shown.change is not None
    assert shown.change.removed_share == 1.0
    with pytest.raises(services.ChangeNeedsPerson):
        update()
    assert update(accept=True).applied
    assert kids() == thumbprints(new)


def test_looking_at_the_difference_changes_nothing(publisher: Publisher) -> None:
    publisher.publish(snapshot(Key()))
    done = update(apply=False)
    assert not done.applied
    assert kids() == set()
    assert selectors.archive().versions("vci") == ()
    assert [facts["act"] for facts in told()] == ["pin"]


def test_the_operator_goes_back_and_the_update_does_not_undo_it(publisher: Publisher) -> None:
    one, two = Key(), Key()
    publisher.publish(snapshot(one))
    update()
    publisher.publish(snapshot(one, two, at=DAY + timedelta(days=1)))
    update()
    services.rollback(actor=OPERATOR, name="vci", version=1, at=NOW, reason="a wrong key in it")
    assert kids() == thumbprints(one)
    with pytest.raises(services.ListTooOld):
        update()
    assert kids() == thumbprints(one)
    publisher.publish(snapshot(one, two, at=DAY + timedelta(days=1)) + b"\n")  # the same, written otherwise
    with pytest.raises(services.ListTooOld):
        update()
    assert kids() == thumbprints(one)
    (back,) = (facts for facts in told() if facts["act"] == "rollback")
    assert (back["version"], back["left"], back["reason"]) == (1, 2, "a wrong key in it")
    publisher.publish(snapshot(one, at=NOW))
    assert update().version == 3
    for number in (3, 9):
        with pytest.raises(services.NoSuchVersion):
            services.rollback(actor=OPERATOR, name="vci", version=number, at=NOW, reason="")


def test_a_list_is_checked_again_when_its_pin_has_changed(publisher: Publisher) -> None:
    publisher.publish(snapshot(Key()))
    update()
    publisher.key = DirectoryKey()
    services.pin(actor=OPERATOR, source=publisher.source())
    with pytest.raises(ListNotAuthentic):
        update()
    assert len(kids()) == 1  # what was in force stays, until the operator decides


def test_a_file_that_was_changed_on_disk_is_noticed(publisher: Publisher, settings: Any) -> None:
    key = Key()
    publisher.publish(snapshot(key))
    update()
    path = settings.DATA_DIR / "trust-lists/vci/v0001/list"
    path.write_bytes(snapshot(key, Key()))
    with pytest.raises(TrustDamaged):
        selectors.archive().read(at=NOW, warn_after=timedelta(days=1))
    publisher.publish(snapshot(key, Key(), at=NOW))
    with pytest.raises(TrustDamaged):
        update()
    assert update(accept=True).applied
    assert len(kids()) == 2


def test_a_damaged_list_does_not_take_the_trust_of_a_running_server(
    publisher: Publisher, settings: Any
) -> None:
    key = Key()
    publisher.publish(snapshot(key))
    update()
    assert kids() == thumbprints(key)
    (settings.DATA_DIR / "trust-lists/vci/v0001/list").write_bytes(b"{}")
    (settings.DATA_DIR / "trust-lists/generation").write_text("99")
    assert kids() == thumbprints(key)


def test_a_machine_that_stops_before_the_switch_has_the_old_list(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Key()
    publisher.publish(snapshot(one))
    update()
    publisher.publish(snapshot(one, Key(), at=NOW))

    def stops(*arguments: object) -> None:
        raise SystemExit

    monkeypatch.setattr("hashira.certificates.adapters.trust_archive.TrustArchive.switch", stops)
    with pytest.raises(SystemExit):
        update()
    monkeypatch.undo()
    assert kids() == thumbprints(one)
    assert update().applied
    assert len(kids()) == 2


def test_only_the_installation_itself_may_change_whom_it_believes(publisher: Publisher) -> None:
    publisher.publish(snapshot(Key()))
    for principal in (Principal.anonymous(),):
        with pytest.raises(AccessDenied):
            services.update(actor=principal, name="vci", at=NOW)
        with pytest.raises(AccessDenied):
            services.rollback(actor=principal, name="vci", version=1, at=NOW, reason="")
        with pytest.raises(AccessDenied):
            services.pin(actor=principal, source=publisher.source())
    assert kids() == set()


def test_a_name_that_is_not_pinned_is_refused(publisher: Publisher) -> None:
    for name in ("", "other", "../vci", ".lock"):
        with pytest.raises(SourceNotRight):
            services.update(actor=OPERATOR, name=name, at=NOW)


def test_versions_beyond_ten_are_forgotten(publisher: Publisher) -> None:
    key = Key()
    for number in range(13):
        publisher.publish(snapshot(key, at=DAY + timedelta(minutes=number)))
        update()
    assert selectors.archive().versions("vci") == tuple(range(4, 14))


def test_the_job_updates_every_list_and_says_of_each(publisher: Publisher) -> None:
    from hashira.certificates import jobs as bodies

    class Context:
        def step(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
            return function(*arguments)

    publisher.publish(snapshot(Key()))
    assert bodies.update_trust(Context(), {}) == {"vci": "updated"}
    assert bodies.update_trust(Context(), {}) == {"vci": "unchanged"}
    publisher.publish(b"{}")
    assert bodies.update_trust(Context(), {}) == {"vci": "CERT-010"}


def test_a_worker_asks_for_an_update_once_in_the_interval(publisher: Publisher, settings: Any) -> None:
    from hashira.portal.upkeep import ask_for_trust

    now = datetime.now(UTC)
    assert ask_for_trust(now)
    assert not ask_for_trust(now)
    assert ask_for_trust(now + timedelta(hours=settings.HASHIRA_TRUST_REFRESH_HOURS + 1))
    settings.HASHIRA_TRUST_REFRESH_HOURS = 0
    assert not ask_for_trust(now + timedelta(days=9))


def test_the_page_shows_who_can_be_verified_and_how_old_that_is(publisher: Publisher, client: Client) -> None:
    publisher.publish(snapshot(Key(), Key()))
    update()
    text = client.get("/certificates/trust").content.decode()
    assert ISSUER in text
    assert "日前のもので" in text  # the list is older than two weeks
    lines = b"".join(client.get("/certificates/trust?format=csv")).decode("utf-8-sig").splitlines()
    assert lines[1].startswith(f",shc,{ISSUER},2,vci,{DAY:%Y-%m-%d}")
    assert lines[1].endswith(",old")
    assert ISSUER not in client.get("/certificates/trust?filter_issuer=nobody").content.decode()
    client.cookies["django_language"] = "en"
    assert "Issuers that can be verified" in client.get("/certificates/trust").content.decode()


def test_the_verdict_comes_with_the_age_of_what_it_rests_on(publisher: Publisher, client: Client) -> None:
    key = Key()
    publisher.publish(snapshot(key))
    update()
    text = card(key, issuer=ISSUER, at=DAY)
    page = client.post("/certificates/verify", {"text": text}).content.decode()
    assert "確認できました" in page
    assert "判定に使った信頼情報" in page
    assert f"{DAY:%Y-%m-%d}" in page
    listed = {"kid": p256.thumbprint(key.public_key_spki), "method": "hash-fhir", "ctr": 1, "rids": []}
    publisher.publish(snapshot(key, at=DAY + timedelta(hours=1), crls=(listed,)))
    update()
    assert "確認できました" in client.post("/certificates/verify", {"text": text}).content.decode()


def test_the_command_pins_updates_lists_and_goes_back(publisher: Publisher) -> None:
    run = CliRunner()
    (publisher.folder / "key.der").write_bytes(publisher.key.spki)
    publisher.publish(snapshot(Key()))
    pinned = ["trust", "pin", "vci", "--kind", "vci", "--key", str(publisher.folder / "key.der")]
    assert run.invoke(certificates, [*pinned, "--from", str(publisher.folder / "vci.json")]).exit_code == 0
    looked = run.invoke(certificates, ["trust", "update", "--dry-run"])
    assert looked.exit_code == 0, looked.output
    assert "+ key:" in looked.output
    assert run.invoke(certificates, ["trust", "update"]).exit_code == 0
    assert "v0001" in run.invoke(certificates, ["trust", "list"]).output
    assert run.invoke(certificates, ["trust", "verify"]).exit_code == 0
    publisher.publish(snapshot(Key(), at=DAY + timedelta(hours=1)))
    refused = run.invoke(certificates, ["trust", "update", "vci"])
    assert (refused.exit_code, "CERT-205" in refused.output) == (1, True)
    assert run.invoke(certificates, ["trust", "update", "vci", "--accept"]).exit_code == 0
    assert "* v0002" in run.invoke(certificates, ["trust", "show", "vci"]).output
    back = ["trust", "rollback", "vci", "1", "--reason", "trial"]
    assert run.invoke(certificates, back).exit_code == 0
    assert "* v0001" in run.invoke(certificates, ["trust", "show", "vci"]).output
    assert run.invoke(certificates, ["trust", "show", "nobody"]).exit_code == 1


def test_a_list_without_a_time_is_as_old_as_the_last_look_at_it(publisher: Publisher) -> None:
    path = publisher.folder / "jwks.json"
    path.write_text(json.dumps({"keys": [p256.jwk(Key().public_key_spki)]}))
    services.pin(actor=OPERATOR, source=Source("plain", Kind.PLAIN, str(path), unsigned=True))
    for days in (0, 20):
        at = NOW + timedelta(days=days)
        services.update(actor=OPERATOR, name="plain", at=at)
        (view,) = selectors.lists(at + timedelta(days=1))
        assert (view.age_days, view.old, view.signed) == (1, False, False)
