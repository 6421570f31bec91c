"""Evidence: a text, a link, or a file whose kind its content proves (根拠資料)."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_FILE = 5 * 1024 * 1024
MAX_PIECES = 10
"""For one requirement."""
MAX_OF_PROPOSAL = 200 * 1024 * 1024
"""Bytes of all files of one proposal."""
MAX_TITLE, MAX_TEXT, MAX_LINK, MAX_NAME = 200, 8_000, 1_000, 200
_LINK = re.compile(r"https://[^\s/$.?#][^\s]*\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f/\\]")
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_BEGINS = {".pdf": b"%PDF-", ".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
_INSIDE = {".xlsx": "xl/workbook.xml", ".docx": "word/document.xml"}


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    TEXT = "text"
    LINK = "link"
    FILE = "file"


class EvidenceRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-108"
    what = Bilingual("根拠を受け付けられません", "The evidence cannot be taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "5MBまでのPDF、画像、テキスト、CSV、Excel、Wordか、https のリンクにしてください",
        "Give a PDF, a picture, text, CSV, Excel or Word file of up to 5 MB, or an https link",
    )
    status = 422


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file that may be kept, with its SHA-256."""

    name: str
    media_type: str
    content: bytes
    digest: str


def evidence_file(name: str, content: bytes) -> EvidenceFile:
    """The file, if its name, its size and its content agree; raises ``EvidenceRefused``.

    >>> evidence_file("説明.txt", "監査の記録".encode()).media_type
    'text/plain; charset=utf-8'
    """
    clean = _CONTROL.sub("_", name).strip()
    ending = "." + clean.rpartition(".")[2].lower() if "." in clean else ""
    if not content:
        raise EvidenceRefused(field="file", reason=Bilingual("ファイルが空です", "The file is empty"))
    if len(content) > MAX_FILE:
        raise EvidenceRefused(
            field="file",
            reason=Bilingual("ファイルが大きすぎます（5MBまで）", "The file is too large (5 MB at most)"),
        )
    if ending not in MEDIA_TYPES or not 1 <= len(clean) <= MAX_NAME:
        raise EvidenceRefused(
            field="file",
            reason=Bilingual("この種類のファイルは受け付けません", "Files of this kind are not taken"),
        )
    if not _is_what_it_says(ending, content):
        raise EvidenceRefused(
            field="file",
            reason=Bilingual(
                f"中身が「{ending}」のファイルではありません", f"The content is not that of a {ending} file"
            ),
        )
    return EvidenceFile(clean, MEDIA_TYPES[ending], content, sha256(content).hexdigest())


def evidence_link(address: str) -> str:
    """The address, if it leads to the web by https; raises ``EvidenceRefused``."""
    if len(address) > MAX_LINK or not _LINK.match(address):
        raise EvidenceRefused(
            field="link",
            reason=Bilingual(
                "https:// で始まるアドレスではありません", "It is no address that begins with https://"
            ),
        )
    return address


def _is_what_it_says(ending: str, content: bytes) -> bool:
    if ending in _BEGINS:
        return content.startswith(_BEGINS[ending])
    if ending in _INSIDE:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return _INSIDE[ending] in archive.namelist()
        except zipfile.BadZipFile:
            return False
    try:
        return "\x00" not in content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return "\x00" not in content.decode("cp932")
        except UnicodeDecodeError:
            return False
