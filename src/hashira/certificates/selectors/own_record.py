"""What a linked resident sees of a person: the doses in force and what can be made of them (本人の記録)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.dose_history import in_force
from hashira.certificates.domain.passport import RegisteredNames
from hashira.certificates.domain.projection import refusals_of
from hashira.certificates.selectors.doses import dose_events
from hashira.certificates.selectors.representation import representatives_of
from hashira.certificates.store.models import Person, RegisterLink
from hashira.certificates.store.protection_alerts import protected
from hashira.core.access import Resource
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import KanaName, RomanName

_SOME_MUNICIPALITY = Bilingual("市区町村", "the municipality")


class RecordNotFound(HashiraError):
    """There is no person of that id."""

    code = "CERT-185"
    what = Bilingual("接種記録が見つかりません", "There is no such record")
    why = Bilingual(
        "アドレスが違うか、記録がなくなりました", "The address is not right, or the record is gone"
    )
    remedy = Bilingual("「わたしの接種記録」から開いてください", "Open it from your vaccination records")
    status = 404


@dataclass(frozen=True, slots=True)
class OwnDose:
    """A dose in force, with what can be made of it."""

    event_id: UUID
    dose: Dose
    recorded_at: datetime
    refusals: Mapping[CertificateKind, Bilingual | None]
    """Why a certificate of the kind cannot show it; ``None`` if it can."""

    @property
    def card_refusal(self) -> Bilingual | None:
        return self.refusals[CertificateKind.CARD]

    @property
    def seal_refusal(self) -> Bilingual | None:
        return self.refusals[CertificateKind.SEAL]

    @property
    def given_on(self) -> date:
        return self.dose.given_on

    @property
    def product(self) -> Bilingual:
        return self.dose.product.name

    @property
    def number(self) -> int | None:
        return self.dose.number

    @property
    def lot(self) -> str:
        return self.dose.lot

    @property
    def place(self) -> str:
        return self.dose.place


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """A person's record in one municipality, for the resident who is linked to it."""

    person_id: UUID
    organisation_id: UUID
    municipality: Bilingual
    municipality_code: str
    name: str
    birth_date: date
    names: RegisteredNames
    doses: tuple[OwnDose, ...]
    residents: tuple[str, ...]
    """Ids of the residents who are linked now."""
    representatives: tuple[str, ...] = ()
    """Ids of the residents who represent the person now."""
    withheld_from: tuple[str, ...] = ()
    """Those of the representatives to whom nothing is issued online: held by staff, or all of a protected
    person's. The two are not told apart here, so that nobody further on can tell."""

    @property
    def resource(self) -> Resource:
        """What access is asked for."""
        return self._resource(self.representatives)

    def resource_of_certificate(self, made_by: UUID | None) -> Resource:
        """The same for one certificate: of the representatives only the one who made it may open it."""
        return self._resource(tuple(one for one in self.representatives if one == str(made_by)))

    def _resource(self, representatives: tuple[str, ...]) -> Resource:
        return Resource(
            "Certificates::Record",
            str(self.person_id),
            str(self.organisation_id),
            {
                "residents": self.residents,
                "representatives": representatives,
                "withheld_from": self.withheld_from,
            },
            about="person",
        )

    def is_own(self, resident_id: str) -> bool:
        """Whether it is this resident's own, not that of somebody whom they represent."""
        return resident_id in self.residents

    def as_seen_by(self, resident_id: str) -> OwnRecord:
        """The whole to the person; to a representative without municipality and places.

        To every representative of anybody, protected or not: what is missing then tells nothing.
        """
        if self.is_own(resident_id):
            return self
        doses = tuple(replace(own, dose=replace(own.dose, place="")) for own in self.doses)
        return replace(self, municipality=_SOME_MUNICIPALITY, municipality_code="", doses=doses)


def own_record(person_id: UUID) -> OwnRecord:
    """The record; raises ``RecordNotFound``. Who may see it is asked by whoever shows it.

    Of an entry that was merged it is the record in which it stands now, which only its own resident sees.
    """
    entries = Person.objects.select_related("organisation")
    person = entries.filter(pk=person_id).first()
    if person is not None and person.merged_into_id is not None:
        person = entries.filter(pk=person.merged_into_id).first()
    if person is None or person.erased_at is not None:
        raise RecordNotFound
    person_id = person.pk
    today = today_in_japan(SystemClock())
    events = dose_events(person_id)
    told = {event.id: event.recorded_at for event in events}
    doses = tuple(
        OwnDose(
            event_id=recorded.event,
            dose=recorded.dose,
            recorded_at=told[recorded.event],
            refusals=refusals_of(recorded.dose, on=today),
        )
        for recorded in in_force(events)
    )
    linked = RegisterLink.objects.filter(person_id=person_id, ended_at=None)
    representatives = representatives_of(person, on=today)
    hidden = protected(Person.objects.filter(pk=person_id), today).exists()
    return OwnRecord(
        person_id=person.pk,
        organisation_id=person.organisation_id,
        municipality=Bilingual(person.organisation.name, person.organisation.name_en),
        municipality_code=person.organisation.code or "",
        name=person.name,
        birth_date=person.birth_date,
        names=registered_names(person.kana, person.roman),
        doses=doses,
        residents=tuple(str(resident) for resident in linked.values_list("resident_id", flat=True)),
        representatives=tuple(representatives),
        withheld_from=tuple(one for one, held in representatives.items() if held or hidden),
    )


def registered_names(kana: str, roman: str) -> RegisteredNames:
    """The reading and the Roman writing as the register has them; what does not parse counts as missing.

    Old registers hold readings with characters that are no katakana; they must not keep the page from
    opening, and the passport is then compared with the Roman writing alone.
    """
    reading = spelling = None
    with suppress(HashiraError):
        reading = KanaName.read(kana)[0] if kana else None
    with suppress(HashiraError):
        family, _, given = roman.partition(",")
        spelling = RomanName.read(family.strip(), given.strip())[0] if roman else None
    return RegisteredNames(kana=reading, roman=spelling)
