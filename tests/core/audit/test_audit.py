"""What is told stays told: append-only, sealed, without personal data, and still so after an erasure."""

from __future__ import annotations

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.core.audit.test_merkle import by_definition

from hashira.core.access import Principal, PrincipalKind
from hashira.core.audit import Subject, erase, record
from hashira.core.audit.errors import SubjectUnknown
from hashira.core.audit.models import AuditEvent, AuditSeal, AuditSubject
from hashira.core.audit.reading import events, export
from hashira.core.audit.recording import evidence_digest
from hashira.core.audit.sealing import GENESIS, head, seal, verify
from hashira.core.audit.triggers import drop_triggers

pytestmark = pytest.mark.django_db
CLERK = Principal(PrincipalKind.STAFF, "clerk-1")
HANAKO = Subject("person", "hanako")


def tell(action: str = "certificates:ViewPerson", **more: Any) -> None:
    with transaction.atomic():
        record(**{"actor": CLERK, "action": action, "subjects": [HANAKO], "organisation": "city"} | more)


def canonical(document: object) -> bytes:
    """RFC 8785 for what stands in an export (strings and integers), by the standard library alone."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.django_db(transaction=True)
def test_it_belongs_into_a_transaction() -> None:
    with pytest.raises(ValueError, match="transaction"):
        record(actor=CLERK, action="x")
    assert not AuditEvent.objects.exists()


def test_it_goes_with_what_it_tells_about() -> None:
    def fail() -> None:
        with transaction.atomic():
            tell()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not AuditEvent.objects.exists()


def test_no_row_of_an_event_names_anybody() -> None:
    tell(facts={"doses": 2}, evidence="見本　花子".encode())
    row = AuditEvent.objects.values().get()
    written = repr(row)
    assert not any(word in written for word in ("hanako", "clerk-1", "花子"))
    assert row["facts"] == '{"doses":2}'


@pytest.mark.parametrize(
    "facts",
    [{"n": 1.5}, {"n": "x" * 401}, {"n": {"a": 1}}, {str(n): n for n in range(33)}],
    ids=["float", "long", "nested", "many"],
)
def test_facts_are_small_and_plain(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="fact"):
        tell(facts=facts)


def test_evidence_can_be_proved_and_not_guessed_without_the_salt() -> None:
    tell(evidence=b"content")
    digest = AuditEvent.objects.get().digest
    assert digest == evidence_digest(HANAKO, b"content") != evidence_digest(HANAKO, b"other")
    salt = bytes.fromhex(AuditSubject.objects.get(subject_id="hanako").salt)
    assert digest == hmac.new(salt, b"content", hashlib.sha256).hexdigest()
    assert digest != hashlib.sha256(b"content").hexdigest()


def test_evidence_without_anybody_is_refused() -> None:
    with pytest.raises(ValueError, match="salt"):
        tell(actor=Principal.system("x"), subjects=[], evidence=b"content")


@pytest.mark.parametrize("table", ["audit_auditevent", "audit_auditseal", "audit_auditmention"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_changes(table: str, verb: str) -> None:
    tell()
    seal()
    column = {"audit_auditevent": "sequence", "audit_auditseal": "number"}.get(table, "id")
    statement = verb.format(table).replace("id = id", f"{column} = {column}")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.parametrize("table", ["audit_auditevent", "audit_auditseal", "audit_auditmention"])
def test_nothing_is_truncated(table: str) -> None:
    """PostgreSQL refuses it; SQLite does not know the word."""
    tell()
    connection.check_constraints()  # PostgreSQL would else refuse for what is still to be checked
    with pytest.raises(DatabaseError, match=r"append-only|syntax error"), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", ["audit_auditevent", "audit_auditseal", "audit_auditmention"])
def test_nothing_is_replaced(table: str) -> None:
    """SQLite's REPLACE takes rows out past its triggers on DELETE; PostgreSQL does not know the word."""
    tell()
    seal()
    columns = [column.name for column in connection.introspection.get_table_description(cursor(), table)]
    same = f"INSERT OR REPLACE INTO {table} SELECT {', '.join(columns)} FROM {table}"
    with pytest.raises(DatabaseError, match=r"append-only|syntax error"), transaction.atomic():
        cursor().execute(same)


def cursor() -> Any:
    return connection.cursor()


def test_an_honest_history_verifies() -> None:
    assert verify().ok
    for _ in range(3):
        tell()
    assert seal() == 3
    tell()
    found = verify()
    assert (found.ok, found.events, found.seals, found.unsealed, found.head) == (True, 4, 1, 1, head())
    assert seal() == 1
    assert seal() == 0
    assert verify().seals == 2


