"""The census of administrative procedures as a source of ministries (行政手続等の棚卸調査)."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from hashira.regulations.adapters.refusals import UnreadableSource


def ministries_by_number(file: Path) -> dict[str, str]:
    """For each law's number, the ministries that its procedures belong to, the most frequent first.

    Reads columns 法令番号 and 所管府省庁 of the Parquet file of the census. Raises ``UnreadableSource``.
    """
    import polars

    try:
        rows = polars.read_parquet(file, columns=["法令番号", "所管府省庁"]).iter_rows()
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for number, ministry in rows:
            if number and ministry:
                counted[number][ministry] += 1
    except (OSError, polars.exceptions.PolarsError):
        raise UnreadableSource(source=str(file)) from None
    return {number: "・".join(name for name, _ in names.most_common(5)) for number, names in counted.items()}
