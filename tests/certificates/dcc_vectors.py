"""The test certificates of the countries of the EU's network, as others published them."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from hashira.certificates.domain.hcert import key_identifier
from hashira.certificates.domain.trust import StateKey, TrustStore

NUMBER = 512
"""How many there are: a test fails if some are lost on the way."""


@dataclass(frozen=True)
class Vector:
    """One certificate with what its country expects of each step."""

    name: str
    """Path below the folder: ``AT/2DCode/raw/1.json``."""
    members: dict[str, Any]

    @property
    def text(self) -> str:
        return self.members["PREFIX"]

    @property
    def expected(self) -> dict[str, bool]:
        return self.members["EXPECTEDRESULTS"]

    @cached_property
    def signer(self) -> bytes:
        return base64.b64decode(self.members["TESTCTX"]["CERTIFICATE"])

    @property
    def clock(self) -> datetime:
        moment = datetime.fromisoformat(self.members["TESTCTX"]["VALIDATIONCLOCK"])
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @property
    def trust(self) -> TrustStore:
        """The signer as a list of states would have it: of whatever state its certificate names."""
        key = StateKey(
            participant="XXX",
            domain="DCC",
            usage="DSC",
            kid=key_identifier(self.signer),
            certificate=self.signer,
            source="vector",
        )
        return TrustStore(state_keys=(key,))


def vectors() -> list[Vector]:
    """All of them; none where the folder of real inputs is not named."""
    folder = Path(os.environ.get("HASHIRA_DATA", "")) / "certificates/dcc/testdata"
    if not os.environ.get("HASHIRA_DATA"):
        return []
    return [
        Vector(str(file.relative_to(folder)), json.loads(file.read_text("utf-8-sig")))
        for file in sorted(folder.rglob("*.json"))
    ]
