"""The menu of the staff of a municipality, in the order of their day: today, records, people, the rest."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from hashira.core.access.principal import Principal
from hashira.kernel.language import Bilingual

Entry = tuple[Bilingual, str]
SUPERVISOR, ADMINISTRATOR = "municipal_supervisor", "administrator"


def works_at_a_desk(principal: Principal) -> bool:
    """Whether somebody works in the register of a municipality."""
    return any(grant.role in {"municipal_clerk", SUPERVISOR} for grant in principal.grants)


def desk_groups(principal: Principal) -> tuple[tuple[Bilingual, Sequence[Entry]], ...]:
    """The groups of the menu, each with its pages, for the roles that somebody has."""
    roles = {grant.role for grant in principal.grants}
    return (
        (Bilingual("きょうの仕事", "Today"), _today(principal)),
        (Bilingual("接種記録", "Records"), _records()),
        (Bilingual("本人・委任・保護", "People"), _people(principal, supervises=SUPERVISOR in roles)),
        (Bilingual("証明書・統計・設定", "Certificates"), _certificates(administers=ADMINISTRATOR in roles)),
    )


def settings_entries() -> list[Entry]:
    """What administrators look after, wherever they work."""
    return [
        (Bilingual("予防接種プログラム", "Vaccine programmes"), reverse("certificates:programmes")),
        (Bilingual("署名鍵", "Signing keys"), reverse("certificates:keys")),
    ]


def _today(principal: Principal) -> list[Entry]:
    from hashira.certificates.selectors.people import registers_of
    from hashira.certificates.selectors.work import waiting as waiting_at

    waiting = f"{waiting_at([register.id for register in registers_of(principal)]):,}"
    return [
        (Bilingual(f"要対応（{waiting}）", f"To do ({waiting})"), reverse("certificates:work")),
        (Bilingual("窓口", "Counter"), reverse("certificates:counter")),
        (Bilingual("郵送申請", "By post"), reverse("certificates:applications")),
        (Bilingual("一括印刷", "Batches"), reverse("certificates:batches")),
    ]


def _records() -> list[Entry]:
    return [
        (Bilingual("接種記録台帳", "Register"), reverse("certificates:register")),
        (Bilingual("接種記録の取込み", "Import of doses"), reverse("certificates:imports")),
        (Bilingual("台帳との比較", "Comparisons"), reverse("certificates:comparisons")),
        (Bilingual("重複の候補", "Duplicates"), reverse("certificates:duplicates")),
        (Bilingual("一括照会", "Look up a list"), reverse("certificates:look-up")),
    ]


def _people(principal: Principal, *, supervises: bool) -> list[Entry]:
    found = [
        (Bilingual("連携の申出", "Requests to link"), reverse("certificates:links")),
        (Bilingual("照会と発行の委任", "Delegations"), reverse("certificates:delegations")),
    ]
    return [*found, _alerts(principal)] if supervises else found


def _certificates(*, administers: bool) -> list[Entry]:
    found = [
        (Bilingual("失効した証明書", "Revoked certificates"), reverse("certificates:revocations")),
        (Bilingual("統計", "Statistics"), reverse("certificates:statistics")),
    ]
    return [*found, *settings_entries()] if administers else found


def _alerts(principal: Principal) -> Entry:
    """What was attempted about protected people, with how much of it nobody has looked at."""
    from hashira.certificates.selectors.protection import open_alerts, supervised

    waiting = open_alerts(supervised(principal))
    name = Bilingual("支援措置の通知", "Protection alerts")
    if waiting:
        name = Bilingual(f"{name.ja}（{waiting}）", f"{name.en} ({waiting})")
    return name, reverse("certificates:protection-alerts")
