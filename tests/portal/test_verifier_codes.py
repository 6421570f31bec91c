"""The reading of a photograph for the verifier's app: bounded, and nothing of it is kept."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from hashira.certificates.web import verifier
from hashira.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
ADDRESS = "/certificates/verifier/codes"


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


def sent(octets: bytes, **headers: str) -> Any:
    client = Client(headers={"host": "localhost", **headers}, enforce_csrf_checks=True)
    return client.post(ADDRESS, {"picture": SimpleUploadedFile("x.png", octets, "image/png")})


def png(text: str) -> bytes:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    stream = io.BytesIO()
    Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=3)).save(stream, "PNG")
    return stream.getvalue()


def test_the_codes_of_a_picture() -> None:
    answer = sent(png("HC1:6BF"))
    assert (answer.status_code, answer.json()) == (200, {"texts": ["HC1:6BF"]})
    assert "no-cache" in answer.headers["Cache-Control"]


def test_a_page_older_than_its_token_is_answered_and_nobody_is_asked_who_they_are() -> None:
    assert sent(png("x")).status_code == 200


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_holds_no_code_says_why(language: str) -> None:
    blank = io.BytesIO()
    Image.new("L", (50, 50), 255).save(blank, "PNG")
    answer = sent(blank.getvalue(), **{"accept-language": language})
    assert answer.status_code == 422
    assert answer.json()["texts"] == []
    assert ("code" in answer.json()["reason"]) is (language == "en")
    assert sent(b"\x89PNG broken").status_code == 422


def test_too_much_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what the request says of itself: its body is not touched, so nothing lands on the disk."""

    def touched(self: object) -> None:
        raise AssertionError("the body was read")

    monkeypatch.setattr("django.core.handlers.wsgi.WSGIRequest._load_post_and_files", touched)
    client = Client(headers={"host": "localhost"})
    length = str(verifier._MAX_PICTURE + 10_000)
    answer = client.post(ADDRESS, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=length)
    assert answer.status_code == 422
    monkeypatch.undo()
    assert client.post(ADDRESS, {}).status_code == 422, "no picture"


def test_many_pixels_in_few_octets_are_refused() -> None:
    stream = io.BytesIO()
    Image.new("1", (30_000, 2_000)).save(stream, "PNG")
    assert len(stream.getvalue()) < 100_000
    assert sent(stream.getvalue()).status_code == 422


@pytest.mark.usefixtures("standing_clock")
def test_its_rate_is_bounded() -> None:
    statuses = [sent(b"x").status_code for _ in range(121)]
    assert statuses == [200] * 120 + [429]


def test_nothing_of_a_large_picture_is_left(tmp_path: Path, settings: Any) -> None:
    """One beyond what Django keeps in memory lies on the disk while it is read, and is gone afterwards."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    before = AuditEvent.objects.count()
    assert sent(png("HC1:6BF")).status_code == 200
    assert list(tmp_path.iterdir()) == []
    assert AuditEvent.objects.count() == before
