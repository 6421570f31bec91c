"""From the blocks of a text to the tree of the model, 法令標準XML (法令の木)."""

from __future__ import annotations

from collections.abc import Iterator

from hashira.regulations.adapters.blocks import ORDER, Block, appendix_tag, cells, with_own_text
from hashira.regulations.domain.law.element import Element
from hashira.regulations.domain.law.law import LawFacts
from hashira.regulations.domain.law.schema import GROUPS


def tree_of(facts: LawFacts, sections: list[Block]) -> Element:
    """法令標準XML for assembled sections."""
    body = [Element("LawTitle", text=facts.title)] if facts.title else []
    for section in sections:
        if section.kind == "appendix":
            body.append(_appendix(section))
        elif section.kind == "supplement":
            label = Element("SupplProvisionLabel", text=section.label)
            amended = (("AmendLawNum", section.caption),) if section.caption else ()
            body.append(Element("SupplProvision", amended, children=(label, *_provisions(section.below))))
        else:
            tag = "Preamble" if section.kind == "preamble" else "MainProvision"
            body.append(Element(tag, children=tuple(_provisions(section.below))))
    law_body = Element("LawBody", children=tuple(body))
    head = (Element("LawNum", text=facts.number),) if facts.number else ()
    return Element("Law", (("Lang", "ja"), ("LawType", facts.rank.value)), children=(*head, law_body))


def _provisions(blocks: list[Block]) -> Iterator[Element]:
    """Articles and paragraphs under the headings above them."""
    index = 0
    while index < len(blocks):
        block = blocks[index]
        index += 1
        if block.kind not in GROUPS:
            yield _provision(block)
            continue
        level = ORDER.index(block.kind)
        end = index
        while end < len(blocks) and (blocks[end].kind not in GROUPS or ORDER.index(blocks[end].kind) > level):
            end += 1
        title = Element(f"{block.kind}Title", text=block.text)
        inside = tuple(_provisions(blocks[index:end]))
        yield Element(block.kind, (("Num", block.number),), children=(title, *inside))
        index = end


def _provision(block: Block) -> Element:
    if block.kind == "point":
        head = [Element("PointTitle", text=block.label), _sentence("PointSentence", block.text)]
        numbered = (("Kind", block.caption), ("Num", block.number))
        return Element("Point", numbered, children=(*head, *_rest(block.below, 0)))
    if block.kind == "paragraph":
        return _paragraph(block, block.label)
    head = [Element("ArticleCaption", text=f"（{block.caption}）")] if block.caption else []
    head.append(Element("ArticleTitle", text=block.label))
    paragraphs = (_paragraph(p, "" if n == 0 else p.label) for n, p in enumerate(block.below))
    return Element("Article", (("Num", block.number),), children=(*head, *paragraphs))


def _sentence(tag: str, text: str) -> Element:
    return Element(tag, children=(Element("Sentence", text=text),))


def _paragraph(block: Block, label: str) -> Element:
    caption = (Element("ParagraphCaption", text=f"（{block.caption}）"),) if block.caption else ()
    head = (*caption, Element("ParagraphNum", text=label), _sentence("ParagraphSentence", block.text))
    return Element("Paragraph", (("Num", block.number),), children=(*head, *_rest(block.below, 0)))


def _rest(blocks: list[Block], depth: int) -> Iterator[Element]:
    for block in blocks:
        if block.kind == "item":
            tag = f"Subitem{depth}" if depth else "Item"
            head = (Element(f"{tag}Title", text=block.label), _sentence(f"{tag}Sentence", block.text))
            yield Element(tag, (("Num", block.number),), children=(*head, *_rest(block.below, depth + 1)))
        elif block.kind == "table":
            rows = (_row(row) for row in block.below)
            yield Element("TableStruct", children=(Element("Table", children=tuple(rows)),))
        elif block.kind == "list":
            yield Element("List", children=(_sentence("ListSentence", block.text),))
        elif block.kind == "note":
            yield _sentence("Remarks", block.text)
        else:
            yield _provision(block)


def _row(row: Block) -> Element:
    texts = cells(row.text)
    if not row.caption:
        return Element("TableRow", children=tuple(_sentence("TableColumn", text) for text in texts))
    columns = []
    for text, span in zip(texts, row.caption.split(","), strict=True):
        rows, _, width = span.partition("x")
        spans = tuple(
            (name, value) for name, value in (("rowspan", rows), ("colspan", width)) if value != "1"
        )
        columns.append(Element("TableColumn", spans, children=(Element("Sentence", text=text),)))
    return Element("TableRow", children=tuple(columns))


def _appendix(section: Block) -> Element:
    tag = appendix_tag(section.label)
    title = Element(f"{tag}Title" if tag != "Appdx" else "ArithFormulaNum", text=section.label)
    return Element(tag, children=(title, *_rest(with_own_text(section), 0)))
