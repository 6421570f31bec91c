"""The keys an installation issues with: named by its settings, in development made by itself (発行用の鍵).

A production installation names them: ``HASHIRA_SHC_KEY``, ``HASHIRA_VDS_KEY`` and ``HASHIRA_DSC_KEY`` are
labels in its store; without the last it issues no certificates of the EU and the WHO. In development a
missing key is made: with a year's life for cards, by Utopia's authority for the others, and under a lock, so
that processes that start together make one.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from hashira.certificates.adapters.development_pki import STATE, development_pki, development_pki_made
from hashira.certificates.adapters.file_signer import PASSPHRASE, PASSPHRASE_FILE
from hashira.certificates.adapters.key_configuration import MODULE, configured_key_store
from hashira.certificates.adapters.key_store import KeyStore
from hashira.certificates.domain.signer import Signer
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_DEVELOPMENT_CARD = re.compile(r"development-shc-([0-9]{8}-[0-9]{6})\Z")
_CARD_KEY_LIFE = timedelta(days=365)  # SMART Health Cards 1.4.0: a new key at least once a year
_PASSPHRASE = "development-passphrase"  # noqa: S105  # the name of a file
_DEVELOPMENT_BUNDLE = "development-bundle"
_STAMP = "%Y%m%d-%H%M%S"


class IssuingNotConfigured(HashiraError):
    """Details: ``variable``."""

    code = "CERT-181"
    what = Bilingual("証明書を発行できません", "Certificates cannot be issued")
    why = Bilingual("設定 {variable} がありません", "{variable} is not set")
    remedy = Bilingual(
        "運用者は docs/how-to/hsm.md のとおりに鍵を作り、その名前を設定してください",
        "The operator makes a key as in docs/how-to/hsm.md and names it in the settings",
    )
    status = 503


@dataclass(frozen=True, slots=True)
class IssuingKeys:
    """The signers in use, and what a certificate says about its issuer."""

    card: Signer
    card_label: str
    card_issuer: str
    """``iss`` of cards: an https URL below which ``/.well-known/jwks.json`` is served."""
    seal: Signer
    seal_label: str
    state: str
    """Three letters of the state in whose name seals are issued."""
    authority: str
    """Who answers for the doses, as certificates say it; up to 20 letters."""
    document: Signer | None = None
    """The document signer (DSC) of certificates of the EU and the WHO, where there is one."""
    document_label: str = ""

    @property
    def document_signer(self) -> Signer:
        """The document signer; raises ``IssuingNotConfigured``."""
        if self.document is None or not self.document.certificate_chain:
            raise IssuingNotConfigured(variable="HASHIRA_DSC_KEY")
        return self.document


def own_issuer() -> str:
    """``iss`` of the cards of this installation."""
    return settings.HASHIRA_SHC_ISSUER or ("https://localhost" if settings.DEVELOPMENT else "")


def key_store(environment: Mapping[str, str] | None = None) -> KeyStore:
    """The key store of this installation, or the one that another environment names.

    Raises ``PassphraseMissing``, ``HsmPinMissing`` or ``KeyExposed``.
    """
    folder = settings.DATA_DIR / "keys"
    return _store(folder) if environment is None else _configured(environment, folder)


def bundle_signer() -> Signer:
    """The key of the trust bundle (``HASHIRA_BUNDLE_KEY``); made by itself in development only."""
    label, store = settings.HASHIRA_BUNDLE_KEY, key_store()
    if label:
        return store.open(label)
    if not settings.DEVELOPMENT:
        raise IssuingNotConfigured(variable="HASHIRA_BUNDLE_KEY")
    with _alone(settings.DATA_DIR / "keys"):
        if all(key.label != _DEVELOPMENT_BUNDLE for key in store.stored()):
            return store.create(_DEVELOPMENT_BUNDLE)
    return store.open(_DEVELOPMENT_BUNDLE)


def issuing_keys(
    at: datetime, *, card_label: str = "", seal_label: str = "", document_label: str = ""
) -> IssuingKeys:
    """The keys to sign with at that moment; raises ``IssuingNotConfigured`` or an error of the store.

    A label stands for the key that a rotation chose, in the place of the one in the settings.
    """
    keys = _keys_of_settings(at)
    if card_label and card_label != keys.card_label:
        keys = replace(keys, card=_opened(key_store(), card_label), card_label=card_label)
    if seal_label and seal_label != keys.seal_label:
        keys = replace(keys, seal=_opened(key_store(), seal_label), seal_label=seal_label)
    if document_label and document_label != keys.document_label:
        document = _opened(key_store(), document_label)
        keys = replace(keys, document=document, document_label=document_label)
    return keys


@lru_cache(maxsize=16)
def _opened(store: KeyStore, label: str) -> Signer:
    """Kept, since opening an encrypted key is slow by design."""
    return store.open(label)


def _keys_of_settings(at: datetime) -> IssuingKeys:
    if settings.DEVELOPMENT and not settings.HASHIRA_SHC_KEY:
        return _development(settings.DATA_DIR / "keys", at.date())
    for variable in ("HASHIRA_SHC_KEY", "HASHIRA_VDS_KEY", "HASHIRA_SHC_ISSUER", "HASHIRA_STATE"):
        if not getattr(settings, variable):
            raise IssuingNotConfigured(variable=variable)
    store = key_store()
    return IssuingKeys(
        card=store.open(settings.HASHIRA_SHC_KEY),
        card_label=settings.HASHIRA_SHC_KEY,
        card_issuer=settings.HASHIRA_SHC_ISSUER,
        seal=store.open(settings.HASHIRA_VDS_KEY),
        seal_label=settings.HASHIRA_VDS_KEY,
        state=settings.HASHIRA_STATE,
        authority=settings.HASHIRA_ISSUING_AUTHORITY,
        document=store.open(settings.HASHIRA_DSC_KEY) if settings.HASHIRA_DSC_KEY else None,
        document_label=settings.HASHIRA_DSC_KEY,
    )


def keys_are_made(at: datetime) -> bool:
    """Whether ``issuing_keys`` would open keys at that moment, and make none; it makes none itself."""
    if not settings.DEVELOPMENT or settings.HASHIRA_SHC_KEY:
        return True
    folder = settings.DATA_DIR / "keys"
    named = any(os.environ.get(name) for name in (MODULE, PASSPHRASE, PASSPHRASE_FILE))
    if not named and not (folder / _PASSPHRASE).exists():
        return False
    store, day = _store(folder), datetime.combine(at.date(), time(), UTC)
    return _current_card_key(store, day) is not None and development_pki_made(store, at=day)


@lru_cache(maxsize=4)
def _store(folder: Path) -> KeyStore:
    return _configured(os.environ, folder)


def _configured(environment: Mapping[str, str], folder: Path) -> KeyStore:
    named = {MODULE, PASSPHRASE, PASSPHRASE_FILE} & {name for name, value in environment.items() if value}
    if settings.DEVELOPMENT and not named:
        environment = {**environment, PASSPHRASE_FILE: str(_development_passphrase(folder))}
    return configured_key_store(environment, folder=folder)


def _development_passphrase(folder: Path) -> Path:
    """A file with a passphrase beside the keys: no protection, and development asks for none."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / _PASSPHRASE
    with _alone(folder):
        if not path.exists():
            partial = path.with_suffix(".part")
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(secrets.token_urlsafe(32))
            partial.replace(path)
    return path


@lru_cache(maxsize=4)
def _development(folder: Path, day: date) -> IssuingKeys:
    """Kept for a day: opening an encrypted key takes a tenth of a second by design."""
    at = datetime.combine(day, time(), UTC)
    store = _store(folder)
    with _alone(folder):
        label = _current_card_key(store, at)
        if label is None:
            label = f"development-shc-{at:{_STAMP}}"
            store.create(label)
        made = development_pki(store, at=at)
    return IssuingKeys(
        card=store.open(label),
        card_label=label,
        card_issuer=own_issuer(),
        seal=made.signer,
        seal_label="development-vds",
        state=STATE,
        authority=settings.HASHIRA_ISSUING_AUTHORITY,
        document=made.document,
        document_label="development-dsc",
    )


def _current_card_key(store: KeyStore, at: datetime) -> str | None:
    """The label of the newest development key for cards that is younger than a year."""
    for key in reversed(store.stored()):
        match = _DEVELOPMENT_CARD.match(key.label)
        if match and at - datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC) < _CARD_KEY_LIFE:
            return key.label
    return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keeps other processes of the installation from making the same key at the same time."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
