"""VDS-NC seals: what is written, what is read of others, and every reason to say no."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import load_der_public_key
from tests.certificates.states import (
    AT,
    BEGIN,
    NT_AND_NV,
    SIGNER_ENDS,
    SIGNING_ENDS,
    Party,
    authority,
    name,
    signer,
)

from hashira.certificates.domain import vds_nc
from hashira.certificates.domain.content import Holder
from hashira.certificates.domain.format import assess, format_of
from hashira.certificates.domain.icd11_vaccine import ICD11
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.vds_nc import SealTooLarge, SignerNotFit
from hashira.certificates.domain.vds_nc_message import (
    SealContent,
    SealDose,
    SealNotWritable,
    seal_name,
    write_message,
)
from hashira.certificates.domain.verdict import (
    CertificateExpired,
    CertificateInvalid,
    CertificateMalformed,
    CertificateUnsupported,
    CertificateUntrusted,
    NotVerified,
    Verdict,
)
from hashira.kernel.person_name import RomanName

DAY = timedelta(days=1)
HOLDER = Holder(name="ERIKSSON ANNA MARIA", birth_date="1974-08-12", document_number="L898902C3")
DOSE = SealDose(
    date="2026-03-01",
    product="COMIRNATY",
    code_system=ICD11,
    code="XM0GQ8",
    lot="FC9880",
    centre="MHLW_Gov_of_JAPAN",
    country="JPN",
    number=1,
    disease="RA01.0",
)
NUMBER = "UTO13101620260601000001"


@pytest.fixture(scope="module")
def csca() -> Party:
    return authority()


@pytest.fixture(scope="module")
def state(csca: Party) -> Party:
    return signer(csca)


@pytest.fixture(scope="module")
def trust(csca: Party) -> TrustStore:
    return TrustStore(anchors=(csca.der,))


def doses(count: int) -> tuple[SealDose, ...]:
    return tuple(
        replace(DOSE, number=n, date=f"2026-{1 + n % 3:02}-{1 + n % 28:02}") for n in range(1, count + 1)
    )


def issued(by: Party, **changes: Any) -> str:
    values: dict[str, Any] = {
        "holder": HOLDER,
        "doses": (DOSE,),
        "issuer": "UTO",
        "uvci": "ABCDEFGH1234",
        "certificate_number": NUMBER,
        "at": AT,
    }
    return vds_nc.issue(signer=by, **(values | changes))


def resigned(by: Party, data: object, *, algorithm: str = "ES256") -> dict[str, Any]:
    """Anything as data, signed properly, by the other package for canonical JSON."""
    signature = by.sign(rfc8785.dumps(data))
    return {
        "data": data,
        "sig": {
            "alg": algorithm,
            "cer": base64.urlsafe_b64encode(by.der).decode(),
            "sigvl": base64.urlsafe_b64encode(signature).decode(),
        },
    }


def data_of(text: str) -> dict[str, Any]:
    return dict(json.loads(text)["data"])


# --- issuing


def test_a_seal_says_what_went_into_it(state: Party, trust: TrustStore) -> None:
    answer = vds_nc.verify(issued(state, sex="F"), trust=trust, at=AT)
    content = answer.content
    assert isinstance(content, SealContent)
    assert content.holder == HOLDER
    assert content.doses == (DOSE,)
    assert (content.issuer, content.identifier, content.certificate_number) == ("UTO", "ABCDEFGH1234", NUMBER)
    assert (content.kind, content.sex, content.test) == ("icao.vacc", "F", None)
    assert answer.evidence.signed_at is None  # the format has none
    assert answer.evidence.chain[0].endswith("CN=Utopia seals")


def test_it_is_signed_as_the_report_says_by_means_that_are_not_ours(state: Party) -> None:
    document = json.loads(issued(state))
    padded = partial(base64.urlsafe_b64decode)
    certificate = x509.Certificate.load(padded(document["sig"]["cer"]))
    signature = padded(document["sig"]["sigvl"] + "==")
    assert len(signature) == 64
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    key = load_der_public_key(certificate.public_key.dump())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(encode_dss_signature(r, s), rfc8785.dumps(document["data"]), ec.ECDSA(SHA256()))


@pytest.mark.shared_data
def test_from_japans_values_comes_japans_message(shared_data: Path) -> None:
    """The layout is Japan's: the same person and doses give the same signed octets."""
    text = (shared_data / "certificates/icao/jpn-triple-vaccine.txt").read_text("utf-8")
    seal = vds_nc.decode(text)
    content = seal.content
    message = write_message(
        holder=content.holder,
        doses=content.doses,
        uvci=content.identifier,
        other_number=content.other_number,
    )
    data = {"hdr": {"is": "JPN", "t": "icao.vacc", "v": 1}, "msg": message}
    assert rfc8785.dumps(data) == seal.signed == rfc8785.dumps(json.loads(text)[0]["data"])


