"""SMART Health Cards: what is written, what is read, and every reason to say no."""

from __future__ import annotations

import json
import random
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from tests.certificates.card import HOLDER, ISSUED_AT, ISSUER, LATER, Key, card, dose

from hashira.certificates.domain import base64url, p256, shc, shc_qr
from hashira.certificates.domain.content import Holder, ShownDose
from hashira.certificates.domain.cvx_vaccine import CVX
from hashira.certificates.domain.revocation_id import fhir_digest_id
from hashira.certificates.domain.shc_fhir import CardNotWritable
from hashira.certificates.domain.trust import RevocationList, TrustStore
from hashira.certificates.domain.verdict import (
    CertificateExpired,
    CertificateInvalid,
    CertificateMalformed,
    CertificateRevoked,
    CertificateUnsupported,
    CertificateUntrusted,
    NotVerified,
)

ROUND_TRIP_KEY = Key()


@pytest.fixture(scope="module")
def key() -> Key:
    return Key()


def opened(jws: str) -> dict[str, Any]:
    """The payload by the standard library alone."""
    body = jws.split(".")[1]
    return json.loads(zlib.decompress(base64url.decode(body), -15))


def resigned(key: Key, claims: object, *, header: dict[str, object] | None = None) -> str:
    """Any claims, signed properly: what a careless or foreign issuer might write."""
    head = header or {"alg": "ES256", "zip": "DEF", "kid": p256.thumbprint(key.public_key_spki)}
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = squeeze.compress(json.dumps(claims).encode()) + squeeze.flush()
    text = f"{base64url.encode(json.dumps(head).encode())}.{base64url.encode(body)}"
    return f"{text}.{base64url.encode(key.sign(text.encode()))}"


def test_a_card_says_what_went_into_it(key: Key) -> None:
    verified = shc.verify(shc_qr.write(card(key)), trust=key.trusted(), at=LATER)
    content = verified.content
    assert (content.holder.name, content.holder.birth_date) == ("接種 花子", "1960-04-22")
    assert [d.date for d in content.doses] == ["2021-07-01", "2021-07-22"]
    assert content.doses[0].lot == "3005288"
    assert content.doses[0].centre == "MHLW_Gov_of_JAPAN"
    assert content.issuer == ISSUER
    assert verified.evidence.signed_at == ISSUED_AT
    assert verified.evidence.checks == ("form", "signature", "issuer", "validity")


def test_the_payload_is_the_layout_of_the_specification(key: Key) -> None:
    claims = opened(card(key, rid="vwAjHdarZuc"))
    assert claims["nbf"] == 1639962123
    assert claims["vc"]["type"] == ["https://smarthealth.cards#health-card"]
    assert claims["vc"]["rid"] == "vwAjHdarZuc"
    entries = claims["vc"]["credentialSubject"]["fhirBundle"]["entry"]
    assert [e["fullUrl"] for e in entries] == ["resource:0", "resource:1", "resource:2"]
    assert entries[0]["resource"]["name"] == [{"use": "usual", "family": "接種", "given": ["花子"]}]
    assert all("id" not in e["resource"] and "text" not in e["resource"] for e in entries)


def test_the_payload_is_raw_deflate_of_minified_json(key: Key) -> None:
    body = base64url.decode(card(key).split(".")[1])
    assert zlib.decompress(body, -15).decode() == json.dumps(
        opened(card(key)), ensure_ascii=False, separators=(",", ":")
    )


def test_hidden_name_and_birth_date_are_marked_as_masked(key: Key) -> None:
    hidden = card(key, holder=Holder(name=None, birth_date=None))
    patient = opened(hidden)["vc"]["credentialSubject"]["fhirBundle"]["entry"][0]["resource"]
    assert "接種" not in json.dumps(opened(hidden), ensure_ascii=False)
    assert patient["name"][0]["extension"][0]["valueCode"] == "masked"
    verified = shc.verify(hidden, trust=key.trusted(), at=LATER)
    assert verified.content.holder.name is None
    assert verified.content.holder.birth_date is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"lot": "x" * 20},
        {"lot": " "},
        {"lot": "Lot EY5420"},
        {"lot": "LOT#1"},
        {"lot": "製造番号1"},
        {"centre": "x" * 30},
        {"centre": ""},
        {"code": "COMIRNATY"},
        {"code": "7"},
        {"code_system": "http://snomed.info/sct"},
        {"date": "2021-7-1"},
        {"date": "20210701"},
        {"date": "2021-02-29"},
    ],
)
def test_what_the_profile_forbids_is_not_written(key: Key, wrong: dict[str, str]) -> None:
    with pytest.raises(CardNotWritable):
        card(key, doses=(dose(**wrong),))


