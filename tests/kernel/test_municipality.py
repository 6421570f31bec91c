"""全国地方公共団体コード: check digits, look-ups, and the slips people make with them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.kernel import municipality as m
from hashira.kernel.errors import HashiraError

# Codes as the bodies themselves publish them, with the form of the sum that each exercises.
PUBLISHED = {
    "010006": "北海道",  # the weighted sum is below 11
    "011002": "北海道札幌市",
    "011011": "北海道札幌市中央区",
    "111007": "埼玉県さいたま市",
    "130001": "東京都",
    "131016": "東京都千代田区",
    "132012": "東京都八王子市",
    "141003": "神奈川県横浜市",
    "221309": "静岡県浜松市",
    "271004": "大阪府大阪市",
    "394050": "高知県檮原町",
    "473821": "沖縄県与那国町",
}


@pytest.mark.parametrize(("code", "name"), PUBLISHED.items())
def test_published_codes(code: str, name: str) -> None:
    assert m.check_digit(code[:5]) == code[5]
    assert m.by_code(code).full_name == m.by_short_code(code[:5]).full_name == name
    assert m.by_name(name).code == code


@given(st.integers(0, 99_999), st.integers(0, 4), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(number: int, place: int, change: int) -> None:
    # Mod 11 tells every single slip among the five digits apart; only the remainders 0 and 10 share a digit.
    short = f"{number:05}"
    wrong = short[:place] + str((int(short[place]) + change) % 10) + short[place + 1 :]
    remainders = {
        sum(int(d) * w for d, w in zip(s, (6, 5, 4, 3, 2), strict=True)) % 11 for s in (short, wrong)
    }
    if remainders != {0, 10}:  # 11 - 0 = 11 and 11 - 10 = 1 are both written 1
        assert m.check_digit(short) != m.check_digit(wrong)


def test_every_body() -> None:
    everything = (*m.prefectures(), *m.municipalities(wards=True))
    assert len({body.code for body in everything}) == len(everything)
    for body in everything:
        assert m.check_digit(body.short_code) == body.code[5]
        assert m.by_code(body.code) is body
        assert m.by_name(body.full_name) is body
        assert re.fullmatch(r"[ァ-ヶー]+", body.kana), body
        assert re.fullmatch(r"[A-Z][a-z']+(-(shi|ku|cho|machi|son|mura))?", body.romaji), body
        assert body.code.startswith(body.prefecture_code)
        assert m.by_name(body.prefecture.ja).prefecture_code == body.prefecture_code


def test_how_many_there_are() -> None:
    # 総務省: 792 cities (20 of them designated), 743 towns, 183 villages, 23 special wards.
    kinds = Counter(body.kind for body in (*m.prefectures(), *m.municipalities(wards=True)))
    assert kinds[m.Kind.PREFECTURE] == 47
    assert kinds[m.Kind.CITY] + kinds[m.Kind.DESIGNATED_CITY] == 792
    assert kinds[m.Kind.DESIGNATED_CITY] == 20
    assert (kinds[m.Kind.TOWN], kinds[m.Kind.VILLAGE], kinds[m.Kind.SPECIAL_WARD]) == (743, 183, 23)
    assert kinds[m.Kind.WARD] == 171  # of the designated cities, since 浜松市 has three
    assert len(m.municipalities()) == 1741


def test_a_ward_of_a_designated_city_is_no_local_government() -> None:
    ward, special_ward = m.by_name("札幌市中央区"), m.by_name("東京都中央区")
    assert (ward.kind, ward.is_local_government, ward.city_name) == (m.Kind.WARD, False, "札幌市")
    assert (special_ward.kind, special_ward.is_local_government) == (m.Kind.SPECIAL_WARD, True)
    assert ward not in m.municipalities("01")
    assert ward in m.municipalities("01", wards=True)
    assert m.by_name("札幌市").kind is m.Kind.DESIGNATED_CITY


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("北海道", "Hokkaido"),
        ("府中町", "Fuchu-cho, Hiroshima"),
        ("群馬県", "Gunma"),
        ("新温泉町", "Shin'onsen-cho, Hyogo"),
        ("大阪市", "Osaka-shi, Osaka"),
        ("松浦市", "Matsuura-shi, Nagasaki"),  # まつ|うら is no long vowel
        ("豊岡市", "Toyooka-shi, Hyogo"),
        ("広尾町", "Hiroo-cho, Hokkaido"),
        ("横浜市西区", "Nishi-ku, Yokohama-shi, Kanagawa"),
        ("八王子市", "Hachioji-shi, Tokyo"),
        ("別府市", "Beppu-shi, Oita"),
    ],
)
def test_roman_letters(name: str, english: str) -> None:
    assert m.by_name(name).title.en == english


@pytest.mark.parametrize("text", ["０１１００２", " 011002 ", "011002\n", "０11002"])
def test_full_width_and_spaces(text: str) -> None:
    assert m.by_code(text).name == "札幌市"


def test_a_wrong_check_digit_suggests_the_right_code() -> None:
    with pytest.raises(m.WrongCheckDigit) as refused:
        m.by_code("131017")
    assert "131016" in refused.value.message("ja")
    assert "131016" in refused.value.message("en")


def test_an_unknown_code_is_another_error_than_a_wrong_one() -> None:
    with pytest.raises(m.UnknownCode):
        m.by_code(m.read_short_code("99999"))


def test_five_digits_are_not_guessed_at() -> None:
    # 士別市 is 012203; without its zero it is 市川市 without its check digit.
    assert (m.by_code("012203").name, m.by_short_code("12203").name) == ("士別市", "市川市")
    with pytest.raises(m.OneDigitMissing):
        m.by_code("12203")


@pytest.mark.parametrize(
    "text", ["", "0", "1234567", "01100a", "01100-2", "０１１００", "a" * 5, "011002" * 50]
)
def test_what_is_no_code(text: str) -> None:
    with pytest.raises((m.UnreadableCode, m.OneDigitMissing)):
        m.by_code(text)


@pytest.mark.parametrize("text", ["", "011002", "1100", "0110a"])
def test_what_is_no_short_code(text: str) -> None:
    with pytest.raises(m.UnreadableCode) as refused:
        m.by_short_code(text)
    assert "5桁" in refused.value.message("ja")


def test_an_abolished_code_names_its_successors() -> None:
    with pytest.raises(m.AbolishedCode) as refused:
        m.by_code("221350")  # 浜松市北区
    assert "2023-12-31" in refused.value.message("ja")
    assert "静岡県浜松市中央区、静岡県浜松市浜名区" in refused.value.message("ja")
    assert "Hamana-ku, Hamamatsu-shi, Shizuoka" in refused.value.message("en")
    with pytest.raises(m.UnknownName):
        m.by_name("浜松市浜北区")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("東京都府中市", "132063"),
        ("広島県府中市", "342084"),
        ("北海道空知郡南幌町", "014231"),
        ("余市郡余市町", "014087"),
        ("奈良県高市郡高取町", "294012"),
        ("兵庫県赤穂郡上郡町", "284815"),
        ("上郡町", "284815"),
        ("大和郡山市", "292036"),
        ("竜ヶ崎市", "082082"),
        ("龍ケ崎市", "082082"),
        ("梼原町", "394050"),
        ("東京都　八王子市", "132012"),
    ],
)
def test_names_as_people_write_them(name: str, code: str) -> None:
    assert m.by_name(name).code == code


def test_every_town_is_found_with_a_county() -> None:
    for body in m.municipalities():
        if body.kind in (m.Kind.TOWN, m.Kind.VILLAGE):
            assert m.by_name(f"{body.prefecture.ja}西置賜郡{body.name}") is body


def test_an_ambiguous_name_lists_its_candidates() -> None:
    with pytest.raises(m.AmbiguousName) as refused:
        m.by_name("府中市")
    assert "東京都府中市、広島県府中市" in refused.value.message("ja")
    assert "Fuchu-shi, Tokyo; Fuchu-shi, Hiroshima" in refused.value.message("en")


@pytest.mark.parametrize("name", ["", "府中", "ない市", "東京都札幌市", "郡", "府中市" * 100])
def test_an_unknown_name(name: str) -> None:
    with pytest.raises(m.UnknownName):
        m.by_name(name)


def test_by_prefecture() -> None:
    assert [p.name for p in m.prefectures()][:2] == ["北海道", "青森県"]
    assert len(m.municipalities("01")) == 179
    assert {body.prefecture.ja for body in m.municipalities("47", wards=True)} == {"沖縄県"}
    for unknown in ("48", "1", "", "010"):
        with pytest.raises(m.UnknownCode):
            m.municipalities(unknown)


def test_importing_reads_nothing() -> None:
    program = (
        "import sys, hashira.kernel.municipality as m;"
        "heavy = {'importlib.resources', 'tempfile', 'django'} & set(sys.modules);"
        "assert not heavy, heavy;"
        "assert m._table.cache_info().currsize == 0"
    )
    # -S and -I keep the site's own start-up files out of the measurement; the path is what the tests use.
    path = next(p for p in sys.path if m.__file__.startswith(f"{p}/"))
    subprocess.run(
        [sys.executable, "-S", "-I", "-c", f"import sys; sys.path.insert(0, {path!r}); {program}"],
        check=True,
        timeout=30,
    )


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    for look_up in (m.by_code, m.by_short_code, m.by_name):
        with suppress(HashiraError):
            assert look_up(text).code in m._table().bodies
