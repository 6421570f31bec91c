"""Ordinances, rules and notices of a city as plain text or Word (例規・要綱・通知の文書).

The first lines tell what it is (:mod:`~hashira.regulations.adapters.document_head`), the others are told
apart by :mod:`~hashira.regulations.adapters.ordinance_lines`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from hashira.regulations.adapters.block_tree import tree_of
from hashira.regulations.adapters.blocks import Block, assemble, block_units
from hashira.regulations.adapters.document_head import read_head
from hashira.regulations.adapters.ordinance_lines import lines_of
from hashira.regulations.adapters.refusals import UnreadableLaw
from hashira.regulations.domain.law.law import Law, LawFacts, LawText, Rank
from hashira.regulations.domain.law.number import Revision


def read_law(content: bytes, source: str = "") -> Law:
    """A document with its tree. Raises ``UnreadableLaw`` if there is no text in it."""
    facts, blocks = _read(content, source)
    return Law(facts, tree_of(facts, blocks))


_IN_POINTS = (Rank.NOTIFICATION, Rank.NOTICE, Rank.GUIDELINE)
"""The documents that may be written in points instead of articles."""


def read_units(content: bytes, source: str = "") -> LawText:
    """The facts and units alone."""
    facts, blocks = _read(content, source)
    return LawText(facts, block_units(facts.law_id, blocks))


def _read(content: bytes, source: str) -> tuple[LawFacts, list[Block]]:
    suffix = PurePosixPath(source).suffix.lower()
    word = suffix == ".docx"
    lines: Iterable[str] = _word_lines(content, source) if word else _decode(content, source).split("\n")
    return written(list(lines), source)


def written(lines: list[str], source: str, remarks: tuple[str, ...] = ()) -> tuple[LawFacts, list[Block]]:
    """A document out of its lines. Raises ``UnreadableLaw`` if there is no text in them."""
    found = [line.strip() for line in lines if line.strip()]
    if not found:
        raise UnreadableLaw(source=source, reason="文字がありません (there is no text)")
    head, rest = read_head(found)
    law_id = PurePosixPath(source).stem
    facts = LawFacts(
        law_id,
        head.title,
        head.number,
        head.rank,
        revision=Revision(law_id),
        promulgated_at=head.day,
        source=source,
        issuer=head.issuer,
        addressee=head.addressee,
        remarks=remarks,
    )
    return facts, assemble(lines_of(rest, in_points=head.rank in _IN_POINTS))


def _decode(content: bytes, source: str) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise UnreadableLaw(
        source=source, reason="文字コードがUTF-8・UTF-16・Shift_JISのいずれでもありません (encoding)"
    )


def _word_lines(content: bytes, source: str) -> Iterator[str]:
    """The paragraphs and table rows of a Word document, in their order."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        document: Any = docx.Document(io.BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile):
        raise UnreadableLaw(source=source, reason="Word文書として開けません (not a Word document)") from None
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                cells = (cell.text.replace("\n", "").replace("|", "\\|") for cell in row.cells)
                yield f"| {' | '.join(cells)} |"
        else:
            yield from block.text.split("\n")
