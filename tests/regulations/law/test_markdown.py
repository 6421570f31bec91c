"""Law Markdown, on a small law of our own."""

from __future__ import annotations

import pytest

from hashira.regulations.adapters.law_markdown import read_law, read_units
from hashira.regulations.adapters.refusals import UnreadableLaw
from hashira.regulations.domain.law import Part, UnitKind

LAW = """---
title: "試験令"
identifier: "340CO0000000014"
publication_date: "1965-02-11"
extra:
  law_num: "昭和四十年政令第十四号"
  law_type: "CabinetOrder"
  enforced_at: "2025-06-11"
---

われらは試す。

### 第一章　総則

**第九条の三（点検（目視を含む。））**　次の表による。橋五年

| 橋 | 五年 |
| --- | --- |

- 一　甲

- 二　乙
  - イ　近くで
    - （３）　年一回
  - 番号のないもの

**②**　次に掲げるもの。列記一

列記一

**第十条から第十二条まで**　削除

## 附則

この政令は、公布の日から施行する。

## 附則

**第一条**　施行する。

**別表第一**

| 甲 | 乙\\|丙 |
| --- | --- |

**様式第二号**
""".encode()


def test_units_have_the_paths_of_the_xml() -> None:
    units = read_units(LAW).units
    assert [(unit.path, unit.text) for unit in units] == [
        ("Preamble-Pr_1", "われらは試す。"),
        ("Mp-At_9_3-Pr_1", "次の表による。"),
        ("Mp-At_9_3-Pr_1-Tb_1-Tr_1", "橋　五年"),
        ("Mp-At_9_3-Pr_1-It_1", "甲"),
        ("Mp-At_9_3-Pr_1-It_2", "乙"),
        ("Mp-At_9_3-Pr_1-It_2-Su_1", "近くで"),
        ("Mp-At_9_3-Pr_1-It_2-Su_1-Su_3", "年一回"),
        ("Mp-At_9_3-Pr_1-It_2-Su_2", "番号のないもの"),
        ("Mp-At_9_3-Pr_2", "次に掲げるもの。"),
        ("Mp-At_9_3-Pr_2-Li_1", "列記一"),
        ("Mp-At_10:12-Pr_1", "削除"),
        ("340CO0000000014-Sp-Pr_1", "この政令は、公布の日から施行する。"),
        ("340CO0000000014-Sp~2-At_1-Pr_1", "施行する。"),
        ("Mpat_1-Tb_1-Tr_1", "甲　乙|丙"),
        ("Mpst_2", ""),
    ]
    assert units[1].caption == "点検（目視を含む。）"
    assert units[1].headings == ("第一章　総則",)
    assert [unit.part for unit in units[-3:]] == [Part.SUPPLEMENT, Part.TABLE, Part.STYLE]
    assert units[5].kind is UnitKind.SUBITEM


def test_the_scanner_and_the_model_give_the_same_units() -> None:
    assert read_units(LAW).units == list(read_law(LAW).units())


def test_the_head_tells_the_facts() -> None:
    facts = read_units(LAW).facts
    assert (facts.title, facts.number) == ("試験令", "昭和四十年政令第十四号")
    assert facts.revision.revision_id == "340CO0000000014_20250611"


@pytest.mark.parametrize("broken", [b"", b"# no head", b"---\ntitle: x\n", b"---\n\xff\n---\n"])
def test_a_file_without_a_head_is_refused(broken: bytes) -> None:
    with pytest.raises(UnreadableLaw):
        read_units(broken, "x.md")
