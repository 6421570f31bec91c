"""Fetching lists of trust: https only, bounded in size, time and redirects, or from a folder (リストの取得).

What comes back is believed by nobody before its signature is checked; here it is only kept from doing harm.
The proxy is that of the environment (``HTTPS_PROXY``, ``NO_PROXY``), as everywhere on the machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import orjson

from hashira.certificates.adapters.trust_source import Kind, Source
from hashira.certificates.domain import strict_json
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_LIST = 64 * 1024 * 1024
MAX_SIGNATURE = 64 * 1024
MAX_REDIRECTS = 3
_TIMEOUT = httpx.Timeout(10.0)
TOTAL_SECONDS = 120.0
_MOST_KEYS = 100


class ListNotFetched(HashiraError):
    """Details: ``name``, ``reason``."""

    code = "CERT-203"
    what = Bilingual("信頼リストを取得できません", "The trust list cannot be fetched")
    why = Bilingual("{name}: {reason}", "{name}: {reason}")
    remedy = Bilingual(
        "何も変更していません。通信とアドレスを確かめ、もう一度試してください",
        "Nothing was changed. Check the network and the address, then try again",
    )
    status = 502


@dataclass(frozen=True, slots=True)
class Fetched:
    """A list as it came."""

    octets: bytes
    signature: bytes
    etag: str = ""


Open = Callable[[], httpx.Client]


def client() -> httpx.Client:
    """The client of every download; redirects are followed here, by hand."""
    return httpx.Client(timeout=_TIMEOUT, follow_redirects=False, headers={"Accept-Encoding": "identity"})


def fetch(
    source: Source, *, etag: str = "", opened: Open = client, seconds: float = TOTAL_SECONDS
) -> Fetched | None:
    """The list and its signature; ``None`` where the server says that it has not changed.

    Raises ``ListNotFetched``.
    """
    if not source.location.startswith("https://"):
        if "://" in source.location:
            raise _not(source, "https:// ではありません", "it is not https://")
        return _from_folder(source)
    deadline = time.monotonic() + seconds
    try:
        with opened() as http:
            if source.kind is Kind.ISSUER:
                return Fetched(_issuer(http, source, deadline), b"")
            got = _get(http, source, source.location, MAX_LIST, deadline, etag)
            if got is None:
                return None
            signature = b""
            if source.signature_location:
                found = _get(http, source, source.signature_location, MAX_SIGNATURE, deadline)
                signature = found[0] if found else b""
            return Fetched(got[0], signature, got[1])
    except httpx.HTTPError as error:
        raise _not(source, f"通信に失敗しました（{type(error).__name__}）", type(error).__name__) from error


def _get(
    http: httpx.Client, source: Source, address: str, most: int, deadline: float, etag: str = ""
) -> tuple[bytes, str] | None:
    for _ in range(MAX_REDIRECTS + 1):
        if urlsplit(address).scheme != "https":
            raise _not(source, "https ではない所へ移されました", "it leads to an address that is not https")
        headers = {"If-None-Match": etag} if etag else {}
        with http.stream("GET", address, headers=headers) as answer:
            if answer.has_redirect_location:
                address = urljoin(address, answer.headers["location"])
                continue
            if answer.status_code == httpx.codes.NOT_MODIFIED and etag:
                return None
            if answer.status_code != httpx.codes.OK:
                raise _not(source, f"HTTP {answer.status_code}", f"HTTP {answer.status_code}")
            if "text/html" in answer.headers.get("content-type", ""):
                raise _not(source, "HTMLのページが返りました", "an HTML page came back")
            return _body(answer, source, most, deadline), answer.headers.get("etag", "")[:200]
    raise _not(source, "転送が多すぎます", "too many redirects")


def _body(answer: httpx.Response, source: Source, most: int, deadline: float) -> bytes:
    """At most ``most`` octets, and no longer than the deadline: a server may send a drop at a time."""
    announced = answer.headers.get("content-length", "")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise _not(source, "圧縮された応答は読みません", "a compressed answer is not read")
    if announced.isdigit() and int(announced) > most:
        raise _not(source, "大きすぎます", "it is too large")
    octets = bytearray()
    for chunk in answer.iter_raw():
        octets += chunk
        if len(octets) > most:
            raise _not(source, "大きすぎます", "it is too large")
        if time.monotonic() > deadline:
            raise _not(source, "時間がかかりすぎます", "it takes too long")
    return bytes(octets)


def _issuer(http: httpx.Client, source: Source, deadline: float) -> bytes:
    """The key set of an issuer with the revocation list of each key that says it has one.

    The form is that of one entry of the VCI directory. SMART Health Cards 1.4.0, "Revocation": a list is at
    ``<iss>/.well-known/crl/<kid>.json``.
    """
    base = f"{source.location}/.well-known"
    keys = _object(source, _get(http, source, f"{base}/jwks.json", MAX_LIST, deadline)).get("keys")
    if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
        raise _not(source, "鍵の一覧ではありません", "it is no key set")
    lists: list[Any] = []
    for key in keys:
        kid = key.get("kid") if isinstance(key, dict) else None
        if isinstance(kid, str) and kid.replace("-", "").replace("_", "").isalnum() and "crlVersion" in key:
            listed = _object(source, _get(http, source, f"{base}/crl/{kid}.json", MAX_LIST, deadline))
            if listed.get("kid") != kid:
                raise _not(source, "失効リストが別の鍵のものです", "a revocation list is of another key")
            lists.append(listed)
    entry = {"issuer": {"iss": source.location}, "keys": keys, "crls": lists}
    return orjson.dumps({"issuerInfo": [entry]})


def _object(source: Source, got: tuple[bytes, str] | None) -> dict[str, Any]:
    try:
        document = strict_json.read(got[0]) if got else None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise _not(source, "JSONではありません", "it is not JSON")
    return document


def _from_folder(source: Source) -> Fetched:
    """A file, with its signature beside it: under its own location, or the name with .sig in its place."""
    path = Path(source.location)
    signature = Path(source.signature_location) if source.signature_location else path.with_suffix(".sig")
    try:
        if path.stat().st_size > MAX_LIST:
            raise _not(source, "大きすぎます", "it is too large")
        octets = path.read_bytes()
        named = signature.is_file() and signature.stat().st_size <= MAX_SIGNATURE
        return Fetched(octets, signature.read_bytes() if named else b"")
    except OSError as error:
        raise _not(source, f"{path.name} を開けません", f"{path.name} cannot be opened") from error


def _not(source: Source, ja: str, en: str) -> ListNotFetched:
    return ListNotFetched(name=source.name, reason=Bilingual(ja, en))
