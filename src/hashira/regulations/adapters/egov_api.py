"""e-Gov 法令API Version 2, asked politely (法令API).

Its description: https://laws.e-gov.go.jp/api/2/swagger-ui. Used are ``/laws`` (pages of laws with their
revisions), ``/law_revisions/{law}`` and ``/law_data/{revision}``, all as JSON; the text comes as 法令標準XML
in base64. Errors come as ``{"code": …, "message": …}``. The description names no limit of requests; a second
lies between two of ours unless told otherwise, and an answer of 429 or 503 is obeyed.
"""

from __future__ import annotations

import base64
import binascii
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

ADDRESS = "https://laws.e-gov.go.jp"
_API = "/api/2"
_PAGE = 500
_LARGEST = 128_000_000
"""Octets of one answer; the largest law in force has 20 million in XML."""
_TRIES = 5
_LONGEST_PAUSE = 120.0
_AGENT = "Hashira/0.1 (open software; takes in laws)"


class EGovUnreachable(HashiraError):
    """Details: ``address``, ``reason``."""

    code = "REG-016"
    what = Bilingual("e-Govから受け取れません", "e-Gov could not be reached")
    why = Bilingual("{address}：{reason}", "{address}: {reason}")
    remedy = Bilingual(
        "通信とプロキシの設定を確かめて、同じコマンドをもう一度実行してください。続きから始まります",
        "Check the network and the proxy and run the same command again; it goes on where it was",
    )


class EGovRefused(HashiraError):
    """Details: ``address``, ``status``, ``message``."""

    code = "REG-017"
    what = Bilingual("e-Govが断りました", "e-Gov refused")
    why = Bilingual("{address}：{status} {message}", "{address}: {status} {message}")
    remedy = Bilingual("法令IDと日付を確かめてください", "Check the id of the law and the date")


class EGovAnswerUnreadable(HashiraError):
    """Details: ``address``, ``reason``."""

    code = "REG-018"
    what = Bilingual("e-Govの応答を読めません", "The answer of e-Gov is not readable")
    why = Bilingual("{address}：{reason}", "{address}: {reason}")
    remedy = Bilingual(
        "時間をおいて試し、続くときは法令APIの変更を確かめてください",
        "Try again later; if it goes on, see whether the API has changed",
    )


@dataclass(frozen=True, slots=True)
class ListedRevision:
    """A law with one of its revisions, as ``/laws`` and ``/law_revisions`` list it."""

    law_id: str
    law_num: str
    revision_id: str
    title: str
    category: str
    enforced_at: date | None
    updated: str
    """When e-Gov last changed it, as it says it."""


@dataclass(slots=True)
class Pace:
    """How fast is asked: ``seconds`` from the begin of one request to that of the next."""

    seconds: float = 1.0
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = 0.0

    def wait(self) -> None:
        """Waits for one's turn."""
        now = self.now()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + self.seconds

    def rest(self, seconds: float) -> None:
        """Waits longer: the server asked for it, or was not there."""
        self.sleep(min(max(seconds, 0.0), _LONGEST_PAUSE))


