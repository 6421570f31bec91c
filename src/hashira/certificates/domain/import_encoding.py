"""Character encodings of files to import: CP932 and UTF-8, told apart by evidence (文字コードの判定).

Municipal systems write CP932 (Microsoft's Shift_JIS) or UTF-8, neither of which says so in the file unless
there is a byte order mark. Which one a file is, is guessed from how many bytes each cannot read; the guess is
shown to the clerk, who may overrule it.

No byte is lost in reading. A byte that stands for no character becomes U+DC80 to U+DCFF (PEP 383), which is
no character either and is found again by :func:`marks_in`. Characters of users (外字, CP932 F040 to F9FC)
become U+E000 to U+E757 as Microsoft and the WHATWG Encoding Standard (§ shift_jis decoder) have it. Where
the tables of Shift_JIS differ, Microsoft's is followed: 8160 is U+FF5E (～), 8161 U+2225, 817C U+FF0D,
8191 U+FFE0, 8192 U+FFE1, 81CA U+FFE2, and 5C and 7E are ASCII. The characters that NEC and IBM added
(髙, 﨑, ①) are there twice or thrice in CP932 and once in Unicode, so nothing differs after reading.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from enum import StrEnum


class Encoding(StrEnum):
    """How the bytes of a file stand for characters (文字コード)."""

    CP932 = "cp932"
    UTF_8 = "utf-8"


class MarkKind(StrEnum):
    """What is remarkable about a character that was read (文字の注意)."""

    UNDECODABLE = "undecodable"
    """A byte that stands for no character in the encoding."""
    LOST = "lost"
    """U+FFFD or a noncharacter: the system that wrote the file had lost the character already."""
    CONTROL = "control"
    """A control code or an invisible one, which no field can hold."""
    PRIVATE_USE = "private_use"
    """外字: a character whose shape only the system that wrote the file knows."""
    SUBSTITUTE = "substitute"
    """代替文字 (〓, ■ …): stands in a name where a system could not write a character."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A remarkable character: what it is, and where in the text (``position``, from 1)."""

    kind: MarkKind
    position: int
    character: str

    @property
    def code(self) -> str:
        """How a person looks it up: ``U+E000``, with the CP932 code of 外字; a byte as ``0x81``."""
        point = ord(self.character)
        if self.kind is MarkKind.UNDECODABLE:
            return f"0x{point - 0xDC00:02X}"
        user = user_code(self.character)
        return f"U+{point:04X}" + (f" (CP932 {user})" if user else "")


SUBSTITUTES = "〓■□●◆＊*?？"
"""Characters by which systems stand in, in a name, for one they cannot write (代替文字)."""

_NEVER = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_NO_CHARACTER = "\ufdd0-\ufdef\ufffd\ufffe\uffff"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"
_TROUBLE = re.compile(f"[{_NEVER}{_NO_CHARACTER}{_PRIVATE}\ud800-\udfff]")
_TROUBLE_IN_NAMES = re.compile(
    f"[{_NEVER}{_NO_CHARACTER}{_PRIVATE}\ud800-\udfff{re.escape(SUBSTITUTES)}\t\r\n]"
)
_ESCAPED = re.compile("[\udc80-\udcff]")
# Bytes of one that Microsoft's table fills up with characters nobody writes; here they are broken text.
_SINGLES = {0x80: 0xDC80, 0xF8F0: 0xDCA0, 0xF8F1: 0xDCFD, 0xF8F2: 0xDCFE, 0xF8F3: 0xDCFF}
_SINGLE = re.compile("[\x80\uf8f0-\uf8f3]")


def decode(octets: bytes, encoding: Encoding) -> str:
    """The text of a line or record; never fails, loses nothing (see the module).

    >>> decode(b"\\xfb\\xfc\\xed\\x95\\x87@", Encoding.CP932)
    '髙﨑①'
    >>> decode(b"\\xf0\\x40\\x81,", Encoding.CP932)
    '\\ue000\\udc81,'
    """
    if encoding is Encoding.UTF_8:
        return octets.decode("utf-8", "surrogateescape")
    text = octets.decode("cp932", "surrogateescape")
    return text.translate(_SINGLES) if _SINGLE.search(text) else text


def is_remarkable(text: str) -> bool:
    """Whether any character of the text needs a closer look; quick, for whole records."""
    return _TROUBLE.search(text) is not None


