"""Writing an application: begun, saved page by page, confirmed by another of the body (利用申請の作成)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction

from hashira.cloud.domain.application.body import ApplyingBody, local_government, ministry
from hashira.cloud.domain.application.budget import fiscal_year_of
from hashira.cloud.domain.application.chain import (
    EDITABLE,
    OPEN,
    ApplicationState,
    NotYourTurn,
    chain_for,
    expected_on,
)
from hashira.cloud.domain.application.draft import ApplicationKind, Draft
from hashira.cloud.domain.application.preflight import blocks, preflight
from hashira.cloud.domain.application.ranges import bounds
from hashira.cloud.domain.application.refusal import ApplicationRefused, refuse
from hashira.cloud.selectors.application_facts import facts_of
from hashira.cloud.selectors.applications import (
    ApplicationNotFound,
    application_resource,
    base_of,
    in_use,
    resource_of,
)
from hashira.cloud.selectors.deputies import APPLICANT, standing_in
from hashira.cloud.store.models import (
    ApplicationAct,
    ApplicationCounter,
    ApplicationSubmission,
    HeldRange,
    UseApplication,
)
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.canonical_json import canonical_json
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_STATE = ApplicationState
_KIND = ApplicationAct.Kind
_NOT_THEIRS = frozenset({"quota", "no-terms"})
"""What the operator puts right; it keeps an application from approval and not from being handed in."""
MAX_WORDS = 2000


class ApplicationClosed(HashiraError):
    """Details: ``reason``."""

    code = "CLD-163"
    what = Bilingual("申請を変更できません", "The application was not changed")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("申請のいまの状態を確かめてください", "Look at how the application stands now")
    status = 409


class ApplicationIncomplete(HashiraError):
    """Details: ``count``, ``first``."""

    code = "CLD-164"
    what = Bilingual("提出できません", "It cannot be handed in")
    why = Bilingual(
        "直すところが{count}件あります。はじめは：{first}",
        "{count} things are to be put right; the first: {first}",
    )
    remedy = Bilingual("「確認」の一覧を見て、直してください", "Put right what the page of checking lists")
    status = 422


@service(action="cloud:StartApplication")
def start_application(
    *, actor: Principal, body_code: str, drafter_id: UUID | None = None, at: datetime
) -> UUID:
    """Begins an application for a new use of the body with that code.

    With ``drafter_id`` a vendor writes it for the body. Raises ``ApplicationRefused`` for a code that is
    none, or a body that has no accounts here.
    """
    body = _body(body_code)
    access.require(actor, "cloud:StartApplication", application_resource(body.pk, drafter=drafter_id))
    drafter = Organisation.objects.filter(pk=drafter_id).first() if drafter_id is not None else None
    if drafter is not None and drafter.kind != Organisation.Kind.VENDOR:
        raise refuse("drafter", "代わりに書けるのは事業者だけです", "Only a vendor writes it for a body")
    row = _made(actor, body, ApplicationKind.NEW, Draft(), at, drafter=drafter)
    return row.pk


@service(action="cloud:StartApplication")
def start_change(*, actor: Principal, application_id: UUID, kind: ApplicationKind, at: datetime) -> UUID:
    """Begins a change or the end of what an approved application has brought; with its content as it is.

    Raises ``ApplicationClosed`` where it is not in use, or another application on it is open.
    """
    before = (
        UseApplication.objects.select_related("organisation", "drafter").filter(pk=application_id).first()
    )
    if before is None:
        raise ApplicationNotFound
    resource = application_resource(before.organisation_id, drafter=before.drafter_id)
    access.require(actor, "cloud:StartApplication", resource)
    current = in_use(before.use)
    if current is None or current.pk != before.pk or kind is ApplicationKind.NEW:
        raise ApplicationClosed(
            reason=Bilingual(
                "いまの利用は、別の申請によるものか、終わっています",
                "What is in use rests on another application, or has ended",
            )
        )
    draft = replace(Draft.read(before.content), change_reason="", ending=None)
    row = _made(actor, before.organisation, kind, draft, at, drafter=before.drafter, before=before)
    return row.pk


@service(action="cloud:EditApplication")
def save_draft(
    *, actor: Principal, application_id: UUID, change: Callable[[Draft], Draft], page: str, at: datetime
) -> None:
    """Saves one page: ``change`` makes the new draft of the one that is stored, while nobody else writes.

    Raises ``ApplicationClosed`` for one that is not being written, and what ``change`` raises.
    """
    row = locked(application_id)
    access.require(actor, "cloud:EditApplication", resource_of(row, _day(at)))
    if _STATE(row.state) not in EDITABLE:
        raise ApplicationClosed(
            reason=Bilingual(
                "確認か審査の途中、または終わった申請です",
                "It is being confirmed or decided on, or it is over",
            )
        )
    draft = change(Draft.read(row.content))
    _fill(row, draft)
    row.saved_at, row.saved_by = at, actor.id
    row.writers = sorted({*row.writers, actor.id})
    row.save()
    tell(actor, "cloud:EditApplication", row, {"page": page})


@service(action="cloud:EditApplication")
def ask_confirmation(*, actor: Principal, application_id: UUID, at: datetime) -> None:
    """Asks the body to confirm it; what is missing is told. Raises ``ApplicationIncomplete``."""
    row = locked(application_id)
    access.require(actor, "cloud:EditApplication", resource_of(row, _day(at)))
    if _STATE(row.state) not in EDITABLE:
        raise ApplicationClosed(
            reason=Bilingual("もう確認を頼んでいます", "It waits to be confirmed already")
        )
    _whole(row, at)
    row.state = _STATE.CONFIRMING.value
    row.save(update_fields=["state"])
    note(row, actor, _KIND.ASKED, at)
    tell(actor, "cloud:EditApplication", row, {"act": "asked"})


@service(action="cloud:ConfirmApplication")
def submit_application(*, actor: Principal, application_id: UUID, at: datetime) -> int:
    """Confirms and hands in; all of it is kept as it is. Which time it was handed in.

    Raises ``NotYourTurn`` for whoever saved last, ``ApplicationIncomplete``, ``ApplicationClosed``.
    """
    row = locked(application_id)
    today = _day(at)
    access.require(actor, "cloud:ConfirmApplication", resource_of(row, today))
    if row.state != _STATE.CONFIRMING:
        raise ApplicationClosed(
            reason=Bilingual("確認を待っている申請ではありません", "It is not to be confirmed")
        )
    instead_of = stands_for(actor, APPLICANT, str(row.organisation_id), today)
    if row.saved_by in {actor.id, instead_of}:
        raise NotYourTurn(
            reason=Bilingual(
                "最後に書いたのはあなたです。確認は、団体の別の人が行います",
                "You wrote the last of it: somebody else of the body confirms it",
            )
        )
    draft = _whole(row, at)
    kind = ApplicationKind(row.kind)
    chain = chain_for(kind, draft, base_of(row))
    row.round += 1
    row.state, row.chain, row.step = _STATE.SUBMITTED.value, chain.key, chain.steps[0].key
    row.submitted_at, row.submitted_by, row.step_since = at, actor.id, today
    row.expected_on = expected_on(chain.steps, begun_on=today)
    row.writers = sorted({*row.writers, actor.id, *([instead_of] if instead_of else [])})
    row.save()
    _hold(row, draft)
    digest = sha256(canonical_json(row.content)).hexdigest()
    ApplicationSubmission.objects.create(
        application=row,
        round=row.round,
        content=row.content,
        digest=digest,
        submitted_at=at,
        submitted_by=actor.id,
        on_behalf_of=instead_of,
    )
    note(row, actor, _KIND.SUBMITTED, at, on_behalf_of=instead_of)
    tell(actor, "cloud:ConfirmApplication", row, {"round": row.round, "digest": digest, "chain": chain.key})
    return row.round


@service(action="cloud:ConfirmApplication")
def send_back(*, actor: Principal, application_id: UUID, words: str, at: datetime) -> None:
    """Whoever was to confirm gives it back to be corrected, with words. Raises ``ApplicationRefused``."""
    row = locked(application_id)
    access.require(actor, "cloud:ConfirmApplication", resource_of(row, _day(at)))
    if row.state != _STATE.CONFIRMING:
        raise ApplicationClosed(
            reason=Bilingual("確認を待っている申請ではありません", "It is not to be confirmed")
        )
    said = reason_of(words)
    row.state = (_STATE.RETURNED if row.round else _STATE.DRAFT).value
    row.save(update_fields=["state"])
    note(row, actor, _KIND.SENT_BACK, at, words=said)
    tell(actor, "cloud:ConfirmApplication", row, {"act": "sent back"})


@service(action="cloud:WithdrawApplication")
def withdraw_application(*, actor: Principal, application_id: UUID, words: str, at: datetime) -> None:
    """Takes an open application back for good; its addresses are free again.

    Once the body has handed it in, only the body withdraws it. Raises ``ApplicationClosed``.
    """
    row = locked(application_id)
    access.require(actor, "cloud:WithdrawApplication", resource_of(row, _day(at)))
    if _STATE(row.state) not in OPEN:
        raise ApplicationClosed(reason=Bilingual("この申請はもう終わっています", "The application is over"))
    own = any(g.role == APPLICANT and g.organisation == str(row.organisation_id) for g in actor.grants)
    if row.round and not own:
        raise ApplicationClosed(
            reason=Bilingual("提出した申請は、団体が取り下げます", "What was handed in the body withdraws")
        )
    row.state, row.step, row.decided_at = _STATE.WITHDRAWN.value, "", at
    row.save(update_fields=["state", "step", "decided_at"])
    row.ranges.all().delete()
    note(row, actor, _KIND.WITHDRAWN, at, words=words.strip()[:MAX_WORDS])
    tell(actor, "cloud:WithdrawApplication", row, {"act": "withdrawn"})


def locked(application_id: UUID) -> UseApplication:
    """The row, so that whoever comes at the same moment waits; raises ``ApplicationNotFound``."""
    row = (
        UseApplication.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=application_id)
        .first()
    )
    if row is None:
        raise ApplicationNotFound
    return row


def stands_for(actor: Principal, role: str, organisation: str, day: date) -> str:
    """The account for which a deputy speaks; empty for somebody who has the role oneself.

    ``organisation`` is that of the role, empty for any.
    """
    held = any(g.role == role and (not organisation or g.organisation == organisation) for g in actor.grants)
    if held:
        return ""
    body = UUID(organisation) if organisation else None
    return standing_in(role, day, body).get(actor.id, "")


def reason_of(words: str) -> str:
    """What has to be said; raises ``ApplicationRefused`` for nothing or too much."""
    said = words.strip()
    if not 1 <= len(said) <= MAX_WORDS:
        raise refuse(
            "words", "理由を2,000文字以内で書いてください", "Give the reason, in up to 2,000 characters"
        )
    return said


def note(
    row: UseApplication,
    actor: Principal,
    kind: str,
    at: datetime,
    *,
    step: str = "",
    on_behalf_of: str = "",
    words: str = "",
) -> None:
    """Adds to what was done with the application."""
    ApplicationAct.objects.create(
        application=row,
        kind=kind,
        round=row.round,
        step=step,
        by=actor.id,
        on_behalf_of=on_behalf_of,
        words=words,
        at=at,
    )


def tell(
    actor: Principal, action: str, row: UseApplication, facts: dict[str, str | int | bool | None]
) -> None:
    """The audit event of an act on an application."""
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("application", str(row.pk))],
        organisation=str(row.organisation_id),
        facts=facts,
    )


def _body(code: str) -> Organisation:
    digits = code.strip()
    found: ApplyingBody | None = None
    short = sum(character.isdigit() for character in digits) <= 6
    if short:
        try:
            found = local_government(digits)
        except ApplicationRefused:
            raise
        except HashiraError as error:
            raise ApplicationRefused(
                field="body_code", reason=Bilingual(_reason(error, "ja"), _reason(error, "en"))
            ) from error
    else:
        found = ministry(digits, Bilingual("", ""))
    row = Organisation.objects.filter(code=found.code).exclude(kind=Organisation.Kind.VENDOR).first()
    if row is None:
        name = found.name if found.name.ja else Bilingual(found.code, found.code)
        raise refuse(
            "body_code",
            f"{name.ja}は、まだこのシステムを使っていません。運用者に登録を頼んでください",
            f"{name.en} does not use this installation yet: ask the operator to add it",
        )
    return row


def _reason(error: HashiraError, language: str) -> str:
    problem = error.problem(language)
    joint = "。" if language == "ja" else ". "
    return joint.join(str(problem[part]) for part in ("title", "detail", "remedy"))


def _made(
    actor: Principal,
    body: Organisation,
    kind: ApplicationKind,
    draft: Draft,
    at: datetime,
    *,
    drafter: Organisation | None,
    before: UseApplication | None = None,
) -> UseApplication:
    row = UseApplication(
        number=_number(fiscal_year_of(_day(at))),
        kind=kind.value,
        organisation=body,
        drafter=drafter,
        body_code=body.code or "",
        body_name=body.name,
        created_at=at,
        created_by=actor.id,
        saved_at=at,
        saved_by=actor.id,
        writers=[actor.id],
    )
    row.use = before.use if before is not None else row.pk
    _fill(row, draft)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise ApplicationClosed(
            reason=Bilingual(
                "この利用には、まだ終わっていない申請があります",
                "There is an application on this use that is not over yet",
            )
        ) from error
    note(row, actor, _KIND.BEGUN, at)
    tell(actor, "cloud:StartApplication", row, {"kind": kind.value, "drafted": drafter is not None})
    return row


def _number(fiscal_year: int) -> str:
    counter, _new = ApplicationCounter.objects.select_for_update().get_or_create(fiscal_year=fiscal_year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{fiscal_year}-{counter.last:05}"


def _fill(row: UseApplication, draft: Draft) -> None:
    """The draft, and the columns by which lists are searched."""
    base = base_of(row) if row.kind != ApplicationKind.NEW.value else None
    known = {one.key for one in base.environments} if base is not None else set()
    row.content = draft.document()
    row.system_code = draft.system.code if draft.system is not None else ""
    row.system_name = draft.system.name if draft.system is not None else ""
    row.service = UUID(draft.provider.service) if draft.provider is not None else None
    row.environments = len(draft.environments)
    row.ends_on = draft.ending.ends_on if draft.ending is not None else None
    ends = row.kind == ApplicationKind.END.value
    row.new_environments = 0 if ends else sum(one.key not in known for one in draft.environments)


def _whole(row: UseApplication, at: datetime) -> Draft:
    """The draft, once nothing is wrong that the body itself can put right."""
    draft = Draft.read(row.content)
    kind = ApplicationKind(row.kind)
    found = blocks(preflight(draft, kind, facts_of(row, draft, _day(at))))
    theirs = [one for one in found if one.code not in _NOT_THEIRS]
    if theirs:
        raise ApplicationIncomplete(count=len(theirs), first=theirs[0].words)
    return draft


def _hold(row: UseApplication, draft: Draft) -> None:
    """Keeps the addresses from others as long as the application is open or its use goes on."""
    row.ranges.all().delete()
    if row.kind == ApplicationKind.END.value:
        return
    HeldRange.objects.bulk_create(
        HeldRange(
            application=row,
            use=row.use,
            environment=one.key,
            network=text,
            first=bounds(text)[0],
            last=bounds(text)[1],
        )
        for one in draft.environments
        for text in one.address_ranges
    )


def _day(at: datetime) -> date:
    return today_in_japan(FixedClock(at))
