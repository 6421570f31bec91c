"""ヘボン式: the examples that passport counters publish for applicants.

From the tables of 神奈川県, 熊本県, 新潟市 and travel agents, which repeat those of the 外務省.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.kernel.hepburn import KanaNotRomanisable, LongVowel, place_name, romanise, spellings

PUBLISHED = """
オオタニ OTANI|サイトウ SAITO|ヨウコ YOKO|ユウカ YUKA|ショウイチ SHOICHI|リョウタロウ RYOTARO|セノオ SENOO
タカトオ TAKATOO|ニーナ NINA|サリー SARI|カンダ KANDA|シンヤ SHINYA|ナンバ NAMBA|ホンマ HOMMA|サンペイ SAMPEI
ハットリ HATTORI|キッカワ KIKKAWA|テッペイ TEPPEI|ホッチ HOTCHI|ハッチョウ HATCHO|ミソノウ MISONO
ミソノオ MISONOO|ゴショノオ GOSHONOO|コオリ KORI|ヨコオ YOKOO|アオウ AO|アオオ AOO|ホノオ HONOO|ホノウ HONO
カノウ KANO
ツトオ TSUTOO|ツトウ TSUTO|イノオ INOO|イノウ INO|フニウ FUNIU|フニュウ FUNYU|シロウズ SHIROZU|ミネウ MINEU
ガモウ GAMO|スゴウ SUGO|スゴオ SUGOO|シウ SHIU|ニシキコオリ NISHIKIKORI|イオウ IO|ウリュウ URYU|ウリウ URIU
カンノオ KANNOO|ミトウカ MITOKA|コオロギ KOROGI|イチロウ ICHIRO|ユウコ YUKO|オオノ ONO|コウノ KONO
チュウジョウ CHUJO|ジェ JIE|チェ CHIE|ティ TEI|ディ DEI|デュ DEYU|ファ FUA|フィ FUI
ニイガタ NIIGATA
"""
WITH_OH = """
セノオ SENOH|ミソノウ MISONOH|コオリ KOHRI|シロウズ SHIROHZU|ミトウカ MITOHKA|ヨウコ YOHKO|カトウ KATOH
オオノ OHNO
"""
NOT_LONG = "マツウラ MATSUURA|コウチワ KOUCHIWA|イノウエ INOUE"


def pairs(text: str) -> list[tuple[str, str]]:
    return [
        (kana, roman)
        for entry in text.replace("\n", "|").split("|")
        if entry
        for kana, roman in [entry.split()]
    ]


@pytest.mark.parametrize(("kana", "roman"), pairs(PUBLISHED))
def test_published_spellings(kana: str, roman: str) -> None:
    assert romanise(kana) == roman
    assert spellings(kana)[0] == roman


@pytest.mark.parametrize(("kana", "roman"), pairs(WITH_OH))
def test_published_spellings_with_oh(kana: str, roman: str) -> None:
    assert romanise(kana, long_vowel=LongVowel.OH) == roman
    assert roman in spellings(kana)


@pytest.mark.parametrize(("kana", "roman"), pairs(NOT_LONG))
def test_vowels_that_are_not_long_are_offered(kana: str, roman: str) -> None:
    assert romanise(kana) != roman
    assert roman in spellings(kana)


def test_one_vowel_is_lengthened_once() -> None:
    assert romanise("オオウチ") == "OUCHI"  # 大内
    assert romanise("オオオカ") == "OOKA"  # 大岡


def test_each_long_vowel_is_a_choice_of_its_own() -> None:
    assert spellings("コウイチロウ") == ("KOICHIRO", "KOICHIROU", "KOUICHIRO", "KOUICHIROU", "KOHICHIROH")
    assert spellings("タナカ") == ("TANAKA",)


def test_many_long_vowels_do_not_explode() -> None:
    assert len(spellings("コウ" * 40)) == 3


@pytest.mark.parametrize(
    ("kana", "position"),
    [
        ("ッ", 1),
        ("アッ", 2),
        ("ッア", 1),
        ("ッン", 1),
        ("ッッカ", 1),
        ("ッャ", 1),
        ("ャ", 1),
        ("ーア", 1),
        ("ァ", 1),
        ("漢", 1),
        ("ｱ", 1),
        ("アあ", 2),
        ("ア ア", 2),
        ("ア・ア", 2),
    ],
)
def test_what_cannot_be_spelt(kana: str, position: int) -> None:
    with pytest.raises(KanaNotRomanisable) as refused:
        romanise(kana)
    assert refused.value.details == {"position": position}


@pytest.mark.parametrize(
    ("kana", "roman"),
    [
        ("ナンヨウ", "Nan'yo"),
        ("テンエイ", "Ten'ei"),
        ("グンマ", "Gunma"),
        ("センダイ", "Sendai"),
        ("ベップ", "Beppu"),
        ("ニシノ|オモテ", "Nishinoomote"),
        ("トウオン", "Toon"),
    ],
)
def test_place_names(kana: str, roman: str) -> None:
    assert place_name(kana) == roman


@pytest.mark.long
@given(st.text(st.sampled_from("アイウエオカシチツフジンッャュョーヴァェヲヶ"), min_size=1, max_size=12))
def test_whatever_is_spelt_is_capital_letters(kana: str) -> None:
    try:
        found = spellings(kana)
    except KanaNotRomanisable:
        return
    assert all(roman.isascii() and roman.isalpha() and roman.isupper() for roman in found)
    assert len(set(found)) == len(found)
