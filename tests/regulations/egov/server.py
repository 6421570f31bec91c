"""A server that answers as 法令API Version 2 and the bulk download are described, with faults on demand.

It is ours: that the real one answers so is not proved by it. Shapes after https://laws.e-gov.go.jp/api/2.
"""

from __future__ import annotations

import base64
import io
import json
import threading
import zipfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Text:
    """One revision that the server has."""

    law_id: str
    law_num: str
    title: str
    revision_id: str
    enforced_at: str
    xml: bytes
    updated: str = "2026-01-01T00:00:00+09:00"

    @property
    def law_info(self) -> dict[str, str]:
        return {"law_type": "Act", "law_id": self.law_id, "law_num": self.law_num}

    @property
    def revision_info(self) -> dict[str, str]:
        return {
            "law_revision_id": self.revision_id,
            "law_title": self.title,
            "category": "行政組織",
            "updated": self.updated,
            "amendment_enforcement_date": self.enforced_at,
            "current_revision_status": "CurrentEnforced",
        }


@dataclass
class EGovServer:
    """What it has, what it was asked, and what it does wrong next."""

    texts: list[Text]
    page: int = 2
    asked: list[str] = field(default_factory=list)
    faults: deque[str] = field(default_factory=deque)
    """One for each coming answer: 429, 503, cut, wrong-json, other-law, no-base64, huge."""
    only_for: str = ""
    """Faults happen only to requests whose path holds this."""
    ranges: bool = True
    cut_bulk_at: int = 0
    address: str = ""

    @property
    def bulk(self) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("all_law_list.csv", "法令番号,法令名\n")
            for text in self.texts:
                archive.writestr(f"{text.revision_id}/{text.revision_id}.xml", text.xml)
        return packed.getvalue()


class _Handler(BaseHTTPRequestHandler):
    served: EGovServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        path = unquote(parts.path)
        self.served.asked.append(self.path)
        fault = ""
        if self.served.faults and self.served.only_for in path:
            fault = self.served.faults.popleft()
        if fault in ("429", "503"):
            self._send(int(fault), b"{}", {"Retry-After": "7"} if fault == "429" else {})
        elif fault == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"{")
            self.close_connection = True
        elif fault == "wrong-json":
            self._send(200, b"<html>")
        elif path == "/api/2/laws":
            self._laws(query)
        elif path.startswith("/api/2/law_revisions/"):
            self._revisions(path.rpartition("/")[2])
        elif path.startswith("/api/2/law_data/"):
            self._text(path.rpartition("/")[2], query, fault)
        elif path == "/bulkdownload":
            self._bulk()
        else:
            self._refuse(404, "404001", "リソースが存在しません。")

    def _laws(self, query: dict[str, str]) -> None:
        current: dict[str, Text] = {}
        for text in sorted(self.served.texts, key=lambda t: t.enforced_at):
            if text.enforced_at <= query.get("asof", "2026-11-24"):
                current[text.law_id] = text
        found = [t for t in current.values() if t.updated[:10] >= query.get("updated_from", "")]
        start, size = int(query["offset"]), min(int(query["limit"]), self.served.page)
        page = found[start : start + size]
        answer = {
            "total_count": len(found),
            "count": len(page),
            "laws": [{"law_info": t.law_info, "revision_info": t.revision_info} for t in page],
        }
        if start + size < len(found):
            answer["next_offset"] = start + size
        self._json(answer)

    def _revisions(self, law_id: str) -> None:
        mine = [t for t in self.served.texts if t.law_id == law_id]
        if not mine:
            self._refuse(404, "404001", "法令が存在しません。")
            return
        self._json({"law_info": mine[0].law_info, "revisions": [t.revision_info for t in mine]})

    def _text(self, revision_id: str, query: dict[str, str], fault: str) -> None:
        text = next((t for t in self.served.texts if t.revision_id == revision_id), None)
        if text is None:
            self._refuse(400, "400002", "法令履歴IDが不正です。")
            return
        assert query["law_full_text_format"] == "xml"
        if fault == "other-law":
            text = next(t for t in self.served.texts if t.law_id != text.law_id)
        told = base64.b64encode(text.xml).decode()
        if fault == "no-base64":
            told = "<Law>" + told
        if fault == "broken-xml":
            told = base64.b64encode(text.xml[: len(text.xml) // 2]).decode()
        self._json({"law_info": text.law_info, "revision_info": text.revision_info, "law_full_text": told})

    def _bulk(self) -> None:
        content = self.served.bulk
        asked = self.headers.get("Range", "")
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.served.ranges else 0
        cut, self.served.cut_bulk_at = self.served.cut_bulk_at, 0
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        self.wfile.write(content[first : cut or None])
        self.close_connection = True

    def _json(self, answer: object) -> None:
        self._send(200, json.dumps(answer, ensure_ascii=False).encode())

    def _refuse(self, status: int, code: str, message: str) -> None:
        self._send(status, json.dumps({"code": code, "message": message}, ensure_ascii=False).encode())

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""


@contextmanager
def running(texts: list[Text]) -> Iterator[EGovServer]:
    """The server on a port of its own."""
    served = EGovServer(texts)
    handler = type("Handler", (_Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
