"""Asking a public server without being a burden: one request at a time, paused and bounded (礼儀ある取得).

Time comes from a :class:`Clock`, so that what is said here of pauses is tested without waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
import orjson

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters.egov_refusals import (
    AnswerTooLarge,
    EgovRefusal,
    EgovUnreachable,
    UnreadableAnswer,
)

T = TypeVar("T")
ATTEMPTS = 5
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 120.0
"""Seconds. A server that asks for a longer pause is not waited for: the person is told instead."""
_AGAIN = {408, 429, 500, 502, 503, 504}
_TIMEOUT = httpx.Timeout(30.0)
_AGENT = "hashira-regulations (+https://laws.e-gov.go.jp/ client)"


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds that only grow, the time of day as seconds since 1970, and waiting."""

    now: Callable[[], float] = time.monotonic
    since_epoch: Callable[[], float] = time.time
    wait: Callable[[float], None] = time.sleep


def client() -> httpx.Client:
    """The client of every request; the proxy is that of the environment, redirects are not followed."""
    return httpx.Client(timeout=_TIMEOUT, follow_redirects=False, headers={"User-Agent": _AGENT})


class _TryAgain(Exception):
    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pause = pause


class PoliteHttp:
    """Requests to one server, at most ``rate`` a second, each tried up to ``ATTEMPTS`` times.

    After 408, 429, 5xx, a cut connection or a timeout it waits 2, 4, 8, … seconds, or as long as
    ``Retry-After`` says. An answer may have ``most`` octets (after decompression) and take ``seconds``.
    """

    def __init__(
        self, http: httpx.Client, *, rate: float = 1.0, clock: Clock | None = None, seconds: float = 300.0
    ) -> None:
        self._http = http
        self._interval = 1 / rate
        self._clock = clock or Clock()
        self._seconds = seconds
        self._last: float | None = None
        self.requests = 0

    def get(self, address: str, parameters: Mapping[str, str], most: int) -> bytes:
        """The body of an answer 200. Raises ``EgovUnreachable``, ``EgovRefusal``, ``AnswerTooLarge``."""

        def read(answer: httpx.Response) -> bytes:
            octets = bytearray()
            for chunk in self.pieces(answer, answer.iter_bytes(), most):
                octets += chunk
            return bytes(octets)

        return self.ask(address, parameters, lambda: {}, read)

    def ask(
        self,
        address: str,
        parameters: Mapping[str, str],
        headers: Callable[[], Mapping[str, str]],
        read: Callable[[httpx.Response], T],
    ) -> T:
        """What ``read`` makes of a successful answer; ``headers`` are asked for anew at each attempt."""
        reason = ""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._answer(address, parameters, headers()) as answer:
                    return read(answer)
            except _TryAgain as again:
                reason, pause = again.reason, again.pause
            except httpx.DecodingError:
                raise UnreadableAnswer(address=address, reason="gzip") from None
            except httpx.TransportError as error:
                reason, pause = type(error).__name__, None
            except (httpx.InvalidURL, httpx.HTTPError) as error:
                raise UnreadableAnswer(address=address, reason=type(error).__name__) from None
            wanted = FIRST_PAUSE * 2 ** (attempt - 1) if pause is None else pause
            if wanted > LONGEST_PAUSE:
                raise EgovUnreachable(address=address, reason=reason, attempts=attempt)
            if attempt < ATTEMPTS:
                self._clock.wait(wanted)
        raise EgovUnreachable(address=address, reason=reason, attempts=ATTEMPTS)

    def pieces(self, answer: httpx.Response, body: Iterator[bytes], most: int) -> Iterator[bytes]:
        """The pieces of a body, within its bounds of size and time."""
        begun = self._clock.now()
        size = 0
        for chunk in body:
            size += len(chunk)
            if size > most:
                raise AnswerTooLarge(address=_plain(answer), limit=most // 1_000_000)
            if self._clock.now() - begun > self._seconds:
                raise _TryAgain("遅すぎる応答 / too slow")
            yield chunk

    @contextmanager
    def _answer(
        self, address: str, parameters: Mapping[str, str], headers: Mapping[str, str]
    ) -> Iterator[httpx.Response]:
        now = self._clock.now()
        if self._last is not None and now - self._last < self._interval:
            self._clock.wait(self._interval - (now - self._last))
        self._last = self._clock.now()
        self.requests += 1
        with self._http.stream("GET", address, params=dict(parameters), headers=dict(headers)) as answer:
            if answer.status_code in _AGAIN:
                raise _TryAgain(f"HTTP {answer.status_code}", self._retry_after(answer))
            if answer.status_code not in (200, 206, 416):
                raise self._refusal(answer)
            yield answer

    def _retry_after(self, answer: httpx.Response) -> float | None:
        """``Retry-After`` in seconds (RFC 9110 §10.2.3: seconds or a date)."""
        told = answer.headers.get("retry-after", "").strip()
        if told.isascii() and told.isdigit():
            return float(told[:9])
        try:
            day: datetime = parsedate_to_datetime(told)
        except ValueError:
            return None
        return max(0.0, day.timestamp() - self._clock.since_epoch())

    def _refusal(self, answer: httpx.Response) -> HashiraError:
        """The error of the server: its body is ``{"code": …, "message": …}``."""
        body = bytearray()
        for chunk in self.pieces(answer, answer.iter_bytes(), 10_000_000):
            body += chunk
        try:
            told = orjson.loads(body)
        except ValueError:
            told = {}
        told = told if isinstance(told, dict) else {}
        reason = f"{told.get('code') or ''} {told.get('message') or ''}".strip()[:300]
        return EgovRefusal(address=_plain(answer), status=answer.status_code, reason=reason)


def _plain(answer: httpx.Response) -> str:
    return str(answer.request.url.copy_with(query=None))
