"""The folder from which ``hashira certificates verify`` learns to trust its own installation (自分の鍵)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from asn1crypto import pem

from hashira.certificates.adapters.key_store import write_file

CARDS, AUTHORITIES, SIGNERS = "own-keys.json", "own-authorities.pem", "own-signers.json"


def write_trust_folder(
    folder: Path,
    *,
    issuer: str,
    key_set: dict[str, Any],
    authorities: Sequence[bytes],
    signers: dict[str, Any],
) -> None:
    """Writes the public keys, authorities and document signers of this installation, for verifying without
    its database."""
    cards = orjson.dumps({"iss": issuer, **key_set}, option=orjson.OPT_INDENT_2)
    write_file(folder / CARDS, cards, mode=0o644, replace=True)
    if authorities:
        octets = b"".join(pem.armor("CERTIFICATE", der) for der in authorities)
        write_file(folder / AUTHORITIES, octets, mode=0o644, replace=True)
    write_file(folder / SIGNERS, orjson.dumps(signers, option=orjson.OPT_INDENT_2), mode=0o644, replace=True)
