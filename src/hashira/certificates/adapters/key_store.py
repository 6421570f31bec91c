"""Where signing keys live: what stores of keys have in common (署名鍵の保管).

A store makes keys, lists them and opens them as a ``Signer``. The certificates of a key are public; every
store keeps them as PEM files beside each other, ``<label>.crt.pem``, the signer's own first.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from asn1crypto import pem

from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.state_certificate import CertificateUnreadable, read_certificate
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_MAX_CHAIN_FILE = 64 * 1024


class KeyLabelWrong(HashiraError):
    """Details: ``label``."""

    code = "CERT-053"
    what = Bilingual("鍵の名前が正しくありません", "The label of the key is not of the right form")
    why = Bilingual(
        "「{label}」は小文字英数字とハイフン63文字以内ではありません",
        "{label} is not of up to 63 small letters, digits and hyphens",
    )
    remedy = Bilingual("vds-signer-2026 のような名前にしてください", "Choose a label such as vds-signer-2026")


class KeyNotFound(HashiraError):
    """Details: ``label``, ``store``."""

    code = "CERT-054"
    what = Bilingual("署名鍵がありません", "There is no such signing key")
    why = Bilingual("{store}に「{label}」という鍵がありません", "{store} has no key {label}")
    remedy = Bilingual(
        "鍵の名前の設定を確かめるか、鍵を作ってください", "Check the configured label, or create the key"
    )
    status = 503


class KeyExists(HashiraError):
    """Details: ``label``, ``store``."""

    code = "CERT-055"
    what = Bilingual("同じ名前の鍵があります", "There is a key of that label already")
    why = Bilingual("{store}に「{label}」があります", "{store} has {label}")
    remedy = Bilingual(
        "別の名前で作ってください。鍵は上書きしません", "Choose another label; keys are never overwritten"
    )


class ChainNotFit(HashiraError):
    """Details: ``reason``."""

    code = "CERT-056"
    what = Bilingual("証明書を鍵に付けられません", "The certificates cannot go with the key")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "その鍵の署名要求（CSR）から発行された証明書を、署名者を先頭にして渡してください",
        "Give the certificates issued for that key's signing request, the signer's own first",
    )


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as a store lists it; nothing secret."""

    label: str
    store: str
    """``file`` or ``pkcs11``."""
    spki: bytes | None
    """DER SubjectPublicKeyInfo; ``None`` of a file, which is locked, and of a key that is of no use."""
    certificate_chain: tuple[bytes, ...]
    development: bool
    """Whether the key is good for development only."""


class KeyStore(Protocol):
    """A place for P-256 signing keys."""

    kind: ClassVar[str]
    """``file`` or ``pkcs11``."""

    def create(self, label: str) -> Signer:
        """A new key; raises ``KeyExists`` or ``KeyLabelWrong``."""
        ...

    def open(self, label: str) -> Signer:
        """The key; raises ``KeyNotFound`` or ``KeyLabelWrong``."""
        ...

    def stored(self) -> tuple[StoredKey, ...]:
        """All keys, by label."""
        ...

    def attach(self, label: str, chain: tuple[bytes, ...]) -> Signer:
        """The key, from now on with these certificates; raises ``ChainNotFit``."""
        ...

    def close(self) -> None:
        """Let go of what is open; the store may be used again."""
        ...


def check_label(label: str) -> str:
    """The label if it is of the right form: it becomes part of a file name."""
    if not _LABEL.fullmatch(label):
        raise KeyLabelWrong(label=label[:64])
    return label


def read_chain(folder: Path, label: str) -> tuple[bytes, ...]:
    """The certificates of a key as DER, the signer's own first; empty where there are none."""
    path = folder / f"{check_label(label)}.crt.pem"
    try:
        with path.open("rb") as stream:
            octets = stream.read(_MAX_CHAIN_FILE + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _unfit("証明書のファイルを開けません", "The file of certificates cannot be opened") from error
    if len(octets) > _MAX_CHAIN_FILE:
        raise _unfit("証明書のファイルが大きすぎます", "The file of certificates is too large")
    try:
        return tuple(der for _, _, der in pem.unarmor(octets, multiple=True))
    except ValueError as error:
        raise _unfit("PEMとして読めません", "It is not readable as PEM") from error


def write_chain(folder: Path, label: str, chain: tuple[bytes, ...], *, spki: bytes) -> None:
    """Keep the certificates of the key with that public key; raises ``ChainNotFit``."""
    if not chain:
        raise _unfit("証明書がありません", "There is no certificate")
    try:
        certificates = [read_certificate(der) for der in chain]
    except CertificateUnreadable as error:
        raise _unfit("証明書として読めません", "It is not readable as a certificate") from error
    if certificates[0].spki != spki:
        raise _unfit("最初の証明書が別の鍵のものです", "The first certificate is about another key")
    octets = b"".join(pem.armor("CERTIFICATE", der) for der in chain)
    write_file(folder / f"{check_label(label)}.crt.pem", octets, mode=0o644, replace=True)


def write_file(path: Path, octets: bytes, *, mode: int, replace: bool) -> None:
    """Write a file so that after a crash it is there whole, as it was before, or not at all.

    Raises ``FileExistsError`` unless ``replace``.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(octets)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            os.replace(partial, path)
        else:
            os.link(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unfit(ja: str, en: str) -> ChainNotFit:
    return ChainNotFit(reason=Bilingual(ja, en))
