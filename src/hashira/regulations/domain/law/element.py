"""The tree of a law: every element, attribute and character of it (要素の木).

法令標準XML v3 has some 120 elements, most of which differ only by name (Part to Division, Subitem1 to
Subitem10). So the tree is made of one kind of value, :class:`Element`, which keeps whatever stands in the
source, also elements that no schema knows; what the elements *mean* is said once, in
:mod:`~hashira.regulations.domain.law.schema` and read by :mod:`~hashira.regulations.domain.law.units`.

An :class:`Element` is shaped as an element of ``xml.etree`` or ``lxml`` (``tag``, ``text``, ``tail``,
``get``, iteration over children). Code that only reads is written against :class:`Node` and works on
either, so that a scan need not build a tree of ours first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar, overload

N = TypeVar("N", bound="Node", covariant=True)


class Node(Protocol):
    """What reading a law needs of an element: ours, that of ``xml.etree``, or that of ``lxml``."""

    @property
    def tag(self) -> str: ...
    @property
    def text(self) -> str | None: ...
    @property
    def tail(self) -> str | None: ...
    def __len__(self) -> int: ...
    def __iter__(self: N) -> Iterator[N]: ...
    @overload
    def get(self, key: str, /) -> str | None: ...
    @overload
    def get(self, key: str, default: str, /) -> str: ...


@dataclass(frozen=True, slots=True, repr=False)
class Element:
    """One element with all that stands in it.

    ``text`` stands before the first child, ``tail`` after the element's own end. Attributes keep the order
    of the source.

    >>> sentence = Element("Sentence", text="目視", children=(Element("Ruby", text="縦覧", tail="に供する"),))
    >>> sentence.words(), sentence.find("Ruby").text
    ('目視縦覧に供する', '縦覧')
    """

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    children: tuple[Element, ...] = ()
    tail: str = ""

    @overload
    def get(self, key: str, /) -> str | None: ...
    @overload
    def get(self, key: str, default: str, /) -> str: ...
    def get(self, key: str, default: str | None = None, /) -> str | None:
        """The value of an attribute."""
        for name, value in self.attributes:
            if name == key:
                return value
        return default

    def find(self, tag: str) -> Element | None:
        """The first child of that name."""
        return next((child for child in self.children if child.tag == tag), None)

    def iter(self) -> Iterator[Element]:
        """The element and everything below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.iter()

    def words(self) -> str:
        """The text of the element as it is read, without readings (ルビ)."""
        return words(self)

    def __iter__(self) -> Iterator[Element]:
        return iter(self.children)

    def __len__(self) -> int:
        return len(self.children)

    def __bool__(self) -> bool:  # an element without children is no less there
        return True

    def __repr__(self) -> str:
        number = self.get("Num")
        return f"<{self.tag}{' ' + number if number else ''}: {len(self.children)} children>"


def words(node: Node) -> str:
    """The text of an element as it is read, in one piece, without the readings of Ruby (``Rt``)."""
    if not len(node):
        return node.text or ""
    pieces = [node.text or ""]
    for child in node:
        if child.tag != "Rt":
            pieces.append(words(child))
        if child.tail:
            pieces.append(child.tail)
    # Some files are indented, tables inside a sentence too: a line break is never a word of the law.
    return "".join(piece for piece in pieces if "\n" not in piece or not piece.isspace())
