"""QR codes read from pictures: a photograph, a scan, a screenshot (二次元コードの読み取り)."""

from __future__ import annotations

import base64
import io
import struct
from typing import TYPE_CHECKING, Any

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MAX_OCTETS = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000


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
