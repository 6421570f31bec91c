"""References between provisions (条項の参照)."""

from hashira.regulations.domain.reference.law_index import LawIndex
from hashira.regulations.domain.reference.recogniser import Recogniser
from hashira.regulations.domain.reference.reference import Reference, ReferenceKind

__all__ = ["LawIndex", "Recogniser", "Reference", "ReferenceKind"]
