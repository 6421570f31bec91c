"""Signing keys in encrypted files: for development, and it says so (開発用の署名鍵ファイル).

A key is a PKCS#8 file encrypted as PBES2 with scrypt (RFC 7914 §7) and AES-256-CBC, which OpenSSL reads:
``openssl pkey -in vds-signer.key.pem``. The passphrase comes from a file or the environment. Once opened,
the private key lies in the memory of the process; whoever reads that memory has the key. So every opening
warns; production keeps its keys in an HSM (:mod:`pkcs11_signer`).
"""

from __future__ import annotations

import logging
import os
import stat
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path

from asn1crypto import core, parser, pem
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from hashira.certificates.adapters.key_store import (
    KeyExists,
    KeyNotFound,
    StoredKey,
    check_label,
    read_chain,
    write_chain,
    write_file,
)
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

PASSPHRASE_FILE = "HASHIRA_KEY_PASSPHRASE_FILE"  # noqa: S105  # the name of a variable
PASSPHRASE = "HASHIRA_KEY_PASSPHRASE"  # noqa: S105  # the name of a variable
MIN_PASSPHRASE = 16
"""Characters; a file key stands and falls with it."""

_log = logging.getLogger(__name__)
_ECDSA_SHA256 = ec.ECDSA(SHA256())
_HALF = 32
_SUFFIX = ".key.pem"
_MAX_KEY_FILE = 16 * 1024
# OWASP's scrypt parameters for the memory that OpenSSL allows by default (32 MiB): 16 MiB, five times.
_COST, _BLOCK, _PARALLEL = 2**14, 8, 5
_PBES2, _SCRYPT, _AES256_CBC = (
    "1.2.840.113549.1.5.13",
    "1.3.6.1.4.1.11591.4.11",
    "2.16.840.1.101.3.4.1.42",
)


class DevelopmentKeyWarning(UserWarning):
    """A key that is good for development only is in use."""


class KeyLocked(HashiraError):
    """Details: ``label``."""

    code = "CERT-057"
    what = Bilingual("署名鍵を開けません", "The signing key cannot be unlocked")
    why = Bilingual(
        "「{label}」の合言葉が違うか、ファイルが壊れています",
        "The passphrase of {label} is wrong, or its file is damaged",
    )
    remedy = Bilingual(
        "HASHIRA_KEY_PASSPHRASE_FILE が、この鍵を作ったときの合言葉を指しているか確かめてください",
        "Check that HASHIRA_KEY_PASSPHRASE_FILE names the passphrase with which the key was made",
    )
    status = 503


class KeyFileDamaged(HashiraError):
    """Details: ``label``."""

    code = "CERT-058"
    what = Bilingual("署名鍵のファイルを読めません", "The file of the signing key is not readable")
    why = Bilingual(
        "「{label}」は暗号化されたP-256の鍵（PKCS#8）ではありません",
        "{label} is not an encrypted P-256 key (PKCS#8)",
    )
    remedy = Bilingual(
        "控えから戻すか、新しい鍵を作ってください", "Restore it from a backup, or make a new key"
    )
    status = 503


class KeyExposed(HashiraError):
    """Details: ``file``, ``mode``."""

    code = "CERT-059"
    what = Bilingual("署名鍵がほかの利用者にも読めます", "Other users can read the signing key")
    why = Bilingual("{file} の権限が {mode} です", "{file} has mode {mode}")
    remedy = Bilingual("chmod 600 {file} を実行してください", "Run chmod 600 {file}")
    status = 503


class PassphraseMissing(HashiraError):
    """Details: ``reason``."""

    code = "CERT-060"
    what = Bilingual("署名鍵の合言葉がありません", "There is no passphrase for the signing keys")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "16文字以上の合言葉をファイルに書き、HASHIRA_KEY_PASSPHRASE_FILE で指してください",
        "Write one of at least 16 characters to a file and name it in HASHIRA_KEY_PASSPHRASE_FILE",
    )
    status = 503


def passphrase_from(environment: Mapping[str, str]) -> bytes:
    """The passphrase that the environment names: a file first, else the variable itself.

    White space around it is no part of it. Raises ``PassphraseMissing`` or ``KeyExposed``.
    """
    if named := environment.get(PASSPHRASE_FILE):
        path = Path(named)
        try:
            text = read_secret(path)
        except (OSError, UnicodeDecodeError) as error:
            raise PassphraseMissing(
                reason=Bilingual(
                    f"ファイル {path.name} を読めません", f"The file {path.name} is not readable"
                )
            ) from error
    else:
        text = environment.get(PASSPHRASE, "")
    passphrase = text.strip()
    if not passphrase:
        raise PassphraseMissing(reason=Bilingual("設定されていません", "None is configured"))
    if len(passphrase) < MIN_PASSPHRASE:
        raise PassphraseMissing(
            reason=Bilingual(
                f"{MIN_PASSPHRASE}文字より短いものです", f"It has fewer than {MIN_PASSPHRASE} characters"
            )
        )
    return passphrase.encode()


def read_secret(path: Path) -> str:
    """The text of a file that only its owner and group may read, without the white space around it.

    Raises ``KeyExposed``, ``OSError`` or ``UnicodeDecodeError``.
    """
    _check_mode(path)
    return path.read_text("utf-8").strip()