def marks_in(text: str, *, name: bool = False) -> tuple[Mark, ...]:
    """The remarkable characters of one field, in order; ``name`` looks for 代替文字 and line ends as well.

    >>> [(m.kind.value, m.position, m.code) for m in marks_in("渡\\ue000子〓", name=True)]
    [('private_use', 2, 'U+E000 (CP932 F040)'), ('substitute', 4, 'U+3013')]
    """
    if not name and text.isascii() and text.isprintable():
        return ()
    pattern = _TROUBLE_IN_NAMES if name else _TROUBLE
    return tuple(Mark(_kind(m[0]), m.start() + 1, m[0]) for m in pattern.finditer(text))


def user_code(character: str) -> str:
    """The CP932 code of a character of the users' area (外字), or nothing.

    >>> user_code("\\ue000"), user_code("\\ue757"), user_code("高")
    ('F040', 'F9FC', '')
    """
    if not "\ue000" <= character <= "\ue757":
        return ""
    row, cell = divmod(ord(character) - 0xE000, 188)
    return f"{0xF0 + row:02X}{cell + (0x40 if cell < 63 else 0x41):02X}"


def legible(text: str) -> str:
    """The text for a report: bytes that are no characters as ``\\x81``, control codes as ``\\x00``.

    >>> legible("a\\udc81\\x00b")
    'a\\\\x81\\\\x00b'
    """
    if text.isprintable():
        return text
    return _TROUBLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    point = ord(match[0])
    if 0xDC80 <= point <= 0xDCFF:
        return f"\\x{point - 0xDC00:02x}"
    if _kind(match[0]) is MarkKind.PRIVATE_USE or match[0] == "\ufffd":
        return match[0]
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"


def _kind(character: str) -> MarkKind:
    if "\udc80" <= character <= "\udcff":
        return MarkKind.UNDECODABLE
    if "\ue000" <= character <= "\uf8ff" or character >= "\U000f0000":
        return MarkKind.PRIVATE_USE
    if character in SUBSTITUTES:
        return MarkKind.SUBSTITUTE
    if "\ufdd0" <= character <= "\ufdef" or character >= "\ufffd" or "\ud800" <= character <= "\udfff":
        return MarkKind.LOST
    return MarkKind.CONTROL


class Foreign(StrEnum):
    """Encodings that are recognised in order to be refused by name."""

    UTF_16 = "UTF-16"
    ISO_2022_JP = "ISO-2022-JP (JIS)"
    EUC_JP = "EUC-JP"
    BINARY = "binary"


@dataclass(slots=True)
class EncodingTally:
    """Counts, block by block, what each encoding cannot read (文字コードの証拠).

    Feed it blocks that end at a line end. After 16 MiB with letters beyond ASCII it has seen enough.
    """

    byte_order_mark: bool = False
    letters: int = 0
    """Bytes beyond ASCII that were looked at."""
    utf_8_errors: int = 0
    cp932_errors: int = 0
    euc_jp_errors: int = 0
    foreign: Foreign | None = None
    _begun: bool = False

    ENOUGH = 16 * 1024 * 1024

    def feed(self, block: bytes) -> None:
        """Look at one more block."""
        if not self._begun:
            self._begin(block)
        if block.isascii() or self.letters >= self.ENOUGH:
            return
        self.letters += sum(1 for _ in re.finditer(rb"[\x80-\xff]", block))
        self.utf_8_errors += _errors(decode(block, Encoding.UTF_8))
        self.cp932_errors += _errors(decode(block, Encoding.CP932))
        self.euc_jp_errors += _errors(block.decode("euc_jp", "surrogateescape"))

    def _begin(self, block: bytes) -> None:
        self._begun = True
        self.byte_order_mark = block.startswith(codecs.BOM_UTF8)
        head = block[:4096]
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.foreign = Foreign.UTF_16
        elif b"\x00" in head:
            self.foreign = Foreign.BINARY
        elif re.search(rb"\x1b\$[@B]", head):
            self.foreign = Foreign.ISO_2022_JP

    @property
    def guess(self) -> Encoding:
        """The encoding that reads the most; UTF-8 if there is nothing but ASCII."""
        if self.byte_order_mark or self.utf_8_errors == 0:
            return Encoding.UTF_8
        return Encoding.CP932 if self.cp932_errors <= self.utf_8_errors else Encoding.UTF_8

    @property
    def refused(self) -> Foreign | None:
        """An encoding that cannot be imported, if the file is evidently in it."""
        if self.foreign is None and self.cp932_errors and self.utf_8_errors and not self.euc_jp_errors:
            return Foreign.EUC_JP
        return self.foreign


def _errors(text: str) -> int:
    return sum(1 for _ in _ESCAPED.finditer(text))
