"""Where an import stands, from the file to the registry (取込みの状態)."""

from __future__ import annotations

from enum import StrEnum

from hashira.kernel.language import Bilingual


class ImportState(StrEnum):
    """The states of an import, in the order in which it goes through them."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    CANCELLED = "cancelled"


BUSY = frozenset({ImportState.CHECKING, ImportState.APPLYING, ImportState.UNDOING})
"""States in which a job is at work."""

STATE_NAMES: dict[ImportState, Bilingual] = {
    ImportState.UPLOADED: Bilingual("列の対応づけ待ち", "Waiting for its columns"),
    ImportState.CHECKING: Bilingual("確認中", "Being checked"),
    ImportState.CHECKED: Bilingual("実行待ち", "Waiting to be imported"),
    ImportState.APPLYING: Bilingual("取込み中", "Being imported"),
    ImportState.APPLIED: Bilingual("取込み済み", "Imported"),
    ImportState.UNDOING: Bilingual("取消し中", "Being undone"),
    ImportState.UNDONE: Bilingual("取消し済み", "Undone"),
    ImportState.CANCELLED: Bilingual("中止", "Cancelled"),
}