@pytest.mark.parametrize(
    "holder",
    [
        Holder(name=" ", birth_date="1960-04-22"),
        Holder(name=None, family="", given=("花子",), birth_date="1960-04-22"),
        Holder(name=None, family="接種", given=("",), birth_date="1960-04-22"),
        Holder(name=None, family="接種", birth_date="1960-4-22"),
    ],
)
def test_an_empty_name_or_half_a_date_is_not_written(key: Key, holder: Holder) -> None:
    with pytest.raises(CardNotWritable):
        card(key, holder=holder)


def test_a_card_without_doses_or_with_an_endless_list_is_not_written(key: Key) -> None:
    for doses in ((), (dose(),) * 64):
        with pytest.raises(CardNotWritable):
            card(key, doses=doses)


@pytest.mark.parametrize("rid", ["", "a.b", "a b", "x" * 25, "失効"])
def test_an_rid_of_another_alphabet_is_not_written(key: Key, rid: str) -> None:
    with pytest.raises(CardNotWritable):
        card(key, rid=rid)


@pytest.mark.parametrize("issuer", ["http://a.example", "https://a.example/"])
def test_an_issuer_is_https_without_a_slash_at_its_end(key: Key, issuer: str) -> None:
    with pytest.raises(CardNotWritable):
        card(key, issuer=issuer)


def test_a_card_that_fits_no_code_is_refused(key: Key) -> None:
    letters = random.Random(7)
    many = tuple(
        dose(
            day, lot="".join(letters.choices("ABCDEFGHJKLMNP0123456789", k=19)), centre=f"{letters.random()}"
        )
        for day in range(1, 29)
    )
    with pytest.raises(shc.CardTooLarge):
        card(key, doses=many)


def test_another_key_under_the_same_issuer_is_untrusted(key: Key) -> None:
    with pytest.raises(CertificateUntrusted) as caught:
        shc.verify(card(key), trust=Key().trusted(), at=LATER)
    assert caught.value.content is not None


def test_a_trusted_key_speaks_for_its_own_issuer_only(key: Key) -> None:
    with pytest.raises(CertificateUntrusted):
        shc.verify(card(key), trust=key.trusted("https://other.example"), at=LATER)


def test_one_flipped_bit_in_the_signature_is_invalid(key: Key) -> None:
    head, body, signature = card(key).split(".")
    octets = bytearray(base64url.decode(signature))
    octets[10] ^= 1
    with pytest.raises(CertificateInvalid):
        shc.verify(f"{head}.{body}.{base64url.encode(bytes(octets))}", trust=key.trusted(), at=LATER)


def test_changed_claims_under_the_old_signature_are_invalid(key: Key) -> None:
    head, _body, signature = card(key).split(".")
    other = card(key, holder=Holder(name=None, family="別人", given=(), birth_date="1999-01-01")).split(".")[
        1
    ]
    with pytest.raises(CertificateInvalid):
        shc.verify(f"{head}.{other}.{signature}", trust=key.trusted(), at=LATER)


def test_validity_is_enforced_at_both_ends(key: Key) -> None:
    temporary = card(key, expires=ISSUED_AT + timedelta(days=30))
    assert shc.verify(temporary, trust=key.trusted(), at=ISSUED_AT + timedelta(days=29))
    with pytest.raises(CertificateExpired):
        shc.verify(temporary, trust=key.trusted(), at=ISSUED_AT + timedelta(days=30))
    with pytest.raises(CertificateExpired):
        shc.verify(temporary, trust=key.trusted(), at=ISSUED_AT - timedelta(hours=1))


