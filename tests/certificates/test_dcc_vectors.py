"""Every test certificate of the EU's countries gives the verdict that it expects, at every step."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from tests.certificates.dcc_vectors import NUMBER, Vector, vectors

from hashira.certificates.adapters.qr_image import NoCodeInImage, read_codes
from hashira.certificates.domain import base45, cose, hcert, strict_cbor
from hashira.certificates.domain.document_signer import Purpose, SignerNotAllowed, check_purpose
from hashira.certificates.domain.format import assess
from hashira.certificates.domain.state_certificate import read_listed_certificate
from hashira.certificates.domain.verdict import NotVerified, Verdict

pytestmark = [pytest.mark.shared_data, pytest.mark.long]
VECTORS = vectors()
PURPOSES = {"v": Purpose.VACCINATION, "t": Purpose.TEST, "r": Purpose.RECOVERY}

SIGNED_AT_ANOTHER_TIME = {
    "BG/2DCode/raw/4.json",
    "CY/2DCode/raw/5.json",
    "CY/2DCode/raw/6.json",
    "CY/2DCode/raw/8.json",
}
"""They say that they were signed before the certificate of their signer begins."""
NOT_YET = {
    *(f"ES/2DCode/raw/{number}.json" for number in (1101, 1102, 1103, 2101, 2102, 2103)),
    "FR/2DCode/raw/recovery_ok.json",
    "FR/2DCode/raw/test_pcr_ok.json",
    "FR/2DCode/raw/vaccin_ok.json",
    "LU/2DCode/raw/INCERT_R_DCC_Recovery.json",
    "SG/2DCode/raw/4.json",
}
"""Their clock is before their time of issue; none of them expects anything of the check of time."""
OTHER_PURPOSE = {"LI/2DCode/raw/4.json", *(f"LV/2DCode/raw/{number}.json" for number in (1, 2, 3))}
"""A test, signed by a signer kept to vaccinations; three signed by the authority itself, whose key is for
certificates alone. None of them expects anything of the check of purpose."""
JSON_DIFFERS = {"FR/2DCode/raw/test_pcr_ok.json"}
"""The JSON beside the code has its two times two hours earlier than the code."""


@pytest.fixture(scope="module", params=VECTORS, ids=lambda vector: vector.name)
def vector(request: pytest.FixtureRequest, shared_data: Path) -> Vector:
    assert isinstance(request.param, Vector)
    return request.param


def test_all_of_them_are_here(shared_data: Path) -> None:
    assert len(VECTORS) == NUMBER


def holds(expected: bool | None, found: bool) -> None:
    if expected is not None:
        assert found is expected


def test_the_prefix(vector: Vector) -> None:
    holds(vector.expected.get("EXPECTEDUNPREFIX"), hcert.sniff(vector.text))


def test_base45(vector: Vector) -> None:
    try:
        packed = base45.decode(vector.text.removeprefix("HC1:"))
    except base45.NotBase45:
        packed = None
    holds(vector.expected.get("EXPECTEDB45DECODE"), packed is not None)
    written = vector.members.get("COMPRESSED")
    if vector.expected.get("EXPECTEDB45DECODE") and written and packed:
        assert base45.encode(packed) == vector.text.removeprefix("HC1:")


def test_inflating(vector: Vector) -> None:
    try:
        hcert.unpack(vector.text)
        found = True
    except NotVerified:
        found = False
    holds(vector.expected.get("EXPECTEDCOMPRESSION"), found)


def test_decoding(vector: Vector) -> None:
    """COSE and CBOR; a JSON beside it says the same."""
    try:
        claims = strict_cbor.read(cose.read(hcert.unpack(vector.text)).payload)
    except (NotVerified, ValueError):
        claims = None
    claim = claims[-260][1] if isinstance(claims, dict) else None
    holds(vector.expected.get("EXPECTEDDECODE"), isinstance(claim, dict))
    expected = {vector.expected.get("EXPECTEDVALIDJSON"), vector.expected.get("EXPECTEDVALIDOBJECT")}
    if True in expected and vector.members.get("JSON"):
        assert (with_zone_as_z(claim) == with_zone_as_z(vector.members["JSON"])) is (
            vector.name not in JSON_DIFFERS
        )


def with_zone_as_z(value: Any) -> Any:
    """Portugal's JSON spells the zone of a time out; its code does not."""
    if isinstance(value, str):
        return value.removesuffix("+00:00") + "Z" if value.endswith("+00:00") else value
    if isinstance(value, dict):
        return {name: with_zone_as_z(member) for name, member in value.items()}
    return [with_zone_as_z(member) for member in value] if isinstance(value, list) else value


def test_the_signature(vector: Vector) -> None:
    answer = assess(vector.text, trust=vector.trust, at=vector.clock)
    checks = answer.evidence.checks if answer.evidence else ()
    holds(vector.expected.get("EXPECTEDVERIFY"), "signature" in checks)


def test_the_schema(vector: Vector) -> None:
    try:
        hcert.decode(vector.text)
        found = True
    except NotVerified:
        found = False
    holds(vector.expected.get("EXPECTEDSCHEMAVALIDATION"), found)


def test_the_key_usage(vector: Vector) -> None:
    if vector.expected.get("EXPECTEDKEYUSAGE") is None:
        return
    claim = strict_cbor.read(cose.read(hcert.unpack(vector.text)).payload)[-260][1]
    purpose = next(purpose for group, purpose in PURPOSES.items() if claim.get(group))
    try:
        check_purpose(read_listed_certificate(vector.signer), purpose, listed=True)
        found = True
    except SignerNotAllowed:
        found = False
    holds(vector.expected["EXPECTEDKEYUSAGE"], found)


def test_the_expiry(vector: Vector) -> None:
    verdict = assess(vector.text, trust=vector.trust, at=vector.clock).verdict
    holds(vector.expected.get("EXPECTEDEXPIRATIONCHECK"), verdict is not Verdict.EXPIRED)


def test_the_picture(vector: Vector) -> None:
    expected = vector.expected.get("EXPECTEDPICTUREDECODE")
    if expected is None or not vector.members.get("2DCODE"):
        return
    try:
        codes = read_codes(base64.b64decode(vector.members["2DCODE"]))
    except NoCodeInImage:
        codes = []
    holds(expected, codes == [vector.text])


def test_the_whole(vector: Vector) -> None:
    """Where nothing bad is expected it verifies, but for those whose trouble their expectations leave out."""
    verdict = assess(vector.text, trust=vector.trust, at=vector.clock).verdict
    bad = [step for step, good in vector.expected.items() if not good]
    if vector.name in SIGNED_AT_ANOTHER_TIME | OTHER_PURPOSE:
        assert verdict is Verdict.UNTRUSTED
        assert "EXPECTEDKEYUSAGE" not in vector.expected
    elif vector.name in NOT_YET:
        assert verdict is Verdict.EXPIRED
        assert "EXPECTEDEXPIRATIONCHECK" not in vector.expected
    elif bad in ([], ["EXPECTEDPICTUREDECODE"]):
        assert verdict is Verdict.VERIFIED
    else:
        assert verdict is not Verdict.VERIFIED
