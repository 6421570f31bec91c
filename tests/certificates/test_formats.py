"""Promises of every registered format, on its own examples."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.certificates import states
from tests.certificates.card import ISSUER, LATER, Key
from tests.certificates.signers import document_signer

from hashira.certificates.domain.example import BIRTH_DATE, Example
from hashira.certificates.domain.format import FORMATS, assess, format_named, format_of, verify
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.trust import CredentialKey, TrustStore
from hashira.certificates.domain.verdict import (
    CHECK_NAMES,
    VERDICT_NAMES,
    CertificateUnsupported,
    NotVerified,
    Verdict,
)

NAMES = [known.NAME for known in FORMATS]
PAGES = Path(__file__).resolve().parents[2] / "docs/reference/formats"


def _card() -> tuple[str, Signer, TrustStore, datetime]:
    key = Key()
    return ISSUER, key, key.trusted(), LATER


def _seal() -> tuple[str, Signer, TrustStore, datetime]:
    authority = states.authority()
    return "UTO", states.signer(authority), TrustStore(anchors=(authority.der,)), states.AT


def _container() -> tuple[str, Signer, TrustStore, datetime]:
    signer = document_signer()
    return "UT", signer, TrustStore(anchors=(signer.der,)), states.AT


class OnEd25519:
    """A ``Signer`` of credentials (DIVOC), as no issuer of ours has one."""

    certificate_chain: tuple[bytes, ...] = ()

    def __init__(self) -> None:
        self.private = ed25519.Ed25519PrivateKey.generate()

    @property
    def public_key_spki(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


def _credential() -> tuple[str, Signer, TrustStore, datetime]:
    signer = OnEd25519()
    key = CredentialKey("did:example:mihon", "https://example.com/", signer.public_key_spki, "test")
    return "https://example.com/", signer, TrustStore(credential_keys=(key,)), states.AT


PARTIES: dict[str, Callable[[], tuple[str, Signer, TrustStore, datetime]]] = {
    "shc": _card,
    "vds-nc": _seal,
    "hcert": _container,
    "divoc": _credential,
}


@cache
def made(name: str, number: int = 0) -> tuple[tuple[Example, ...], TrustStore, datetime]:
    """The examples of a format, with a signer of their own for each number."""
    issuer, signer, trust, at = PARTIES[name]()
    return format_named(name).examples(issuer=issuer, signer=signer, at=at), trust, at


EXAMPLES = [(name, position) for name in NAMES for position in range(len(made(name)[0]))]


def test_every_format_has_examples_a_page_and_a_name_of_its_own() -> None:
    assert set(PARTIES) == set(NAMES)
    assert len(set(NAMES)) == len(NAMES)
    for known in FORMATS:
        assert re.fullmatch(r"[a-z-]+", known.NAME)
        assert known.TITLE.ja
        assert known.TITLE.en
        assert any(letter.isdigit() for letter in known.REFERENCE), "a reference names the edition"
        assert format_named(known.NAME) is known
        assert len((PAGES / f"{known.NAME}.md").read_text("utf-8").splitlines()) > 50, "a page, not a file"
        verdicts = [example.verdict for example in made(known.NAME)[0]]
        assert Verdict.VERIFIED in verdicts
        assert set(verdicts) - {Verdict.VERIFIED}, "and one that must fail"


@pytest.mark.parametrize("page", sorted(path.name for path in PAGES.glob("*.md")))
def test_a_page_says_what_is_refused_with_the_clause(page: str) -> None:
    rows = (PAGES / page).read_text("utf-8").splitlines()
    heads = [n for n, row in enumerate(rows) if "断るもの / Refused" in row and "条 / Clause" in row]
    assert heads, "a table of what is refused, with the clause"
    for head in heads:
        table = rows[head + 2 : next(n for n in range(head, len(rows)) if not rows[n].startswith("|"))]
        assert len(table) >= 4
        for row in table:
            assert row.rstrip("| ").count(" | ") >= 1, row
            assert row.rstrip("| ").rpartition("|")[2].strip(), f"no clause: {row}"


@pytest.mark.parametrize(("name", "position"), EXAMPLES)
def test_an_example_is_of_its_format_alone_and_has_its_verdict(name: str, position: int) -> None:
    examples, trust, at = made(name)
    example = examples[position]
    assert [known.NAME for known in FORMATS if known.sniff(example.text)] == [name]
    answer = assess(example.text, trust=trust, at=at)
    assert answer.verdict is example.verdict, example.name
    assert answer.evidence is not None
    assert (answer.evidence.format, answer.evidence.judged_at) == (name, at)
    if example.verdict is Verdict.VERIFIED:
        assert format_of(example.text).decode(example.text)
        assert answer.content is not None
        assert answer.content.holder.birth_date == BIRTH_DATE
        assert len(answer.content.doses) == example.doses
        assert answer.evidence.key_source
        assert set(answer.evidence.checks) <= set(CHECK_NAMES)
        assert {"form", "signature", "validity"} <= set(answer.evidence.checks)


GOOD = [(n, p) for n, p in EXAMPLES if made(n)[0][p].verdict is Verdict.VERIFIED]


@pytest.mark.parametrize(("name", "position"), GOOD)
def test_without_trust_it_is_untrusted_and_says_whose_it_claims_to_be(name: str, position: int) -> None:
    examples, _trust, at = made(name)
    answer = assess(examples[position].text, trust=TrustStore(), at=at)
    assert answer.verdict is Verdict.UNTRUSTED
    assert answer.evidence is not None
    assert answer.evidence.format == name
    assert answer.content is not None
    assert answer.error is not None


@pytest.mark.parametrize(("name", "position"), GOOD)
def test_cut_short_it_is_malformed_and_keeps_its_format(name: str, position: int) -> None:
    examples, trust, at = made(name)
    # 42 digits of a card are 21 characters: what is left of its signature has a length that Base64 never has.
    answer = assess(examples[position].text[:-42], trust=trust, at=at)
    assert answer.verdict is Verdict.MALFORMED
    assert answer.evidence is not None
    assert (answer.evidence.format, answer.content) == (name, None)


@pytest.mark.parametrize(("name", "position"), GOOD)
def test_of_another_signer_it_is_untrusted(name: str, position: int) -> None:
    examples, _trust, at = made(name)
    _examples, foreign, _at = made(name, number=1)
    answer = assess(examples[position].text, trust=foreign, at=at)
    assert answer.verdict in {Verdict.UNTRUSTED, Verdict.INVALID}


@pytest.mark.parametrize("text", ["", "hello", "{}", "[]", "shlink:/eyJ"])
def test_what_is_of_no_format_is_unsupported(text: str) -> None:
    with pytest.raises(CertificateUnsupported):
        verify(text, trust=TrustStore(), at=LATER)


def test_every_verdict_has_a_name_and_one_error() -> None:
    assert set(VERDICT_NAMES) == set(Verdict)
    negative = [error.verdict for error in NotVerified.__subclasses__()]
    assert sorted(negative) == sorted(set(Verdict) - {Verdict.VERIFIED})
