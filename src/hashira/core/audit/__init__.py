"""What was done, by whom (監査記録): append-only, sealed, without personal data.

Import what is needed from its module: ``recording`` (``record``, ``Subject``), ``sealing``, ``reading``,
``erasing``. The two that every service uses stand here too, loaded when they are first asked for, since an
app's package may not touch models before Django is ready.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hashira.core.audit.erasing import erase
    from hashira.core.audit.recording import Subject, record

__all__ = ["Subject", "erase", "record"]


def __getattr__(name: str) -> Any:
    if name in {"Subject", "record"}:
        from hashira.core.audit import recording

        return getattr(recording, name)
    if name == "erase":
        from hashira.core.audit.erasing import erase

        return erase
    raise AttributeError(name)
