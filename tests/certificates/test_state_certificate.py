"""Certificates of states as read: the real ones, every curve spelled out, and what is no certificate."""

from __future__ import annotations

import random
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import core, keys, parser
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from tests.certificates.states import authority, signer

from hashira.certificates.domain.named_curve import CURVES, UnknownCurve, read_ec_key
from hashira.certificates.domain.state_certificate import (
    MAX_CERTIFICATE,
    CertificateUnreadable,
    is_signed_by,
    read_certificate,
)

OPENSSL = shutil.which("openssl") or "openssl"
NAMES = {
    "secp256r1": "prime256v1",
    "secp384r1": "secp384r1",
    "secp521r1": "secp521r1",
    "brainpoolP256r1": "brainpoolP256r1",
    "brainpoolP384r1": "brainpoolP384r1",
    "brainpoolP512r1": "brainpoolP512r1",
}


def openssl(*arguments: str, data: bytes = b"") -> bytes:
    return subprocess.run((OPENSSL, *arguments), input=data, capture_output=True, check=True).stdout


# --- real ones


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "serial", "key_id", "self_signed", "expires"),
    [  # as `openssl x509 -text` shows them
        ("csca-jpn-e3", 0xE3, "6ab4f29282bd9647f6ff2a02f7944d749e978463", True, (2035, 6, 19, 5, 15, 19)),
        ("csca-jpn-e5", 0xE5, "6ab4f29282bd9647f6ff2a02f7944d749e978463", False, (2031, 2, 20, 1, 28, 12)),
        ("csca-aus-16f2", 0x16F2, "3617c1e7f56795712e3775708e55833186e9380e", True, (2036, 5, 5, 0, 47, 2)),
        ("csca-aus-16f5", 0x16F5, "3617c1e7f56795712e3775708e55833186e9380e", False, (2032, 6, 1, 1, 49, 2)),
    ],
)
def test_authorities_of_japan_and_australia_are_read(
    shared_data: Path,
    file: str,
    serial: int,
    key_id: str,
    self_signed: bool,
    expires: tuple[int, int, int, int, int, int],
) -> None:
    read = read_certificate((shared_data / f"certificates/trust/{file}.der").read_bytes())
    assert (read.serial, (read.subject_key_id or b"").hex()) == (serial, key_id)
    assert read.not_after == datetime(*expires, tzinfo=UTC)
    assert read.is_authority
    assert read.key_usage == {"key_cert_sign", "crl_sign"}
    assert not read.unknown_critical
    assert read.is_self_signed is self_signed
    # A link certificate carries the name of its state and the signature of an older key.
    assert is_signed_by(read, read) is self_signed


@pytest.mark.shared_data
def test_japans_key_with_its_curve_spelled_out_is_the_key_that_openssl_reads(shared_data: Path) -> None:
    path = shared_data / "certificates/trust/csca-jpn-e3.der"
    spelled_out = openssl("x509", "-inform", "DER", "-in", str(path), "-noout", "-pubkey")
    named = openssl("pkey", "-pubin", "-outform", "DER", "-ec_param_enc", "named_curve", data=spelled_out)
    assert read_certificate(path.read_bytes()).spki == named


# --- curves


@pytest.mark.parametrize("curve", CURVES, ids=lambda known: known.curve.name)
@pytest.mark.parametrize("form", ["uncompressed", "compressed"])
def test_a_curve_that_openssl_spells_out_is_recognised(curve: object, form: str) -> None:
    name = curve.curve.name
    key = openssl("ecparam", "-name", NAMES[name], "-genkey", "-noout")
    explicit = openssl(
        "pkey", "-pubout", "-outform", "DER", "-ec_param_enc", "explicit", "-ec_conv_form", form, data=key
    )
    named = openssl("pkey", "-pubout", "-outform", "DER", data=key)
    spki = keys.PublicKeyInfo.load(explicit)
    assert spki["algorithm"]["parameters"].name == "specified"
    read = read_ec_key(spki)
    assert read.curve.name == name
    assert read.public_numbers() == read_ec_key(keys.PublicKeyInfo.load(named)).public_numbers()


@pytest.fixture(scope="module")
def spelled_out() -> bytes:
    key = openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout")
    return openssl("pkey", "-pubout", "-outform", "DER", "-ec_param_enc", "explicit", data=key)


@pytest.mark.parametrize("part", ["p", "a", "b", "generator", "order", "cofactor"])
def test_one_parameter_that_is_another_is_no_known_curve(spelled_out: bytes, part: str) -> None:
    spki = keys.PublicKeyInfo.load(spelled_out)
    written = spki["algorithm"]["parameters"].chosen
    if part == "p":
        written["field_id"]["parameters"] = core.Integer(CURVES[1].p + 2)
    elif part in ("a", "b"):
        written["curve"][part] = bytes(47) + b"\x07"
    elif part == "generator":  # the point of CVE-2020-0601: any generator makes any key "ours"
        foreign = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
        written["base"] = b"\x04" + foreign.x.to_bytes(48, "big") + foreign.y.to_bytes(48, "big")
    elif part == "order":
        written["order"] = CURVES[1].n - 1
    else:
        written["cofactor"] = 2
    altered = keys.PublicKeyInfo.load(spki.dump(force=True))
    with pytest.raises(UnknownCurve):
        read_ec_key(altered)


