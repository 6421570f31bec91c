"""Whom the installation believes: pinning sources, updating their lists, going back (信頼情報の更新).

The audit event is committed before the files switch, so that no list is ever in force of which the audit does
not tell. The switch itself is one rename (``trust_archive``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from hashira.certificates.adapters.trust_archive import SourceState, TrustArchive, TrustDamaged
from hashira.certificates.adapters.trust_download import Open, client, fetch
from hashira.certificates.adapters.trust_source import Authentic, Source, authenticate
from hashira.certificates.domain.list_signature import fingerprint
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.trust_change import Change, compare, is_older, is_too_new
from hashira.certificates.selectors.trust import archive
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

ACTION = "certificates:ManageTrust"
UPDATE_JOB = "certificates.trust"
_AREA = Resource("Portal::Area", "certificates")


class ListTooOld(HashiraError):
    """Details: ``name``, ``reason``."""

    code = "CERT-204"
    what = Bilingual("古い信頼リストなので使いません", "The trust list is not taken: it is no newer one")
    why = Bilingual("{name}: {reason}", "{name}: {reason}")
    remedy = Bilingual(
        "何も変更していません。わざと戻すときは hashira certificates trust rollback を使ってください",
        "Nothing was changed. To go back on purpose use hashira certificates trust rollback",
    )
    status = 409


class ChangeNeedsPerson(HashiraError):
    """Details: ``name``, ``removed``, ``before``, ``back``. ``change`` is the difference."""

    code = "CERT-205"
    what = Bilingual("大きな変更なので、人の確認が必要です", "The change is large and waits for a person")
    why = Bilingual(
        "{name}: {before}個のうち{removed}個がなくなり、{back}件の失効リストが前の番号に戻ります",
        "{name}: {removed} of {before} keys would go, and {back} revocation lists would go back",
    )
    remedy = Bilingual(
        "何も変更していません。公開元に確かめ、正しければ trust update に --accept を付けてください",
        "Nothing was changed. Ask its publisher, and if it is right run trust update with --accept",
    )
    status = 409

    def __init__(self, change: Change, name: str) -> None:
        super().__init__(
            name=name,
            removed=len(change.removed),
            before=change.before,
            back=len(change.counters_back),
        )
        self.change = change


class NoSuchVersion(HashiraError):
    """Details: ``name``, ``version``."""

    code = "CERT-206"
    what = Bilingual("その版はありません", "There is no such version")
    why = Bilingual("{name} に {version} はありません", "{name} has no {version}")
    remedy = Bilingual("trust show で版を確かめてください", "See the versions with trust show")
    status = 404


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did, or would do."""

    name: str
    change: Change | None
    """``None``: the list is the one in force."""
    version: int | None
    issued_at: datetime | None
    signer: str | None
    applied: bool


def pin(*, actor: Principal, source: Source) -> None:
    """Say from where a list comes and who may sign it; the list in force stays until the next update."""
    with archive().locked():
        _record_pin(actor=actor, source=source)
        archive().pin(source)


@service(action=ACTION)
def _record_pin(*, actor: Principal, source: Source) -> None:
    access.require(actor, ACTION, _AREA)
    prints = [fingerprint(x) for x in source.keys + source.certificates]
    _tell(actor, "pin", source.name, kind=source.kind.value, signers=" ".join(prints)[:500])


def update(
    *,
    actor: Principal,
    name: str,
    at: datetime,
    location: str = "",
    signature_location: str = "",
    accept: bool = False,
    apply: bool = True,
    opened: Open = client,
) -> Update:
    """Fetch, check and compare a list; then, unless ``apply`` is false, put it in force.

    ``location`` stands in for the pinned one this time (a file brought on a medium). ``accept``: somebody has
    looked at a large change. Raises ``ListNotFetched``, ``ListNotAuthentic``, ``TrustNotReadable``,
    ``ListTooOld``, ``ChangeNeedsPerson``; then nothing has changed.
    """
    store = archive()
    access.require(actor, ACTION, _AREA)
    with store.locked():
        source = store.source(name)
        if location:
            source = replace(source, location=location, signature_location=signature_location)
        state = store.state(name)
        try:
            done = _update(actor, store, source, state, at, accept, apply, opened)
        except HashiraError as error:
            if apply:
                _record_refusal(actor=actor, name=name, code=error.code)
                store.write_state(name, replace(state, checked_at=at.isoformat(), trouble=error.code))
            raise
    return done