@dataclass(slots=True)
class EGov:
    """The API behind one address. Every method raises the errors of this module."""

    http: httpx.Client
    address: str = ADDRESS
    pace: Pace = field(default_factory=Pace)

    def laws(self, *, asof: date | None = None, updated_from: date | None = None) -> Iterator[ListedRevision]:
        """Every law with the revision in force on a day (today), page after page."""
        query = _days(asof=asof, updated_from=updated_from) | {"limit": str(_PAGE)}
        offset = 0
        while True:
            page = self._object("/laws", query | {"offset": str(offset)})
            laws = _list(page, "laws", self.address)
            for law in laws:
                yield _listed(law, law, self.address)
            following = page.get("next_offset")
            if not laws or not isinstance(following, int) or following <= offset:
                return
            offset = following

    def revisions(self, law_id: str) -> list[ListedRevision]:
        """Every revision of a law, the newest first as e-Gov has them."""
        answer = self._object(f"/law_revisions/{law_id}", {})
        return [
            _listed(answer, {"revision_info": one}, self.address)
            for one in _list(answer, "revisions", self.address)
        ]

    def text(self, revision_id: str, *, asof: date | None = None) -> tuple[ListedRevision, bytes]:
        """The text of a revision, or of a law on a day: 法令標準XML."""
        query = _days(asof=asof) | {"law_full_text_format": "xml"}
        answer = self._object(f"/law_data/{revision_id}", query)
        listed = _listed(answer, answer, self.address)
        told = answer.get("law_full_text")
        if not isinstance(told, str):
            raise EGovAnswerUnreadable(address=revision_id, reason="law_full_text")
        try:
            return listed, base64.b64decode(told, validate=True)
        except (binascii.Error, ValueError):
            raise EGovAnswerUnreadable(address=revision_id, reason="base64") from None

    def _object(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        content = self.get(f"{_API}{path}", dict(query) | {"response_format": "json"})
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            raise EGovAnswerUnreadable(address=path, reason="JSON") from None
        if not isinstance(answer, dict):
            raise EGovAnswerUnreadable(address=path, reason="JSON")
        return answer

    def get(self, path: str, query: Mapping[str, str]) -> bytes:
        """One answer, after as many tries as it takes, at most five."""
        reason = ""
        for attempt in range(_TRIES):
            self.pace.wait()
            try:
                with self.http.stream("GET", self.address + path, params=dict(query)) as answer:
                    if answer.status_code == 200:
                        return _bounded(answer, path)
                    if answer.status_code not in (429, 500, 502, 503, 504):
                        raise EGovRefused(address=path, status=answer.status_code, message=_said(answer))
                    reason = str(answer.status_code)
                    pause = _asked_for(answer, attempt)
            except httpx.HTTPError as error:
                reason = type(error).__name__
                pause = _growing(attempt)
            if attempt + 1 < _TRIES:
                self.pace.rest(pause)
        raise EGovUnreachable(address=path, reason=reason)


def client() -> httpx.Client:
    """A client with bounds, that follows no redirect to another place."""
    return httpx.Client(
        timeout=httpx.Timeout(60.0, connect=10.0), headers={"User-Agent": _AGENT}, follow_redirects=False
    )


def _bounded(answer: httpx.Response, path: str) -> bytes:
    content = bytearray()
    for piece in answer.iter_bytes():
        content += piece
        if len(content) > _LARGEST:
            raise EGovAnswerUnreadable(address=path, reason=f"> {_LARGEST // 1_000_000} MB")
    return bytes(content)


def _said(answer: httpx.Response) -> str:
    """What the API says of its refusal."""
    try:
        told = json.loads(answer.read()[:10_000])
        return f"{told.get('code', '')} {told.get('message', '')}".strip()
    except (ValueError, AttributeError, httpx.HTTPError):
        return ""


def _asked_for(answer: httpx.Response, attempt: int) -> float:
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else _growing(attempt)


def _growing(attempt: int) -> float:
    """2, 4, 8 … seconds, and a little more, so that many do not come back at once."""
    return float(2 ** (attempt + 1)) + random.random()  # noqa: S311 (spreads requests, no secret)


def _days(**days: date | None) -> dict[str, str]:
    return {name: day.isoformat() for name, day in days.items() if day is not None}


def _list(answer: Mapping[str, Any], name: str, address: str) -> list[dict[str, Any]]:
    found = answer.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise EGovAnswerUnreadable(address=address, reason=name)
    return found


def _listed(law: Mapping[str, Any], revision: Mapping[str, Any], address: str) -> ListedRevision:
    info, told = law.get("law_info"), revision.get("revision_info")
    if not isinstance(info, dict) or not isinstance(told, dict):
        raise EGovAnswerUnreadable(address=address, reason="law_info, revision_info")
    law_id, revision_id = str(info.get("law_id") or ""), str(told.get("law_revision_id") or "")
    if not _is_id(law_id) or not _is_id(revision_id) or not revision_id.startswith(law_id):
        raise EGovAnswerUnreadable(address=address, reason=f"{law_id[:40]} {revision_id[:80]}")
    return ListedRevision(
        law_id=law_id,
        law_num=str(info.get("law_num") or ""),
        revision_id=revision_id,
        title=str(told.get("law_title") or ""),
        category=str(told.get("category") or ""),
        enforced_at=_date(told.get("amendment_enforcement_date")),
        updated=str(told.get("updated") or ""),
    )


def _is_id(told: str) -> bool:
    """Letters, digits and underscores only: it becomes the name of a file."""
    return 0 < len(told) <= 80 and told.replace("_", "").isascii() and told.replace("_", "").isalnum()


def _date(told: object) -> date | None:
    try:
        return date.fromisoformat(str(told))
    except ValueError:
        return None
