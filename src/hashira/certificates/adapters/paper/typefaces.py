"""The typefaces that paper needs, and which characters they can draw (書体).

Names in the family register use characters that only IPAmj Mincho (文字情報基盤) has, with their variants
(IVS). A character that no typeface has, such as a private one (外字) of an old terminal, is drawn as 〓 and
told, so that it neither blocks a certificate nor becomes an empty box that nobody notices. So is a variant
that the typeface lacks (it has those of the Moji_Joho collection): its character is drawn in a common shape.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

FOLDERS: Final = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/Library/Fonts"))
NAMES: Final = "IPAmjMincho"
TEXT: Final = "Noto Sans CJK JP"
GETA: Final = "〓"
_NAMES_FILE = "ipamjm.ttf"
_TEXT_FILE = "NotoSansCJK-Regular.ttc"
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


class TypefaceMissing(HashiraError):
    """Details: ``files``."""

    code = "CERT-191"
    what = Bilingual("印刷用の書体がありません", "The typefaces for printing are missing")
    why = Bilingual("{files} が見つかりません", "There is no {files}")
    remedy = Bilingual(
        "管理者に知らせてください（Debian: apt-get install fonts-noto-cjk fonts-ipamj-mincho）",
        "Tell the administrator (Debian: apt-get install fonts-noto-cjk fonts-ipamj-mincho)",
    )
    status = 503


@dataclass(frozen=True, slots=True)
class Drawable:
    """A text as it can be drawn."""

    text: str
    missing: tuple[str, ...]
    """Characters that no typeface has."""
    common: tuple[str, ...]
    """Characters with a selector whose variant no typeface has; they are drawn in the common shape."""


@cache
def files(folders: tuple[Path, ...] = FOLDERS) -> tuple[Path, Path]:
    """The files of names and of text, looked for once a process; raises ``TypefaceMissing``."""
    found = {
        path.name: path
        for folder in folders
        for name in (_NAMES_FILE, _TEXT_FILE)
        for path in folder.rglob(name)
    }
    missing = [name for name in (_NAMES_FILE, _TEXT_FILE) if name not in found]
    if missing:
        raise TypefaceMissing(files=", ".join(missing))
    return found[_NAMES_FILE], found[_TEXT_FILE]


@cache
def _drawn() -> frozenset[int]:
    """The characters that either typeface has."""
    return frozenset().union(*(_covered(path) for path in files()))


def _covered(path: Path) -> frozenset[int]:
    from fontTools.ttLib import TTCollection, TTFont

    if path.suffix != ".ttc":
        with TTFont(path, lazy=True) as font:
            return frozenset(font.getBestCmap())
    with TTCollection(path, lazy=True) as collection:
        font = next(font for font in collection.fonts if font["name"].getDebugName(1) == TEXT)
        return frozenset(font.getBestCmap())


@cache
def _variants() -> frozenset[tuple[int, int]]:
    """Character and selector of each variant that the typeface of names has."""
    from fontTools.ttLib import TTFont

    with TTFont(files()[0], lazy=True) as font:
        tables = [table for table in font["cmap"].tables if table.format == 14]
        return frozenset(
            (character, selector)
            for table in tables
            for selector, entries in table.uvsDict.items()
            for character, _ in entries
        )


def drawable(text: str) -> Drawable:
    """The text with 〓 for what no typeface has, and without the selectors of variants that none has."""
    covered = _drawn()
    drawn: list[str] = []
    missing: list[str] = []
    common: list[str] = []
    before = ""
    for character in text:
        if any(ord(character) in selectors for selectors in _VARIATION_SELECTORS):
            if (ord(before or " "), ord(character)) in _variants():
                drawn.append(character)
            elif drawn and drawn[-1] != GETA:
                common.append(before + character)
        elif ord(character) in covered:
            drawn.append(character)
        else:
            drawn.append(GETA)
            missing.append(character)
        before = character
    return Drawable("".join(drawn), tuple(missing), tuple(common))


def code_points(sequences: Iterable[str]) -> str:
    """How characters are named to staff.

    >>> code_points(["\\ue000", "葛\\U000e0100"])
    'U+E000, U+845B U+E0100'
    """
    return ", ".join(" ".join(f"U+{ord(part):04X}" for part in sequence) for sequence in sequences)
