"""What linking leaves behind goes by the clock (連携の記録の保存期間).

The register itself (people, doses, certificates) never does: an erasure is decided by a supervisor, since the
law wants it kept and says for how long. That a request was decided stays in the audit, without the person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from hashira.certificates.services.linking import WINDOW
from hashira.certificates.store.models import (
    LinkAttempt,
    LinkCode,
    LinkRequest,
    PickupAttempt,
    PickupCode,
    RepresentationCode,
)
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.services import service


def linking_is_over(at: datetime) -> bool:
    """Whether there is anything to delete."""
    return any(rows.exists() for rows in _over(at).values())


@service(action="certificates:PruneLinking")
def prune_linking(*, actor: Principal, at: datetime) -> dict[str, int]:
    """Deletes old tries, codes that work no more, and requests decided long ago; counts them."""
    access.require(actor, "certificates:PruneLinking", Resource("Portal::Area", "certificates"))
    deleted = {name: rows.delete()[0] for name, rows in _over(at).items()}
    audit.record(actor=actor, action="certificates:PruneLinking", facts=dict(deleted))
    return deleted


def _before(at: datetime, days: int) -> datetime:
    """Never within the window in which tries and requests are counted, whatever the setting says."""
    return at - max(timedelta(days=days), 2 * WINDOW)


def _over(at: datetime) -> dict[str, QuerySet[Any]]:
    tried = _before(at, settings.HASHIRA_LINK_ATTEMPT_RETENTION_DAYS)
    decided = _before(at, settings.HASHIRA_LINK_REQUEST_RETENTION_DAYS)
    return {
        "attempts": LinkAttempt.objects.filter(at__lt=tried),
        "codes": LinkCode.objects.filter(Q(ended_at__lt=tried) | Q(expires_at__lt=tried)),
        "representation_codes": RepresentationCode.objects.filter(
            Q(ended_at__lt=tried) | Q(expires_at__lt=tried)
        ),
        "pickup_codes": PickupCode.objects.filter(
            Q(used_at__lt=tried) | Q(withdrawn_at__lt=tried) | Q(expires_at__lt=tried)
        ),
        "pickup_attempts": PickupAttempt.objects.filter(at__lt=tried),
        "requests": LinkRequest.objects.exclude(state=LinkRequest.State.OPEN).filter(decided_at__lt=decided),
    }
