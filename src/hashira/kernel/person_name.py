"""Names of people (氏名): as given, in kana, in Roman letters, and the key they are searched by.

A name as given is stored and shown as it came, code point by code point: no normalisation, no
replacement, no trimming inside. NFC would turn U+FA19 into U+795E, and a variation selector chosen in a
family register would be lost with the next well-meant clean-up. Everything that compares names uses
:func:`search_key`, which is computed beside the name and never stored over it.

Every writing has a family and a given part. People with one name have it as the family part and an empty
given part, as Doc 9303 puts a single name into the primary identifier. Foreign residents have their Roman
letters as the name given; kana and kanji are then optional.

No message of this module repeats a name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from hashira.kernel.errors import HashiraError
from hashira.kernel.graphemes import grapheme_length, is_variation_selector
from hashira.kernel.hepburn import LongVowel, romanise
from hashira.kernel.language import Bilingual
from hashira.kernel.variant_characters import fold_variants

MAX_LENGTH = 100
"""Visible characters in one part of a name."""

_MAX_CODE_POINTS = 4 * MAX_LENGTH


class NameMissing(HashiraError):
    code = "KRN-020"
    what = Bilingual("氏名がありません", "The name is missing")
    why = Bilingual("氏（名前が一つの方はその名前）が空です", "The family name, or the only name, is empty")
    remedy = Bilingual(
        "氏名を入れてください。名前が一つの方は氏の欄に入れます",
        "Enter the name; a person with one name has it as the family name",
    )


class NameNotPrintable(HashiraError):
    """Details: ``position`` (from 1), ``code_point`` (``U+202E``)."""

    code = "KRN-021"
    what = Bilingual("氏名に文字でないものがあります", "The name contains something that is not a character")
    why = Bilingual(
        "{position}文字目が{code_point}（制御文字、または壊れた文字）です",
        "Character {position} is {code_point}, a control code or a broken character",
    )
    remedy = Bilingual(
        "その文字を除くか、元のデータを直してください。外字は消さずにお問い合わせください",
        "Remove it or repair the source; do not drop a character that the register has",
    )


class NameTooLong(HashiraError):
    """Details: ``limit``."""

    code = "KRN-022"
    what = Bilingual("氏名が長すぎます", "The name is too long")
    why = Bilingual(
        "氏・名はそれぞれ{limit}文字までです", "Family and given name have at most {limit} characters each"
    )
    remedy = Bilingual(
        "別の項目が混ざっていないか確かめてください", "Check that no other field has got into the name"
    )


class NotKatakana(HashiraError):
    """Details: ``position`` (from 1)."""

    code = "KRN-023"
    what = Bilingual(
        "カナ氏名に使えない文字があります", "The name in kana has a character that is not allowed"
    )
    why = Bilingual(
        "{position}文字目が全角カタカナではないか、置けない所にあります",
        "Character {position} is no full-width katakana, or stands where it cannot",
    )
    remedy = Bilingual(
        "全角カタカナで入れてください（例: ヤマダ　タロウ）",
        "Enter full-width katakana such as ヤマダ　タロウ",
    )


class NotPassportLetters(HashiraError):
    """Details: ``position`` (from 1)."""

    code = "KRN-024"
    what = Bilingual(
        "ローマ字氏名に使えない文字があります",
        "The name in Roman letters has a character that is not allowed",
    )
    why = Bilingual(
        "{position}文字目が、AからZまで（間に空白・ハイフン・アポストロフィ）の並びになっていません",
        "At character {position} it is no longer A to Z with spaces, hyphens or apostrophes between",
    )
    remedy = Bilingual(
        "旅券の機械読取領域（下2行）のとおり、大文字のローマ字で入れてください",
        "Enter it in capital letters as in the two machine-readable lines of the passport",
    )


@dataclass(frozen=True, slots=True)
class WrittenName:
    """A name exactly as the register, the card or the person gives it (氏名).

    ``separator`` is what stood between the parts, so that :attr:`text` is what was given. Raises
    ``NameMissing``, ``NameNotPrintable`` or ``NameTooLong``.

    >>> WrittenName.split("渡邉　葛\\U000e0102子").given == "葛\\U000e0102子"
    True
    """

    family: str
    given: str = ""
    separator: str = "\u3000"

    def __post_init__(self) -> None:
        if not self.family.strip():
            raise NameMissing
        if self.separator.strip():
            raise ValueError("the parts of a name are separated by spaces")
        for part in (self.family, self.given, self.separator):
            _check_printable(part)
            _check_length(part)

    @classmethod
    def split(cls, text: str) -> Self:
        """From one field: the family name, spaces, the given names. Spaces around it are padding and go."""
        return cls(*_split(text))

    @property
    def text(self) -> str:
        """The whole name as given."""
        return self.family + self.separator + self.given if self.given else self.family

    @property
    def private_use(self) -> tuple[int, ...]:
        """Where 外字 of the private use areas stand in :attr:`text`, from 0: to report, never to drop."""
        return tuple(i for i, character in enumerate(self.text) if unicodedata.category(character) == "Co")


@dataclass(frozen=True, slots=True)
class KanaName:
    """The reading of a name in full-width katakana (カナ氏名).

    Katakana, ー, and inside a part ・ and space (for foreign names), as 氏（カナ） and 名（カナ） of the
    person in the 政府相互運用性フレームワーク (GIF). The constructor is strict, since this is what we write
    and exchange; :meth:`read` is for what people and other systems send. Raises ``NameMissing``,
    ``NotKatakana`` or ``NameTooLong``.
    """

    family: str
    given: str = ""

    def __post_init__(self) -> None:
        if not self.family.strip():
            raise NameMissing
        for part in (self.family, self.given):
            _check_length(part)
            if part and not _KATAKANA.fullmatch(part):
                raise NotKatakana(position=_position(_KATAKANA, part))

    @classmethod
    def read(cls, text: str) -> tuple[Self, bool]:
        """From one field, with half-width kana, hiragana and hyphens for ー accepted; was it rewritten?

        Old systems send half-width kana, so refusing them would stop an import; changing them silently
        would hide what was sent. Hence the second value, which an import reports and a form shows back.

        >>> KanaName.read("ﾔﾏﾀﾞ ﾀﾛｳ")
        (KanaName(family='ヤマダ', given='タロウ'), True)
        """
        family, given, _ = _split(text)
        name = cls(_full_width_katakana(family), _full_width_katakana(given))
        return name, (name.family, name.given) != (family, given)

    @property
    def text(self) -> str:
        """The whole reading, parted by a full-width space."""
        return "\u3000".join(filter(None, (self.family, self.given)))

    def romanised(self, *, long_vowel: LongVowel = LongVowel.OMITTED) -> RomanName:
        """The passport spelling that the rules give: a proposal, since the passport itself decides.

        Raises ``KanaNotRomanisable``.

        >>> KanaName("オオノ", "シンイチ").romanised().text
        'ONO SHINICHI'
        """
        family, given = (
            " ".join(romanise(word, long_vowel=long_vowel) for word in re.split(r"[・ \u3000]+", part))
            for part in (self.family, self.given)
        )
        return RomanName(family, given)


@dataclass(frozen=True, slots=True)
class RomanName:
    """A name in Roman letters as the passport prints it (ローマ字氏名).

    A to Z, and inside a part space, hyphen and apostrophe (Doc 9303 Part 3 §3.4). Other Latin letters
    have to be entered as the machine-readable zone spells them, because each issuer chooses between the
    spellings that Doc 9303 Part 3 §6 allows. Raises ``NameMissing``, ``NotPassportLetters`` or
    ``NameTooLong``.
    """

    family: str
    given: str = ""

    def __post_init__(self) -> None:
        if not self.family.strip():
            raise NameMissing
        for part in (self.family, self.given):
            _check_length(part)
            if part and not _LETTERS.fullmatch(part):
                raise NotPassportLetters(position=_position(_LETTERS, part))

    @classmethod
    def read(cls, family: str, given: str = "") -> tuple[Self, bool]:
        """From two fields, full-width and small letters accepted; was it rewritten?

        >>> RomanName.read("Ｏ’Connor", "Enya")
        (RomanName(family="O'CONNOR", given='ENYA'), True)
        """
        name = cls(_capital_letters(family), _capital_letters(given))
        return name, (name.family, name.given) != (family, given)

    @property
    def text(self) -> str:
        """Family name, space, given names."""
        return " ".join(filter(None, (self.family, self.given)))


@dataclass(frozen=True, slots=True)
class PersonName:
    """All writings of one person's name."""

    written: WrittenName
    kana: KanaName | None = None
    roman: RomanName | None = None