def test_batches_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hashira.core.audit.sealing.BATCH", 2)
    for _ in range(5):
        tell()
    assert seal() == 5
    assert [made.count for made in AuditSeal.objects.all()] == [2, 2, 1]
    assert verify().ok


TAMPERINGS = {
    "a changed fact": "UPDATE audit_auditevent SET facts = '{\"doses\":9}' WHERE sequence = {second}",
    "a changed moment": "UPDATE audit_auditevent SET moment = '2020-01-01' WHERE sequence = {second}",
    "a changed actor": "UPDATE audit_auditevent SET actor = 'x' WHERE sequence = {second}",
    "an event taken out": "DELETE FROM audit_auditevent WHERE sequence = {second}",
    "the first taken out": "DELETE FROM audit_auditevent WHERE sequence = {first}",
    "an event put in front": "UPDATE audit_auditevent SET sequence = {first} - 1 WHERE sequence = {unsealed}",
    "a changed root": "UPDATE audit_auditseal SET root = '{zero}' WHERE number = 1",
    "a changed count": "UPDATE audit_auditseal SET count = 9 WHERE number = 1",
    "a seal taken out": "DELETE FROM audit_auditseal WHERE number = 1",
    "a seal renumbered": "UPDATE audit_auditseal SET number = 7 WHERE number = 2",
    "a broken chain": "UPDATE audit_auditseal SET previous = '{zero}' WHERE number = 2",
}


@pytest.mark.parametrize("name", sorted(TAMPERINGS))
def test_tampering_is_found(name: str) -> None:
    for _ in range(2):
        for _ in range(3):
            tell()
        seal()
    tell()
    sequences = list(AuditEvent.objects.order_by("sequence").values_list("sequence", flat=True))
    assert verify().ok
    with connection.schema_editor() if connection.vendor == "postgresql" else _Bare() as editor:
        drop_triggers(None, editor)
    statement = TAMPERINGS[name]
    for place, value in {
        "{first}": sequences[0],
        "{second}": sequences[1],
        "{unsealed}": sequences[-1],
        "{zero}": GENESIS,
    }.items():
        statement = statement.replace(place, str(value))
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute(
            "DELETE FROM audit_auditmention WHERE event_id NOT IN (SELECT sequence FROM audit_auditevent)"
        )
    found = verify()
    assert not found.ok
    assert found.problem is not None
    assert "audit_auditmention" not in found.problem.en  # the events and seals speak for themselves


MISINDEXED = {
    "an entry taken out": "DELETE FROM audit_auditmention WHERE event_id = {first}",
    "an entry given to another event": (
        "UPDATE audit_auditmention SET event_id = {second} WHERE event_id = {first}"
    ),
    "an entry about somebody else": "UPDATE audit_auditmention SET pseudonym = 'x' WHERE event_id = {first}",
    "an entry put in": (
        "INSERT INTO audit_auditmention (id, pseudonym, event_id) VALUES (900000, 'x', {second})"
    ),
    "an entry put in twice": (
        "INSERT INTO audit_auditmention (id, pseudonym, event_id) "
        "SELECT 900000 + id, pseudonym, event_id FROM audit_auditmention WHERE event_id = {first}"
    ),
    "all of them taken out": "DELETE FROM audit_auditmention",
}


@pytest.mark.parametrize("name", sorted(MISINDEXED))
def test_tampering_with_the_index_by_subject_is_found(name: str) -> None:
    tell(subjects=[Subject("person", "1"), Subject("account", "2")])
    tell(subjects=[Subject("person", "2")])
    seal()
    assert verify().ok
    first, second = AuditEvent.objects.order_by("sequence").values_list("sequence", flat=True)
    with connection.schema_editor() if connection.vendor == "postgresql" else _Bare() as editor:
        drop_triggers(None, editor)
    with connection.cursor() as cursor:
        cursor.execute(MISINDEXED[name].replace("{first}", str(first)).replace("{second}", str(second)))
    found = verify()
    assert found.problem is not None
    assert "audit_auditmention" in found.problem.en


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET facts = CAST(x'ff' AS BLOB)",
        "UPDATE audit_auditevent SET moment = 'garbage'",
        "UPDATE audit_auditseal SET moment = 'garbage'",
        "UPDATE audit_auditseal SET root = CAST(x'ff' AS BLOB)",
    ],
)
def test_what_cannot_even_be_read_is_a_verdict_and_not_a_crash(statement: str) -> None:
    """SQLite lets anything stand in any column; PostgreSQL keeps to their types."""
    tell()
    seal()
    with connection.schema_editor() if connection.vendor == "postgresql" else _Bare() as editor:
        drop_triggers(None, editor)
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match=r"invalid input syntax|does not exist"), transaction.atomic():
            cursor().execute(statement)
        return
    cursor().execute(statement)
    found = verify()
    assert not found.ok
    assert found.problem is not None