def test_a_fractional_nbf_as_japan_wrote_it_is_read(key: Key) -> None:
    claims = opened(card(key)) | {"nbf": 1639970498.349618}
    verified = shc.verify(resigned(key, claims), trust=key.trusted(), at=LATER)
    assert verified.evidence.signed_at == datetime(2021, 12, 20, 3, 21, 38, 349618, tzinfo=UTC)


def revoking(key: Key, entries: dict[str, int | None], method: str = "rid") -> TrustStore:
    kid = p256.thumbprint(key.public_key_spki)
    return key.trusted() | TrustStore(revocations=(RevocationList(kid, method, 1, entries),))


def test_a_revoked_card_is_revoked(key: Key) -> None:
    text = card(key, rid="vwAjHdarZuc")
    with pytest.raises(CertificateRevoked):
        shc.verify(text, trust=revoking(key, {"vwAjHdarZuc": None}), at=LATER)
    kept = shc.verify(text, trust=revoking(key, {"FKDIxsTCGlU": None}), at=LATER)
    assert "revocation" in kept.evidence.checks


def test_a_revocation_up_to_a_moment_spares_later_cards(key: Key) -> None:
    text, issued = card(key, rid="vwAjHdarZuc"), int(ISSUED_AT.timestamp())
    assert shc.verify(text, trust=revoking(key, {"vwAjHdarZuc": issued}), at=LATER)
    with pytest.raises(CertificateRevoked):
        shc.verify(text, trust=revoking(key, {"vwAjHdarZuc": issued + 1}), at=LATER)


def test_a_card_without_rid_is_revoked_by_its_digest(key: Key) -> None:
    text = card(key)
    digest = fhir_digest_id(opened(text)["vc"]["credentialSubject"]["fhirBundle"])
    with pytest.raises(CertificateRevoked):
        shc.verify(text, trust=revoking(key, {digest: None}, "hash-fhir"), at=LATER)


def test_a_dose_that_its_issuer_takes_back_is_not_shown_as_one(key: Key) -> None:
    claims = opened(card(key, doses=(dose(1), dose(2), dose(3))))
    entries = claims["vc"]["credentialSubject"]["fhirBundle"]["entry"]
    entries[1]["resource"]["status"] = "entered-in-error"
    entries[2]["resource"]["isSubpotent"] = True
    verified = shc.verify(resigned(key, claims), trust=key.trusted(), at=LATER)
    assert [shown.date for shown in verified.content.doses] == ["2021-07-03"]


def test_a_code_is_shown_by_the_name_on_the_vial(key: Key) -> None:
    text = card(key, doses=(dose(1, code="208"), dose(2, code="03")))
    content = shc.verify(text, trust=key.trusted(), at=LATER).content
    assert [(d.code, d.product) for d in content.doses] == [
        ("208", "COMIRNATY (Pfizer-BioNTech)"),
        ("03", "03"),
    ]


