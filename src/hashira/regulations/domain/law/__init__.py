"""Law as data (法令のデータ): the model of laws, ordinances and notices, and what can be asked of it.

The interface::

    law: Law = …                    # an importer's answer (hashira.regulations.adapters)
    law.title, law.number, law.law_id, law.revision, law.tree
    for unit in units(law.tree, law.law_id):  # cheap; works on an lxml element of the same shape as well
        unit.path                   # Mp-At_9_3-Pr_1-It_2
        unit.article, unit.paragraph, unit.item, unit.subitems   # "9_3", "1", "2", ()
        unit.part, unit.kind, unit.is_table                      # 本則 附則 別表 …; 項 号 号の細分 表の行 …
        unit.caption, unit.headings, unit.label, unit.text
        unit.parent                 # path of the paragraph above an item, to join the chapeau

Scanning without a tree: ``hashira.regulations.adapters.scan.scan(source)`` gives ``LawText`` values with
``.units`` that are the same, from XML and from Markdown.
"""

from __future__ import annotations

from hashira.regulations.domain.law.element import Element, Node, words
from hashira.regulations.domain.law.law import Law, LawFacts, LawText, Rank
from hashira.regulations.domain.law.number import LawNumber, Revision
from hashira.regulations.domain.law.schema import Part, UnitKind
from hashira.regulations.domain.law.units import Unit, units

__all__ = [
    "Element",
    "Law",
    "LawFacts",
    "LawNumber",
    "LawText",
    "Node",
    "Part",
    "Rank",
    "Revision",
    "Unit",
    "UnitKind",
    "units",
    "words",
]
