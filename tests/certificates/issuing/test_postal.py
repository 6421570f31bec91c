"""Applications by post: one open one a person, all printed by one batch, nobody by two; given back."""

from __future__ import annotations

import warnings
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from tests.certificates.desk.test_merging import merged
from tests.certificates.issuing.test_printing import carry_out
from tests.certificates.people import NOW, clerk, entered, given, municipality, registered
from tests.certificates.residents.test_protection import protect

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.domain.paper import Edition
from hashira.certificates.selectors.people import PersonNotFound
from hashira.certificates.selectors.postal import applications_of, open_references
from hashira.certificates.selectors.printing import refused_of
from hashira.certificates.services import postal, printing
from hashira.certificates.services.protection import PersonMasked
from hashira.certificates.store.models import (
    IssuedCertificate,
    Person,
    PostalApplication,
    PrintBatch,
    PrintLine,
    ProtectionAlert,
)
from hashira.core import jobs
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit.reading import events

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(autouse=True)
def installation(folder: Path, settings: Any) -> None:
    settings.DATA_DIR, settings.DEVELOPMENT = folder, True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(NOW)


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def staff(city: Organisation) -> Principal:
    return clerk(city)


@pytest.fixture
def people(city: Organisation) -> list[str]:
    """References of five people with a dose each."""
    return entered(city, 5)


def enter(staff: Principal, city: Organisation, reference: str, *, day: date = TODAY) -> UUID:
    return postal.enter_application(
        actor=staff, organisation_id=city.pk, reference=reference, received_on=day, at=NOW
    )


def batch(staff: Principal, city: Organisation, *references: str, applied: bool = True) -> UUID:
    return printing.request_batch(
        actor=staff,
        organisation_id=city.pk,
        title="11月の郵送申請",
        references=references,
        edition=Edition.STANDARD,
        envelope=None,
        at=NOW,
        applied=applied,
    )


def states(staff: Principal, city: Organisation) -> dict[str, str]:
    return {row.reference: row.state for row in reversed(applications_of(staff, [city.pk]))}


def test_a_batch_prints_all_who_applied_and_nobody_twice(
    city: Organisation, staff: Principal, people: list[str]
) -> None:
    for reference, day in ((people[2], TODAY), (people[0], TODAY - timedelta(days=3)), (people[4], TODAY)):
        enter(staff, city, reference, day=day)
    assert open_references(city.pk) == (people[0], people[2], people[4])  # as the letters came
    made = batch(staff, city, *open_references(city.pk))
    assert open_references(city.pk) == ()
    assert states(staff, city) == {people[2]: "taken", people[0]: "taken", people[4]: "taken"}
    with pytest.raises(printing.NobodyApplied):  # the page was sent twice, or by two members of staff
        batch(staff, city, people[0], people[2], people[4])
    carry_out(made)
    assert set(states(staff, city).values()) == {"printed"}
    assert IssuedCertificate.objects.count() == 3
    enter(staff, city, people[0])  # a new letter of the same person is a new application
    assert open_references(city.pk) == (people[0],)


def test_a_list_serves_whoever_is_on_it_and_applied(
    city: Organisation, staff: Principal, people: list[str]
) -> None:
    enter(staff, city, people[1])
    enter(staff, city, people[3])
    made = batch(staff, city, people[0], people[1], applied=False)
    assert PrintBatch.objects.get(pk=made).people == 2
    assert open_references(city.pk) == (people[3],)


def test_what_was_entered_by_mistake_is_taken_back(
    city: Organisation, staff: Principal, people: list[str]
) -> None:
    made = enter(staff, city, people[0])
    with pytest.raises(postal.AppliedAlready):
        enter(staff, city, people[0])
    postal.withdraw_application(actor=staff, application_id=made, at=NOW)
    with pytest.raises(postal.ApplicationClosed):
        postal.withdraw_application(actor=staff, application_id=made, at=NOW)
    assert open_references(city.pk) == ()
    again = enter(staff, city, people[0])
    batch(staff, city, people[0])
    with pytest.raises(postal.ApplicationClosed):
        postal.withdraw_application(actor=staff, application_id=again, at=NOW)


def test_what_a_batch_did_not_get_to_is_given_back(
    city: Organisation, staff: Principal, people: list[str]
) -> None:
    """Ended after two people: those have their certificates, the others wait for the next batch, once."""
    for reference in people:
        enter(staff, city, reference)
    made = batch(staff, city, *people)
    row = PrintBatch.objects.get(pk=made)
    with pytest.raises(postal.BatchAtWork):
        postal.reopen_applications(actor=staff, batch_id=made)
    PrintLine.objects.filter(batch=row, position__gt=2).update(done=True)
    printing.issue_some(actor=printing.PRINTER, batch_id=made, first=1, at=NOW)
    PrintLine.objects.filter(batch=row, position__gt=2).update(done=False)
    jobs.cancel(actor=staff, job_id=row.job_id)
    assert postal.reopen_applications(actor=staff, batch_id=made) == 3
    assert postal.reopen_applications(actor=staff, batch_id=made) == 0
    assert set(open_references(city.pk)) == set(people[2:])
    assert {one.code for one in refused_of(made)} == {"CERT-281"}
    # Whatever still happened to work on the old batch makes nothing for them.
    assert printing.issue_some(actor=printing.PRINTER, batch_id=made, first=1, at=NOW) == 0
    again = batch(staff, city, *open_references(city.pk))
    carry_out(again)
    assert IssuedCertificate.objects.count() == 5
    assert IssuedCertificate.objects.values("person_id").distinct().count() == 5


