"""The quick way to read 法令標準XML against the general one, on made laws, broken ones and real ones."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters import egov_xml, usual_text
from hashira.regulations.adapters.egov_text import Shapes, UnusualShape, head_of
from hashira.regulations.adapters.sources import Document, documents
from hashira.regulations.domain.law import LawText

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
WORDS = (
    "施設を点検する。",
    "",
    "\u3000",
    "<Ruby>梯<Rt>はし</Rt></Ruby>子",
    "第一条の<Ruby>検<Rt>けん</Rt></Ruby><Ruby>査<Rt>さ</Rt></Ruby>",
    "\n   折り返す",
    "\n   ",
    "a > b",
    "&amp;",
    "図<Sup>二</Sup>",
)


class Writer:
    """Writes made laws, indented or not, usual or less so."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.gap = self.dice.choice(("", "\n", "\n    ", "\n\t"))
        self.odd = self.dice.choice((0.0, 0.0, 0.02, 0.2))

    def words(self) -> str:
        return self.dice.choice(WORDS if self.dice.random() < self.odd else WORDS[:2] + WORDS[:1])

    def element(self, tag: str, *inside: str, attributes: str = "") -> str:
        if not any(inside) and self.dice.random() < 0.5:
            return f"<{tag}{attributes}/>"
        leaf = len(inside) == 1 and not inside[0].startswith("<")
        if leaf or self.dice.random() < self.odd:
            return f"<{tag}{attributes}>{''.join(inside)}</{tag}>"
        return f"<{tag}{attributes}>{self.gap}{self.gap.join(inside)}{self.gap}</{tag}>"

    def sentence(self) -> str:
        odd = self.dice.random() < self.odd
        told = ' WritingMode="vertical" Num="1"' if odd else ' Num="1" WritingMode="vertical"'
        return self.element("Sentence", self.words(), attributes=self.dice.choice(("", told)))

    def sentences(self, tag: str) -> str:
        if self.dice.random() < 0.3:
            columns = [self.element("Column", self.sentence(), attributes=' Num="1"') for _ in range(2)]
            return self.element(tag, *columns)
        return self.element(tag, *[self.sentence() for _ in range(self.dice.choice((1, 1, 2, 3)))])

    def number(self) -> str:
        return f' Num="{self.dice.choice("1123")}"' if self.dice.random() > self.odd else ""

    def below(self, depth: int) -> list[str]:
        if self.dice.random() < 0.6 or depth > 3:
            return []
        tag = f"Subitem{depth}" if depth else "Item"
        found = []
        for _ in range(self.dice.randint(1, 3)):
            kind = self.dice.random()
            if kind < 0.1:
                row = self.element("TableRow", *[self.element("TableColumn", self.sentence()) for _ in "ab"])
                titled = [self.element("TableStructTitle", self.words())] if self.dice.random() < 0.3 else []
                found.append(self.element("TableStruct", *titled, self.element("Table", row, row)))
            elif kind < 0.2:
                found.append(self.element("List", self.sentences("ListSentence")))
            elif kind < 0.2 + self.odd:
                found.append(self.element("AmendProvision", self.paragraph()))
            else:
                inside = [self.element(f"{tag}Title", self.words()), self.sentences(f"{tag}Sentence")]
                found.append(self.element(tag, *inside, *self.below(depth + 1), attributes=self.number()))
        return found

    def paragraph(self) -> str:
        caption = [self.element("ParagraphCaption", "（検査）")] if self.dice.random() < 0.2 else []
        inside = [self.element("ParagraphNum", self.words()), self.sentences("ParagraphSentence")]
        return self.element("Paragraph", *caption, *inside, *self.below(0), attributes=self.number())

    def article(self) -> str:
        caption = [self.element("ArticleCaption", f"（{self.words()}）")] if self.dice.random() < 0.7 else []
        inside = [self.paragraph() for _ in range(self.dice.choice((1, 1, 2, 3)))]
        if self.dice.random() < 0.2:
            inside.insert(self.dice.randint(0, len(inside)), self.element("SupplNote", "（罰則　第三条）"))
        title = self.element("ArticleTitle", "第一条")
        return self.element("Article", *caption, title, *inside, attributes=self.number())

    def provisions(self, levels: tuple[str, ...]) -> list[str]:
        if levels and self.dice.random() < 0.4:
            tag = levels[0]
            title = self.element(f"{tag}Title", "第一章　総則")
            return [
                self.element(tag, title, *self.provisions(levels[1:]), attributes=self.number())
                for _ in range(2)
            ]
        what = self.article if self.dice.random() < 0.8 else self.paragraph
        found = [what() for _ in range(self.dice.randint(0, 3))]
        if self.dice.random() < 0.1:
            found.append(self.element("SupplProvisionAppdxTable", self.element("TableStruct")))
        found += [
            self.appendix("SupplProvisionAppdxTable", "附則別表") for _ in "ab" if self.dice.random() < 0.1
        ]
        return found

    def appendix(self, tag: str, title: str) -> str:
        head = [self.element(f"{tag}Title", title, attributes=' WritingMode="vertical"')]
        if self.dice.random() < 0.3:
            head.append(self.element("RelatedArticleNum", "（第三条関係）"))
        return self.element(tag, *head, *self.below(0), attributes=self.number())

    def law(self) -> str:
        parts = [self.element("MainProvision", *self.provisions(("Chapter", "Section")))]
        if self.dice.random() < 0.3:
            parts.insert(0, self.element("TOC", self.element("TOCLabel", "目次")))
        for _ in range(self.dice.randint(0, 2)):
            told = self.dice.choice(("", ' AmendLawNum="平成二七年九月一一日法律第六六号"'))
            label = self.element("SupplProvisionLabel", "附　則")
            parts.append(
                self.element("SupplProvision", label, *self.provisions(("Chapter",)), attributes=told)
            )
        if self.dice.random() < 0.3:
            parts += [self.appendix("AppdxTable", title) for title in ("別表第一", "別表")]
        title = self.element("LawTitle", "検査法", attributes=' Kana="けんさほう"')
        body = self.element("LawBody", title, *parts)
        number = self.element("LawNum", "昭和四十年法律第十四号")
        told = ' Era="Showa" Lang="ja" LawType="Act" Num="14" Year="40"'
        return HEAD + self.element("Law", number, body, attributes=told)


