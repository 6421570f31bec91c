"""The units of a law, one after the other, each with its place (条・項・号・号の細分・表の行).

A unit is the smallest thing that a citation names: a paragraph (項), an item (号), a subitem (イ, (1),
(i) …), a row of a table, an entry of a list, a note. Its ``text`` is its own: what stands in an item is not
repeated in the paragraph above it. Titles and captions are carried by the units that they head.

**The path** is the id that e-Gov 法令検索 gives the element, in the short form it uses in links, which leaves
out 編・章・節・款・目 in front of an article: ``Mp-At_9_3-Pr_1-It_2``. ``Unit.element_id`` is the long form
(``Mp-Ch_2-At_9_3-Pr_1-It_2``). 附則 are ``{law id of the amending law}-Sp-At_1-Pr_1``. e-Gov gives no id to
what is smaller than an item or stands in a table, so these go on in the same manner: ``-Su_1`` 号の細分 (one
for each depth), ``-Tb_1-Tr_2`` table and row, ``-Li_1`` list, ``-No_1`` note, ``-Xx_1`` unknown. A second
unit of the same number in one place (which real laws have) gets ``~2``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hashira.regulations.domain.law.element import Node, words
from hashira.regulations.domain.law.labels import appendix_number
from hashira.regulations.domain.law.number import amending_law_id
from hashira.regulations.domain.law.schema import (
    APPENDICES,
    GROUPS,
    NOTES,
    SUBITEMS,
    SUBLISTS,
    SUPPLEMENT_APPENDICES,
    Part,
    UnitKind,
)


class Unit(NamedTuple):
    """One unit. A tuple rather than a dataclass: there are 1.8 million of them in the law of Japan.

    Numbers are as in the ids: ``9_3`` for 第九条の三, ``2`` for 第二項, ``9:11`` for 第九条から第十一条まで
    (deleted articles printed as one). A paragraph without a number printed still has its number. Empty
    where there is none.
    """

    path: str
    kind: UnitKind
    part: Part
    article: str
    paragraph: str
    item: str
    subitems: tuple[str, ...]
    """The numbers of イ, (1), (i) … from the outside in."""
    label: str
    """The unit's own number as it is printed: ``第九条の三``, ``２``, ``二``, ``イ``; often empty."""
    text: str
    caption: str
    """The caption of the article or paragraph (見出し), without its brackets."""
    headings: tuple[str, ...]
    """編・章・節・款・目, as printed, from the outside in."""
    group: str
    """The same as ids, ``Ch_1-Se_2``."""
    supplement: int
    """Which 附則, counted from 1; 0 elsewhere."""
    amendment: str
    """The law that brought this 附則 (改正法令番号), as printed; empty for the law's own 附則."""
    appendix: str
    """The title of the 別表, 様式 …; empty elsewhere."""

    @property
    def is_table(self) -> bool:
        """Whether it is a row of a table."""
        return self.kind is UnitKind.ROW

    @property
    def element_id(self) -> str:
        """The id in full, with 編・章・節・款・目, as e-Gov writes it into its pages."""
        if not self.group or not self.path.startswith("Mp-"):
            return self.path
        return f"Mp-{self.group}-{self.path[3:]}"

    @property
    def parent(self) -> str:
        """The path of what it stands in: of the paragraph for an item."""
        head, _, last = self.path.rpartition("-")
        return head.rpartition("-")[0] if last.startswith("Tr_") else head


of_fields = tuple.__new__
"""A named tuple of its kind and all its fields; what the kind itself makes takes three times as long."""


class Place(NamedTuple):
    """What a unit takes over from above."""

    path: str
    part: Part
    article: str = ""
    paragraph: str = ""
    item: str = ""
    subitems: tuple[str, ...] = ()
    caption: str = ""
    headings: tuple[str, ...] = ()
    group: str = ""
    supplement: int = 0
    amendment: str = ""
    appendix: str = ""

    def below(self, path: str, *, caption: str, paragraph: str, item: str) -> Place:
        """The place of a paragraph or item in it: ``_replace``, which takes four times as long."""
        fields = (
            path, self.part, self.article, paragraph, item, self.subitems, caption, self.headings, self.group,
            self.supplement, self.amendment, self.appendix,
        )  # fmt: skip
        return of_fields(Place, fields)

    def group_below(self, tag: str, number: str, title: str) -> Place:
        """The place of 編, 章, 節, 款 or 目 in it."""
        own = f"{GROUPS[tag][0]}_{number}"
        group = f"{self.group}-{own}" if self.group else own
        return self._replace(headings=(*self.headings, title), group=group)

    def unit(self, kind: UnitKind, label: str, text: str, path: str = "") -> Unit:
        fields = (
            path or self.path, kind, self.part, self.article, self.paragraph, self.item, self.subitems, label,
            text, self.caption, self.headings, self.group, self.supplement, self.amendment, self.appendix,
        )  # fmt: skip
        return of_fields(Unit, fields)


