"""Between staged rows and the register: what is known of the people, and the move (取込みと台帳).

The move is three or four statements inside the database, whatever the size of the file; see
``services.import_apply`` for why it is one transaction.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, F

from hashira.certificates.domain.import_decision import Attributes, KnownDose
from hashira.certificates.domain.import_value import Sex
from hashira.certificates.store.models.imports import DoseImport, StagedRow
from hashira.certificates.store.models.registry import DoseEvent, Person

_CHANGED_AT_ONCE = 2_000
_CACHE_KIBIBYTES = 65_536
"""Pages SQLite may hold while rows are moved; its default of 2 MB sends every index back to the file."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person of the register as an import judges by: attributes, version, and how many events there are."""

    id: uuid.UUID
    attributes: Attributes
    version: int
    events: int
    doses: tuple[KnownDose, ...]
    died_on: date | None = None


def people(organisation_id: uuid.UUID, references: Sequence[str]) -> Mapping[str, KnownPerson]:
    """The people of the register with these numbers (宛名番号), with their doses in force."""
    rows = list(
        Person.objects.filter(organisation_id=organisation_id, reference__in=references, erased_at=None)
        .annotate(events=Count("dose_events"))
        .values_list(
            "pk",
            "merged_into_id",
            "reference",
            "name",
            "kana",
            "birth_date",
            "sex",
            "coupon_number",
            "version",
            "events",
            "died_on",
        )
    )
    groups = _groups({row[0]: row[1] for row in rows})
    doses = _doses({member for group in groups.values() for member in group})
    others = _events({member for key, group in groups.items() for member in group if member != key})
    return {
        reference: KnownPerson(
            key,
            Attributes(name, kana, birth_date, sex_of(sex), coupon_number),
            version,
            events + sum(others.get(member, 0) for member in groups[key] if member != key),
            tuple(dose for member in groups[key] for dose in doses[member]),
            died_on,
        )
        for (
            key,
            _into,
            reference,
            name,
            kana,
            birth_date,
            sex,
            coupon_number,
            version,
            events,
            died_on,
        ) in rows
    }


def _groups(people: Mapping[uuid.UUID, uuid.UUID | None]) -> Mapping[uuid.UUID, tuple[uuid.UUID, ...]]:
    """The entries that stand in one record with each of these people: what was merged counts as one."""
    leading = {key: into or key for key, into in people.items()}
    absorbed: defaultdict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    rows = Person.objects.filter(merged_into_id__in=set(leading.values())).values_list("merged_into_id", "pk")
    for into, key in rows.order_by("pk"):
        absorbed[into].append(key)
    return {key: (into, *absorbed[into]) for key, into in leading.items()}


