"""From laws to findings: places, kinds, reasons, what other provisions say, families."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.regulations.detection.laws import found_in, law, score_of

from hashira.regulations.adapters.sources import Document, documents, read_text
from hashira.regulations.adapters.surveyor import surveyor_of
from hashira.regulations.domain.detection import findings
from hashira.regulations.domain.detection.family import family_id, masked
from hashira.regulations.domain.detection.kind import kind_of
from hashira.regulations.domain.detection.lifting import BASIS, DELEGATION
from hashira.regulations.domain.detection.survey import APPLICATION

_KANJI = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十",
          "十一", "十二", "十三", "十四", "十五", "十六", "十七", "十八", "十九", "二十")  # fmt: skip
STANDARD = """**第九条の三（維持の基準）**　施設の維持の基準は、次のとおりとする。

- 一　施設を巡視し、その損傷の有無を確かめること。

- 二　点検は、目視その他適切な方法により行うこと。

**２**　前項の点検は、三年以内ごとに一回行わなければならない。
"""


def test_a_finding_knows_its_place_in_words_and_numbers() -> None:
    found = {(f.path, f.category): f for f in found_in(law(STANDARD))}
    eye = found["Mp-At_9_3-Pr_1-It_2", "目視"]
    assert eye.citation == "試験施設法第九条の三第一項第二号"
    assert (eye.article, eye.paragraph, eye.item, eye.subitem, eye.part) == ("9_3", "1", "2", "", "本則")
    assert (eye.type, eye.phase) == ("検査・点検", "1-②")
    assert eye.revision_id == "999AC0000000001_20220603"
    assert eye.reasons[0].words in eye.excerpt
    assert found["Mp-At_9_3-Pr_1-It_1", "目視"].type == "巡視・見張り"
    assert found["Mp-At_9_3-Pr_2", "定期検査・点検"].type == "自主検査"


def test_findings_come_best_first_and_the_same_each_time() -> None:
    once, again = found_in(law(STANDARD)), found_in(law(STANDARD))
    assert once == again
    assert [f.score for f in once] == sorted((f.score for f in once), reverse=True)


PAIRS = [
    ("検査を拒み、妨げ、又は忌避した者は、三十万円以下の罰金に処する。", "設備を目視により検査しなければならない。", "目視"),
    ("この法律において「検査」とは、設備の状態を調べることをいう。", "設備の状態を目視により検査しなければならない。", "目視"),
    ("検査課は、設備の検査に関する事務をつかさどる。", "設備の検査を行わなければならない。", "目視"),
    ("検査の手数料は、千円とする。", "設備の検査を行わなければならない。", "目視"),
    ("立入検査の権限は、犯罪捜査のために認められたものと解してはならない。", "その職員に、工場に立ち入り、帳簿を検査させることができる。", "実地監査"),
    ("立入検査をする職員は、その身分を示す証明書を携帯しなければならない。", "その職員に、工場に立ち入り、帳簿を検査させることができる。", "実地監査"),
    ("研修の充実に努めるものとする。", "三年ごとに、講習を受けなければならない。", "対面講習"),
    ("インターネットの利用その他の方法により公示するものとする。", "公衆の見やすい場所に掲示しなければならない。", "書面掲示"),
    ("電気通信回線を通じて閲覧に供するものとする。", "書類を公衆の縦覧に供しなければならない。", "往訪閲覧・縦覧"),
    ("録音された磁気テープの複製物を輸入してはならない。", "申請書に代えて、フレキシブルディスクにより提出することができる。", "記録媒体"),
]  # fmt: skip


@pytest.mark.parametrize(("no", "yes", "category"), PAIRS)
def test_families_of_false_hits_score_below_what_is_one(no: str, yes: str, category: str) -> None:
    assert score_of(no, category) < score_of(yes, category) / 2


ACT = """**第五条（保安）**　施設の設置者は、主務省令で定めるところにより、施設を検査しなければならない。

