"""Seals that others published: Japan's own, with the chain to its authority, and two test seals."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hashira.certificates.adapters.trust_files import read_trust
from hashira.certificates.domain import vds_nc
from hashira.certificates.domain.format import assess, format_of
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import (
    CertificateExpired,
    CertificateInvalid,
    CertificateUntrusted,
    NotVerified,
    Verdict,
)

pytestmark = pytest.mark.shared_data
TODAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def seal(shared_data: Path) -> str:
    return (shared_data / "certificates/icao/jpn-triple-vaccine.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def states(shared_data: Path) -> TrustStore:
    return read_trust([shared_data / "certificates/trust"])


def opened(seal: str) -> dict[str, Any]:
    document = json.loads(seal)
    return dict(document[0] if isinstance(document, list) else document)


def test_japans_seal_verifies_with_the_chain_to_its_authority(seal: str, states: TrustStore) -> None:
    verified = vds_nc.verify(seal, trust=states, at=TODAY)
    assert verified.evidence.chain[0] == "C=JP, CN=The Digital Agency"
    assert "e-passportCSCA" in verified.evidence.chain[-1]
    assert {"signature", "chain"} <= set(verified.evidence.checks)
    content = verified.content
    assert (content.holder.name, content.holder.birth_date) == ("MIYAKE SHOTA", "1991-02-18")
    assert content.certificate_number == "JPN90000120211209200002"
    assert [dose.lot for dose in content.doses] == ["FC9880", "FE8206", "FE9787"]


def test_without_the_authority_of_japan_it_is_untrusted(seal: str, shared_data: Path) -> None:
    others = read_trust(sorted((shared_data / "certificates/trust").glob("csca-aus-*.der")))
    for trust in (TrustStore(), others):
        with pytest.raises(CertificateUntrusted):
            vds_nc.verify(seal, trust=trust, at=TODAY)


def test_one_letter_of_the_name_is_enough_to_be_invalid(seal: str, states: TrustStore) -> None:
    with pytest.raises(CertificateInvalid):
        vds_nc.verify(seal.replace("MIYAKE", "MIYAKO"), trust=states, at=TODAY)


def test_it_does_not_hold_before_its_signer_nor_after(seal: str, states: TrustStore) -> None:
    for moment in (datetime(2021, 11, 1, tzinfo=UTC), datetime(2031, 11, 17, tzinfo=UTC)):
        with pytest.raises(CertificateExpired):
            vds_nc.verify(seal, trust=states, at=moment)


def test_200_seeded_changes_of_a_byte_never_verify_as_something_else(seal: str, states: TrustStore) -> None:
    chance = random.Random(20211209)
    original = vds_nc.verify(seal, trust=states, at=TODAY)
    same = 0
    for _ in range(200):
        octets = bytearray(seal.encode())
        place = chance.randrange(len(octets))
        octets[place] ^= chance.randrange(1, 256)
        try:
            answer = vds_nc.verify(octets.decode("latin-1"), trust=states, at=TODAY)
        except NotVerified:
            continue
        # The canonical form is signed: what is outside of it, such as white space, may differ.
        same += 1
        assert chr(seal.encode()[place]).isspace()
        assert answer.content == original.content
        assert answer.evidence.kid == original.evidence.kid
    assert same < 200 // 4


@pytest.mark.parametrize("name", ["single-vaccine.txt", "test.txt"])
def test_the_test_seals_are_signed_right_by_somebody_unknown(
    name: str, shared_data: Path, states: TrustStore
) -> None:
    text = (shared_data / "certificates/icao" / name).read_text(encoding="utf-8")
    assert format_of(text).NAME == "vds-nc"
    answer = assess(text, trust=states, at=TODAY)
    assert answer.verdict is Verdict.UNTRUSTED
    assert answer.evidence is not None
    assert "signature" in answer.evidence.checks


def test_members_in_another_order_and_without_blanks_are_the_same_seal(seal: str, states: TrustStore) -> None:
    turned = opened(seal)
    turned = {"sig": turned["sig"], "data": {"msg": turned["data"]["msg"], "hdr": turned["data"]["hdr"]}}
    assert vds_nc.verify(json.dumps(turned), trust=states, at=TODAY)


def test_a_signature_of_another_seal_does_not_fit(seal: str, shared_data: Path, states: TrustStore) -> None:
    other = opened((shared_data / "certificates/icao/single-vaccine.txt").read_text(encoding="utf-8"))
    mixed = {"data": other["data"], "sig": opened(seal)["sig"]}
    with pytest.raises(CertificateInvalid):
        vds_nc.verify(json.dumps(mixed), trust=states, at=TODAY)
