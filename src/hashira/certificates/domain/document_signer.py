"""Document signers (DSC): who may sign an HCERT, for what, and when (証明書の署名者).

An HCERT names its signer by 8 octets only, so the certificate comes from a list that the verifier believes:
a trust list of states, or certificates given by the user. Such a list has its own proof; here the certificate
is judged: its purpose, its state, its time.

Sources: HCERT 1.1.1 §2.3 (key identifier), Annex A of the eHealth Network's certificate governance (the three
purposes); Doc 9303 Part 12 §7.1 for the private-key-usage period.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from hashira.certificates.domain.state_certificate import StateCertificate
from hashira.certificates.domain.state_chain import signing_period
from hashira.certificates.domain.state_code import ISO_3166, two_letters
from hashira.kernel.language import Bilingual

KID_OCTETS = 8
"""The key identifier is the head of the SHA-256 of the certificate."""


class Purpose(StrEnum):
    """What a document signer may be kept to; the value is the last number of the object identifier."""

    TEST = "1"
    VACCINATION = "2"
    RECOVERY = "3"


# The arc as the regulation prints it, and as the first tools wrote it, with a nought that is too many.
_ARCS = ("1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1.")
_OWN = frozenset(arc + purpose for arc in _ARCS for purpose in Purpose)
VACCINATION_SIGNER = _ARCS[0] + Purpose.VACCINATION
"""The purpose of a signer of vaccinations, as an object identifier."""
_OTHER_DOCUMENTS = "2.23.136."
"""ICAO's purposes: a signer of travel documents or of VDS-NC signs nothing else."""


class SignerNotAllowed(ValueError):
    """The signer may not have signed this; ``reason`` says why."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.reason = Bilingual(ja, en)


class PurposeWrong(SignerNotAllowed):
    """The certificate is kept to another purpose."""


class TimeWrong(SignerNotAllowed):
    """It was not valid when it is said to have signed."""


class StateWrong(SignerNotAllowed):
    """It is another state's."""


def check_purpose(signer: StateCertificate, purpose: Purpose | None, *, listed: bool = False) -> None:
    """Whether the signer may sign documents of that purpose; raises ``PurposeWrong``.

    Without any of the three purposes of its own a signer may sign all of them, whatever else it is for (Spain
    has TLS purposes); but never one of ICAO's. ``None``: a document that has no purpose of its own, such as a
    yellow card. ``listed``: a trust list of states calls it a document signer; then it may be an authority
    too (one of Spain's is), while of authorities that a user gave for passports none becomes a signer.
    """
    if not listed and (signer.is_authority or "key_cert_sign" in (signer.key_usage or ())):
        raise PurposeWrong(
            "認証局の鍵で署名されています", "It is signed with the key of an authority for certificates"
        )
    if signer.key_usage is not None and "digital_signature" not in signer.key_usage:
        raise PurposeWrong("署名用の鍵ではありません", "The key is not one for signing")
    named = signer.extended_key_usage or frozenset()
    if any(other.startswith(_OTHER_DOCUMENTS) for other in named):
        raise PurposeWrong(
            "署名者の証明書は、渡航文書など別の用途のものです",
            "The signer's certificate is for other documents, such as passports",
        )
    own = named & _OWN
    if own and purpose is not None and not any(arc + purpose in own for arc in _ARCS):
        raise PurposeWrong(
            "署名者の証明書は、この種類の証明書のためのものではありません（拡張鍵用途）",
            "The signer is not one for certificates of this kind (extended key usage)",
        )


def check_time(signer: StateCertificate, signed_at: datetime) -> None:
    """Whether the key was allowed to sign at the time that the document claims; raises ``TimeWrong``."""
    begins, ends = signing_period(signer)
    if not begins <= signed_at <= ends:
        raise TimeWrong(
            f"署名したという時点は、署名者の証明書の期間（{begins:%Y-%m-%d}から{ends:%Y-%m-%d}）の外です",
            f"The time of signing is outside the period of its signer ({begins:%Y-%m-%d} to {ends:%Y-%m-%d})",
        )


def check_state(claimed: str, *, participant: str, signer: StateCertificate) -> bool:
    """Whether a document says that it is of the state of its signer: ``True`` if that is known.

    Raises ``StateWrong`` where it names another state. ``False`` where the signer names no state, or the
    document something else than a state (Georgia wrote the name of its ministry).
    """
    named = _country(claimed)
    own = _country(participant) or _country(signer.subject_country or "")
    if named is None or own is None:
        return False
    if named != own:
        raise StateWrong(
            f"発行国（{claimed}）と署名者の国（{own}）が違います",
            f"It says that it is of {claimed}, and its signer is of {own}",
        )
    return True


TWO_LETTERS = frozenset(ISO_3166.values()) | {"EU", "UN", "UT", "XK"}
"""Of countries, organisations and Utopia: what may stand for a state in a document."""


def _country(code: str) -> str | None:
    """The two letters of a state given in two or three; ``None`` for what is no state."""
    upper = code.upper()
    if upper in TWO_LETTERS:
        return upper
    return two_letters(upper) if len(upper) == 3 else None
