"""HCERT: what is written, what is read, what is refused."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from tests.certificates import states
from tests.certificates.hcerts import EXPIRES, NOW, claim, codes, eu, yellow_card, yellow_claim
from tests.certificates.signers import TEST, document_signer
from tests.certificates.states import Party

from hashira.certificates.domain import base45, cose, dcc, hcert, hcert_issue, icvp, strict_cbor
from hashira.certificates.domain.content import Holder
from hashira.certificates.domain.dcc_value_set import codes_on, total_doses
from hashira.certificates.domain.format import assess
from hashira.certificates.domain.hcert_issue import DocumentSignerNotFit, HcertTooLarge
from hashira.certificates.domain.trust import RevocationList, StateKey, TrustStore, WithdrawnKey
from hashira.certificates.domain.uvci import check_character, is_wrong, new_uvci
from hashira.certificates.domain.vaccine_product import PRODUCTS
from hashira.certificates.domain.verdict import Verdict, Verified

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def signer() -> Party:
    return document_signer()


def trusting(*parties: Party, **changes: str) -> TrustStore:
    """A list of states that has these document signers."""
    values = {"participant": "UTO", "domain": "DCC", "usage": "DSC", "source": "list"} | changes
    keys = (
        StateKey(kid=hcert.key_identifier(party.der), certificate=party.der, **values) for party in parties
    )
    return TrustStore(state_keys=tuple(keys))


def sealed(signer: Party, content: dict[Any, Any], *, kid: bytes | None = None, **header: Any) -> str:
    """A container made by hand round any claims, signed as it must be."""
    protected = cbor2.dumps({1: -7, 4: kid or hcert.key_identifier(signer.der)} | header.get("protected", {}))
    payload = content if isinstance(content, bytes) else cbor2.dumps(content)
    message = cbor2.dumps(["Signature1", protected, b"", payload])
    parts = [protected, header.get("unprotected", {}), payload, signer.sign(message)]
    return packed(cbor2.dumps(cbor2.CBORTag(18, parts)))


def packed(message: bytes) -> str:
    return "HC1:" + base45.encode(zlib.compress(message))


def claims(claim_: dict[str, Any] | None = None, **changes: Any) -> dict[Any, Any]:
    issued = int(NOW.timestamp())
    base: dict[Any, Any] = {1: "UT", 4: issued + 86_400, 6: issued, -260: {1: claim_ or claim()}}
    return base | changes.get("with_", {})


def verdict(text: str, trust: TrustStore, at: Any = NOW) -> Verdict:
    return assess(text, trust=trust, at=at).verdict


# --- Base45 and CBOR


@given(st.binary(max_size=200))
def test_base45_there_and_back(octets: bytes) -> None:
    assert base45.decode(base45.encode(octets)) == octets


@pytest.mark.parametrize("beside", [b"\0\0", b"\xff\xff"])
def test_base45_of_every_pair_of_octets(beside: bytes) -> None:
    """All are written at once, each between two neighbours, and held against RFC 9285 §4 word by word."""
    written = base45.encode(b"".join(beside + pair.to_bytes(2, "big") for pair in range(1 << 16)))
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    for pair in range(1 << 16):
        c, d, e = (letters.index(letter) for letter in written[6 * pair + 3 : 6 * pair + 6])
        assert c + d * 45 + e * 45 * 45 == pair


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", max_size=60))
def test_base45_has_one_spelling(text: str) -> None:
    try:
        octets = base45.decode(text)
    except base45.NotBase45:
        return
    assert base45.encode(octets) == text


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("", b""),
        ("BB8", b"AB"),
        ("%69 VD92EX0", b"Hello!!"),
        ("UJCLQE7W581", b"base-45"),
        ("FGW", b"\xff\xff"),
    ],
)
def test_base45_of_rfc_9285(text: str, octets: bytes) -> None:
    """The examples of its sections 4.3 and 4.4, and the largest triple."""
    assert base45.decode(text) == octets
    assert base45.encode(octets) == text


@pytest.mark.parametrize("text", ["A", "ABCD", "GGW", ":::", "U6", "::", "ab8", "BB\u00e9", "BB\n", "=="])
def test_base45_refuses(text: str) -> None:
    with pytest.raises(base45.NotBase45):
        base45.decode(text)


@pytest.mark.parametrize(
    "octets",
    ["a201020103", "0000", "", "81", "c101", "d81c8100", "d8236161", "c24101", "a1", "81" * 40, "1c", "ff"],
    ids=[
        "a key twice", "two items", "nothing", "cut off", "a tagged time", "shared", "an expression",
        "a big number", "half a map", "deep", "a length that is not", "a break",
    ],
)  # fmt: skip
def test_strict_cbor_refuses(octets: str) -> None:
    with pytest.raises(strict_cbor.NotCbor):
        strict_cbor.read(bytes.fromhex(octets))


@given(st.recursive(st.integers(-(2**63), 2**63) | st.text() | st.binary() | st.none() | st.booleans(),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
                    max_leaves=12))  # fmt: skip
def test_strict_cbor_reads_what_is_written(value: Any) -> None:
    octets = cbor2.dumps(value)
    assert strict_cbor.read(octets) == value
    assert strict_cbor.end_of_item(octets, 0) == len(octets)


# --- identifiers


@pytest.mark.parametrize("text", ["URN:UVCI:01:SE:EHM/V12907267LAJW#E", "URN:UVCI:01:IT:0E8E"])
def test_a_right_uvci(text: str) -> None:
    assert not is_wrong(text)


@given(st.integers(0, 25), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
def test_a_changed_letter_of_a_uvci_is_noticed(place: int, letter: str) -> None:
    text = new_uvci("UT")
    head, _, check = text.partition("#")
    at = len("URN:UVCI:01:UT:") + place % 24
    other = head[:at] + letter + head[at + 1 :]
    assert is_wrong(f"{other}#{check}") is (other != head)
    assert check_character(head) == check


# --- writing


def test_what_is_written(signer: Party) -> None:
    text = eu(signer)
    message = hcert.unpack(text)
    tag = cbor2.loads(message)
    protected, unprotected, payload, signature = tag.value
    assert tag.tag == 18
    assert cbor2.loads(protected) == {1: -7, 4: hcert.key_identifier(signer.der)}
    assert (unprotected, len(signature)) == ({}, 64)
    content = cbor2.loads(payload)
    assert set(content) == {1, 4, 6, -260}
    assert content[-260][1] == claim()
    assert len(text) < 600, "a code of version 18 at level Q"


def test_it_verifies_and_says_the_same(signer: Party) -> None:
    answer = hcert.verify(eu(signer), trust=trusting(signer), at=NOW)
    assert isinstance(answer, Verified)
    assert isinstance(answer.content, dcc.DccContent)
    holder, (only,) = answer.content.holder, answer.content.doses
    assert (holder.name, holder.birth_date) == ("見本 花子", "1960-04-22")
    assert answer.content.transliterated == "MIHON<<HANAKO"
    assert (only.product, only.date, only.number, only.country) == ("Spikevax", "2026-05-01", 2, "JP")
    assert answer.evidence.checks == ("form", "signature", "purpose", "state", "validity")
    assert answer.evidence.signed_at == NOW


def test_a_yellow_card(signer: Party) -> None:
    answer = hcert.verify(yellow_card(signer), trust=trusting(signer, domain="ICVP"), at=NOW)
    assert isinstance(answer.content, icvp.IcvpContent)
    (only,) = answer.content.doses
    assert isinstance(only, icvp.IcvpDose)
    assert (only.product, only.disease, only.lot, only.valid_from) == (
        "STAMARIL",
        "1D47",
        "Y1234",
        "2026-05-11",
    )
    assert answer.content.nationality == "JPN"


@pytest.mark.parametrize(
    "changes",
    [
        {"holder": Holder(name=None, birth_date="1960-04-22")},
        {"holder": Holder(name=None, family="見本", birth_date="2026-06-01")},
        {"holder": Holder(name=None, family="か\u3099", birth_date="1960-04-22")},
        {"surname": "Mihon"},
        {"surname": ""},
        {"surname": "<", "forename": ""},
        {"surname": "A" * 81},
        {"number": 0},
        {"number": 10, "total": 10},
        {"country": "JPN"},
        {"country": "ZZ"},
        {"authority": " "},
        {"authority": "市" * 81},
        {"uvci": "URN:UVCI:01:UT:ABCDEFGH1234#A"},
        {"uvci": "X"},
        {"codes": replace(codes(), medicine="Comirnaty")},
    ],
)
def test_what_is_not_written(changes: dict[str, Any]) -> None:
    with pytest.raises(dcc.DccNotWritable):
        claim(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"product": "1"},
        {"product": "YellowFeverProduct01a3b83cf13e87948437db11cf5c34eb", "day": date(2020, 1, 1)},
        {"sex": "F"},
        {"nationality": "JP"},
        {"number": 0},
        {"batch": ""},
        {"name": "x" * 81},
        {"valid_from": date(2026, 4, 1)},
        {"valid_until": date(2026, 5, 2)},
        {"birth_date": date(2026, 5, 2)},
        {"clinician": "a\x1b[31m"},
    ],
)
def test_what_is_not_written_on_a_yellow_card(changes: dict[str, Any]) -> None:
    with pytest.raises(icvp.IcvpNotWritable):
        yellow_claim(**changes)


@pytest.mark.parametrize(
    "party",
    [
        lambda: document_signer(purposes=(TEST,)),
        lambda: document_signer(purposes=(states.HEALTH,)),
        lambda: document_signer(ends=NOW - DAY),
        lambda: document_signer(signs=(states.BEGIN, NOW - DAY)),
        lambda: document_signer(subject=states.name("FR")),
        lambda: document_signer(usage=frozenset({"key_agreement"})),
        states.authority,
        lambda: replace(document_signer(), der=document_signer().der),
    ],
)
def test_a_signer_that_does_not_fit(party: Callable[[], Party]) -> None:
    with pytest.raises(DocumentSignerNotFit):
        eu(party())


def test_what_is_too_large(signer: Party) -> None:
    chance = "".join(chr(0x4E00 + number * 37 % 20000) for number in range(2000))
    made = claim() | {"x": chance}
    with pytest.raises(HcertTooLarge):
        hcert_issue.issue(claim=made, kind=1, issuer="UT", signer=signer, at=NOW, expires=EXPIRES)


def test_products_that_have_no_code_of_the_eu() -> None:
    """Those against COVID-19 that the register has and the EU's instructions do not name."""
    covid = {code for code, product in PRODUCTS.items() if product.series == "covid-19"}
    assert {code for code in covid if codes_on(code, NOW.date()) is None} == {
        "nuvaxovid",
        "daichirona",
        "kostaive",
    }
    assert all(codes_on(code, NOW.date()) is None for code in PRODUCTS.keys() - covid)
    assert total_doses(4, first_product="spikevax") == 4


