"""The modules of a QR code: its data from the drawer, its mask from :mod:`qr_mask` (二次元コードの点).

Two masks differ in the same modules whatever a code says: in their patterns, and in the format information,
whose code is linear. So one code of a size drawn with each mask is enough to have the seven others of every
code of that size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hashira.certificates.adapters import qr_mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MASKS = range(8)
_DARK = 0
"""How a picture has a dark module."""
_differences: dict[int, tuple[int, ...]] = {}
"""By what each mask differs from the first, for each of the forty sizes that were drawn so far."""


def modules(text: str, level: str) -> NDArray[np.uint8]:
    """The rows of a code (1: dark), each with a few light modules behind it, and some light rows at the end.

    ``level`` is the error correction (L, M, Q, H). For ``shc:/`` the drawer chooses byte and numeric segments
    by itself.
    """
    framed = _framed(text, level, _MASKS[0])
    code, side = _number(framed), side_of(framed)
    if side not in _differences:
        _differences[side] = tuple(code ^ _number(_framed(text, level, mask)) for mask in _MASKS)
    masked = [code ^ difference for difference in _differences[side]]
    best = qr_mask.least(masked, side=side, stride=framed.shape[1])
    octets = np.frombuffer(best.to_bytes(framed.size // 8, "big"), np.uint8)
    return np.unpackbits(octets).reshape(framed.shape)


def side_of(modules: NDArray[np.uint8]) -> int:
    """Modules of a side of the code that ``modules`` gave."""
    return len(modules) - qr_mask.MARGIN


def _framed(text: str, level: str, mask: int) -> NDArray[np.uint8]:
    """The modules as the drawer puts them, and light ones round them so that a row has whole octets."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, data_mask=mask)
    drawn = np.asarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False))
    side = drawn.shape[0]
    framed = np.zeros((side + qr_mask.MARGIN, -(side + qr_mask.MARGIN) // 8 * -8), np.uint8)
    framed[:side, :side] = drawn == _DARK
    return framed


def _number(framed: NDArray[np.uint8]) -> int:
    return int.from_bytes(np.packbits(framed).tobytes(), "big")
