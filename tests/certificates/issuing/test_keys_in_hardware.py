"""An installation for production with its keys in an HSM (SoftHSM2), from commands to the resident's page.

Every step is a process of its own, as an operator starts them; the authority of the state is the test.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.certificates.states import Profile, authority, certificate, name

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[3]
PIN = "a-long-pin-1"
ISSUER = "https://certificates.example.jp"

# A resident opens the page, confirms and holds the certificate out: what the browser would send.
VISIT = """
import sys, re, json
from datetime import UTC, datetime
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
from hashira.certificates.services.publication import publish_own_keys
publish_own_keys()
from tests.certificates.people import given, municipality, registered, resident
from hashira.certificates.services.linking import claim_link
from hashira.certificates.store.models import IssuedCertificate
city = municipality()
person = registered(city)
given(city, person, 1)
hanako = resident()
claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=datetime.now(UTC))
client = Client(SERVER_NAME="certificates.example.jp")
session = client.session
session["resident"] = {"id": hanako.id, "at": datetime.now(UTC).isoformat()}
session.save()
client.cookies["__Host-hashira-session"] = session.session_key
def issue(kind, **answers):
    page = f"/certificates/my/{person}/new/{kind}"
    asked = client.get(page, secure=True).content.decode()
    assert 'name="doses"' in asked, asked[:2000]
    request = re.search(r'name="request_id" value="([^"]+)"', asked)[1]
    doses = re.findall(r'name="doses" value="([^"]+)"', asked)
    form = {"request_id": request, "doses": doses, "confirmed": "1"} | answers
    done = client.post(page, form, secure=True)
    assert done.status_code == 302, done.content.decode()[:3000]
    assert client.get(done["Location"], secure=True).status_code == 200
    return IssuedCertificate.objects.get(pk=request).text
