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
    return _truncated(family, given, positions) if given else _cut(family, positions)


def _components(part: str) -> list[str]:
    return part.replace("'", "").replace("-", " ").split()


def _truncated(family: list[str], given: list[str], positions: int) -> str:
    """Both parts in exactly ``positions``."""
    size = len("<".join(family))
    if size > positions - len("<<") - 1:
        size = max(positions - len("<<") - len(given[0]), positions // 2)
    # Where a cut falls on a filler between initials, one letter fewer of the family name mends it.
    fields = [
        f"{shortened}<<{_cut(given, positions - len('<<') - len(shortened))}"
        for shortened in (_shorten(family, size), _shorten(family, max(size - 1, 1)))
        if shortened[-1] != "<"
    ]
    return next((field for field in fields if field[-1] != "<"), fields[0])


def _shorten(components: list[str], size: int) -> str:
    """The components in exactly ``size`` positions; the first stays whole while the others can shrink.

    Too many to keep a letter of each are cut at the end. There are at least ``size`` positions of them.
    """
    others = len(components) - 1
    letters = size - others
    if letters <= others:
        return _cut(components, size)
    kept = [min(len(components[0]), letters - others)] + [0] * others
    while sum(kept) < letters:
        for index in range(1, len(components)):
            if sum(kept) < letters and kept[index] < len(components[index]):
                kept[index] += 1
    return "<".join(component[:length] for component, length in zip(components, kept, strict=True))


def _cut(components: list[str], room: int) -> str:
    """The components cut to exactly ``room`` positions, the last a letter unless all are initials."""
    written = "<".join(components)
    if len(written) < room or written[room - 1] != "<":
        return written[:room].ljust(room, "<")
    # The cut fell on a filler: one letter fewer before it lets the initial of the next component in.
    kept = written[: room - 1].split("<")
    longest = max(range(len(kept)), key=lambda index: len(kept[index]))
    if len(kept[longest]) == 1:
        return written[:room]
    kept[longest] = kept[longest][:-1]
    return "<".join([*kept, written[room]])