def search_key(name: str) -> str:
    """The form in which names are compared when somebody is looked for (検索キー).

    Folds width, hiragana, small kana (キョウ and キヨウ: old systems had no small ones), variant
    characters (``variant_characters``), variation selectors, Latin accents and case; drops spaces and
    the marks between words. Made for finding candidates: equal keys do not make one person.

    >>> search_key("髙橋　はなこ") == search_key("高橋 ﾊﾅｺ"), search_key("José Müller")
    (True, 'JOSEMULLER')
    """
    folded = unicodedata.normalize("NFKC", "".join(c for c in name if not is_variation_selector(c)))
    folded = _without_accents(fold_variants(folded).upper())
    return "".join(
        _BETWEEN_WORDS.sub("", _HYPHEN_AFTER_KANA.sub("ー", folded.translate(_TO_LARGE_KATAKANA))).split()
    )


_KATAKANA = re.compile(r"[ァ-ヺ][ァ-ヺー]*(?:[・ \u3000][ァ-ヺ][ァ-ヺー]*)*")
_LETTERS = re.compile(r"'?[A-Z]+'?(?:[ '-][A-Z]+'?)*")
_HYPHENS = "\u002d\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\ufe63\uff0d\uff70"
_HYPHEN_AFTER_KANA = re.compile(f"(?<=[ァ-ヺー])[{re.escape(_HYPHENS)}]")
_BETWEEN_WORDS = re.compile(f"[・.,'’{re.escape(_HYPHENS.replace('ー', ''))}]")
_TO_KATAKANA = {code: code + 0x60 for code in (*range(ord("ぁ"), ord("ゖ") + 1), ord("ゝ"), ord("ゞ"))}
_LARGE = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_TO_LARGE_KATAKANA = {
    **{ord(small): large for small, large in _LARGE.items()},
    **{hiragana: _LARGE.get(chr(katakana), chr(katakana)) for hiragana, katakana in _TO_KATAKANA.items()},
}
_TYPED_MARKS = {ord(c): "'" for c in "\u2018\u2019\u02bc\u00b4`"} | {
    ord(c): "-" for c in "\u2010\u2011\u2212"
}


