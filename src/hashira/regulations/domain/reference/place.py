"""The place that a page shows as one: an article, or what stands as one (条など)."""

from __future__ import annotations

from hashira.regulations.domain.law.points import top_point

_SMALLER = ("It_", "Su_", "Tb_", "Li_", "No_", "Xx_")


def place_of(path: str) -> str:
    """The article of a path; where there is none, its paragraph or its appendix.

    >>> [place_of(path) for path in ("Mp-At_9_3-Pr_1-It_2", "Mp-Pr_3-It_1", "Mpat_1-Tb_1-Tr_2", "Sp-Pr_2")]
    ['Mp-At_9_3', 'Mp-Pr_3', 'Mpat_1', 'Sp-Pr_2']
    """
    segments = path.split("-")
    for first in ("At_", "Pr_"):
        for index, segment in enumerate(segments):
            if segment.startswith(first):
                return "-".join(segments[: index + 1])
    if point := top_point(path):
        return point
    for index, segment in enumerate(segments):
        if index and segment.startswith(_SMALLER):
            return "-".join(segments[:index])
    return path
