"""法令標準XML in its usual shapes, from the text of a file to units at once (定型の読み取り).

Nearly all of a law are articles, paragraphs and items that look alike. One expression reads each with its
number, its words and mostly its end, without a tree. What else stands there (a table, a list, a form) is cut
out, read by lxml, and walked as ever: :class:`Shapes` is that walk with a quicker beginning.

Every character is accounted for, one shape after the other, and the elements that are open are kept, so that
nothing passes that is not well-formed. A file that is otherwise (other entities, comments, a law inside an
answer, shapes in an order that the schema does not have) is an :class:`UnusualShape`, and whoever meets that
reads the whole file by ``egov_xml``; it also says what is wrong. A test holds the two against each other on
every Act.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from lxml import etree

from hashira.regulations.adapters.usual_text import usual_text
from hashira.regulations.domain.law.schema import (
    APPENDICES,
    GROUPS,
    SUPPLEMENT_APPENDICES,
    TITLES,
    UnitKind,
)
from hashira.regulations.domain.law.units import (
    CELL,
    COLUMN,
    MAIN,
    Place,
    Unit,
    Walk,
    of_fields,
    without_brackets,
)

LONGEST = 8_000_000
"""Of a file, in octets. lxml refuses longer texts within one; it is left to it to do so."""
DEEPEST = 100
"""Of elements in each other. lxml refuses more than 256; that, too, is left to it."""

# ``(?:…|)`` instead of ``(?:…)?``, and ``*+`` where nothing is given back: both are tried in half the time.
_GAP = r"(?:\n *+(?:[\n\t][ \n\t]*+|)|)"
_ATTRIBUTES = r'((?: [A-Za-z]{1,40}+="[^"<\n\t]*+")*+)'
_WORDS = r"[^<]*+(?:<Ruby>[^<]*+<Rt>[^<]*+</Rt></Ruby>[^<]*+)*+"
_SENTENCE = r'<Sentence(?: Function="[a-z]*+"|)(?: Num="\d*+"|)(?: WritingMode="[a-z]*+"|)'
_ONE = rf"{_SENTENCE}(?:/>|>{_WORDS}</Sentence>){_GAP}"
_FIRST_AND_MORE = rf"{_SENTENCE}(?:/>|>({_WORDS})</Sentence>){_GAP}((?:{_ONE})*)"
_COLUMN = rf'<Column(?: LineBreak="[a-z]*+"|)(?: Num="\d*+"|)>{_GAP}'
_COLUMNS = rf"((?:{_COLUMN}(?:{_ONE})+</Column>{_GAP})+)"
_EACH_COLUMN = re.compile(rf"{_COLUMN}{_FIRST_AND_MORE}</Column>")

_HEAD = re.compile(
    rf'<\?xml version="1\.0" encoding="(?:UTF|utf)-8"(?: standalone="(?:yes|no)")?\?>\n?'
    rf"<Law{_ATTRIBUTES}>{_GAP}<LawNum>[^<]*</LawNum>{_GAP}<LawBody{_ATTRIBUTES}>{_GAP}"
    rf"<LawTitle{_ATTRIBUTES}>{_WORDS}</LawTitle>{_GAP}"
)
_TAIL = re.compile(r"</Law>[ \n\t]*\Z")
_PROVISIONS = re.compile(
    rf"<(?:(MainProvision){_ATTRIBUTES}>{_GAP}"
    rf"|SupplProvision{_ATTRIBUTES}>{_GAP}(?:<SupplProvisionLabel>{_WORDS}</SupplProvisionLabel>{_GAP}|))"
)
_GROUP = re.compile(rf"<({'|'.join(GROUPS)}){_ATTRIBUTES}>{_GAP}<\1Title>({_WORDS})</\1Title>{_GAP}")
_PARAGRAPH = re.compile(
    rf"(?:<Article{_ATTRIBUTES}>{_GAP}(?:<ArticleCaption>({_WORDS})</ArticleCaption>{_GAP}|)"
    rf"<ArticleTitle>({_WORDS})</ArticleTitle>{_GAP}|)"
    rf"<Paragraph{_ATTRIBUTES}>{_GAP}(?:<ParagraphCaption>({_WORDS})</ParagraphCaption>{_GAP}|)"
    rf"<ParagraphNum(?:/>|>({_WORDS})</ParagraphNum>){_GAP}"
    rf"<ParagraphSentence>{_GAP}{_FIRST_AND_MORE}</ParagraphSentence>{_GAP}"
    rf"(?:(</Paragraph>){_GAP}(?:(</Article>){_GAP}|)|)"
)
_ITEM = re.compile(
    rf"<(Item|Subitem(?:10|[1-9])){_ATTRIBUTES}>{_GAP}<\1Title(?:/>|>({_WORDS})</\1Title>){_GAP}"
    rf"<\1Sentence>{_GAP}(?:{_FIRST_AND_MORE}|{_COLUMNS})</\1Sentence>{_GAP}(?:(</\1>){_GAP}|)"
)
_APPENDIX = re.compile(
    rf"<((?:SupplProvision)?AppdxTable){_ATTRIBUTES}>{_GAP}<\1Title{_ATTRIBUTES}>({_WORDS})</\1Title>{_GAP}"
    rf"(?:<RelatedArticleNum>{_WORDS}</RelatedArticleNum>{_GAP}|)"
)
_TABLE = re.compile(
    rf"<TableStruct>{_GAP}(?:<TableStructTitle{_ATTRIBUTES}>({_WORDS})</TableStructTitle>{_GAP}|)"
    rf"<Table{_ATTRIBUTES}>{_GAP}"
)
# A cell that holds ends of lines alone is not this one: to the walk down a tree these are its words.
_CELL = rf"<TableColumn{_ATTRIBUTES}>(?:{_GAP}{_FIRST_AND_MORE}|)</TableColumn>{_GAP}"
_CELLS = re.compile(_CELL)
_ROW = re.compile(rf"<TableRow>{_GAP}((?:{_CELL})+)</TableRow>{_GAP}")
_END_OF_TABLE = re.compile(rf"</Table>{_GAP}</TableStruct>{_GAP}")
_END = re.compile(rf"</(\w+)>{_GAP}")
_OTHER = re.compile(r'<(\w+)(?: [A-Za-z]{1,40}+="[^"<]*+")*+(/?)>')
_BETWEEN = re.compile(_GAP)

_ATTRIBUTE = re.compile(r' ([A-Za-z]+)="([^"]*)"')
_WORDS_OF_A_SENTENCE = re.compile(rf">({_WORDS})</Sentence>")
_READING = re.compile("<Rt>[^<]*</Rt>|</?Ruby>")
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
)

_FOUND_BEFORE = "units found before"
"""Among the counts of an appendix."""
_BODY, _IN_PROVISIONS, _IN_ARTICLE, _IN_UNIT = range(4)


class UnusualShape(Exception):
    """Not the usual shapes all the way, or not well-formed: for the general reader, which tells which."""


class _Open(NamedTuple):
    """An element whose end is still to come."""

    tag: str
    inside: int
    """What may stand in it."""
    place: Place
    counts: dict[str, int]
    """Of the elements in it that were cut out, by their names."""
    behind: list[Any]
    """What was cut out of an article: it comes after all paragraphs."""


def head_of(content: bytes) -> tuple[str, int, Any]:
    """The text of a file, where its head ends, and a ``Law`` of the head alone. Raises ``UnusualShape``."""
    text = usual_text(content) if len(content) <= LONGEST else None
    if text is None:
        raise UnusualShape
    head = _HEAD.match(text)
    if head is None or "xmlns" in head[0]:
        raise UnusualShape
    begins = text.index("<Law")
    return text, head.end(), _element(f"{text[begins : head.end()]}</LawBody></Law>")


class Shapes(Walk):
    """The walk down a law that is still text."""

    def __init__(self, law_id: str) -> None:
        super().__init__(law_id)
        self.opened = [_Open("LawBody", _BODY, MAIN, {"LawNum": 1, "LawTitle": 1}, [])]  # in the head

    def read(self, text: str, position: int) -> list[Unit]:
        """The units of what stands behind the head. Raises ``UnusualShape``."""
        while self.opened:
            now = self.opened[-1]
            if now.inside == _IN_UNIT:
                position = self._items(text, position)
            elif now.inside != _BODY:
                position = self._paragraphs(text, position)
            if self.opened[-1] is now:
                position = self._end(text, position) or self._begin(text, position, now)
        if not _TAIL.match(text, position):
            raise UnusualShape
        return self.found

    def _paragraphs(self, text: str, position: int) -> int:
        """Articles and paragraphs, as long as they follow each other; answers where something else does."""
        section, in_article = self.opened[-1].place, self.opened[-1].inside == _IN_ARTICLE
        above, part, article, _, _, _, outer, *below = section
        headings, group, supplement, amendment, appendix = below
        taken, found = self.taken, self.found
        shut = True
        while met := _PARAGRAPH.match(text, position):
            (of_article, heading, title, attributes, caption, label, first, more, end, article_end
             ) = met.groups()  # fmt: skip
            position = met.end()
            if of_article is not None:
                if in_article:
                    raise UnusualShape
                in_article, shut = True, False
                article, title = _number(of_article), _plain(title)
                above = self.unique(f"{section.path}-At_{article}")
                outer = (heading and without_brackets(_plain(heading))) or section.caption
            number = _number(attributes)
            path = f"{above}-Pr_{number}"
            if path in taken:
                path = self.unique(path)
            else:
                taken.add(path)
            caption = outer if caption is None else without_brackets(_plain(caption))
            unit = (
                path, UnitKind.PARAGRAPH, part, article, number, "", (),
                (label and _plain(label)) or title or "", _joined(first, more), caption,
                headings, group, supplement, amendment, appendix,
            )  # fmt: skip
            found.append(of_fields(Unit, unit))
            if article_end is not None:
                if not in_article:
                    raise UnusualShape
                if shut:
                    section = self._shut().place
                in_article, shut = False, True
                above, _, article, _, _, _, outer, *_ = section
            elif end is None:
                if not shut:
                    self._open("Article", _IN_ARTICLE, (above, part, article, "", "", (), outer, *below))
                self._open("Paragraph", _IN_UNIT, (path, part, article, number, "", (), caption, *below))
                return position
        if not shut:
            self._open("Article", _IN_ARTICLE, (above, part, article, "", "", (), outer, *below))
        return position

    def _items(self, text: str, position: int) -> int:
        """Items or subitems beside each other; answers where something else begins."""
        above, part, article, paragraph, item, outer, *below = self.opened[-1].place
        caption, headings, group, supplement, amendment, appendix = below
        taken, found = self.taken, self.found
        while met := _ITEM.match(text, position):
            tag, attributes, label, first, more, columns, end = met.groups()
            position = met.end()
            number = _number(attributes)
            if tag == "Item":
                path, kind, item, subitems = f"{above}-It_{number}", UnitKind.ITEM, number, outer
            else:
                path, kind, subitems = f"{above}-Su_{number}", UnitKind.SUBITEM, (*outer, number)
            if path in taken:
                path = self.unique(path)
            else:
                taken.add(path)
            words = _in_columns(columns) if columns else _joined(first, more)
            unit = (
                path, kind, part, article, paragraph, item, subitems, (label and _plain(label)) or "", words,
                caption, headings, group, supplement, amendment, appendix,
            )  # fmt: skip
            found.append(of_fields(Unit, unit))
            if end is None:
                self._open(tag, _IN_UNIT, (path, part, article, paragraph, item, subitems, *below))
                break
        return position

    def _open(self, tag: str, inside: int, place: tuple[Any, ...]) -> None:
        if len(self.opened) >= DEEPEST:
            raise UnusualShape
        self.opened.append(of_fields(_Open, (tag, inside, of_fields(Place, place), {}, [])))

    def _shut(self) -> _Open:
        """Ends the last that is open; answers with the one that it stands in."""
        ended = self.opened.pop()
        if ended.behind:
            self.rest(ended.behind, ended.place)
        if ended.counts.get(_FOUND_BEFORE) == len(self.found):
            self.empty_appendix(ended.place)
        return self.opened[-1] if self.opened else ended

    def _end(self, text: str, position: int) -> int:
        """Ends what is open, if its end stands there; answers where the next begins, or 0."""
        met = _END.match(text, position)
        if met is None:
            return 0
        if met[1] != self.opened[-1].tag:
            raise UnusualShape
        self._shut()
        return met.end()

    def _begin(self, text: str, position: int, now: _Open) -> int:
        """The main provisions, a 附則, a 編, 章, 節, 款, 目 that begins there, or something to cut out."""
        if now.inside == _IN_PROVISIONS and (group := _GROUP.match(text, position)):
            tag, attributes, title = group.groups()
            self._open(tag, _IN_PROVISIONS, now.place.group_below(tag, _number(attributes), _plain(title)))
            return group.end()
        if now.inside == _BODY and (provisions := _PROVISIONS.match(text, position)):
            tag = provisions[1] or "SupplProvision"
            now.counts[tag] = now.counts.get(tag, 0) + 1
            told = _attributes(provisions[2] or provisions[3] or "")
            place = MAIN if provisions[1] else self.supplement(told.get("AmendLawNum", ""))
            self._open(tag, _IN_PROVISIONS, place)
            return provisions.end()
        if (appendix := _APPENDIX.match(text, position)) and self._appendix(now, *appendix.groups()):
            return appendix.end()
        return (now.inside == _IN_UNIT and self._table(text, position, now)) or self._cut_out(
            text, position, now
        )

    def _appendix(self, now: _Open, tag: str, attributes: str, of_title: str, title: str) -> bool:
        """Opens a 別表, of the law or of a 附則, if it stands where such may stand."""
        if now.inside == _BODY and tag in APPENDICES:
            letters, part = APPENDICES[tag]
            place = Place("", part)
        elif now.inside == _IN_PROVISIONS and tag in SUPPLEMENT_APPENDICES:
            letters, part = SUPPLEMENT_APPENDICES[tag]
            place = now.place._replace(part=part)
        else:
            return False
        now.counts[tag] = count = now.counts.get(tag, 0) + 1
        _attributes(of_title)
        place = self.appendix_place(place, _plain(title), letters, _number(attributes) or str(count))
        self._open(tag, _IN_UNIT, place)
        self.opened[-1].counts[_FOUND_BEFORE] = len(self.found)
        return True

    def _table(self, text: str, position: int, now: _Open) -> int:
        """A table of plain cells; answers where the next begins, or 0 if it is another."""
        begins = _TABLE.match(text, position)
        if begins is None:
            return 0
        of_title, title, of_table = begins.groups()
        _attributes(of_table)
        position = begins.end()
        texts = []
        while row := _ROW.match(text, position):
            cells = _CELLS.findall(row[1])
            for attributes, _first, _more in cells:
                if attributes:
                    _attributes(attributes)
            texts.append(CELL.join([_of_a_column(first, more) for _, first, more in cells]))
            position = row.end()
        end = _END_OF_TABLE.match(text, position)
        if end is None:
            return 0
        now.counts["TableStruct"] = count = now.counts.get("TableStruct", 0) + 1
        place = now.place._replace(path=self.unique(f"{now.place.path}-Tb_{count}"))
        if title is not None:
            _attributes(of_title)
            title = _plain(title)
            if title.strip():
                self.found.append(place.unit(UnitKind.NOTE, "", title))
        self.rows(texts, place)
        return end.end()

    def _cut_out(self, text: str, position: int, now: _Open) -> int:
        """Walks an element of another shape as ever; answers where the next one begins."""
        other = _OTHER.match(text, position)
        if other is None or other[1] in TITLES or other[1].endswith("Sentence"):
            raise UnusualShape  # a second title or sentence: what it heads was found without it
        end = other.end()
        if not other[2]:
            last = f"</{other[1]}>"
            end = text.find(last, end)
            if end < 0:
                raise UnusualShape
            end += len(last)
        element = _element(text[position:end], len(self.opened) + 1)
        if now.inside == _BODY:
            self.part(element, now.counts)
        elif now.inside == _IN_PROVISIONS:
            self.provision(element, now.place, now.counts)
        elif now.inside == _IN_ARTICLE and other[1] == "Paragraph":
            self.paragraph(element, now.place)
        elif now.inside == _IN_ARTICLE:
            now.behind.append(element)
        else:
            self.rest([element], now.place, now.counts)
        gap = _BETWEEN.match(text, end)
        assert gap is not None
        return gap.end()


def _element(text: str, depth: int = 0) -> Any:
    """The element of a text, read as deep in others as in its file: what lxml refuses depends on it."""
    try:
        element = etree.fromstring(f"{'<in>' * depth}{text}{'</in>' * depth}", _PARSER)
    except (etree.XMLSyntaxError, ValueError):  # of two elements in each other the inner one's end was found
        raise UnusualShape from None
    for _ in range(depth):
        element = element[0]
    return element


@lru_cache(maxsize=65_536)
def _attributes(written: str) -> dict[str, str]:
    pairs = _ATTRIBUTE.findall(written)
    told = dict(pairs)
    if len(told) != len(pairs) or "xmlns" in told:
        raise UnusualShape
    return told


@lru_cache(maxsize=65_536)
def _number(written: str) -> str:
    return _attributes(written).get("Num", "")


def _plain(words: str) -> str:
    """Words without readings, as :func:`hashira.regulations.domain.law.element.words`."""
    if "<" not in words:
        return words
    if "\n" in words:  # indented: which ends of lines are words is for the general reader to say
        raise UnusualShape
    return _READING.sub("", words)


def _joined(first: str | None, more: str) -> str:
    words = _plain(first) if first else ""
    return words + _plain("".join(_WORDS_OF_A_SENTENCE.findall(more))) if more else words


def _in_columns(columns: str) -> str:
    return COLUMN.join([_of_a_column(first, more) for first, more in _EACH_COLUMN.findall(columns)])


def _of_a_column(first: str, more: str) -> str:
    """Those of sentences in a column or a cell, where a sentence that is only the end of a line is none."""
    if not more and "\n" not in first:
        return _plain(first)
    found = [first, *_WORDS_OF_A_SENTENCE.findall(more)]
    return _plain("".join([words for words in found if "\n" not in words or not words.isspace()]))