def _update(
    actor: Principal,
    store: TrustArchive,
    source: Source,
    state: SourceState,
    at: datetime,
    accept: bool,
    apply: bool,
    opened: Open,
) -> Update:
    pinned = store.source(source.name)
    same = source == pinned and _same_pins(store, source, state)
    got = fetch(source, etag=state.etag if same else "", opened=opened)
    digest = hashlib.sha256(got.octets).hexdigest() if got else state.current_sha256
    if got is None or (digest == state.current_sha256 and _same_pins(store, source, state)):
        if apply:
            now, etag = at.isoformat(), got.etag if got else state.etag
            _record_check(actor=actor, name=source.name)
            # A list without a time of its own is as old as the last look that found it unchanged.
            store.switch(source.name, replace(state, fetched_at=now, checked_at=now, trouble="", etag=etag))
        return Update(source.name, None, state.current, state.newest_time, None, applied=False)
    found = authenticate(source, got.octets, got.signature, at=at)
    _check_order(source.name, found, digest, state, at)
    change = compare(_in_force(store, source.name, state, at, damaged=accept), found.store)
    if change.needs_person(most_removed=settings.HASHIRA_TRUST_REMOVAL_PERCENT / 100) and not accept:
        if apply:
            raise ChangeNeedsPerson(change, source.name)
        return Update(source.name, change, None, found.issued_at, found.signer, applied=False)
    if not apply:
        return Update(source.name, change, None, found.issued_at, found.signer, applied=False)
    number = state.newest + 1
    store.keep(pinned, number, got.octets, got.signature)
    _record_update(actor=actor, name=source.name, version=number, found=found, change=change)
    times = [t for t in (state.newest_time, found.issued_at) if t is not None]
    store.switch(
        source.name,
        replace(
            state,
            current=number,
            newest=number,
            newest_issued_at=max(times).isoformat() if times else None,
            fetched_at=at.isoformat(),
            checked_at=at.isoformat(),
            etag=got.etag,
            current_sha256=digest,
            trouble="",
        ),
    )
    return Update(source.name, change, number, found.issued_at, found.signer, applied=True)


def _same_pins(store: TrustArchive, source: Source, state: SourceState) -> bool:
    """Whether the list in force was checked against the pins of now: a changed pin checks it again."""
    if state.current is None:
        return False
    try:
        kept = store.version(source.name, state.current).source
    except TrustDamaged:
        return False
    return (kept.kind, kept.keys, kept.certificates) == (source.kind, source.keys, source.certificates)


def _check_order(name: str, found: Authentic, digest: str, state: SourceState, at: datetime) -> None:
    def too_old(ja: str, en: str) -> ListTooOld:
        return ListTooOld(name=name, reason=Bilingual(ja, en))

    if digest in state.refused:
        raise too_old("前に戻した版と同じものです", "it is the version that was rolled back")
    if is_too_new(found.issued_at, at):
        raise too_old("日付が未来です", "its date lies in the future")
    if is_older(found.issued_at, state.newest_time):
        raise too_old(
            f"{found.issued_at} は、前に使った {state.newest_issued_at} より古いです",
            f"{found.issued_at} is older than {state.newest_issued_at}, which was in force",
        )
    # Also after a rollback: the same list written with other blanks is still the one that was rolled back.
    if (
        found.issued_at is not None
        and found.issued_at == state.newest_time
        and digest != state.current_sha256
    ):
        raise too_old("使ったものと同じ日付で中身が違います", "it has the time of one that was in force")


def _in_force(
    store: TrustArchive, name: str, state: SourceState, at: datetime, *, damaged: bool
) -> TrustStore:
    """The list to compare with; ``damaged``: somebody accepts that it cannot be read any more."""
    if state.current is None:
        return TrustStore()
    try:
        return store.authentic(name, state.current, at=at).store
    except TrustDamaged:
        if not damaged:
            raise
        return TrustStore()


def rollback(*, actor: Principal, name: str, version: int, at: datetime, reason: str) -> None:
    """Put an earlier version in force on purpose; the one that was is not taken again by an update.

    Raises ``NoSuchVersion``, ``TrustDamaged``.
    """
    store = archive()
    access.require(actor, ACTION, _AREA)
    with store.locked():
        store.source(name)
        state = store.state(name)
        if version not in store.versions(name) or version == state.current:
            raise NoSuchVersion(name=name, version=f"v{version:04d}")
        store.authentic(name, version, at=at)
        kept = store.version(name, version)
        digest = hashlib.sha256(kept.octets).hexdigest()
        refused = tuple(dict.fromkeys([*state.refused, state.current_sha256]))
        _record_rollback(actor=actor, name=name, version=version, left=state.current, reason=reason)
        store.switch(
            name,
            replace(
                state,
                current=version,
                current_sha256=digest,
                refused=tuple(x for x in refused if x and x != digest)[-100:],
                fetched_at=at.isoformat(),
                etag="",
            ),
        )


@service(action=ACTION)
def _record_update(*, actor: Principal, name: str, version: int, found: Authentic, change: Change) -> None:
    access.require(actor, ACTION, _AREA)
    _tell(
        actor,
        "update",
        name,
        version=version,
        issued=found.issued_at.isoformat() if found.issued_at else None,
        signer=found.signer,
        added=len(change.added),
        removed=len(change.removed),
        changed=len(change.changed),
    )


@service(action=ACTION)
def _record_check(*, actor: Principal, name: str) -> None:
    access.require(actor, ACTION, _AREA)
    _tell(actor, "unchanged", name)


@service(action=ACTION)
def _record_refusal(*, actor: Principal, name: str, code: str) -> None:
    access.require(actor, ACTION, _AREA)
    _tell(actor, "refused", name, code=code)


@service(action=ACTION)
def _record_rollback(*, actor: Principal, name: str, version: int, left: int | None, reason: str) -> None:
    access.require(actor, ACTION, _AREA)
    _tell(actor, "rollback", name, version=version, left=left, reason=reason[:200])


def _tell(actor: Principal, act: str, name: str, **facts: str | int | bool | None) -> None:
    audit.record(
        actor=actor,
        action=ACTION,
        subjects=[audit.Subject("trust-list", name)],
        facts={"act": act, **facts},
    )
