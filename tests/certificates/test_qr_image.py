"""Codes in pictures as people take and send them, and files that only pretend to be pictures."""

from __future__ import annotations

import io
import random

import pytest
import zxingcpp
from PIL import Image, ImageFilter

from hashira.certificates.adapters.qr_image import NoCodeInImage, read_codes

TEXT = "shc:/5676290952432060346029243740446031222959532654603460292540772804336028"


def code(scale: int = 4) -> Image.Image:
    drawn = zxingcpp.create_barcode(TEXT, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return Image.fromarray(zxingcpp.write_barcode_to_image(drawn, scale=scale))


def octets(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def transparent() -> Image.Image:
    """Black modules on nothing, as wallets export them."""
    drawn = code()
    picture = Image.new("RGBA", drawn.size, (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), mask=drawn.point(lambda grey: 255 - grey))
    return picture


PICTURES = {
    "png": lambda: octets(code()),
    "jpeg of low quality": lambda: octets(code(6).convert("RGB"), "JPEG", quality=30),
    "webp": lambda: octets(code(), "WEBP"),
    "gif": lambda: octets(code(), "GIF"),
    "transparent": lambda: octets(transparent()),
    "palette": lambda: octets(code().convert("P")),
    "turned": lambda: octets(code(8).rotate(17, expand=True, fillcolor=255)),
    "upside down": lambda: octets(code().rotate(180)),
    "light on dark": lambda: octets(code().point(lambda grey: 255 - grey)),
    "out of focus": lambda: octets(code(8).filter(ImageFilter.GaussianBlur(2))),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_a_code_is_read_from(picture: str) -> None:
    assert read_codes(PICTURES[picture]()) == [TEXT]


def test_two_codes_of_one_picture_are_both_read() -> None:
    one = code()
    both = Image.new("L", (one.width * 2 + 40, one.height), 255)
    both.paste(one, (0, 0))
    both.paste(one, (one.width + 40, 0))
    assert read_codes(octets(both)) == [TEXT, TEXT]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_broken_picture_is_an_answer_and_no_crash(kind: str) -> None:
    whole, chance = octets(code().convert("RGB"), kind), random.Random(f"20211220 {kind}")
    for _ in range(60):
        broken = bytearray(whole[: chance.randrange(4, len(whole))])
        for _ in range(chance.randrange(8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            codes = read_codes(bytes(broken))
        except NoCodeInImage:
            continue
        assert codes == [TEXT]  # what was cut or changed was not needed


def test_a_picture_of_too_many_pixels_is_not_unpacked() -> None:
    with pytest.raises(NoCodeInImage):
        read_codes(octets(Image.new("1", (9000, 9000))))