def quickly(content: bytes) -> LawText | str:
    try:
        return egov_xml.read_units(content, "x.xml")
    except HashiraError as error:
        return str(error)


def generally(content: bytes) -> LawText | str:
    try:
        return egov_xml.read_any_units(content, "x.xml")
    except HashiraError as error:
        return str(error)


def is_usual(content: bytes) -> bool:
    try:
        text, begins, _head = head_of(content)
        Shapes("").read(text, begins)
    except UnusualShape:
        return False
    return True


@given(seed=st.integers(0, 10**9))
def test_made_laws_read_the_same_both_ways(seed: int) -> None:
    content = Writer(seed).law().encode()
    law = generally(content)
    assert isinstance(law, LawText)
    assert quickly(content) == law


def test_most_made_laws_are_of_the_usual_shape_and_some_are_not() -> None:
    usual = sum(is_usual(Writer(seed).law().encode()) for seed in range(200))
    assert 120 < usual < 195


BREAKS = (
    "", "<", ">", "/", '"', "&", "]]>", "\0", "\x01", "\ufffe", "\r", " ", "字", "<Item>", "</Item>",
    "</Paragraph>", "<!-- -->", "<?x?>", "<x/>",
)  # fmt: skip


@given(
    seed=st.integers(0, 10**9), place=st.floats(0, 1), width=st.integers(0, 12), put=st.sampled_from(BREAKS)
)
def test_a_law_broken_anywhere_is_refused_as_it_was_or_reads_the_same(
    seed: int, place: float, width: int, put: str
) -> None:
    whole = Writer(seed).law()
    at = int(place * len(whole))
    content = (whole[:at] + put + whole[at + width :]).encode()
    assert quickly(content) == generally(content)


@pytest.mark.parametrize(
    "change",
    [
        ("<LawNum>", '<LawNum xmlns="urn:x">'),
        ('Num="1"', 'Num="1" Num="1"'),
        (HEAD, HEAD + "<!DOCTYPE Law>"),
        (HEAD, ""),
        (HEAD, "\ufeff" + HEAD),
        (HEAD, HEAD + "<answer>"),
        ("</Law>", "</Law>x"),
        ("</Law>", ""),
        ("<Law ", '<Law xmlns="urn:x" '),
        ("<LawBody", '<LawBody xmlns="urn:x"'),
        ("<MainProvision", '<MainProvision xmlns="urn:x"'),
        ("<Article", '<Article xmlns="urn:x"'),
    ],
)
def test_what_no_shape_foresees_is_left_to_the_general_way(change: tuple[str, str]) -> None:
    content = Writer(3).law().replace(*change, 1).encode()
    assert quickly(content) == generally(content)


