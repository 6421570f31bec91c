"""Who looked at a person's record and what was done with it, for the person (だれが見たか).

From the audit, in words of everyday life. What was done by another municipality under a delegation names both
bodies. What concerns a protection is left out: who holds the telephone is not always the person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from hashira.certificates.domain.delegation import DEED_NAMES, Deed
from hashira.certificates.selectors.record_group import members_of
from hashira.certificates.store.models import DelegatedAct, IssuedCertificate
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.audit.reading import MAX_PAGE, Event, events
from hashira.kernel.language import Bilingual

MOST: Final = MAX_PAGE
_LOOKED = Bilingual("記録を見た", "Looked at the record")
_IMPORTED = Bilingual("接種記録の取込み", "Import of doses")
_LINK = Bilingual("アプリとの連携の手続", "Linking with the app")
_REPRESENTATIVE = Bilingual("法定代理人の手続", "Legal representative")
_WORDS: Final = {
    "certificates:ViewPerson": _LOOKED,
    "certificates:ComparePeople": _LOOKED,
    "certificates:LookUpList": Bilingual("一括照会で見た", "Seen in a list that was looked up"),
    "certificates:RegisterPerson": Bilingual("台帳に登録した", "Entered in the register"),
    "certificates:RevisePerson": Bilingual("登録内容を直した", "Revised the entry"),
    "certificates:RecordDose": Bilingual("接種を記録した", "Recorded a dose"),
    "certificates:CorrectDose": Bilingual("接種の記録を訂正した", "Corrected a dose"),
    "certificates:CorrectInBulk": Bilingual("接種の記録を訂正した", "Corrected a dose"),
    "certificates:UndoBulkCorrection": Bilingual("訂正を取り消した", "Took a correction back"),
    "certificates:VoidDose": Bilingual("接種の記録を取り消した", "Withdrew a dose"),
    "certificates:ImportDoses": _IMPORTED,
    "certificates:CarryOutImport": _IMPORTED,
    "certificates:UndoImport": Bilingual("取込みを取り消した", "Undid an import"),
    "certificates:MergePeople": Bilingual("二重の登録を一つにした", "Merged two entries"),
    "certificates:ReverseMerge": Bilingual("一つにした登録を戻した", "Took a merge back"),
    "certificates:CarryOutPrinting": Bilingual("証明書を一括で印刷した", "Printed a certificate in a batch"),
    "certificates:EnterApplication": Bilingual("郵送の申請を受け付けた", "Took an application by post"),
    "certificates:RevokeCertificate": Bilingual("証明書を失効させた", "Revoked a certificate"),
    "certificates:ReissueCertificate": Bilingual("証明書を作り直した", "Reissued a certificate"),
    "certificates:PrintNotice": Bilingual("お知らせの手紙を印刷した", "Printed a letter"),
    "certificates:IssueLinkCode": _LINK,
    "certificates:DecideLink": _LINK,
    "certificates:EndLink": _LINK,
    "certificates:IssuePickupCode": Bilingual("受取コードを出した", "Gave a code to receive a certificate"),
    "certificates:ReceiveCertificate": Bilingual("受取コードで証明書を受け取った", "Received one by code"),
    "certificates:ProveRepresentation": _REPRESENTATIVE,
    "certificates:EndRepresentation": _REPRESENTATIVE,
    "certificates:ViewOwnDoses": _LOOKED,
    "certificates:ViewOwnCertificate": Bilingual("証明書を開いた", "Opened a certificate"),
    "certificates:IssueOwnCertificate": Bilingual("証明書を作った", "Made a certificate"),
}
_STEPS: Final = {
    step.value: DEED_NAMES[step] for step in (Deed.OPENED, Deed.REPRINTED, Deed.PRINTED, Deed.UNDONE)
}
"""Of a visit at the counter. Its issue is an event of its own, with the number."""
_COUNTER, _UNDER = "certificates:ServeAtCounter", "delegation"
_SELF = Bilingual("ご本人", "Yourself")
_OTHER = Bilingual("法定代理人", "Your legal representative")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log."""

    at: datetime
    who: Bilingual
    what: Bilingual
    number: str


def own_log(person_id: UUID, resident_id: str) -> tuple[LogLine, ...]:
    """The latest first; the caller asks for access."""
    members = members_of(person_id)
    told = {
        event.sequence: event
        for member in members
        for event in events(subject=Subject("person", str(member)), action="certificates:", limit=MOST)
    }
    names = {
        str(pk): Bilingual(ja, en)
        for pk, ja, en in Organisation.objects.filter(
            pk__in={event.organisation for event in told.values() if event.organisation}
        ).values_list("pk", "name", "name_en")
    }
    lines = [line for event in told.values() for line in _line(event, names, resident_id)]
    lines += _delegated(members)
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True)[:MOST])


def _line(event: Event, names: dict[str, Bilingual], resident_id: str) -> Iterator[LogLine]:
    if _UNDER in event.facts:  # stands in the log as an act of both bodies
        return
    number = str(event.facts.get("number", ""))
    what = _WORDS.get(event.action)
    if event.action == _COUNTER:
        what = DEED_NAMES[Deed.ISSUED] if number else _STEPS.get(str(event.facts.get("step", "")))
    if what is None:
        return
    who = names.get(event.organisation, Bilingual("", ""))
    if event.actor_kind == "resident":
        own = event.actor == resident_id
        if own and event.action in {"certificates:ViewOwnDoses", "certificates:ViewOwnCertificate"}:
            return
        who = _SELF if own else _OTHER
    yield LogLine(event.moment, who, what, number)


def _delegated(members: tuple[UUID, ...]) -> list[LogLine]:
    rows = DelegatedAct.objects.filter(person_id__in=members).select_related(
        "delegation__owner", "delegation__requester"
    )
    numbers = _numbers(members)
    return [
        LogLine(
            row.at,
            Bilingual(
                f"{row.delegation.requester.name}（{row.delegation.owner.name}の委任）",
                f"{row.delegation.requester.name_en} (for {row.delegation.owner.name_en})",
            ),
            DEED_NAMES[Deed(row.deed)],
            numbers.get(row.certificate, ""),
        )
        for row in rows.order_by("-pk")[:MOST]
    ]


def _numbers(members: tuple[UUID, ...]) -> dict[UUID | None, str]:
    return dict(IssuedCertificate.objects.filter(person_id__in=members).values_list("pk", "number"))
