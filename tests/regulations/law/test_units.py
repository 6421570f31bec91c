"""Units and their places, on a small law of our own."""
# ruff: noqa: E501  (XML in one piece)

from __future__ import annotations

import pytest
from lxml import etree

from hashira.regulations.adapters.egov_xml import read_law, read_units, write_law
from hashira.regulations.adapters.refusals import UnreadableLaw
from hashira.regulations.domain.law import Part, Unit, UnitKind
from hashira.regulations.domain.law.tables import table_cells
from hashira.regulations.domain.law.units import units

LAW = """<?xml version="1.0" encoding="UTF-8"?>
<Law Era="Showa" Year="40" Num="14" LawType="CabinetOrder" Lang="ja" PromulgateMonth="02" PromulgateDay="11">
<LawNum>昭和四十年政令第十四号</LawNum><LawBody><LawTitle Kana="ためし" Abbrev="試令,試験令">試験令</LawTitle>
<EnactStatement>内閣は、この政令を制定する。</EnactStatement>
<Preamble><Paragraph Num="1"><ParagraphNum/><ParagraphSentence><Sentence>われらは試す。</Sentence></ParagraphSentence></Paragraph></Preamble>
<MainProvision><Chapter Num="1_2"><ChapterTitle>第一章の二　<Ruby>縦<Rt>じゅう</Rt></Ruby>覧</ChapterTitle>
<Article Num="9_3"><ArticleCaption>（点検）</ArticleCaption><ArticleTitle>第九条の三</ArticleTitle>
<Paragraph Num="1"><ParagraphNum/><ParagraphSentence><Sentence Num="1">次による。</Sentence><Sentence Num="2" Function="proviso">ただし、<Ruby>縦<Rt>じゅう</Rt></Ruby>覧は除く。</Sentence></ParagraphSentence>
<Item Num="2"><ItemTitle>二</ItemTitle><ItemSentence><Column Num="1"><Sentence>目視</Sentence></Column><Column Num="2"><Sentence>目で見ること</Sentence></Column></ItemSentence>
<Subitem1 Num="1"><Subitem1Title>イ</Subitem1Title><Subitem1Sentence><Sentence>近くで</Sentence></Subitem1Sentence>
<Subitem2 Num="3"><Subitem2Title>（３）</Subitem2Title><Subitem2Sentence><Sentence>年一回</Sentence></Subitem2Sentence></Subitem2></Subitem1></Item>
<TableStruct><TableStructTitle>期間表</TableStructTitle><Table><TableRow><TableColumn><Sentence>橋</Sentence></TableColumn><TableColumn><Sentence>五年</Sentence></TableColumn></TableRow></Table>
<Remarks><RemarksLabel>備考</RemarksLabel><Sentence>端数は切る。</Sentence></Remarks></TableStruct>
<Gadget><Sentence>知らない要素</Sentence></Gadget></Paragraph>
<Paragraph Num="2"><ParagraphNum>２</ParagraphNum><ParagraphSentence><Sentence>x &lt; y &amp; z</Sentence></ParagraphSentence><List><ListSentence><Sentence>列記一</Sentence></ListSentence></List></Paragraph>
</Article><Article Num="10:11" Delete="true"><ArticleTitle>第十条及び第十一条</ArticleTitle><Paragraph Num="1"><ParagraphNum/><ParagraphSentence><Sentence>削除</Sentence></ParagraphSentence></Paragraph></Article></Chapter></MainProvision>
<SupplProvision><SupplProvisionLabel>附則</SupplProvisionLabel><Paragraph Num="1"><ParagraphNum/><ParagraphSentence><Sentence>公布の日から施行する。</Sentence></ParagraphSentence></Paragraph></SupplProvision>
<SupplProvision AmendLawNum="平成二七年九月一一日法律第六六号" Extract="true"><SupplProvisionLabel>附則</SupplProvisionLabel><Article Num="1"><ArticleTitle>第一条</ArticleTitle><Paragraph Num="1"><ParagraphNum/><ParagraphSentence><Sentence>施行する。</Sentence></ParagraphSentence></Paragraph></Article>
<SupplProvisionAppdxTable><SupplProvisionAppdxTableTitle>附則別表第二</SupplProvisionAppdxTableTitle><TableStruct><Table><TableRow><TableColumn><Sentence>甲</Sentence></TableColumn></TableRow></Table></TableStruct></SupplProvisionAppdxTable></SupplProvision>
<AppdxTable><AppdxTableTitle>別表第一</AppdxTableTitle><Item Num="1"><ItemTitle>一</ItemTitle><ItemSentence><Sentence>橋梁</Sentence></ItemSentence></Item></AppdxTable>
<AppdxStyle Num="1"><AppdxStyleTitle>様式第一号</AppdxStyleTitle><StyleStruct><Style><Fig src="./pict/1.pdf"/></Style></StyleStruct></AppdxStyle>
</LawBody></Law>""".encode()


