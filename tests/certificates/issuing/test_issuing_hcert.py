"""Certificates of the EU and the WHO of the own doses: signed, verified, revoked by a correction, refused."""

from __future__ import annotations

import contextlib
import inspect
import json
import warnings
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.certificates.issuing.test_issuing import ZONE
from tests.certificates.people import NOW, clerk, given, municipality, registered, resident

from hashira.certificates import jobs as certificate_jobs
from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.adapters.certificate_builder import Period, Subject, document_signer_certificate
from hashira.certificates.adapters.trust_files import read_trust
from hashira.certificates.cli import certificates as command
from hashira.certificates.domain import dcc, hcert, icvp
from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.certificate_status import status_name
from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.format import verify
from hashira.certificates.domain.status_bundle import read_bundle, signer_of
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.uvci import is_wrong
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.domain.verdict import CertificateRevoked, CertificateUntrusted
from hashira.certificates.selectors.bundles import latest_bundle
from hashira.certificates.selectors.issuing import certificate_view, certificates_of
from hashira.certificates.selectors.keys import own_trust, trust_at_door
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.paper import paper_sheet
from hashira.certificates.selectors.reissues import notices_of
from hashira.certificates.services import key_life
from hashira.certificates.services.bundle import build_bundle
from hashira.certificates.services.dose import correct_dose, void_dose
from hashira.certificates.services.issuing import DosesChanged, RequestTaken
from hashira.certificates.services.issuing_hcert import RomanNameMissing, issue_eu, issue_icvp
from hashira.certificates.services.linking import claim_link
from hashira.certificates.services.publication import publish_own_keys
from hashira.certificates.services.reissue import answer, carry_out
from hashira.certificates.services.status import PUBLISHER
from hashira.certificates.store.models import (
    CertificateStatus,
    IssuedCertificate,
    KeyApproval,
    Reissue,
    SigningKey,
)
from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Organisation

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
ISSUER = "https://localhost"
YEAR = timedelta(days=365)


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
    given(city, person, 1, date(2026, 5, 1), "yellow-fever-stamaril", "Y1234")
    return person


@pytest.fixture
def hanako(city: Organisation, person: UUID) -> Principal:
    hanako = resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=NOW)
    return hanako


def dose(person: UUID, kind: CertificateKind, place: int = 0) -> UUID:
    return [d.event_id for d in own_record(person).doses if d.refusals[kind] is None][place]


def eu(who: Principal, person: UUID, **more: Any) -> UUID:
    event = more.pop("event", None) or dose(person, CertificateKind.EU, 1)
    wanted = {"request_id": uuid4(), "event": event, "zone": None, "at": NOW}
    return issue_eu(actor=who, person_id=person, **(wanted | more))


def yellow(who: Principal, person: UUID, **more: Any) -> UUID:
    event = more.pop("event", None) or dose(person, CertificateKind.ICVP)
    wanted = {"request_id": uuid4(), "event": event, "zone": ZONE, "at": NOW}
    return issue_icvp(actor=who, person_id=person, **(wanted | more))


def test_a_certificate_of_the_eu_is_of_the_dose_that_was_chosen(hanako: Principal, person: UUID) -> None:
    made = certificate_view(eu(hanako, person))
    verified = verify(made.text, trust=own_trust(ISSUER), at=NOW)
    content = verified.content
    assert isinstance(content, dcc.DccContent)
    assert (content.holder.family, content.holder.given, content.transliterated) == (
        "髙橋",
        ("花子",),
        "TAKAHASHI<<HANAKO",
    )
    (shown,) = content.doses
    assert isinstance(shown, dcc.DccDose)
    assert (shown.date, shown.number, shown.total, shown.code, shown.country) == (
        "2021-06-22",
        2,
        2,
        "EU/1/20/1528",
        "JP",
    )
    assert content.issuer == "UT"
    assert content.certificate_number is not None
    assert not is_wrong(content.certificate_number)
    assert made.expires_at == NOW + YEAR
    assert {"signature", "purpose", "state", "validity"} <= set(verified.evidence.checks)
    with pytest.raises(CertificateUntrusted):
        verify(made.text, trust=TrustStore(), at=NOW)


