"""The chain from the signer of a seal to the authority of its state (国の証明書の連鎖).

A VDS-NC does not say when it was signed. What is known is an interval: a seal cannot be older than the
last event that it attests, nor younger than the moment at which it is judged. The chain holds if the key
was allowed to sign at some moment of that interval, and the certificates are valid now:

* The **signer's private-key-usage period** (Japan's: 15 months) must meet the interval. A dose given after
  its end cannot have been signed by a key that was used as it should be; nor one that lies in the future.
* The **signer's certificate** must be valid at the moment of judging. Its validity (Japan's: ten years) is
  how long the state stands by the seals, so it is the validity of the seal.
* The **CSCA certificate** must be valid then too, and its own key must have been allowed to sign when the
  signer's certificate began. Doc 9303 Part 12 §5 sizes both validities so that this always can be.

What this cannot see: somebody who stole a retired key can date events back into its period. Only the
state's revocation list says so.

Source of the profile: Doc 9303 Part 12 §7.1 (table 6 and 7), ICAO TR "VDS-NC" (barcode signer).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType

from hashira.certificates.domain.state_certificate import (
    HEALTH_AUTHORITY,
    HEALTH_SIGNER,
    CertificateUnreadable,
    StateCertificate,
    is_signed_by,
    read_certificate,
)
from hashira.certificates.domain.state_code import two_letters
from hashira.kernel.language import Bilingual


class ChainBroken(ValueError):
    """The chain does not hold; ``reason`` says why. Its subclasses say what kind of trouble it is."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.reason = Bilingual(ja, en)


class NoAuthority(ChainBroken):
    """No trusted authority vouches for this signer, this state or this purpose."""


class Forged(ChainBroken):
    """A trusted authority of that name did not sign this certificate."""


class OutsideTime(ChainBroken):
    """Right certificates, at another time."""


def check_chain(
    signer: StateCertificate,
    *,
    state: str,
    document_type: str,
    anchors: tuple[bytes, ...],
    earliest: datetime,
    at: datetime,
) -> StateCertificate:
    """The authority that vouches for the signer. Raises ``NoAuthority``, ``Forged`` or ``OutsideTime``.

    ``state``: the three letters in the seal; ``document_type``: ``NV`` (vaccination) or ``NT`` (test);
    ``anchors``: CSCA certificates as DER; ``earliest``: before that the seal cannot have been signed;
    ``at``: the moment for which the answer holds.
    """
    links = _links(signer, state, document_type, anchors)
    for link in links:
        if link.since <= at <= link.until and earliest <= at and earliest <= link.last:
            return link.authority
    # A state issues several certificates for one key (Japan: self-signed and link); one that holds is enough.
    troubles: list[ChainBroken] = []
    for link in links:
        try:
            _check_authority(link.authority, signer)
            _check_times(signer, link.authority, earliest=earliest, at=at)
        except ChainBroken as trouble:
            troubles.append(trouble)
        else:
            return link.authority
    raise troubles[0]


@dataclass(frozen=True, slots=True)
class _Link:
    """What ``_check_authority`` and ``_check_times`` say of an authority and a signer, for any seal and time.

    Where they find fault at every time, nothing lies from ``since`` to ``until``.
    """

    authority: StateCertificate
    since: datetime
    until: datetime
    """When both certificates are valid and the signer's key had begun to sign."""
    last: datetime
    """The end of the signer's usage period: no event after it can be attested."""


@lru_cache(maxsize=1024)
def _links(
    signer: StateCertificate, state: str, document_type: str, anchors: tuple[bytes, ...]
) -> tuple[_Link, ...]:
    """To those that signed the certificate of this signer, at least one; it is fit for the document.

    Kept, since the same signers come again and nothing in it depends on the seal or the time.
    """
    authorities = _by_subject(anchors).get(signer.issuer, ())
    fitting = [a for a in authorities if _key_ids_agree(signer, a)]
    if not fitting:
        raise NoAuthority(
            f"署名者の証明書を出した国の認証局（CSCA）が信頼情報にありません: {signer.subject_text}",
            f"The trust information has no CSCA that issued the signer's certificate: {signer.subject_text}",
        )
    signing = tuple(a for a in fitting if is_signed_by(signer, a))
    if not signing:
        raise Forged(
            "署名者の証明書を、その認証局は署名していません",
            "The authority it names did not sign the signer's certificate",
        )
    check_signer(signer, state=state, document_type=document_type)
    return tuple(_link(authority, signer) for authority in signing)


def _link(authority: StateCertificate, signer: StateCertificate) -> _Link:
    begins, ends = signing_period(signer)
    since = max(authority.not_before, begins)
    until = min(authority.not_after, signer.not_after)
    first, last = signing_period(authority)
    try:
        _check_authority(authority, signer)
    except ChainBroken:
        since = _NEVER
    if begins > ends or not first <= signer.not_before <= last:
        since = _NEVER
    return _Link(authority, since, until, ends)


_NEVER = datetime.max.replace(tzinfo=UTC)


