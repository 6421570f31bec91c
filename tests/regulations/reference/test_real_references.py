"""References of real laws, each read by a person against the text of 2026-07."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path

import pytest

from hashira.regulations.adapters.sources import Document, read_text
from hashira.regulations.domain.law.law import LawFacts, LawText
from hashira.regulations.domain.law.schema import Part
from hashira.regulations.domain.reference import LawIndex, Recogniser, ReferenceKind

RIVER, RIVER_ORDER = "339AC0000000167", "340CO0000000014"
LAND_LEASE, BUILDING, CIVIL = "403AC0000000090", "325AC0000000201", "129AC0000000089"
SAFETY, SAFETY_ORDER, SAFETY_RULES = "347AC0000000057", "347CO0000000318", "347M50002000032"
FIRE, FIRE_ORDER, SCHOOL_RULES = "323AC1000000186", "336CO0000000037", "322M40000080011"
CONSTITUTION, VEHICLES = "321CONSTITUTION", "326AC0000000185"
WATER, WATER_RULES = "332AC0000000177", "332M50000100045"
AUTONOMY, AUTONOMY_ORDER, ELECTION_ORDER = "322AC0000000067", "322CO0000000016", "325CO0000000089"
FOOD, DEALERS, DEALERS_RULES = "322AC0000000233", "327AC1000000176", "332M50004000012"
DISASTER_RULE, COLLEGES = "348RJNJ16000000", "350M50000080021"

_FACT = re.compile(r'^ *(title|law_num): "([^"]*)"$', re.MULTILINE)
pytestmark = pytest.mark.long

# law | unit | words | other law or empty | first and last target, and how many
TABLE = f"""
{RIVER_ORDER} | Mp-At_1-Pr_1 | 河川法（以下「法」という。）第六条第一項第三号 | {RIVER} | Mp-At_6-Pr_1-It_3
{RIVER_ORDER} | Mp-At_1-Pr_1 | 次の各号 | | Mp-At_1-Pr_1-It_1 Mp-At_1-Pr_1-It_3 3
{RIVER_ORDER} | Mp-At_1-Pr_1-It_2 | 前号 | | Mp-At_1-Pr_1-It_1
{RIVER_ORDER} | Mp-At_1-Pr_1-It_2 | 法第六条第一項第一号 | {RIVER} | Mp-At_6-Pr_1-It_1
{RIVER_ORDER} | Mp-At_1-Pr_2 | 法第六条第一項第三号 | {RIVER} | Mp-At_6-Pr_1-It_3
{RIVER_ORDER} | Mp-At_2-Pr_1-It_3 | 第二十三条の二 | {RIVER} | Mp-At_23_2
{RIVER_ORDER} | Mp-At_2-Pr_1-It_3 | 第二十六条第一項 | {RIVER} | Mp-At_26-Pr_1
{RIVER_ORDER} | Mp-At_2-Pr_1-It_4 | 第三十八条 | {RIVER} | Mp-At_38
{RIVER_ORDER} | Mp-At_2-Pr_1-It_4 | 第六項 | {RIVER} | Mp-At_43-Pr_6
{RIVER_ORDER} | Mp-At_3-Pr_1 | 第十六条第一項 | {RIVER} | Mp-At_16-Pr_1
{RIVER_ORDER} | Mp-At_16_4-Pr_1-It_2 | 次号 | | Mp-At_16_4-Pr_1-It_3
{RIVER_ORDER} | Mp-At_41-Pr_2 | 第六十八条 | {RIVER} | Mp-At_67 Mp-At_68 2
{RIVER_ORDER} | Mp-At_57_5-Pr_1-It_2 | 第十六条の八第二項 | | Mp-At_16_8-Pr_2
{LAND_LEASE} | Mp-At_2-Pr_1 | 次の各号 | | Mp-At_2-Pr_1-It_1 Mp-At_2-Pr_1-It_5 5
{LAND_LEASE} | Mp-At_5-Pr_1 | 前条 | | Mp-At_4
{LAND_LEASE} | Mp-At_5-Pr_3 | 前項 | | Mp-At_5-Pr_2
{LAND_LEASE} | Mp-At_7-Pr_2 | 同項 | | Mp-At_7-Pr_1
{LAND_LEASE} | Mp-At_7-Pr_2 | 次条 | | Mp-At_8
{LAND_LEASE} | Mp-At_7-Pr_2 | 第十八条 | | Mp-At_18
{LAND_LEASE} | Mp-At_8-Pr_3 | 前二項 | | Mp-At_8-Pr_1 Mp-At_8-Pr_2 2
{LAND_LEASE} | Mp-At_12-Pr_4 | 前三項 | | Mp-At_12-Pr_1 Mp-At_12-Pr_3 3
{LAND_LEASE} | Mp-At_16-Pr_1 | 第十三条 | | Mp-At_13
{LAND_LEASE} | Mp-At_18-Pr_3 | 前条第五項 | | Mp-At_17-Pr_5
{LAND_LEASE} | Mp-At_18-Pr_3 | 第六項 | | Mp-At_17-Pr_6
{LAND_LEASE} | Mp-At_23-Pr_1 | 第九条 | | Mp-At_9
{LAND_LEASE} | Mp-At_28-Pr_1 | 第二十六条第一項 | | Mp-At_26-Pr_1
{LAND_LEASE} | Mp-At_41-Pr_1 | 第二十条第二項 | | Mp-At_20-Pr_2
{BUILDING} | Mp-At_77_35-Pr_2-It_1 | 第七十七条の二十一第二項 | | Mp-At_77_21-Pr_2
{BUILDING} | Mp-At_77_59-Pr_1-It_4 | 第五号 | | Mp-At_77_63-Pr_2-It_4 Mp-At_77_63-Pr_2-It_5 2
{BUILDING} | Mp-At_52-Pr_2-It_2 | 第五十六条第一項第二号ハ | | Mp-At_56-Pr_1-It_2-Su_3
{BUILDING} | Mp-At_77_40-Pr_2 | 第七十七条の三十八第一号 | | Mp-At_77_38-Pr_1-It_1
{BUILDING} | Mp-At_87-Pr_4 | 第三十六条 | | Mp-At_36
{CIVIL} | Mp-At_490-Pr_1 | 前二条 | | Mp-At_488 Mp-At_489 2
{CIVIL} | Mp-At_876_8-Pr_2 | 第八百六十二条 | | Mp-At_862
{CIVIL} | Mp-At_824_2-Pr_3 | 第一項 | | Mp-At_824_2-Pr_1
{CIVIL} | Mp-At_817_10-Pr_2 | 前項 | | Mp-At_817_10-Pr_1
{SAFETY_RULES} | Mp-At_35-Pr_1 | 第一号 | | Mp-At_35-Pr_1-It_1
{SAFETY_RULES} | Mp-At_314-Pr_1 | 令第六条第二号 | {SAFETY_ORDER} | Mp-At_6-Pr_1-It_2
{SAFETY_RULES} | Mp-At_34_17-Pr_1 | 法第五十七条の四第四項 | {SAFETY} | Mp-At_57_4-Pr_4
{SAFETY_RULES} | Mp-At_52_16-Pr_3 | 前条 | | Mp-At_52_15
{SAFETY_RULES} | Mp-At_655-Pr_1-It_3 | 前二号 | | Mp-At_655-Pr_1-It_1 Mp-At_655-Pr_1-It_2 2
{FIRE_ORDER} | Mp-At_20-Pr_1-It_2 | 前条第一項 | | Mp-At_19-Pr_1
{FIRE_ORDER} | Mp-At_20-Pr_5-It_2 | 第十五条 | | Mp-At_15
{FIRE_ORDER} | Mp-At_4_2_2-Pr_1 | 法第八条の二の二第一項 | {FIRE} | Mp-At_8_2_2-Pr_1
{FIRE_ORDER} | Mp-At_9_2-Pr_1 | 第二十一条第一項第三号 | | Mp-At_21-Pr_1-It_3
{SCHOOL_RULES} | Mp-At_78-Pr_1 | 同条第四項 | | Mp-At_90-Pr_4
{SCHOOL_RULES} | Mp-At_172_2-Pr_1-It_6 | 短期大学設置基準第五条の二第一項 | {COLLEGES} | Mp-At_5_2-Pr_1
{SCHOOL_RULES} | Mp-At_133-Pr_1 | 第百三十二条 | | Mp-At_132
{SCHOOL_RULES} | Mp-At_172-Pr_1 | 第百六十九条第一項第一号 | | Mp-At_169-Pr_1-It_1
{CONSTITUTION} | Mp-At_71-Pr_1 | 前二条 | | Mp-At_69 Mp-At_70 2
{CONSTITUTION} | Mp-At_54-Pr_3 | 前項 | | Mp-At_54-Pr_2
{CONSTITUTION} | Mp-At_5-Pr_1 | 前条第一項 | | Mp-At_4-Pr_1
{VEHICLES} | Mp-At_75_2-Pr_7 | 第一項 | | Mp-At_75_2-Pr_1
{VEHICLES} | Mp-At_74-Pr_1 | 第七項 | | Mp-At_54_2-Pr_7
{WATER_RULES} | Mp-At_8_2-Pr_2-It_7 | 法第十条第一項第二号 | {WATER} | Mp-At_10-Pr_1-It_2
{WATER_RULES} | Mp-At_19-Pr_1-It_2 | 第二十一条第三項 | | Mp-At_21-Pr_3
{WATER_RULES} | Mp-At_51_5-Pr_2-It_2-Su_2 | 前条第二号 | | Mp-At_51_4-Pr_1-It_2
{AUTONOMY_ORDER} | Mp-At_180-Pr_1 | 地方自治法第二百六十一条第二項 | {AUTONOMY} | Mp-At_261-Pr_2
{AUTONOMY_ORDER} | Mp-At_114-Pr_1 | 第四十四条 | {ELECTION_ORDER} | Mp-At_40 Mp-At_44 5
{AUTONOMY_ORDER} | Mp-At_174_24-Pr_1 | 第五項 | {AUTONOMY} | Mp-At_252_9-Pr_5
{AUTONOMY_ORDER} | Mp-At_216_4-Pr_1 | 同法第二百五十二条の三十八第一項 | {AUTONOMY} | Mp-At_252_38-Pr_1
{FOOD} | Mp-At_2-Pr_3 | 前二項 | | Mp-At_2-Pr_1 Mp-At_2-Pr_2 2
{FOOD} | Mp-At_10-Pr_1 | 第三号 | | Mp-At_10-Pr_1-It_3
{FOOD} | Mp-At_43-Pr_1-It_4 | 前二条 | | Mp-At_41 Mp-At_42 2
{DEALERS_RULES} | Mp-At_6-Pr_1-It_4 | 法第二十五条第七項 | {DEALERS} | Mp-At_25-Pr_7
{DEALERS_RULES} | Mp-At_16_4_3-Pr_1 | 同号ロ | {DEALERS} | Mp-At_35-Pr_1-It_14-Su_2
{DEALERS_RULES} | Mp-At_25_7-Pr_2 | 前項各号 | | Mp-At_25_7-Pr_1-It_1 Mp-At_25_7-Pr_1-It_7 7
{DISASTER_RULE} | Mp-At_33_7-Pr_2 | 前項 | | Mp-At_33_7-Pr_1
"""


@pytest.fixture(scope="module")
def corpus(shared_data: Path) -> tuple[dict[str, LawText], LawIndex]:
    """The laws of the table and those that they name, and the names of all laws, out of the archive."""
    wanted = {word for word in TABLE.replace("|", " ").split() if word[0] in "1234" and len(word) >= 15}
    read: dict[str, LawText] = {}
    every: list[LawFacts] = []
    with tarfile.open(shared_data / "law" / "laws-markdown-2026-07.tar.xz", "r|xz") as archive:
        for member in archive:
            if not member.name.endswith(".md") or (stream := archive.extractfile(member)) is None:
                continue
            content = stream.read()
            name = member.name.rpartition("/")[2].removesuffix(".md")
            head = dict(_FACT.findall(content[:4000].decode(errors="ignore")))
            every.append(LawFacts(name, head.get("title", ""), head.get("law_num", "")))
            if name in wanted:
                read[name] = read_text(Document(f"{name}.md", content))
    assert set(read) == wanted
    return read, LawIndex.of(sorted(every, key=lambda facts: facts.law_id))


@pytest.fixture(scope="module")
def laws(corpus: tuple[dict[str, LawText], LawIndex]) -> dict[str, LawText]:
    return corpus[0]


@pytest.fixture(scope="module")
def index(corpus: tuple[dict[str, LawText], LawIndex]) -> LawIndex:
    return corpus[1]


def test_they_name_what_a_reader_says(laws: dict[str, LawText], index: LawIndex) -> None:
    rows = [[field.strip() for field in line.split("|")] for line in TABLE.strip().splitlines()]
    assert len(rows) >= 60
    assert len({row[0] for row in rows}) >= 12
    wrong = []
    for law_id, unit, words, other, told in rows:
        law = laws[law_id]
        recogniser = Recogniser(law.units, index)
        place = next(n for n, u in enumerate(law.units) if u.path == unit)
        found = {(r.law, *r.targets) for r in recogniser.references(place) if r.words == words}
        expected = told.split()
        if not any(
            answer[0] == other
            and answer[1] == expected[0]
            and answer[-1] == expected[1 if len(expected) == 3 else 0]
            and len(answer) - 1 == (int(expected[2]) if len(expected) == 3 else 1)
            for answer in found
            if len(answer) > 1
        ):
            wrong.append((law_id, unit, words, found))
    assert wrong == []


def test_spans_are_the_words_and_every_place_exists(laws: dict[str, LawText], index: LawIndex) -> None:
    paths = {law_id: Recogniser(law.units, index).known for law_id, law in laws.items()}
    dangling = other = 0
    for law in laws.values():
        for place, reference in Recogniser(law.units, index).every():
            text = law.units[place].text
            assert text[reference.start : reference.end] == reference.words
            if not reference.law:
                assert all(target in paths[law.facts.law_id] for target in reference.targets)
            elif reference.law in paths and law.units[place].part is Part.MAIN:  # 附則 speak of earlier texts
                other += len(reference.targets)
                dangling += sum(target not in paths[reference.law] for target in reference.targets)
    assert other > 3000
    assert dangling < other * 0.02, (dangling, other)  # places that were deleted since


def test_what_an_order_lays_down_is_told(laws: dict[str, LawText], index: LawIndex) -> None:
    order = Recogniser(laws[RIVER_ORDER].units, index)
    place = next(n for n, u in enumerate(order.units) if u.path == "Mp-At_1-Pr_2")
    assert [r.kind for r in order.references(place)] == [ReferenceKind.DELEGATION]
    lease = Recogniser(laws[LAND_LEASE].units, index)
    place = next(n for n, u in enumerate(lease.units) if u.path == "Mp-At_12-Pr_4")
    assert [r.kind for r in lease.references(place)] == [ReferenceKind.APPLICATION]
