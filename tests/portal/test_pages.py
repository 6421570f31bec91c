"""The pages of the portal and the page for people at a door, over the real settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.certificates.card import Key, card

from hashira.certificates.domain import p256, shc_qr

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(tmp_path: Path, settings: pytest.FixtureRequest) -> Key:
    made = Key()
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [p256.jwk(made.public_key_spki)]}))
    settings.HASHIRA_TRUST = (path,)
    return made


def test_home_names_the_pillars_and_says_what_does_not_work(client: Client) -> None:
    text = client.get("/").content.decode()
    assert "接種証明書" in text
    assert "重点計画" in text
    assert "まだ使えません" in text
    assert "これは政府の公式サイトではありません" in text


def test_home_in_english(client: Client) -> None:
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    text = client.get("/").content.decode()
    assert '<html lang="en">' in text
    assert "Vaccination certificates" in text


def test_every_answer_carries_the_security_headers(client: Client) -> None:
    for path in ("/", "/certificates/verify", "/nothing-here"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_camera_opens_on_the_scanning_page_only(client: Client) -> None:
    assert "camera=(self)" in client.get("/certificates/verify").headers["Permissions-Policy"]
    assert "camera=()" in client.get("/").headers["Permissions-Policy"]


def test_health(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready"}


def test_a_pasted_card_is_verified(client: Client, key: Key) -> None:
    answer = client.post("/certificates/verify", {"text": shc_qr.write(card(key))})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "確認できました" in text
    assert "接種 花子" in text
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_card_of_another_issuer_shows_its_content_as_unverified(client: Client, key: Key) -> None:
    text = client.post("/certificates/verify", {"text": card(Key())}).content.decode()
    assert "発行者を確認できません" in text
    assert "以下の内容は確認されていません" in text


def test_an_uploaded_card_file_is_verified(client: Client, key: Key) -> None:
    octets = json.dumps({"verifiableCredential": [card(key)]}).encode()
    file = SimpleUploadedFile("mine.smart-health-card", octets)
    assert "確認できました" in client.post("/certificates/verify", {"file": file}).content.decode()


def test_nothing_given_is_an_error_that_says_what_to_do(client: Client, key: Key) -> None:
    answer = client.post("/certificates/verify", {})
    assert answer.status_code == 422
    assert "一つにしてください" in answer.content.decode()


def test_a_file_that_is_no_picture_of_a_code_is_an_error_at_the_field(client: Client, key: Key) -> None:
    file = SimpleUploadedFile("broken.png", b"\x89PNG broken")
    answer = client.post("/certificates/verify", {"file": file})
    assert answer.status_code == 422
    assert "CERT-011" in answer.content.decode()


@pytest.mark.shared_data
def test_a_seal_of_a_test_is_said_to_prove_no_vaccination(
    client: Client, key: Key, shared_data: Path
) -> None:
    warned = {
        name: "接種記録がありません"
        in client.post(
            "/certificates/verify", {"text": (shared_data / "certificates/icao" / name).read_text("utf-8")}
        ).content.decode()
        for name in ("test.txt", "jpn-triple-vaccine.txt")
    }
    assert warned == {"test.txt": True, "jpn-triple-vaccine.txt": False}
