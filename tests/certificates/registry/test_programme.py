"""A programme from a file alone: registered, approved by another, recorded, certified, verified."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from tests.certificates.people import BORN, clerk, given, municipality, registered

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.cli import certificates
from hashira.certificates.domain import import_catalogue
from hashira.certificates.domain.dose import Dose, RecordedDose
from hashira.certificates.domain.dose import warnings as remarks
from hashira.certificates.domain.format import verify
from hashira.certificates.domain.import_value import value_key
from hashira.certificates.domain.mrz import Size, Zone, ZoneDate, write_zone
from hashira.certificates.domain.vaccine_catalogue import Catalogue, built_in, built_in_documents
from hashira.certificates.domain.vaccine_product import PRODUCTS, VaccineUnknown, product
from hashira.certificates.domain.vaccine_programme import ProgrammeUnreadable, read_programme
from hashira.certificates.selectors.doses import dose_events
from hashira.certificates.selectors.issuing import certificate_view
from hashira.certificates.selectors.keys import own_trust
from hashira.certificates.services import programme as services
from hashira.certificates.store.models import ProgrammeVersion
from hashira.certificates.store.programme_source import SOURCE
from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Organisation
from hashira.kernel.person_name import RomanName

FILE = Path(__file__).with_name("mosquito-fever.json")
DOCUMENT = json.loads(FILE.read_text("utf-8"))
OTHER = {**DOCUMENT["products"][0], "code": "x"}
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ISSUER = "https://localhost"
DEVELOPMENT_KEYS = pytest.mark.filterwarnings(
    "ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"
)


@pytest.fixture(autouse=True)
def package_alone() -> Iterator[None]:
    """What a test approves is rolled back; the process forgets it too."""
    yield
    SOURCE.forget()


def administrator() -> Principal:
    grant = Grant("administrator", str(uuid4()))
    return Principal(PrincipalKind.STAFF, str(uuid4()), grants=(grant,), second_factor=True)


def octets(**changes: object) -> bytes:
    return json.dumps(DOCUMENT | changes).encode()


def launch(document: bytes | None = None, at: datetime = NOW) -> None:
    asked = services.request_version(actor=administrator(), octets=document or FILE.read_bytes(), at=at)
    digest = ProgrammeVersion.objects.get(pk=asked).digest
    services.decide_version(actor=administrator(), request_id=asked, approved=True, digest=digest, at=at)
    SOURCE.refresh()


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[[Principal], Client]:
    def sign_in(principal: Principal) -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: principal)
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
        client.cookies["django_language"] = "ja"
        return client

    return sign_in


@DEVELOPMENT_KEYS
@pytest.mark.django_db
def test_an_invented_programme_is_launched_from_a_file_and_walks_to_a_verified_sheet(
    signed_in: Callable[[Principal], Client], tmp_path: Path, settings: Any
) -> None:
    settings.DATA_DIR, settings.DEVELOPMENT = tmp_path, True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(NOW)
    assert "kavax" not in PRODUCTS

    office = signed_in(administrator())
    new = reverse("certificates:programme-new")
    preview = office.post(new, {"file": SimpleUploadedFile("m.json", FILE.read_bytes())})
    changes = [(c.product, c.part, c.before, c.after) for c in preview.context["seen"].changes]
    assert ("kavax", "most", "", "2") in changes
    interval = "2回目の前に21～60日 / 21 to 60 days before dose 2"
    assert ("kavax", "intervals", "", interval) in changes
    asked = office.post(new, {"document": preview.context["document"], "confirmed": "yes"})
    assert office.post(asked["Location"], {"decision": "approve"}).status_code == 422  # one's own
    second = signed_in(administrator())
    shown = second.get(asked["Location"])
    decided = second.post(asked["Location"], {"decision": "approve", "digest": shown.context["line"].digest})
    assert decided.status_code == 302

    city = municipality()
    person = registered(city)
    desk = signed_in(clerk(city))
    page = desk.get(reverse("certificates:dose-new", args=[person]))
    offered = [code for code, _ in page.context["form"].fields["vaccine"].choices]
    assert "kavax" in offered
    for number, day in ((1, date(2026, 11, 1)), (2, date(2026, 11, 22))):
        given(city, person, number, day, vaccine="kavax", lot="KV0001")
    visit = str(desk.post(reverse("certificates:counter"), {"text": "タカハシ"})["Location"])
    doses = desk.get(visit).context["form"].fields["doses"].initial
    zone = Zone(
        Size.TD3, "P", "JPN", RomanName("TAKAHASHI", "HANAKO"), "TR1234567", "JPN",
        ZoneDate.of(BORN), "F", ZoneDate(35, 1, 31),
    )  # fmt: skip
    issued = desk.post(
        visit,
        {"doses": doses, "edition": "standard", "document": "travel", "zone": "\n".join(write_zone(zone))},
    )
    assert issued.status_code == 302, issued.context["form"].errors
    made = desk.get(desk.get(visit).context["paper"]).content
    pages = list(pypdfium2.PdfDocument(made))
    text = pages[0].get_textpage().get_text_bounded()
    for words in ("KAVAX (invented)", "蚊媒介熱（架空）", "14日たつと"):
        assert words in text
    codes = [
        code.text
        for page in pages
        for code in zxingcpp.read_barcodes(
            page.render(scale=200 / 72).to_pil().convert("L"), formats=zxingcpp.BarcodeFormat.QRCode
        )
    ]
    seen = [verify(code, trust=own_trust(ISSUER), at=datetime.now(UTC)).content for code in codes]
    assert {dose.code for content in seen for dose in content.doses} == {"998", "XM9ZZ9"}
    assert all(len(content.doses) == 2 for content in seen)


@pytest.mark.django_db
def test_a_product_is_what_it_was_on_each_day() -> None:
    launch()
    city: Organisation = municipality()
    person: UUID = registered(city)
    given(city, person, 1, date(2026, 11, 1), vaccine="kavax")
    later = deepcopy(DOCUMENT) | {"version": 2, "valid_from": "2026-11-25"}
    later["products"][0] |= {"name": {"ja": "カバックスRTU", "en": "KAVAX RTU"}, "retired_on": "2026-11-26"}
    launch(json.dumps(later).encode())
    assert product("kavax", on=date(2026, 11, 24)).name.en == "KAVAX (invented)"
    assert product("kavax", on=date(2026, 11, 25)).name.en == "KAVAX RTU"
    assert product("kavax", on=date(2020, 1, 1)).name.en == "KAVAX (invented)"
    assert SOURCE.catalogue().in_force("mosquito-fever", on=date(2026, 11, 24)).version == 1
    assert dose_events(person)[0].dose.product.code == "kavax"  # of a product that is retired: still read


@DEVELOPMENT_KEYS
@pytest.mark.django_db
def test_a_certificate_shows_products_as_of_its_own_day(tmp_path: Path, settings: Any) -> None:
    from tests.certificates.people import resident

    from hashira.certificates.selectors.own_record import own_record
    from hashira.certificates.services.issuing import issue_card
    from hashira.certificates.services.linking import claim_link

    settings.DATA_DIR, settings.DEVELOPMENT = tmp_path, True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(NOW)
    launch()
    city = municipality()
    person = registered(city)
    given(city, person, 1, date(2026, 11, 1), vaccine="kavax")
    hanako = resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=NOW)

    def issued(at: datetime) -> UUID:
        return issue_card(
            actor=hanako, person_id=person, request_id=uuid4(), shows_name=True, shows_birth_date=True,
            events=[dose.event_id for dose in own_record(person).doses], at=at,
        )  # fmt: skip

    earlier = issued(NOW)
    later = deepcopy(DOCUMENT) | {"version": 2, "valid_from": "2026-11-25"}
    later["products"][0]["name"] = {"ja": "カバックスRTU", "en": "KAVAX RTU"}
    launch(json.dumps(later).encode())
    after = issued(datetime(2026, 11, 26, tzinfo=UTC))
    names = [certificate_view(one).doses[0].product.en for one in (earlier, after)]
    assert names == ["KAVAX (invented)", "KAVAX RTU"]


def test_the_code_of_a_card_follows_the_day_it_is_made() -> None:
    (kavax,) = read_programme(DOCUMENT).products
    assert [kavax.cvx_on(date(2027, month, 1)) for month in (3, 4)] == ["998", "997"]


def test_a_retired_product_is_offered_no_more_and_known_all_the_same() -> None:
    document = deepcopy(DOCUMENT)
    document["products"][0]["retired_on"] = "2027-01-01"
    versions = [read_programme(one) for one in (*built_in_documents().values(), document)]
    known = Catalogue(versions, today=date(2027, 6, 1))
    assert known.product("kavax") is not None
    assert "kavax" not in {p.code for p in known.offered(on=date(2027, 1, 1))}
    assert "kavax" in {p.code for p in known.offered(on=date(2026, 12, 31))}


@pytest.mark.parametrize(("days", "words"), [(20, "21"), (21, None), (60, None), (61, "60")])
def test_the_interval_of_the_programme_is_looked_at(days: int, words: str | None) -> None:
    (kavax,) = read_programme(DOCUMENT).products
    first = Dose(kavax, date(2026, 11, 1), lot="KV1", number=1)
    second = Dose(kavax, first.given_on + timedelta(days=days), lot="KV1", number=2)
    said = [remark.en for remark in remarks(second, [RecordedDose(uuid4(), first)])]
    assert said == [] if words is None else (len(said) == 1 and words in said[0])


def _at(document: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    changed = deepcopy(document)
    inner: Any = changed
    for part in path[:-1]:
        inner = inner[part]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("form",), "other/1", "form"),
        (("programme",), "Mosquito", "programme"),
        (("version",), True, "version"),
        (("version",), 0, "version"),
        (("valid_from",), "2026-13-01", "valid_from"),
        (("valid_from",), "20261101", "valid_from"),
        (("title", "en"), None, "title.en"),
        (("title", "fr"), "Fièvre", "title.fr"),
        (("products",), [], "products"),
        (("surprise",), 1, "surprise"),
        (("products", 0, "codes", "cvx", 0, "code"), "9", "products.kavax.codes.cvx[0].code"),
        (("products", 0, "codes", "cvx", 1, "from"), None, "products.kavax.codes.cvx"),
        (("products", 0, "codes", "snomed"), [], "products.kavax.codes.snomed"),
        (("products", 0, "codes", "icd11", 0, "code"), "XM0GQ8", "products.kavax.codes.icd11"),
        (("products", 0, "seal_name"), None, "products.kavax.seal_name"),
        (("products", 0, "rules", "intervals", 0, "most_days"), 20, "most_days"),
        (("products", 0, "rules", "most_doses"), "2", "products.kavax.rules.most_doses"),
        (("disease",), None, "products.kavax.disease"),
        (("notes", 0, "ja"), "あ" * 301, "notes[0].ja"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(
    path: tuple[Any, ...], value: object, place: str
) -> None:
    with pytest.raises(ProgrammeUnreadable) as raised:
        read_programme(_at(DOCUMENT, path, value))
    assert place in str(raised.value.details["place"])
    assert raised.value.message("en")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": 3}, "2"),
        ({"version": 2, "valid_from": "2026-11-01"}, "later"),
        ({"version": 2, "valid_from": "2027-01-01", "products": [OTHER]}, "kavax"),
        ({"programme": "other"}, "mosquito-fever"),
    ],
)  # fmt: skip
def test_a_version_that_cannot_follow_changes_nothing(changes: dict[str, object], words: str) -> None:
    launch()
    with pytest.raises(ProgrammeUnreadable) as raised:
        services.request_version(actor=administrator(), octets=octets(**changes), at=NOW)
    assert words in raised.value.message("en")
    assert ProgrammeVersion.objects.count() == 1


@pytest.mark.django_db
def test_two_people_are_needed_by_the_service_and_by_the_database() -> None:
    one = administrator()
    asked = services.request_version(actor=one, octets=FILE.read_bytes(), at=NOW)
    digest = ProgrammeVersion.objects.get().digest
    decide: dict[str, Any] = {"request_id": asked, "approved": True, "at": NOW}
    with pytest.raises(services.OwnProgramme):
        services.decide_version(actor=one, digest=digest, **decide)
    with pytest.raises(AccessDenied):
        services.decide_version(actor=clerk(municipality()), digest=digest, **decide)
    with pytest.raises(services.ProgrammeNotPossible):
        services.decide_version(actor=administrator(), digest="0" * 64, **decide)
    with pytest.raises(services.ProgrammeNotPossible):
        services.decide_version(
            actor=administrator(), digest=digest, **(decide | {"at": NOW + services.TIME_TO_DECIDE})
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgrammeVersion.objects.update(decision="approved", decided_by=one.id)
    SOURCE.refresh()
    with pytest.raises(VaccineUnknown):
        product("kavax")


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE {} SET document = '{{}}'", "DELETE FROM {}"])
def test_the_database_keeps_every_version(statement: str) -> None:
    launch()
    from django.db import DatabaseError

    with (
        pytest.raises(DatabaseError, match="keeps every version"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format("certificates_programmeversion"))


@pytest.mark.django_db
def test_the_operator_loads_a_file_that_was_looked_at(tmp_path: Path) -> None:
    runner = CliRunner()
    checked = runner.invoke(certificates, ["programmes", "check", str(FILE)])
    assert checked.exit_code == 0, checked.output
    digest = checked.output.split("SHA-256: ")[1].strip()
    refused = runner.invoke(certificates, ["programmes", "load", str(FILE), "--sha256", "0" * 64])
    assert refused.exit_code == 1
    assert not ProgrammeVersion.objects.exists()
    assert runner.invoke(certificates, ["programmes", "load", str(FILE), "--sha256", digest]).exit_code == 0
    SOURCE.refresh()
    assert product("kavax").programme == "mosquito-fever"
    listed = json.loads(runner.invoke(certificates, ["programmes", "list", "--json"]).output)
    assert {line["programme"] for line in listed} >= {"covid-19", "routine", "mosquito-fever"}
    exported = runner.invoke(certificates, ["programmes", "export", "mosquito-fever"]).output
    assert json.loads(exported) == DOCUMENT
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{", "utf-8")
    assert runner.invoke(certificates, ["programmes", "check", str(wrong)]).exit_code == 1


@pytest.mark.django_db
def test_an_import_knows_a_new_product_by_its_name() -> None:
    launch()
    assert import_catalogue.catalogue()[value_key("カバックス筋注（架空）")] == "kavax"


def test_the_products_of_the_package_are_documents_of_the_same_form() -> None:
    for document in built_in_documents().values():
        assert read_programme(document).version == 1
    assert len(built_in().current) == sum(len(d["products"]) for d in built_in_documents().values())  # type: ignore[index]