PLAIN = f"""{HEAD}<Law Era="Showa" Lang="ja" LawType="Act" Num="14" Year="40">
<LawNum>昭和四十年法律第十四号</LawNum><LawBody><LawTitle>検査法</LawTitle><MainProvision>
<Article Num="1"><ArticleCaption>（検査）</ArticleCaption>
<ArticleTitle>第一条</ArticleTitle><Paragraph Num="1"><ParagraphNum/>
<ParagraphSentence><Sentence>検査する。</Sentence></ParagraphSentence>
<Item Num="1"><ItemTitle>一</ItemTitle><ItemSentence><Sentence>目視</Sentence></ItemSentence></Item>
<TableStruct><Table><TableRow><TableColumn><Sentence>表</Sentence></TableColumn></TableRow></Table></TableStruct>
</Paragraph></Article></MainProvision></LawBody></Law>
"""
ITEM = '<Item Num="1"><ItemTitle>一</ItemTitle><ItemSentence><Sentence>目視</Sentence></ItemSentence></Item>'
LABEL = "<SupplProvisionLabel>附則</SupplProvisionLabel>"
TABLE_TITLE = "<AppdxTableTitle>別表第一</AppdxTableTitle>"
SUPPLEMENT_TABLE = (
    f"<SupplProvisionAppdxTable><SupplProvisionAppdxTableTitle>附則別表</SupplProvisionAppdxTableTitle>"
    f"{ITEM}</SupplProvisionAppdxTable>"
)
RELATED = "<RelatedArticleNum>（第三条関係）</RelatedArticleNum>"
LAUGHS = f"""<!DOCTYPE Law [<!ENTITY a "笑"><!ENTITY b "{"&a;" * 50}"><!ENTITY c "{"&b;" * 50}">]>"""


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ("目視", "目\0視"),
        ("目視", "目&amp;視"),
        ("目視", "目&#x8996;"),
        ("目視", "<![CDATA[目視]]>"),
        ("目視", "目<!-- 視 -->"),
        ("目視", "目<?x 視?>"),
        ("目視", "目\r\n視"),
        ("目視", "目視</ItemSentence>"),
        (' Num="1"><ItemTitle', " Num='1'><ItemTitle"),
        (' Num="1"><ItemTitle', ' Hide="true" Num="1"><ItemTitle'),
        (' Num="1"><ItemTitle', ' xml:lang="ja" Num="1"><ItemTitle'),
        (' Num="1"><ItemTitle', "><ItemTitle"),
        ("</Item>", "<ItemTitle>二</ItemTitle></Item>"),
        ("</Item>", "<ItemSentence><Sentence>縦覧</Sentence></ItemSentence></Item>"),
        ("</Item>", "<Subitem10><Subitem10Title>イ</Subitem10Title><Subitem10Sentence/></Subitem10></Item>"),
        ("</Paragraph>", "<ParagraphNum>２</ParagraphNum></Paragraph>"),
        ("</Paragraph>", "<ParagraphCaption>（縦覧）</ParagraphCaption></Paragraph>"),
        ("</Paragraph>", "<ParagraphSentence><Sentence>縦覧</Sentence></ParagraphSentence></Paragraph>"),
        ("</Paragraph>", "<ItemTitle>二</ItemTitle></Paragraph>"),
        ("<ParagraphNum/>", "<ParagraphNum/><ParagraphNum>１</ParagraphNum>"),
        ("<ArticleTitle>", "<ArticleTitle/><ArticleTitle>"),
        ("<Table>", "<TableStructTitle>一<Ruby>覧<Rt>らん</Rt></Ruby></TableStructTitle><Table>"),
        ("<Table>", "<TableStructTitle><Ruby> <Rt>らん</Rt></Ruby></TableStructTitle><Table>"),
        ("<Table>", "<TableStructTitle>一</TableStructTitle><TableStructTitle>二</TableStructTitle><Table>"),
        ("<Table>", '<TableStructTitle Num="1" Num="2">一</TableStructTitle><Table>'),
        ("</MainProvision>", f"{SUPPLEMENT_TABLE}{SUPPLEMENT_TABLE}</MainProvision>"),
        ("</Paragraph>", f"{SUPPLEMENT_TABLE}</Paragraph>"),
        ("</LawBody>", f"{SUPPLEMENT_TABLE}</LawBody>"),
        ("</LawBody>", f"<SupplProvision>{LABEL}{SUPPLEMENT_TABLE}{LABEL}</SupplProvision></LawBody>"),
        (
            "</LawBody>",
            f"<SupplProvision>{LABEL}{SUPPLEMENT_TABLE}{SUPPLEMENT_TABLE}</SupplProvision></LawBody>",
        ),
        (
            "</LawBody>",
            "<SupplProvision><AppdxTable><AppdxTableTitle/></AppdxTable></SupplProvision></LawBody>",
        ),
        ("</TableRow></Table>", "</TableRow></Table><TableStructTitle>一</TableStructTitle>"),
        ("</MainProvision>", "<ArticleTitle>第二条</ArticleTitle></MainProvision>"),
        ("</MainProvision>", "</MainProvision><LawTitle>縦覧法</LawTitle><LawTitle>掲示法</LawTitle>"),
        ("</MainProvision>", "</MainProvision><LawNum>昭和四十年法律第十五号</LawNum>"),
        ("</MainProvision>", f"</MainProvision><LawBody>{ITEM}</LawBody>"),
        ("</LawBody>", f"</LawBody><LawBody><LawTitle>縦覧法</LawTitle>{ITEM}</LawBody>"),
        ("</LawBody>", "</LawBody><LawNum>昭和四十年法律第十五号</LawNum><Unheard>縦覧</Unheard>"),
        ("</LawBody>", f"<SupplProvision>{LABEL}{LABEL}</SupplProvision></LawBody>"),
        ("</LawBody>", f"<AppdxTable>{TABLE_TITLE}{RELATED}{RELATED}</AppdxTable></LawBody>"),
        ("</LawBody>", f"<AppdxTable>{TABLE_TITLE}{TABLE_TITLE}{ITEM}</AppdxTable></LawBody>"),
        ("</Article>", "<ArticleTitle>第二条</ArticleTitle></Article>"),
        ("</Article>", "<ArticleCaption>（縦覧）</ArticleCaption></Article>"),
        ("</TableRow>", "<TableColumn>\n  </TableColumn></TableRow>"),
        ("</TableRow>", "<TableColumn>\n\n  \n</TableColumn><TableColumn></TableColumn></TableRow>"),
        ("</TableRow>", "<TableColumn/></TableRow>"),
        ("<MainProvision>", "<EnactStatement>ここに公布する</EnactStatement><MainProvision>"),
        (HEAD, '<?xml version="1.0" encoding="Shift_JIS"?>\n'),
        (HEAD, HEAD + LAUGHS),
        (f"{HEAD}<Law ", f"{HEAD}{LAUGHS}<Law Abbrev='&c;' "),
    ],
)
def test_another_shape_reads_as_the_general_way_reads_it(found: str, instead: str) -> None:
    assert PLAIN.count(found) == 1
    content = PLAIN.replace(found, instead).encode()
    assert quickly(content) == generally(content)


