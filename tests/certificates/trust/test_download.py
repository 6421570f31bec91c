"""Downloads from a server that lies: nothing of it harms, and nothing of it is taken (TLS on loopback)."""

from __future__ import annotations

import gzip
import http.server
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.certificates.card import Key

from hashira.certificates.adapters import trust_download
from hashira.certificates.adapters.trust_download import ListNotFetched, fetch
from hashira.certificates.adapters.trust_source import Kind, Source, authenticate
from hashira.certificates.domain import p256

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A server on the loopback; each path answers as it is told."""

    port: int
    client: Callable[[], httpx.Client]
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def address(self, path: str = "/list.json") -> str:
        return f"https://127.0.0.1:{self.port}{path}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .sign(key, SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "tls.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[Server]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            made.answers.get(self.path, answer(b"", status=404))(self)

        def log_message(self, *arguments: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Quiet(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A reader that hangs up is what is tried here."""

    listening = Quiet(("127.0.0.1", 0), Handler)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    trusting = ssl.create_default_context(cafile=str(certificate))
    made = Server(
        listening.server_port,
        lambda: httpx.Client(verify=trusting, timeout=2.0, follow_redirects=False, trust_env=False),
    )
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    listening.shutdown()
    listening.server_close()
    thread.join()


def answer(body: bytes, *, status: int = 200, **headers: str) -> Answer:
    def give(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        sent = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, value in (sent | {n.replace("_", "-"): v for n, v in headers.items()}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return give


def source(server: Server, path: str = "/list.json", **more: Any) -> Source:
    return Source("x", Kind.PLAIN, server.address(path), unsigned=True, **more)


def got(server: Server, path: str = "/list.json", **more: Any) -> Any:
    return fetch(source(server, path), opened=server.client, **more)


def test_a_list_and_its_signature_are_fetched(server: Server) -> None:
    server.answers = {"/list.json": answer(b"[1]", ETag='"a"'), "/list.sig": answer(b"sig")}
    there = source(server, signature_location=server.address("/list.sig"))
    fetched = fetch(there, opened=server.client)
    assert fetched == trust_download.Fetched(b"[1]", b"sig", '"a"')


def test_a_list_that_has_not_changed_is_not_sent_again(server: Server) -> None:
    def give(handler: http.server.BaseHTTPRequestHandler) -> None:
        same = handler.headers.get("If-None-Match") == '"a"'
        answer(b"" if same else b"[1]", status=304 if same else 200, ETag='"a"')(handler)

    server.answers = {"/list.json": give}
    assert got(server).octets == b"[1]"
    assert got(server, etag='"a"') is None


def cut_off(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"[1")


def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" " * 65536)


def drop_by_drop(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    stop = threading.Event()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        if stop.wait(0.05):
            return


def silent(handler: http.server.BaseHTTPRequestHandler) -> None:
    threading.Event().wait(1.0)


LIES: dict[str, Answer] = {
    "cut off": cut_off,
    "endless": endless,
    "drop by drop": drop_by_drop,
    "a page": answer(b"<html>", Content_Type="text/html; charset=utf-8"),
    "announced too large": answer(b"", Content_Length=str(1 << 40)),
    "compressed": answer(gzip.compress(b" " * 1000), Content_Encoding="gzip"),
    "error": answer(b"", status=500),
    "not changed, unasked": answer(b"", status=304),
    "to http": answer(b"", status=302, Location="http://127.0.0.1/list.json"),
    "to a file": answer(b"", status=302, Location="file:///etc/passwd"),
    "to itself": answer(b"", status=302, Location="/list.json"),
    "to nowhere": answer(b"", status=302),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_server_that_lies_is_refused_in_bounds(
    server: Server, lie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust_download, "MAX_LIST", 1024 * 1024)
    server.answers = {"/list.json": LIES[lie]}
    begun = time.monotonic()
    with pytest.raises(ListNotFetched):
        got(server, seconds=0.5)
    assert time.monotonic() - begun < 5
    assert len(server.asked) <= trust_download.MAX_REDIRECTS + 1


def test_a_server_that_says_nothing_is_left(server: Server) -> None:
    server.answers = {"/list.json": silent}
    quick = httpx.Client(verify=False, timeout=0.2, trust_env=False)
    with pytest.raises(ListNotFetched):
        fetch(source(server), opened=lambda: quick)


def test_a_server_with_a_certificate_of_its_own_making_is_not_read(server: Server) -> None:
    server.answers = {"/list.json": answer(b"[1]")}
    with pytest.raises(ListNotFetched):
        fetch(source(server), opened=lambda: httpx.Client(timeout=2.0, trust_env=False))
    assert server.asked == []


def test_nothing_but_https_is_fetched() -> None:
    for address in ("http://127.0.0.1/list.json", "ftp://x/y", "file:///etc/passwd"):
        with pytest.raises(ListNotFetched):
            fetch(Source("x", Kind.PLAIN, address, unsigned=True))


def test_redirects_are_followed_a_few_times(server: Server) -> None:
    server.answers = {
        "/list.json": answer(b"", status=301, Location="/a"),
        "/a": answer(b"", status=307, Location="/b"),
        "/b": answer(b"[1]"),
    }
    assert got(server).octets == b"[1]"


def issuer(server: Server, *, ctr: int, rids: list[str], named: str | None = None) -> Source:
    key = Key()
    kid = p256.thumbprint(key.public_key_spki)
    listed = {"kid": named or kid, "method": "rid", "ctr": ctr, "rids": rids}
    server.answers = {
        "/i/.well-known/jwks.json": answer(
            json.dumps({"keys": [p256.jwk(key.public_key_spki) | {"crlVersion": ctr}]}).encode()
        ),
        f"/i/.well-known/crl/{kid}.json": answer(json.dumps(listed).encode()),
    }
    return Source("i", Kind.ISSUER, server.address("/i"), unsigned=True)


def test_keys_and_revocation_lists_of_an_issuer_are_fetched(server: Server) -> None:
    there = issuer(server, ctr=3, rids=["abc.1700000000"])
    fetched = fetch(there, opened=server.client)
    assert fetched is not None
    store = authenticate(there, fetched.octets, b"", at=datetime.now(UTC)).store
    (listed,) = store.revocations
    assert (listed.counter, dict(listed.entries), listed.issuer) == (3, {"abc": 1700000000}, there.location)
    assert store.keys[0].crl_version == 3


def test_an_issuer_that_hands_out_the_list_of_another_key_is_refused(server: Server) -> None:
    there = issuer(server, ctr=3, rids=[], named="other")
    with pytest.raises(ListNotFetched):
        fetch(there, opened=server.client)
