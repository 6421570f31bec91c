"""What verifiers fetch: the EU's batches and filters, lists of cards without ``rid``; the log of issue."""

from __future__ import annotations

import base64
import hashlib
import json
import warnings
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import cbor2
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from django.test import Client
from django.utils.http import http_date
from tests.certificates.card import HOLDER, Key, card, dose
from tests.certificates.people import NOW, clerk, given, municipality, registered, resident

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.cli import certificates as command
from hashira.certificates.domain import hcert, p256, shc, shc_qr
from hashira.certificates.domain.bloom_filter import BloomFilter
from hashira.certificates.domain.card_revocation_list import read_revocation_list
from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.certificate_status import Reason, revocation_hashes
from hashira.certificates.domain.format import verify
from hashira.certificates.domain.status_bundle import read_bundle, signer_of
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import CertificateRevoked
from hashira.certificates.selectors.bundles import latest_bundle
from hashira.certificates.selectors.eu_lists import revocation_batches
from hashira.certificates.selectors.issuing import certificate_view
from hashira.certificates.selectors.keys import own_trust, trust_at_door
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.services.bundle import build_bundle
from hashira.certificates.services.issuing import issue_card
from hashira.certificates.services.issuing_hcert import issue_eu
from hashira.certificates.services.linking import claim_link
from hashira.certificates.services.status import PUBLISHER, revoke_by_hand
from hashira.certificates.store.models import CertificateStatus, SigningKey, State
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
ISSUER = "https://localhost"
LISTS, FILTERS = "/certificates/issuer/revocation-lists", "/certificates/issuer/revocation-filters"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(autouse=True)
def installation(folder: Path, settings: Any) -> None:
    settings.DATA_DIR, settings.DEVELOPMENT, settings.HASHIRA_TRUST = folder, True, ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(NOW)


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def person(city: Organisation) -> UUID:
    person = registered(city, roman="TAKAHASHI, HANAKO")
    given(city, person, 1)
    given(city, person, 2, date(2021, 6, 22))
    return person


@pytest.fixture
def hanako(city: Organisation, person: UUID) -> Principal:
    hanako = resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=NOW)
    return hanako


@pytest.fixture
def site() -> Client:
    return Client(headers={"host": "localhost"})


def eu(who: Principal, person: UUID) -> UUID:
    event = next(d.event_id for d in own_record(person).doses if d.refusals[CertificateKind.EU] is None)
    return issue_eu(actor=who, person_id=person, request_id=uuid4(), event=event, zone=None, at=NOW)


def revoked_eu(city: Organisation, who: Principal, person: UUID) -> str:
    made = eu(who, person)
    revoke_by_hand(actor=clerk(city), certificate_id=made, reason=Reason.STOLEN, note="", at=NOW)
    return certificate_view(made).text


def parts_of(text: str) -> tuple[dict[Any, Any], bytes]:
    """Claims and signature, read by ``cbor2`` alone."""
    protected, _unprotected, payload, signature = cbor2.loads(hcert.unpack(text)).value
    assert protected
    return cbor2.loads(payload), signature


