"""Keys in files and the development authority: what goes wrong, and what other software makes of them.

The way that goes right is in ``test_key_stores``.
"""

from __future__ import annotations

import logging
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from tests.certificates.states import authority, signer

from hashira.certificates.adapters.certificate_builder import Subject, signing_request
from hashira.certificates.adapters.development_pki import STATE, authorities, development_pki
from hashira.certificates.adapters.file_signer import (
    DevelopmentKeyWarning,
    FileKeyStore,
    FileSigner,
    KeyExposed,
    KeyFileDamaged,
    KeyLocked,
    PassphraseMissing,
    passphrase_from,
)
from hashira.certificates.adapters.key_configuration import configured_key_store
from hashira.certificates.adapters.key_store import ChainNotFit, KeyLabelWrong
from hashira.certificates.domain import p256
from hashira.certificates.domain.state_certificate import read_certificate
from hashira.certificates.domain.state_code import ISO_3166

OPENSSL = shutil.which("openssl") or "openssl"
PASSPHRASE = b"correct horse battery staple"
AT = datetime(2026, 11, 23, tzinfo=UTC)
MONTHS = timedelta(days=457)

pytestmark = pytest.mark.filterwarnings(
    "ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"
)


@pytest.fixture
def store(tmp_path: Path) -> FileKeyStore:
    return FileKeyStore(tmp_path / "keys", passphrase=PASSPHRASE)


