"""Who is no longer believed: state CRLs, withdrawn keys, retired keys, revocation lists of issuers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from tests.certificates.card import Key, card
from tests.certificates.states import AT, BEGIN, Party, authority, signer

from hashira.certificates.adapters.trust_files import read_octets, read_trust
from hashira.certificates.domain import p256, shc, state_crl, vds_nc
from hashira.certificates.domain.card_revocation_list import (
    NotARevocationList,
    RevocationList,
    read_revocation_list,
)
from hashira.certificates.domain.content import Holder
from hashira.certificates.domain.state_certificate import read_certificate
from hashira.certificates.domain.trust import TrustedKey, TrustStore, WithdrawnKey
from hashira.certificates.domain.vds_nc_message import SealDose
from hashira.certificates.domain.verdict import CertificateRevoked

DAY = timedelta(days=1)


def crl(
    issuer: Party,
    *revoked: tuple[int, datetime, x509.ReasonFlags],
    this: datetime = AT - DAY,
    following: datetime = AT + DAY,
    invalid_from: datetime | None = None,
    key: Party | None = None,
) -> bytes:
    certificate = x509.load_der_x509_certificate(issuer.der)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(certificate.subject)
        .last_update(this)
        .next_update(following)
        .add_extension(x509.CRLNumber(int(this.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.private.public_key()), critical=False
        )
    )
    for serial, at, reason in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
        entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        if invalid_from is not None:
            entry = entry.add_extension(x509.InvalidityDate(invalid_from), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign((key or issuer).private, SHA256()).public_bytes(Encoding.DER)


COMPROMISE, SUPERSEDED = x509.ReasonFlags.key_compromise, x509.ReasonFlags.superseded


@pytest.fixture
def state() -> tuple[Party, Party]:
    root = authority()
    return root, signer(root)


def judged(root: Party, by: Party, *crls: bytes, at: datetime = AT) -> state_crl.CrlFinding:
    return state_crl.judge(read_certificate(by.der), read_certificate(root.der), crls, at)


def serial(party: Party) -> int:
    return x509.load_der_x509_certificate(party.der).serial_number


def test_a_list_says_current_old_unknown_or_forged(state: tuple[Party, Party]) -> None:
    root, by = state
    assert judged(root, by).remark == state_crl.UNKNOWN
    assert judged(root, by, crl(root)).remark == state_crl.CURRENT
    assert judged(root, by, crl(root), at=AT + 2 * DAY).remark == state_crl.OLD
    assert judged(root, by, crl(root, key=authority())).remark == state_crl.FORGED
    assert judged(root, by, crl(root, this=AT + DAY, following=AT + 2 * DAY)).remark == state_crl.UNKNOWN
    other = authority()  # of the same name, with another key identifier
    assert judged(root, by, crl(other, (serial(by), BEGIN, COMPROMISE))) == state_crl.CrlFinding(
        "crl-unknown"
    )


def test_the_newest_list_counts_and_a_forged_one_takes_nothing_back(state: tuple[Party, Party]) -> None:
    root, by = state
    listed = crl(root, (serial(by), BEGIN, COMPROMISE), this=AT - DAY)
    older = crl(root, this=AT - 5 * DAY)
    forged = crl(root, this=AT - DAY / 2, key=authority())
    for order in ((listed, older, forged), (forged, older, listed)):
        finding = judged(root, by, *order)
        assert finding.withdrawn is not None
        assert finding.withdrawn.reason == "key_compromise"
    bent = listed[:-1] + bytes([listed[-1] ^ 1])
    assert judged(root, by, bent).withdrawn is None


def test_since_when_a_key_is_in_wrong_hands_may_lie_before_its_revocation(state: tuple[Party, Party]) -> None:
    root, by = state
    octets = crl(root, (serial(by), AT - DAY, COMPROMISE), invalid_from=BEGIN + 10 * DAY)
    withdrawn = judged(root, by, octets).withdrawn
    assert withdrawn is not None
    assert withdrawn.since == BEGIN + 10 * DAY


class Log:
    """An issuer's log that has seen everything at one moment."""

    def __init__(self, seen: datetime | None) -> None:
        self.seen = seen

    def existed_since(self, *, format: str, signature: bytes) -> datetime | None:
        return self.seen if format and signature else None


