"""Ordinances of an invented city, in the words of these tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from hashira.core.access import Principal
from hashira.regulations.adapters.reading import Reading, read_all
from hashira.regulations.services.keeping import Kept, keep_laws, known_documents

FACILITY = """試験市施設管理条例
令和四年四月一日条例第三号

（点検）
第1条　管理者は、6月以内ごとに1回、施設の損傷の有無を目視により点検しなければならない。
2　前項の点検の結果は、別表に記入する。

（掲示）
第2条　管理者は、利用料金を施設の見やすい場所に掲示しなければならない。

（罰則）
第3条　前条の規定に違反した者は、5万円以下の過料に処する。

別表
区分	頻度
屋根	毎年
"""
LIBRARY = """試験市図書館規則
令和五年五月一日規則第七号

第1条　館長は、目録を事務室に備え置き、公衆の閲覧に供しなければならない。
"""
TERMINAL = Principal.system("terminal:test")
AT = datetime(2026, 11, 24, tzinfo=UTC)
TODAY = AT.date()


def city(folder: Path, **texts: str) -> Path:
    """A folder with a document for each text."""
    folder.mkdir(exist_ok=True)
    for name, text in (texts or {"施設": FACILITY, "図書館": LIBRARY}).items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def keep(source: Path, *, as_of: date = TODAY, body: str = "") -> Kept:
    """Takes a source in, as the command does."""
    read = [one for one in read_all(source, known=known_documents(body)) if isinstance(one, Reading)]
    return keep_laws(actor=TERMINAL, readings=read, at=AT, as_of=as_of, body=body)
