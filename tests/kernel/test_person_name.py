"""氏名: kept as given, whatever is compared beside it."""

from __future__ import annotations

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.kernel import person_name as p
from hashira.kernel.errors import HashiraError
from hashira.kernel.hepburn import KanaNotRomanisable, LongVowel

# Written with escapes: an editor or a tool that normalises would change the test unseen.
KAMI = "\ufa19"  # 神 as a compatibility ideograph, which NFC turns into U+795E
KATSU = "葛\U000e0102"
YOSHI = "\U00020bb7"
ABE = "阿部\u3000\u53f8"


@pytest.mark.parametrize(
    "text",
    [
        f"{KAMI}田　太郎",
        f"{KATSU}城 花子",
        f"{YOSHI}田　一郎",
        "髙﨑  隼人",
        "渡邉　典子",
        "か\u3099　太",
        ABE,
    ],
)
def test_a_name_is_kept_as_given(text: str) -> None:
    assert p.WrittenName.split(text).text == text
    assert p.search_key(text) != text  # the key differs, the name does not follow it


def test_normalising_would_have_changed_it() -> None:
    assert unicodedata.normalize("NFC", KAMI) != KAMI
    assert p.WrittenName(KAMI).text == KAMI


@given(st.text(min_size=1, max_size=20))
def test_any_accepted_name_comes_back_code_point_by_code_point(text: str) -> None:
    with suppress(HashiraError):
        assert p.WrittenName.split(text).text == text.strip()


@pytest.mark.parametrize(
    ("text", "family", "given_names"),
    [
        ("山田　太郎", "山田", "太郎"),
        ("山田 太郎", "山田", "太郎"),
        ("  山田  太郎 ", "山田", "太郎"),
        ("SMITH JOHN PAUL", "SMITH", "JOHN PAUL"),
        ("スカルノ", "スカルノ", ""),
    ],
)
def test_split(text: str, family: str, given_names: str) -> None:
    name = p.WrittenName.split(text)
    assert (name.family, name.given) == (family, given_names)


@pytest.mark.parametrize("text", ["", " ", "\u3000"])
def test_a_missing_name(text: str) -> None:
    for read in (p.WrittenName.split, p.KanaName.read, p.RomanName.read):
        with pytest.raises(p.NameMissing):
            read(text)


@pytest.mark.parametrize(
    ("text", "position", "code_point"),
    [
        ("山\x00田", 2, "U+0000"),
        ("山田\u202e", 3, "U+202E"),
        ("\ufeff山田", 1, "U+FEFF"),
        ("山\u200b田", 2, "U+200B"),
        ("山\ud800", 2, "U+D800"),
        ("山\ufffd", 2, "U+FFFD"),
        ("山\uffff", 2, "U+FFFF"),
        ("山\U0001fffe", 2, "U+1FFFE"),
        ("山\ufdd0", 2, "U+FDD0"),
    ],
)
def test_what_is_no_character(text: str, position: int, code_point: str) -> None:
    with pytest.raises(p.NameNotPrintable) as refused:
        p.WrittenName(text)
    assert refused.value.details == {"position": position, "code_point": code_point}
    assert "田" not in refused.value.message("ja")


def test_kanji_younger_than_this_python_are_names() -> None:
    assert p.WrittenName("\U00031350田").family == "\U00031350田"  # CJK extension H, Unicode 15


def test_private_use_is_reported_and_kept() -> None:
    name = p.WrittenName("山\ue000", "\U000f0000郎")
    assert name.text == "山\ue000\u3000\U000f0000郎"
    assert name.private_use == (1, 3)
    assert p.WrittenName("山田").private_use == ()


def test_length_counts_what_a_reader_sees() -> None:
    assert p.WrittenName(KATSU * 100).family == KATSU * 100
    for too_long in ("山" * 101, "山" + "\u0301" * 400, "山　" + "田" * 2000):
        with pytest.raises(p.NameTooLong):
            p.WrittenName.split(too_long)


def test_parts_are_separated_by_spaces() -> None:
    with pytest.raises(ValueError, match="spaces"):
        p.WrittenName("山田", "太郎", "・")


@pytest.mark.parametrize(
    ("family", "given_names"),
    [
        ("ヤマダ", "タロウ"),
        ("スカルノ", ""),
        ("ヴァン・デル・ベーク", "アンナ　マリア"),
        ("ヰヱヲ", "ヵヶ"),
    ],
)
def test_kana(family: str, given_names: str) -> None:
    assert p.KanaName(family, given_names).text == "\u3000".join(filter(None, (family, given_names)))


@pytest.mark.parametrize(
    ("family", "position"),
    [
        ("ﾔﾏﾀﾞ", 1),
        ("ヤまダ", 2),
        ("ヤマ-", 3),
        ("山田", 1),
        ("ーア", 1),
        ("ヤ・・マ", 2),
        ("ヤマ ", 3),
        ("ヤA", 2),
    ],
)
def test_the_kana_constructor_is_strict(family: str, position: int) -> None:
    with pytest.raises(p.NotKatakana) as refused:
        p.KanaName(family)
    assert refused.value.details == {"position": position}
    with pytest.raises(p.NotKatakana):
        p.KanaName("ヤマダ", family)