def test_doses_stand_alone_as_in_japan_or_are_grouped_by_product(state: Party, trust: TrustStore) -> None:
    given = (*doses(2), replace(DOSE, number=3, product="Spikevax"), replace(DOSE, number=4))
    alone, grouped = issued(state, doses=given), issued(state, doses=given, grouped=True)
    assert [len(event["vd"]) for event in data_of(alone)["msg"]["ve"]] == [1, 1, 1, 1]
    assert [len(event["vd"]) for event in data_of(grouped)["msg"]["ve"]] == [2, 1, 1]
    assert len(grouped) < len(alone)
    answers = [vds_nc.verify(text, trust=trust, at=AT).content.doses for text in (alone, grouped)]
    assert answers[0] == answers[1] == given


@pytest.mark.parametrize(
    ("field", "holder"),
    [
        ("n", {"name": "Eriksson Anna"}),
        ("n", {"name": "接種 花子"}),
        ("n", {"name": "O'CONNOR ENYA"}),
        ("n", {"name": " ERIKSSON"}),
        ("n", {"name": ""}),
        ("n", {"name": None}),
        ("n", {"name": "A" * 40}),
        ("dob", {"birth_date": None, "document_number": None}),
        ("dob", {"birth_date": "19740812"}),
        ("dob", {"birth_date": "1974-02-30"}),
        ("i", {"document_number": "L898902C3<"}),
        ("i", {"document_number": "L89890 2C3"}),
        ("i", {"document_number": "A12345678901"}),
        ("i", {"document_number": ""}),
    ],
)
def test_a_holder_outside_the_dictionary_is_not_written(
    state: Party, field: str, holder: dict[str, Any]
) -> None:
    with pytest.raises(SealNotWritable) as raised:
        issued(state, holder=replace(HOLDER, **holder))
    assert raised.value.details["field"] == field


@pytest.mark.parametrize(
    ("field", "dose"),
    [
        ("des", {"code": "XM0GQ9", "disease": None}),  # neither the table nor the dose says against what
        ("des", {"code": "RA01.0"}),  # a disease is no vaccine
        ("dis", {"code": "XM0GQ9", "disease": "dengue"}),
        ("des", {"code_system": "http://hl7.org/fhir/sid/cvx"}),
        ("nam", {"product": ""}),
        ("nam", {"product": " COMIRNATY"}),
        ("nam", {"product": "COMIR\nNATY"}),
        ("nam", {"product": "C" * 101}),
        ("dvc", {"date": "2026-3-1"}),
        ("dvc", {"date": "2026-06-03"}),  # after the day of issue
        ("dvc", {"date": "1974-08-11"}),  # before birth
        ("seq", {"number": None}),
        ("seq", {"number": 0}),
        ("seq", {"number": 100}),
        ("ctr", {"country": None}),
        ("ctr", {"country": "JP"}),
        ("ctr", {"country": "ZZZ"}),
        ("ctr", {"country": "jpn"}),
        ("lot", {"lot": None}),
        ("lot", {"lot": "L" * 21}),
        ("adm", {"centre": ""}),
        ("adm", {"centre": "C" * 21}),
        ("dvn", {"next_date": "soon"}),
    ],
)
def test_a_dose_outside_the_dictionary_is_not_written(state: Party, field: str, dose: dict[str, Any]) -> None:
    with pytest.raises(SealNotWritable) as raised:
        issued(state, doses=(replace(DOSE, **dose),))
    assert raised.value.details["field"] == field


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("ve", {"doses": ()}),
        ("uvci", {"uvci": "abc"}),
        ("uvci", {"uvci": "ABCDEFGH12345"}),
        ("uvci", {"uvci": ""}),
        ("ai", {"certificate_number": "A" * 25}),
        ("ai", {"certificate_number": "UTO-1"}),
        ("sex", {"sex": "女"}),
        ("is", {"issuer": "D"}),
        ("is", {"issuer": "ZZZ"}),
    ],
)
def test_other_fields_are_held_to_the_dictionary(state: Party, field: str, change: dict[str, Any]) -> None:
    with pytest.raises(SealNotWritable) as raised:
        issued(state, **change)
    assert raised.value.details["field"] == field


