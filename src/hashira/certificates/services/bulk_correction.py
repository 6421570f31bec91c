"""Correcting the register by a compared file as one act, and taking the whole act back (一括訂正・取消し).

Each row becomes the event that a single correction would be, under the clerk who asked for it. All of it is
one transaction, with the revocations and notices that follow from it: nobody sees half of a bulk correction.
A row whose ground has moved since the comparison is left out and says so.
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q

from hashira.certificates.domain.certificate_status import Reason
from hashira.certificates.domain.comparison import CORRECTABLE, ComparedDose, Kind, counterpart
from hashira.certificates.domain.import_catalogue import series_of
from hashira.certificates.domain.import_state import STATE_NAMES, ImportState
from hashira.certificates.services.comparing import doses_in_force
from hashira.certificates.services.examination import examine_soon
from hashira.certificates.services.imports import WrongState
from hashira.certificates.services.status import after_doses
from hashira.certificates.store import import_registry
from hashira.certificates.store.models import ComparedRow, DoseEvent, DoseImport, Person, PersonRevision
from hashira.core import access, audit, jobs
from hashira.core.access import Principal
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import search_key

CORRECT_JOB = "certificates.bulk_correction"
UNDO_JOB = "certificates.bulk_correction_undo"
AT_ONCE = 500
_IDENTITY = ("name", "kana", "sex", "coupon_number")
Outcome = ComparedRow.Outcome


class NothingChosen(HashiraError):
    """No row is chosen that could be corrected."""

    code = "CERT-373"
    what = Bilingual("訂正する行が選ばれていません", "No row is chosen")
    why = Bilingual("一括訂正は、選んだ行だけを訂正します", "A bulk correction corrects the chosen rows only")
    remedy = Bilingual("比較の一覧で行を選んでください", "Choose rows in the comparison")
    status = 409


class UndoOver(HashiraError):
    """The rows of the comparison were deleted when their time was over."""

    code = "CERT-374"
    what = Bilingual("一括訂正を取り消せません", "The bulk correction cannot be undone")
    why = Bilingual(
        "比較の内容は、保存期間が過ぎて消去されました", "What was compared was deleted when its time was over"
    )
    remedy = Bilingual("それぞれの人の記録で訂正してください", "Correct the records of the people one by one")
    status = 409


@service(action="certificates:PrepareImport")
def choose_rows(
    *,
    actor: Principal,
    import_id: uuid.UUID,
    chosen: bool,
    kind: str = "",
    rows: tuple[int, ...] = (),
    field: str = "",
) -> int:
    """Chooses rows of a comparison, or gives them up: those named, or all of a kind. Says how many.

    ``field`` narrows a kind to rows that differ in that field. Raises ``WrongState``.
    """
    row = _open(import_id, ImportState.CHECKED)
    access.require(actor, "certificates:PrepareImport", row.resource)
    wanted = ComparedRow.objects.filter(dose_import=row, kind__in=[k.value for k in CORRECTABLE])
    wanted = wanted.filter(kind=kind) if kind else wanted.filter(pk__in=rows)
    if field:
        wanted = wanted.filter(fields__icontains=f'"{field}"')
    count = wanted.update(chosen=chosen)
    _tell(actor, "certificates:PrepareImport", row, {"chosen": chosen, "rows": count})
    return count


@service(action="certificates:CorrectInBulk")
def request_correction(*, actor: Principal, import_id: uuid.UUID, reason: str) -> None:
    """Requests that the chosen rows be corrected, as one job. Raises ``NothingChosen`` or ``WrongState``."""
    row = _open(import_id, ImportState.CHECKED, ImportState.APPLYING)
    access.require(actor, "certificates:CorrectInBulk", row.resource)
    count = ComparedRow.objects.filter(dose_import=row, chosen=True).count()
    if not count:
        raise NothingChosen
    row.state, row.applied_by, row.reason = ImportState.APPLYING, actor.id, reason.strip()[:400]
    _request(actor, CORRECT_JOB, row, total=count)
    _tell(actor, "certificates:CorrectInBulk", row, {"rows": count}, reason)


@service(action="certificates:UndoBulkCorrection")
def request_undo(*, actor: Principal, import_id: uuid.UUID, reason: str) -> None:
    """Requests that the whole bulk correction be taken back. Raises ``UndoOver`` or ``WrongState``."""
    row = _open(import_id, ImportState.APPLIED, ImportState.UNDOING)
    access.require(actor, "certificates:UndoBulkCorrection", row.resource)
    if not ComparedRow.objects.filter(dose_import=row).exists():
        raise UndoOver
    row.state, row.undone_by, row.undo_reason = ImportState.UNDOING, actor.id, reason.strip()[:400]
    _request(actor, UNDO_JOB, row, total=None)
    _tell(actor, "certificates:UndoBulkCorrection", row, {}, reason)


@service(action="certificates:CarryOutImport")
def carry_out(*, actor: Principal, import_id: uuid.UUID) -> dict[str, int]:
    """Corrects the chosen rows at once; again on what is corrected it changes nothing."""
    return _carry_out(actor, import_id, undo=False)


@service(action="certificates:CarryOutImport")
def carry_out_undo(*, actor: Principal, import_id: uuid.UUID) -> dict[str, int]:
    """Takes every row of a bulk correction back that nobody has changed since, at once."""
    return _carry_out(actor, import_id, undo=True)


def _carry_out(actor: Principal, import_id: uuid.UUID, *, undo: bool) -> dict[str, int]:
    row = (
        DoseImport.objects.select_for_update(no_key=True, of=("self",))
        .select_related("source")
        .get(pk=import_id)
    )
    access.require(actor, "certificates:CarryOutImport", row.resource)
    kept, ready = ("undone", ImportState.UNDOING) if undo else ("written", ImportState.APPLYING)
    done = dict(row.counts.get(kept, {}))
    if row.state == ready:
        now = datetime.now(UTC)
        import_registry.hold()
        act = _Undo(row, now) if undo else _Correction(row, now)
        done = act.run()
        if revoked := _revoke(actor, row, now, undo=undo):
            done["revoked"] = revoked
        if undo:
            row.state, row.undone_at = ImportState.UNDONE, now
        else:
            row.state, row.applied_at = ImportState.APPLIED, now
        row.counts = {**row.counts, kept: done}
        row.save()
        examine_soon(row.organisation_id)
    by = row.undone_by if undo else row.applied_by
    audit.record(
        actor=actor,
        action="certificates:CarryOutImport",
        subjects=[audit.Subject("import", str(row.pk)), audit.Subject("account", by)],
        organisation=str(row.organisation_id),
        facts={"step": "bulk-undo" if undo else "bulk-correction", **done},
        evidence=row.file_digest.encode(),
    )
    return done


def _revoke(actor: Principal, row: DoseImport, now: datetime, *, undo: bool) -> int:
    """Revokes what showed a dose that is told otherwise now, and asks the holders, as one correction does."""
    note = row.undo_reason if undo else row.reason
    count = 0
    for kind, reason in (
        (DoseEvent.Kind.CORRECTED, Reason.CORRECTED),
        (DoseEvent.Kind.VOIDED, Reason.WITHDRAWN),
    ):
        shown = Q(doses__event__replaced_by__import_id=row.pk, doses__event__replaced_by__kind=kind) | Q(
            doses__event__collapsed__merge__reversal=None,
            doses__event__collapsed__kept__replaced_by__import_id=row.pk,
            doses__event__collapsed__kept__replaced_by__kind=kind,
        )
        count += len(after_doses(shown, reason=reason, actor=actor, at=now, note=note))
    return count


class _Act(ABC):
    """What a correction and its undoing have in common: rows in portions, events and revisions in bulk."""

    def __init__(self, row: DoseImport, now: datetime) -> None:
        self._row, self._now = row, now
        self._counts: Counter[str] = Counter()
        self._by, self._reason = row.applied_by, row.reason

    def run(self) -> dict[str, int]:
        last = 0
        while portion := list(self._rows().filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
            self._events: list[DoseEvent] = []
            self._portion(portion)
            DoseEvent.objects.bulk_create(self._events)
            ComparedRow.objects.bulk_update(portion, ["outcome", "made", "made_version"])
            self._counts.update(str(one.outcome) for one in portion)
            last = portion[-1].pk
        return dict(self._counts)

    @abstractmethod
    def _rows(self) -> Any:
        """The rows that it is about."""

    @abstractmethod
    def _portion(self, rows: list[ComparedRow]) -> None:
        """Does it for some of them."""

    def _write(
        self,
        kind: DoseEvent.Kind,
        dose: ComparedDose,
        *,
        person: uuid.UUID,
        replaces: DoseEvent | None = None,
        source: str = "",
    ) -> uuid.UUID:
        event = DoseEvent(
            person_id=person,
            kind=kind,
            replaces_id=replaces.id if replaces else None,
            vaccine=dose.vaccine,
            lot=dose.lot,
            given_on=dose.given_on,
            dose_number=dose.number,
            place=dose.place,
            country=replaces.country if replaces else "JPN",
            source=source or self._row.source.name,
            reason=self._reason,
            recorded_at=self._now,
            recorded_by=self._by,
            import_id=self._row.pk,
        )
        self._events.append(event)
        return event.id

    def _revise(self, person: Person, values: dict[str, Any]) -> int:
        """New values of a person, with the earlier ones in the history; returns the version."""
        for name in _IDENTITY:
            setattr(person, name, values[name])
        person.name_key, person.kana_key = search_key(person.name), search_key(person.kana)
        person.version += 1
        person.save()
        _remember(person, self._reason, self._now, self._by)
        return person.version


class _Correction(_Act):
    """The chosen rows, each by the event that it needs."""

    def _rows(self) -> Any:
        return ComparedRow.objects.filter(dose_import=self._row, chosen=True, outcome=Outcome.NONE)

    def _portion(self, rows: list[ComparedRow]) -> None:
        events = _standing(row.event for row in rows)
        people = {p.pk: p for p in Person.objects.filter(pk__in={r.person_id for r in rows}, erased_at=None)}
        taken = set(
            Person.objects.filter(
                organisation_id=self._row.organisation_id,
                reference__in={r.reference for r in rows if r.kind == Kind.NEW_PERSON},
            )
            .exclude(pk__in=people)
            .values_list("reference", flat=True)
        )
        here = doses_in_force({r.person_id for r in rows if r.person_id})
        for row in rows:
            person = people.get(row.person_id) if row.person_id else None
            event = events.get(row.event) if row.event else None
            row.outcome = Outcome.DONE
            if row.kind == Kind.DIFFERS and event is not None:
                new = ComparedDose.from_json(row.here).corrected_by(ComparedDose.from_json(row.there))
                row.made = self._write(DoseEvent.Kind.CORRECTED, new, person=event.person_id, replaces=event)
            elif row.kind == Kind.NOT_THERE and event is not None:
                old = ComparedDose.from_json(row.here)
                row.made = self._write(DoseEvent.Kind.VOIDED, old, person=event.person_id, replaces=event)
            elif row.kind == Kind.IDENTITY and person is not None and person.version == row.version:
                row.made_version = self._revise(person, row.there)
            elif row.kind == Kind.NOT_HERE and person is not None and person.merged_into_id is None:
                self._record(row, person, here.setdefault(person.pk, []))
            elif row.kind == Kind.NEW_PERSON and row.reference not in taken:
                if person is None:
                    person = people[row.person_id] = self._enter(row)  # type: ignore[index]
                self._record(row, person, here.setdefault(person.pk, []))
            else:
                row.outcome = Outcome.MOVED

    def _record(self, row: ComparedRow, person: Person, here: list[ComparedDose]) -> None:
        there = ComparedDose.from_json(row.there)
        if counterpart(there, here, series=series_of) is not None:
            row.outcome = Outcome.MOVED
            return
        row.made = self._write(DoseEvent.Kind.RECORDED, there, person=person.pk)
        here.append(there)

    def _enter(self, row: ComparedRow) -> Person:
        said = row.there["person"]
        person = Person.objects.create(
            id=row.person_id,
            organisation_id=self._row.organisation_id,
            reference=row.reference,
            name=said["name"],
            kana=said["kana"],
            birth_date=date.fromisoformat(said["birth_date"]),
            sex=said["sex"],
            coupon_number=said["coupon_number"],
            name_key=search_key(said["name"]),
            kana_key=search_key(said["kana"]),
            created_at=self._now,
        )
        _remember(person, self._reason, self._now, self._by)
        return person


class _Undo(_Act):
    """Every corrected row taken back, unless somebody has changed it since."""

    def __init__(self, row: DoseImport, now: datetime) -> None:
        super().__init__(row, now)
        self._by, self._reason = row.undone_by, row.undo_reason

    def _rows(self) -> Any:
        return ComparedRow.objects.filter(dose_import=self._row, outcome=Outcome.DONE)

    def _portion(self, rows: list[ComparedRow]) -> None:
        made = _standing((row.made for row in rows), voided=True)
        before = {e.id: e for e in DoseEvent.objects.filter(id__in=[row.event for row in rows if row.event])}
        revised = [row.person_id for row in rows if row.kind == Kind.IDENTITY]
        people = {p.pk: p for p in Person.objects.filter(pk__in=revised, erased_at=None)}
        for row in rows:
            event = made.get(row.made) if row.made else None
            person = people.get(row.person_id) if row.person_id else None
            row.outcome = Outcome.UNDONE
            if row.kind == Kind.IDENTITY and person is not None and person.version == row.made_version:
                row.made_version = self._revise(person, row.here)
            elif row.kind in {Kind.NOT_HERE, Kind.NEW_PERSON} and event is not None:
                there = ComparedDose.from_json(row.there)
                self._write(DoseEvent.Kind.VOIDED, there, person=event.person_id, replaces=event)
            elif row.kind in {Kind.DIFFERS, Kind.NOT_THERE} and event is not None and row.event in before:
                old = ComparedDose.from_json(row.here)
                source = before[row.event].source
                self._write(
                    DoseEvent.Kind.CORRECTED, old, person=event.person_id, replaces=event, source=source
                )
            else:
                row.outcome = Outcome.LEFT


def _standing(keys: Iterable[uuid.UUID | None], *, voided: bool = False) -> dict[uuid.UUID, DoseEvent]:
    """Those of the events that nothing has replaced; voids too if they are asked for."""
    rows = DoseEvent.objects.filter(id__in=[key for key in keys if key], replaced_by=None)
    if not voided:
        rows = rows.exclude(kind=DoseEvent.Kind.VOIDED)
    return {event.id: event for event in rows}


def _remember(person: Person, reason: str, at: datetime, by: str) -> None:
    copied = [field.name for field in PersonRevision._meta.get_fields() if hasattr(person, field.name)]
    values = {name: getattr(person, name) for name in copied if name not in {"id", "person", "version"}}
    PersonRevision.objects.create(
        person=person, version=person.version, reason=reason, recorded_at=at, recorded_by=by, **values
    )


def _open(import_id: uuid.UUID, *states: ImportState) -> DoseImport:
    row = DoseImport.objects.select_for_update(of=("self",), no_key=True).get(pk=import_id)
    if row.state not in states or row.purpose != DoseImport.Purpose.COMPARE:
        raise WrongState(state=STATE_NAMES[ImportState(row.state)])
    return row


def _request(actor: Principal, kind: str, row: DoseImport, *, total: int | None) -> None:
    view = jobs.request(
        actor=actor,
        kind=kind,
        parameters={"import": str(row.pk)},
        organisation=str(row.organisation_id),
        total=total,
    )
    row.job_id = view.id
    row.save()


def _tell(
    actor: Principal,
    action: str,
    row: DoseImport,
    facts: dict[str, str | int | bool | None],
    reason: str = "",
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[audit.Subject("import", str(row.pk))],
        organisation=str(row.organisation_id),
        facts={"state": row.state, **facts},
        evidence=reason.encode() if reason else None,
    )