def seal(by: Party) -> str:
    dose = SealDose(
        date="2026-02-01",
        product="COMIRNATY",
        lot="A1",
        country="UTO",
        centre="U",
        number=1,
        code_system="http://id.who.int/icd11/mms",
        code="XM0GQ8",
        disease="RA01.0",
    )
    return vds_nc.issue(
        holder=Holder(name="ERIKSSON  ANNA", birth_date="1974-08-12", document_number="L898902C"),
        doses=(dose,),
        issuer="UTO",
        uvci="U00000000001",
        signer=by,
        at=BEGIN + 60 * DAY,
    )


@pytest.mark.parametrize("reason", [COMPROMISE, SUPERSEDED])
def test_a_seal_of_a_revoked_signer_is_revoked_whatever_time_it_claims(
    state: tuple[Party, Party], reason: x509.ReasonFlags
) -> None:
    root, by = state
    text = seal(by)
    store = TrustStore(anchors=(root.der,))
    good = vds_nc.verify(text, trust=store, at=AT)
    assert good.evidence.remarks == ("crl-unknown",)
    assert "revocation" not in good.evidence.checks
    current = replace(store, state_crls=(crl(root),))
    assert "revocation" in vds_nc.verify(text, trust=current, at=AT).evidence.checks
    withdrawn = AT - 2 * DAY  # long after the dose that the seal attests
    listed = replace(store, state_crls=(crl(root, (serial(by), withdrawn, reason)),))
    with pytest.raises(CertificateRevoked) as refused:
        vds_nc.verify(text, trust=listed, at=AT)
    assert refused.value.evidence is not None
    assert reason.name in str(refused.value.evidence.revoked_by)
    seen = replace(listed, existence=Log(withdrawn - DAY))
    assert "existed-before-withdrawal" in vds_nc.verify(text, trust=seen, at=AT).evidence.remarks
    for log in (Log(withdrawn), Log(None)):
        with pytest.raises(CertificateRevoked):
            vds_nc.verify(text, trust=replace(listed, existence=log), at=AT)


def test_revocation_lists_are_read_as_der_and_as_pem(state: tuple[Party, Party], tmp_path: Path) -> None:
    root, _by = state
    der = crl(root)
    pem = x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)
    (tmp_path / "a.crl").write_bytes(der)
    (tmp_path / "b.pem").write_bytes(
        pem + x509.load_der_x509_certificate(root.der).public_bytes(Encoding.PEM)
    )
    store = read_trust([tmp_path])
    assert (store.state_crls, store.anchors) == ((der,), (root.der,))


# ── SMART Health Cards ─────────────────────────────────────────────────────────────────────────────────────
ISS = "https://cards.example/issuer"


def trusted(key: Key, *lists: RevocationList, crl_version: int | None = None, **more: Any) -> TrustStore:
    kid = p256.thumbprint(key.public_key_spki)
    known = TrustedKey(ISS, kid, key.public_key_spki, "test", crl_version=crl_version)
    return TrustStore(keys=(known,), revocations=lists, **more)


def test_a_card_of_a_withdrawn_key_is_revoked_though_it_says_an_earlier_time() -> None:
    key = Key()
    kid = p256.thumbprint(key.public_key_spki)
    text = card(key, issuer=ISS, at=BEGIN)
    stolen = WithdrawnKey(kid, BEGIN + 30 * DAY, "key_compromise")
    assert shc.verify(text, trust=trusted(key), at=AT)
    with pytest.raises(CertificateRevoked) as refused:
        shc.verify(text, trust=trusted(key, withdrawn=(stolen,)), at=AT)
    assert "key_compromise" in str(refused.value.evidence.revoked_by)
    seen = trusted(key, withdrawn=(stolen,), existence=Log(BEGIN))
    assert shc.verify(text, trust=seen, at=AT).evidence.remarks == ("existed-before-withdrawal",)


def test_withdrawn_keys_are_read_from_a_file() -> None:
    octets = b'{"withdrawn": [{"kid": "k", "since": "2026-01-01T00:00:00Z", "reason": "key_compromise"}]}'
    (key,) = read_octets(octets, name="x.json").withdrawn
    assert key == WithdrawnKey("k", datetime(2026, 1, 1, tzinfo=UTC), "key_compromise")


