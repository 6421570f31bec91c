"""Promises of every registered format, on its own specimen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from tests.certificates import states
from tests.certificates.card import ISSUER, LATER, Key

from hashira.certificates.domain import shc, vds_nc
from hashira.certificates.domain.format import FORMATS, assess, format_named, format_of, verify
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.specimen import BIRTH_DATE, SPECIMENS
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import (
    CHECK_NAMES,
    VERDICT_NAMES,
    CertificateUnsupported,
    NotVerified,
    Verdict,
)

NAMES = [known.NAME for known in FORMATS]


def _card() -> tuple[str, Signer, TrustStore, datetime]:
    key = Key()
    return ISSUER, key, key.trusted(), LATER


def _seal() -> tuple[str, Signer, TrustStore, datetime]:
    authority = states.authority()
    return "UTO", states.signer(authority), TrustStore(anchors=(authority.der,)), states.AT


PARTIES: dict[str, Callable[[], tuple[str, Signer, TrustStore, datetime]]] = {
    shc.NAME: _card,
    vds_nc.NAME: _seal,
}


def specimen(name: str) -> tuple[str, TrustStore, datetime]:
    issuer, signer, trust, at = PARTIES[name]()
    return SPECIMENS[name](issuer=issuer, signer=signer, at=at), trust, at


def test_every_format_has_a_specimen_and_a_name_of_its_own() -> None:
    assert set(SPECIMENS) == set(PARTIES) == set(NAMES)
    assert len(set(NAMES)) == len(NAMES)
    for known in FORMATS:
        assert re.fullmatch(r"[a-z-]+", known.NAME)
        assert known.TITLE.ja
        assert known.TITLE.en
        assert any(letter.isdigit() for letter in known.REFERENCE), "a reference names the edition"
        assert format_named(known.NAME) is known


@pytest.mark.parametrize("name", NAMES)
def test_a_specimen_is_known_by_its_own_format_alone_and_verifies(name: str) -> None:
    text, trust, at = specimen(name)
    assert [known.NAME for known in FORMATS if known.sniff(text)] == [name]
    assert format_of(text).decode(text)
    verified = verify(text, trust=trust, at=at)
    assert verified.evidence.format == name
    assert verified.evidence.judged_at == at
    assert verified.content.holder.birth_date == BIRTH_DATE
    assert len(verified.content.doses) == 2
    assert verified.evidence.key_source
    assert set(verified.evidence.checks) <= set(CHECK_NAMES)
    assert {"form", "signature", "validity"} <= set(verified.evidence.checks)


@pytest.mark.parametrize("name", NAMES)
def test_without_trust_a_specimen_is_untrusted_and_says_whose_it_claims_to_be(name: str) -> None:
    text, _trust, at = specimen(name)
    answer = assess(text, trust=TrustStore(), at=at)
    assert answer.verdict is Verdict.UNTRUSTED
    assert answer.evidence is not None
    assert answer.evidence.format == name
    assert answer.content is not None
    assert answer.error is not None


@pytest.mark.parametrize("name", NAMES)
def test_a_specimen_cut_short_is_malformed_and_keeps_its_format(name: str) -> None:
    text, trust, at = specimen(name)
    answer = assess(text[:-40], trust=trust, at=at)
    assert answer.verdict is Verdict.MALFORMED
    assert answer.evidence is not None
    assert (answer.evidence.format, answer.content) == (name, None)


@pytest.mark.parametrize("name", NAMES)
def test_a_certificate_of_another_signer_is_untrusted(name: str) -> None:
    text, _trust, at = specimen(name)
    _text, foreign, _at = specimen(name)
    with pytest.raises(NotVerified) as caught:
        verify(text, trust=foreign, at=at)
    assert caught.value.verdict in {Verdict.UNTRUSTED, Verdict.INVALID}


@pytest.mark.parametrize("text", ["", "hello", "HC1:6BF", "{}", "[]", "shlink:/eyJ"])
def test_what_is_of_no_format_is_unsupported(text: str) -> None:
    with pytest.raises(CertificateUnsupported):
        verify(text, trust=TrustStore(), at=LATER)


def test_every_verdict_has_a_name_and_one_error() -> None:
    assert set(VERDICT_NAMES) == set(Verdict)
    negative = [error.verdict for error in NotVerified.__subclasses__()]
    assert sorted(negative) == sorted(set(Verdict) - {Verdict.VERIFIED})
