"""Sending figures away and taking those of others (数値の書出しと取込み)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from hashira.certificates.domain.signer import Signer
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.services import service
from hashira.portal.exchange.errors import AnotherKey, FromTheFuture, NotNewer
from hashira.portal.exchange.models import ReceivedFigures
from hashira.portal.exchange.signed_file import FiguresFile, read, write
from hashira.portal.figures import counted_documents

_PORTAL = Resource("Portal::Area", "portal")
_SKEW = timedelta(minutes=5)


@service(action="portal:ExportFigures")
def export_figures(*, actor: Principal, installation: str, signer: Signer, at: datetime) -> str:
    """The figures of this installation as a signed file; small counts of people leave as ``null``."""
    access.require(actor, "portal:ExportFigures", _PORTAL)
    figures, not_counted = counted_documents()
    token = write(
        {
            "version": 1,
            "installation": installation,
            "issued_at": at.isoformat(),
            "period": {"from": None, "to": at.isoformat()},
            "figures": figures,
            "not_counted": not_counted,
        },
        signer,
    )
    audit.record(actor=actor, action="portal:ExportFigures", facts={"figures": len(figures)})
    return token


@service(action="portal:ImportFigures")
def import_figures(
    *, actor: Principal, token: str, trusted: Mapping[str, bytes], new_key: bool, at: datetime
) -> FiguresFile:
    """Takes the file of another installation in the place of its last one.

    Raises what ``signed_file.read`` raises, ``FromTheFuture``, ``NotNewer`` (also for the same file
    again) and ``AnotherKey`` where a name comes under another key and ``new_key`` is not said.
    """
    access.require(actor, "portal:ImportFigures", _PORTAL)
    file = read(token, trusted)
    if file.issued_at > at + _SKEW:
        raise FromTheFuture(issued=file.issued_at.isoformat())
    row, made = ReceivedFigures.objects.select_for_update().get_or_create(
        installation=file.installation,
        defaults={
            "kid": file.kid,
            "issued_at": file.issued_at,
            "received_at": at,
            "document": file.document,
            "token": token.strip(),
        },
    )
    if not made:
        if row.kid != file.kid and not new_key:
            raise AnotherKey(installation=file.installation)
        if file.issued_at <= row.issued_at:
            raise NotNewer(held=row.issued_at.isoformat())
        row.kid, row.issued_at, row.received_at = file.kid, file.issued_at, at
        row.document, row.token = dict(file.document), token.strip()
        row.save()
    audit.record(
        actor=actor,
        action="portal:ImportFigures",
        facts={"kid": file.kid, "figures": len(file.document["figures"])},
    )
    return file