@pytest.mark.parametrize(
    ("text", "family", "given_names", "rewritten"),
    [
        ("ヤマダ　タロウ", "ヤマダ", "タロウ", False),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ", "タロウ", True),
        ("やまだ　たろう", "ヤマダ", "タロウ", True),
        ("ｶﾞｯｺｳ", "ガッコウ", "", True),
        ("ﾆ-ﾅ", "ニーナ", "", True),
        ("ニ‐ナ", "ニーナ", "", True),
        ("ﾆｰﾅ", "ニーナ", "", True),
        ("ﾏﾘｱ･ｱﾝﾅ", "マリア・アンナ", "", True),
    ],
)
def test_kana_as_other_systems_send_them(text: str, family: str, given_names: str, rewritten: bool) -> None:
    assert p.KanaName.read(text) == (p.KanaName(family, given_names), rewritten)


def test_what_cannot_be_kana_is_refused_on_reading_too() -> None:
    with pytest.raises(p.NotKatakana):
        p.KanaName.read("山田 タロウ")


def test_the_spelling_proposed_for_a_passport() -> None:
    name = p.KanaName("オオノ", "シンイチ")
    assert name.romanised() == p.RomanName("ONO", "SHINICHI")
    assert name.romanised(long_vowel=LongVowel.OH).text == "OHNO SHINICHI"
    assert p.KanaName("スカルノ").romanised() == p.RomanName("SUKARUNO")
    assert p.KanaName("ヴァン・デル").romanised().family == "BUAN DERU"
    with pytest.raises(KanaNotRomanisable):
        p.KanaName("ヤマダ", "ァ").romanised()


@pytest.mark.parametrize(
    "family",
    [
        "YAMADA",
        "O'CONNOR",
        "SMITH-JONES",
        "VAN DER MUELLEN",
        "'T HOOFT",
        "D' ARTAGNAN",
        "O",
    ],
)
def test_passport_letters(family: str) -> None:
    assert p.RomanName(family, family).text == f"{family} {family}"


@pytest.mark.parametrize(
    ("family", "position"),
    [
        ("Yamada", 2),
        ("ＹＡＭＡＤＡ", 1),
        ("MÜLLER", 2),
        ("A--B", 2),
        ("A<B", 2),
        (" A", 1),
        ("A ", 2),
        ("-", 1),
        ("A1", 2),
        ("A\n", 2),
    ],
)
def test_the_roman_constructor_is_strict(family: str, position: int) -> None:
    with pytest.raises(p.NotPassportLetters) as refused:
        p.RomanName(family)
    assert refused.value.details == {"position": position}
    with pytest.raises(p.NotPassportLetters):
        p.RomanName("A", family)


@pytest.mark.parametrize(
    ("family", "given_names", "name", "rewritten"),
    [
        ("YAMADA", "TARO", p.RomanName("YAMADA", "TARO"), False),
        ("Ｙａｍａｄａ", "ｔａｒｏ", p.RomanName("YAMADA", "TARO"), True),
        ("O’Connor", "", p.RomanName("O'CONNOR"), True),
        ("Smith‐Jones", "Susie  Margaret", p.RomanName("SMITH-JONES", "SUSIE MARGARET"), True),
    ],
)
def test_roman_letters_as_people_type_them(
    family: str, given_names: str, name: p.RomanName, rewritten: bool
) -> None:
    assert p.RomanName.read(family, given_names) == (name, rewritten)


def test_a_letter_with_an_accent_is_for_the_passport_to_spell() -> None:
    # Doc 9303 allows MUELLER, MUXLLER and MULLER: guessing would give a name no gate can match.
    with pytest.raises(p.NotPassportLetters) as refused:
        p.RomanName.read("Müller")
    assert "機械読取領域" in refused.value.message("ja")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋　はなこ", "高橋 ﾊﾅｺ"),
        (f"{KAMI}田", "神田"),
        (f"{KATSU}城", "葛城"),
        ("葛\ufe00城", "葛城"),
        ("齋藤", "斉藤"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("濵﨑", "浜崎"),
        ("濱崎", "浜崎"),
        (f"{YOSHI}澤", "吉沢"),
        ("德川", "徳川"),
        ("キョウコ", "キヨウコ"),
        ("ﾊﾂﾄﾘ", "ハットリ"),
        ("ニ-ナ", "ニーナ"),
        ("ｶﾞﾝﾄﾞｳ", "ガンドウ"),
        ("か\u3099んだ", "ガンダ"),
        ("ヴァン・デル", "ヴアンデル"),
        ("O’Connor", "OCONNOR"),
        ("Smith-Jones", "SMITH JONES"),
        ("José", "JOSE"),
        ("Straße", "STRASSE"),
        ("ｓｍｉｔｈ", "SMITH"),
    ],
)
def test_names_that_find_each_other(one: str, other: str) -> None:
    assert p.search_key(one) == p.search_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ハナコ", "バナコ"),
        ("ハナコ", "パナコ"),
        ("ニーナ", "ニナ"),
        ("崎", "埼"),
        ("山田", "山口"),
        ("カ", "ガ"),
    ],
)
def test_names_that_stay_apart(one: str, other: str) -> None:
    assert p.search_key(one) != p.search_key(other)


@given(st.text(max_size=20))
def test_a_key_is_its_own_key(text: str) -> None:
    assert p.search_key(p.search_key(text)) == p.search_key(text)


def test_all_writings_together() -> None:
    person = p.PersonName(
        p.WrittenName("大野", "伸一"), p.KanaName("オオノ", "シンイチ"), p.RomanName("OHNO", "SHINICHI")
    )
    assert person.written.text == "大野\u3000伸一"
    assert p.PersonName(p.WrittenName("SUKARNO")).kana is None
    with pytest.raises(AttributeError):
        person.kana = None
