"""The units of a law, one after the other, each with its place (条・項・号・号の細分・表の行).

A unit is the smallest thing that a citation names: a paragraph (項), an item (号), a subitem (イ, (1), (i) …),
a row of a table, an entry of a list, a note. Its ``text`` is its own: what stands in an item is not repeated
in the paragraph above it. Titles and captions are carried by the units that they head.

**The path** is the id that e-Gov 法令検索 gives the element, in the short form it uses in links, which leaves
out 編・章・節・款・目 in front of an article: ``Mp-At_9_3-Pr_1-It_2``. ``Unit.element_id`` is the long form
(``Mp-Ch_2-At_9_3-Pr_1-It_2``). 附則 are ``{law id of the amending law}-Sp-At_1-Pr_1``. e-Gov gives no id to
what is smaller than an item or stands in a table, so these go on in the same manner: ``-Su_1`` 号の細分 (one
for each depth), ``-Tb_1-Tr_2`` table and row, ``-Li_1`` list, ``-No_1`` note, ``-Xx_1`` unknown. A second
unit of the same number in one place (which real laws have) gets ``~2``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hashira.regulations.domain.law.element import Node, words
from hashira.regulations.domain.law.schema import (
    APPENDICES,
    GROUPS,
    NOTES,
    SUBITEMS,
    SUBLISTS,
    SUPPLEMENT_APPENDICES,
    TITLES,
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


class _Place(NamedTuple):
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

    def unit(self, kind: UnitKind, label: str, text: str) -> Unit:
        return Unit(
            self.path,
            kind,
            self.part,
            self.article,
            self.paragraph,
            self.item,
            self.subitems,
            label,
            text,
            self.caption,
            self.headings,
            self.group,
            self.supplement,
            self.amendment,
            self.appendix,
        )
