"""From recognised lines of a text to a law: shared by Markdown, plain text, Word and PDF (行から法令へ).

An importer says what each line is (:class:`Line`); here lines become blocks that stand in each other, and
blocks become either the tree of the model (``block_tree``) or units at once (:func:`block_units`), which
takes a fraction of the time. Both give the same units; a test compares them on every law.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hashira.regulations.domain.law.labels import appendix_number, article_number
from hashira.regulations.domain.law.number import amending_law_id
from hashira.regulations.domain.law.schema import APPENDICES, GROUPS, Part, UnitKind
from hashira.regulations.domain.law.units import CELL, Unit, of_fields

LEVELS = {word: (tag, letters) for tag, (letters, word) in GROUPS.items()}
ORDER = tuple(GROUPS)


class Line(NamedTuple):
    """One recognised line.

    ``kind`` is one of heading, supplement, article, captioned, paragraph, item, point, row, note, appendix,
    plain. ``caption`` of a point is its manner and number (``Dp_1``).
    ``caption`` is the caption of an article or of the paragraph that follows (captioned), the number in ids
    of an item or paragraph, the amending law of a supplement, and of a row the rows and columns that its
    cells span (``1x1,2x1``; empty if all are single).
    """

    kind: str
    label: str
    caption: str
    text: str
    depth: int = 0


class Block:
    """A part of a law under construction."""

    __slots__ = ("below", "caption", "kind", "label", "number", "text")

    def __init__(
        self, kind: str, number: str = "", label: str = "", caption: str = "", text: str = ""
    ) -> None:
        self.kind = kind
        self.number = number
        self.label = label
        self.caption = caption
        self.text = text
        self.below: list[Block] = []


def assemble(lines: Iterable[Line], repeats: bool = False) -> list[Block]:
    """The sections of a law: one ``main``, then ``supplement`` and ``appendix`` blocks.

    With ``repeats``, words of a table that its source wrote at the end of the sentence above it too are taken
    away there. Only of law Markdown is that known; elsewhere the same words twice are words of the text.
    """
    assembly = _Assembly()
    for line in lines:
        getattr(assembly, line.kind)(line)
    return assembly.finish(repeats)


class _Assembly:
    def __init__(self) -> None:
        self.section = Block("main")
        self.sections = [self.section]
        self.article_block: Block | None = None
        self.paragraph_block: Block | None = None
        self.entries: list[Block] = []
        self.table: Block | None = None
        self.repeating: list[Block] = []
        self.coming = ""

    def _close(self) -> None:
        """Ends a table."""
        self.table = None

    def _below(self, owner: Block, block: Block) -> None:
        if not owner.below or owner.below[-1].kind == "item":
            self.repeating.append(owner)
        owner.below.append(block)

    def _without_repeats(self) -> None:
        """Takes words of tables and entries from the end of the sentence above, if they stand there too."""
        for owner in self.repeating:
            flat = "".join(_flat(block) for block in owner.below if block.kind in ("table", "list"))
            if flat and owner.text.endswith(flat):
                owner.text = owner.text[: -len(flat)]

    def heading(self, line: Line) -> None:
        self._close()
        self.article_block = self.paragraph_block = None
        self.entries = []
        label = line.text.partition("　")[0]
        tag = ""
        for character in reversed(label.split("の")[0].split("ノ")[0]):
            if character in LEVELS:
                tag = LEVELS[character][0]
                break
        if not tag or self.section.kind == "appendix":
            self.plain(Line("plain", "", "", line.text))
            return
        self.section.below.append(Block(tag, article_number(label), "", "", line.text))

    def supplement(self, line: Line) -> None:
        self._section(Block("supplement", "", line.text, line.caption))

    def appendix(self, line: Line) -> None:
        self._section(Block("appendix", "", line.label, "", line.text))

    def _section(self, block: Block) -> None:
        self._close()
        self.article_block = self.paragraph_block = None
        self.entries = []
        self.section = block
        self.sections.append(block)

    def article(self, line: Line) -> None:
        self._close()
        self.entries = []
        number = article_number(line.label)
        block = self.article_block = Block("article", number, line.label, line.caption)
        self.section.below.append(block)
        self.paragraph_block = Block("paragraph", "1", line.label, "", line.text)
        block.below.append(self.paragraph_block)

    def paragraph(self, line: Line) -> None:
        self._close()
        self.entries = []
        self.paragraph_block = Block("paragraph", line.caption, line.label, self.coming, line.text)
        self.coming = ""
        (self.article_block or self.section).below.append(self.paragraph_block)

    def captioned(self, line: Line) -> None:
        """The caption of the paragraph that comes next."""
        self.coming = line.text

    def note(self, line: Line) -> None:
        """What is said about the text around it: a picture, the history of an article."""
        self._close()
        owner = self.entries[-1] if self.entries else self._owner()
        owner.below.append(Block("note", "", "", "", line.text))

    def item(self, line: Line) -> None:
        self._close()
        depth = min(line.depth, len(self.entries), 10)
        if depth < len(self.entries):
            del self.entries[depth:]
        above = self.entries[-1] if self.entries else self._owner()
        number = line.caption or str(sum(block.kind == "item" for block in above.below) + 1)
        block = Block("item", number, line.label, "", line.text)
        above.below.append(block)
        self.entries.append(block)

    def point(self, line: Line) -> None:
        """A point stands in the last point of another manner, beside the last of its own."""
        self._close()
        tag, _, number = line.caption.partition("_")
        block = Block("point", number, line.label, tag, line.text)
        for depth, above in enumerate(self.entries):
            if above.caption == tag or above.kind != "point":
                del self.entries[depth:]
                break
        (self.entries[-1] if self.entries else self.section).below.append(block)
        self.entries.append(block)
        self.article_block = self.paragraph_block = None

    def _owner(self) -> Block:
        """The paragraph (or appendix) that items, tables and entries belong to."""
        if self.paragraph_block is not None:
            return self.paragraph_block
        if self.section.kind == "appendix":
            return self.section
        self.paragraph_block = Block("paragraph", "1")
        (self.article_block or self.section).below.append(self.paragraph_block)
        return self.paragraph_block

    def row(self, line: Line) -> None:
        if self.table is None:
            self.table = Block("table")
            self._below(self.entries[-1] if self.entries else self._owner(), self.table)
        self.table.below.append(Block("row", "", "", line.caption, line.text))

    def plain(self, line: Line) -> None:
        self._close()
        if self.section.kind == "appendix" and self.paragraph_block is None:
            self.section.below.append(Block("note", "", "", "", line.text))
            self.entries = []
            return
        if self.entries and self.entries[-1].kind == "point":
            self._below(self.entries[-1], Block("list", "", "", "", line.text))
            return
        block = self.paragraph_block
        if block is not None and (self.article_block is not None or block.label):
            if not block.text and not block.below:
                block.text = line.text
            else:
                above = self.entries[-1] if self.entries else block
                self._below(above, Block("list", "", "", "", line.text))
            return
        self.entries = []
        before = self.section.below[-1] if self.section.below else None
        number = str(int(before.number) + 1) if before is not None and before.number.isdigit() else "1"
        if before is not None and before.kind != "paragraph":
            number = "1"
        self.paragraph_block = Block("paragraph", number, "", "", line.text)
        self.section.below.append(self.paragraph_block)

    def finish(self, repeats: bool) -> list[Block]:
        if repeats:
            self._without_repeats()
        main = self.sections[0]
        first = next((n for n, block in enumerate(main.below) if block.kind != "paragraph"), 0)
        if first and all(not block.label for block in main.below[:first]):
            preamble = Block("preamble")
            preamble.below, main.below = main.below[:first], main.below[first:]
            self.sections.insert(0, preamble)
        return self.sections


def _flat(block: Block) -> str:
    if block.kind == "table":
        return "".join(text for row in block.below for text in cells(row.text))
    return block.text


def cells(row: str) -> list[str]:
    if "\\|" not in row:
        return [cell.strip() for cell in row.split("|")]
    return [cell.strip().replace("\0", "|") for cell in row.replace("\\|", "\0").split("|")]


_APPENDIX_WORDS = {"別表": "AppdxTable", "様式": "AppdxStyle", "書式": "AppdxFormat", "図": "AppdxFig"}


def appendix_tag(title: str) -> str:
    """The element for what stands under a title behind the provisions."""
    for word, tag in (
        ("別表", "AppdxTable"),
        ("様式", "AppdxStyle"),
        ("書式", "AppdxFormat"),
        ("図", "AppdxFig"),
    ):
        if word in title:
            return tag
    return "Appdx" if title.startswith(("付録", "附録")) else "AppdxNote"


# --- to units ---------------------------------------------------------------------------------------------


def block_units(law_id: str, sections: list[Block]) -> list[Unit]:
    """The units of assembled sections, as the tree of the same sections would give them."""
    return _Emission(law_id).sections(sections)


class _Emission:
    def __init__(self, law_id: str) -> None:
        self.law_id = law_id
        self.found: list[Unit] = []
        self.taken: set[str] = set()
        self.again: dict[str, int] = {}
        self.place: tuple[tuple[str, ...], str, int, str] = ((), "", 0, "")
        self.amendment = ""
        self.part = Part.MAIN
        self.article = ""
        self.caption = ""

    def unique(self, path: str) -> str:
        if path in self.taken:
            again = self.again.get(path, 2)
            while f"{path}~{again}" in self.taken:
                again += 1
            self.again[path] = again + 1
            path = f"{path}~{again}"
        self.taken.add(path)
        return path

    def sections(self, sections: list[Block]) -> list[Unit]:
        supplements = 0
        counts: dict[str, int] = {}
        for section in sections:
            self.article = self.caption = self.amendment = ""
            self.place = ((), "", 0, "")
            if section.kind == "appendix":
                tag = appendix_tag(section.label)
                counts[tag] = counts.get(tag, 0) + 1
                self.appendix(section, tag, counts[tag])
                continue
            if section.kind == "supplement":
                supplements += 1
                self.part = Part.SUPPLEMENT
                self.place = ((), "", supplements, "")
                self.amendment = section.caption
                own = amending_law_id(self.amendment) if self.amendment else self.law_id
                path = self.unique(f"{own}-Sp" if own else "Sp")
            else:
                self.part = Part.PREAMBLE if section.kind == "preamble" else Part.MAIN
                path = "Preamble" if section.kind == "preamble" else "Mp"
            self.provisions(section.below, path)
        return self.found

    def provisions(self, blocks: list[Block], path: str) -> None:
        levels: list[tuple[int, str, str]] = []
        for block in blocks:
            if block.kind == "article":
                self.article_block(block, path)
            elif block.kind == "paragraph":
                self.article = self.caption = ""
                self.paragraph(block, path)
            elif block.kind == "point":
                self.article = self.caption = ""
                self.point(block, path)
            else:
                level = ORDER.index(block.kind)
                levels = [entry for entry in levels if entry[0] < level]
                levels.append((level, block.text, f"{GROUPS[block.kind][0]}_{block.number}"))
                self.place = (
                    tuple(entry[1] for entry in levels),
                    "-".join(entry[2] for entry in levels),
                    self.place[2],
                    self.place[3],
                )

    def article_block(self, block: Block, path: str) -> None:
        outside = self.article, self.caption
        self.article, self.caption = block.number, block.caption
        own = self.unique(f"{path}-At_{block.number}")
        for paragraph in block.below:
            self.paragraph(paragraph, own)
        self.article, self.caption = outside

    def unit(
        self,
        path: str,
        kind: UnitKind,
        paragraph: str,
        item: str,
        subitems: tuple[str, ...],
        label: str,
        text: str,
    ) -> None:
        headings, group, supplement, appendix = self.place
        self.found.append(
            of_fields(
                Unit,
                (
                    path,
                    kind,
                    self.part,
                    self.article,
                    paragraph,
                    item,
                    subitems,
                    label,
                    text,
                    self.caption,
                    headings,
                    group,
                    supplement,
                    self.amendment,
                    appendix,
                ),
            )
        )

    def paragraph(self, block: Block, path: str) -> None:
        own = self.unique(f"{path}-Pr_{block.number}")
        outside = self.caption
        self.caption = block.caption or outside
        self.unit(own, UnitKind.PARAGRAPH, block.number, "", (), block.label, block.text)
        if block.below:
            self.rest(block.below, own, block.number, "", ())
        self.caption = outside

    def point(self, block: Block, path: str) -> None:
        own = self.unique(f"{path}-{block.caption}_{block.number}")
        self.unit(own, UnitKind.POINT, "", "", (), block.label, block.text)
        self.rest(block.below, own, "", "", ())

    def rest(
        self, blocks: list[Block], path: str, paragraph: str, item: str, subitems: tuple[str, ...]
    ) -> None:
        tables = lists = notes = 0
        for block in blocks:
            kind = block.kind
            if kind == "item":
                self.item(block, path, paragraph, item, subitems)
            elif kind == "table":
                tables += 1
                own = self.unique(f"{path}-Tb_{tables}")
                for count, row in enumerate(block.below, 1):
                    text = CELL.join(cells(row.text))
                    self.unit(f"{own}-Tr_{count}", UnitKind.ROW, paragraph, item, subitems, "", text)
            elif kind == "list":
                lists += 1
                own = self.unique(f"{path}-Li_{lists}")
                self.unit(own, UnitKind.LIST, paragraph, item, subitems, "", block.text)
            elif kind == "note":
                notes += 1
                own = self.unique(f"{path}-No_{notes}")
                self.unit(own, UnitKind.NOTE, paragraph, item, subitems, "", block.text)
            elif kind == "article":
                self.article_block(block, path)
            elif kind == "paragraph":
                self.paragraph(block, path)
            elif kind == "point":
                self.point(block, path)

    def item(self, block: Block, path: str, paragraph: str, item: str, subitems: tuple[str, ...]) -> None:
        if item or subitems:
            own = self.unique(f"{path}-Su_{block.number}")
            subitems = (*subitems, block.number)
            self.unit(own, UnitKind.SUBITEM, paragraph, item, subitems, block.label, block.text)
        else:
            own = self.unique(f"{path}-It_{block.number}")
            item = block.number
            self.unit(own, UnitKind.ITEM, paragraph, item, (), block.label, block.text)
        if block.below:
            self.rest(block.below, own, paragraph, item, subitems)

    def appendix(self, section: Block, tag: str, count: int) -> None:
        letters, self.part = APPENDICES[tag]
        path = self.unique(f"{letters}_{appendix_number(section.label) or count}")
        self.place = ((), "", 0, section.label)
        before = len(self.found)
        self.rest(with_own_text(section), path, "", "", ())
        if len(self.found) == before:
            self.unit(path, UnitKind.NOTE, "", "", (), section.label, "")


def with_own_text(section: Block) -> list[Block]:
    """What stands in an appendix; words on the line of its title are a note of their own."""
    if not section.text:
        return section.below
    return [Block("note", "", "", "", section.text), *section.below]
