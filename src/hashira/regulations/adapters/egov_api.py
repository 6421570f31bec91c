"""The client of e-Gov's 法令API Version 2 (https://laws.e-gov.go.jp/api/2/swagger-ui/lawapi-v2.yaml).

Only JSON answers are asked for; the text of a law comes in them as 法令標準XML in Base64. What is known of
the server and from where: ``docs/reference/law-sources.md``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

import orjson

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters import egov_xml
from hashira.regulations.adapters.egov_refusals import LawNotThere, UnreadableAnswer
from hashira.regulations.adapters.polite_http import PoliteHttp

ADDRESS = "https://laws.e-gov.go.jp"
PAGE = 1000
_LARGEST_LIST = 64_000_000
_LARGEST_TEXT = 256_000_000
_MOST_LAWS = 200_000
_JST = timezone(timedelta(hours=9))
LAW_ID = re.compile(r"[0-9][0-9A-Z]{14}", re.ASCII)
REVISION_ID = re.compile(r"[0-9][0-9A-Z]{14}_[0-9]{8}_[0-9A-Z]{15}", re.ASCII)
_ENDED = {"Repeal", "Expire", "LossOfEffectiveness"}


@dataclass(frozen=True, slots=True)
class RevisionFacts:
    """A law in one revision, as the API lists it (``law_info`` with ``revision_info``).

    ``updated`` is when the entry was last corrected, in the server's words, ``updated_on`` that day in Japan.
    """

    law_id: str
    revision_id: str
    title: str
    number: str = ""
    category: str = ""
    enforced_at: date | None = None
    promulgated_at: date | None = None
    updated: str = ""
    updated_on: date | None = None
    ended: bool = False
    """Repealed, expired or without effect, and not kept in force for older cases."""


@dataclass(frozen=True, slots=True)
class RevisionText:
    """A revision with its 法令標準XML."""

    facts: RevisionFacts
    xml: bytes


class EgovApi:
    """Questions to the API. Every answer is checked before anybody sees it.

    Raises the errors of :mod:`~hashira.regulations.adapters.egov_refusals`.
    """

    def __init__(self, http: PoliteHttp, address: str = ADDRESS) -> None:
        self._http = http
        self._base = f"{address.rstrip('/')}/api/2"

    def laws(
        self,
        *,
        as_of: date | None = None,
        law_id: str = "",
        refused: Callable[[HashiraError], None] | None = None,
    ) -> Iterator[RevisionFacts]:
        """Every law in the revision of a day (the server's today, if none is named), in the order of ids.

        ``law_id`` asks for one law alone. ``refused`` hears of an entry that cannot be read, and the others
        go on; without it such an entry is raised.
        """
        address = f"{self._base}/laws"
        parameters = {"response_format": "json", "order": "+law_info.law_id", "limit": str(PAGE)}
        if as_of is not None:
            parameters["asof"] = as_of.isoformat()
        if law_id:
            parameters["law_id"] = law_id
        offset = 0
        while True:
            answer = self._json(address, {**parameters, "offset": str(offset)}, _LARGEST_LIST)
            page, following = _page(address, answer, offset)
            for entry in page:
                try:
                    facts = _facts(address, entry.get("law_info"), entry.get("revision_info"))
                except UnreadableAnswer as error:
                    if refused is None:
                        raise
                    refused(error)
                    continue
                if not law_id or facts.law_id == law_id:
                    yield facts
            if following is None:
                return
            offset = following

    def law(self, law_id: str, *, as_of: date | None = None) -> RevisionFacts:
        """One law in the revision of a day. Raises ``LawNotThere``."""
        found = next(self.laws(as_of=as_of, law_id=law_id), None)
        if found is None:
            raise LawNotThere(law=law_id)
        return found

    def revisions(self, law_id: str) -> tuple[RevisionFacts, ...]:
        """Every revision of a law that the server has, in its order."""
        address = f"{self._base}/law_revisions/{law_id}"
        answer = self._json(address, {"response_format": "json"}, _LARGEST_LIST)
        told = answer.get("revisions")
        if not isinstance(told, list):
            raise UnreadableAnswer(address=address, reason="revisions")
        return tuple(_facts(address, answer.get("law_info"), revision) for revision in told)

    def text(self, revision_id: str) -> RevisionText:
        """The full text of a revision. An answer about another revision is refused."""
        address = f"{self._base}/law_data/{revision_id}"
        parameters = {"response_format": "json", "law_full_text_format": "xml"}
        answer = self._json(address, parameters, _LARGEST_TEXT)
        facts = _facts(address, answer.get("law_info"), answer.get("revision_info"))
        if facts.revision_id != revision_id:
            raise UnreadableAnswer(
                address=address, reason=f"別の版の応答です (another revision): {facts.revision_id}"
            )
        xml = _xml(address, answer.get("law_full_text"))
        try:
            root = egov_xml.parse(xml, revision_id)
        except HashiraError as error:
            raise UnreadableAnswer(address=address, reason=str(error.details.get("reason", ""))) from None
        number = (root.findtext("LawNum") or "").strip()
        if facts.number and number and facts.number != number:
            raise UnreadableAnswer(address=address, reason=f"別の法令の本文です (another law): {number}")
        return RevisionText(facts, xml)

    def _json(self, address: str, parameters: Mapping[str, str], most: int) -> dict[str, Any]:
        body = self._http.get(address, parameters, most)
        try:
            answer = orjson.loads(body)
        except ValueError:
            raise UnreadableAnswer(address=address, reason="JSONではありません (not JSON)") from None
        if not isinstance(answer, dict):
            raise UnreadableAnswer(address=address, reason="JSONの形が違います (not a JSON object)")
        return answer


def _page(address: str, answer: dict[str, Any], offset: int) -> tuple[list[dict[str, Any]], int | None]:
    """The entries of a page and where the next begins. A page that would loop or lose laws is refused."""
    page, total, following = answer.get("laws"), answer.get("total_count"), answer.get("next_offset")
    if not isinstance(page, list) or not all(isinstance(entry, dict) for entry in page):
        raise UnreadableAnswer(address=address, reason="laws")
    end = offset + len(page)
    if isinstance(total, bool) or not isinstance(total, int) or not end <= max(total, offset) <= _MOST_LAWS:
        raise UnreadableAnswer(address=address, reason=f"total_count: {total!r}"[:80])
    if following is None and end >= total:
        return page, None
    if (following is None and "next_offset" not in answer and page) or (
        following == end and offset < end < total
    ):
        return page, end
    raise UnreadableAnswer(address=address, reason=f"next_offset: {following!r}"[:80])


def _facts(address: str, law: object, revision: object) -> RevisionFacts:
    if not isinstance(law, dict) or not isinstance(revision, dict):
        raise UnreadableAnswer(address=address, reason="law_info, revision_info")
    law_id, revision_id = _words(law, "law_id"), _words(revision, "law_revision_id")
    # The ids become names of files, so nothing else than an id may pass.
    if not LAW_ID.fullmatch(law_id) or not REVISION_ID.fullmatch(revision_id):
        raise UnreadableAnswer(
            address=address, reason=f"law_id, law_revision_id: {law_id} {revision_id}"[:120]
        )
    if not revision_id.startswith(f"{law_id}_"):
        raise UnreadableAnswer(address=address, reason=f"{revision_id} ≠ {law_id}")
    return RevisionFacts(
        law_id=law_id,
        revision_id=revision_id,
        title=_words(revision, "law_title"),
        number=_words(law, "law_num"),
        category=_words(revision, "category"),
        enforced_at=_day(_words(revision, "amendment_enforcement_date")),
        promulgated_at=_day(_words(law, "promulgation_date")),
        updated=_words(revision, "updated"),
        updated_on=_moment(_words(revision, "updated")),
        ended=_words(revision, "repeal_status") in _ENDED and revision.get("remain_in_force") is not True,
    )


def _words(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return value.strip() if isinstance(value, str) else ""


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None


def _moment(told: str) -> date | None:
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return (moment if moment.tzinfo is None else moment.astimezone(_JST)).date()


def _xml(address: str, told: object) -> bytes:
    """The XML out of ``law_full_text``: Base64, since its format is not that of the answer."""
    if not isinstance(told, str) or not told.strip():
        raise UnreadableAnswer(address=address, reason="law_full_text")
    if told.lstrip().startswith("<"):
        return told.encode()
    try:
        return base64.b64decode("".join(told.split()), validate=True)
    except (binascii.Error, ValueError):
        raise UnreadableAnswer(address=address, reason="law_full_text: Base64") from None
