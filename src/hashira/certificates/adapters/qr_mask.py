"""Which of its eight masks a QR code is drawn with: that of the least penalty (二次元コードのマスク).

A drawer that chooses looks at each module of eight codes, which is four fifths of its work. Here a code is
one long number with a bit for each module, and a penalty a few shifts and counts of such numbers. What is
chosen is the same, and a test holds it to that.

Source: ISO/IEC 18004:2015 §7.8.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

MARGIN = 4
"""Light modules behind each row and below the last: none of the patterns looked for reaches further."""
_RUN, _BLOCK, _FINDER, _SHARE = 3, 3, 40, 10
"""N1 to N4 of table 11: what each undesirable feature costs."""


def least(codes: Iterable[int], *, side: int, stride: int) -> int:
    """Of codes that say the same the one with the least penalty, of equal ones the first.

    A code's number has the rows from the highest bit down, each of ``side`` modules (1: dark) and light ones
    up to ``stride``, and ``MARGIN`` light rows at the end.
    """
    return min(codes, key=lambda code: penalty(code, side=side, stride=stride))


def penalty(code: int, *, side: int, stride: int) -> int:
    """What the features of a code cost together that make it harder to read.

    In a number a shift by one brings the module on the right to where a module is, and one by ``stride`` that
    below it, so that the two directions are the same work.
    """
    across, down = _inside(side, stride)
    whole = (1 << stride * (side + 2 * MARGIN)) - 1
    light = whole ^ code
    total = 0
    same = []
    for step, inside in ((1, across), (stride, down)):
        like_next = ((code ^ code << step) & inside) ^ inside
        same.append(like_next)
        pairs = like_next & like_next << step
        fives = pairs & pairs << 2 * step
        # A run of n modules has n - 4 stretches of five, of which all but one have the next one beside them.
        total += _RUN * fives.bit_count() - (_RUN - 1) * (fives & fives << step).bit_count()
        total += _FINDER * _finders(code, light, step)
    total += _BLOCK * (same[0] & same[1] & same[0] << stride).bit_count()
    dark = code.bit_count()
    return total + _SHARE * (abs(2 * dark - side * side) * 10 // (side * side))


def _finders(code: int, light: int, step: int) -> int:
    """Sequences as through a finder (dark, light, three dark, light, dark) beside four light modules."""
    dark_pairs = code & code << step
    sequences = (
        code
        & light << step
        & dark_pairs << 2 * step
        & code << 4 * step
        & light << 5 * step
        & code << 6 * step
    )
    light_pairs = light & light << step
    fours = light_pairs & light_pairs << 2 * step
    return (sequences & (fours << 7 * step | fours >> 4 * step)).bit_count()


@cache
def _inside(side: int, stride: int) -> tuple[int, int]:
    """The modules that have one on their right, and those that have one below."""
    row = (1 << side) - 1 << stride - side
    rows = [row << stride * (place + MARGIN) for place in range(side)]
    last = 1 << stride - side
    across = sum(each & ~(last << stride * (place + MARGIN)) for place, each in enumerate(rows))
    return across, sum(rows[1:])
