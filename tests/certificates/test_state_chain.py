"""The chain from a signer to its state: what holds, and each reason why it does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from tests.certificates.states import (
    AT,
    AUTHORITY_ENDS,
    BEGIN,
    NT,
    NT_AND_NV,
    SIGNER_ENDS,
    SIGNING_ENDS,
    Party,
    authority,
    name,
    signer,
)

from hashira.certificates.domain.state_certificate import StateCertificate, read_certificate
from hashira.certificates.domain.state_chain import Forged, NoAuthority, OutsideTime, check_chain
from hashira.certificates.domain.state_code import ISO_3166, is_state, two_letters

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def csca() -> Party:
    return authority()


def judged(
    of: Party,
    *anchors: Party,
    state: str = "UTO",
    kind: str = "NV",
    earliest: datetime = BEGIN + 30 * DAY,
    at: datetime = AT,
) -> StateCertificate:
    return check_chain(
        read_certificate(of.der),
        state=state,
        document_type=kind,
        anchors=tuple(anchor.der for anchor in anchors),
        earliest=earliest,
        at=at,
    )


def test_a_right_chain_names_its_authority(csca: Party) -> None:
    assert judged(signer(csca), csca).der == csca.der


def test_an_authority_for_health_alone_will_do() -> None:
    own = authority(purposes=("2.23.136.1.1.14.1",))
    assert judged(signer(own), own).der == own.der


def test_a_signer_of_both_kinds_signs_both(csca: Party) -> None:
    both = signer(csca, types=NT_AND_NV)
    assert judged(both, csca, kind="NV")
    assert judged(both, csca, kind="NT")


@pytest.mark.parametrize(
    "change",
    [
        {"purposes": ()},
        {"purposes": ("2.23.136.1.1.14.1",)},
        {"purposes": ("2.5.29.37.0",)},  # "any purpose" is not this purpose
        {"purposes_critical": False},
        {"types": None},
        {"types": NT},
        {"usage": frozenset({"key_agreement"})},
        {"usage": frozenset({"digital_signature", "key_cert_sign"})},
        {"authority": True},
        {"critical_stranger": True},
        {"subject": name("FR", "Utopia seals")},
        {"state": "FRA"},
    ],
    ids="-".join,
)
def test_a_certificate_for_something_else_signs_no_seal(csca: Party, change: dict[str, Any]) -> None:
    """All of these are properly signed by the state's own authority, as passport signers are."""
    with pytest.raises(NoAuthority):
        judged(signer(csca, **change), csca)


@pytest.mark.parametrize("state", ["JPN", "FRA", "XXA", "ZZZ", "<<<"])
def test_no_state_signs_for_another(csca: Party, state: str) -> None:
    with pytest.raises(NoAuthority):
        judged(signer(csca), csca, state=state)


def test_without_its_authority_nobody_vouches(csca: Party) -> None:
    other = authority(subject=name(common="Another CSCA"))
    for anchors in ((), (other,)):
        with pytest.raises(NoAuthority):
            judged(signer(csca), *anchors)


def test_an_authority_of_the_same_name_with_another_key_does_not_vouch(csca: Party) -> None:
    namesake = authority()
    with pytest.raises(NoAuthority):  # the key identifiers tell
        judged(signer(csca), namesake)
    key_id = read_certificate(csca.der).subject_key_id
    forged = signer(namesake, key_id=key_id)
    with pytest.raises(Forged):  # they claim the right key, and the signature tells
        judged(forged, csca)
    assert judged(signer(csca), namesake, csca).der == csca.der


@pytest.mark.parametrize(
    "change",
    [
        {"authority": False},
        {"authority": None},
        {"usage": frozenset({"crl_sign"})},
        {"purposes": ("2.23.136.1.1.3",)},  # a signer of master lists
        {"critical_stranger": True},
    ],
    ids="-".join,
)
def test_what_is_no_authority_vouches_for_nobody(change: dict[str, Any]) -> None:
    no_authority = authority(**change)
    with pytest.raises(NoAuthority):
        judged(signer(no_authority), no_authority)


