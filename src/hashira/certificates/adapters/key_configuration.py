"""Which store of keys an installation uses, from its environment (署名鍵の設定).

With ``HASHIRA_PKCS11_MODULE`` the keys are in an HSM: ``HASHIRA_PKCS11_TOKEN`` is the label of its token and
``HASHIRA_PKCS11_PIN_FILE`` a file with the PIN (or ``HASHIRA_PKCS11_PIN`` the PIN itself). Without it
the keys are in encrypted files, for development: see :mod:`file_signer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hashira.certificates.adapters.file_signer import FileKeyStore, passphrase_from, read_secret
from hashira.certificates.adapters.key_store import KeyStore
from hashira.certificates.adapters.pkcs11_signer import Pkcs11KeyStore
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MODULE = "HASHIRA_PKCS11_MODULE"
TOKEN = "HASHIRA_PKCS11_TOKEN"  # noqa: S105  # the name of a variable
PIN_FILE = "HASHIRA_PKCS11_PIN_FILE"
PIN = "HASHIRA_PKCS11_PIN"


class HsmPinMissing(HashiraError):
    """Details: ``reason``."""

    code = "CERT-066"
    what = Bilingual("HSMの設定が足りません", "The HSM is not configured completely")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "HASHIRA_PKCS11_TOKEN にトークンの名前を、HASHIRA_PKCS11_PIN_FILE にPINのファイルを設定してください",
        "Set HASHIRA_PKCS11_TOKEN to the label of the token, HASHIRA_PKCS11_PIN_FILE to a file with its PIN",
    )
    status = 503


def configured_key_store(environment: Mapping[str, str], *, folder: Path) -> KeyStore:
    """The store. ``folder`` holds the certificates, and the key files where keys are in files.

    Nothing is opened yet. Raises ``HsmPinMissing``, ``PassphraseMissing`` or ``KeyExposed``.
    """
    module = environment.get(MODULE, "")
    if not module:
        return FileKeyStore(folder, passphrase=passphrase_from(environment))
    token, pin_file = environment.get(TOKEN, ""), environment.get(PIN_FILE, "")
    if not token or not (pin_file or environment.get(PIN)):
        name = TOKEN if not token else PIN_FILE
        raise HsmPinMissing(reason=Bilingual(f"{name} がありません", f"{name} is not set"))
    try:
        pin = read_secret(Path(pin_file)) if pin_file else environment[PIN]
    except (OSError, UnicodeDecodeError) as error:
        raise HsmPinMissing(
            reason=Bilingual("PINのファイルを読めません", "The file of the PIN is not readable")
        ) from error
    return Pkcs11KeyStore(module=Path(module), token=token, pin=pin, certificates=folder)
