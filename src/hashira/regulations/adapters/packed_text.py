"""A text as it is kept: the document as it was read, and its units, packed (保存された本文)."""

from __future__ import annotations

from dataclasses import dataclass

from hashira.regulations.adapters.packing import AnotherShape, unpack_units, unpacked
from hashira.regulations.adapters.sources import Document, read_law, read_text
from hashira.regulations.domain.law.law import Law
from hashira.regulations.domain.law.units import Unit


@dataclass(frozen=True, slots=True)
class PackedText:
    """One text; every field but the name is bytes made by ``adapters.packing``."""

    name: str
    document: bytes
    companion: bytes
    units: bytes

    def read_document(self) -> Document:
        """The document, bit for bit."""
        return Document(self.name, unpacked(self.document), unpacked(self.companion))

    def read_units(self) -> list[Unit]:
        """The units; read anew from the document where they were packed in another shape."""
        try:
            return unpack_units(self.units)
        except AnotherShape:
            return list(read_text(self.read_document()).units)

    def read_law(self) -> Law:
        """The law with its tree, read anew from the document."""
        return read_law(self.read_document())