def units(tree: Node, law_id: str = "") -> Iterator[Unit]:
    """Every unit under a ``Law`` or ``LawBody``, in the order of the text.

    ``law_id`` names the law's own 附則 in paths. The tree may be one of ours or of lxml (:class:`Node`).
    """
    return iter(Walk(law_id).law(tree))


MAIN = Place("Mp", Part.MAIN)


class Walk:
    """One walk down a law. The units are collected in a list, which is faster than nested generators."""

    def __init__(self, law_id: str) -> None:
        self.law_id = law_id
        self.found: list[Unit] = []
        self.taken: set[str] = set()
        self.again: dict[str, int] = {}
        self.supplements = 0

    def law(self, tree: Node) -> list[Unit]:
        counts: dict[str, int] = {}
        for child in tree:
            if tree.tag == "Law" and child.tag == "LawBody":
                for part in child:
                    self.part(part, counts)
            else:
                self.part(child, counts)
        return self.found

    def part(self, node: Node, counts: dict[str, int]) -> None:
        """What may stand in a law. ``counts`` are of its elements so far, by their names."""
        tag = node.tag
        counts[tag] = count = counts.get(tag, 0) + 1
        if tag == "MainProvision":
            self.provisions(node, MAIN)
        elif tag == "SupplProvision":
            _label, below = _headed(node, "SupplProvisionLabel")
            self.provisions(below, self.supplement(node.get("AmendLawNum", "")))
        elif tag in APPENDICES:
            letters, part = APPENDICES[tag]
            self.appendix(node, Place("", part), letters, count)
        elif tag == "Preamble":
            self.provisions(node, Place("Preamble", Part.PREAMBLE))
        elif tag == "EnactStatement":
            self.leaf(node, Place(f"EnactStatement_{count}", Part.ENACTMENT), UnitKind.NOTE)
        elif tag != "TOC" and (tag not in ("LawTitle", "LawNum") or count > 1):
            self.leaf(node, Place(self.unique(f"Xx_{count}"), Part.OTHER), UnitKind.UNKNOWN)

    def unique(self, path: str) -> str:
        """The path, or, if another unit has it already, the path with a count."""
        if path in self.taken:
            again = self.again.get(path, 2)
            while f"{path}~{again}" in self.taken:
                again += 1
            self.again[path] = again + 1
            path = f"{path}~{again}"
        self.taken.add(path)
        return path

    def supplement(self, amendment: str) -> Place:
        """The place of the next 附則, which the law of that number brought."""
        self.supplements += 1
        own = amending_law_id(amendment) if amendment else self.law_id
        path = self.unique(f"{own}-Sp" if own else "Sp")
        return Place(path, Part.SUPPLEMENT, supplement=self.supplements, amendment=amendment)

    def provisions(self, nodes: Iterable[Node], place: Place) -> None:
        counts: dict[str, int] = {}
        for child in nodes:
            self.provision(child, place, counts)

    def provision(self, node: Node, place: Place, counts: dict[str, int]) -> None:
        """What may stand in 本則, 附則, 前文, and in 編 to 目. ``counts`` are of what was not so far."""
        tag = node.tag
        if tag == "Article":
            self.article(node, place)
        elif tag == "Paragraph":
            self.paragraph(node, place)
        elif tag in GROUPS:
            title, below = _headed(node, tag + "Title")
            self.provisions(below, place.group_below(tag, node.get("Num", ""), title))
        elif tag == "Point":
            self.point(node, place)
        elif tag in SUPPLEMENT_APPENDICES:
            letters, part = SUPPLEMENT_APPENDICES[tag]
            counts[tag] = counts.get(tag, 0) + 1
            self.appendix(node, place._replace(part=part), letters, counts[tag])
        else:  # also a second title
            counts[""] = unknown = counts.get("", 0) + 1
            path = self.unique(f"{place.path}-Xx_{unknown}")
            self.leaf(node, place._replace(path=path), UnitKind.UNKNOWN)

    def article(self, node: Node, place: Place) -> None:
        number = node.get("Num", "")
        caption = title = ""
        rest = []
        for child in node:
            tag = child.tag
            if tag == "ArticleTitle" and not title:
                title = words(child)
            elif tag == "ArticleCaption" and not caption:
                caption = without_brackets(words(child))
            else:
                rest.append(child)
        path = self.unique(f"{place.path}-At_{number}")
        inside = place._replace(path=path, article=number, caption=caption or place.caption)
        others: list[Node] = []
        first = True
        for child in rest:
            if child.tag == "Paragraph":
                self.paragraph(child, inside, title if first else "")
                first = False
            else:
                others.append(child)
        if first:  # an article without paragraphs still has its place
            self.found.append(inside.unit(UnitKind.PARAGRAPH, title, ""))
        self.rest(others, inside)

    def paragraph(self, node: Node, place: Place, label: str = "") -> None:
        number = node.get("Num", "")
        path = self.unique(f"{place.path}-Pr_{number}")
        caption: str | None = None
        printed = text = ""
        below: list[Node] = []
        for child in node:
            tag = child.tag
            if tag == "ParagraphNum" and not printed:
                printed = words(child)
            elif tag == "ParagraphSentence" and not text:
                text = sentences(child)
            elif tag == "ParagraphCaption" and not caption:
                caption = without_brackets(words(child))
            else:
                below.append(child)
        caption = place.caption if caption is None else caption
        own = place.below(path, caption=caption, paragraph=number, item=place.item)
        self.found.append(own.unit(UnitKind.PARAGRAPH, printed or label, text))
        if below:
            self.rest(below, own)

    def item(self, node: Node, place: Place, depth: int) -> None:
        """An item (depth 0) or a subitem (depth 1 to 10)."""
        number = node.get("Num", "")
        tag = node.tag
        title, sentence = f"{tag}Title", f"{tag}Sentence"
        path = self.unique(f"{place.path}-{'Su' if depth else 'It'}_{number}")
        if depth:
            place = place._replace(path=path, subitems=(*place.subitems, number))
        else:
            place = place.below(path, caption=place.caption, paragraph=place.paragraph, item=number)
        label = text = ""
        below: list[Node] = []
        for child in node:
            part = child.tag
            if part == title and not label:
                label = words(child)
            elif part == sentence and not text:
                text = sentences(child)
            else:
                below.append(child)
        self.found.append(place.unit(UnitKind.SUBITEM if depth else UnitKind.ITEM, label, text))
        if below:
            self.rest(below, place)

    def point(self, node: Node, place: Place) -> None:
        """An element of ours for what the schema does not have (項目)."""
        kind, number = node.get("Kind", ""), node.get("Num", "")
        place = place._replace(path=self.unique(f"{place.path}-{kind}_{number}"))
        label = text = ""
        below: list[Node] = []
        for child in node:
            if child.tag == "PointTitle" and not label:
                label = words(child)
            elif child.tag == "PointSentence" and not text:
                text = sentences(child)
            else:
                below.append(child)
        self.found.append(place.unit(UnitKind.POINT, label, text))
        self.rest(below, place)

    def rest(self, nodes: list[Node], place: Place, counts: dict[str, int] | None = None) -> None:
        """What stands in a unit below its sentence: items, tables, lists, notes, and the unforeseen.

        Unforeseen is also a second title, caption, number or sentence: the first with words is the unit's.
        ``counts`` are of the elements that stand there before these, by their names.
        """
        counts = {} if counts is None else counts
        for node in nodes:
            tag = node.tag
            counts[tag] = count = counts.get(tag, 0) + 1
            if tag == "Item":
                self.item(node, place, 0)
            elif tag in SUBITEMS:
                self.item(node, place, SUBITEMS[tag])
            elif tag == "TableStruct":
                self.table_struct(node, place, count)
            elif tag == "Table":
                self.table(node, place._replace(path=self.unique(f"{place.path}-Tb_{count}")))
            elif tag in SUBLISTS:
                self.entry(node, place, count)
            elif tag == "Paragraph":
                self.paragraph(node, place)
            elif tag == "Article":
                self.article(node, place)
            elif tag == "Point":
                self.point(node, place)
            elif tag in NOTES:
                self.note(node, place, count)
            else:
                path = self.unique(f"{place.path}-Xx_{count}")
                self.leaf(node, place._replace(path=path), UnitKind.UNKNOWN)

    def note(self, node: Node, place: Place, count: int) -> None:
        """備考, 図, 様式, 書式: words of its own, and what may stand in it (items, tables)."""
        place = place._replace(path=self.unique(f"{place.path}-No_{count}"))
        plain: list[str] = []
        below: list[Node] = []
        for child in node:
            if child.tag in ("Item", "TableStruct", "Table", "List", "Remarks", "Paragraph", "Article"):
                below.append(child)
            else:
                plain.append(words(child))
        text = (node.text or "").strip() + "　".join(piece for piece in plain if piece.strip())
        if text:
            self.found.append(place.unit(UnitKind.NOTE, "", text))
        self.rest(below, place)

    def entry(self, node: Node, place: Place, count: int) -> None:
        place = place._replace(path=self.unique(f"{place.path}-Li_{count}"))
        below: list[Node] = []
        entries = 0
        for child in node:
            if child.tag.endswith("Sentence"):
                entries += 1
                path = place.path if entries == 1 else self.unique(place.path)
                self.found.append(place.unit(UnitKind.LIST, "", sentences(child), path))
            else:
                below.append(child)
        self.rest(below, place)

    def table_struct(self, node: Node, place: Place, count: int) -> None:
        place = place._replace(path=self.unique(f"{place.path}-Tb_{count}"))
        tables = titles = 0
        others: list[Node] = []
        for child in node:
            if child.tag == "TableStructTitle":
                titles += 1
                path = place.path if titles == 1 else self.unique(place.path)
                self.leaf(child, place._replace(path=path), UnitKind.NOTE)
            elif child.tag == "Table":
                tables += 1
                path = place.path if tables == 1 else self.unique(f"{place.path}~{tables}")
                self.table(child, place._replace(path=path))
            else:
                others.append(child)
        self.rest(others, place)

    def table(self, node: Node, place: Place) -> None:
        self.rows([CELL.join([cell(column) for column in row]) for row in node], place)

    def rows(self, texts: list[str], place: Place) -> None:
        for count, text in enumerate(texts, 1):
            self.found.append(place.unit(UnitKind.ROW, "", text, f"{place.path}-Tr_{count}"))

    def appendix(self, node: Node, place: Place, letters: str, count: int) -> None:
        title, below = _headed(node, f"{node.tag}Title")
        if not title:  # 付録, the appendix of formulas
            title, below = _headed(below, "ArithFormulaNum")
        _related, below = _headed(below, "RelatedArticleNum")
        place = self.appendix_place(place, title, letters, node.get("Num") or str(count))
        before = len(self.found)
        self.rest(below, place)
        if len(self.found) == before:
            self.empty_appendix(place)

    def appendix_place(self, place: Place, title: str, letters: str, number: str) -> Place:
        """The place of a 別表, 様式 …; ``number`` is what it has if its title tells none."""
        own = f"{letters}_{appendix_number(title) or number}"
        return place._replace(path=self.unique(f"{place.path}-{own}" if place.path else own), appendix=title)

    def empty_appendix(self, place: Place) -> None:
        """A form that is only a picture still has its place."""
        self.found.append(place.unit(UnitKind.NOTE, place.appendix, ""))

    def leaf(self, node: Node, place: Place, kind: UnitKind) -> None:
        text = words(node)
        if text.strip():
            self.found.append(place.unit(kind, "", text))


def _headed(nodes: Iterable[Node], heading: str) -> tuple[str, list[Node]]:
    """The words of the first heading that has some, and what else is there, also a second heading."""
    title = ""
    rest: list[Node] = []
    for node in nodes:
        if node.tag == heading and not title:
            title = words(node)
        else:
            rest.append(node)
    return title, rest


COLUMN = "　"
"""Between the columns of one sentence (Column), as print has it."""

CELL = "　"
"""Between the cells of one row of a table."""


def sentences(node: Node) -> str:
    """The words of a ``…Sentence`` element: sentences joined, columns apart."""
    children = list(node)
    if len(children) == 1:
        only = children[0]
        return (only.text or "") if not len(only) else words(only)
    columns = COLUMN if any(child.tag == "Column" for child in children) else ""
    pieces = [words(child) for child in children]
    if node.text and node.text.strip():
        pieces.insert(0, node.text)
    return columns.join(pieces)


def cell(column: Node) -> str:
    """The words of one cell. What stands in lines of its own there is kept apart by nothing, as in print."""
    return words(column)


def without_brackets(caption: str) -> str:
    return caption[1:-1] if caption[:1] == "（" and caption[-1:] == "）" else caption