def test_unaltered_the_same_way_of_writing_is_recognised(spelled_out: bytes) -> None:
    """So that the test above fails for the parameter and not for the way it is written."""
    spki = keys.PublicKeyInfo.load(spelled_out)
    spki["algorithm"]["parameters"].chosen["cofactor"] = 1
    assert read_ec_key(keys.PublicKeyInfo.load(spki.dump(force=True))).curve.name == "secp384r1"


def test_a_named_curve_outside_the_table_is_refused() -> None:
    key = openssl("ecparam", "-name", "secp256k1", "-genkey", "-noout")
    with pytest.raises(UnknownCurve):
        read_ec_key(keys.PublicKeyInfo.load(openssl("pkey", "-pubout", "-outform", "DER", data=key)))


# --- signatures


@pytest.mark.parametrize("digest", [SHA256(), SHA384(), SHA512()], ids=lambda d: d.name)
@pytest.mark.parametrize(
    "curve", [ec.SECP256R1(), ec.SECP384R1(), ec.BrainpoolP384R1()], ids=lambda c: c.name
)
def test_an_authority_on_any_curve_signs(curve: ec.EllipticCurve, digest: SHA256) -> None:
    ours, other = (authority(ec.generate_private_key(curve), digest=digest) for _ in range(2))
    read = read_certificate(signer(ours, digest=digest).der)
    assert is_signed_by(read, read_certificate(ours.der))
    assert not is_signed_by(read, read_certificate(other.der))


def test_an_authority_with_rsa_signs_in_both_ways() -> None:
    key = rsa.generate_private_key(65537, 2048)
    ours = authority(key)
    assert read_certificate(ours.der).is_self_signed
    for how in (None, padding.PSS(padding.MGF1(SHA384()), 48)):
        digest = SHA384() if how else SHA256()
        read = read_certificate(signer(ours, digest=digest, signing={"rsa_padding": how}).der)
        assert is_signed_by(read, read_certificate(ours.der))


def test_sha1_and_short_rsa_keys_are_not_read(tmp_path: Path) -> None:
    weak = {
        "sha1": ("-newkey", "rsa:2048", "-sha1"),
        "short": ("-newkey", "rsa:1024", "-sha256"),
    }
    for file, how in weak.items():
        key, out = tmp_path / f"{file}.key", tmp_path / f"{file}.der"
        openssl(
            "req", "-x509", "-nodes", "-subj", "/C=UT/CN=weak", *how,
            "-keyout", str(key), "-outform", "DER", "-out", str(out),
        )  # fmt: skip
        with pytest.raises(CertificateUnreadable):
            read_certificate(out.read_bytes())


# --- what is no certificate


def test_what_is_not_exactly_der_is_refused() -> None:
    der = signer(authority()).der
    read_certificate(der)
    inner = parser.parse(der)[4]
    long_length = b"\x30\x83" + len(inner).to_bytes(3, "big") + inner
    indefinite = b"\x30\x80" + inner + b"\x00\x00"
    for wrong in (der + b"\0", der[:-1], long_length, indefinite, b"", b"\x30\x00", b"\0" * 100):
        with pytest.raises(CertificateUnreadable):
            read_certificate(wrong)
    with pytest.raises(CertificateUnreadable):
        read_certificate(der + bytes(MAX_CERTIFICATE))


def test_unused_bits_and_another_outer_algorithm_are_refused() -> None:
    certificate = asn1_x509.Certificate.load(signer(authority()).der)
    tbs, algorithm = (certificate[part].dump() for part in ("tbs_certificate", "signature_algorithm"))
    signature = certificate["signature_value"].native

    def assembled(algorithm: bytes, bits: bytes) -> bytes:
        return bytes(parser.emit(0, 1, 16, tbs + algorithm + parser.emit(0, 0, 3, bits)))

    assert read_certificate(assembled(algorithm, b"\0" + signature)).der == certificate.dump()
    with pytest.raises(CertificateUnreadable):
        read_certificate(assembled(algorithm, b"\1" + signature))
    sha512 = bytes.fromhex("300a06082a8648ce3d040304")
    with pytest.raises(CertificateUnreadable):
        read_certificate(assembled(sha512, b"\0" + signature))


def test_an_extension_that_is_there_twice_is_refused() -> None:
    certificate = asn1_x509.Certificate.load(signer(authority()).der)
    extensions = certificate["tbs_certificate"]["extensions"]
    extensions.append(extensions[0].copy())
    with pytest.raises(CertificateUnreadable, match="twice"):
        read_certificate(certificate.dump(force=True))


@pytest.mark.long
def test_2000_changes_of_a_byte_are_refused_or_no_longer_signed() -> None:
    chance = random.Random(9303)
    ours = authority()
    der = signer(ours).der
    above = read_certificate(ours.der)
    refused = unsigned = 0
    for _ in range(2000):
        changed = bytearray(der)
        changed[chance.randrange(len(der))] ^= chance.randrange(1, 256)
        try:
            read = read_certificate(bytes(changed))
        except CertificateUnreadable:
            refused += 1
            continue
        assert not is_signed_by(read, above)
        unsigned += 1
    assert refused > 100
    assert unsigned > 100


def test_control_characters_of_a_name_do_not_reach_a_terminal() -> None:
    from tests.certificates.states import name

    read = read_certificate(signer(authority(), subject=name(common="\x1b[2Jevil")).der)
    assert "\x1b" not in read.subject_text
