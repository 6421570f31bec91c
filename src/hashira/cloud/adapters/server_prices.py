"""What servers cost an hour, from a file that the operator keeps (サーバーの単価).

CSV in UTF-8 with the columns ``engine,region,kind,usd_an_hour``; an empty region is any. No price is built
in: what the file does not name is not known.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from django.conf import settings

_log = logging.getLogger(__name__)
_COLUMNS = ("engine", "region", "kind", "usd_an_hour")
_MOST = 10_000
Prices = Mapping[tuple[str, str, str], Decimal]


def price_of(engine: str, region: str, kind: str) -> Decimal | None:
    """US dollars an hour, without tax; None where nobody has written it down."""
    prices = _prices()
    return prices.get((engine, region, kind), prices.get((engine, "", kind)))


def _prices() -> Prices:
    path = Path(settings.HASHIRA_CLOUD_SERVER_PRICES) if settings.HASHIRA_CLOUD_SERVER_PRICES else None
    if path is None:
        return {}
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        _log.warning("the prices of servers cannot be read: %s", error)
        return {}
    return _read(path, changed)


@lru_cache(maxsize=2)
def _read(path: Path, changed: int) -> Prices:
    found: dict[tuple[str, str, str], Decimal] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                if number > _MOST:
                    break
                engine, region, kind, price = ((row.get(name) or "").strip() for name in _COLUMNS)
                try:
                    value = Decimal(price)
                except InvalidOperation:
                    value = Decimal("NaN")
                if not engine or not kind or not value.is_finite() or value < 0:
                    _log.warning("line %d of the prices of servers is left out", number)
                    continue
                found[engine, region, kind] = value
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        _log.warning("the prices of servers cannot be read: %s", error)
        return {}
    return found