**第六条**　設置者は、帳簿を備えなければならない。
"""
RULE = """**第二条（検査の方法）**　法第五条第一項の検査は、毎月一回以上、設備の損傷の有無を目視により点検して行わなければならない。
"""


def test_a_duty_and_the_rule_that_spells_it_out_lift_each_other() -> None:
    act = law(ACT)
    rule = law(
        RULE,
        title="試験施設法施行規則",
        law_id="999M60000800001",
        number="令和九十九年国土交通省令第一号",
        rank="MinisterialOrdinance",
    )
    alone = {(f.citation, f.category): f.score for f in (*found_in(act), *found_in(rule))}
    together = {(f.citation, f.category): f for f in found_in(act, rule)}
    duty = together["試験施設法第五条第一項", "目視"]
    assert duty.score > alone["試験施設法第五条第一項", "目視"]
    lift = next(reason for reason in duty.reasons if reason.rule == DELEGATION)
    assert lift.words == "試験施設法施行規則第二条第一項"
    # Lifting is in proportion to how sure the other is: the Act's duty alone is not, so it lifts nothing.
    basis = [r for r in together["試験施設法施行規則第二条第一項", "目視"].reasons if r.rule == BASIS]
    assert all(reason.words == "試験施設法第五条第一項" for reason in basis)
    # The Act does not say whose it is; its 施行規則 does.
    assert duty.ministry == "国土交通省"


def test_an_application_by_number_alone_is_found_through_what_it_applies() -> None:
    text = law(
        "**第五条**　設備の損傷の有無を目視により点検しなければならない。\n\n"
        "**第九条（準用）**　第五条の規定は、附属する施設について準用する。\n"
    )
    found = {(f.citation, f.category): f for f in found_in(text)}
    applied = found["試験施設法第九条第一項", "目視"]
    assert [(reason.rule, reason.words) for reason in applied.reasons] == [
        (APPLICATION, "試験施設法第五条第一項")
    ]
    assert applied.score < found["試験施設法第五条第一項", "目視"].score


@pytest.mark.parametrize(
    ("article", "words"),
    [
        ("四", "次条の規定は、附属する施設について準用する。"),
        ("六", "前条の規定は、附属する施設について準用する。"),
        ("七", "前二条の規定は、附属する施設について準用する。"),
        ("十五", "前十条の規定は、附属する施設について準用する。"),
        ("二十", "第三条から前条までの規定は、附属する施設について準用する。"),
        ("二十", "第三条から第六条までの規定は、附属する施設について準用する。"),
        ("二十", "第一条及び附則第一条の規定は、附属する施設について準用する。"),
    ],
)
def test_what_an_application_names_is_followed_also_without_its_number(article: str, words: str) -> None:
    duty = "設備の損傷の有無を目視により点検しなければならない。"
    lines = [f"**第{number}条**　主務省令で定める。" for number in _KANJI]
    lines[_KANJI.index("五")] = f"**第五条**　{duty}"
    lines[_KANJI.index(article)] = f"**第{article}条**　{words}"
    found = found_in(law("\n\n".join([*lines, "## 附則", f"**第一条**　{duty}"]) + "\n"))
    applied = {f.citation: f for f in found if f.category == "目視"}[f"試験施設法第{article}条第一項"]
    assert [reason.rule for reason in applied.reasons] == [APPLICATION]


def test_one_wording_in_two_laws_is_one_family() -> None:
    one = "厚生労働大臣は、第五条第二項の規定により、その職員に、事業場に立ち入り、帳簿を検査させることができる。"
    two = "国土交通大臣は、第十一条の規定により、その職員に、事業場に立ち入り、帳簿を検査させることができる。"
    three = "国土交通大臣は、第十一条の規定により、その職員に、船舶に立ち入り、帳簿を検査させることができる。"
    assert family_id(one) == family_id(two) != family_id(three)
    assert "大臣" not in masked(one)


@pytest.mark.parametrize(
    ("category", "sentence", "word", "type_", "phase"),
    [
        ("目視", "実態を明らかにするため、土地に立ち入り、調査させることができる。", "調査", "調査", "1-①"),
        ("目視", "一日一回以上、構内を巡視すること。", "巡視", "巡視・見張り", "1-①"),
        ("目視", "設備を点検すること。ただし、遠隔の方法によることができる。", "点検", "検査・点検", "2"),
        (
            "定期検査・点検",
            "一年ごとに、登録検査機関の検査を受けなければならない。",
            "検査",
            "第三者検査",
            "1-①",
        ),
        ("定期検査・点検", "六月以内ごとに一回、濃度を測定すること。", "測定", "調査・測定", "1-①"),
        ("常駐・専任", "管理者は、専任の者でなければならない。", "専任", "専任", "1-①"),
        ("常駐・専任", "営業所ごとに管理者を置かなければならない。", "ごとに", "必置", "1-①"),
        ("書面掲示", "市役所の掲示場に掲示して公示する。", "掲示", "行政の公示", "1-①"),
        ("書面掲示", "店頭に料金を掲示しなければならない。", "掲示", "事業者の掲示", "1-①"),
        ("往訪閲覧・縦覧", "二週間公衆の縦覧に供しなければならない。", "縦覧", "縦覧", "1-①"),
        ("往訪閲覧・縦覧", "インターネットの利用により公表する。", "公表", "閲覧", "3"),
        ("記録媒体", "登録簿は、磁気ディスクをもつて調製する。", "磁気ディスク", "保存・調製", "1-①"),
    ],
)
def test_type_and_phase_follow_the_words(
    category: str, sentence: str, word: str, type_: str, phase: str
) -> None:
    start = sentence.index(word)
    kind = kind_of(category, sentence, start, start + len(word))
    assert (kind.type, kind.phase) == (type_, phase)


@pytest.mark.shared_data
@pytest.mark.long
def test_the_example_of_the_schedule_of_2022_is_found(shared_data: Path) -> None:
    """工程表 (2022-12): 河川法施行令第9条の3第1項第2号, 目視規制, 現在Phase 1-②."""
    for document in documents(shared_data / "law/laws-markdown-2022-06-03.tar.xz"):
        if isinstance(document, Document) and "340CO0000000014" in document.name:
            found = findings([surveyor_of().survey(read_text(document))])
            break
    finding = next(
        f for f in found if f.citation == "河川法施行令第九条の三第一項第二号" and f.category == "目視"
    )
    assert (finding.type, finding.phase) == ("検査・点検", "1-②")
    assert finding.score > 0.5
    assert "目視" in {reason.words for reason in finding.reasons}


def test_a_law_that_is_named_by_its_title_alone_is_followed_when_asked() -> None:
    act = law(
        "**第一条**　管理者は、設備を目視により点検しなければならない。\n",
        title="河川設備法",
        law_id="450AC0000000007",
        number="昭和五十年法律第七号",
    )
    order = law(
        "**第一条**　河川設備法第一条の点検は、目視により行う。\n",
        title="別の規則",
        law_id="450M50000000001",
        number="昭和五十年運輸省令第一号",
        rank="MinisterialOrdinance",
    )
    told = {}
    for titles in (False, True):
        surveyor = surveyor_of(titles=titles)
        found = findings([surveyor.survey(act), surveyor.survey(order)])
        told[titles] = {f.law_title: {r.rule for r in f.reasons} for f in found if f.category == "目視"}
    assert "参照.根拠" not in told[False]["別の規則"]
    assert "参照.根拠" in told[True]["別の規則"]
    assert "参照.委任" in told[True]["河川設備法"]