# --- reading: quirks


def test_the_quirks_of_real_issuers(signer: Party) -> None:
    trust = trusting(signer)
    message = hcert.unpack(sealed(signer, claims()))
    assert verdict(packed(message[1:]), trust) is Verdict.VERIFIED, "no tag"
    assert verdict(packed(b"\xd8\x3d" + message), trust) is Verdict.VERIFIED, "two tags"
    assert verdict(packed(b"\xd8\x3e" + message), trust) is Verdict.MALFORMED, "another tag"
    fractions = claims(with_={4: NOW.timestamp() + 900.25, 6: NOW.timestamp() - 0.5})
    assert verdict(sealed(signer, fractions), trust) is Verdict.VERIFIED
    assert verdict("  " + packed(message) + "\n", trust) is Verdict.VERIFIED
    assert verdict(packed(message).replace("HC1:", "hc1:"), trust) is Verdict.VERIFIED


def test_the_protected_header_wins(signer: Party) -> None:
    own, trust = hcert.key_identifier(signer.der), trusting(signer)
    assert verdict(sealed(signer, claims(), unprotected={4: b"12345678"}), trust) is Verdict.VERIFIED
    wrong = sealed(signer, claims(), kid=b"12345678", unprotected={4: own})
    assert verdict(wrong, trust) is Verdict.UNTRUSTED