@pytest.fixture(scope="module")
def found() -> dict[str, Unit]:
    return {unit.path: unit for unit in read_law(LAW, "340CO0000000014_20250611_507CO0000000203.xml").units()}


def test_every_unit_has_the_path_that_e_gov_gives_it(found: dict[str, Unit]) -> None:
    assert list(found) == [
        "EnactStatement_1",
        "Preamble-Pr_1",
        "Mp-At_9_3-Pr_1",
        "Mp-At_9_3-Pr_1-It_2",
        "Mp-At_9_3-Pr_1-It_2-Su_1",
        "Mp-At_9_3-Pr_1-It_2-Su_1-Su_3",
        "Mp-At_9_3-Pr_1-Tb_1",
        "Mp-At_9_3-Pr_1-Tb_1-Tr_1",
        "Mp-At_9_3-Pr_1-Tb_1-No_1",
        "Mp-At_9_3-Pr_1-Xx_1",
        "Mp-At_9_3-Pr_2",
        "Mp-At_9_3-Pr_2-Li_1",
        "Mp-At_10:11-Pr_1",
        "340CO0000000014-Sp-Pr_1",
        "427AC0000000066-Sp-At_1-Pr_1",
        "427AC0000000066-Sp-Spat_2-Tb_1-Tr_1",
        "Mpat_1-It_1",
        "Mpst_1",
    ]


def test_a_unit_tells_where_it_stands(found: dict[str, Unit]) -> None:
    item = found["Mp-At_9_3-Pr_1-It_2"]
    assert (item.article, item.paragraph, item.item, item.label) == ("9_3", "1", "2", "二")
    assert (item.caption, item.headings, item.part) == ("点検", ("第一章の二　縦覧",), Part.MAIN)
    assert item.element_id == "Mp-Ch_1_2-At_9_3-Pr_1-It_2"
    assert item.parent == "Mp-At_9_3-Pr_1"
    assert found["Mp-At_9_3-Pr_1-Tb_1-Tr_1"].parent == "Mp-At_9_3-Pr_1"
    assert found["Mp-At_9_3-Pr_1-It_2-Su_1-Su_3"].subitems == ("1", "3")
    amended = found["427AC0000000066-Sp-At_1-Pr_1"]
    assert (amended.supplement, amended.amendment) == (2, "平成二七年九月一一日法律第六六号")
    assert found["Mpat_1-It_1"].appendix == "別表第一"


def test_the_text_of_a_unit_is_its_own_and_without_readings(found: dict[str, Unit]) -> None:
    assert found["Mp-At_9_3-Pr_1"].text == "次による。ただし、縦覧は除く。"
    assert found["Mp-At_9_3-Pr_1-It_2"].text == "目視　目で見ること"
    assert found["Mp-At_9_3-Pr_1-Tb_1-Tr_1"].text == "橋　五年"
    assert found["Mp-At_9_3-Pr_1-Tb_1-Tr_1"].is_table
    assert found["Mp-At_9_3-Pr_2"].text == "x < y & z"


def test_what_the_schema_does_not_know_is_kept_and_marked(found: dict[str, Unit]) -> None:
    assert found["Mp-At_9_3-Pr_1-Xx_1"].kind is UnitKind.UNKNOWN
    assert found["Mp-At_9_3-Pr_1-Xx_1"].text == "知らない要素"
    assert read_law(LAW).unknown_elements() == ("Gadget",)


TWICE = """<Law><LawNum>甲</LawNum><LawNum>乙</LawNum><LawBody><LawTitle>丙法</LawTitle><LawTitle>丁法</LawTitle>
<MainProvision><Chapter Num="1"><ChapterTitle>第一章</ChapterTitle><ChapterTitle>第二章</ChapterTitle>
<Article Num="1"><ArticleCaption>（戊）</ArticleCaption><ArticleTitle/><ArticleTitle>第一条</ArticleTitle>
<Paragraph Num="1"><ParagraphNum/><ParagraphNum>１</ParagraphNum><ParagraphNum>２</ParagraphNum>
<ParagraphSentence><Sentence>己</Sentence></ParagraphSentence>
<ParagraphSentence><Sentence>庚</Sentence></ParagraphSentence><ItemTitle>一</ItemTitle>
<Item Num="1"><ItemTitle>二</ItemTitle><ItemTitle>三</ItemTitle><ItemSentence><Sentence>辛</Sentence></ItemSentence>
<ItemSentence><Column><Sentence>壬</Sentence></Column><Column><Sentence>癸</Sentence></Column></ItemSentence></Item>
<List><ListSentence><Sentence>子</Sentence></ListSentence><ListSentence><Sentence>丑</Sentence></ListSentence></List>
<TableStruct><TableStructTitle>寅</TableStructTitle><TableStructTitle>卯</TableStructTitle></TableStruct>
<ParagraphCaption>（辰）</ParagraphCaption><ParagraphCaption>（巳）</ParagraphCaption></Paragraph>
<ArticleCaption>（午）</ArticleCaption></Article></Chapter></MainProvision>
<SupplProvision><SupplProvisionLabel>附則</SupplProvisionLabel><SupplProvisionLabel>未</SupplProvisionLabel>
</SupplProvision><AppdxTable><AppdxTableTitle>別表</AppdxTableTitle><AppdxTableTitle>申</AppdxTableTitle>
<RelatedArticleNum>（第一条関係）</RelatedArticleNum><RelatedArticleNum>酉</RelatedArticleNum></AppdxTable></LawBody>
<LawBody><LawTitle>戌法</LawTitle><MainProvision><Paragraph Num="1"><ParagraphNum/>
<ParagraphSentence><Sentence>亥</Sentence></ParagraphSentence></Paragraph></MainProvision></LawBody></Law>""".encode()