class FileSigner:
    """A ``Signer`` whose private key is in this process."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate_chain: tuple[bytes, ...] = ()) -> None:
        self._key = key
        self._chain = certificate_chain
        self._spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def __repr__(self) -> str:
        return "<FileSigner: development key>"

    @property
    def public_key_spki(self) -> bytes:
        return self._spki

    @property
    def certificate_chain(self) -> tuple[bytes, ...]:
        return self._chain

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(message, _ECDSA_SHA256))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


class FileKeyStore:
    """A ``KeyStore`` in a folder: ``<label>.key.pem``, and ``<label>.crt.pem`` beside it."""

    kind = "file"

    def __init__(self, folder: Path, *, passphrase: bytes) -> None:
        self._folder = folder
        self._passphrase = passphrase
        self._opened: dict[str, ec.EllipticCurvePrivateKey] = {}
        self._lock = threading.Lock()

    def create(self, label: str) -> FileSigner:
        path = self._path(label)
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            write_file(path, _encrypted(key, self._passphrase), mode=0o600, replace=False)
        except FileExistsError as error:
            raise KeyExists(label=label, store=str(self._folder)) from error
        return self.open(label)

    def open(self, label: str) -> FileSigner:
        with self._lock:
            key = self._opened.get(label)
            if key is None:
                key = self._opened[label] = self._read(label)
        return FileSigner(key, read_chain(self._folder, label))

    def stored(self) -> tuple[StoredKey, ...]:
        labels = sorted(path.name.removesuffix(_SUFFIX) for path in self._folder.glob(f"*{_SUFFIX}"))
        return tuple(
            StoredKey(
                label=label,
                store="file",
                spki=None,
                certificate_chain=read_chain(self._folder, label),
                development=True,
            )
            for label in labels
        )

    def attach(self, label: str, chain: tuple[bytes, ...]) -> FileSigner:
        write_chain(self._folder, label, chain, spki=self.open(label).public_key_spki)
        return self.open(label)

    def close(self) -> None:
        """Forgets the keys that were opened."""
        with self._lock:
            self._opened.clear()

    def _path(self, label: str) -> Path:
        return self._folder / f"{check_label(label)}{_SUFFIX}"

    def _read(self, label: str) -> ec.EllipticCurvePrivateKey:
        path = self._path(label)
        try:
            _check_mode(path)
            with path.open("rb") as stream:
                octets = stream.read(_MAX_KEY_FILE)
        except FileNotFoundError as error:
            raise KeyNotFound(label=label, store=str(self._folder)) from error
        except OSError as error:
            raise KeyFileDamaged(label=label) from error
        if b"-----BEGIN ENCRYPTED PRIVATE KEY-----" not in octets:
            raise KeyFileDamaged(label=label)
        try:
            key = load_pem_private_key(octets, self._passphrase)
        except UnsupportedAlgorithm as error:
            raise KeyFileDamaged(label=label) from error
        except (ValueError, TypeError) as error:
            # A wrong passphrase and a broken file look alike: the form has no check of integrity.
            raise KeyLocked(label=label) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise KeyFileDamaged(label=label)
        _warn(label)
        return key


def _warn(label: str) -> None:
    text = (
        f"開発用の署名鍵「{label}」を使っています。本番ではHSM（PKCS#11）の鍵を使ってください"
        f" / The signing key {label} is for development; production keeps its keys in an HSM (PKCS#11)"
    )
    _log.warning(text)
    warnings.warn(text, DevelopmentKeyWarning, stacklevel=4)


def _check_mode(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & stat.S_IRWXO:
        raise KeyExposed(file=path.name, mode=f"{mode:04o}")


def _encrypted(key: ec.EllipticCurvePrivateKey, passphrase: bytes) -> bytes:
    """The key as an encrypted PKCS#8 file (RFC 5958 §3, PBES2 of RFC 8018 §6.2, scrypt of RFC 7914 §7).

    ``cryptography`` reads this form and writes only the weaker PBKDF2.
    """
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    salt, vector = os.urandom(16), os.urandom(16)
    secret = Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK, p=_PARALLEL).derive(passphrase)
    pad = PKCS7(algorithms.AES256.block_size).padder()
    cipher = Cipher(algorithms.AES256(secret), modes.CBC(vector)).encryptor()
    sealed = cipher.update(pad.update(plain) + pad.finalize()) + cipher.finalize()
    numbers = (core.Integer(number) for number in (_COST, _BLOCK, _PARALLEL))
    derivation = _sequence(
        core.ObjectIdentifier(_SCRYPT).dump(),
        _sequence(core.OctetString(salt).dump(), *(number.dump() for number in numbers)),
    )
    encryption = _sequence(core.ObjectIdentifier(_AES256_CBC).dump(), core.OctetString(vector).dump())
    algorithm = _sequence(core.ObjectIdentifier(_PBES2).dump(), _sequence(derivation, encryption))
    return bytes(pem.armor("ENCRYPTED PRIVATE KEY", _sequence(algorithm, core.OctetString(sealed).dump())))


def _sequence(*elements: bytes) -> bytes:
    return bytes(parser.emit(0, 1, 16, b"".join(elements)))