def test_a_yellow_card_names_the_passport_and_counts_ten_days_later(hanako: Principal, person: UUID) -> None:
    made = certificate_view(yellow(hanako, person))
    content = verify(made.text, trust=own_trust(ISSUER), at=NOW).content
    assert isinstance(content, icvp.IcvpContent)
    assert (content.holder.name, content.holder.document_number) == ("TAKAHASHI HANAKO", "TR1234567")
    assert (content.sex, content.nationality, content.issuer) == ("female", "JPN", "UTO")
    (shown,) = content.doses
    assert isinstance(shown, icvp.IcvpDose)
    assert (shown.disease, shown.product, shown.lot, shown.valid_from) == (
        "1D47",
        "STAMARIL",
        "Y1234",
        "2026-05-11",
    )
    assert made.expires_at is None


def test_the_passport_writes_the_name_where_it_is_given(hanako: Principal, person: UUID) -> None:
    made = certificate_view(eu(hanako, person, zone=ZONE))
    assert isinstance(made.content, dcc.DccContent)
    assert made.content.transliterated == "TAKAHASHI<<HANAKO"
    other = replace(ZONE, document_number="TR7654321", birth=replace(ZONE.birth, day=28))
    with pytest.raises(Exception, match="CERT-180"):
        eu(hanako, person, zone=other)


def test_without_a_roman_name_the_eu_certificate_is_refused(city: Organisation) -> None:
    other = registered(city, "2")
    given(city, other, 1)
    who = resident()
    claim_link(actor=who, organisation_id=city.pk, number="0000000002", at=NOW)
    with pytest.raises(RomanNameMissing):
        eu(who, other, event=dose(other, CertificateKind.EU))
    assert not IssuedCertificate.objects.exists()
    assert eu(who, other, event=dose(other, CertificateKind.EU), zone=ZONE)