def test_every_field_at_its_greatest_length_is_written_and_verifies(state: Party, trust: TrustStore) -> None:
    dose = replace(DOSE, lot="L" * 20, centre="C" * 20, product="P" * 100, number=99, next_date="2026-12-31")
    holder = Holder(name="N" * 39, birth_date="1900-01-01", document_number="I" * 11)
    text = issued(state, holder=holder, doses=(dose,), uvci="U" * 12, certificate_number="A" * 24)
    assert vds_nc.verify(text, trust=trust, at=AT).content.doses == (dose,)


def test_what_does_not_fit_one_code_is_refused(state: Party) -> None:
    fits = 0
    with pytest.raises(SealTooLarge):  # noqa: PT012  (grows until it is refused)
        for count in range(1, 30):
            fits = len(issued(state, doses=doses(count)))
    assert 2953 - 150 < fits <= 2953


@pytest.mark.parametrize(
    ("change", "at", "issuer"),
    [
        ({}, SIGNING_ENDS + DAY, "UTO"),
        ({}, BEGIN - DAY, "UTO"),
        ({}, AT, "JPN"),
        ({"types": None}, AT, "UTO"),
        ({"purposes": ()}, AT, "UTO"),
        ({"subject": name("FR")}, AT, "UTO"),
    ],
)
def test_a_key_that_may_not_sign_this_does_not(
    csca: Party, change: dict[str, Any], at: datetime, issuer: str
) -> None:
    old = replace(DOSE, date="2021-03-01")
    with pytest.raises(SignerNotFit):
        issued(signer(csca, **change), at=at, issuer=issuer, doses=(old,))


def test_a_certificate_of_another_key_or_none_does_not_sign(csca: Party, state: Party) -> None:
    with pytest.raises(SignerNotFit):
        issued(Party(signer(csca).private, state.der))
    with pytest.raises(SignerNotFit):
        issued(Party(state.private, b"\x30\x00"))

    class Bare:
        public_key_spki = state.public_key_spki
        certificate_chain: tuple[bytes, ...] = ()
        sign = state.sign

    with pytest.raises(SignerNotFit):
        issued(Bare())


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (RomanName("ERIKSSON", "ANNA MARIA"), "ERIKSSON ANNA MARIA"),
        (RomanName("SMITH-JONES", "SUSIE"), "SMITH JONES SUSIE"),
        (RomanName("O'CONNOR", "ENYA"), "OCONNOR ENYA"),
        (RomanName("ARKFREITH"), "ARKFREITH"),
        (
            RomanName("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG"),
            "NILAVADHANANANDA CHAYAPA DEJTHAMRONG K",
        ),
    ],
)
def test_a_name_is_written_as_the_machine_readable_zone_has_it(given: RomanName, written: str) -> None:
    assert seal_name(given) == written


# --- reading what others write


def test_quirks_of_real_issuers_are_read(state: Party, trust: TrustStore) -> None:
    document = json.loads(issued(state))
    sig = document["sig"]
    bare = document | {"sig": sig | {"cer": sig["cer"].rstrip("=")}}
    padded = document | {"sig": sig | {"sigvl": sig["sigvl"] + "=="}}
    backwards = {
        "sig": dict(reversed(sig.items())),
        "data": {"msg": document["data"]["msg"], "hdr": document["data"]["hdr"]},
    }
    texts = [json.dumps(d) for d in (bare, padded, backwards, [document])]
    texts += [json.dumps(document, indent="\t"), "\ufeff " + issued(state) + "\r\n"]
    texts.append(json.dumps(document).replace("ERIKSSON", "\\u0045RIKSSON"))
    for text in texts:
        assert format_of(text).NAME == "vds-nc"
        assert vds_nc.verify(text, trust=trust, at=AT).content.holder == HOLDER


