"""Doses as a table for the person they were given to (接種記録の表)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hashira.ui.tables import Column, Table

_COLUMNS = (
    Column("given_on", _("接種日"), sortable=True, heading=True),
    Column("product", _("ワクチン")),
    Column("number", _("回数"), numeric=True),
    Column("lot", _("ロット番号")),
    Column("place", _("接種場所")),
)


def dose_table(
    request: HttpRequest, doses: Iterable[Any], *, name: str, caption: Any, places: bool = True
) -> Table:
    """The doses, the oldest first; ``name`` keeps several tables of one page apart.

    Without ``places`` for a representative, to whom they are not shown.
    """
    columns = _COLUMNS if places else _COLUMNS[:-1]
    return Table(columns=columns, rows=tuple(doses), request=request, caption=caption, name=name)
