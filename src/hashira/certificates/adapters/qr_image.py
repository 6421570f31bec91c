"""QR codes as pictures: read from a photograph or a scan, drawn as the path of an SVG (二次元コード)."""

from __future__ import annotations

import base64
import io
import re
import struct
from typing import TYPE_CHECKING, Any

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MAX_OCTETS = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
_QUIET_ZONE = 4  # modules, ISO/IEC 18004 §6.3.8
_DARK = b"\x00"
_RUNS = re.compile(rb"\xff*\x00+")


class NoCodeInImage(HashiraError):
    """A picture without a readable code."""

    code = "CERT-011"
    what = Bilingual("画像から二次元コードを読み取れません", "No code can be read from the picture")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "コード全体が明るく、まっすぐに写った画像を選んでください",
        "Choose a picture that shows the whole code, bright and straight",
    )
    status = 422


def read_codes(octets: bytes) -> list[str]:
    """The texts of all QR codes in a PNG, JPEG or other picture, at least one; else ``NoCodeInImage``."""
    import zxingcpp
    from PIL import Image

    if len(octets) > MAX_OCTETS:
        raise NoCodeInImage(reason=Bilingual("ファイルが大きすぎます", "The file is too large"))
    try:
        with Image.open(io.BytesIO(octets)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise NoCodeInImage(reason=Bilingual("画素が多すぎます", "It has too many pixels"))
            grey = _on_white(image).convert("L")
    # What the readers of Pillow raise over broken files; SyntaxError is theirs for a broken PNG.
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError) as error:
        raise NoCodeInImage(reason=Bilingual("画像ではありません", "It is not a picture")) from error
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)
    texts = [text for text in map(_text_of, found) if text]
    if not texts:
        raise NoCodeInImage(reason=Bilingual("コードが見つかりません", "There is no code in it"))
    return texts


def _text_of(code: Any) -> str:
    """The text of a code; a ZIP file in it (DIVOC) as Base64, since its octets are no letters."""
    octets = bytes(code.bytes)
    return f"B64:{base64.b64encode(octets).decode()}" if octets.startswith(b"PK\x03\x04") else code.text


def _on_white(image: Picture) -> Picture:
    """The picture as a person sees it on paper: what is transparent is white, not the black below it."""
    if not image.has_transparency_data:
        return image
    from PIL import Image

    coloured = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)


def draw(text: str, *, level: str = "L") -> tuple[str, int]:
    """A QR code as the path of an SVG and the side of its square, in modules with the quiet zone.

    ``level`` is the error correction (L, M, Q, H). For ``shc:/`` the drawer chooses byte and
    numeric segments by itself.
    """
    rows = _rows(text, level)
    runs = (
        f"M{match.start() + _QUIET_ZONE} {y}h{len(match[0])}v1h-{len(match[0])}z"
        for y, row in enumerate(rows, start=_QUIET_ZONE)
        for match in re.finditer(rb"\x00+", row)
    )
    return "".join(runs), len(rows) + 2 * _QUIET_ZONE


class _Steps(dict[bytes, str]):
    """What to draw for light modules and the dark ones after them: few differ, so each is written once."""

    def __missing__(self, modules: bytes) -> str:
        dark = modules.count(_DARK)
        step = self[modules] = f"m{len(modules) - dark} 0h{dark}"
        return step


_STEPS = _Steps()


def draw_lines(text: str, *, level: str = "L") -> tuple[str, int]:
    """As ``draw``, with each run of dark modules as one line, to be stroked one module wide.

    A line lies on the upper edge of its row, since whole numbers are read and written faster: who draws it
    moves it down by half a module. It says the same in two fifths of the letters, and a printer has a fifth
    of the points to go through.
    """
    rows = _rows(text, level)
    lines = (
        f"M{_QUIET_ZONE} {y}{''.join(map(_STEPS.__getitem__, _RUNS.findall(row)))}"
        for y, row in enumerate(rows, start=_QUIET_ZONE)
    )
    return "".join(lines), len(rows) + 2 * _QUIET_ZONE


def _rows(text: str, level: str) -> list[bytes]:
    """The modules of a code, one octet each, without the quiet zone."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    image = zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)
    height, width = image.shape
    octets = bytes(image)
    return [octets[y * width : (y + 1) * width] for y in range(height)]
