"""法令標準XML of e-Gov, read and written (e-Gov法令XML).

Reading keeps every element, attribute and character; what is written again is the same XML in canonical
form (C14N). Comments and processing instructions, which the schema does not have, are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from lxml import etree

from hashira.kernel.era import EraYear, UnreadableEraYear, read_era_year
from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters.egov_text import Shapes, UnusualShape, head_of
from hashira.regulations.adapters.refusals import UnreadableLaw
from hashira.regulations.domain.law.element import Element, words
from hashira.regulations.domain.law.law import Law, LawFacts, LawText, Rank
from hashira.regulations.domain.law.number import LawNumber, Revision
from hashira.regulations.domain.law.units import units

_ERAS = {"Meiji": "M", "Taisho": "T", "Showa": "S", "Heisei": "H", "Reiwa": "R"}
_LAW_ID = re.compile(r"[1-5]\d{2}[A-Z0-9]{12}(?:_\d{8}(?:_[0-9A-Z]{15})?)?")


def _parser() -> etree.XMLParser:
    # No entities, no DTD, no network; libxml2's own limits on depth and size of text stay on.
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )


def parse(content: bytes, source: str = "") -> Any:
    """The ``Law`` element of a file as an lxml element. Raises ``UnreadableLaw``.

    Also the answers of the 法令API, in which the law stands somewhere inside, are read.
    """
    try:
        root = etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError) as trouble:
        raise UnreadableLaw(source=source, reason=f"XML: {str(trouble)[:120]}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableLaw(source=source, reason="XML: DOCTYPE")
    if root.tag == "Law":
        return root
    law = next(root.iter("Law"), None)
    if law is None:
        raise UnreadableLaw(source=source, reason=f"Law 要素がありません (no element Law; root: {root.tag})")
    return law


def read_law(content: bytes, source: str = "", companion: bytes = b"") -> Law:
    """A law from its XML. ``companion`` is a JSON of revision facts that lies beside it, if there is one."""
    root = parse(content, source)
    return Law(facts_of(root, source, companion), tree_of(root))


def read_units(content: bytes, source: str = "", companion: bytes = b"") -> LawText:
    """The facts and units of a law without a tree of ours: what a scan uses."""
    try:
        text, begins, head = head_of(content)
        facts = facts_of(head, source, companion)
        return LawText(facts, Shapes(facts.law_id).read(text, begins))
    except UnusualShape:
        return read_any_units(content, source, companion)


def read_any_units(content: bytes, source: str = "", companion: bytes = b"") -> LawText:
    """The same of XML in whatever shape, straight from lxml."""
    root = parse(content, source)
    facts = facts_of(root, source, companion)
    return LawText(facts, list(units(root, facts.law_id)))


def tree_of(node: Any) -> Element:
    """Our tree for an lxml element."""
    return Element(
        node.tag,
        tuple(node.attrib.items()),
        node.text or "",
        tuple(tree_of(child) for child in node),
        node.tail or "",
    )


def facts_of(root: Any, source: str, companion: bytes = b"") -> LawFacts:
    """What the XML itself, the name of its file and the JSON beside it tell of a law."""
    number = (root.findtext("LawNum") or "").strip()
    title = root.find("LawBody/LawTitle")
    told = _companion(companion, source)
    named = _LAW_ID.findall(source)
    revision = Revision.read(max(named, key=len) if named else "")
    law_id = str(told.get("law_id") or revision.law_id or _law_id(number))
    if told.get("revision_id"):
        tail = str(told["revision_id"]).removeprefix(f"{law_id}_")
        revision = Revision.read(f"{law_id}_{tail}")
    abbreviations = (title.get("Abbrev") or "") if title is not None else ""
    return LawFacts(
        law_id=law_id,
        title=words(title) if title is not None else "",
        number=number,
        rank=Rank.read(root.get("LawType", "")),
        kana=(title.get("Kana") or "") if title is not None else "",
        abbreviations=tuple(name.strip() for name in abbreviations.split(",") if name.strip()),
        category=str(told.get("category") or ""),
        revision=Revision(law_id, revision.enforced_at, revision.amended_by),
        promulgated_at=_promulgation(root),
        source=source,
    )


def _companion(content: bytes, source: str) -> dict[str, Any]:
    if not content:
        return {}
    try:
        told = json.loads(content)
    except ValueError:
        raise UnreadableLaw(source=source, reason="JSON") from None
    return told if isinstance(told, dict) else {}


def _law_id(number: str) -> str:
    try:
        return LawNumber.read(number).law_id
    except HashiraError:
        return ""


def _promulgation(root: Any) -> date | None:
    era = _ERAS.get(root.get("Era", ""))
    try:
        year: EraYear = read_era_year(f"{era}{int(root.get('Year'))}")
        return date(year.gregorian, int(root.get("PromulgateMonth")), int(root.get("PromulgateDay")))
    except (UnreadableEraYear, TypeError, ValueError, HashiraError):
        return None


def write_law(law: Law) -> bytes:
    """The law as 法令標準XML in UTF-8."""
    from xml.sax.saxutils import escape  # here: it brings all of urllib, which a scan does not need

    pieces = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _write(law.tree, pieces, escape)
    return "".join(pieces).encode()


_IN_VALUE = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
_IN_TEXT = {"\r": "&#13;"}


def _write(element: Element, pieces: list[str], escape: Callable[..., str]) -> None:
    attributes = "".join(f' {name}="{escape(value, _IN_VALUE)}"' for name, value in element.attributes)
    if not element.text and not element.children:
        pieces.append(f"<{element.tag}{attributes}/>")
    else:
        pieces.append(f"<{element.tag}{attributes}>{escape(element.text, _IN_TEXT)}")
        for child in element.children:
            _write(child, pieces, escape)
        pieces.append(f"</{element.tag}>")
    if element.tail:
        pieces.append(escape(element.tail, _IN_TEXT))
