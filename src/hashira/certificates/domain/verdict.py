"""The answer of a verification: evidence, or a typed error; never a bare yes or no (検証結果)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from hashira.certificates.domain.content import CertificateContent
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.value import value


class Verdict(StrEnum):
    """The seven answers; only ``VERIFIED`` opens a door."""

    VERIFIED = "verified"
    INVALID = "invalid"
    UNTRUSTED = "untrusted"
    EXPIRED = "expired"
    REVOKED = "revoked"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"


VERDICT_NAMES = {
    Verdict.VERIFIED: Bilingual("真正です", "Genuine"),
    Verdict.INVALID: Bilingual("無効です（改ざんまたは不正）", "Invalid (altered or wrong)"),
    Verdict.UNTRUSTED: Bilingual("発行者を確認できません", "Issuer not trusted"),
    Verdict.EXPIRED: Bilingual("有効期間外です", "Outside its validity"),
    Verdict.REVOKED: Bilingual("失効しています", "Revoked"),
    Verdict.MALFORMED: Bilingual("読み取れません", "Not readable"),
    Verdict.UNSUPPORTED: Bilingual("対応していない形式です", "Format not supported"),
}

CHECK_NAMES = {
    "form": Bilingual("形式", "form"),
    "signature": Bilingual("電子署名", "signature"),
    "issuer": Bilingual("発行者", "issuer"),
    "chain": Bilingual("証明書のつながり", "chain"),
    "purpose": Bilingual("証明書の用途", "purpose"),
    "state": Bilingual("発行国", "state"),
    "validity": Bilingual("有効期間", "validity"),
    "revocation": Bilingual("失効", "revocation"),
}
"""What ``Evidence.checks`` may hold, in the words of a person."""

MAY_BE_REVOKED = "may-be-revoked"
REMARK_NAMES = {
    MAY_BE_REVOKED: Bilingual(
        "失効の可能性・要確認：失効リストの要約に当たりました（誤って当たることもあります）。"
        "発行者の失効リストそのものか、発行者への照会で確かめてください",
        "May be revoked, to be confirmed: a summary of a revocation list finds it, which may be a mistake. "
        "Confirm with the list itself, or ask its issuer",
    ),
    "crl-unknown": Bilingual(
        "国の失効リストがないので、署名者が失効したかは確かめていません",
        "No revocation list of the state is at hand: whether the signer was revoked is not known",
    ),
    "crl-forged": Bilingual(
        "国の失効リストの署名が合わないので、使っていません",
        "The revocation list of the state has a wrong signature and was not used",
    ),
    "crl-old": Bilingual(
        "国の失効リストが古く、次の更新日を過ぎています",
        "The revocation list of the state is old: its next update is overdue",
    ),
    "crl-current": Bilingual(
        "国の失効リストに署名者はありません", "The signer is not in the current revocation list of its state"
    ),
    "revocation-list-missing": Bilingual(
        "発行者は失効リストを公開していますが、手元にありません",
        "The issuer publishes a revocation list that is not at hand",
    ),
    "revocation-list-old": Bilingual(
        "手元の失効リストは、発行者の最新のものではありません",
        "The revocation list at hand is not the latest of the issuer",
    ),
    "existed-before-withdrawal": Bilingual(
        "署名した鍵は後に無効になりましたが、その前に発行した記録があります",
        "The key was withdrawn later; a trusted log shows that the certificate existed before",
    ),
}
"""What ``Evidence.remarks`` may hold: what a positive answer does not rest on, or rests on besides."""


@value
class Evidence:
    """What an answer rests on."""

    format: str
    judged_at: datetime
    issuer: str | None = None
    kid: str | None = None
    """Key identifier: RFC 7638 thumbprint, or the SHA-256 of the signer certificate."""
    key_source: str | None = None
    """Where the trusted key came from: a file of trust, a chain."""
    chain: tuple[str, ...] = ()
    """Subjects of the certificates from the signer to the anchor."""
    fingerprints: tuple[str, ...] = ()
    """SHA-256 of those certificates, hexadecimal, in the same order."""
    signed_at: datetime | None = None
    """Time the issuer claims to have signed; ``None`` where the format has none."""
    checks: tuple[str, ...] = ()
    """What was checked and held, in order; the words are those of ``CHECK_NAMES``."""
    remarks: tuple[str, ...] = ()
    """What is to be said beside the verdict; the words are those of ``REMARK_NAMES``."""
    revoked_by: str | None = None
    """Which list and entry, or which withdrawal of a key, revoked it."""
    standing: str | None = None
    """What a source of statuses said, a word of ``certificate_status.Standing``; ``None``: none was asked."""


class NotVerified(HashiraError):
    """A negative answer; its class says which. ``evidence`` and ``content`` are as far as it got.

    The content of a certificate that did not verify is shown beside the verdict only.
    """

    verdict: ClassVar[Verdict]
    status: ClassVar[int] = 422

    def __init__(
        self,
        *,
        evidence: Evidence | None = None,
        content: CertificateContent | None = None,
        **details: object,
    ) -> None:
        super().__init__(**details)
        self.evidence = evidence
        self.content = content


_ASK_HOLDER = Bilingual(
    "所持者に、発行元で証明書を取り直すよう案内してください",
    "Ask the holder to obtain the certificate again from its issuer",
)
_SCAN_AGAIN = Bilingual(
    "もう一度読み取ってください。だめなら発行元で取り直してください",
    "Scan it again; if that fails, have it issued again",
)


class CertificateInvalid(NotVerified):
    """The signature or what it covers does not hold."""

    code = "CERT-001"
    verdict = Verdict.INVALID
    what = Bilingual("証明書は無効です", "The certificate is invalid")
    why = Bilingual("{reason}", "{reason}")
    remedy = _ASK_HOLDER


class CertificateUntrusted(NotVerified):
    """Nothing in the trust store vouches for the key."""

    code = "CERT-002"
    verdict = Verdict.UNTRUSTED
    what = Bilingual("発行者を確認できません", "The issuer is not trusted")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "発行元を知っている場合は、その公開鍵か認証局の証明書を信頼情報に加えてください",
        "If you know the issuer, add its public key or its authority's certificate to the trust information",
    )


class CertificateExpired(NotVerified):
    """Genuine, at another time."""

    code = "CERT-003"
    verdict = Verdict.EXPIRED
    what = Bilingual("証明書は有効期間外です", "The certificate is outside its validity")
    why = Bilingual("{reason}", "{reason}")
    remedy = _ASK_HOLDER


class CertificateRevoked(NotVerified):
    """Genuine once, withdrawn since."""

    code = "CERT-004"
    verdict = Verdict.REVOKED
    what = Bilingual("証明書は失効しています", "The certificate is revoked")
    why = Bilingual("{reason}", "{reason}")
    remedy = _ASK_HOLDER


class CertificateMalformed(NotVerified):
    """Not readable as the format that it claims to be."""

    code = "CERT-005"
    verdict = Verdict.MALFORMED
    what = Bilingual("証明書を読み取れません", "The certificate cannot be read")
    why = Bilingual("{reason}", "{reason}")
    remedy = _SCAN_AGAIN


class CertificateUnsupported(NotVerified):
    """A format, version or algorithm that this release does not read."""

    code = "CERT-006"
    verdict = Verdict.UNSUPPORTED
    what = Bilingual("この形式の証明書には対応していません", "This kind of certificate is not supported")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "SMART Health Cards、ICAO VDS-NC、EU・WHO（HC1:）の二次元コードを読み取ってください",
        "Scan the code of a SMART Health Card, an ICAO VDS-NC, or one of the EU or WHO (HC1:)",
    )


@value
class Verified:
    """A certificate that holds, and why."""

    content: CertificateContent
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Assessment:
    """A verdict with all that is known, also when it is negative: for pages and the terminal."""

    verdict: Verdict
    evidence: Evidence | None
    content: CertificateContent | None
    error: NotVerified | None = field(default=None, compare=False)

    @classmethod
    def of(cls, verified: Verified) -> Assessment:
        return cls(Verdict.VERIFIED, verified.evidence, verified.content)

    @classmethod
    def against(cls, error: NotVerified) -> Assessment:
        return cls(error.verdict, error.evidence, error.content, error)
