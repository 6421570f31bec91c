"""The pages of a batch: chosen by list or condition, confirmed, followed, fetched, refusals as CSV."""

from __future__ import annotations

import warnings
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.certificates.issuing.test_printing import carry_out
from tests.certificates.people import NOW, clerk, given, municipality, registered

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.store.models import PrintBatch, PrintLine
from hashira.core.accounts.models import Organisation

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
NEW = "/certificates/batches/new"


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def desk(city: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Client:
    settings.DATA_DIR = tmp_path
    settings.DEVELOPMENT = True
    staff = clerk(city)
    monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: staff)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
    client.cookies["django_language"] = "ja"
    return client


def form(**more: object) -> dict[str, object]:
    return {"title": "11月の郵送申請", "edition": "standard", "envelope": "", **more}


def test_a_pasted_list_is_confirmed_and_then_asked_for(desk: Client, city: Organisation) -> None:
    check = desk.post(NEW, form(references="1\n2\n2"))
    assert check.status_code == 200
    assert check.context["people"] == 2
    assert not PrintBatch.objects.exists()
    answer = desk.post(NEW, form(references=check.context["list"], confirmed="yes"))
    batch = PrintBatch.objects.get()
    assert answer["Location"] == reverse("certificates:batch", args=[batch.pk])
    assert [line.reference for line in batch.lines.all()] == ["1", "2"]


def test_a_file_of_a_spreadsheet_is_read_in_its_encoding(desk: Client) -> None:
    file = SimpleUploadedFile("list.csv", "氏名,宛名番号\n髙橋,77\n".encode("cp932"))
    assert desk.post(NEW, form(file=file)).context["list"] == "77"


def test_a_condition_chooses_and_nobody_is_an_error(desk: Client, city: Organisation) -> None:
    person = registered(city, "5")
    given(city, person, 1, date(2021, 6, 1))
    assert desk.post(NEW, form(vaccine="comirnaty")).context["list"] == "5"
    for asked in (form(vaccine="mr"), form()):
        answer = desk.post(NEW, asked)
        assert answer.status_code == 422
        assert "CERT-197" in answer.content.decode()


def test_the_batch_is_followed_its_file_fetched_and_its_refusals_taken_away(
    desk: Client, city: Organisation
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(NOW)
        given(city, registered(city, "5"), 1)
        desk.post(NEW, form(references="5\n404", confirmed="yes"))
        batch: UUID = PrintBatch.objects.get().pk
        waiting = desk.get(reverse("certificates:batch", args=[batch]))
        assert "まだできていません" in waiting.content.decode()
        carry_out(batch)
    shown = desk.get(reverse("certificates:batch", args=[batch]))
    (file,) = shown.context["files"]
    fetched = desk.get(file.url)
    assert b"".join(fetched.streaming_content).startswith(b"%PDF")
    csv = b"".join(desk.get(reverse("certificates:batch", args=[batch]), {"format": "csv"})).decode(
        "utf-8-sig"
    )
    assert "404" in csv
    assert "CERT-110" in csv
    assert PrintLine.objects.get(reference="5").certificate is not None


def test_it_can_be_ended_before_it_has_begun(desk: Client) -> None:
    desk.post(NEW, form(references="5", confirmed="yes"))
    batch = PrintBatch.objects.get()
    desk.post(reverse("certificates:batch-cancel", args=[batch.pk]))
    page = desk.get(reverse("certificates:batch", args=[batch.pk]))
    assert page.context["batch"].job.state.value == "cancelled"


def test_staff_of_elsewhere_get_neither_page_nor_file(
    desk: Client, city: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.post(NEW, form(references="5", confirmed="yes"))
    batch = PrintBatch.objects.get().pk
    elsewhere = clerk(municipality("011002", "札幌市"))
    monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: elsewhere)
    for address in (
        reverse("certificates:batch", args=[batch]),
        reverse("certificates:batch-file", args=[batch, 1]),
    ):
        assert desk.get(address).status_code == 403