def test_all_signers_of_a_key_identifier_are_tried(signer: Party) -> None:
    stranger = document_signer()
    trust, other = trusting(signer), trusting(stranger)
    (key,), (foreign,) = trust.state_keys, other.state_keys
    both = TrustStore(state_keys=(replace(foreign, kid=key.kid), key))
    assert verdict(sealed(signer, claims()), both) is Verdict.VERIFIED
    alone = TrustStore(state_keys=(replace(foreign, kid=key.kid),))
    assert verdict(sealed(signer, claims()), alone) is Verdict.INVALID


def test_a_larger_curve_under_the_usual_algorithm() -> None:
    large = document_signer(ec.generate_private_key(ec.SECP384R1()))
    assert verdict(sealed(large, claims()), trusting(large)) is Verdict.VERIFIED


@pytest.mark.parametrize("born", ["", "1960", "1960-04"])
def test_a_birth_date_that_nobody_knows(signer: Party, born: str) -> None:
    made = claim() | {"dob": born}
    answer = hcert.verify(sealed(signer, claims(made)), trust=trusting(signer), at=NOW)
    assert answer.content.holder.birth_date == (born or None)


# --- reading: refusals


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({4: None}, Verdict.MALFORMED),
        ({6: None}, Verdict.MALFORMED),
        ({6: True}, Verdict.MALFORMED),
        ({6: -1}, Verdict.MALFORMED),
        ({6: float("nan")}, Verdict.MALFORMED),
        ({6: 1e300}, Verdict.MALFORMED),
        ({1: None}, Verdict.MALFORMED),
        ({1: ""}, Verdict.MALFORMED),
        ({1: "\x1b[2J"}, Verdict.MALFORMED),
        ({-260: {}}, Verdict.UNSUPPORTED),
        ({-260: []}, Verdict.MALFORMED),
        ({-260: {1: claim(), 9: 1}}, Verdict.UNSUPPORTED),
        ({-260: {True: claim()}}, Verdict.UNSUPPORTED),
        ({-260: {5: "shlink:/"}}, Verdict.UNSUPPORTED),
        ({-260: {1: "text"}}, Verdict.MALFORMED),
        ({-260: {1: claim() | {"dob": "2030-01-01"}}}, Verdict.MALFORMED),
        ({-260: {1: claim() | {"nam": {"fn": "X", "gn": "Y", "gnt": "Y"}}}}, Verdict.MALFORMED),
        ({-260: {1: claim() | {"ver": "2.0.0"}}}, Verdict.MALFORMED),
        ({-260: {1: claim() | {"v": claim()["v"] * 2}}}, Verdict.MALFORMED),
        ({1: "FR"}, Verdict.UNTRUSTED),
        ({1: "FRA"}, Verdict.UNTRUSTED),
        ({1: "Ministry of Utopia"}, Verdict.VERIFIED),
        ({6: int((NOW + DAY).timestamp())}, Verdict.EXPIRED),
        ({4: int(NOW.timestamp()) - 1}, Verdict.EXPIRED),
        ({6: int((states.BEGIN - DAY).timestamp())}, Verdict.UNTRUSTED),
    ],
)
def test_other_claims(signer: Party, changes: dict[int, Any], expected: Verdict) -> None:
    assert verdict(sealed(signer, claims(with_=changes)), trusting(signer)) is expected


