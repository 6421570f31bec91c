"""The check-in interface: three answers on each traveller, never merged, and its bounds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem
from django.core.cache import cache
from django.test import Client
from tests.certificates import states
from tests.certificates.card import ISSUER, Key, card
from tests.certificates.hcerts import eu
from tests.certificates.signers import document_signer

from hashira.certificates.domain import hcert, p256, vds_nc
from hashira.certificates.domain.content import Holder
from hashira.certificates.domain.icd11_vaccine import ICD11
from hashira.certificates.domain.revocation_filter import RevocationFilter
from hashira.certificates.domain.vds_nc_message import SealDose
from hashira.core.audit.models import AuditEvent
from hashira.portal.api import assembly

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/certificates/check-in"
# Doc 9303 Part 4, Appendix B
ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
KEY = Key()
AUTHORITY = states.authority()
SIGNER = states.signer(AUTHORITY)
EUROPEAN = document_signer()


@pytest.fixture(autouse=True)
def believed(settings: Any, tmp_path: Path) -> None:
    """An issuer of cards, a state, a document signer; and rules of one destination."""
    cache.clear()
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "keys.json").write_text(json.dumps({"iss": ISSUER, "keys": [p256.jwk(KEY.public_key_spki)]}))
    ders = (AUTHORITY.der, EUROPEAN.der)
    (trust / "states.pem").write_bytes(b"".join(pem.armor("CERTIFICATE", der) for der in ders))
    settings.HASHIRA_TRUST = [trust]
    settings.DATA_DIR = tmp_path
    now = datetime.now(UTC)
    rule = {
        "id": "VR-UTO-0001",
        "destination": "UTO",
        "validFrom": (now - timedelta(days=1)).isoformat(),
        "validTo": (now + timedelta(days=1)).isoformat(),
        "description": {"ja": "二回以上の接種", "en": "Two doses or more"},
        "logic": {">=": [{"reduce": [{"var": "payload.doses"}, {"+": [{"var": "accumulator"}, 1]}, 0]}, 2]},
    }
    (tmp_path / "travel-rules.json").write_text(json.dumps({"dated": "2026-11-01", "rules": [rule]}))


def seal(doses: int = 2, **holder: Any) -> str:
    values = {"name": "ERIKSSON ANNA MARIA", "birth_date": "1974-08-12", "document_number": "L898902C3"}
    return vds_nc.issue(
        holder=Holder(**(values | holder)),
        doses=tuple(
            SealDose(
                "2026-02-01", "COMIRNATY", ICD11, "XM0GQ8", "F1", "Clinic", "UTO", number, disease="RA01.0"
            )
            for number in range(1, doses + 1)
        ),
        issuer="UTO",
        uvci="UTOPIA000001",
        signer=SIGNER,
        at=states.AT,
    )


def asked(*travellers: dict[str, str], language: str = "ja") -> Any:
    client = Client(headers={"host": "localhost", "accept-language": language})
    return client.post(ADDRESS, {"travellers": list(travellers)}, content_type="application/json")


def findings(*travellers: dict[str, str]) -> list[tuple[str, str, str]]:
    answer = asked(*travellers)
    assert answer.status_code == 200, answer.content.decode()
    return [
        (one["genuine"]["verdict"], one["traveller"]["finding"], one["destination"]["finding"])
        for one in answer.json()["travellers"]
    ]


def test_the_three_answers_are_never_merged() -> None:
    assert findings(
        {"code": seal(), "zone": ZONE, "destination": "UTO"},
        {"code": seal(doses=1), "zone": ZONE, "destination": "UTO"},
        {"code": seal(document_number="L898902C4"), "zone": ZONE, "destination": "FRA"},
        {"code": seal()},
        {"code": seal().replace("ANNA", "ANNE"), "zone": ZONE, "destination": "UTO"},
        {"code": card(KEY), "zone": ZONE, "destination": "UTO"},
        {"code": "tea", "zone": ZONE},
    ) == [
        ("verified", "matches", "enough"),
        ("verified", "matches", "not-enough"),
        ("verified", "differs", "no-rule"),
        ("verified", "not-asked", "not-asked"),
        ("invalid", "not-judged", "not-judged"),
        ("verified", "eye", "enough"),
        ("unsupported", "not-judged", "not-asked"),
    ]


def test_an_answer_says_what_was_compared_and_gives_the_callers_number_back() -> None:
    number = {"code": seal(document_number="X1", birth_date="1974-08-13"), "zone": ZONE, "reference": "12A"}
    document = asked(number).json()
    (one,) = document["travellers"]
    assert one["reference"] == "12A"
    assert one["traveller"]["compared"] == ["passport", "birth", "name"]
    assert one["traveller"]["differs"] == ["passport", "birth"]
    assert document["rules_dated"] == "2026-11-01"


def test_a_zone_that_cannot_be_read_is_a_problem_of_its_own() -> None:
    (one,) = asked({"code": seal(), "zone": ZONE.replace("L898902C3", "L898902C4")}).json()["travellers"]
    assert (one["genuine"]["verdict"], one["traveller"]["finding"]) == ("verified", "zone-unreadable")
    error = one["traveller"]["error"]
    assert (error["code"], error["type"]) == ("CERT-072", "/api/#CERT-072")
    english = asked({"code": seal(), "zone": "P<"}, language="en").json()["travellers"][0]
    assert "machine-readable zone" in english["traveller"]["error"]["title"]


def test_an_hcert_in_doubt_is_not_judged_further(tmp_path: Path) -> None:
    """A summary of a list of its signer finds it: neither a plain yes, nor revoked."""
    text = eu(EUROPEAN)
    zone = "P<UTOMIHON<<HANAKO".ljust(44, "<") + "\nXX00000002JPN6004229F3001014<<<<<<<<<<<<<<06"
    assert findings({"code": text, "zone": zone, "destination": "UTO"})[0][0] == "verified"
    read = hcert.decode(text)
    hashes = hcert.revocation_hashes(read)
    made = RevocationFilter.of(read.signed.kid.hex(), "UCI", [hashes["UCI"]])
    document = {"kid": made.kid, "method": made.method, "filter": made.octets.hex()}
    (tmp_path / "trust" / "summary.json").write_text(json.dumps(document))
    assert findings({"code": text, "zone": zone, "destination": "UTO"}) == [
        ("verified", "not-judged", "not-judged")
    ]
    page = Client(headers={"host": "localhost"}).post("/certificates/verify", {"text": text})
    assert 'data-verdict="may-be-revoked"' in page.content.decode()
    assert 'data-verdict="verified"' not in page.content.decode()
    (one,) = asked({"code": text}).json()["travellers"]
    assert one["genuine"]["evidence"]["remarks"] == ["may-be-revoked"]


def test_its_bounds_are_said_and_kept() -> None:
    schemas = assembly.openapi_document()["components"]["schemas"]
    travellers = schemas["CheckInIn"]["properties"]["travellers"]
    assert (travellers["minItems"], travellers["maxItems"]) == (1, 50)
    assert schemas["TravellerIn"]["properties"]["code"]["maxLength"] == 80_000
    assert asked(*[{"code": "x"}] * 50).status_code == 200
    for wrong in (
        [{"code": "x"}] * 51,
        [],
        [{"code": "x" * 80_001}],
        [{"code": ""}],
        [{"zone": ZONE}],
        [{"code": "x", "zone": "<" * 401}],
        [{"code": "x", "destination": "fr"}],
        [{"code": "x", "stranger": "y"}],
    ):
        answer = asked(*wrong)
        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "code"} <= set(answer.json())


@pytest.mark.usefixtures("standing_clock")
def test_its_rate_is_bounded_and_nothing_of_it_is_kept() -> None:
    before = AuditEvent.objects.count()
    statuses = [asked({"code": "tea"}).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    assert AuditEvent.objects.count() == before


def test_rules_that_cannot_be_read_are_said(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "travel-rules.json").write_text("{")
    answer = asked({"code": seal(), "destination": "UTO"})
    assert (answer.status_code, answer.json()["code"]) == (503, "CERT-290")