def check_signer(signer: StateCertificate, *, state: str, document_type: str) -> None:
    """Whether a certificate is for signing seals of that state and kind; raises ``NoAuthority``.

    Passport signers hang on the same authority, so that the purpose matters as much as the signature.
    """
    if signer.version != 3 or HEALTH_SIGNER not in (signer.extended_key_usage or ()):
        raise NoAuthority(
            "署名者の証明書が、健康証明の署名用ではありません（拡張鍵用途 2.23.136.1.1.14.2 がない）",
            "The signer's certificate is not for health seals (no extended key usage 2.23.136.1.1.14.2)",
        )
    if not {"extended_key_usage", "key_usage"} <= signer.critical or signer.unknown_critical:
        raise NoAuthority(
            "署名者の証明書の重要（critical）な拡張が規格と違います",
            "The critical extensions of the signer's certificate are not those of the profile",
        )
    usage = signer.key_usage or frozenset()
    if "digital_signature" not in usage or "key_cert_sign" in usage or signer.is_authority:
        raise NoAuthority(
            "署名者の証明書の鍵用途が、署名だけになっていません",
            "The key usage of the signer's certificate is not signing alone",
        )
    if document_type not in (signer.document_types or ()):
        raise NoAuthority(
            f"署名者は、この種類の証明書（{document_type}）の署名者ではありません",
            f"The signer is not one for documents of this type ({document_type})",
        )
    country = two_letters(state)
    named = {signer.subject_country, signer.issuer_country}
    if country is None or {(name or "").upper() for name in named} != {country}:
        raise NoAuthority(
            f"証明書の国（{state}）と署名者の国が違います",
            f"The state of the seal ({state}) is not the state of its signer",
        )
    if any(two_letters(other) != country for other in signer.states):
        raise NoAuthority(
            f"署名者の別名の国が{state}ではありません", f"An alternative name of the signer is not of {state}"
        )


def signing_period(signer: StateCertificate) -> tuple[datetime, datetime]:
    """When the key may sign: its usage period, within the validity of the certificate."""
    return (
        max(signer.not_before, signer.signing_from or signer.not_before),
        min(signer.not_after, signer.signing_until or signer.not_after),
    )


def _check_authority(authority: StateCertificate, signer: StateCertificate) -> None:
    usage = authority.key_usage or frozenset()
    if not authority.is_authority or "key_cert_sign" not in usage or authority.unknown_critical:
        raise NoAuthority(
            "信頼情報の証明書が、証明書を出せる認証局のものではありません",
            "The trusted certificate is not one of an authority that may issue certificates",
        )
    if authority.extended_key_usage is not None and HEALTH_AUTHORITY not in authority.extended_key_usage:
        raise NoAuthority(
            "認証局の拡張鍵用途が、健康証明のものではありません",
            "The extended key usage of the authority is not for health seals",
        )
    if (authority.subject_country or "").upper() != (signer.issuer_country or "").upper():
        raise NoAuthority("認証局の国が違います", "The authority is of another state")
    if authority.is_self_signed and not is_signed_by(authority, authority):
        raise NoAuthority(
            "認証局の証明書が壊れています（自己署名が合わない）",
            "The authority's certificate is damaged: its signature of itself does not hold",
        )


def _check_times(
    signer: StateCertificate, authority: StateCertificate, *, earliest: datetime, at: datetime
) -> None:
    for certificate in (signer, authority):
        if not certificate.not_before <= at <= certificate.not_after:
            raise OutsideTime(
                f"判定の時点は証明書の有効期間（{_days(certificate)}）の外です: {certificate.subject_text}",
                f"Judged outside the validity of a certificate ({_days(certificate)}): "
                f"{certificate.subject_text}",
            )
    if earliest > at:
        raise OutsideTime(
            "判定の時点より後の出来事が書かれています", "It attests an event after the moment of judging"
        )
    begins, ends = signing_period(signer)
    if max(begins, earliest) > min(ends, at):
        raise NoAuthority(
            f"署名鍵の使用期間（{begins:%Y-%m-%d}から{ends:%Y-%m-%d}）に署名できたはずのない内容です",
            f"It cannot have been signed in the period of the key ({begins:%Y-%m-%d} to {ends:%Y-%m-%d})",
        )
    first, last = signing_period(authority)
    if not first <= signer.not_before <= last:
        raise NoAuthority(
            "認証局の鍵の使用期間の外で、署名者の証明書が出されています",
            "The signer's certificate was issued outside the period of the authority's key",
        )


def _days(certificate: StateCertificate) -> str:
    return f"{certificate.not_before:%Y-%m-%d} – {certificate.not_after:%Y-%m-%d}"


def _key_ids_agree(signer: StateCertificate, authority: StateCertificate) -> bool:
    named, own = signer.authority_key_id, authority.subject_key_id
    return named is None or own is None or named == own


@lru_cache(maxsize=16)
def _by_subject(anchors: tuple[bytes, ...]) -> Mapping[str, tuple[StateCertificate, ...]]:
    """The readable anchors by subject: lists of states hold certificates that nobody can read."""
    index: dict[str, tuple[StateCertificate, ...]] = {}
    for anchor in _readable(anchors):
        index[anchor.subject] = (*index.get(anchor.subject, ()), anchor)
    return MappingProxyType(index)


def _readable(anchors: tuple[bytes, ...]) -> Iterator[StateCertificate]:
    for der in anchors:
        try:
            yield read_certificate(der)
        except CertificateUnreadable:
            continue