def test_what_other_states_put_into_a_message_is_read(state: Party, trust: TrustStore) -> None:
    data = data_of(issued(state))
    message = data["msg"]
    message["pid"] |= {"n": "Smith  Bill", "x": {"unknown": [1.5, None, True]}}
    message["ve"][0]["vd"][0] |= {"seq": "1"}
    message["ve"][0]["vd"][0].pop("adm")
    message["ve"][0].pop("dis")
    content = vds_nc.verify(json.dumps(resigned(state, data)), trust=trust, at=AT).content
    assert content.holder.name == "Smith  Bill"
    assert content.doses == (replace(DOSE, centre=None, disease=None),)


@pytest.mark.parametrize(
    ("algorithm", "curve", "digest"),
    [
        ("ES384", ec.SECP384R1(), SHA384()),
        ("ES512", ec.SECP521R1(), SHA512()),
        ("ES256", ec.BrainpoolP256R1(), SHA256()),
        ("ES256", ec.SECP384R1(), SHA256()),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_larger_keys_are_read(
    csca: Party, trust: TrustStore, algorithm: str, curve: ec.EllipticCurve, digest: SHA256
) -> None:
    party = replace(signer(csca, ec.generate_private_key(curve)), digest=digest)
    data = data_of(issued(signer(csca)))
    text = json.dumps(resigned(party, data, algorithm=algorithm))
    assert vds_nc.verify(text, trust=trust, at=AT).content.holder == HOLDER
    other = "ES512" if algorithm != "ES512" else "ES256"
    with pytest.raises(CertificateInvalid):
        vds_nc.verify(text.replace(f'"{algorithm}"', f'"{other}"'), trust=trust, at=AT)


def about_a_test(**changes: Any) -> dict[str, Any]:
    return {
        "hdr": {"t": "icao.test", "v": 1, "is": "UTO"},
        "msg": {
            "utci": "U01932",
            "pid": {"n": "Cook Gerald", "dob": "1990-01-29", "dt": "P", "dn": "E1234567P"},
            "sp": {"spn": "General Hospital", "ctr": "AUS", "cd": {"p": "1", "e": "2", "a": "3"}},
            "dat": {"sc": "2026-03-12T12:00:00+08:00", "ri": "2026-03-13T14:00:00+08:00"} | changes,
            "tr": {"tc": "molecular(PCR)", "r": "negative", "m": "nasopharyngeal"},
        },
    }


def test_a_seal_of_a_test_is_read_and_is_no_vaccination(csca: Party, state: Party, trust: TrustStore) -> None:
    both = signer(csca, types=NT_AND_NV)
    content = vds_nc.verify(json.dumps(resigned(both, about_a_test())), trust=trust, at=AT).content
    assert isinstance(content, SealContent)
    assert (content.kind, content.doses) == ("icao.test", ())
    assert content.test is not None
    assert (content.test.result, content.test.country) == ("negative", "AUS")
    assert (content.holder.document_number, content.certificate_number) == ("E1234567P", "U01932")
    with pytest.raises(CertificateUntrusted):  # a signer of vaccinations signs no tests
        vds_nc.verify(json.dumps(resigned(state, about_a_test())), trust=trust, at=AT)


def test_a_test_cannot_be_signed_before_its_report(csca: Party, trust: TrustStore) -> None:
    both = signer(csca, types=NT_AND_NV)
    text = json.dumps(resigned(both, about_a_test()))
    reported = datetime(2026, 3, 13, 6, tzinfo=UTC)
    assert vds_nc.verify(text, trust=trust, at=reported)
    with pytest.raises(CertificateExpired):
        vds_nc.verify(text, trust=trust, at=reported - timedelta(seconds=1))
    for wrong in ("yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        with pytest.raises(CertificateMalformed):
            vds_nc.verify(json.dumps(resigned(both, about_a_test(ri=wrong))), trust=trust, at=AT)


# --- saying no


def test_one_changed_value_is_invalid_and_says_whose_it_claims_to_be(state: Party, trust: TrustStore) -> None:
    answer = assess(issued(state).replace("ANNA", "ANNE"), trust=trust, at=AT)
    assert answer.verdict is Verdict.INVALID
    assert answer.evidence is not None
    assert answer.evidence.checks == ("form",)
    assert answer.content is not None
    assert answer.content.holder.name == "ERIKSSON ANNE MARIA"


def test_a_forged_signer_is_invalid_and_a_stranger_untrusted(
    state: Party, csca: Party, trust: TrustStore
) -> None:
    namesake = authority()
    stranger = signer(namesake)
    with pytest.raises(CertificateUntrusted):
        vds_nc.verify(issued(stranger), trust=trust, at=AT)
    key_id = x509.Certificate.load(csca.der).key_identifier_value.native
    forged = signer(namesake, key_id=key_id)
    with pytest.raises(CertificateInvalid):
        vds_nc.verify(issued(forged), trust=trust, at=AT)
    with pytest.raises(CertificateUntrusted):
        vds_nc.verify(issued(state), trust=TrustStore(), at=AT)
    own_root = authority(types=None)  # signs with the authority's key itself
    text = json.dumps(resigned(own_root, data_of(issued(state))))
    with pytest.raises(CertificateUntrusted):
        vds_nc.verify(text, trust=TrustStore(anchors=(own_root.der,)), at=AT)


def test_it_holds_as_long_as_the_certificate_of_its_signer(state: Party, trust: TrustStore) -> None:
    text = issued(state)
    for moment in (BEGIN + 60 * DAY, SIGNING_ENDS + DAY, SIGNER_ENDS):
        assert vds_nc.verify(text, trust=trust, at=moment)
    for moment in (BEGIN - DAY, datetime(2026, 2, 27, tzinfo=UTC), SIGNER_ENDS + DAY):
        with pytest.raises(CertificateExpired):
            vds_nc.verify(text, trust=trust, at=moment)


def test_a_dose_begins_with_the_day_in_kiribati(state: Party, trust: TrustStore) -> None:
    text, first = issued(state), datetime(2026, 2, 28, 10, tzinfo=UTC)
    assert vds_nc.verify(text, trust=trust, at=first)
    with pytest.raises(CertificateExpired):
        vds_nc.verify(text, trust=trust, at=first - timedelta(seconds=1))


def test_rsa_signs_certificates_but_no_seals(csca: Party, state: Party, trust: TrustStore) -> None:
    party = signer(csca, rsa.generate_private_key(65537, 2048))
    document = json.loads(issued(state))
    document["sig"]["cer"] = base64.urlsafe_b64encode(party.der).decode()
    with pytest.raises(CertificateUnsupported):
        vds_nc.verify(json.dumps(document), trust=trust, at=AT)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("hdr",), None),
        (("hdr", "is"), "JP"),
        (("hdr", "is"), "U\x1bO"),
        (("msg",), []),
        (("msg", "uvci"), ""),
        (("msg", "uvci"), 5),
        (("msg", "pid"), "name"),
        (("msg", "pid", "n"), None),
        (("msg", "pid", "n"), "A" * 201),
        (("msg", "pid", "n"), "ERIK\x1b[2J"),
        (("msg", "pid", "dob"), ["1974-08-12"]),
        (("msg", "ve"), []),
        (("msg", "ve"), {}),
        (("msg", "ve", 0, "vd"), []),
        (("msg", "ve", 0, "vd", 0, "dvc"), "2026-03"),
        (("msg", "ve", 0, "vd", 0, "dvc"), "0001-01-01"),
        (("msg", "ve", 0, "vd", 0, "seq"), 0),
        (("msg", "ve", 0, "vd", 0, "seq"), 1.5),
        (("msg", "ve", 0, "vd", 0, "seq"), True),
        (("msg", "ve", 0, "vd", 0, "seq"), "１"),
    ],
    ids=str,
)
def test_a_message_of_another_shape_is_malformed_though_signed(
    state: Party, trust: TrustStore, path: tuple[Any, ...], value: object
) -> None:
    data = data_of(issued(state))
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(CertificateMalformed):
        vds_nc.verify(json.dumps(resigned(state, data)), trust=trust, at=AT)


