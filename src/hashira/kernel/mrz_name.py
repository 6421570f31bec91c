"""The name field of a machine-readable zone (機械読取領域の氏名欄).

Source: ICAO Doc 9303, 8th edition: Part 3 §4.6 (how a name is written), Part 4 §4.2.2 and §4.2.3 (the 39
positions of a passport, how a longer name is shortened), Part 5 and 6 for cards (30 and 31 positions).
"""

from __future__ import annotations

from hashira.kernel.person_name import RomanName

TD1, TD2, TD3 = 30, 31, 39
"""Positions of the name in a card of credit-card size, a larger card, a passport."""


def mrz_name(name: RomanName, *, positions: int = TD3) -> str:
    """The name as the machine-readable zone has it, filled to ``positions`` with ``<``.

    Spaces and hyphens become ``<``, apostrophes go, ``<<`` parts family and given names. A name that does
    not fit is shortened so that the last position is a letter, which tells a reader that something may be
    missing. Of the ways Doc 9303 leaves to the issuer this takes: given names are cut at the end; where
    the family name leaves them no room, its first component stays, the others are shortened to nearly
    equal length, and the first given name stays whole (Part 4 §4.2.3.3 b).

    >>> mrz_name(RomanName("O'CONNOR", "ENYA SIOBHAN"))
    'OCONNOR<<ENYA<SIOBHAN<<<<<<<<<<<<<<<<<<'
    """
    if positions < TD1:
        raise ValueError(f"a name field has at least {TD1} positions")
    family, given = _components(name.family), _components(name.given)
    whole = "<<".join("<".join(part) for part in (family, given) if part)
    if len(whole) <= positions:
        return whole.ljust(positions, "<")
    return (_truncated(family, given, positions) if given else _cut(family, positions)) or whole[:positions]


def _components(part: str) -> list[str]:
    return part.replace("'", "").replace("-", " ").split()


def _truncated(family: list[str], given: list[str], positions: int) -> str | None:
    """Both parts in exactly ``positions``; ``None`` where letters and fillers do not let a letter be last."""
    length = len("<".join(family))
    if length > positions - len("<<") - 1:
        length = max(positions - len("<<") - len(given[0]), positions // 2)
    # Mostly the first round is the last. A cut on a filler gives way by one more letter of the family name.
    for size in range(length, 0, -1):
        shortened = _shorten(family, size) or _cut(family, size)
        rest = _cut(given, positions - len("<<") - size)
        if shortened and rest:
            return f"{shortened}<<{rest}"
    return None


def _shorten(components: list[str], size: int) -> str | None:
    """The components in exactly ``size`` positions; the first stays whole while the others can shrink.

    ``None`` where there are too many components to keep a letter of each, or too few letters.
    """
    letters = size - (len(components) - 1)
    if letters < len(components):
        return None
    first = min(len(components[0]), letters - (len(components) - 1))
    kept = [first] + [0] * (len(components) - 1)
    while sum(kept) < letters:
        before = sum(kept)
        for index in range(1, len(components)):
            if sum(kept) < letters and kept[index] < len(components[index]):
                kept[index] += 1
        if sum(kept) == before:
            return None
    return "<".join(component[:length] for component, length in zip(components, kept, strict=True))


def _cut(components: list[str], room: int) -> str | None:
    """The components cut at the end to exactly ``room`` positions, the last of which is a letter."""
    written = "<".join(components)
    if len(written) < room:
        return None
    if written[room - 1] != "<":
        return written[:room]
    # The cut fell on a filler: one letter fewer before it lets the initial of the next component in.
    kept = written[: room - 1].split("<")
    longest = max(range(len(kept)), key=lambda index: len(kept[index]))
    if len(kept[longest]) == 1:
        return None
    kept[longest] = kept[longest][:-1]
    return "<".join([*kept, written[room]])