def openssl(*arguments: str | Path, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run((OPENSSL, *map(str, arguments)), input=data, capture_output=True)


def anew(store: FileKeyStore) -> FileKeyStore:
    """The same folder as the next process sees it."""
    return FileKeyStore(store._folder, passphrase=PASSPHRASE)


# --- files


def test_each_opening_warns_in_the_log_and_as_a_warning(
    store: FileKeyStore, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.warns(DevelopmentKeyWarning, match="vds-1"), caplog.at_level(logging.WARNING):
        store.create("vds-1")
    assert any("vds-1" in record.getMessage() for record in caplog.records)
    (listed,) = store.stored()
    assert listed.development


def test_nothing_else_is_left_in_the_folder_and_the_folder_is_the_owners(store: FileKeyStore) -> None:
    store.create("vds-1")
    folder = store._folder
    assert [path.name for path in folder.iterdir()] == ["vds-1.key.pem"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert b"ENCRYPTED" in (folder / "vds-1.key.pem").read_bytes()


def test_no_secret_is_printed(store: FileKeyStore) -> None:
    made = store.create("vds-1")
    assert "horse" not in repr(store) + str(vars(store).keys())
    assert repr(made) == "<FileSigner: development key>"


@pytest.mark.parametrize("label", ["", "../x", "a/b", "A", "a.b", "-a", "a-", "a" * 64, "鍵", "a\n"])
def test_a_label_is_no_path(store: FileKeyStore, label: str) -> None:
    for way in (store.create, store.open):
        with pytest.raises(KeyLabelWrong):
            way(label)


def pem(curve: ec.EllipticCurve, encryption: object) -> bytes:
    key = ec.generate_private_key(curve)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


@pytest.mark.parametrize(
    ("octets", "trouble"),
    [
        (b"", KeyFileDamaged),
        (b"\xff" * 100, KeyFileDamaged),
        (pem(ec.SECP256R1(), NoEncryption()), KeyFileDamaged),  # a key that anybody can read
        (pem(ec.SECP384R1(), BestAvailableEncryption(PASSPHRASE)), KeyFileDamaged),
        (pem(ec.SECP256R1(), BestAvailableEncryption(b"another passphrase")), KeyLocked),
    ],
)
def test_other_files_are_no_key_of_ours(store: FileKeyStore, octets: bytes, trouble: type[Exception]) -> None:
    store.create("good")
    path = store._folder / "bad.key.pem"
    path.write_bytes(octets)
    path.chmod(0o600)
    with pytest.raises(trouble):
        store.open("bad")


def test_a_damaged_file_opens_to_nothing(store: FileKeyStore) -> None:
    store.create("vds-1")
    path = store._folder / "vds-1.key.pem"
    lines = path.read_bytes().split(b"\n")
    lines[-4] = lines[-4][::-1]
    path.write_bytes(b"\n".join(lines))
    with pytest.raises((KeyLocked, KeyFileDamaged)):
        anew(store).open("vds-1")


def test_a_key_that_openssl_made_opens(store: FileKeyStore, tmp_path: Path) -> None:
    plain = openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout").stdout
    password = tmp_path / "password"
    password.write_bytes(PASSPHRASE)
    sealed = openssl("pkcs8", "-topk8", "-scrypt", "-passout", f"file:{password}", data=plain).stdout
    store._folder.mkdir()
    path = store._folder / "foreign.key.pem"
    path.write_bytes(sealed)
    path.chmod(0o600)
    public = openssl("pkey", "-pubout", "-outform", "DER", data=plain).stdout
    opened = store.open("foreign")
    assert opened.public_key_spki == public
    p256.check_signature(public, b"message", opened.sign(b"message"))


def test_signatures_are_64_octets_whatever_their_numbers() -> None:
    """R and S are sometimes short; each still takes 32 octets."""
    made = FileSigner(ec.generate_private_key(ec.SECP256R1()))
    signatures = [made.sign(b"%d" % n) for n in range(600)]
    assert {len(signature) for signature in signatures} == {64}
    assert any(signature[0] == 0 or signature[32] == 0 for signature in signatures)
    for n, signature in enumerate(signatures):
        p256.check_signature(made.public_key_spki, b"%d" % n, signature)


def test_the_passphrase_comes_from_a_file_that_others_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text("correct horse battery staple\n", "utf-8")
    file.chmod(0o600)
    named = {"HASHIRA_KEY_PASSPHRASE_FILE": str(file), "HASHIRA_KEY_PASSPHRASE": "something quite different"}
    assert passphrase_from(named) == PASSPHRASE
    file.chmod(0o604)
    with pytest.raises(KeyExposed):
        passphrase_from(named)
    with pytest.raises(PassphraseMissing):
        passphrase_from({"HASHIRA_KEY_PASSPHRASE_FILE": str(tmp_path / "none")})


def test_without_an_hsm_the_environment_means_files(tmp_path: Path) -> None:
    chosen = configured_key_store({"HASHIRA_KEY_PASSPHRASE": PASSPHRASE.decode()}, folder=tmp_path)
    chosen.create("vds-1")
    assert (tmp_path / "vds-1.key.pem").exists()
    with pytest.raises(PassphraseMissing):
        configured_key_store({}, folder=tmp_path)


# --- certificates beside a key


def test_only_certificates_of_the_key_go_with_it(store: FileKeyStore) -> None:
    made = store.create("vds-1")
    assert made.certificate_chain == ()
    csca = authority()
    for chain in ((), (b"\x30\x00",), (signer(csca).der, csca.der)):
        with pytest.raises(ChainNotFit):
            store.attach("vds-1", chain)
    own = signer(csca, store._opened["vds-1"])
    assert store.attach("vds-1", own.certificate_chain).certificate_chain == own.certificate_chain
    assert anew(store).open("vds-1").certificate_chain == own.certificate_chain
    (store._folder / "vds-1.crt.pem").write_text("no certificate")
    with pytest.raises(ChainNotFit):
        anew(store).open("vds-1")


def test_a_signing_request_is_read_by_others(store: FileKeyStore) -> None:
    made = store.create("vds-1")
    request = signing_request(signer=made, subject=Subject("JP", "Example", "Health", "Example signer"))
    read = x509.load_pem_x509_csr(request)
    assert read.is_signature_valid
    public = read.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert public == made.public_key_spki
    assert read.subject.rfc4514_string() == "CN=Example signer,OU=Health,O=Example,C=JP"
    assert openssl("req", "-verify", "-noout", data=request).returncode == 0


# --- the development authority


def test_openssl_and_cryptography_hold_the_chain(store: FileKeyStore, tmp_path: Path) -> None:
    pki = development_pki(store, at=AT)
    for name, der in (("ca", pki.authority), ("signer", pki.signer.certificate_chain[0])):
        text = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        (tmp_path / f"{name}.pem").write_bytes(text)
    moment = str(int(AT.timestamp()) + 60)
    ca, leaf = tmp_path / "ca.pem", tmp_path / "signer.pem"
    answer = openssl("verify", "-x509_strict", "-attime", moment, "-CAfile", ca, leaf)
    assert answer.returncode == 0, answer.stderr
    below = x509.load_der_x509_certificate(pki.signer.certificate_chain[0])
    below.verify_directly_issued_by(x509.load_der_x509_certificate(pki.authority))
    purposes = below.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert purposes.critical
    assert [purpose.dotted_string for purpose in purposes.value] == ["2.23.136.1.1.14.2"]
    period = below.extensions.get_extension_for_class(x509.PrivateKeyUsagePeriod).value
    assert period.not_before is not None
    assert period.not_after is not None
    assert timedelta(days=450) < period.not_after - period.not_before < timedelta(days=460)


def test_it_is_utopias_and_says_what_it_is_for(store: FileKeyStore) -> None:
    pki = development_pki(store, at=AT)
    assert STATE not in ISO_3166
    for der in (pki.authority, *pki.signer.certificate_chain):
        read = read_certificate(der)
        assert (read.subject_country, read.states) == ("UT", {"UTO"})
        assert "DEVELOPMENT - NOT A STATE" in read.subject_text
    assert "UT" not in ISO_3166.values()


def test_it_is_made_once_and_the_signer_follows_itself_after_15_months(store: FileKeyStore) -> None:
    first = development_pki(store, at=AT)
    again = development_pki(anew(store), at=AT + timedelta(days=300))
    assert (again.authority, again.signer.public_key_spki) == (first.authority, first.signer.public_key_spki)
    later = development_pki(anew(store), at=AT + MONTHS)
    assert later.authority == first.authority
    assert later.signer.public_key_spki != first.signer.public_key_spki
    years_later = development_pki(anew(store), at=AT + timedelta(days=1461))
    assert years_later.authority != first.authority
    assert authorities(store) == (first.authority, years_later.authority)


def test_a_key_left_behind_by_an_interrupted_start_is_passed_over(store: FileKeyStore) -> None:
    store.create("development-csca-20261122-000000")
    store.create("development-vds-20261124-000000")
    pki = development_pki(store, at=AT)
    assert authorities(store) == (pki.authority,)
    assert pki.signer.certificate_chain[1:] == (pki.authority,)
