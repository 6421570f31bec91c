"""Document signers of Utopia: listed by themselves, as trust lists have them."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.certificates import states
from tests.certificates.states import Party, PrivateKey

VACCINATION = "1.3.6.1.4.1.1847.2021.1.2"
TEST = "1.3.6.1.4.1.1847.2021.1.1"
SIGNER_NAME = states.name(common="Utopia document signer")
_AUTHORITY_KEY = ec.generate_private_key(ec.SECP256R1())


def document_signer(key: PrivateKey | None = None, **changes: Any) -> Party:
    """A signer of vaccinations under an authority of Utopia; ``changes`` are those of a ``Profile``."""
    authority = states.authority(_AUTHORITY_KEY)
    profile: dict[str, Any] = {
        "subject": SIGNER_NAME,
        "purposes": (VACCINATION,),
        "purposes_critical": False,
        "types": None,
        "state": None,
    }
    return states.signer(authority, key, **(profile | changes))


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
