"""A new version of a vaccine programme: looked at, asked for, approved by another (プログラムの登録).

One administrator asks and another decides within a week; the operator at the terminal of the machine does
both at once. What is approved is in force from its own day on, and stays for what was issued before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction

from hashira.certificates.domain.json_place import lines_of
from hashira.certificates.domain.vaccine_catalogue import Catalogue
from hashira.certificates.domain.vaccine_programme import (
    MAX_OCTETS,
    Change,
    Programme,
    ProgrammeUnreadable,
    changes_between,
    check_successor,
    digest_input,
    read_programme,
)
from hashira.certificates.selectors.programmes import WITHDRAWN, not_in_force_yet
from hashira.certificates.store.models import ProgrammeVersion
from hashira.certificates.store.programme_source import SOURCE
from hashira.core import access, audit
from hashira.core.access import Principal, PrincipalKind, Resource
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

TIME_TO_DECIDE = timedelta(days=7)
_ASK, _DECIDE = "certificates:RequestProgramme", "certificates:DecideProgramme"
_AREA = Resource("Portal::Area", "certificates")
Decision = ProgrammeVersion.Decision


class ProgrammeNotPossible(HashiraError):
    """Details: ``reason``."""

    code = "CERT-272"
    what = Bilingual("プログラムを受け付けられませんでした", "The programme was not taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("プログラムの一覧で、いまの状態を確かめてください", "Look at the list as it is now")
    status = 409


class OwnProgramme(HashiraError):
    """Who asks for a version does not decide on it."""

    code = "CERT-273"
    what = Bilingual("承認できません", "You cannot decide on this")
    why = Bilingual("ご自分で申請したプログラムです", "You asked for it yourself")
    remedy = Bilingual("別の管理者が承認してください", "Another administrator has to decide")
    status = 403


@dataclass(frozen=True, slots=True)
class Preview:
    """A document that may become the next version, and what is different in it."""

    document: object
    digest: str
    programme: Programme
    changes: tuple[Change, ...]
    first: bool


def preview(octets: bytes) -> Preview:
    """What a file would change; raises ``ProgrammeUnreadable``. Nothing is kept."""
    if len(octets) > MAX_OCTETS:
        raise ProgrammeUnreadable(
            place="{}", reason=Bilingual("ファイルが大きすぎます", "The file is too large")
        )
    try:
        document = orjson.loads(octets)
    except orjson.JSONDecodeError as error:
        reason = Bilingual(f"JSONとして読めません（{error.lineno}行目）", f"No JSON (line {error.lineno})")
        raise ProgrammeUnreadable(place="{}", reason=reason) from error
    try:
        return _looked_at(document)
    except ProgrammeUnreadable as error:
        raise _with_line(error, octets.decode("utf-8"), document) from error


def _with_line(error: ProgrammeUnreadable, text: str, document: object) -> ProgrammeUnreadable:
    """The same with the line of the file on which it stands; of what is missing that of its parent."""
    place, reason = str(error.details["place"]), error.details["reason"]
    lines, found = lines_of(text), _numbered(place, document)
    while found and found not in lines:
        found = found.rpartition(".")[0] if "." in found else ""
    if not found or not isinstance(reason, Bilingual):
        return error
    told = f"{place}（{lines[found]}行目）", f"{place} (line {lines[found]})"
    return ProgrammeUnreadable(place=Bilingual(*told), reason=reason, at=place)


def _numbered(place: str, document: object) -> str:
    """``products.CODE`` as ``products[0]``, which is how the file has it."""
    products = document.get("products") if isinstance(document, dict) else None
    for number, product in enumerate(products if isinstance(products, list) else []):
        code = product.get("code") if isinstance(product, dict) else None
        if isinstance(code, str) and (place == f"products.{code}" or place.startswith(f"products.{code}.")):
            return f"products[{number}]" + place.removeprefix(f"products.{code}")
    return place


def _looked_at(document: object) -> Preview:
    programme = read_programme(document)
    known = SOURCE.catalogue()
    last = known.latest(programme.name)
    check_successor(programme, last, _others(known, programme.name))
    digest = hashlib.sha256(digest_input(document)).hexdigest()
    return Preview(document, digest, programme, changes_between(last, programme), last is None)


def _others(known: Catalogue, name: str) -> Sequence[Programme]:
    latest = [known.latest(other) for other in known.programmes if other != name]
    return [programme for programme in latest if programme is not None]


@service(action=_ASK)
def request_version(*, actor: Principal, octets: bytes, at: datetime) -> UUID:
    """Asks that the file become the next version of its programme; returns the request.

    Raises ``ProgrammeUnreadable``, or ``ProgrammeNotPossible`` where the version waits already.
    """
    access.require(actor, _ASK, _AREA)
    SOURCE.refresh()
    seen = preview(octets)
    ProgrammeVersion.objects.filter(
        programme=seen.programme.name, decision=Decision.WAITING, expires_at__lte=at
    ).update(decision=Decision.REJECTED, decided_at=at, decided_by="expired")
    try:
        with transaction.atomic():
            row = ProgrammeVersion.objects.create(
                programme=seen.programme.name,
                version=seen.programme.version,
                valid_from=seen.programme.valid_from,
                digest=seen.digest,
                document=seen.document,
                requested_at=at,
                requested_by=actor.id,
                expires_at=at + TIME_TO_DECIDE,
            )
    except IntegrityError as error:
        raise _not_possible("同じ版が承認待ちです", "The same version is waiting already") from error
    _tell(actor, _ASK, row)
    return row.pk


@service(action=_DECIDE)
def decide_version(*, actor: Principal, request_id: UUID, approved: bool, digest: str, at: datetime) -> None:
    """Approves or rejects the document with that digest, which is what the one who decides has seen.

    What is approved is looked at once more. Raises ``OwnProgramme``, ``ProgrammeNotPossible`` or
    ``ProgrammeUnreadable``.
    """
    access.require(actor, _DECIDE, _AREA)
    row = ProgrammeVersion.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise _not_possible("そのような申請はありません", "There is no such request")
    if row.requested_by == actor.id and actor.kind is not PrincipalKind.SYSTEM:
        raise OwnProgramme
    if row.decision != Decision.WAITING:
        raise _not_possible("もう決まっています", "It has been decided")
    if row.expires_at <= at:
        raise _not_possible("承認の期限が切れました", "The time to decide is over")
    if row.digest != digest:
        raise _not_possible("見た内容と申請の内容が違います", "It is not the document that you have seen")
    if approved:
        SOURCE.refresh()
        _looked_at(row.document)
    row.decision = Decision.APPROVED if approved else Decision.REJECTED
    row.decided_by, row.decided_at = actor.id, at
    row.save(update_fields=["decision", "decided_by", "decided_at"])
    _tell(actor, _DECIDE, row)
    transaction.on_commit(SOURCE.refresh, robust=True)


@service(action=_ASK)
def withdraw_version(*, actor: Principal, request_id: UUID, at: datetime) -> None:
    """Takes back what waits, by who asked for it, or, by any administrator, what is approved and yet to come.

    To stop something takes one person. Raises ``ProgrammeNotPossible``.
    """
    access.require(actor, _ASK, _AREA)
    row = ProgrammeVersion.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise _not_possible("そのような申請はありません", "There is no such request")
    if row.decision == Decision.WAITING and row.requested_by != actor.id:
        raise _not_possible("取り下げられるのは申請した人です", "Who asked for it takes it back")
    if row.decision != Decision.WAITING and not not_in_force_yet(row):
        raise _not_possible(
            "もう有効になったか、記録に使われたか、次の版があります。前の版の内容に戻す版を作ってください",
            "It is in force, in use or followed by another; make one that says what an earlier one said",
        )
    row.decision, row.decided_by, row.decided_at = Decision.REJECTED, f"{WITHDRAWN}{actor.id}", at
    row.save(update_fields=["decision", "decided_by", "decided_at"])
    _tell(actor, _ASK, row)
    transaction.on_commit(SOURCE.refresh, robust=True)


def _tell(actor: Principal, action: str, row: ProgrammeVersion) -> None:
    audit.record(
        actor=actor,
        action=action,
        facts={
            "programme": row.programme,
            "version": row.version,
            "decision": row.decision,
            "digest": row.digest,
        },
    )


def _not_possible(ja: str, en: str) -> ProgrammeNotPossible:
    return ProgrammeNotPossible(reason=Bilingual(ja, en))
