"""What went wrong in a step or a job, as it is kept: texts for people, a type for the program."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hashira.kernel.errors import HashiraError, registered_errors
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class JobProblem:
    """Why a job failed: what, why, what to do next, and the code, as ``HashiraError`` says them."""

    code: str
    what: Bilingual
    why: Bilingual
    remedy: Bilingual

    @classmethod
    def of(cls, error: HashiraError) -> JobProblem:
        """The problem that an error tells of, its places filled."""
        texts = [text.format(**error.details) for text in (error.what, error.why, error.remedy)]
        return cls(error.code, *texts)

    def to_json(self) -> dict[str, Any]:
        """The form in which it is kept in the row of the job."""
        texts = {"what": self.what, "why": self.why, "remedy": self.remedy}
        return {"code": self.code} | {name: {"ja": t.ja, "en": t.en} for name, t in texts.items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> JobProblem:
        """The inverse of ``to_json``."""
        what, why, remedy = (Bilingual(kept[n]["ja"], kept[n]["en"]) for n in ("what", "why", "remedy"))
        return cls(str(kept["code"]), what, why, remedy)


def remembered(error: Exception) -> dict[str, Any]:
    """An exception of a step as DBOS keeps it. Of one that is not ours only the type: a message of some
    library may quote what it was given, and that may be somebody's name."""
    kept: dict[str, Any] = {"type": f"{type(error).__module__}:{type(error).__qualname__}"}
    if isinstance(error, HashiraError):
        kept |= {"code": error.code, "details": {k: _plain(v) for k, v in error.details.items()}}
    return kept


def recalled(kept: Mapping[str, Any]) -> Exception:
    """The exception again, of the same type, so that a body that catches it goes the same way."""
    if "code" in kept and kept["code"] in registered_errors():
        kind = registered_errors()[kept["code"]]
        error = kind.__new__(kind)
        HashiraError.__init__(error, **{k: _rich(v) for k, v in kept["details"].items()})
        return error
    module, _, name = str(kept["type"]).partition(":")
    found: object = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if isinstance(found, type) and issubclass(found, Exception):
        return found.__new__(found)
    return RuntimeError(f"a step failed earlier with {kept['type']}")


def _plain(value: object) -> Any:
    if isinstance(value, Bilingual):
        return {"ja": value.ja, "en": value.en}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _rich(value: Any) -> Any:
    return Bilingual(value["ja"], value["en"]) if isinstance(value, dict) else value
