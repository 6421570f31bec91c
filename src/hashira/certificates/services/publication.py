"""Making the keys of the installation known to its own verifiers, at its start (鍵の公開)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from hashira.certificates.adapters.trust_folder import write_trust_folder
from hashira.certificates.selectors.keys import LOCAL_SIGNERS, authorities, key_set, signer_list
from hashira.certificates.services.keys import chosen_keys, publish_keys
from hashira.core.access import Principal


def publish_own_keys() -> None:
    """Publishes the keys in use, and writes what ``hashira certificates verify`` trusts on this machine."""
    now = datetime.now(UTC)
    keys = chosen_keys(now)
    publish_keys(actor=Principal.system("certificates"), keys=keys, at=now)
    write_trust_folder(
        settings.DATA_DIR / "trust",
        issuer=keys.card_issuer,
        key_set=key_set(),
        authorities=authorities(),
        signers=signer_list(LOCAL_SIGNERS),
    )
