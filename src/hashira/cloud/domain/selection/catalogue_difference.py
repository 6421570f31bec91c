"""What changed between two catalogues: added, removed, changed with its words, moved (年度間の差分)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from hashira.cloud.domain.selection.catalogue import Catalogue, Requirement

# Japanese is written without blanks, so a word is taken to be a run of one kind of letter: kanji, katakana,
# Latin letters with digits; hiragana, which carries the grammar, one by one.
_WORD = re.compile(r"[一-鿿々〆]+|[ァ-ヴー]+|[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]+|\s+|.", re.DOTALL)


class Change(StrEnum):
    """What happened to a requirement."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class Edit(StrEnum):
    """What happened to a piece of text."""

    SAME = "same"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of a text, and whether it stayed."""

    edit: Edit
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a requirement with its pieces. ``field`` is the name in :class:`Requirement`."""

    field: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One requirement that is not as it was.

    Changed and moved are told apart: ``changes`` holds both where a requirement did both.
    """

    changes: frozenset[Change]
    before: Requirement | None
    after: Requirement | None
    fields: tuple[FieldChange, ...] = ()

    @property
    def id(self) -> str:
        """The present identifier, else the former."""
        one = self.after or self.before
        return one.id if one else ""


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes in the order of the newer catalogue; what was removed stands at the end."""

    changes: tuple[ItemChange, ...]
    same: int

    def count(self, change: Change) -> int:
        """How many requirements were added, removed, changed or moved."""
        return sum(change in one.changes for one in self.changes)


def difference(before: Catalogue, after: Catalogue) -> Difference:
    """Compares two catalogues.

    The identifier says which requirement is which. One whose text stands word for word under another
    identifier was renumbered, which is moving; so is another category, or another place among the others.
    """
    old = {one.id: one for one in before.requirements}
    pairs = {one.id: one.id for one in after.requirements if one.id in old}
    _pair_renumbered(before, after, pairs)
    moved = _out_of_order(
        [one.id for one in before.requirements], [pairs.get(r.id) for r in after.requirements]
    )
    changes: list[ItemChange] = []
    same = 0
    for one in after.requirements:
        former = old.get(pairs.get(one.id, ""))
        if former is None:
            changes.append(ItemChange(frozenset({Change.ADDED}), None, one))
            continue
        fields = _changed_fields(former, one)
        kinds: set[Change] = set()
        if any(field.field not in ("id", "category") for field in fields):
            kinds.add(Change.CHANGED)
        if former.id in moved or any(field.field in ("id", "category") for field in fields):
            kinds.add(Change.MOVED)
        if kinds:
            changes.append(ItemChange(frozenset(kinds), former, one, fields))
        else:
            same += 1
    kept = set(pairs.values())
    changes += [
        ItemChange(frozenset({Change.REMOVED}), one, None)
        for one in before.requirements
        if one.id not in kept
    ]
    return Difference(tuple(changes), same)


def words_changed(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces by which one text becomes the other.

    >>> [(p.edit.value, p.text) for p in words_changed("記録を一年残す", "記録を三年残す")]
    [('same', '記録を'), ('deleted', '一年残'), ('inserted', '三年残'), ('same', 'す')]
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Edit.SAME, "".join(old[i1:i2])))
            continue
        if i1 < i2:
            pieces.append(Piece(Edit.DELETED, "".join(old[i1:i2])))
        if j1 < j2:
            pieces.append(Piece(Edit.INSERTED, "".join(new[j1:j2])))
    return tuple(pieces)


def _pair_renumbered(before: Catalogue, after: Catalogue, pairs: dict[str, str]) -> None:
    """Finds what stands under another identifier, where the text alone says which it is."""
    lost = [one for one in before.requirements if one.id not in pairs.values()]
    new = [one for one in after.requirements if one.id not in pairs]
    once_lost, once_new = (Counter(one.text.ja for one in group) for group in (lost, new))
    by_text = {one.text.ja: one.id for one in lost if once_lost[one.text.ja] == 1}
    for one in new:
        if once_new[one.text.ja] == 1 and one.text.ja in by_text:
            pairs[one.id] = by_text[one.text.ja]


def _out_of_order(before: Sequence[str], after: Sequence[str | None]) -> frozenset[str]:
    """Those that changed place among the ones that stayed: all but a longest run that kept its order."""
    place = {id: number for number, id in enumerate(before)}
    kept = [id for id in after if id is not None]
    ends: list[int] = []
    last_of: list[int] = []
    earlier: list[int] = []
    for number, id in enumerate(kept):
        length = bisect_left(ends, place[id])
        ends[length : length + 1] = [place[id]]
        last_of[length : length + 1] = [number]
        earlier.append(last_of[length - 1] if length else -1)
    stayed: set[str] = set()
    at = last_of[-1] if last_of else -1
    while at >= 0:
        stayed.add(kept[at])
        at = earlier[at]
    return frozenset(kept) - stayed


def _changed_fields(before: Requirement, after: Requirement) -> tuple[FieldChange, ...]:
    found: list[FieldChange] = []
    for name, old, new in (
        ("id", before.id, after.id),
        ("category", before.category.ja, after.category.ja),
        ("mandatory", "必須" if before.mandatory else "任意", "必須" if after.mandatory else "任意"),
        ("text", before.text.ja, after.text.ja),
        ("text_en", before.text.en, after.text.en),
        ("verified_by", before.verified_by.ja, after.verified_by.ja),
        ("verified_by_en", before.verified_by.en, after.verified_by.en),
    ):
        if old != new:
            found.append(FieldChange(name, words_changed(old, new)))
    return tuple(found)