def test_the_plain_law_is_of_the_usual_shape() -> None:
    assert is_usual(PLAIN.encode())


PLAIN_CHARACTERS = ["", "]", "]>", "\t\n", "\ufffd", "\x7f", "\U0001f600"]
OTHER_CHARACTERS = ["\0", "\x08", "\x0b", "\r", "\x1f", "&", "]]>", "\ufffe", "\uffff"]
CHARACTERS = st.one_of(st.characters(), st.sampled_from(PLAIN_CHARACTERS + OTHER_CHARACTERS))


@given(text=st.lists(CHARACTERS, max_size=80).map("".join), octets=st.binary(max_size=2))
def test_plain_characters_are_told_alike_with_hyperscan_and_without(text: str, octets: bytes) -> None:
    pytest.importorskip("hyperscan", reason="compares it with what is done without it (extra fast)")
    in_one_pass = usual_text.in_one_pass()

    def told(read: Callable[[bytes], str | None], content: bytes) -> str | None:
        try:
            return read(content)
        except UnicodeDecodeError:
            return None

    content = text.encode("utf-8", "surrogatepass") + octets
    assert told(in_one_pass, content) == told(usual_text.one_after_the_other, content)


@pytest.mark.parametrize("put", PLAIN_CHARACTERS)
@pytest.mark.parametrize("read", [usual_text.in_one_pass, lambda: usual_text.one_after_the_other])
def test_plain_characters_are_read(read: Callable[[], Callable[[bytes], str | None]], put: str) -> None:
    assert read()(put.encode()) == put


@pytest.mark.parametrize("put", OTHER_CHARACTERS)
@pytest.mark.parametrize("read", [usual_text.in_one_pass, lambda: usual_text.one_after_the_other])
def test_other_characters_are_not(read: Callable[[], Callable[[bytes], str | None]], put: str) -> None:
    assert read()(f"目{put}視".encode()) is None