def test_a_damaged_certificate_of_an_authority_is_not_believed(csca: Party) -> None:
    damaged = bytearray(csca.der)
    damaged[-1] ^= 1
    with pytest.raises(NoAuthority, match="damaged"):
        judged(signer(csca), Party(csca.private, bytes(damaged)))


def test_unreadable_anchors_are_passed_over(csca: Party) -> None:
    assert judged(signer(csca), Party(csca.private, b"\x30\x03abc"), csca)


def test_of_several_certificates_for_one_key_one_that_holds_is_enough() -> None:
    """As Japan has a self-signed certificate and a link certificate for the same key."""
    key = ec.generate_private_key(ec.SECP384R1())
    old = authority(key, digest=SHA384(), ends=AT - DAY)
    new = authority(key, digest=SHA384())
    under = signer(new, digest=SHA384())
    for anchors in ((old, new), (new, old)):
        assert judged(under, *anchors).der == new.der
    with pytest.raises(OutsideTime):
        judged(under, old)


# --- time: the signer signs for 456 days of its 3,650; see the docstring of state_chain


@pytest.mark.parametrize(
    ("earliest", "at", "trouble"),
    [
        (BEGIN, BEGIN, None),
        (BEGIN - 900 * DAY, AT, None),  # an old dose on a new certificate
        (SIGNING_ENDS, SIGNER_ENDS, None),  # on the last day of signing, judged on the last day of all
        (BEGIN, BEGIN - DAY, OutsideTime),
        (BEGIN, SIGNER_ENDS + DAY, OutsideTime),
        (AT + DAY, AT, OutsideTime),  # a dose that lies ahead
        (SIGNING_ENDS + DAY, SIGNER_ENDS, NoAuthority),  # a dose after the key was retired
    ],
)
def test_the_key_signs_in_its_period_and_the_seal_lives_as_long_as_the_certificate(
    csca: Party, earliest: datetime, at: datetime, trouble: type[Exception] | None
) -> None:
    if trouble is None:
        assert judged(signer(csca), csca, earliest=earliest, at=at)
    else:
        with pytest.raises(trouble):
            judged(signer(csca), csca, earliest=earliest, at=at)


def test_without_a_period_the_key_signs_as_long_as_its_certificate_is_valid(csca: Party) -> None:
    assert judged(signer(csca, signs=None), csca, earliest=SIGNER_ENDS - DAY, at=SIGNER_ENDS)


def test_an_authority_that_has_expired_or_was_retired_before_does_not_vouch(csca: Party) -> None:
    short = authority(ends=AT - DAY)
    with pytest.raises(OutsideTime):
        judged(signer(short), short)
    retired = authority(signs=(BEGIN, BEGIN + DAY))
    late = signer(retired, begins=BEGIN + 10 * DAY, signs=None)
    with pytest.raises(NoAuthority):
        judged(late, retired)
    assert judged(signer(retired), retired)
    assert judged(signer(csca, ends=AUTHORITY_ENDS), csca, at=AUTHORITY_ENDS)


# --- codes of states


def test_the_codes_are_those_of_iso_3166() -> None:
    """Against CLDR, which Babel carries: it maps three letters to two."""
    from babel.core import get_global

    listed = {k: v[0] for k, v in get_global("territory_aliases").items() if len(k) == 3 and len(v) == 1}
    assert len(ISO_3166) == len(set(ISO_3166.values())) == 249
    assert {three: listed[three] for three in ISO_3166} == ISO_3166


def test_documents_have_codes_that_iso_has_not() -> None:
    assert [two_letters(code) for code in ("D<<", "DEU", "EUE", "UNO", "UTO")] == [
        "DE",
        "DE",
        "EU",
        "UN",
        "UT",
    ]
    assert all(is_state(code) for code in ("XXA", "XXB", "XXC", "XXX", "GBN", "XOM", "D"))
    assert not any(is_state(code) for code in ("", "<<<", "JPO", "ZZZ", "JP", "jpn"))