def _events(person_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """How many events each of these people has."""
    if not person_ids:
        return {}
    rows = DoseEvent.objects.filter(person_id__in=person_ids).order_by().values_list("person_id")
    return dict(rows.annotate(Count("pk")))


def _doses(person_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[KnownDose]]:
    """The doses in force: told by an event that nothing replaces and that is no void."""
    found: defaultdict[uuid.UUID, list[KnownDose]] = defaultdict(list)
    rows = (
        DoseEvent.objects.filter(person_id__in=person_ids, replaced_by=None)
        .exclude(kind=DoseEvent.Kind.VOIDED)
        .values_list("person_id", "vaccine", "dose_number", "given_on", "lot")
    )
    for person_id, vaccine, number, day, lot in rows:
        found[person_id].append(KnownDose(vaccine, number, day, lot))
    return found


def staged(import_id: uuid.UUID, references: Sequence[str]) -> Iterable[StagedRow]:
    """The rows staged before for these numbers, in the order of the file."""
    return StagedRow.objects.filter(dose_import_id=import_id, reference__in=references).order_by("line")


def sex_of(text: str) -> Sex:
    """The sex as an import compares it; what a file cannot say counts as not known."""
    return Sex(text) if text in {Sex.MALE.value, Sex.FEMALE.value} else Sex.UNKNOWN


def stored_sex(sex: Sex) -> str:
    """The sex as the register has it: empty for not known."""
    return "" if sex is Sex.UNKNOWN else sex.value


def row_id(row: DoseImport, line: int, what: str) -> uuid.UUID:
    """The id that a row gives to what it makes: the same however often the portion is run again.

    A version 7 UUID (RFC 9562 §5.7) with the line as its counter (§6.2): ids rise with the rows, so that the
    move adds to the end of the indexes instead of all over them, which on a million rows is most of its time.
    """
    drawn = uuid.uuid5(row.pk, f"{row.check_number}:{line}:{what}").int & (1 << 42) - 1
    moment = int(row.uploaded_at.timestamp() * 1000) & (1 << 48) - 1
    high, low = line >> 20 & 0xFFF, line & 0xFFFFF
    return uuid.UUID(int=moment << 80 | 7 << 76 | high << 64 | 2 << 62 | low << 42 | drawn)


def hold() -> None:
    """Let nobody else write people or doses until the transaction ends; readers go on.

    Otherwise a dose could be recorded between ``moved`` and ``write``. On SQLite the transaction is the only
    writer anyway. One statement, people first as everybody else does, so that two never wait for each other.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE certificates_person, certificates_doseevent IN EXCLUSIVE MODE")
        else:
            cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")


def moved(row: DoseImport) -> int:
    """How many staged rows were judged by a state of the register that is no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM certificates_stagedrow s
            LEFT JOIN certificates_person p ON p.organisation_id = %s AND p.reference = s.reference
            WHERE s.dose_import_id = %s AND (
                coalesce(p.version, 0) <> s.known_version
                OR (p.id IS NOT NULL AND (p.id <> s.person_id OR p.erased_at IS NOT NULL))
                OR (SELECT count(*) FROM certificates_doseevent d WHERE d.person_id = p.id)
                    + (SELECT count(*) FROM certificates_person q
                        JOIN certificates_doseevent d ON d.person_id = q.id
                        WHERE q.merged_into_id = coalesce(p.merged_into_id, p.id) AND q.id <> p.id)
                    + (SELECT count(*) FROM certificates_doseevent d WHERE d.person_id = p.merged_into_id)
                    <> s.known_events
            )
            """,
            [_key(row.organisation_id), _key(row.pk)],
        )
        return int(cursor.fetchone()[0])


def write(row: DoseImport, *, at: datetime) -> dict[str, int]:
    """Moves the staged rows into the register; in the caller's transaction. Counts what was written."""
    moment = connection.ops.adapt_datetimefield_value(at)
    own = {"organisation": _key(row.organisation_id), "row": _key(row.pk), "at": moment, "by": row.applied_by}
    written = {
        "people": _execute(
            """
            INSERT INTO certificates_person (id, organisation_id, reference, coupon_number, name,
                kana, roman, birth_date, sex, address, name_key, kana_key, version, created_at)
            SELECT person_id, %(organisation)s, reference, coupon_number, name,
                kana, '', birth_date, sex, '', name_key, kana_key, 1, %(at)s
            FROM certificates_stagedrow
            WHERE dose_import_id = %(row)s AND person_outcome = 'new' ORDER BY line
            """,
            own,
        ),
        "changed": _change(row),
    }
    written["revisions"] = _execute(
        """
        INSERT INTO certificates_personrevision (person_id, version, reference, coupon_number, name, kana,
            roman, birth_date, sex, address, moved_out_on, died_on, reason, recorded_at, recorded_by)
        SELECT p.id, s.version, p.reference, p.coupon_number, p.name, p.kana,
            p.roman, p.birth_date, p.sex, p.address, p.moved_out_on, p.died_on, %(source)s, %(at)s, %(by)s
        FROM certificates_stagedrow s JOIN certificates_person p ON p.id = s.person_id
        WHERE s.dose_import_id = %(row)s AND s.version IS NOT NULL ORDER BY s.line
        """,
        own | {"source": row.source.name},
    )
    written["doses"] = _execute(
        """
        INSERT INTO certificates_doseevent (id, person_id, kind, replaces_id, vaccine, lot, given_on,
            dose_number, place, country, source, reason, recorded_at, recorded_by, import_id)
        SELECT dose_id, person_id, 'recorded', NULL, vaccine, lot, given_on,
            dose_number, place, 'JPN', %(source)s, '', %(at)s, %(by)s, %(row)s
        FROM certificates_stagedrow
        WHERE dose_import_id = %(row)s AND dose_id IS NOT NULL ORDER BY line
        """,
        own | {"source": row.source.name},
    )
    return written


def void(row: DoseImport, *, at: datetime) -> dict[str, int]:
    """Voids every dose of the import that nothing has replaced since; the others stay as corrected."""
    made = DoseEvent.objects.filter(import_id=row.pk, kind=DoseEvent.Kind.RECORDED).count()
    new_id = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    voided = _execute(
        f"""
        INSERT INTO certificates_doseevent (id, person_id, kind, replaces_id, vaccine, lot, given_on,
            dose_number, place, country, source, reason, recorded_at, recorded_by, import_id)
        SELECT {new_id}, person_id, 'voided', id, vaccine, lot, given_on,
            dose_number, place, country, source, %(reason)s, %(at)s, %(by)s, import_id
        FROM certificates_doseevent e
        WHERE import_id = %(row)s AND kind = 'recorded'
            AND NOT EXISTS (SELECT 1 FROM certificates_doseevent r WHERE r.replaces_id = e.id)
        ORDER BY sequence
        """,  # noqa: S608  (one of two constants)
        {
            "row": _key(row.pk),
            "reason": row.undo_reason,
            "at": connection.ops.adapt_datetimefield_value(at),
            "by": row.undone_by,
        },
    )
    return {"voided": voided, "left": made - voided}


def _change(row: DoseImport) -> int:
    """Writes the new values of known people, some thousand at a time; what the file leaves open stays."""
    changes = StagedRow.objects.filter(dose_import=row, person_outcome="changed").order_by("line")
    count, last = 0, 0
    while batch := list(changes.filter(line__gt=last)[:_CHANGED_AT_ONCE]):
        for s in batch:
            values: dict[str, Any] = {
                "name": s.name,
                "kana": s.kana,
                "name_key": s.name_key,
                "kana_key": s.kana_key,
                "coupon_number": s.coupon_number,
                "version": F("version") + 1,
            }
            if s.sex:
                values["sex"] = s.sex
            count += Person.objects.filter(pk=s.person_id, version=s.known_version).update(**values)
        last = batch[-1].line
    return count


def _execute(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return max(0, cursor.rowcount)


def _key(key: uuid.UUID) -> Any:
    """An id as the database has it: text of 32 digits on SQLite."""
    return key if connection.vendor == "postgresql" else key.hex
