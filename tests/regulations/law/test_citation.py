"""Citations, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.regulations.adapters.ordinance_text import read_units
from hashira.regulations.domain.law.citation import Letters, Numerals, UnreadableCitation, cite, read_citation
from hashira.regulations.domain.law.law import Rank, citation_of
from hashira.regulations.domain.law.units import Unit


@pytest.mark.parametrize(
    ("path", "kanji", "arabic"),
    [
        ("Mp-At_9_3-Pr_1-It_2", "法第九条の三第一項第二号", "法第9条の3第1項第2号"),
        ("Mp-At_38:84", "法第三十八条から第八十四条まで", "法第38条から第84条まで"),
        ("Mp-At_2-Pr_1-It_9_2-Su_2-Su_3", "法第二条第一項第九号の二ロ（３）", "法第2条第1項第9号の2ロ（３）"),
        ("Mp-Pr_3", "法第三項", "法第3項"),
        ("Sp-At_3", "法附則第三条", "法附則第3条"),
        ("Mpat_1_2-It_4", "法別表第一の二第四号", "法別表第1の2第4号"),
        ("Preamble-Pr_1", "法前文第一項", "法前文第1項"),
    ],
)
def test_a_path_in_words(path: str, kanji: str, arabic: str) -> None:
    assert cite("法", path) == kanji
    assert cite("法", path, Numerals.ARABIC) == arabic
    assert read_citation(kanji).path == read_citation(arabic).path == path


def test_the_amending_law_names_its_supplement() -> None:
    amendment = "平成二七年九月一一日法律第六六号"
    said = cite("河川法", "427AC0000000066-Sp-At_1-Pr_2", amendment=amendment)
    assert said == "河川法附則（平成二七年九月一一日法律第六六号）第一条第二項"
    assert read_citation(said).path == "427AC0000000066-Sp-At_1-Pr_2"
    assert read_citation("河川法附則（平成27年法律第66号）第1条第2項").path == "427AC0000000066-Sp-At_1-Pr_2"


def test_people_leave_out_the_only_paragraph_and_write_wide_digits() -> None:
    assert read_citation("河川法施行令第９条の３第２号").path == "Mp-At_9_3-Pr_1-It_2"


def test_a_title_may_itself_cite() -> None:
    title = "安全保障条約第三条に基く行政協定の実施に伴う特別措置法"
    assert read_citation(cite(title, "Mp-At_3-Pr_1")).title == title


def test_ordinances_letter_in_another_order() -> None:
    said = cite("条例", "Mp-At_1-Pr_1-It_1-Su_2-Su_1", Numerals.ARABIC, letters=Letters.AIUEO)
    assert said == "条例第1条第1項第1号イ（ア）"
    assert read_citation(said, Letters.AIUEO).path == "Mp-At_1-Pr_1-It_1-Su_2-Su_1"


@pytest.mark.parametrize("text", ["", "河川法", "第", "河川法第九条について", "河川法第二三十条のの"])
def test_what_is_no_citation_is_refused(text: str) -> None:
    with pytest.raises(UnreadableCitation):
        read_citation(text)


number = st.integers(1, 9999)
branched = st.lists(number, min_size=1, max_size=4).map(lambda numbers: "_".join(map(str, numbers)))


@given(
    article=branched,
    paragraph=number,
    item=branched,
    subitems=st.lists(st.integers(1, 60), max_size=5),
    numerals=st.sampled_from(Numerals),
    letters=st.sampled_from(Letters),
)
def test_every_path_comes_back(
    article: str, paragraph: int, item: str, subitems: list[int], numerals: Numerals, letters: Letters
) -> None:
    path = f"Mp-At_{article}-Pr_{paragraph}-It_{item}" + "".join(f"-Su_{n}" for n in subitems)
    read = read_citation(cite("何々法", path, numerals, letters=letters), letters)
    assert (read.title, read.path) == ("何々法", path)


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (Rank.ORDINANCE, "見本市広場条例第8条の2第1項第3号ア"),
        (Rank.ACT, "見本市広場条例第八条の二第一項第三号イ"),
    ],
)
def test_a_citation_is_written_as_its_kind_of_document_writes(rank: Rank, expected: str) -> None:
    unit = next(u for u in _units_with_subitem() if u.subitems)
    assert citation_of("見本市広場条例", rank, unit) == expected
    assert read_citation(expected, rank.letters).path == unit.path


def _units_with_subitem() -> list[Unit]:
    text = "見本市広場条例\n\n第8条の2　次のとおり。\n(3)　次に掲げるもの\nア　広場\n"
    return list(read_units(text.encode(), "広場.txt").units)