@pytest.mark.parametrize("depth", [3, 99, 120, 245, 250, 251, 252, 253, 300])
def test_elements_in_each_other_are_refused_as_deep_as_lxml_refuses_them(depth: int) -> None:
    within = ITEM
    for _ in range(depth):
        within = ITEM.removesuffix("</Item>") + within + "</Item>"
    names = [f"Unheard{number}" for number in range(depth)]
    unheard = "".join([f"<{name}>" for name in names] + [f"</{name}>" for name in reversed(names)])
    for inside in (within, unheard):
        content = PLAIN.replace(ITEM, inside).encode()
        assert quickly(content) == generally(content)
        if depth < 240 or depth > 260:  # between, it is for lxml to say where its limit is
            assert isinstance(quickly(content), LawText) == (depth < 240)


def test_what_is_not_utf_8_is_refused_as_it_was() -> None:
    content = Writer(3).law().encode("cp932", errors="replace")
    assert isinstance(quickly(content), str)
    assert quickly(content) == generally(content)


@pytest.mark.shared_data
@pytest.mark.long
def test_acts_read_the_same_both_ways_and_nearly_all_the_quick_one(shared_data: Path) -> None:
    most = int(os.environ.get("HASHIRA_PROVE_COUNT", "120"))
    usual = read = 0
    for document in documents(shared_data / "law/acts-xml-2025-05.tar.xz"):
        if read == most:
            break
        if not isinstance(document, Document):
            continue
        read += 1
        law = egov_xml.read_any_units(document.content, document.name, document.companion)
        assert egov_xml.read_units(document.content, document.name, document.companion) == law, document.name
        usual += is_usual(document.content)
    print(f"{read} Acts read the same both ways, {usual} of them in the usual shapes")
    assert usual >= read * 0.99


_TAG = re.compile(rb"<[^>]*>")
_LEAF = re.compile(rb"<(\w+)[^>]*>[^<]*</\1>")
_PUT = (
    b"\0", b"\xff", b"\r\n", b"\n    ", b" ", b"x", b"&amp;", b"&x;", b"<!-- x -->", b"<?p x?>", b' Num="1"',
    b"<![CDATA[<Item>]]>", b"<Ruby>a<Rt>b</Rt></Ruby>", b"<Ruby>a</Ruby>", b"<Sentence/>", b"<Column/>",
    b"<Unheard>of</Unheard>", b"<Remarks><RemarksLabel>r</RemarksLabel></Remarks>", b"</Item>",
    b'<FigStruct><Fig src="x"/></FigStruct>',
)  # fmt: skip


def _mutated(content: bytes, dice: random.Random) -> bytes:
    """Something cut, put in, doubled, moved, renamed, or the end torn off."""
    tags, leaves = [[m.span() for m in what.finditer(content)] for what in (_TAG, _LEAF)]
    (begins, ends), (leaf, leaf_ends) = dice.choice(tags), dice.choice(leaves)
    at = dice.randrange(len(content))
    kind = dice.randrange(9)
    if kind == 0:
        return content[:at] + content[at + dice.choice((1, 3, 9)) :]
    if kind == 1:
        return content[:begins] + content[ends:]
    if kind == 2:
        return content[:ends] + dice.choice(_PUT) + content[ends:]
    if kind == 3:
        return content[:at]
    if kind == 4:
        return content[:leaf] + content[leaf_ends:]
    if kind == 5:
        return content[:ends] + content[leaf:leaf_ends] + content[ends:]
    if kind == 6:
        return content[:begins] + content[begins:ends].replace(b'"', b"'") + content[ends:]
    if kind == 7:
        return content[:at] + bytes([dice.randrange(256)]) + content[at + 1 :]
    names = (b"Item", b"Subitem1", b"Paragraph", b"Article", b"Sentence", b"Column", b"Chapter")
    one, other = dice.sample(names, 2)
    return content.replace(b"<" + one, b"<" + other).replace(b"</" + one, b"</" + other)


@pytest.mark.shared_data
@pytest.mark.long
def test_small_acts_changed_anywhere_are_refused_as_they_were_or_read_the_same(shared_data: Path) -> None:
    count = max(1_000, 10 * int(os.environ.get("HASHIRA_PROVE_COUNT", "0")))
    dice = random.Random(4)
    acts = []
    for document in documents(shared_data / "law/acts-xml-2025-05.tar.xz"):
        if isinstance(document, Document) and len(document.content) < 40_000:
            acts.append(document.content)
        if len(acts) == count // 20:
            break
    refused = usual = 0
    for _ in range(count):
        content = _mutated(dice.choice(acts), dice)
        law = generally(content)
        assert quickly(content) == law, content
        refused += isinstance(law, str)
        usual += is_usual(content)
    print(f"{count} changed Acts: {refused} refused both ways, {usual} read by their shapes")
    assert refused > count / 5
    assert usual > count / 5
