"""Provisions of laws written as a city writes them, read back by the importer of ordinances."""

from __future__ import annotations

import pytest
from tests.regulations.detection.laws import law

from hashira.regulations.adapters.ordinance_text import read_units
from hashira.regulations.domain.evaluation.restyle import restyled, restyled_text, restyled_title
from hashira.regulations.domain.law import Rank
from hashira.regulations.domain.law.law import citation_of

BODY = """**第八条（届出）**　何もしない。

**第九条の三（維持の基準）**　国土交通大臣は、河川管理施設を左に掲げる基準によつて維持しなければならない。

- 一　一年に一回以上、施設を見ること。

  - イ　堤防の長さの十分の一以上

    - （１）　土のもの

  - ロ　ダム

- 二　前号ロの施設については、第十二条第二項の政令で定める方法によること。

**２**　前項第二号の方法は、国土交通省令で定める。
"""


def test_the_structure_stays_and_the_style_is_that_of_an_ordinance() -> None:
    text = restyled(law(BODY, title="試験施設法"), {"Mp-At_9_3"}, 7)
    assert (
        text
        == """柱市試験施設条例
令和4年6月3日条例第7号
（維持の基準）
第9条の3　市長は、河川管理施設を次に掲げる基準によって維持しなければならない。
(1)　1年に1回以上、施設を見ること。
ア　堤防の長さの10分の1以上
(ア)　土のもの
イ　ダム
(2)　前号イの施設については、第12条第2項の規則で定める方法によること。
2　前項第2号の方法は、規則で定める。
"""
    )
    read = read_units(text.encode(), "0007.txt")
    before = [u.path for u in law(BODY).units if u.article == "9_3"]
    assert [unit.path for unit in read.units] == before
    assert read.facts.rank is Rank.ORDINANCE
    assert citation_of(read.facts.title, read.facts.rank, read.units[2]) == (
        "柱市試験施設条例第9条の3第1項第1号ア"
    )


@pytest.mark.parametrize(
    ("law_", "ordinance"),
    [
        ("都道府県知事は、三十日以内に通知する。", "市長は、30日以内に通知する。"),
        ("百二十平方メートル以上の一区画", "120平方メートル以上の1区画"),
        ("五十万円以下の過料", "50万円以下の過料"),
        ("昭和三十二年法律第百七十七号", "昭和32年法律第177号"),
        ("厚生労働大臣又は経済産業大臣の定める一定の者", "市長の定める一定の者"),
        ("十分な資格を有する第三者の同一の行為を一括する", "十分な資格を有する第三者の同一の行為を一括する"),
        ("同条第一項第三号イからハまで", "同条第1項第3号アからウまで"),
        ("一級建築士が二人以上", "1級建築士が2人以上"),
        ("次のイに掲げる日", "次のアに掲げる日"),
        ("あつた場合に限つて、二つの", "あった場合に限って、二つの"),
        ("コロニイの数", "コロニイの数"),
    ],
)
def test_words_and_numbers(law_: str, ordinance: str) -> None:
    assert restyled_text(law_) == ordinance


def test_an_order_rests_on_an_ordinance() -> None:
    assert restyled_text("法第九条及び令第三条の規定", Rank.MINISTERIAL_ORDINANCE) == (
        "条例第9条及び規則第3条の規定"
    )
    assert restyled_text("民法第九条", Rank.CABINET_ORDER) == "民法第9条"
    assert restyled_title("消費生活協同組合法施行規則") == "消費生活協同組合条例施行規則"


def test_a_law_without_the_articles_has_no_text() -> None:
    assert restyled(law(BODY), {"Mp-At_99"}, 1) == ""
