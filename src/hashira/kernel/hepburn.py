"""Kana to Roman letters by the Hepburn rules of Japanese passports (ヘボン式ローマ字).

Source: 旅券法施行規則 第5条 (names on a passport are in Hepburn romanisation) and the table of spellings
that the Ministry of Foreign Affairs publishes for applicants and the prefectures' passport counters
repeat: ン is M before B, M, P; ッ doubles the consonant and is T before CH; long オウ, オオ, ウウ lose
their second vowel, but an オ that ends the family or given name stays (セノオ SENOO); ー is not written;
in foreign-style kana a small vowel is spelt as a full one (ジェ JIE, ファ FUA, ディ DEI, ヴァ BUA).

Kana do not show whether オウ or ウウ is one long vowel (サトウ SATO) or two words meeting (マツウラ
MATSUURA, イノウエ INOUE). A result is therefore a *proposal*: what the person's passport says wins,
and :func:`spellings` lists what else the kana may stand for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import product
from typing import TypeAlias

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class KanaNotRomanisable(HashiraError):
    """Details: ``position``, counted from 1."""

    code = "KRN-026"
    what = Bilingual("カナをローマ字にできません", "The kana cannot be turned into Roman letters")
    why = Bilingual(
        "{position}文字目の読み方が、ヘボン式ローマ字の規則では決まりません",
        "The Hepburn rules do not say how character {position} is read",
    )
    remedy = Bilingual(
        "旅券に書かれているローマ字をそのまま入れてください",
        "Enter the Roman letters exactly as the passport has them",
    )


class LongVowel(StrEnum):
    """How a long オウ, オオ or ウウ is spelt (長音)."""

    OMITTED = "omitted"  # the rule: ONO
    OH = "oh"  # on application: OHNO; a long ウ has no such form
    AS_KANA = "as_kana"  # on application, and where the vowel is not long: OONO, KOUNO, MATSUURA


_ROWS = {
    "": "アイウエオ",
    "K": "カキクケコ",
    "S": "サシスセソ",
    "T": "タチツテト",
    "N": "ナニヌネノ",
    "H": "ハヒフヘホ",
    "M": "マミムメモ",
    "R": "ラリルレロ",
    "G": "ガギグゲゴ",
    "Z": "ザジズゼゾ",
    "D": "ダヂヅデド",
    "B": "バビブベボ",
    "P": "パピプペポ",
}
_IRREGULAR = {"シ": "SHI", "チ": "CHI", "ツ": "TSU", "フ": "FU", "ジ": "JI", "ヂ": "JI", "ヅ": "ZU"}
_OTHERS = {"ヤ": "YA", "ユ": "YU", "ヨ": "YO", "ワ": "WA", "ヰ": "I", "ヱ": "E", "ヲ": "O", "ヴ": "BU"}
_SMALL = dict(zip("ァィゥェォヮヵヶ", ("A", "I", "U", "E", "O", "WA", "KA", "KE"), strict=True))
_GLIDES = {"ャ": "A", "ュ": "U", "ョ": "O"}
_SPELLING = {
    **{
        kana: row + vowel
        for row, column in _ROWS.items()
        for kana, vowel in zip(column, "AIUEO", strict=True)
    },
    **_IRREGULAR,
    **_OTHERS,
    **_SMALL,
    **{glide: "Y" + vowel for glide, vowel in _GLIDES.items()},
}
_SIBILANTS = ("SHI", "CHI", "JI")
_NEVER_FIRST = frozenset("ァィゥェォヮャュョ")
_MAX_FREE_VOWELS = 4
_Sound: TypeAlias = "str | Mapping[LongVowel, str]"


def romanise(kana: str, *, long_vowel: LongVowel = LongVowel.OMITTED) -> str:
    """One family name or one given name in full-width katakana, in capital letters.

    Raises ``KanaNotRomanisable`` for anything that is not katakana and for a ッ that doubles nothing.

    >>> romanise("オオノ"), romanise("シンイチ"), romanise("ハッチョウ"), romanise("ホンマ")
    ('ONO', 'SHINICHI', 'HATCHO', 'HOMMA')
    >>> romanise("オオノ", long_vowel=LongVowel.OH), romanise("マツウラ", long_vowel=LongVowel.AS_KANA)
    ('OHNO', 'MATSUURA')
    """
    return _join(sound if isinstance(sound, str) else sound[long_vowel] for sound in _sounds(kana))


def place_name(kana: str) -> str:
    """A place name as on maps: no macrons, ン always n, n' before a vowel or y.

    A bar in the kana parts two words, so that the vowels at their border are not taken for one long
    vowel.

    >>> place_name("オオサカ"), place_name("グンマ"), place_name("シンオンセン"), place_name("マツ|ウラ")
    ('Osaka', 'Gunma', "Shin'onsen", 'Matsuura')
    """
    sounds = [sound for word in kana.split("|") for sound in _sounds(word)]
    spelt = [sound if isinstance(sound, str) else sound[LongVowel.OMITTED] for sound in sounds]
    return _join(spelt, n_before_labial="N", n_before_vowel="N'").capitalize()


def spellings(kana: str) -> tuple[str, ...]:
    """Every passport spelling the kana may stand for, the rule's own first.

    Each long vowel may be left out or kept; OH comes last and all at once. Beyond four long vowels only
    the three uniform spellings are listed.

    >>> spellings("イノウエ"), spellings("ユウコ")
    (('INOE', 'INOUE', 'INOHE'), ('YUKO', 'YUUKO'))
    """
    sounds = _sounds(kana)
    long = [index for index, sound in enumerate(sounds) if not isinstance(sound, str)]
    found = [romanise(kana)]
    if len(long) <= _MAX_FREE_VOWELS:
        for chosen in product((LongVowel.OMITTED, LongVowel.AS_KANA), repeat=len(long)):
            choice = iter(chosen)
            found.append(_join(sound if isinstance(sound, str) else sound[next(choice)] for sound in sounds))
    found += [romanise(kana, long_vowel=LongVowel.AS_KANA), romanise(kana, long_vowel=LongVowel.OH)]
    return tuple(dict.fromkeys(found))


def _sounds(kana: str) -> list[_Sound]:
    """The spelling of each kana, ン as ``N`` and ッ as ``*``; a long vowel as a spelling for each choice."""
    sounds: list[_Sound] = []
    vowel = ""  # of the kana before, as long as it can still be lengthened
    for index, character in enumerate(kana):
        before = sounds[-1] if sounds else ""
        if character == "ン":
            sounds.append("N")
            vowel = ""
        elif character == "ッ" and _doubles(kana[index + 1 : index + 2]):
            sounds.append("*")
            vowel = ""
        elif character == "ー" and before not in ("", "*"):
            vowel = ""
        elif (character == "ウ" and vowel in ("O", "U")) or (character == "オ" and vowel == "O"):
            sounds.append(_long(vowel, character, last=index == len(kana) - 1))
            vowel = ""  # オオウチ is OUCHI: one vowel is lengthened once
        elif character in _GLIDES and isinstance(before, str) and len(before) > 1 and before[-1] == "I":
            vowel = _GLIDES[character]
            # シ SHI + ャ is SHA, キ KI + ャ is KYA
            sounds[-1] = before[:-1] + ("" if before in _SIBILANTS else "Y") + vowel
        elif character in _SPELLING and (before or character not in _NEVER_FIRST):
            sounds.append(_SPELLING[character])
            vowel = _SPELLING[character][-1]
        else:
            raise KanaNotRomanisable(position=index + 1)
    return sounds


def _doubles(kana: str) -> bool:
    """Whether a ッ before this kana has a consonant to double."""
    return kana not in _NEVER_FIRST and _SPELLING.get(kana, "A")[0] not in "AIUEO"


def _long(vowel: str, kana: str, *, last: bool) -> Mapping[LongVowel, str]:
    written = "U" if kana == "ウ" else "O"
    omitted = "O" if kana == "オ" and last else ""
    return {
        LongVowel.OMITTED: omitted,
        LongVowel.OH: "H" if vowel == "O" else omitted,
        LongVowel.AS_KANA: written,
    }


def _join(sounds: Iterable[str], *, n_before_labial: str = "M", n_before_vowel: str = "N") -> str:
    """The sounds as one word: ッ becomes the consonant it doubles, ン depends on what follows."""
    joined = ""
    for sound in reversed(list(sounds)):
        after = joined[:1]
        if sound == "*":
            spelt = "T" if joined.startswith("CH") else after
        elif sound != "N" or not after:
            spelt = sound
        elif after in "BMP":
            spelt = n_before_labial
        else:
            spelt = n_before_vowel if after in "AIUEOY" else "N"
        joined = spelt + joined
    return joined
