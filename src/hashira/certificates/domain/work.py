"""The kinds of things that wait for the staff of a municipality (要対応の種類)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from hashira.kernel.language import Bilingual


class WorkKind(StrEnum):
    """What waits."""

    LINK = "link"
    NAME = "name"
    DOUBT = "doubt"
    DUPLICATE = "duplicate"
    REISSUE = "reissue"
    IMPORT = "import"
    DELEGATION = "delegation"


WORK_NAMES: Mapping[WorkKind, Bilingual] = {
    WorkKind.LINK: Bilingual("連携の申出", "request to link"),
    WorkKind.NAME: Bilingual("氏名・生年月日の不一致", "name or birth does not match"),
    WorkKind.DOUBT: Bilingual("疑義のある記録", "doubtful record"),
    WorkKind.DUPLICATE: Bilingual("重複の候補", "likely duplicate"),
    WorkKind.REISSUE: Bilingual("証明書の再発行", "certificate to be reissued"),
    WorkKind.IMPORT: Bilingual("取込みの誤り", "import with errors"),
    WorkKind.DELEGATION: Bilingual("照会の委任の申出", "request to look up"),
}
BY_ITSELF = frozenset({WorkKind.LINK, WorkKind.NAME, WorkKind.DUPLICATE, WorkKind.DELEGATION})
"""Kinds that go by themselves when they are decided; the others may be marked as done with."""
