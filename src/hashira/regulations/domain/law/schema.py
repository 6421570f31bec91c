"""What the elements of a law mean (法令標準XML v3).

Source: 法令標準XMLスキーマ (XMLSchemaForJapaneseLaw_v3.xsd), e-Gov 法令検索.
"""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """The part of a law in which a unit stands."""

    ENACTMENT = "制定文"
    PREAMBLE = "前文"
    MAIN = "本則"
    SUPPLEMENT = "附則"
    TABLE = "別表"
    STYLE = "様式"
    OTHER = "別記等"
    """付録, 別記, 別図, 書式."""


class UnitKind(StrEnum):
    """What a unit is."""

    PARAGRAPH = "項"
    ITEM = "号"
    SUBITEM = "号の細分"
    POINT = "項目"
    """第1, 1, (1), ア … of a document without articles; see :mod:`~hashira.regulations.domain.law.points`."""
    ROW = "表の行"
    LIST = "列記"
    NOTE = "備考等"
    """備考, 付記, 図・様式・書式の題名, 表題: text that belongs to what stands around it."""
    UNKNOWN = "不明"
    """Text in an element that the schema does not have, or not there: kept, and marked."""


GROUPS = {
    "Part": ("Pa", "編"),
    "Chapter": ("Ch", "章"),
    "Section": ("Se", "節"),
    "Subsection": ("Ss", "款"),
    "Division": ("Di", "目"),
}
"""The levels above the article: the letters e-Gov uses in the ids of elements, and the word."""

SUBITEMS = {f"Subitem{depth}": depth for depth in range(1, 11)}
SUBLISTS = {"List": 0, "Sublist1": 1, "Sublist2": 2, "Sublist3": 3}

APPENDICES = {
    "AppdxTable": ("Mpat", Part.TABLE),
    "AppdxStyle": ("Mpst", Part.STYLE),
    "AppdxNote": ("Mpnt", Part.OTHER),
    "AppdxFig": ("Mpfg", Part.OTHER),
    "AppdxFormat": ("Mpfm", Part.OTHER),
    "Appdx": ("Mpap", Part.OTHER),
}
"""What stands behind the provisions: the letters of its id, and its part.

``Mpat`` is what e-Gov writes for 別表; no source was at hand for the others, whose letters are ours.
"""

SUPPLEMENT_APPENDICES = {
    "SupplProvisionAppdxTable": ("Spat", Part.TABLE),
    "SupplProvisionAppdxStyle": ("Spst", Part.STYLE),
    "SupplProvisionAppdx": ("Spap", Part.OTHER),
}

NOTES = frozenset({"SupplNote", "Remarks", "FigStruct", "NoteStruct", "StyleStruct", "FormatStruct"})

INLINE = frozenset({"Ruby", "Rt", "Line", "Sup", "Sub", "QuoteStruct", "ArithFormula"})

TITLES = frozenset(
    {f"{group}Title" for group in GROUPS}
    | {"ArticleCaption", "ArticleTitle", "ParagraphCaption", "ParagraphNum", "ItemTitle"}
    | {f"Subitem{depth}Title" for depth in range(1, 11)}
    | {f"{tag}Title" for tag in APPENDICES}
    | {f"{tag}Title" for tag in SUPPLEMENT_APPENDICES}
    | {"SupplProvisionLabel", "RelatedArticleNum", "ArithFormulaNum"}
)
"""Titles, captions, numbers: they belong to the unit that they head."""

ELEMENTS = frozenset(
    {"Law", "LawNum", "LawBody", "LawTitle", "EnactStatement", "TOC", "TOCLabel", "TOCPreambleLabel"}
    | {f"TOC{group}" for group in GROUPS}
    | {"TOCArticle", "TOCSupplProvision", "TOCAppdxTableLabel", "ArticleRange", "Preamble"}
    | {"MainProvision", "SupplProvision", "Article", "SupplNote", "Class", "ClassTitle", "ClassSentence"}
    | set(GROUPS)
    | {"Paragraph", "ParagraphSentence", "Item", "ItemSentence", "AmendProvision", "AmendProvisionSentence"}
    | {"NewProvision", "Sentence", "Column", "List", "ListSentence"}
    | set(SUBITEMS)
    | {f"{tag}Sentence" for tag in SUBITEMS}
    | {tag for tag in SUBLISTS}
    | {f"Sublist{depth}Sentence" for depth in (1, 2, 3)}
    | {"TableStruct", "TableStructTitle", "Table", "TableHeaderRow", "TableHeaderColumn", "TableRow"}
    | {"TableColumn", "Remarks", "RemarksLabel", "FigStruct", "FigStructTitle", "Fig"}
    | {"NoteStruct", "NoteStructTitle", "Note", "StyleStruct", "StyleStructTitle", "Style"}
    | {"FormatStruct", "FormatStructTitle", "Format"}
    | set(APPENDICES)
    | set(SUPPLEMENT_APPENDICES)
    | TITLES
    | INLINE
)
"""Every element of the schema."""
