"""The errors of access: refused, and could not be decided."""

from __future__ import annotations

from hashira.core.access.principal import Resource
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class AccessDenied(HashiraError):
    """The policy does not allow it. Raised with ``action``."""

    resource: Resource | None = None
    """What was asked for; never part of a message."""

    code = "CORE-001"
    status = 403
    what = Bilingual("この操作はできません", "You may not do this")
    why = Bilingual("操作「{action}」が許可されていません", "The action {action} is not allowed for you")
    remedy = Bilingual(
        "所属する団体の管理者に、必要な役割を確認してください",
        "Ask the administrator of your organisation which role it needs",
    )


class AccessFault(HashiraError):
    """The policy could not be evaluated, so nothing was allowed. Raised with ``action``."""

    code = "CORE-002"
    status = 500
    what = Bilingual("操作の可否を判定できませんでした", "It could not be decided whether you may do this")
    why = Bilingual(
        "操作「{action}」の判定中に誤りが起きたため、許可しませんでした",
        "Deciding on the action {action} failed, so it was not allowed",
    )
    remedy = Bilingual(
        "システムの管理者に、このコードを伝えてください", "Tell the administrator of the system this code"
    )