class _Bare:
    """A schema editor as far as the triggers need one; SQLite's own refuses to begin inside a transaction."""

    connection = connection

    def __enter__(self) -> _Bare:
        return self

    def __exit__(self, *exception: object) -> None: ...

    def execute(self, statement: str) -> None:
        self.connection.cursor().execute(statement)


@pytest.mark.django_db(transaction=True)
def test_a_seal_misses_no_event_that_was_on_its_way() -> None:
    """Several writers and a sealer at once: whatever is committed under a number is under its seal."""
    writers, each = 4, 15

    def write() -> None:
        try:
            for _ in range(each):
                tell()
        finally:
            connection.close()

    with ThreadPoolExecutor(writers) as pool:
        running = [pool.submit(write) for _ in range(writers)]
        # A moment between two seals: SQLite's lock is not fair, and a writer could wait for ever.
        while wait(running, timeout=0.01).not_done:
            seal()
        for future in running:
            future.result()
    seal()
    found = verify()
    assert (found.ok, found.events, found.unsealed) == (True, writers * each, 0)


def test_a_history_cut_off_at_its_end_is_found_by_a_head_kept_elsewhere() -> None:
    tell()
    seal()
    kept = head()
    assert verify(expected_head=kept).ok
    tell()
    seal()
    assert verify(expected_head=kept).ok
    assert not verify(expected_head="f" * 64).ok


def test_an_erased_person_is_forgotten_and_the_chain_holds() -> None:
    tell(evidence=b"content")
    tell(subjects=[Subject("person", "taro")])
    seal()
    with transaction.atomic():
        erase(actor=CLERK, subject=HANAKO)
    assert verify().ok
    assert events(subject=HANAKO) == ()
    assert evidence_digest(HANAKO, b"content") is None
    assert len(events(subject=Subject("person", "taro"))) == 1
    assert events()[0].action == "audit:Erase"


@pytest.mark.django_db(transaction=True)
def test_nobody_is_forgotten_without_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    tell()

    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("hashira.core.audit.erasing.record", fail)
    with pytest.raises(RuntimeError):
        erase(actor=CLERK, subject=HANAKO)
    assert len(events(subject=HANAKO)) == 1


def test_whom_nobody_knows_cannot_be_erased() -> None:
    with pytest.raises(SubjectUnknown):
        erase(actor=CLERK, subject=HANAKO)
    assert not AuditEvent.objects.exists()


def test_events_are_found_by_whom_they_are_about_and_by_whom_done() -> None:
    tell()
    tell(action="certificates:RecordDose")
    tell(actor=Principal.system("worker"), subjects=[Subject("person", "taro")], organisation="town")
    assert [event.action for event in events(subject=HANAKO)] == [
        "certificates:RecordDose",
        "certificates:ViewPerson",
    ]
    assert {event.actor for event in events(actor=Subject("account", "clerk-1"))} == {"clerk-1"}
    assert [event.actor for event in events(organisation="town")] == ["worker"]
    assert len(events(action="certificates:View")) == 2
    newest = events(limit=1)[0]
    assert len(events(before=newest.sequence)) == 2


def test_an_export_is_verified_by_somebody_else() -> None:
    """Nothing but hashlib, json and the page docs/reference/audit.md."""
    for number in range(5):
        tell(facts={"n": number, "名": "値"})
        if number in (2, 4):
            seal()
    tell()
    waiting: list[bytes] = []
    previous, seals = "0" * 64, 0
    for line in b"".join(export()).splitlines():
        document = json.loads(line)
        if "event" in document:
            waiting.append(canonical(document["event"]))
            continue
        told = document["seal"]
        claimed = told.pop("hash")
        assert by_definition(waiting).hex() == told["root"]
        assert len(waiting) == told["count"]
        assert told["previous"] == previous
        assert hashlib.sha256(canonical(told)).hexdigest() == claimed
        previous, seals, waiting = claimed, seals + 1, []
    assert (seals, len(waiting), previous) == (2, 1, head())