def _split(text: str) -> tuple[str, str, str]:
    """Family name, given names, and the space between them, of a name in one field."""
    if len(text) > 3 * _MAX_CODE_POINTS:
        raise NameTooLong(limit=MAX_LENGTH)
    match = re.fullmatch(r"(\S+)(\s+)(.+)", text.strip(), re.DOTALL)
    return (match[1], match[3], match[2]) if match else (text.strip(), "", "\u3000")


def _check_length(part: str) -> None:
    # Code points first: a cluster has no length limit of its own, and counting clusters costs time.
    if len(part) > _MAX_CODE_POINTS or grapheme_length(part) > MAX_LENGTH:
        raise NameTooLong(limit=MAX_LENGTH)


def _check_printable(part: str) -> None:
    for index, character in enumerate(part):
        # Cf holds bidirectional overrides and the like; the joiners among them belong to some scripts.
        # Cn is let through: kanji younger than this Python's Unicode are in family registers already.
        unprintable = unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp", "Cf")
        if (unprintable and character not in "\u200c\u200d") or _is_no_character(character):
            raise NameNotPrintable(position=index + 1, code_point=f"U+{ord(character):04X}")


def _is_no_character(character: str) -> bool:
    """Unicode's noncharacters, and U+FFFD, which stands where a character was lost."""
    return character == "\ufffd" or "\ufdd0" <= character <= "\ufdef" or ord(character) & 0xFFFE == 0xFFFE


def _position(pattern: re.Pattern[str], part: str) -> int:
    """Where, counted from 1, the part stops following the pattern."""
    followed = pattern.match(part)
    return (followed.end() if followed else 0) + 1


def _full_width_katakana(part: str) -> str:
    katakana = unicodedata.normalize("NFKC", part).translate(_TO_KATAKANA)
    return _HYPHEN_AFTER_KANA.sub("ー", " ".join(katakana.split()))


def _capital_letters(part: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", part.translate(_TYPED_MARKS)).upper().split())


def _without_accents(text: str) -> str:
    """Without the combining marks of Latin, Greek and Cyrillic; the voiced marks of kana stay."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", plain)
