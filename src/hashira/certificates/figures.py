"""What the certificates count about themselves (接種証明書の数値)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Count

from hashira.certificates.domain.format import FORMATS
from hashira.certificates.store.models import (
    CollapsedDose,
    DoseEvent,
    IssuedCertificate,
    Person,
    RegisterLink,
)
from hashira.kernel.figure import Figure
from hashira.kernel.language import Bilingual

_PEOPLE, _DOSES = Bilingual("人", "people"), Bilingual("件", "doses")
_ISSUED = Bilingual("枚", "certificates")


def figures() -> tuple[Figure, ...]:
    """Registers, links and certificates of this installation, counted now."""
    now = datetime.now(UTC)
    in_force = DoseEvent.objects.filter(replaced_by=None).exclude(kind=DoseEvent.Kind.VOIDED)
    in_force = in_force.exclude(pk__in=CollapsedDose.objects.filter(merge__reversal=None).values("event__pk"))
    issued = dict(IssuedCertificate.objects.values_list("format").annotate(Count("pk")))
    return (
        Figure(
            "certificates.people",
            Bilingual("台帳に登録された人", "People in the registers"),
            Person.objects.filter(erased_at=None, merged_into=None).count(),
            _PEOPLE,
            now,
            Bilingual(
                "市区町村ごとの台帳の合計。消去した人を除く", "All registers together, without the erased"
            ),
            people=True,
        ),
        Figure(
            "certificates.doses",
            Bilingual("いま有効な接種記録", "Doses in force"),
            in_force.count(),
            _DOSES,
            now,
            Bilingual("訂正前と取り消したものを除く", "Without those corrected or withdrawn"),
        ),
        Figure(
            "certificates.linked",
            Bilingual("本人とつながった記録", "Records linked with the person"),
            RegisterLink.objects.filter(ended_at=None).count(),
            _PEOPLE,
            now,
            Bilingual("いま有効な連携", "Links in force"),
            people=True,
        ),
        *(
            Figure(
                f"certificates.issued.{known.NAME}",
                Bilingual(f"発行した証明書：{known.TITLE.ja}", f"Certificates issued: {known.TITLE.en}"),
                issued.get(known.NAME, 0),
                _ISSUED,
                now,
                Bilingual("画面から発行した枚数。作り直しも数える", "Issued from pages, renewals included"),
            )
            for known in FORMATS
            if known.ISSUES
        ),
    )