def test_a_batch_is_what_the_gateway_defines(
    city: Organisation, hanako: Principal, person: UUID, site: Client
) -> None:
    assert site.get(LISTS).json() == {"more": False, "batches": []}
    text = revoked_eu(city, hanako, person)
    listed = site.get(LISTS).json()
    assert listed["more"] is False
    assert {tuple(sorted(line)) for line in listed["batches"]} == {("batchId", "country", "date", "deleted")}
    claims, signature = parts_of(text)
    uci = claims[-260][1]["v"][0]["ci"]
    expected = {  # eHealth Network: SHA-256, the first 128 bits
        "SIGNATURE": hashlib.sha256(signature[:32]).digest()[:16],
        "UCI": hashlib.sha256(uci.encode()).digest()[:16],
        "COUNTRYCODEUCI": hashlib.sha256((claims[1] + uci).encode()).digest()[:16],
    }
    leaf = base64.b64decode(SigningKey.objects.get(format="hcert").chain[0])
    for line in listed["batches"]:
        answer = site.get(f"{LISTS}/{line['batchId']}")
        batch = answer.json()
        assert batch["country"] == line["country"] == "UT"
        assert base64.b64decode(batch["kid"]) == hashlib.sha256(leaf).digest()[:8]
        assert [base64.b64decode(e["hash"]) for e in batch["entries"]] == [expected.pop(batch["hashType"])]
        assert datetime.fromisoformat(batch["expires"]) > NOW + timedelta(days=365)
        assert "immutable" in answer.headers["Cache-Control"]
        tag = answer.headers["ETag"]
        assert site.get(f"{LISTS}/{line['batchId']}", headers={"if-none-match": tag}).status_code == 304
    assert not expected
    assert site.get(f"{LISTS}/nothing").status_code == 404
    later = http_date((NOW + timedelta(hours=1)).timestamp())
    assert site.get(LISTS, headers={"if-modified-since": later}).json()["batches"] == []
    earlier = http_date((NOW - timedelta(hours=1)).timestamp())
    assert len(site.get(LISTS, headers={"if-modified-since": earlier}).json()["batches"]) == 3


def test_no_batch_has_more_than_a_thousand_and_a_full_one_keeps_its_name(
    city: Organisation, hanako: Principal, person: UUID, site: Client
) -> None:
    text = revoked_eu(city, hanako, person)
    key = SigningKey.objects.get(format="hcert")

    def more(numbers: range) -> None:
        CertificateStatus.objects.bulk_create(
            CertificateStatus(
                id=uuid4(),
                key=key,
                organisation=city,
                index=2_000_000 + number,
                identifier=f"of the trial {number}",
                signature_hash=f"{number:032x}",
                uci_hash=f"{number:032x}",
                country_uci_hash=f"{number:032x}",
                issued_at=NOW,
                state=State.REVOKED,
                reason="lost",
                changed_at=NOW + timedelta(seconds=number),
            )
            for number in numbers
        )

    more(range(1, 1500))
    first = [line["batchId"] for line in site.get(LISTS).json()["batches"]]
    sizes = [len(site.get(f"{LISTS}/{name}").json()["entries"]) for name in first]
    assert sizes == [1000, 500] * 3
    more(range(1500, 1501))
    second = [line["batchId"] for line in site.get(LISTS).json()["batches"]]
    assert second[0::2] == first[0::2]
    assert set(second[1::2]).isdisjoint(first)
    octets = site.get(f"{FILTERS}/{hcert.key_identifier(base64.b64decode(key.chain[0])).hex()}/UCI").content
    found = BloomFilter.decode(octets)
    assert found.count == 1501
    assert all(number.to_bytes(16, "big") in found for number in range(1, 1501))
    assert bytes.fromhex(revocation_hashes("hcert", text).uci) in found


def test_the_filters_are_listed_and_a_hit_in_one_revokes_nothing(
    city: Organisation, hanako: Principal, person: UUID, site: Client
) -> None:
    assert site.get(FILTERS).json() == {"filters": []}
    revoked_eu(city, hanako, person)
    listed = site.get(FILTERS).json()["filters"]
    assert {entry["hashType"] for entry in listed} == {"SIGNATURE", "UCI", "COUNTRYCODEUCI"}
    for entry in listed:
        answer = site.get(f"{FILTERS}/{entry['path']}")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "public" in answer.headers["Cache-Control"]
        assert BloomFilter.decode(answer.content).count == entry["count"] == 1
    good = certificate_view(eu(hanako, person)).text
    assert verify(good, trust=trust_at_door(), at=NOW).evidence.standing == "good"
    assert site.get(f"{FILTERS}/0000000000000000/UCI").status_code == 404
    assert site.get(f"{FILTERS}/{listed[0]['path'].split('/')[0]}/OTHER").status_code == 404


def test_an_expired_batch_is_published_no_more(city: Organisation, hanako: Principal, person: UUID) -> None:
    revoked_eu(city, hanako, person)
    assert len(revocation_batches(NOW)) == 3
    assert revocation_batches(NOW + timedelta(days=731)) == ()