def test_what_stands_there_twice_is_kept_and_marked() -> None:
    found = {unit.path: unit for unit in read_units(TWICE).units}
    assert len(found) == len(read_units(TWICE).units), "each has a path of its own"
    assert list(found.values()) == list(read_law(TWICE).units())
    paragraph, item = found["Mp-At_1-Pr_1"], found["Mp-At_1-Pr_1-It_1"]
    assert (paragraph.label, paragraph.text, paragraph.caption) == ("１", "己", "辰")
    assert paragraph.headings == ("第一章",)
    assert (item.label, item.text) == ("二", "辛")
    unknown = [unit.text for unit in found.values() if unit.kind is UnitKind.UNKNOWN]
    assert " ".join(unknown) == "乙 丁法 第二章 ２ 庚 一 三 壬癸 （巳） （午） 未 申 酉 戌法"
    plain = [unit.text for unit in found.values() if unit.kind is not UnitKind.UNKNOWN]
    assert plain == ["己", "辛", "子", "丑", "寅", "卯", "亥"]
    assert found["Mp-At_1-Pr_1-Xx_1"].text == "２"


def test_the_facts_of_a_law_are_read() -> None:
    facts = read_law(LAW, "all_xml/340CO0000000014_20250611_507CO0000000203.xml").facts
    assert (facts.law_id, facts.title, facts.number) == (
        "340CO0000000014",
        "試験令",
        "昭和四十年政令第十四号",
    )
    assert facts.revision.revision_id == "340CO0000000014_20250611_507CO0000000203"
    assert str(facts.promulgated_at) == "1965-02-11"
    assert facts.abbreviations == ("試令", "試験令")
    assert read_law(LAW).law_id == "340CO0000000014", "from the number, where no file name tells"


def test_the_scanner_and_the_model_give_the_same_units() -> None:
    assert read_units(LAW).units == list(read_law(LAW).units())


def test_the_law_is_written_as_it_was_read() -> None:
    written = write_law(read_law(LAW))
    assert etree.tostring(etree.fromstring(written), method="c14n") == etree.tostring(
        etree.fromstring(LAW), method="c14n"
    )


@pytest.mark.parametrize(
    "broken",
    [b"", b"<Law", b"<html/>", b'<!DOCTYPE Law [<!ENTITY a "b">]><Law>&a;</Law>', b"\xff\xfe\x00"],
)
def test_what_is_no_law_is_refused(broken: bytes) -> None:
    with pytest.raises(UnreadableLaw) as trouble:
        read_law(broken, "x.xml")
    assert "x.xml" in trouble.value.message("ja")


def test_a_cell_begins_a_line_where_print_does_and_says_what_the_unit_says() -> None:
    cell = (
        "<TableColumn><Sentence>検査は、次による。</Sentence><Sentence>ただし、軽いものを除く。</Sentence>"
        "<Sentence>一　秤</Sentence><Sentence>二　尺</Sentence>"
        "<Item><ItemTitle>三</ItemTitle><ItemSentence><Sentence>温度計</Sentence></ItemSentence></Item></TableColumn>"
    )
    tree = etree.fromstring(
        "<Law><LawBody><MainProvision><Paragraph Num='1'><ParagraphSentence/>"
        f"<TableStruct><Table><TableRow>{cell}</TableRow></Table></TableStruct>"
        "</Paragraph></MainProvision></LawBody></Law>"
    )
    ((path, (only,)),) = table_cells(tree).items()
    assert only.text.split("\n") == [
        "検査は、次による。ただし、軽いものを除く。",
        "一　秤",
        "二　尺",
        "三　温度計",
    ]
    row = next(unit for unit in units(tree) if unit.path == path)
    assert only.text.replace("\n", "").replace("　", "") == row.text.replace("　", "")
