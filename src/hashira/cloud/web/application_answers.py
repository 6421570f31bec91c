"""An application in words: for checking, for the copy on paper, for those who decide (申請の内容の表示)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hashira.cloud.domain.application.draft import SECTION_NAMES, SECTIONS_OF, Draft, Section
from hashira.cloud.domain.application.names import (
    INFORMATION_NAMES,
    ISOLATION_NAMES,
    ROLE_NAMES,
    SHARING_NAMES,
    STAGE_NAMES,
    TENANT_NAMES,
)
from hashira.cloud.domain.application.parts import (
    DATA_END_NAMES,
    PAYMENT_NAMES,
    Currency,
    EnvironmentPart,
    ExceptionPart,
)
from hashira.cloud.domain.application.systems import STANDARD_SYSTEMS
from hashira.cloud.domain.environment_order import RoleGrant, Sharing
from hashira.cloud.domain.guardrails import GUARDRAILS
from hashira.cloud.selectors.applications import ApplicationView
from hashira.kernel import municipality
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.ui.parts import Answer
from hashira.ui.wording import shown, worded

__all__ = ["answers_of", "environment_words", "exception_words", "role_words", "section_url"]
_INTENTS = {one.id: one.intent for one in GUARDRAILS}
Part = tuple[object, tuple[Answer, ...]]


def section_url(application_id: UUID, section: Section) -> str:
    """The page on which a section is written."""
    lists = {
        Section.ENVIRONMENTS: "cloud:application-environments",
        Section.ROLES: "cloud:application-roles",
        Section.EXCEPTIONS: "cloud:application-exceptions",
    }
    if section in lists:
        return reverse(lists[section], args=[application_id])
    return reverse("cloud:application-section", args=[application_id, section.value])


def answers_of(view: ApplicationView, *, editable: bool = False) -> tuple[Part, ...]:
    """The sections in their order, each with its answers; with links to change them if ``editable``.

    Of a change all is shown, also what it leaves as it is.
    """
    own = SECTIONS_OF[view.line.kind]
    sections = [*own, *(one for one in (Section.SYSTEM, Section.PROVIDER) if one not in own)]
    found: list[Part] = []
    for section in sections:
        link = section_url(view.line.id, section) if editable and section in own else ""
        lines = tuple(
            Answer(question, answer, link) for question, answer in _LINES[section](view.draft, view)
        )
        if lines or section is not Section.EXCEPTIONS:
            found.append((SECTION_NAMES[section], lines or (Answer(_("まだ書いていません"), "", link),)))
    return tuple(found)


def environment_words(one: EnvironmentPart) -> str:
    """An environment on one line."""
    money = f"{shown(one.forecast)} {'USD' if one.currency is Currency.USD else '円'}"
    parts = [
        worded(STAGE_NAMES[one.stage]),
        "、".join(one.address_ranges) or worded(_("アドレス範囲なし")),
        worded(_("予算 月%(yen)s円")) % {"yen": shown(one.monthly_budget_yen)},
        worded(_("見込み 月%(money)s（税抜き）")) % {"money": money},
        one.budget_code,
        one.expense_authority,
    ]
    return "　".join([*parts, one.pipeline] if one.pipeline else parts)


def role_words(one: RoleGrant) -> str:
    """A role on one line."""
    period = f"{shown(one.valid_from)} – {shown(one.valid_until)}"
    return "　".join([one.name, one.organisation, one.email, period])


def exception_words(one: ExceptionPart) -> str:
    """An exception on one line."""
    return "　".join([one.reason, worded(_("%(day)sまで")) % {"day": shown(one.until)}])


def _contact(draft: Draft, view: ApplicationView) -> Iterator[tuple[object, object]]:
    yield (
        _("団体"),
        Bilingual(f"{view.body.ja}（{view.line.body_code}）", f"{view.body.en} ({view.line.body_code})"),
    )
    yield _("団体の種類"), TENANT_NAMES[view.tenant]
    if view.drafter is not None:
        yield _("代わりに書いた事業者"), view.drafter
    if draft.contact is not None:
        yield _("部署"), draft.contact.department
        yield _("担当者の名前"), draft.contact.name
        yield _("メールアドレス"), draft.contact.email
        yield _("電話番号"), draft.contact.phone


def _change(draft: Draft, view: ApplicationView) -> Iterator[tuple[object, object]]:
    if draft.change_reason:
        yield _("変更の理由"), draft.change_reason


def _ending(draft: Draft, view: ApplicationView) -> Iterator[tuple[object, object]]:
    if draft.ending is not None:
        yield _("終了の日"), draft.ending.ends_on
        yield _("終了の理由"), draft.ending.reason
        yield _("データの扱い"), DATA_END_NAMES[draft.ending.data]


def _system(draft: Draft, view: ApplicationView) -> Iterator[tuple[object, object]]:
    if draft.system is not None:
        yield _("システム"), STANDARD_SYSTEMS.get(draft.system.code, draft.system.name)
        yield _("何をするシステムか"), draft.system.purpose
        yield "CI/CD", draft.system.cicd


def _provider(draft: Draft, view: ApplicationView) -> Iterator[tuple[object, object]]:
    if draft.provider is not None:
        yield _("クラウドサービス"), draft.provider.service_name
        yield _("リージョン（置く場所）"), draft.provider.region
        yield _("選んだ理由"), draft.provider.reasons


def _usage(draft: Draft, view: ApplicationView) -> Iterator[tuple[object, object]]:
    if draft.usage is not None:
        yield _("だれが使うか"), SHARING_NAMES[draft.usage.sharing]
        if draft.usage.sharing is Sharing.JOINT:
            yield _("団体の分け方"), ISOLATION_NAMES[draft.usage.isolation]
            yield _("共同で使うほかの団体"), tuple(_body_name(code) for code in draft.usage.bodies)


def _information(draft: Draft, view: ApplicationView) -> Iterator[tuple[object, object]]:
    if draft.information is not None:
        yield _("情報の機密性"), INFORMATION_NAMES[draft.information.information_class]
        yield _("個人情報を扱いますか"), draft.information.personal
        yield _("どんな情報か"), draft.information.description


def _payment(draft: Draft, view: ApplicationView) -> Iterator[tuple[object, object]]:
    if draft.payment is not None:
        yield _("開始の希望日"), draft.payment.starts_on
        yield _("支払区分"), PAYMENT_NAMES[draft.payment.payment]
        yield _("1ドルの円（見込み）"), draft.payment.yen_per_dollar
        yield _("レートの根拠"), draft.payment.rate_source


def _environments(draft: Draft, view: ApplicationView) -> Iterator[tuple[object, object]]:
    known = {one.key: one for one in view.base.environments} if view.base is not None else {}
    for number, one in enumerate(draft.environments, start=1):
        before = known.pop(one.key, None)
        mark = ""
        if view.base is not None:
            mark = worded(_("（新しい環境）")) if before is None else ""
            mark = worded(_("（変更あり）")) if before not in (None, one) else mark
        yield f"{worded(_('環境'))} {number}{mark}", environment_words(one)
    for gone in known.values():
        yield _("なくなる環境"), environment_words(gone)


def _roles(draft: Draft, view: ApplicationView) -> Iterator[tuple[object, object]]:
    for one in draft.roles:
        yield ROLE_NAMES[one.role], role_words(one)


def _exceptions(draft: Draft, view: ApplicationView) -> Iterator[tuple[object, object]]:
    for one in draft.exceptions:
        yield _INTENTS.get(one.guardrail, one.guardrail), exception_words(one)


def _body_name(code: str) -> Bilingual:
    try:
        return municipality.by_code(code).title
    except HashiraError:  # abolished since
        return Bilingual(code, code)


_LINES = {
    Section.CONTACT: _contact,
    Section.CHANGE: _change,
    Section.ENDING: _ending,
    Section.SYSTEM: _system,
    Section.PROVIDER: _provider,
    Section.USAGE: _usage,
    Section.INFORMATION: _information,
    Section.PAYMENT: _payment,
    Section.ENVIRONMENTS: _environments,
    Section.ROLES: _roles,
    Section.EXCEPTIONS: _exceptions,
}
