"""What every operation says about itself, and the shapes that all of them share (APIの操作)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from ninja import Schema
from pydantic import ConfigDict

from hashira.kernel.language import Bilingual

_Row = TypeVar("_Row")


class Shape(Schema):
    """Input; a member that is not known is refused, so that a slip of the pen is not lost."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """An error (RFC 9457): ``type`` leads to its explanation."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    instance: str | None = None


class Page(Schema, Generic[_Row]):
    """A part of a list in a stable order; ``next`` is the offset of the following part."""

    items: list[_Row]
    total: int
    next: int | None


def page_of(rows: Sequence[Any], *, offset: int, limit: int) -> dict[str, Any]:
    """The rows from ``offset`` on, at most ``limit``."""
    after = offset + limit
    return {
        "items": list(rows[offset:after]),
        "total": len(rows),
        "next": after if after < len(rows) else None,
    }


def about(operation_id: str, summary: Bilingual, description: Bilingual) -> dict[str, Any]:
    """The words of an operation in both languages, as arguments of the router."""
    return {
        "operation_id": operation_id,
        "summary": f"{summary.ja} / {summary.en}",
        "description": f"{description.ja}\n\n{description.en}",
        "openapi_extra": {
            "x-summary": {"ja": summary.ja, "en": summary.en},
            "x-description": {"ja": description.ja, "en": description.en},
        },
    }


def failures(*statuses: int) -> dict[int, Any]:
    """The error answers of an operation: each a problem."""
    return dict.fromkeys(statuses, Problem)