def test_headers_that_are_refused(signer: Party) -> None:
    trust = trusting(signer)
    for header, expected in (
        ({"protected": {1: -8}}, Verdict.UNSUPPORTED),
        ({"protected": {1: "ES256"}}, Verdict.UNSUPPORTED),
        ({"protected": {2: [9], 9: 1}}, Verdict.UNSUPPORTED),
        ({"protected": {4: "text"}}, Verdict.MALFORMED),
        ({"protected": {1: -37}}, Verdict.INVALID),
        ({"unprotected": {2: [1]}}, Verdict.UNSUPPORTED),
    ):
        assert verdict(sealed(signer, claims(), **header), trust) is expected, header


def test_containers_that_are_refused(signer: Party) -> None:
    trust, text = trusting(signer), sealed(signer, claims())
    message = hcert.unpack(text)
    bomb = zlib.compress(message + bytes(200_000))
    for made in (
        "HC1:" + base45.encode(bomb),
        "HC1:" + base45.encode(zlib.compress(message) + b"\0"),
        "HC1:" + base45.encode(zlib.compress(message)[:-1]),
        "HC1:" + base45.encode(message),
        packed(message + b"\0"),
        packed(message[:-1]),
        "HC1:" + "A" * 20_000,
        "HC1:",
        "HC1:é",
    ):
        assert verdict(made, trust) is Verdict.MALFORMED


