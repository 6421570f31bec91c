"""Paths of a law that references lead to: of articles, paragraphs and sections (参照の行き先の道)."""

from __future__ import annotations

from hashira.regulations.domain.law.units import Unit


def article_path(path: str) -> str:
    """The article that a path stands in; empty where it stands in none.

    >>> article_path("Mp-At_9_3-Pr_1-It_2"), article_path("Mp-Pr_3")
    ('Mp-At_9_3', '')
    """
    begins = path.find("-At_")
    ends = path.find("-", begins + 1)
    return "" if begins < 0 else path if ends < 0 else path[:ends]


def paragraph_path(path: str) -> str:
    """The paragraph that a path stands in; the path itself where it stands in none.

    >>> paragraph_path("Mp-At_9_3-Pr_1-It_2"), paragraph_path("Mp-At_9_3")
    ('Mp-At_9_3-Pr_1', 'Mp-At_9_3')
    """
    pieces = path.split("-")
    for index, piece in enumerate(pieces):
        if piece.startswith("Pr_"):
            return "-".join(pieces[: index + 1])
    return path


def section_path(path: str) -> str:
    """The main provisions or the 附則 that a path stands in.

    >>> section_path("Mp-At_9_3-Pr_1"), section_path("Sp-At_2")
    ('Mp', 'Sp')
    """
    return path.partition("-At_")[0].partition("-Pr_")[0]


def paragraphs_near(unit: Unit, near: str, count: int) -> list[str]:
    """The paragraphs that 前項, 次項, 本項, 前各項 or 前 ``count`` 項 in a unit name."""
    own = paragraph_path(unit.path)
    head, _, number = own.rpartition("_")
    if not number.isdigit():
        return []
    mine = int(number)
    if near in ("この項", "本項"):
        return [own]
    if near == "次項":
        return [f"{head}_{mine + 1}"]
    first = 1 if near == "前各項" else mine - count
    return [f"{head}_{n}" for n in range(first, mine)] if first >= 1 and mine > 1 else []
