"""The mask that a code is drawn with, held against the drawer's own choice and a reading of the standard."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import zxingcpp

from hashira.certificates.adapters import qr_mask, qr_path, qr_symbol

NUMBER = int(os.environ.get("HASHIRA_PROVE_COUNT", "80"))
_ALPHABETS = {
    "digits of a card": (10, 3000),
    "letters of Base45": (45, 1800),
    "ASCII": (95, 1200),
}
_LETTERS = {10: "0123456789", 45: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"}


def drawn_alone(text: str, level: str) -> np.ndarray:
    """As the drawer draws it when it chooses the mask itself."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    return np.asarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)) == 0


def painted(path: str, side: int) -> np.ndarray:
    """A path of runs as modules."""
    modules = np.zeros((side, side), bool)
    x = y = 0
    for piece in path.replace("M", "\nM ").replace("m", "\nm ").replace("h", "\nh ").splitlines():
        kind, *numbers = piece.split() or [""]
        if kind == "M":
            x, y = map(int, numbers)
        elif kind == "m":
            x, y = x + int(numbers[0]), y + int(numbers[1])
        elif kind == "h":
            length = int(numbers[0].split("v")[0].rstrip("z"))
            if length < 0:  # back along the lower edge
                continue
            modules[y, x : x + length] = True
            x += length
    return modules


@pytest.mark.parametrize("kind", _ALPHABETS)
def test_the_mask_is_the_one_that_the_drawer_chooses(kind: str) -> None:
    count, longest = _ALPHABETS[kind]
    letters = _LETTERS.get(count, "".join(map(chr, range(32, 127))))
    chance, sides = random.Random(f"20261130 {kind}"), set()
    for _ in range(NUMBER):
        level = chance.choice("LMQH")
        most = longest if level == "L" else longest // 3
        text = "".join(chance.choices(letters, k=chance.randrange(1, most)))
        expected = drawn_alone(text, level)
        modules = qr_symbol.modules(text, level)
        side = qr_symbol.side_of(modules)
        sides.add(side)
        assert side == len(expected)
        assert (modules[:side, :side] == expected).all(), (text, level)
        assert modules.sum() == expected.sum(), "nothing dark outside"
    assert len(sides) > min(NUMBER, 60) / 5


def test_the_penalty_is_that_of_the_standard_module_by_module() -> None:
    """Table 11 read plainly, over noise, and over noise with the features that cost most."""
    chance = random.Random(20261130)
    for side in (21, 25, 97):
        for _ in range(6):
            rows = [[chance.random() < 0.45 for _ in range(side)] for _ in range(side)]
            for _ in range(side // 4):
                y, x = chance.randrange(side), chance.randrange(side - 7)
                rows[y][x : x + 7] = [True, False, True, True, True, False, True]
                rows[y][x + 7 : x + 11] = [False] * len(rows[y][x + 7 : x + 11])
            stride = side + qr_mask.MARGIN
            bits = "".join("".join(str(int(dark)) for dark in row) + "0" * qr_mask.MARGIN for row in rows)
            code = int(bits + "0" * stride * qr_mask.MARGIN, 2)
            assert qr_mask.penalty(code, side=side, stride=stride) == plain_penalty(rows)


def plain_penalty(rows: list[list[bool]]) -> int:
    side, columns = len(rows), [list(column) for column in zip(*rows, strict=True)]
    total = 0
    for line in (*rows, *columns):
        text = "".join("#" if dark else "." for dark in line)
        total += sum(
            len(run) - 2 for run in text.replace("#.", "# .").replace(".#", ". #").split() if len(run) > 4
        )
        wide = f"....{text}...."
        for at in range(4, side + 4 - 6):
            if wide[at : at + 7] == "#.###.#" and "...." in (wide[at - 4 : at], wide[at + 7 : at + 11]):
                total += 40
    for y in range(side - 1):
        for x in range(side - 1):
            total += 3 * (rows[y][x] == rows[y][x + 1] == rows[y + 1][x] == rows[y + 1][x + 1])
    share = 100 * sum(map(sum, rows)) / side**2
    return total + 10 * int(abs(share - 50) / 5)


@pytest.mark.parametrize("text", ["HELLO", "shc:/" + "5676290952" * 40, "HC1:" + "NCFOXN%TS3DH" * 20])
def test_both_paths_paint_the_code(text: str) -> None:
    expected = np.pad(drawn_alone(text, "L"), 4)
    for draw in (qr_path.draw, qr_path.draw_lines):
        path, side = draw(text)
        assert side == len(expected)
        assert (painted(path, side) == expected).all()


@pytest.mark.parametrize(
    ("side", "digits"),  # ISO/IEC 18004:2015, table 7: how many digits a code of each level holds
    [
        (21, (41, 34, 27, 17)),
        (57, (652, 513, 364, 288)),
        (97, (2061, 1600, 1159, 919)),
        (177, (7089, 5596, 3993, 3057)),
    ],
)
def test_two_masks_differ_in_the_same_modules_at_every_level(side: int, digits: tuple[int, ...]) -> None:
    """What one code of a size tells is used for all of that size, of whatever level."""
    told = set()
    for level, count in zip("LMQH", digits, strict=True):
        framed = [qr_symbol._framed("7" * count, level, mask) for mask in range(8)]
        assert qr_symbol.side_of(framed[0]) == side
        first, *others = map(qr_symbol._number, framed)
        told.add(tuple(first ^ other for other in others))
    assert len(told) == 1


def test_what_was_drawn_is_read_back() -> None:
    chance = random.Random(20261201)
    for text in (
        "shc:/" + "".join(f"{chance.randrange(78):02d}" for _ in range(800)),
        "HC1:" + "".join(chance.choices(_LETTERS[45], k=500)),
        '{"data":{"hdr":{"t":"icao.vacc","v":1,"is":"UTO"},"msg":{"uvci":"U32870"}}}',
    ):
        modules = qr_symbol.modules(text, "L")
        side = qr_symbol.side_of(modules)
        picture = np.kron(1 - np.pad(modules[:side, :side], 4), np.full((4, 4), 255, np.uint8))
        (read,) = zxingcpp.read_barcodes(picture.astype(np.uint8), formats=zxingcpp.BarcodeFormat.QRCode)
        assert read.text == text


def test_threads_that_meet_a_size_for_the_first_time_draw_it_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qr_symbol, "_differences", {})
    texts = [str(10 ** (20 + 3 * number)) for number in range(64)]
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda text: qr_symbol.modules(text, "L"), texts))
    for text, modules in zip(texts, drawn, strict=True):
        side = qr_symbol.side_of(modules)
        assert (modules[:side, :side] == drawn_alone(text, "L")).all()


@pytest.mark.parametrize("draw", [qr_path.draw, qr_path.draw_lines])
def test_a_text_that_no_code_holds_is_refused(draw: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match="long"):
        draw("A" * 5000)
