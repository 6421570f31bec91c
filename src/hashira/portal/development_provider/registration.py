"""The one client that the development provider knows, and the keys of both sides (登録と鍵)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.utils.crypto import salted_hmac
from joserfc.jwk import ECKey

from hashira.portal.resident_sign_in.configuration import key_file

CLIENT_ID = "RP00000001"


def make_keys() -> None:
    """Makes the keys that are not there yet, each readable by its owner only."""
    for path in (key_file(), _provider_key_file()):
        if not path.exists():
            _make_key(path)


def provider_key() -> ECKey:
    """The key that the development provider signs with."""
    make_keys()
    return _read_key(_provider_key_file())


def client_key() -> ECKey:
    """The key that the client is registered with."""
    make_keys()
    return _read_key(key_file())


def subject_of(person_key: str) -> str:
    """The pairwise ``sub`` of a fictional person for our client (OpenID Connect Core §8.1).

    It stays the same as long as the installation keeps its secret key.
    """
    digest = salted_hmac(
        "hashira.portal.development_provider", f"{CLIENT_ID}/{person_key}", algorithm="sha256"
    )
    return digest.hexdigest()


def _provider_key_file() -> Path:
    return Path(settings.DATA_DIR / "development-provider" / "signing-key.pem")


def _read_key(path: Path) -> ECKey:
    key = ECKey.import_key(path.read_bytes())
    key.ensure_kid()
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(ECKey.generate_key("P-256").as_pem(private=True))
        # A link, not a rename: of two processes that make a key at once, both go on with the first one's.
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(beside)
