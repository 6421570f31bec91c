"""``hashira certificates verify`` as a person or a script calls it: real processes, real files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from tests.certificates.card import ISSUER, Key, card, dose

from hashira.certificates.adapters import qr_image
from hashira.certificates.domain import p256, shc_qr
from hashira.certificates.domain.content import Holder

pytestmark = pytest.mark.long
HASHIRA = (sys.executable, "-c", "from hashira.portal.command import main; main()")


@pytest.fixture(scope="module")
def key() -> Key:
    return Key()


@pytest.fixture
def trust(tmp_path: Path, key: Key) -> Path:
    path = tmp_path / "trust" / "jwks.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"keys": [p256.jwk(key.public_key_spki)]}))
    return path.parent


def verify(
    *arguments: object, text: str | None = None, lang: str = "ja_JP.UTF-8"
) -> subprocess.CompletedProcess[str]:
    command = (*HASHIRA, "certificates", "verify", *map(str, arguments))
    environment = {"LANG": lang, "PYTHONPATH": "src", "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"}
    return subprocess.run(command, input=text, capture_output=True, text=True, env=environment, timeout=60)


def picture(text: str, path: Path) -> None:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=3)).save(path)


def test_a_good_card_ends_with_0_and_says_what_it_rests_on(key: Key, trust: Path) -> None:
    answer = verify("--trust", trust, "--json", text=shc_qr.write(card(key)))
    assert answer.returncode == 0, answer.stderr
    (document,) = json.loads(answer.stdout)["certificates"]
    assert document["verdict"] == "verified"
    assert document["evidence"]["key_source"] == "jwks.json"
    assert document["content"]["holder"]["name"] == "接種 花子"
    assert document["error"] is None


def test_people_read_it_in_their_language(key: Key, trust: Path) -> None:
    text = shc_qr.write(card(key))
    assert "○ verified  真正です" in verify("--trust", trust, text=text).stdout
    assert "○ verified  Genuine" in verify("--trust", trust, text=text, lang="en_GB.UTF-8").stdout


def test_another_issuer_ends_with_1_untrusted(trust: Path) -> None:
    answer = verify("--trust", trust, text=shc_qr.write(card(Key())))
    assert answer.returncode == 1
    assert "untrusted" in answer.stdout
    assert "CERT-002" in answer.stdout


def test_without_any_trust_nothing_is_verified(key: Key) -> None:
    assert verify("--json", text=card(key)).returncode == 1


def test_a_picture_of_the_code_is_read(key: Key, trust: Path, tmp_path: Path) -> None:
    picture(shc_qr.write(card(key)), tmp_path / "code.png")
    assert verify("--trust", trust, tmp_path / "code.png").returncode == 0


def test_a_picture_without_a_code_ends_with_2(trust: Path, tmp_path: Path) -> None:
    Image.new("L", (60, 60), 255).save(tmp_path / "white.png")
    answer = verify("--trust", trust, tmp_path / "white.png")
    assert answer.returncode == 2
    assert "CERT-011" in answer.stderr


def test_a_card_file_with_two_cards_needs_both(key: Key, trust: Path, tmp_path: Path) -> None:
    path = tmp_path / "cards.smart-health-card"
    path.write_text(json.dumps({"verifiableCredential": [card(key), card(Key())]}))
    answer = verify("--trust", trust, "--json", path)
    assert answer.returncode == 1
    assert [document["verdict"] for document in json.loads(answer.stdout)["certificates"]] == [
        "verified",
        "untrusted",
    ]


def test_codes_on_several_lines_are_cards_of_their_own_and_chunks_are_one(key: Key, trust: Path) -> None:
    digits = shc_qr.write(card(key, doses=(dose(9),)))[5:]
    lines = (shc_qr.write(card(key)), f"shc:/2/2/{digits[400:]}", f"shc:/1/2/{digits[:400]}")
    answer = verify("--trust", trust, "--json", text="\n".join(lines))
    assert answer.returncode == 0, answer.stderr
    first, second = json.loads(answer.stdout)["certificates"]
    assert {len(document["content"]["doses"]) for document in (first, second)} == {1, 2}


def test_trust_can_be_bound_to_an_issuer(key: Key, trust: Path) -> None:
    text, keys = shc_qr.write(card(key)), trust / "jwks.json"
    bound = verify("--trust", f"{ISSUER}={keys}", "--json", text=text)
    assert bound.returncode == 0, bound.stderr
    assert "issuer" in json.loads(bound.stdout)["certificates"][0]["evidence"]["checks"]
    assert verify("--trust", f"https://other.example={keys}", text=text).returncode == 1


def test_a_code_cut_short_says_of_what_format_it_is(key: Key, trust: Path) -> None:
    answer = verify("--trust", trust, text=shc_qr.write(card(key))[:-2], lang="en_US.UTF-8")
    assert answer.returncode == 1
    assert "× malformed" in answer.stdout
    assert "Format: SMART Health Card" in answer.stdout


def test_what_a_stranger_wrote_cannot_move_the_terminal(key: Key, trust: Path) -> None:
    evil = "接種　\x1b[2J\x1b[1;32m○ verified[bold]\u202e"
    text = shc_qr.write(card(Key(), holder=Holder(name=evil, birth_date=None)))
    answer = verify("--trust", trust, text=text)
    assert answer.returncode == 1
    assert "接種　" in answer.stdout
    assert not {"\x1b", "\u202e"} & set(answer.stdout)


def test_no_text_at_all_is_not_verified(trust: Path) -> None:
    answer = verify("--trust", trust, "--json", text="")
    assert answer.returncode == 1
    assert json.loads(answer.stdout)["certificates"][0]["verdict"] == "unsupported"


@pytest.mark.parametrize("arguments", [("--trust", "missing"), ("--at", "yesterday"), ("missing.png",)])
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    answer = verify(*arguments, text="shc:/")
    assert answer.returncode == 2
    assert answer.stderr
    assert not answer.stdout


def test_a_time_before_the_issue_is_outside_the_validity(key: Key, trust: Path) -> None:
    assert "expired" in verify("--trust", trust, "--at", "2021-01-01", text=card(key)).stdout


def loaded_by(program: str, *, text: str = "") -> set[str]:
    """The modules that a fresh interpreter holds after the program."""
    done = subprocess.run(
        (sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules, file=sys.stderr)"),
        input=text,
        capture_output=True,
        text=True,
        cwd="src",
        env={"PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
        check=True,
    )
    return set(done.stderr.split())


def test_a_whole_verification_loads_neither_the_web_nor_the_reader_of_pictures(key: Key, trust: Path) -> None:
    arguments = ["hashira", "certificates", "verify", "--trust", str(trust)]
    program = (
        f"import sys; sys.argv = {arguments!r}\n"
        "from hashira.portal.command import main\n"
        "main(standalone_mode=False)"
    )
    loaded = loaded_by(program, text=shc_qr.write(card(key)))
    assert {"hashira.certificates.domain.shc", "rich"} <= loaded
    assert not {"django", "dbos", "cedarpy", "zxingcpp", "PIL", "httpx", "sqlite3"} & loaded


def test_the_domain_of_cards_loads_little_beside_cryptography(key: Key) -> None:
    loaded = loaded_by("import hashira.certificates.domain.shc")
    assert not {"django", "asn1crypto", "click", "rich", "cryptography.x509", "hashira.portal"} & loaded


def test_a_drawn_code_is_read_by_another_reading(key: Key) -> None:
    """The path is painted module by module, and the picture read."""
    text = shc_qr.write(card(key))
    path, size = qr_image.draw(text)
    image = Image.new("L", (size, size), 255)
    for piece in path.split("M")[1:]:
        x, rest = piece.split(" ", 1)
        y, length = rest.split("h")[0], rest.split("h")[1].split("v")[0]
        for step in range(int(length)):
            image.putpixel((int(x) + step, int(y)), 0)
    (read,) = zxingcpp.read_barcodes(image.resize((size * 4, size * 4), Image.Resampling.NEAREST))
    assert read.text == text
    assert size <= 105 + 8  # version 22 at most, with its quiet zone


@pytest.mark.shared_data
def test_a_seal_of_a_test_is_said_to_prove_no_vaccination(shared_data: Path) -> None:
    seals = shared_data / "certificates/icao"
    assert "接種の証明ではありません" in verify(seals / "test.txt").stdout
    assert "接種の証明ではありません" not in verify(seals / "jpn-triple-vaccine.txt").stdout
