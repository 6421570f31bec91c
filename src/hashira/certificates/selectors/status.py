"""What the ledger says of certificates: to verifiers, to the server, to staff (証明書の状態)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from hashira.certificates.domain import shc, vds_nc
from hashira.certificates.domain.card_revocation_list import HASH_FHIR, RID
from hashira.certificates.domain.certificate_kind import TITLES
from hashira.certificates.domain.certificate_status import Reason, Standing, StatusName
from hashira.certificates.domain.filter_cascade import build, fingerprint
from hashira.certificates.domain.format import format_named
from hashira.certificates.domain.status_bundle import KeyStatuses, Section
from hashira.certificates.selectors.record_group import members_of
from hashira.certificates.store.models import CertificateStatus, SigningKey, State
from hashira.kernel.clock import JST
from hashira.kernel.language import Bilingual

_PORTION = 20_000
_NEVER = 253_402_300_800
"""Unix seconds: the first of the year 10000."""
MARGIN = timedelta(minutes=10)
"""A certificate is in the ledger this long after the moment of its issue at the latest. A bundle closes its
sets so long before it is made: none can come to a set later, whose answer would then be chance."""


@dataclass(frozen=True, slots=True)
class StatusLine:
    """A certificate with its status, for staff."""

    id: UUID
    person_id: UUID | None
    number: str
    title: Bilingual
    issued_at: datetime
    state: str
    reason: str
    changed_at: datetime | None


class LedgerStatus:
    """The ledger itself as a source: exact, and of this moment (``StatusSource``)."""

    def covers(self, kid: str) -> bool:
        """Whether the key is one of this installation."""
        return SigningKey.objects.filter(pk=kid).exists()

    def standing(self, name: StatusName) -> Standing:
        """What the ledger says; a certificate it does not know is not covered."""
        state = (
            CertificateStatus.objects.filter(key_id=name.kid, identifier=name.identifier)
            .values_list("state", flat=True)
            .first()
        )
        if state is None:
            return Standing.NOT_COVERED
        return Standing.GOOD if state == State.VALID else Standing.REVOKED


def card_revocation_list(kid: str) -> dict[str, Any] | None:
    """The list of a key for cards (SHC 1.4.0, "Revocation"); ``None`` where there is none to publish.

    A key whose certificates are all valid has no list, and no ``crlVersion`` in the key set. A key has one
    method (RFC 002 of the specification): ``hash-fhir`` where its cards carry no ``rid``.
    """
    key = SigningKey.objects.filter(pk=kid, format=shc.NAME, withdrawn_at=None, status_version__gt=0).first()
    if key is None:
        return None
    rids = _over(key).order_by("identifier").values_list("identifier", flat=True)
    method = HASH_FHIR if key.without_rid else RID
    return {"kid": kid, "method": method, "ctr": key.status_version, "rids": list(rids)}


def _over(key: SigningKey) -> Any:
    return CertificateStatus.objects.filter(key=key).exclude(state=State.VALID)


# ── the statuses of a bundle ────────────────────────────────────────────────────────────────────────────
def key_statuses(at: datetime) -> tuple[KeyStatuses, ...]:
    """The statuses under every published key as a bundle made at that moment has them."""
    keys = SigningKey.objects.filter(withdrawn_at=None).order_by("published_at", "kid")
    return tuple(_statuses(key, at - MARGIN) for key in keys)


def _statuses(key: SigningKey, closed: datetime) -> KeyStatuses:
    """By months in Japan, so that a delta holds the months in which something changed.

    A seal tells its day and no more, so its sets end with a day.
    """
    end = closed.replace(microsecond=0)
    if key.without_rid:
        # The ledger does not know all cards of another system: there is no set for an answer "good".
        over = _over(key).values_list("identifier", flat=True)
        marks = frozenset(fingerprint(key.kid, identifier) for identifier in over)
        return KeyStatuses(key.kid, (), _NEVER, marks)
    if key.format == vds_nc.NAME:
        end = _midnight(end.astimezone(JST).date())
    rows = CertificateStatus.objects.filter(key=key)
    first = rows.filter(issued_at__lt=end).order_by("issued_at").values_list("issued_at", flat=True).first()
    sections: list[Section] = []
    begin = end if first is None else _midnight(first.astimezone(JST).date().replace(day=1))
    while begin < end:
        month = begin.astimezone(JST).date()
        until = min(end, _midnight((month + timedelta(days=31)).replace(day=1)))
        sections.append(_section(key, begin, until))
        begin = until
    since = rows.filter(issued_at__gte=end).exclude(state=State.VALID).values_list("identifier", flat=True)
    marks = frozenset(fingerprint(key.kid, identifier) for identifier in since)
    return KeyStatuses(key.kid, tuple(sections), int(end.timestamp()), marks)


def _section(key: SigningKey, begin: datetime, end: datetime) -> Section:
    inside = CertificateStatus.objects.filter(key=key, issued_at__gte=begin, issued_at__lt=end)
    over = inside.exclude(state=State.VALID).values_list("identifier", flat=True)
    valid = inside.filter(state=State.VALID).values_list("identifier", flat=True)
    revoked = [fingerprint(key.kid, identifier) for identifier in over]
    cascade = build(revoked, _portions(key.kid, valid.iterator(_PORTION)) if revoked else ())
    return Section(int(begin.timestamp()), int(end.timestamp()), cascade)


def _portions(kid: str, identifiers: Iterator[str]) -> Iterator[list[bytes]]:
    portion: list[bytes] = []
    for identifier in identifiers:
        portion.append(fingerprint(kid, identifier))
        if len(portion) == _PORTION:
            yield portion
            portion = []
    yield portion


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), JST).astimezone(UTC)


def ledger_digest() -> str:
    """Of all that a bundle says of statuses and keys; the same as long as none of it changes."""
    digest = hashlib.sha256()
    keys = SigningKey.objects.order_by("kid").values_list(
        "kid", "status_version", "retired_at", "withdrawn_at"
    )
    for row in keys:
        digest.update(repr(row).encode())
    return digest.hexdigest()


# ── for staff ───────────────────────────────────────────────────────────────────────────────────────────
def statuses_of(person_id: UUID) -> tuple[StatusLine, ...]:
    """The certificates of a person, the newest first."""
    rows = CertificateStatus.objects.filter(certificate__person_id__in=members_of(person_id))
    return _lines(rows.order_by("-issued_at", "-pk"))


def revocations(organisations: frozenset[UUID], *, limit: int = 2000) -> tuple[StatusLine, ...]:
    """What lost its validity in those municipalities, the latest first."""
    rows = CertificateStatus.objects.filter(organisation_id__in=organisations).exclude(state=State.VALID)
    return _lines(rows.order_by("-changed_at", "-pk")[:limit])


def _lines(rows: Any) -> tuple[StatusLine, ...]:
    from hashira.certificates.domain.certificate_status import REASON_NAMES

    language_free = {reason.value: REASON_NAMES[reason].ja for reason in Reason}
    return tuple(
        StatusLine(
            id=row.pk,
            person_id=_record_of(row.certificate) if row.certificate else None,
            number=row.certificate.number if row.certificate else "",
            title=TITLES[row.certificate.kind] if row.certificate else format_named(row.key.format).TITLE,
            issued_at=row.issued_at,
            state=row.state,
            reason=row.reason if row.reason in language_free else "",
            changed_at=row.changed_at,
        )
        for row in rows.select_related("certificate__person", "key")
    )


def _record_of(certificate: Any) -> UUID:
    """In whose record it stands: that of the person it was issued to, or of the one they were merged into."""
    found: UUID = certificate.person.merged_into_id or certificate.person_id
    return found