from tests.certificates.issuing.test_issuing import ZONE
from hashira.certificates.domain.mrz import write_zone
texts = [issue("card"), issue("seal", zone="\\n".join(write_zone(ZONE)))]
open(sys.argv[1], "w").write(json.dumps(texts))
"""


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, str]:
    util = shutil.which("softhsm2-util")
    found = sorted(Path("/usr").glob("lib*/**/libsofthsm2.so"))
    if util is None or not found:
        if os.environ.get("CI"):
            pytest.fail("SoftHSM2 must be installed in CI")
        pytest.skip(
            "SoftHSM2 is not installed: issuing with an HSM is not checked (apt-get install softhsm2)"
        )
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    (tmp_path / "pin").write_text(PIN)
    (tmp_path / "pin").chmod(0o600)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HASHIRA_")}
    environment = kept | {
        "LANG": "ja_JP.UTF-8",
        "DJANGO_SETTINGS_MODULE": "hashira.portal.settings",
        "PYTHONPATH": str(ROOT),
        "SOFTHSM2_CONF": str(tmp_path / "softhsm2.conf"),
        "HASHIRA_ENVIRONMENT": "production",
        "HASHIRA_DATA_DIR": str(tmp_path / "data"),
        "HASHIRA_HOSTS": "certificates.example.jp",
        "HASHIRA_PKCS11_MODULE": str(found[0]),
        "HASHIRA_PKCS11_TOKEN": "town",
        "HASHIRA_PKCS11_PIN_FILE": str(tmp_path / "pin"),
        "HASHIRA_SHC_ISSUER": ISSUER,
        "HASHIRA_SHC_KEY": "shc-2026",
        "HASHIRA_VDS_KEY": "vds-2026",
        "HASHIRA_STATE": "JPN",
        "HASHIRA_ISSUING_AUTHORITY": "Example_Town",
    }
    subprocess.run(
        (util, "--init-token", "--free", "--label", "town", "--pin", PIN, "--so-pin", "an-officers-pin"),
        env=environment, check=True, capture_output=True,
    )  # fmt: skip
    return environment


def hashira(
    environment: dict[str, str], *arguments: str, expect: int = 0, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-c", "from hashira.portal.command import main; main()", *arguments)
    folder = Path(environment["HASHIRA_DATA_DIR"]).parent
    done = subprocess.run(command, env=environment, input=typed, capture_output=True, text=True, cwd=folder)
    assert done.returncode == expect, done.stdout + done.stderr
    return done


def test_a_resident_gets_certificates_signed_inside_the_hsm(
    installation: dict[str, str], tmp_path: Path
) -> None:
    making, asking, attaching, *checking = commands_of_the_guide()
    hashira(installation, *making)
    made = json.loads(hashira(installation, *checking[0], "--json").stdout)
    assert (made["store"], made["certificates"]) == ("pkcs11", 0)
    assert "CERT-055" in hashira(installation, *making, expect=3).stderr
    hashira(installation, *asking)
    issue_as_the_state(tmp_path)
    wrong = hashira(installation, "certificates", "keys", "attach", "vds-2026", "csca.pem", expect=3)
    assert "CERT-056" in wrong.stderr
    hashira(installation, *attaching)
    assert json.loads(hashira(installation, *checking[1], "--json").stdout)["certificates"] == 2

    doing = subprocess.run(
        (sys.executable, "-c", VISIT, str(tmp_path / "texts")),
        env=installation, capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert doing.returncode == 0, doing.stderr[-4000:]
    for number, text in enumerate(json.loads((tmp_path / "texts").read_text())):
        (tmp_path / f"{number}.txt").write_text(text)
        judged = hashira(installation, "certificates", "verify", "--json", f"{number}.txt")
        (one,) = json.loads(judged.stdout)["certificates"]
        assert one["verdict"] == "verified"
        if number == 0:
            assert one["evidence"]["kid"] == made["kid"]
    # Nothing private lies on the disk: certificates, which are public, and no key file.
    kept = sorted(path.name for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert "vds-2026.crt.pem" in kept
    for path in (tmp_path / "data").rglob("*"):
        assert not path.name.endswith(".key.pem")
        if path.is_file():
            assert b"PRIVATE KEY" not in path.read_bytes(), path


def commands_of_the_guide() -> list[list[str]]:
    """The commands of docs/how-to/hsm.md, in its order, as their arguments."""
    page = (ROOT / "docs/how-to/hsm.md").read_text("utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    found = [shlex.split(line)[1:] for line in lines if line.startswith("hashira ")]
    assert [words[2] for words in found] == ["create", "create", "attach", "check", "check"]
    return found


def issue_as_the_state(tmp_path: Path) -> None:
    """What the authority of the state answers to the signing request."""
    asked = x509.load_pem_x509_csr((tmp_path / "request.pem").read_bytes())
    assert asked.is_signature_valid
    today = datetime.now(UTC).replace(microsecond=0)
    month, year = timedelta(days=30), timedelta(days=365)
    state = name("JP", "Example CSCA")
    csca = authority(subject=state, state="JPN", begins=today - month, signs=(today - month, today + year))
    profile = Profile(
        subject=asked.subject,
        state="JPN",
        begins=today - timedelta(days=1),
        signs=(today - timedelta(days=1), today + year),
    )
    issued = certificate(profile, public=asked.public_key(), issuer=state, issuer_key=csca.private)
    for file, der in (("signer.pem", issued), ("csca.pem", csca.der)):
        octets = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        (tmp_path / file).write_bytes(octets)


def test_the_pin_is_asked_for_where_no_setting_has_it(installation: dict[str, str]) -> None:
    del installation["HASHIRA_PKCS11_PIN_FILE"]
    made = hashira(installation, "certificates", "keys", "create", "asked", typed=PIN + "\n")
    assert PIN not in made.stdout + made.stderr
    hashira(installation | {"HASHIRA_PKCS11_PIN": PIN}, "certificates", "keys", "check", "asked")
    refused = hashira(installation, "certificates", "keys", "check", "asked", typed="another-pin\n", expect=3)
    assert "CERT-063" in refused.stderr


def test_a_file_key_is_made_by_the_same_command(installation: dict[str, str], tmp_path: Path) -> None:
    for variable in [key for key in installation if key.startswith("HASHIRA_PKCS11")]:
        del installation[variable]
    assert "CERT-060" in hashira(installation, "certificates", "keys", "create", "one", expect=3).stderr
    with_words = installation | {"HASHIRA_KEY_PASSPHRASE": "correct horse battery staple"}
    hashira(with_words, "certificates", "keys", "create", "one")
    assert (tmp_path / "data/keys/one.key.pem").read_bytes().startswith(b"-----BEGIN ENCRYPTED")
    half = hashira(with_words, "certificates", "keys", "create", "two", "--request", "r.pem", expect=2)
    assert "--country" in half.stderr
    assert not (tmp_path / "data/keys/two.key.pem").exists()