def test_who_was_refused_is_given_back_unless_another_letter_came(
    city: Organisation, staff: Principal, people: list[str]
) -> None:
    registered(city, "9")
    enter(staff, city, "9")
    made = batch(staff, city, "9")
    jobs.carry_out(PrintBatch.objects.get(pk=made).job_id)
    assert [one.code for one in refused_of(made)] == ["CERT-199"]
    second = enter(staff, city, "9")
    assert postal.reopen_applications(actor=staff, batch_id=made) == 0
    postal.withdraw_application(actor=staff, application_id=second, at=NOW)
    assert postal.reopen_applications(actor=staff, batch_id=made) == 1


def test_a_merged_entry_applies_for_the_leading_one(city: Organisation, staff: Principal) -> None:
    first, second = registered(city, "1"), registered(city, "2")
    given(city, first)
    enter(staff, city, "2")
    merged(clerk(city, "municipal_supervisor"), first, second)
    assert open_references(city.pk) == ("1",)
    made = batch(staff, city, "1")
    carry_out(made)
    assert states(staff, city) == {"2": "printed"}
    enter(staff, city, "2")
    assert PostalApplication.objects.get(batch=None).person_id == first


def test_it_is_refused_with_a_reason(city: Organisation, staff: Principal, people: list[str]) -> None:
    with pytest.raises(PersonNotFound):
        enter(staff, city, "nobody")
    with pytest.raises(postal.ReceivedLater):
        enter(staff, city, people[0], day=TODAY + timedelta(days=1))
    with pytest.raises(AccessDenied):
        enter(clerk(municipality("131024", "中央区")), city, people[0])
    hidden = Person.objects.get(reference=people[0])
    protect(clerk(city, "municipal_supervisor"), hidden.pk)
    with pytest.raises(PersonMasked):
        enter(staff, city, people[0])
    assert list(ProtectionAlert.objects.values_list("person_id", "refused")) == [(hidden.pk, True)]
    assert not PostalApplication.objects.exists()


def test_of_who_is_protected_since_the_list_shows_the_reference_alone(
    city: Organisation, staff: Principal, people: list[str]
) -> None:
    enter(staff, city, people[0])
    person = Person.objects.get(reference=people[0])
    protect(clerk(city, "municipal_supervisor"), person.pk)
    (row,) = applications_of(staff, [city.pk])
    assert (row.reference, row.name) == (people[0], "（支援措置の対象者）")
    made = batch(staff, city, people[0])
    carry_out(made)
    assert [one.code for one in refused_of(made)] == ["CERT-275"]


def test_what_is_done_is_told(city: Organisation, staff: Principal, people: list[str]) -> None:
    made = enter(staff, city, people[0])
    postal.withdraw_application(actor=staff, application_id=made, at=NOW)
    told = list(events(action="certificates:EnterApplication"))
    assert [event.organisation for event in told] == [str(city.pk)] * 2


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def desk(city: Organisation, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Client:
    staff = clerk(city)
    monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: staff)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
    client.cookies["django_language"] = "ja"
    return client


def test_the_pages_from_the_letter_to_the_batch(desk: Client, people: list[str]) -> None:
    address, new = reverse("certificates:applications"), reverse("certificates:batch-new")
    assert "郵送申請はまだありません" in desk.get(address).content.decode()
    wide = people[0].translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    day = {"received_on_year": "2026", "received_on_month": "11"}
    letter = day | {"received_on_day": "20", "reference": wide}
    entered_one = desk.post(address, letter, follow=True)
    assert entered_one.context["entered"].reference == people[0]
    assert entered_one.context["waiting"] == 1
    twice = desk.post(address, letter)
    assert (twice.status_code, "CERT-278" in twice.content.decode()) == (422, True)
    assert desk.post(address, letter | {"reference": "nobody"}).status_code == 422
    csv = b"".join(desk.get(address, {"format": "csv"}).streaming_content)  # type: ignore[arg-type]  # not asynchronous
    assert people[0] in csv.decode()

    asked = desk.get(new, {"applied": "yes"})
    assert asked.context["form"]["applied"].value() is True
    chosen = {"title": "郵送", "edition": "standard", "envelope": "", "applied": "yes"}
    check = desk.post(new, chosen)
    assert check.context["people"] == 1
    confirmed = chosen | {"references": check.context["list"], "confirmed": "yes"}
    assert 'name="applied"' in check.content.decode()
    desk.post(address, letter | {"reference": people[1]})  # it came after the page had told of one
    desk.post(new, confirmed)
    batch = PrintBatch.objects.get()
    assert [line.reference for line in batch.lines.all()] == [people[0]]
    late = desk.post(new, confirmed)  # sent twice: the second finds nobody
    assert (late.status_code, "CERT-283" in late.content.decode()) == (422, True)
    assert PrintBatch.objects.count() == 1

    desk.post(reverse("certificates:batch-cancel", args=[batch.pk]))
    assert desk.get(reverse("certificates:batch", args=[batch.pk])).context["unserved"] == 1
    desk.post(reverse("certificates:batch-reopen", args=[batch.pk]))
    row = PostalApplication.objects.get(person__reference=people[0])
    shown = desk.get(reverse("certificates:application", args=[row.pk])).content.decode()
    assert "この申請を取り下げる" in shown
    desk.post(reverse("certificates:application-withdraw", args=[row.pk]))
    shown = desk.get(reverse("certificates:application", args=[row.pk])).content.decode()
    assert "取下げ" in shown
    assert "この申請を取り下げる" not in shown
    assert desk.get(reverse("certificates:application", args=[batch.pk])).status_code == 404