@pytest.mark.parametrize(
    ("party", "expected"),
    [
        (lambda: document_signer(purposes=(TEST,)), Verdict.UNTRUSTED),
        (lambda: document_signer(purposes=(states.HEALTH,)), Verdict.UNTRUSTED),
        (lambda: document_signer(purposes=("1.3.6.1.5.5.7.3.2",)), Verdict.VERIFIED),
        (lambda: document_signer(purposes=()), Verdict.VERIFIED),
        (lambda: document_signer(purposes=("1.3.6.1.4.1.0.1847.2021.1.2",)), Verdict.VERIFIED),
        (lambda: document_signer(usage=frozenset({"key_agreement"})), Verdict.UNTRUSTED),
        (lambda: document_signer(signs=(states.BEGIN, NOW - DAY)), Verdict.UNTRUSTED),
        (lambda: document_signer(ends=NOW - DAY), Verdict.UNTRUSTED),
        (lambda: document_signer(ends=NOW + DAY / 2), Verdict.VERIFIED),
    ],
)
def test_signers(party: Callable[[], Party], expected: Verdict) -> None:
    made = party()
    assert verdict(sealed(made, claims()), trusting(made)) is expected


def test_a_signer_is_judged_at_the_time_of_signing() -> None:
    """It has expired since; what it signed before has not."""
    party = document_signer(ends=NOW + DAY)
    later = NOW + 100 * DAY
    text = sealed(party, claims(with_={4: int((later + DAY).timestamp())}))
    assert verdict(text, trusting(party), later) is Verdict.VERIFIED


def test_lists_of_another_purpose_or_use_do_not_count(signer: Party) -> None:
    text, card = sealed(signer, claims()), yellow_card(signer)
    assert verdict(text, trusting(signer, domain="ICVP")) is Verdict.UNTRUSTED
    assert verdict(card, trusting(signer, domain="DCC")) is Verdict.UNTRUSTED
    assert verdict(text, trusting(signer, usage="SCA")) is Verdict.UNTRUSTED
    assert verdict(text, trusting(signer, participant="FRA")) is Verdict.UNTRUSTED


def test_a_signer_that_the_user_gave(signer: Party) -> None:
    assert verdict(sealed(signer, claims()), TrustStore(anchors=(signer.der,))) is Verdict.VERIFIED


def test_an_authority_that_the_user_gave_signs_no_documents() -> None:
    authority = states.authority(usage=frozenset({"key_cert_sign", "digital_signature"}))
    assert verdict(sealed(authority, claims()), TrustStore(anchors=(authority.der,))) is Verdict.UNTRUSTED


@pytest.mark.parametrize("method", ["SIGNATURE", "UCI", "COUNTRYCODEUCI"])
def test_it_is_revoked(signer: Party, method: str) -> None:
    text = sealed(signer, claims())
    read = hcert.decode(text)
    listed = hcert.revocation_hashes(read)[method]
    for entries, expected in (({listed: None}, Verdict.REVOKED), ({"0" * 32: None}, Verdict.VERIFIED)):
        known = RevocationList(read.signed.kid.hex(), method, 1, entries)
        trust = trusting(signer) | TrustStore(revocations=(known,))
        assert verdict(text, trust) is expected


class Log:
    """Somebody trusted who saw every certificate on one day."""

    def __init__(self, day: datetime) -> None:
        self.day = day

    def existed_since(self, *, format: str, signature: bytes) -> datetime | None:
        return self.day


def test_a_withdrawn_signer_is_not_believed_whatever_time_it_claims(signer: Party) -> None:
    text = sealed(signer, claims())
    kid = hashlib.sha256(signer.der).hexdigest()
    stolen = TrustStore(withdrawn=(WithdrawnKey(kid, NOW - DAY, "stolen"),))
    assert verdict(text, trusting(signer) | stolen) is Verdict.REVOKED
    later = TrustStore(withdrawn=(WithdrawnKey(kid, NOW + DAY, "stolen"),))
    assert verdict(text, trusting(signer) | later) is Verdict.VERIFIED
    other = TrustStore(withdrawn=(WithdrawnKey("0" * 64, NOW - DAY, "stolen"),))
    assert verdict(text, trusting(signer) | other) is Verdict.VERIFIED
    for seen, expected in ((NOW - 2 * DAY, Verdict.VERIFIED), (NOW - DAY / 2, Verdict.REVOKED)):
        known = TrustStore(existence=Log(seen))
        assert verdict(text, trusting(signer) | stolen | known) is expected


