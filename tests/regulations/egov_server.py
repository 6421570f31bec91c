"""A server on the loopback that answers as e-Gov's API and bulk download are documented to answer.

It was written from descriptions (``docs/reference/law-sources.md``), not against the real server.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import tarfile
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lxml import etree

Fault = Callable[[BaseHTTPRequestHandler], bool]
"""Answers instead of the server and says so, or lets it answer."""


@dataclass(frozen=True, slots=True)
class Served:
    """A revision of a law: from ``since`` to the next one it is in force."""

    law_id: str
    revision_id: str
    number: str
    title: str
    xml: bytes
    since: str = "1868-01-01"
    updated: str = "2024-07-21T13:56:59+09:00"
    repeal_status: str = "None"

    def law_info(self) -> dict[str, Any]:
        return {"law_type": "Act", "law_id": self.law_id, "law_num": self.number}

    def revision_info(self) -> dict[str, Any]:
        return {
            "law_revision_id": self.revision_id,
            "law_title": self.title,
            "category": "文化",
            "updated": self.updated,
            "amendment_enforcement_date": self.since,
            "repeal_status": self.repeal_status,
            "remain_in_force": False,
        }


@dataclass
class Egov:
    """What the server serves, whom it has answered, and what it does wrong."""

    laws: list[Served]
    address: str = ""
    asked: list[str] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    """By the beginning of a path: each fault once, in turn."""
    most: int = 10_000
    etag: str = ""

    def texts(self) -> Counter[str]:
        """How often each text was asked for."""
        return Counter(path.rpartition("/")[2] for path in self.asked if "/law_data/" in path)

    def on(self, day: str) -> list[Served]:
        found: dict[str, Served] = {}
        for law in sorted(self.laws, key=lambda law: law.since):
            if law.since <= day:
                found[law.law_id] = law
        return sorted(found.values(), key=lambda law: law.law_id)

    def zip(self) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
            zipped.writestr("all_law_list.csv", "\ufeff法令種別,法令番号\r\n")
            for law in self.laws:
                zipped.writestr(zipfile.ZipInfo(f"{law.revision_id}/{law.revision_id}.xml"), law.xml)
        return made.getvalue()


class _Handler(BaseHTTPRequestHandler):
    egov: Egov

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        self.egov.asked.append(url.path)
        for beginning, faults in self.egov.faults.items():
            if url.path.startswith(beginning) and faults and faults.pop(0)(self):
                return
        if url.path == "/bulkdownload":
            self._bulk()
        elif url.path == "/api/2/laws":
            self._laws(query)
        elif url.path.startswith("/api/2/law_data/"):
            self._text(url.path.rpartition("/")[2], query)
        elif url.path.startswith("/api/2/law_revisions/"):
            self._revisions(url.path.rpartition("/")[2])
        else:
            answer(self, 404, {"code": "404001", "message": "ありません。"})

    def _laws(self, query: dict[str, str]) -> None:
        if query.get("order") not in (None, "+law_info.law_id"):
            answer(self, 400, {"code": "400017", "message": "並び順が誤っています。"})
            return
        found = self.egov.on(query.get("asof", "2026-11-24"))
        found = [law for law in found if query.get("law_id", "") in law.law_id]
        offset, limit = int(query.get("offset", 0)), min(int(query.get("limit", 100)), self.egov.most)
        page = found[offset : offset + limit]
        told: dict[str, Any] = {
            "total_count": len(found),
            "count": len(page),
            "laws": [
                {
                    "law_info": law.law_info(),
                    "revision_info": law.revision_info(),
                    "current_revision_info": law.revision_info(),
                }
                for law in page
            ],
        }
        if page:
            end = offset + len(page)
            told["next_offset"] = end if end < len(found) else None
        else:
            told["total_count"] = 0
        answer(self, 200, told)

    def _text(self, named: str, query: dict[str, str]) -> None:
        law = next((law for law in self.egov.laws if law.revision_id == named), None)
        if law is None:
            answer(self, 404, {"code": "404001", "message": "該当する法令データが存在しません。"})
            return
        assert query["law_full_text_format"] == "xml"
        answer(self, 200, text_of(law))

    def _revisions(self, law_id: str) -> None:
        found = [law for law in self.egov.laws if law.law_id == law_id]
        revisions = [law.revision_info() for law in found]
        answer(self, 200, {"law_info": found[0].law_info(), "revisions": revisions})

    def _bulk(self) -> None:
        content = self.egov.zip()
        begin = 0
        asked = self.headers.get("Range", "")
        if self.egov.etag and asked and self.headers.get("If-Range") == self.egov.etag:
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        if self.egov.etag:
            self.send_header("ETag", self.egov.etag)
        self.send_header("Content-Disposition", 'attachment; filename="all_xml.zip"')
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        self.wfile.write(content[begin:])


def text_of(law: Served) -> dict[str, Any]:
    """The answer of ``/law_data`` in JSON, with the text as XML in Base64."""
    return {
        "attached_files_info": None,
        "law_info": law.law_info(),
        "revision_info": law.revision_info(),
        "law_full_text": base64.b64encode(law.xml).decode(),
    }


def answer(handler: BaseHTTPRequestHandler, status: int, told: object, **headers: str) -> bool:
    """A whole answer; what is not bytes goes as JSON in gzip, as the real server sends it."""
    body = told if isinstance(told, bytes) else gzip.compress(json.dumps(told).encode(), 1)
    handler.send_response(status)
    if not isinstance(told, bytes):
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Encoding", "gzip")
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
    return True


@contextmanager
def running(laws: list[Served]) -> Iterator[Egov]:
    """The server, until the block ends."""
    egov = Egov(laws)
    handler = type("Handler", (_Handler,), {"egov": egov})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    egov.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield egov
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def from_archive(archive: Path, count: int) -> list[Served]:
    """The first laws of the archive, with their revisions and facts."""
    facts: dict[str, dict[str, str]] = {}
    texts: dict[str, bytes] = {}
    with tarfile.open(archive, "r|*") as stream:
        for member in stream:
            stem, _, suffix = member.name.rpartition(".")
            opened = stream.extractfile(member) if member.isfile() else None
            if opened is not None and suffix == "json":
                facts[stem] = json.loads(opened.read())
            elif opened is not None and suffix == "xml":
                texts[stem] = opened.read()
            if len(both := [stem for stem in texts if stem in facts]) >= count:
                break
    made = []
    for stem in both:
        told, root = facts[stem], etree.fromstring(texts[stem])
        tail = told["revision_id"].removeprefix(f"{told['law_id']}_")
        if "_" not in tail:
            tail = f"{tail}_000000000000000"
        made.append(
            Served(
                told["law_id"],
                f"{told['law_id']}_{tail}",
                (root.findtext("LawNum") or "").strip(),
                told["law_name"],
                texts[stem],
                since=f"{tail[:4]}-{tail[4:6]}-{tail[6:8]}",
            )
        )
    return made


def law(
    serial: int, *, since: str = "20200401", by: str = "0" * 15, words: str = "目視で確認する。", **other: str
) -> Served:
    """A small Act of our own words."""
    law_id = f"340AC{serial:010d}"
    number = f"昭和四十年法律第{'一二三四五六七八九'[serial - 1]}号"
    xml = (
        f'<?xml version="1.0" encoding="UTF-8"?><Law Era="Showa" Lang="ja" LawType="Act" Num="{serial}" '
        f'Year="40" PromulgateMonth="4" PromulgateDay="1"><LawNum>{number}</LawNum><LawBody>'
        f'<LawTitle>試験法{serial}</LawTitle><MainProvision><Paragraph Num="1"><ParagraphNum/>'
        f"<ParagraphSentence><Sentence>{words}</Sentence></ParagraphSentence></Paragraph></MainProvision>"
        f"</LawBody></Law>"
    ).encode()
    day = f"{since[:4]}-{since[4:6]}-{since[6:]}"
    made = Served(law_id, f"{law_id}_{since}_{by}", number, f"試験法{serial}", xml, since=day)
    return replace(made, **other)