def test_a_listed_card_is_revoked_and_the_evidence_says_by_which_list() -> None:
    key = Key()
    kid = p256.thumbprint(key.public_key_spki)
    text = card(key, issuer=ISS, at=BEGIN, rid="abc")
    signed = int(BEGIN.timestamp())
    for entries in ({"abc": None}, {"abc": signed + 1}):
        with pytest.raises(CertificateRevoked) as refused:
            shc.verify(text, trust=trusted(key, RevocationList(kid, "rid", 5, entries)), at=AT)
        assert refused.value.evidence is not None
        assert refused.value.evidence.revoked_by == "rid abc (ctr 5)"
    for entries in ({}, {"abc": signed}, {"ab": None}):
        store = trusted(key, RevocationList(kid, "rid", 5, entries))
        assert "revocation" in shc.verify(text, trust=store, at=AT).evidence.checks


def test_one_issuer_cannot_revoke_the_cards_of_another_that_uses_the_same_key() -> None:
    key = Key()
    kid = p256.thumbprint(key.public_key_spki)
    text = card(key, issuer=ISS, at=BEGIN, rid="abc")
    foreign = RevocationList(kid, "rid", 9, {"abc": None}, issuer="https://other.example")
    assert shc.verify(text, trust=trusted(key, foreign), at=AT)
    own = replace(foreign, counter=1, issuer=ISS)
    with pytest.raises(CertificateRevoked):
        shc.verify(text, trust=trusted(key, foreign, own), at=AT)


def test_a_list_that_is_missing_or_behind_is_said() -> None:
    key = Key()
    kid = p256.thumbprint(key.public_key_spki)
    text = card(key, issuer=ISS, at=BEGIN, rid="abc")
    behind = RevocationList(kid, "rid", 4, {})

    def remarks(*lists: RevocationList) -> tuple[str, ...]:
        return shc.verify(text, trust=trusted(key, *lists, crl_version=5), at=AT).evidence.remarks

    assert remarks() == ("revocation-list-missing",)
    assert remarks(behind) == ("revocation-list-old",)
    assert remarks(replace(behind, counter=5)) == ()


@pytest.mark.parametrize(
    "bad",
    [
        [],
        {},
        {"kid": "k", "method": "rid", "ctr": 1},
        {"kid": "k", "method": "rid", "ctr": -1, "rids": []},
        {"kid": "k", "method": "rid", "ctr": 1.5, "rids": []},
        {"kid": "k", "method": "rid", "ctr": 1, "rids": ["x" * 25]},
        {"kid": "k", "method": "rid", "ctr": 1, "rids": [7]},
    ],
)
def test_what_is_no_revocation_list_is_refused(bad: Any) -> None:
    with pytest.raises(NotARevocationList):
        read_revocation_list(json.loads(json.dumps(bad)))


# ── keys that were retired ─────────────────────────────────────────────────────────────────────────────────
def test_a_retired_key_cannot_date_a_card_outside_its_period() -> None:
    from hashira.certificates.domain.x5c_chain import BrokenChain, check_chain

    key = Key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "issuer")])
    leaf = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.private.public_key())
        .serial_number(1)
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + 3650 * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(ISS)]), False)
        .add_extension(x509.PrivateKeyUsagePeriod(BEGIN + DAY, BEGIN + 100 * DAY), False)
        .sign(key.private, SHA256())
        .public_bytes(Encoding.DER)
    )

    def judge(signed_at: datetime) -> object:
        return check_chain((leaf,), spki=key.public_key_spki, issuer=ISS, signed_at=signed_at)

    assert judge(BEGIN + 50 * DAY)
    for outside in (BEGIN, BEGIN + 101 * DAY):
        with pytest.raises(BrokenChain):
            judge(outside)


def test_a_new_version_that_takes_a_revocation_back_waits_for_a_person(state: tuple[Party, Party]) -> None:
    from hashira.certificates.domain.trust_change import compare

    root, _by = state
    newer, older = crl(root, this=AT - DAY), crl(root, this=AT - 2 * DAY)
    withdrawn = WithdrawnKey("k", BEGIN, "key_compromise")
    old = TrustStore(anchors=(root.der,), state_crls=(newer,), withdrawn=(withdrawn,))
    assert not compare(old, old).needs_person(most_removed=0.2)
    for new in (
        replace(old, state_crls=()),
        replace(old, state_crls=(older,)),
        replace(old, withdrawn=()),
        replace(old, withdrawn=(replace(withdrawn, since=AT),)),
    ):
        assert compare(old, new).needs_person(most_removed=0.2)
    assert not compare(replace(old, state_crls=(older,)), old).needs_person(most_removed=0.2)