@pytest.mark.parametrize(
    "header", [{"t": "icao.visa"}, {"t": ["icao.vacc"]}, {"v": 2}, {"v": "1"}, {"v": True}]
)
def test_other_types_and_versions_are_unsupported(
    state: Party, trust: TrustStore, header: dict[str, Any]
) -> None:
    data = data_of(issued(state))
    data["hdr"] |= header
    with pytest.raises(CertificateUnsupported):
        vds_nc.verify(json.dumps(resigned(state, data)), trust=trust, at=AT)


def test_members_there_twice_or_beside_are_refused(state: Party, trust: TrustStore) -> None:
    text = issued(state)
    twice = text.replace('"n":"ERIKSSON ANNA MARIA"', '"n":"SOMEBODY ELSE","n":"ERIKSSON ANNA MARIA"')
    escaped = text.replace('"n":"ERIKSSON', '"\\u006e":"SOMEBODY ELSE","n":"ERIKSSON')
    top = text.replace('{"data"', '{"data":{},"data"', 1)
    document = json.loads(text)
    beside = json.dumps(document | {"note": "VIP"})
    in_sig = json.dumps(document | {"sig": document["sig"] | {"name": "VIP"}})
    assert json.loads(twice) == json.loads(escaped) == json.loads(top) == document
    for wrong in (twice, escaped, top, beside, in_sig):
        with pytest.raises(CertificateMalformed):
            vds_nc.verify(wrong, trust=trust, at=AT)


