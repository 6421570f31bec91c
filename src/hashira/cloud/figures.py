"""What the Government Cloud counts about itself (ガバメントクラウドの数値)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from hashira.cloud.domain.application.chain import STATE_NAMES, ApplicationState
from hashira.cloud.domain.selection.standing import STANDING_NAMES
from hashira.cloud.selectors.applications import applications_by_state
from hashira.cloud.selectors.catalogues import catalogue_lines
from hashira.cloud.selectors.services import offering_lines, service_lines
from hashira.kernel.figure import Figure, NotCounted
from hashira.kernel.language import Bilingual

_SERVICES = Bilingual("件", "services")


def figures() -> tuple[Figure | NotCounted, ...]:
    """Catalogues, services by standing, open conditions, applications; environments are not counted yet."""
    now = datetime.now(UTC)
    services = service_lines()
    counted = Counter(one.standing for one in services)
    states = applications_by_state()
    return (
        Figure(
            "cloud.catalogues",
            Bilingual("公開した要件の一覧の版", "Published versions of catalogues"),
            len(catalogue_lines()),
            Bilingual("版", "versions"),
            now,
            Bilingual("種類と年度と版を別々に数える", "Each kind, year and version by itself"),
        ),
        *(
            Figure(
                f"cloud.services.{standing.value}",
                Bilingual("クラウドサービス：{name}", "Cloud services: {name}").format(name=name),
                counted[standing],
                _SERVICES,
                now,
                Bilingual("いまの状態", "As they stand now"),
            )
            for standing, name in STANDING_NAMES.items()
        ),
        Figure(
            "cloud.conditions.open",
            Bilingual("まだ満たされていない条件", "Conditions that are not met yet"),
            sum(one.conditions - one.conditions_met for one in services if one.standing == "conditional"),
            Bilingual("件", "conditions"),
            now,
            Bilingual("条件付きで選定したサービスの合計", "All conditional services together"),
        ),
        Figure(
            "cloud.offerings",
            Bilingual("掲載している製品など", "Listed products and other things"),
            len(offering_lines()),
            Bilingual("件", "entries"),
            now,
            Bilingual("掲載を終えたものを除く", "Without those that have ended"),
        ),
        *(
            Figure(
                f"cloud.applications.{state.value}",
                Bilingual("利用申請：{name}", "Applications for use: {name}").format(name=name),
                states[state],
                Bilingual("件", "applications"),
                now,
                Bilingual("新規、変更、終了を合わせて、いまの状態", "New, change and end; as they stand now"),
            )
            for state, name in STATE_NAMES.items()
            if state in (ApplicationState.SUBMITTED, ApplicationState.APPROVED)
        ),
        NotCounted(
            "cloud.environments",
            Bilingual("クラウドの利用環境", "Cloud environments"),
            Bilingual("申請も環境もまだ扱っていません", "It deals with no environment yet"),
        ),
    )