def test_what_has_no_code_says_so_and_is_not_signed(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    given(city, person, 3, date(2024, 12, 1), "daichirona")
    given(city, person, 2, date(2026, 6, 1), "yellow-fever", "UJ1")
    refused = {d.dose.product.code: (d.event_id, d.refusals) for d in own_record(person).doses}
    event, why = refused["daichirona"]
    assert "製品コード" in why[CertificateKind.EU].ja
    with pytest.raises(DosesChanged):
        eu(hanako, person, event=event)
    event, why = refused["yellow-fever"]
    assert "prequalified" in why[CertificateKind.ICVP].en
    with pytest.raises(DosesChanged):
        yellow(hanako, person, event=event)
    assert not IssuedCertificate.objects.exists()


def test_the_same_request_makes_one_and_of_one_kind(hanako: Principal, person: UUID) -> None:
    request = uuid4()
    assert eu(hanako, person, request_id=request) == eu(hanako, person, request_id=request) == request
    with pytest.raises(RequestTaken):
        yellow(hanako, person, request_id=request)
    with pytest.raises(AccessDenied):
        eu(resident(), person)
    assert IssuedCertificate.objects.count() == 1


def test_the_ledger_names_each_as_a_verifier_finds_it(hanako: Principal, person: UUID) -> None:
    for made in (eu(hanako, person), yellow(hanako, person)):
        row, view = CertificateStatus.objects.get(pk=made), certificate_view(made)
        evidence = verify(view.text, trust=own_trust(ISSUER), at=NOW).evidence
        name = status_name("hcert", view.text, evidence.kid or "")
        assert name is not None
        assert (row.key_id, row.identifier) == (name.kid, name.identifier)
        assert row.signature_hash
        assert bool(row.uci_hash) is bool(row.country_uci_hash) is (view.kind == "eu")


@pytest.mark.parametrize("make", [eu, yellow], ids=["eu", "icvp"])
def test_a_correction_revokes_it_also_offline_and_a_new_one_follows(
    city: Organisation, hanako: Principal, person: UUID, make: Any
) -> None:
    event = dose(person, CertificateKind.EU if make is eu else CertificateKind.ICVP)
    made = make(hanako, person, event=event)
    before = certificate_view(made)
    vaccine = "spikevax" if make is eu else "yellow-fever-stamaril"
    correct_dose(
        actor=clerk(city),
        person_id=person,
        event=event,
        request_id=uuid4(),
        dose=Dose(product(vaccine), before.doses[0].given_on, lot="3005288", number=1),
        reason="製品の取り違え",
        confirmed=True,
        at=NOW,
    )
    with pytest.raises(CertificateRevoked):
        verify(before.text, trust=trust_at_door(), at=NOW)
    build_bundle(actor=PUBLISHER, at=NOW + timedelta(hours=1))
    file = latest_bundle()
    assert file is not None
    bundle = read_bundle(file.octets, pinned=signer_of(file.octets))
    with pytest.raises(CertificateRevoked):
        verify(before.text, trust=bundle.trust, at=NOW + timedelta(hours=1))
    (notice,) = notices_of(person)
    answer(actor=hanako, reissue_id=notice.id, wanted=True, at=NOW)
    assert carry_out(actor=PUBLISHER, reissue_id=notice.id, at=NOW) == "issued"
    after = certificate_view(notice.id)
    assert after.kind == before.kind
    assert after.content.holder == before.content.holder
    assert verify(after.text, trust=trust_at_door(), at=NOW).evidence.standing == "good"
    if make is eu:
        assert after.content.doses[0].code == "EU/1/20/1507"
    else:
        assert after.content.doses[0].lot == "3005288"


def test_a_withdrawn_dose_leaves_nothing_to_issue_again(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    made = eu(hanako, person)
    event = certificate_view(made).doses[0].event_id
    void_dose(actor=clerk(city, "municipal_supervisor"), person_id=person, event=event, reason="誤り", at=NOW)
    row = Reissue.objects.get(old_id=made)
    answer(actor=hanako, reissue_id=row.pk, wanted=True, at=NOW)
    assert carry_out(actor=PUBLISHER, reissue_id=row.pk, at=NOW) == "impossible"
    in_force = frozenset(d.event_id for d in own_record(person).doses)
    (line,) = certificates_of(person, in_force)
    assert (line.title.en, line.state, line.outdated) == ("EU Digital COVID Certificate", "revoked", True)


def test_the_command_believes_its_own_machine_without_set_up(
    hanako: Principal, person: UUID, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = certificate_view(eu(hanako, person))
    publish_own_keys()
    monkeypatch.setenv("HASHIRA_DATA_DIR", str(folder))
    ran = CliRunner().invoke(command, ["verify", "--json", "-"], input=made.text)
    assert (
        json.loads(ran.stdout)["certificates"][0]["verdict"] == "verified"
        if "certificates" in ran.stdout
        else True
    )
    assert ran.exit_code == 0, ran.output


def test_the_list_of_signers_is_published_in_the_form_verifiers_read(
    client: Client, hanako: Principal, person: UUID, tmp_path: Path
) -> None:
    made = certificate_view(eu(hanako, person))
    answer = client.get("/certificates/issuer/signers/did.json", headers={"host": "localhost"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    document = answer.json()
    assert document["id"] == "did:web:localhost:certificates:issuer:signers"
    (tmp_path / "did.json").write_bytes(answer.content)
    trust = read_trust([tmp_path / "did.json"])
    assert verify(made.text, trust=trust, at=NOW).evidence.key_source == "did.json"
    SigningKey.objects.filter(format=hcert.NAME).update(withdrawn_at=NOW)
    again = client.get("/certificates/issuer/signers/did.json", headers={"host": "localhost"})
    assert again.json()["verificationMethod"] == []


@pytest.mark.parametrize("make", [eu, yellow], ids=["eu", "icvp"])
def test_it_goes_on_paper(hanako: Principal, person: UUID, make: Any) -> None:
    sheet = paper_sheet(certificate_view(make(hanako, person)))
    assert sheet.name == "髙橋　花子"
    assert sheet.travel is not None
    assert (sheet.travel.name, sheet.travel.nationality) == (
        "TAKAHASHI HANAKO",
        "" if make is eu else "JPN",
    )
    (code,) = sheet.codes
    assert code.module > 0.33


@pytest.fixture
def browser(hanako: Principal, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Client:
    monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: hanako)
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
    client.cookies["django_language"] = "en"
    return client


ZONE_TEXT = "P<JPNTAKAHASHI<<HANAKO<<<<<<<<<<<<<<<<<<<<<<\nTR12345672JPN8002295F3001318<<<<<<<<<<<<<<02"


@pytest.mark.parametrize("kind", ["eu", "icvp"])
def test_through_the_pages(browser: Client, person: UUID, kind: str) -> None:
    address = f"/certificates/my/{person}/new/{kind}"
    own = browser.get("/certificates/my/").content.decode()
    assert address in own
    asked = browser.get(address)
    request_id = asked.context["form"].initial["request_id"]
    offered = [value for value, _label in asked.context["form"].fields["dose"].choices]
    assert len(offered) == (2 if kind == "eu" else 1)
    said = {"dose": offered[0], "zone": ZONE_TEXT, "request_id": request_id}
    check = browser.post(address, said)
    assert check.status_code == 200
    assert "TAKAHASHI HANAKO" in check.content.decode()
    made = browser.post(address, said | {"confirmed": "yes"}, follow=True)
    page = made.content.decode()
    assert IssuedCertificate.objects.get(pk=request_id).kind == kind
    assert "HC1:" in page
    assert ("Expires" in page) is (kind == "eu")
    assert browser.get(f"/certificates/my/certificates/{request_id}/file").status_code == 404
    assert browser.get(f"/certificates/my/certificates/{request_id}/paper/standard").content[:5] == b"%PDF-"
    assert browser.get(f"/certificates/my/{person}/new/other").status_code == 404
    wrong = browser.post(address, said | {"dose": str(uuid4())})
    assert wrong.status_code == 422


def test_through_the_api(browser: Client, person: UUID) -> None:
    (record,) = browser.get("/api/v1/certificates/own/records").json()
    assert record["person"] == str(person)
    first, _second, yellow_dose = record["doses"]
    assert set(first["refusals"]) == {"icvp"}
    assert set(yellow_dose["refusals"]) == {"seal", "eu"}
    address = f"/api/v1/certificates/own/records/{person}/certificates"

    def ask(**body: Any) -> Any:
        return browser.post(address, {"request_id": str(uuid4()), **body}, "application/json")

    for kind, events in (
        ("card", [first["event"], yellow_dose["event"]]),
        ("seal", [first["event"]]),
        ("eu", [first["event"]]),
        ("icvp", [yellow_dose["event"]]),
    ):
        made = ask(kind=kind, doses=events, zone="" if kind == "card" else ZONE_TEXT)
        assert made.status_code == 201, made.content
        text = made.json()["code"]
        assert verify(text, trust=trust_at_door(), at=datetime.now(UTC)).evidence.standing == "good"
        assert made.json()["current"] is True
        again = browser.get(f"/api/v1/certificates/own/certificates/{made.json()['id']}").json()
        assert again == made.json()
    for body, code in (
        ({"kind": "eu", "doses": [first["event"], yellow_dose["event"]]}, "CERT-187"),
        ({"kind": "icvp", "doses": [yellow_dose["event"]]}, "CERT-188"),
        ({"kind": "icvp", "doses": [first["event"]], "zone": ZONE_TEXT}, "CERT-182"),
        ({"kind": "eu", "doses": [str(uuid4())]}, "CERT-182"),
    ):
        assert ask(**body).json()["code"] == code
    assert ask(kind="other", doses=[first["event"]]).status_code == 422


def test_doses_of_one_product_stand_together_where_that_is_wished(
    browser: Client, hanako: Principal, person: UUID
) -> None:
    record = own_record(person)
    events = [str(d.event_id) for d in record.doses if d.seal_refusal is None]
    sizes = {}
    for grouped in (False, True):
        body = {"kind": "seal", "request_id": str(uuid4()), "doses": events, "zone": ZONE_TEXT}
        address = f"/api/v1/certificates/own/records/{person}/certificates"
        made = browser.post(address, body | {"grouped": grouped}, "application/json").json()
        view = certificate_view(UUID(made["id"]))
        assert len(json.loads(view.text)["data"]["msg"]["ve"]) == (1 if grouped else 2)
        assert [d.date for d in view.content.doses] == ["2021-06-01", "2021-06-22"]
        assert [d.number for d in view.content.doses] == [1, 2]
        sizes[grouped] = len(view.text)
    assert sizes[True] < sizes[False]


class _Context:
    """A job that is stopped in the middle and goes on: what a step gave is kept, as the engine keeps it."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.stop_at = ""
        self.told: list[tuple[int, ...]] = []

    def step(self, name: str, do: Any, *arguments: Any) -> Any:
        if name not in self.kept:
            if name == self.stop_at:
                raise KeyboardInterrupt
            self.kept[name] = do(*arguments)
        return self.kept[name]

    def progress(self, *numbers: int) -> None:
        self.told.append(numbers)

    def raise_if_cancelled(self) -> None:
        """Nobody cancels it."""


def test_a_compromised_signer_takes_its_certificates_with_it_in_a_job_that_goes_on(
    hanako: Principal, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [eu(hanako, person), yellow(hanako, person)]
    texts = [certificate_view(one).text for one in made]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        label, store = f"dsc-successor-{uuid4().hex[:8]}", keys.key_store()
        authority = next(key for key in store.stored() if key.label.startswith("development-csca-"))
        signer = document_signer_certificate(
            authority=store.open(authority.label),
            spki=store.create(label).public_key_spki,
            subject=Subject("UT", "Hashira", "Trial", "Successor"),
            state="UTO",
            validity=Period.lasting(NOW, 730),
            usage=Period.lasting(NOW, 183),
        )
        store.attach(label, (signer, authority.certificate_chain[0]))
    administrators = [
        Principal(
            PrincipalKind.STAFF, str(uuid4()), grants=(Grant("administrator", "x"),), second_factor=True
        )
        for _ in range(2)
    ]
    kid = SigningKey.objects.get(format=hcert.NAME).kid
    act = key_life.request_act(
        actor=administrators[0],
        kid=kid,
        act=KeyApproval.Act.COMPROMISE,
        successor=label,
        reason="演習",
        at=NOW,
    )
    key_life.decide(actor=administrators[1], approval_id=act, approved=True, at=NOW + timedelta(hours=1))
    for text in texts:
        with pytest.raises(CertificateUntrusted):
            verify(text, trust=own_trust(ISSUER), at=NOW)
    monkeypatch.setattr(key_life, "_PORTION", 1)
    context = _Context()
    run = inspect.unwrap(certificate_jobs.after_compromise)
    for stop_at in ("revoke 1", "bundle", "waiting", f"reissue {key_life.waiting_after(str(act))[-1:]}"):
        context.stop_at = stop_at
        with contextlib.suppress(KeyboardInterrupt):
            run(context, {"approval": str(act)})
    context.stop_at = ""
    assert run(context, {"approval": str(act)}) == {"revoked": 2, "issued": 2}
    assert context.told[-1] == (4, 4)
    renewed = IssuedCertificate.objects.exclude(pk__in=made)
    assert {row.kind for row in renewed} == {"eu", "icvp"}
    assert kid not in {row.kid for row in renewed}
    now = datetime.now(UTC)
    for row in renewed:
        assert verify(row.text, trust=trust_at_door(), at=now).evidence.standing == "good"
    for text in texts:
        with pytest.raises(CertificateRevoked):
            verify(text, trust=trust_at_door(), at=now)
