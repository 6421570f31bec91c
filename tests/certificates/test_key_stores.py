"""Keys in encrypted files and in an HSM (SoftHSM2), up to a seal that a verifier believes."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hashira.certificates.adapters.development_pki import development_pki
from hashira.certificates.adapters.file_signer import (
    DevelopmentKeyWarning,
    FileKeyStore,
    KeyExposed,
    KeyLocked,
    PassphraseMissing,
    passphrase_from,
)
from hashira.certificates.adapters.key_store import KeyExists, KeyNotFound
from hashira.certificates.domain import p256, vds_nc
from hashira.certificates.domain.content import Holder, ShownDose
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import CertificateUntrusted, NotVerified

PASSPHRASE = b"correct horse battery staple"
AT = datetime(2026, 11, 23, tzinfo=UTC)
DOSE = ShownDose(
    date="2026-10-01",
    product="COMIRNATY",
    code_system="http://id.who.int/icd11/mms",
    code="XM0GQ8",
    lot="FC9880",
    centre="Development",
    country="UTO",
    number=1,
)
HOLDER = Holder(name="ERIKSSON ANNA MARIA", birth_date="1974-08-12", document_number="L898902C3")


def test_a_key_file_is_for_its_owner_and_its_passphrase(tmp_path: Path) -> None:
    with pytest.warns(DevelopmentKeyWarning):
        made = FileKeyStore(tmp_path, passphrase=PASSPHRASE).create("shc")
    (path,) = tmp_path.glob("*.key.pem")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.warns(DevelopmentKeyWarning):
        again = FileKeyStore(tmp_path, passphrase=PASSPHRASE).open("shc")
    assert again.public_key_spki == made.public_key_spki
    p256.check_signature(made.public_key_spki, b"message", again.sign(b"message"))
    with pytest.raises(KeyLocked):
        FileKeyStore(tmp_path, passphrase=b"another passphrase").open("shc")
    with pytest.raises(KeyExists):
        FileKeyStore(tmp_path, passphrase=PASSPHRASE).create("shc")
    with pytest.raises(KeyNotFound):
        FileKeyStore(tmp_path, passphrase=PASSPHRASE).open("other")
    path.chmod(0o644)
    with pytest.raises(KeyExposed):
        FileKeyStore(tmp_path, passphrase=PASSPHRASE).open("shc")


def test_openssl_reads_the_key_file(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    assert openssl is not None
    with pytest.warns(DevelopmentKeyWarning):
        made = FileKeyStore(tmp_path, passphrase=PASSPHRASE).create("shc")
    command = (
        openssl,
        "pkey",
        "-in",
        tmp_path / "shc.key.pem",
        "-passin",
        "stdin",
        "-pubout",
        "-outform",
        "DER",
    )
    answer = subprocess.run(command, input=PASSPHRASE + b"\n", capture_output=True, check=True)
    assert answer.stdout == made.public_key_spki


def test_a_passphrase_is_needed_and_not_short() -> None:
    for environment in ({}, {"HASHIRA_KEY_PASSPHRASE": "short"}):
        with pytest.raises(PassphraseMissing):
            passphrase_from(environment)
    assert passphrase_from({"HASHIRA_KEY_PASSPHRASE": PASSPHRASE.decode()}) == PASSPHRASE


def test_a_seal_of_the_development_authority_is_believed_where_it_is_trusted(tmp_path: Path) -> None:
    with pytest.warns(DevelopmentKeyWarning):
        pki = development_pki(FileKeyStore(tmp_path, passphrase=PASSPHRASE), at=AT)
    seal = vds_nc.issue(
        holder=HOLDER, doses=(DOSE,), issuer="UTO", uvci="ABCDEFGH1234", signer=pki.signer, at=AT
    )
    verified = vds_nc.verify(seal, trust=TrustStore(anchors=(pki.authority,)), at=AT)
    assert verified.content.holder.name == "ERIKSSON ANNA MARIA"
    assert verified.content.doses[0].lot == "FC9880"
    with pytest.raises(CertificateUntrusted):
        vds_nc.verify(seal, trust=TrustStore(), at=AT)
    with pytest.warns(DevelopmentKeyWarning):
        other = development_pki(FileKeyStore(tmp_path / "other", passphrase=PASSPHRASE), at=AT)
    with pytest.raises(NotVerified):
        vds_nc.verify(seal, trust=TrustStore(anchors=(other.authority,)), at=AT)


# The library of a token reads its configuration once a process, so the HSM is tried in one of its own.
_IN_A_PROCESS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from hashira.certificates.adapters.pkcs11_signer import Pkcs11KeyStore
from hashira.certificates.domain import p256

module, folder = Path(sys.argv[1]), Path(sys.argv[2])
store = Pkcs11KeyStore(module=module, token="hashira", pin="123456", certificates=folder)
made = store.create("shc")
opened = store.open("shc")
assert opened.public_key_spki == made.public_key_spki
with ThreadPoolExecutor(4) as pool:
    signatures = list(pool.map(lambda n: (n, opened.sign(b"%d" % n)), range(40)))
for n, signature in signatures:
    p256.check_signature(made.public_key_spki, b"%d" % n, signature)

store.close()
print("signed", len(signatures))
"""


def test_a_key_in_an_hsm_signs_from_four_threads(tmp_path: Path) -> None:
    util = shutil.which("softhsm2-util")
    modules = [*Path("/usr/lib").rglob("libsofthsm2.so"), *Path("/opt").glob("**/libsofthsm2.so")]
    if util is None or not modules:
        pytest.skip("SoftHSM2 is not installed: signing in an HSM is not checked (apt-get install softhsm2)")
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    environment = os.environ | {"SOFTHSM2_CONF": str(configuration), "PYTHONPATH": "src"}
    make = (util, "--init-token", "--free", "--label", "hashira", "--pin", "123456", "--so-pin", "12345678")
    subprocess.run(make, env=environment, check=True, capture_output=True)
    command = (sys.executable, "-c", _IN_A_PROCESS, str(modules[0]), str(tmp_path / "certificates"))
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "signed 40\n"