def test_the_other_spelling_of_a_signature_is_revoked_too(signer: Party) -> None:
    """Anybody can negate S, and the hash of the signature is over R alone."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    text = sealed(signer, claims())
    message = hcert.unpack(text)
    s = order - int.from_bytes(message[-32:], "big")
    other = packed(message[:-32] + s.to_bytes(32, "big"))
    assert other != text
    assert verdict(other, trusting(signer)) is Verdict.VERIFIED
    assert hcert.revocation_hashes(hcert.decode(other)) == hcert.revocation_hashes(hcert.decode(text))


def test_the_last_day_of_the_calendar_has_none_behind_it(signer: Party) -> None:
    text = sealed(signer, {1: "UTO", 6: 253_402_300_799, -260: {-6: yellow_claim()}})
    assert verdict(text, TrustStore()) is Verdict.UNTRUSTED


# --- WHO DDCC


VS = {
    "name": "Eddie Murphy",
    "birthDate": "1986-09-19",
    "identifier": "1234567890",
    "hcid": "US111222333444555666",
    "vaccine": {"code": "1119349007", "system": "http://snomed.info/sct"},
    "brand": {"code": "TEST", "system": "urn:test"},
    "lot": "PT123F",
    "date": "2021-07-08",
    "dose": 1,
    "centre": "Vaccination Site",
    "country": {"code": "USA", "system": "urn:iso:std:iso:3166"},
}
NESTED = {
    "name": "Eddie Murphy",
    "birthDate": "1986-09-19",
    "identifier": {"value": "1234567890"},
    "certificate": {"hcid": {"value": "US111222333444555666"}},
    "vaccination": {k: VS[k] for k in ("vaccine", "brand", "lot", "date", "dose", "centre", "country")},
}


@pytest.mark.parametrize("content", [VS, NESTED])
def test_ddcc_of_a_vaccination(signer: Party, content: dict[str, Any]) -> None:
    text = sealed(signer, {1: "UTO", 6: int(NOW.timestamp()), -260: {3: content}})
    answer = hcert.verify(text, trust=trusting(signer), at=NOW)
    (only,) = answer.content.doses
    assert (only.code, only.product, only.lot, only.country, only.number) == (
        "1119349007",
        "TEST",
        "PT123F",
        "USA",
        1,
    )
    assert answer.content.certificate_number == "US111222333444555666"
    assert answer.content.holder.document_number == "1234567890"


def test_ddcc_of_a_test_is_no_proof_of_vaccination() -> None:
    signer = document_signer(purposes=(TEST,))
    test = {
        "type": {"code": "LP6464-4", "system": "http://loinc.org", "display": "PCR"},
        "result": {"code": "260415000", "system": "http://snomed.info/sct"},
        "date": "2026-05-30T09:00:00Z",
        "country": "USA",
    }
    text = sealed(signer, {1: "UTO", 6: int(NOW.timestamp()), -260: {4: {"name": "E", "test": test}}})
    answer = hcert.verify(text, trust=trusting(signer), at=NOW)
    assert answer.content.doses == ()
    assert answer.content.tests[0].kind == "PCR"


@pytest.mark.parametrize(
    "change", [{"vaccine": None}, {"date": "yesterday"}, {"name": ""}, {"birthDate": "19"}, {"lot": 5}]
)
def test_ddcc_that_is_refused(signer: Party, change: dict[str, Any]) -> None:
    text = sealed(signer, {1: "UTO", 6: int(NOW.timestamp()), -260: {3: VS | change}})
    assert verdict(text, trusting(signer)) is Verdict.MALFORMED


def test_cose_is_never_written_anew(signer: Party) -> None:
    """Signed is what was read, in whatever form its lengths are."""
    message = hcert.unpack(sealed(signer, claims()))
    assert cose.read(message).payload in message