# ── cards of an earlier system, which carry no rid ──────────────────────────────────────────────────────
def test_a_card_without_rid_is_revoked_by_its_digest(
    city: Organisation, site: Client, tmp_path: Path
) -> None:
    old, run = Key(), CliRunner().invoke
    kid = p256.thumbprint(old.public_key_spki)
    texts = [card(old, issuer=ISSUER), card(old, issuer=ISSUER, doses=(dose(3),))]
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [p256.jwk(old.public_key_spki)]}))
    adopted = run(command, ["keys", "adopt", str(tmp_path / "jwks.json"), "--label", "vrs-2021"])
    assert adopted.exit_code == 0, adopted.output
    assert kid in adopted.output
    assert [verify(text, trust=trust_at_door(), at=NOW).evidence.standing for text in texts] == [
        "not-covered",
        "not-covered",
    ]
    assert site.get(f"/.well-known/crl/{kid}.json").status_code == 404
    (tmp_path / "card").write_text(shc_qr.write(texts[0]))
    asked = ["revoke-card", str(tmp_path / "card"), "--organisation", city.code, "--reason", "misissued"]
    done = run(command, [*asked, "--note", "別人の記録"])
    assert done.exit_code == 0, done.output
    published = site.get(f"/.well-known/crl/{kid}.json").json()
    assert (published["kid"], published["method"], published["ctr"]) == (kid, "hash-fhir", 1)
    assert published["rids"] == [done.output.split()[-1]]
    with pytest.raises(CertificateRevoked):
        verify(texts[0], trust=trust_at_door(), at=NOW)
    assert verify(texts[1], trust=trust_at_door(), at=NOW)
    # Whoever has the published list alone, and whoever has the bundle, answers the same.
    listed = read_revocation_list(published, issuer=ISSUER)
    build_bundle(actor=PUBLISHER, at=NOW)
    file = latest_bundle()
    assert file is not None
    bundle = read_bundle(file.octets, pinned=signer_of(file.octets))
    for trust in (own_trust(ISSUER) | TrustStore(revocations=(listed,)), bundle.trust):
        with pytest.raises(CertificateRevoked):
            verify(texts[0], trust=trust, at=NOW)
        assert verify(texts[1], trust=trust, at=NOW)
    again = run(command, [*asked, "--note", "x"])
    assert "CERT-232" in again.output
    jwk = next(k for k in site.get("/.well-known/jwks.json").json()["keys"] if k["kid"] == kid)
    assert jwk["crlVersion"] == 1


def test_only_a_card_of_an_earlier_system_is_revoked_in_that_way(
    city: Organisation, hanako: Principal, person: UUID, tmp_path: Path
) -> None:
    own = certificate_view(_card(hanako, person)).text
    old = Key()
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [p256.jwk(old.public_key_spki)]}))
    run = CliRunner().invoke
    assert run(command, ["keys", "adopt", str(tmp_path / "jwks.json")]).exit_code == 0
    forged = card(old, issuer=ISSUER)[:-4] + "AAAA"
    for text in (own, card(Key(), issuer=ISSUER), card(old), card(old, issuer=ISSUER, rid="abc"), forged):
        (tmp_path / "card").write_text(text)
        asked = ["revoke-card", str(tmp_path / "card"), "--organisation", city.code, "--reason", "lost"]
        assert "CERT-237" in run(command, [*asked, "--note", "x"]).output
    assert not CertificateStatus.objects.exclude(state=State.VALID).exists()


# ── the log of issue, after a key was given up ──────────────────────────────────────────────────────────
def _card(who: Principal, person: UUID) -> UUID:
    return issue_card(
        actor=who,
        person_id=person,
        request_id=uuid4(),
        events=[d.event_id for d in own_record(person).doses],
        shows_name=True,
        shows_birth_date=True,
        at=NOW,
    )