def test_no_octet_of_the_encodings_is_loose(state: Party, trust: TrustStore) -> None:
    """Base64url has one spelling here: no stray bits, no foreign letters, no padding that is not whole."""
    document = json.loads(issued(state))
    sig = document["sig"]
    last = sig["sigvl"][-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    neighbours = [c for c in alphabet if c != last and alphabet.index(c) >> 4 == alphabet.index(last) >> 4]
    assert len(neighbours) == 15  # a lenient decoder takes them all for the same octet
    wrong = [sig | {"sigvl": sig["sigvl"][:-1] + c} for c in neighbours]
    wrong += [sig | {"sigvl": sig["sigvl"] + end} for end in ("=", "===", "====", " ", "\n")]
    wrong += [sig | {"cer": sig["cer"].rstrip("=") + "===="}, sig | {"cer": ""}, sig | {"sigvl": 1}]
    wrong += [sig | {"cer": "+" + sig["cer"][1:]}, sig | {"alg": 1}]
    for changed in wrong:
        with pytest.raises(NotVerified) as raised:
            vds_nc.verify(json.dumps(document | {"sig": changed}), trust=trust, at=AT)
        assert raised.value.verdict in (Verdict.MALFORMED, Verdict.UNSUPPORTED)


def test_signatures_of_another_length_or_out_of_range_are_invalid(state: Party, trust: TrustStore) -> None:
    document = json.loads(issued(state))
    for signature in (bytes(64), b"\xff" * 64, bytes(63), bytes(65), bytes(96), b""):
        sigvl = base64.urlsafe_b64encode(signature).decode()
        text = json.dumps(document | {"sig": document["sig"] | {"sigvl": sigvl}})
        with pytest.raises(CertificateInvalid):
            vds_nc.verify(text, trust=trust, at=AT)
    for algorithm in ("none", "HS256", "RS256", "es256", ""):
        text = json.dumps(document | {"sig": document["sig"] | {"alg": algorithm}})
        with pytest.raises(CertificateUnsupported):
            vds_nc.verify(text, trust=trust, at=AT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"data":{},"sig":{}}',
        "[" * 600,
        '{"a":' * 400 + "1" + "}" * 400,
        '{"data":{"hdr":' + "[" * 300 + "]" * 300 + '},"sig":{}}',
        '{"data": NaN, "sig": {}}',
        '{"data":1e999,"sig":"\\ud800"}',
        '{"data":{},"sig":{}} x',
        "{" + " " * 17000 + "}",
        '[{"data":{},"sig":{}},{"data":{},"sig":{}}]',
    ],
    ids=lambda text: text[:24],
)
def test_what_is_no_seal_is_malformed(text: str, trust: TrustStore) -> None:
    with pytest.raises(CertificateMalformed):
        vds_nc.verify(text, trust=trust, at=AT)


def test_sniffing_never_raises_and_knows_its_own(state: Party) -> None:
    assert vds_nc.sniff(issued(state))
    for text in ("", "shc:/5676", "HC1:6BF", "{", '{"verifiableCredential":["a"]}', "\x00" * 10, "[" * 10**5):
        assert not vds_nc.sniff(text)