def signed_text(key: Key, payload: bytes) -> str:
    """Octets as they are, as the payload of a well-signed card."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = card(key).split(".")[0]
    text = f"{head}.{base64url.encode(squeeze.compress(payload) + squeeze.flush())}"
    return f"{text}.{base64url.encode(key.sign(text.encode()))}"


def test_a_member_that_is_there_twice_is_refused_even_when_signed(key: Key) -> None:
    """Another reader would take the other one."""
    payload = json.dumps(opened(card(key)))
    twice = payload.replace(
        '"birthDate": "1960-04-22"', '"birthDate": "1999-01-01", "birthDate": "1960-04-22"'
    )
    assert twice != payload
    assert shc.verify(signed_text(key, payload.encode()), trust=key.trusted(), at=LATER)
    with pytest.raises(CertificateMalformed):
        shc.verify(signed_text(key, twice.encode()), trust=key.trusted(), at=LATER)


@pytest.mark.parametrize("depth", [300, 1100, 20_000])
def test_nesting_without_end_is_refused(key: Key, depth: int) -> None:
    nested = "[" * depth + "]" * depth
    payload = json.dumps(opened(card(key)))[:-1] + f', "more": {nested}}}'
    with pytest.raises(CertificateMalformed):
        shc.verify(signed_text(key, payload.encode()), trust=key.trusted(), at=LATER)


def test_a_bundle_without_canonical_form_cannot_escape_a_list_of_digests(key: Key) -> None:
    claims = opened(card(key))
    claims["vc"]["credentialSubject"]["fhirBundle"]["total"] = 2**60
    assert shc.verify(resigned(key, claims), trust=key.trusted(), at=LATER)
    with pytest.raises(CertificateMalformed):
        shc.verify(resigned(key, claims), trust=revoking(key, {"x": None}, "hash-fhir"), at=LATER)


def test_a_bomb_is_not_inflated(key: Key) -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    # 20 MB of blanks squeeze to about 20 kB, which is still within the letters that are read
    bomb = squeeze.compress(b" " * 20_000_000) + squeeze.flush()
    head = card(key).split(".")[0]
    text = f"{head}.{base64url.encode(bomb)}"
    with pytest.raises(CertificateMalformed):
        shc.verify(f"{text}.{base64url.encode(key.sign(text.encode()))}", trust=key.trusted(), at=LATER)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "zip": "DEF"},
        {"alg": "HS256", "zip": "DEF"},
        {"alg": "ES256"},
        {"alg": "ES256", "zip": "GZ"},
    ],
)
def test_other_algorithms_are_not_supported(key: Key, header: dict[str, object]) -> None:
    kid = p256.thumbprint(key.public_key_spki)
    with pytest.raises(CertificateUnsupported):
        shc.verify(
            resigned(key, opened(card(key)), header=header | {"kid": kid}), trust=key.trusted(), at=LATER
        )


@pytest.mark.parametrize(
    "change",
    [
        {"iss": 7},
        {"nbf": "soon"},
        {"nbf": True},
        {"nbf": 1e300},
        {"exp": "never"},
        {"vc": None},
        {"vc": {"type": []}},
    ],
)
def test_claims_of_the_wrong_kind_are_refused(key: Key, change: dict[str, object]) -> None:
    with pytest.raises((CertificateMalformed, CertificateUnsupported)):
        shc.verify(resigned(key, opened(card(key)) | change), trust=key.trusted(), at=LATER)


_WORD = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(str.strip)
_DAY = st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(date.isoformat)
_HOLDERS = st.builds(
    Holder,
    name=st.none(),
    family=_WORD,
    given=st.lists(_WORD, max_size=2).map(tuple),
    birth_date=st.none() | _DAY,
) | st.builds(Holder, name=st.none() | _WORD, birth_date=st.none() | _DAY)
_DOSES = st.builds(
    ShownDose,
    date=_DAY,
    product=st.just(""),
    code_system=st.just(CVX),
    code=st.sampled_from(["03", "207", "300", "998"]),
    lot=st.none() | st.text("ABCXYZ0123456789-", min_size=1, max_size=19),
    centre=st.none() | _WORD,
)


@given(_HOLDERS, st.lists(_DOSES, min_size=1, max_size=2))
def test_whatever_is_written_is_read_back(holder: Holder, doses: list[ShownDose]) -> None:
    """Names are not normalised on the way: composed, decomposed and variant letters stay as given."""
    text = shc_qr.write(card(ROUND_TRIP_KEY, holder=holder, doses=tuple(doses)))
    content = shc.verify(text, trust=ROUND_TRIP_KEY.trusted(), at=LATER).content
    assert (content.holder.family, content.holder.given) == (holder.family, holder.given)
    if holder.family is None:
        assert content.holder.name == holder.name
    assert content.holder.birth_date == holder.birth_date
    shown = [replace(one, product="") for one in content.doses]
    assert shown == doses


@given(st.text(max_size=400))
def test_no_text_is_more_than_a_negative_answer(text: str) -> None:
    for candidate in (text, "shc:/" + text, "eyJ" + text + ".."):
        with pytest.raises(NotVerified):
            shc.verify(candidate, trust=TrustStore(), at=LATER)


def test_the_issuing_key_is_on_the_right_curve_only() -> None:
    other = Key(private=ec.generate_private_key(ec.SECP384R1()))
    with pytest.raises(p256.NotP256):
        shc.issue(holder=HOLDER, doses=(dose(),), issuer=ISSUER, signer=other, at=ISSUED_AT)