@pytest.mark.parametrize("kind", ["shc", "hcert"])
def test_what_was_issued_before_the_theft_is_known_by_our_own_log(
    hanako: Principal, person: UUID, kind: str
) -> None:
    text = certificate_view(_card(hanako, person) if kind == "shc" else eu(hanako, person)).text
    SigningKey.objects.filter(format=kind).update(withdrawn_at=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=2)
    known = verify(text, trust=trust_at_door(), at=later)
    assert "existed-before-withdrawal" in known.evidence.remarks
    SigningKey.objects.filter(format=kind).update(withdrawn_at=NOW - timedelta(hours=1))
    with pytest.raises(CertificateRevoked):
        verify(text, trust=trust_at_door(), at=later)
    # Without the log nothing saves it, and once the job has revoked it the log does not either.
    SigningKey.objects.filter(format=kind).update(withdrawn_at=NOW + timedelta(hours=1))
    CertificateStatus.objects.update(state=State.REVOKED, reason="key-compromised", changed_at=later)
    with pytest.raises(CertificateRevoked):
        verify(text, trust=trust_at_door(), at=later)


def test_a_thief_cannot_borrow_a_place_in_the_log(hanako: Principal, person: UUID) -> None:
    """With the key the nonce of a genuine signature can be computed, and R be made again for other doses."""
    text = certificate_view(_card(hanako, person)).text
    genuine = shc.decode(text)
    row = SigningKey.objects.get(format="shc")
    private = ec.generate_private_key(ec.SECP256R1())
    stolen = Key(private)
    # The same log entry under a key that the test has: what the ledger knows is its text and its hash of R.
    before = shc.issue(holder=HOLDER, doses=(dose(1),), issuer=ISSUER, signer=stolen, at=NOW)
    signature = shc.decode(before).signature
    assert genuine.kid == row.kid
    row_status = CertificateStatus.objects.select_related("certificate").get(key=row)
    kid = p256.thumbprint(stolen.public_key_spki)
    SigningKey.objects.create(
        kid=kid,
        format="shc",
        label="stolen",
        jwk=p256.jwk(stolen.public_key_spki),
        published_at=NOW,
        withdrawn_at=NOW + timedelta(hours=1),
    )
    assert row_status.certificate is not None
    row_status.certificate.text = before
    row_status.certificate.save(update_fields=["text"])
    CertificateStatus.objects.filter(pk=row_status.pk).update(
        key_id=kid,
        identifier="x",
        signature_hash=revocation_hashes("shc", before).signature,
    )
    later = NOW + timedelta(hours=2)
    assert verify(before, trust=trust_at_door(), at=later)
    forged = _with_the_same_nonce(before, private)
    assert shc.decode(forged).signature[:32] == signature[:32]
    p256.check_signature(stolen.public_key_spki, shc.decode(forged).message, shc.decode(forged).signature)
    with pytest.raises(CertificateRevoked):
        verify(forged, trust=trust_at_door(), at=later)
    # The second spelling of the genuine one is the genuine one.
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
    other = before.rsplit(".", 1)[0] + "." + _text(r, _N - s)
    assert verify(other, trust=trust_at_door(), at=later)


_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _text(r: int, s: int) -> str:
    octets = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _with_the_same_nonce(text: str, private: ec.EllipticCurvePrivateKey) -> str:
    """A card of other doses, signed with the nonce of that one: k = (z + r·d) / s, s' = (z' + r·d) / k."""
    d = private.private_numbers().private_value
    head, _, signature = text.rpartition(".")
    octets = base64.urlsafe_b64decode(signature + "==")
    r, s = int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big")

    def digest(message: str) -> int:
        hashed = Hash(SHA256())
        hashed.update(message.encode())
        return int.from_bytes(hashed.finalize(), "big")

    k = (digest(head) + r * d) * pow(s, -1, _N) % _N
    other = card(Key(private), issuer=ISSUER, doses=(dose(9), dose(28))).rpartition(".")[0]
    forged = (digest(other) + r * d) * pow(k, -1, _N) % _N
    r_again, _s = decode_dss_signature(encode_dss_signature(r, forged))
    assert r_again == r
    return f"{other}.{_text(r, forged)}"
