"""QR codes drawn as the path of an SVG, for pages and for paper (二次元コードの描画)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from hashira.certificates.adapters import qr_symbol

if TYPE_CHECKING:
    from numpy.typing import NDArray

_QUIET_ZONE = 4  # modules, ISO/IEC 18004 §6.3.8
_LARGEST = 177
"""Modules of a side of version 40."""


def draw(text: str, *, level: str = "L") -> tuple[str, int]:
    """A QR code as the path of an SVG and the side of its square, in modules with the quiet zone.

    ``level`` is the error correction (L, M, Q, H). For ``shc:/`` the drawer chooses byte and
    numeric segments by itself.
    """
    (y, x), lengths, side = _runs(text, level)
    runs = (
        f"M{x} {y}h{length}v1h-{length}z"
        for y, x, length in zip(y.tolist(), x.tolist(), lengths.tolist(), strict=True)
    )
    return "".join(runs), side


def draw_lines(text: str, *, level: str = "L") -> tuple[str, int]:
    """As ``draw``, with each run of dark modules as one line, to be stroked one module wide.

    A line lies on the upper edge of its row, since whole numbers are read and written faster: who draws it
    moves it down by half a module. It says the same in two fifths of the letters, and a printer has a fifth
    of the points to go through.
    """
    (y, x), lengths, side = _runs(text, level)
    moves, lines = _steps()
    steps = np.empty((len(lengths), 2), object)
    steps[:, 1] = lines[lengths]
    # From the end of each line to the beginning of the next, which is on the same row or on the one below.
    steps[0, 0] = f"M{x[0]} {y[0]}"
    steps[1:, 0] = moves[np.diff(y), x[1:] - x[:-1] - lengths[:-1]]
    return "".join(steps.ravel().tolist()), side


def _runs(text: str, level: str) -> tuple[tuple[Any, Any], NDArray[np.int_], int]:
    """Where each run of dark modules begins, how long it is, and the side of the square."""
    modules = qr_symbol.modules(text, level)
    # Light modules stand behind each row, so that no run goes on from one row to the next.
    edges = np.flatnonzero(np.diff(modules.ravel(), prepend=0))
    starts, ends = edges[0::2], edges[1::2]
    y, x = np.divmod(starts, modules.shape[1])
    return (y + _QUIET_ZONE, x + _QUIET_ZONE), ends - starts, qr_symbol.side_of(modules) + 2 * _QUIET_ZONE


@cache
def _steps() -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Moves, by rows down and columns to the right (to the left: from the end), and lines by their length."""
    columns = [*range(_LARGEST), *range(-_LARGEST, 0)]
    moves = np.array([[f"m{x} {y}" for x in columns] for y in range(2)], object)
    lines = np.array([f"h{length}" for length in range(_LARGEST + 1)], object)
    return moves, lines
