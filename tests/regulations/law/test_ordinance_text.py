"""Ordinances of a city as plain text and Word, on documents of our own."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import docx
import pytest

from hashira.regulations.adapters.ordinance_text import read_law, read_units
from hashira.regulations.adapters.refusals import IchitaroDocument, OldWordDocument, Refused, UnreadableLaw
from hashira.regulations.adapters.sources import Document, laws, read_text
from hashira.regulations.domain.law import Rank

TEXT = """○柱市公園条例
平成10年3月31日条例第12号
第1章　総則
（点検）
第1条　市長は、公園の施設を目視により点検する。
２　前項の点検は、次に掲げる施設について行う。
(1)　遊具
(2)の2　次に掲げる柵
ア　木柵
(ア)　高さ1メートル以上のもの
イ　鉄柵
（掲示）
第2条の2　料金は、別表のとおりとする。
どこにも属さない行
第3条から第5条まで　削除
附　則
この条例は、公布の日から施行する。
別表（第2条の2関係）
備考　端数は切り捨てる。
"""
EXPECTED = [
    ("Mp-At_1-Pr_1", "市長は、公園の施設を目視により点検する。"),
    ("Mp-At_1-Pr_2", "前項の点検は、次に掲げる施設について行う。"),
    ("Mp-At_1-Pr_2-It_1", "遊具"),
    ("Mp-At_1-Pr_2-It_2_2", "次に掲げる柵"),
    ("Mp-At_1-Pr_2-It_2_2-Su_1", "木柵"),
    ("Mp-At_1-Pr_2-It_2_2-Su_1-Su_1", "高さ1メートル以上のもの"),
    ("Mp-At_1-Pr_2-It_2_2-Su_2", "鉄柵"),
    ("Mp-At_2_2-Pr_1", "料金は、別表のとおりとする。"),
    ("Mp-At_2_2-Pr_1-Li_1", "どこにも属さない行"),
    ("Mp-At_3:5-Pr_1", "削除"),
    ("park-Sp-Pr_1", "この条例は、公布の日から施行する。"),
    ("Mpat_1-No_1", "備考　端数は切り捨てる。"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_the_structure_of_an_ordinance_is_read(encoding: str) -> None:
    law = read_units(TEXT.encode(encoding), "park.txt")
    assert [(unit.path, unit.text) for unit in law.units] == EXPECTED
    assert (law.facts.title, law.facts.number) == ("柱市公園条例", "平成10年条例第12号")
    assert law.facts.rank is Rank.ORDINANCE
    assert [unit.caption for unit in law.units][7:10] == ["掲示", "掲示", ""]
    assert law.units[0].headings == ("第1章　総則",)


def test_the_scanner_and_the_model_give_the_same_units() -> None:
    assert read_units(TEXT.encode(), "park.txt").units == list(read_law(TEXT.encode(), "park.txt").units())


def test_word_is_read_as_text_with_its_tables() -> None:
    document = docx.Document()
    for line in TEXT.splitlines()[:-1]:
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "橋", "五年"
    buffer = io.BytesIO()
    document.save(buffer)
    units = read_units(buffer.getvalue(), "park.docx").units
    assert [(u.path, u.text) for u in units] == [*EXPECTED[:-1], ("Mpat_1-Tb_1-Tr_1", "橋　五年")]


def test_other_kinds_of_documents_have_their_rank() -> None:
    assert read_units("道路点検要綱\n第1条　目的".encode(), "a.txt").facts.rank is Rank.GUIDELINE
    assert read_units("点検の実施について\n記".encode(), "a.txt").facts.rank is Rank.NOTICE


def test_a_notice_tells_who_wrote_to_whom() -> None:
    text = (
        "3柱総第12号\n令和3年4月1日\n各施設長　様\n柱市総務部長\n公園の点検について（通知）\n"
        "公園の点検は、下記により行われたい。\n記\n1　遊具は目視で点検すること。\n(1)　滑り台\n以上\n"
    )
    facts = (law := read_units(text.encode(), "n.txt")).facts
    assert (facts.title, facts.rank) == ("公園の点検について（通知）", Rank.NOTICE)
    assert (facts.number, facts.promulgated_at) == ("3柱総第12号", date(2021, 4, 1))
    assert (facts.addressee, facts.issuer) == ("各施設長　様", "柱市総務部長")
    kept = [unit.text for unit in law.units]
    assert [word for word in ("公園の点検は、下記により行われたい。", "記", "以上") if word not in kept] == []
    assert any("目視" in words for words in kept)


def test_a_notification_has_its_number_in_its_title() -> None:
    title = "無線設備の点検に関する件（令和三年総務省告示第十号）"
    facts = read_units(f"{title}\n第一条　点検する。".encode(), "k.txt").facts
    assert (facts.rank, facts.number) == (Rank.NOTIFICATION, "令和3年総務省告示第10号")


@pytest.mark.parametrize("broken", [b"", b"  \n ", b"\xff\xfe\xfd", b"\x81"])
def test_a_document_without_text_is_refused(broken: bytes) -> None:
    with pytest.raises(UnreadableLaw):
        read_units(broken, "x.txt")
    with pytest.raises(UnreadableLaw):
        read_units(b"no zip", "x.docx")


def test_old_formats_say_how_to_convert() -> None:
    with pytest.raises(OldWordDocument, match="docx"):
        read_text(Document("a.doc", b""))
    with pytest.raises(IchitaroDocument, match="docx"):
        read_text(Document("a.JTD", b""))


def test_a_broken_file_harms_no_other(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text(TEXT)
    (tmp_path / "2.xml").write_bytes(b"<Law")
    (tmp_path / "3.doc").write_bytes(b"x")
    (tmp_path / "4.txt").write_text(TEXT)
    answers = list(laws(tmp_path))
    assert [isinstance(answer, Refused) for answer in answers] == [False, True, True, False]


CONTENTS = """見本市広場条例

目次
　第1章　総則（第1条・第2条）
　　第1節　通則（第1条）
　第2章　管理（第3条）
　　第1節　通則（第3条）
附則

第1章　総則
第1節　通則

（目的）
第1条　この条例は、広場について定める。
第2章　管理
第1節　通則
第3条　市長は、広場を点検する。

附　則
この条例は、公布の日から施行する。
"""


def test_a_table_of_contents_is_no_part_of_the_text() -> None:
    law = read_units(CONTENTS.encode(), "広場.txt")
    assert [(unit.path, unit.headings) for unit in law.units] == [
        ("Mp-At_1-Pr_1", ("第1章　総則", "第1節　通則")),
        ("Mp-At_3-Pr_1", ("第2章　管理", "第1節　通則")),
        ("広場-Sp-Pr_1", ()),
    ]
