"""A batch on paper: everybody once, in files of bounded size, refusals told, gone when its time is over."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from tests.certificates.desk.test_merging import merged
from tests.certificates.people import NOW, clerk, entered, given, municipality, registered
from tests.certificates.residents.test_protection import protect

from hashira.certificates import jobs as work
from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.adapters.paper.printer import pdf
from hashira.certificates.domain import print_list
from hashira.certificates.domain.paper import WINDOWS, Edition, Envelope
from hashira.certificates.domain.print_list import ListUnreadable, PrintFilter, read_references
from hashira.certificates.selectors.printing import batch_view, references_by, refused_of
from hashira.certificates.services import printing
from hashira.certificates.services.protection import open_protected
from hashira.certificates.store.models import IssuedCertificate, Person, PrintLine, ProtectionAlert
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
PEOPLE = int(os.environ.get("HASHIRA_PROVE_COUNT", "60"))
MM = 72 / 25.4
MOST_MEBIBYTES = 1300
"""That a batch may take beside what the process of the tests has already."""
"""Of a process that has the typefaces, a part of 500 sheets and all else that ./test has loaded."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(autouse=True)
def installation(folder: Path, settings: Any) -> None:
    settings.DATA_DIR = folder
    settings.DEVELOPMENT = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(NOW)


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def crowd(city: Organisation) -> list[str]:
    return entered(city, PEOPLE)


class Cut(BaseException):
    """The process ends in the middle."""


class Context:
    """Carries out steps as the worker does, forgetting all of them when the process ends."""

    def __init__(self, *, cut_at: int | None = None) -> None:
        self.told: list[int] = []
        self._asked, self._cut_at = 0, cut_at

    def step(self, name: str, function: Any, *arguments: Any) -> Any:
        return function(*arguments)

    def progress(self, done: int, total: int | None = None) -> None:
        self.told.append(done)

    def raise_if_cancelled(self) -> None:
        self._asked += 1
        if self._asked == self._cut_at:
            raise Cut


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    size = max(20, PEOPLE // 20)
    for module in (print_list, printing, work):
        monkeypatch.setattr(module, "PART", min(size, 500))
    monkeypatch.setattr("hashira.certificates.selectors.printing.PART", min(size, 500))
    return iter(())


def ask(city: Organisation, references: list[str], **more: Any) -> UUID:
    asked = {"title": "郵送の申請 11月", "edition": Edition.STANDARD, "envelope": None, "at": NOW} | more
    return printing.request_batch(actor=clerk(city), organisation_id=city.pk, references=references, **asked)


def carry_out(batch: UUID, **how: Any) -> Context:
    context = Context(**how)
    work.print_batch(context, {"batch": str(batch)})  # type: ignore[arg-type]  (what it needs of a context)
    return context


def mebibytes(field: str) -> int:
    """Memory of this process: ``VmRSS`` now, ``VmHWM`` at most since it was cleared (proc_pid_status(5))."""
    line = next(li for li in Path("/proc/self/status").read_text().splitlines() if li.startswith(field))
    return int(line.split()[1]) // 1024


def text_of(path: Path) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)]


def test_everybody_gets_one_sheet_in_the_order_of_the_list(
    city: Organisation, crowd: list[str], small_parts: None
) -> None:
    batch = ask(city, crowd)
    before = mebibytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the highest begins anew; other tests may have had more
    started = time.monotonic()
    context = carry_out(batch)
    seconds, peak = time.monotonic() - started, mebibytes("VmHWM") - before
    print(f"{len(crowd):,} people: {seconds:.0f} s, {len(crowd) / seconds:.0f} a second, {peak} MiB at most")
    view = batch_view(batch)
    assert (view.issued, view.refused) == (len(crowd), 0)
    assert peak < MOST_MEBIBYTES
    assert context.told == sorted(context.told)
    assert context.told[-1] == len(crowd)
    pages = [
        page
        for file in view.files
        for page in text_of(printing.fetch_part(actor=clerk(city), batch_id=batch, part=file.number, at=NOW))
    ]
    assert len(view.files) == -(-len(crowd) // printing.PART)
    assert len(pages) == len(crowd)
    missing = [
        number
        for number, page in enumerate(pages, start=1)
        if f"見本 {number}郎" not in page.replace("\u3000", " ")
    ]
    assert missing == [], pages[missing[0] - 1]


@pytest.mark.parametrize("cut_at", [2, 3, 30])
def test_who_is_served_before_a_crash_is_not_served_again(
    city: Organisation, crowd: list[str], small_parts: None, cut_at: int
) -> None:
    batch = ask(city, crowd)
    with pytest.raises(Cut):
        carry_out(batch, cut_at=cut_at)
    before = set(IssuedCertificate.objects.values_list("pk", "number"))
    carry_out(batch)
    after = set(IssuedCertificate.objects.values_list("pk", "number"))
    assert before
    assert before < after
    assert len(after) == len(crowd)
    assert PrintLine.objects.filter(batch_id=batch, certificate__person=F("person")).count() == len(crowd)


def test_who_cannot_be_served_is_told_with_the_reason_and_stops_nobody(
    city: Organisation, crowd: list[str]
) -> None:
    without = registered(city, "77", "無　接種")
    other = registered(city, "78", "台帳　他人")
    given(city, other, 1, vaccine="daichirona")  # no code in the domestic format
    batch = ask(city, ["77", crowd[0], "404", "78", crowd[1]])
    carry_out(batch)
    assert [(line.position, line.reference, line.code) for line in refused_of(batch)] == [
        (1, "77", "CERT-199"),
        (3, "404", "CERT-110"),
        (4, "78", "CERT-199"),
    ]
    assert all(line.reason.ja and line.reason.en for line in refused_of(batch))
    assert batch_view(batch).issued == 2
    assert not IssuedCertificate.objects.filter(person_id=without).exists()


@pytest.mark.parametrize("envelope", list(Envelope))
def test_the_address_stands_in_the_window_of_the_envelope(
    city: Organisation, crowd: list[str], envelope: Envelope
) -> None:
    batch = ask(city, crowd[:1], envelope=envelope)
    carry_out(batch)
    path = printing.fetch_part(actor=clerk(city), batch_id=batch, part=1, at=NOW)
    document = pypdfium2.PdfDocument(path)
    assert len(document) == 2
    text, height = document[0].get_textpage(), document[0].get_height()
    window = WINDOWS[envelope]
    seen = {
        text.get_text_range(index, 1)
        for index in range(text.count_chars())
        for left, bottom, right, top in [text.get_charbox(index)]
        if window.left * MM <= left <= right <= (window.left + window.width) * MM
        and window.top * MM <= height - top <= height - bottom <= (window.top + window.height) * MM
    }
    assert set("柱県架空市見本町郎様") <= seen
    assert "予防接種証明書の送付" in text.get_text_bounded()


def test_files_are_for_the_own_staff_until_their_time_is_over(
    city: Organisation, crowd: list[str], settings: Any
) -> None:
    batch = ask(city, crowd[:2])
    carry_out(batch)
    with pytest.raises(AccessDenied):
        printing.fetch_part(actor=clerk(municipality("011002", "札幌市")), batch_id=batch, part=1, at=NOW)
    path = printing.fetch_part(actor=clerk(city), batch_id=batch, part=1, at=NOW)
    assert path.stat().st_mode & 0o077 == 0
    over = NOW + timedelta(days=settings.HASHIRA_PRINT_RETENTION_DAYS)
    with pytest.raises(printing.FilesGone):
        printing.fetch_part(actor=clerk(city), batch_id=batch, part=1, at=over)
    worker = Principal.system("certificates.print")
    assert printing.batches_over(over) == (batch,)
    assert printing.remove_files(actor=worker, batch_id=batch, at=over)
    assert not path.exists()
    assert batch_view(batch).files == ()
    assert IssuedCertificate.objects.count() == 2  # what was issued stays


def test_a_filter_finds_by_vaccine_and_day_and_leaves_out_who_has_a_certificate(
    city: Organisation, crowd: list[str]
) -> None:
    june = PrintFilter("comirnaty", date(2021, 6, 1), date(2021, 6, 30))
    assert references_by(city.pk, june) == tuple(crowd)
    assert references_by(city.pk, PrintFilter("spikevax")) == ()
    assert references_by(city.pk, PrintFilter(given_from=date(2021, 6, 2))) == ()
    carry_out(ask(city, crowd[:3], at=datetime.now(UTC)))
    assert references_by(city.pk, june) == tuple(crowd[3:])
    assert len(references_by(city.pk, PrintFilter("comirnaty", without_certificate=False))) == len(crowd)


@pytest.mark.parametrize(
    "text", ["", "  \n", "氏名,番号\n髙橋,1\n", "宛名番号\n", f"{'9' * 33}\n", "宛名番号,氏名\n,髙橋\n"]
)
def test_an_unreadable_list_is_refused(text: str) -> None:
    with pytest.raises(ListUnreadable):
        read_references(text)


def test_a_protected_person_is_refused_and_the_supervisors_are_told(
    city: Organisation, crowd: list[str]
) -> None:
    """No address leaves by a batch (支援措置): the list says why, and nothing is issued."""
    victim = Person.objects.get(reference=crowd[1])
    protect(clerk(city, "municipal_supervisor"), victim.pk)
    batch = ask(city, crowd[:3], envelope=Envelope.LONG_3)
    carry_out(batch)
    lines = {line.reference: line for line in PrintLine.objects.filter(batch=batch)}
    assert lines[crowd[1]].problem == "CERT-275"
    assert lines[crowd[1]].certificate_id is None
    assert lines[crowd[0]].certificate_id is not None
    assert not IssuedCertificate.objects.filter(person=victim).exists()
    assert ProtectionAlert.objects.filter(person=victim, refused=True).count() == 1


def test_who_opened_a_record_does_not_open_it_to_a_batch(city: Organisation, crowd: list[str]) -> None:
    boss, victim = clerk(city, "municipal_supervisor"), Person.objects.get(reference=crowd[0])
    protect(boss, victim.pk)
    open_protected(actor=boss, person_id=victim.pk, reason="窓口に本人", at=datetime.now(UTC))
    batch = printing.request_batch(
        actor=boss,
        organisation_id=city.pk,
        title="一人",
        references=crowd[:1],
        edition=Edition.STANDARD,
        envelope=None,
        at=NOW,
    )
    carry_out(batch)
    assert [line.code for line in refused_of(batch)] == ["CERT-275"]
    assert not IssuedCertificate.objects.exists()


def test_protected_between_issue_and_drawing_no_letter_is_made(city: Organisation, crowd: list[str]) -> None:
    batch = ask(city, crowd[:3], envelope=Envelope.SQUARE_2, at=datetime.now(UTC))
    while printing.issue_some(actor=printing.PRINTER, batch_id=batch, first=1, at=datetime.now(UTC)):
        pass
    victim = Person.objects.get(reference=crowd[1])
    protect(clerk(city, "municipal_supervisor"), victim.pk)
    assert printing.draw_part(actor=printing.PRINTER, batch_id=batch, part=1, at=datetime.now(UTC)) == 2
    path = printing.fetch_part(actor=clerk(city), batch_id=batch, part=1, at=datetime.now(UTC))
    assert victim.address.removeprefix("〒100-0000 ") not in "".join(text_of(path)).replace("\r\n", "")
    assert [(line.reference, line.code) for line in refused_of(batch)] == [(crowd[1], "CERT-275")]


def test_a_file_that_shows_somebody_protected_since_is_drawn_anew_before_it_is_handed_out(
    city: Organisation, crowd: list[str]
) -> None:
    """The letter of the others stays as it was; the supervisors are told once."""
    batch = ask(city, crowd[:3], envelope=Envelope.SQUARE_2, at=datetime.now(UTC))
    carry_out(batch)
    staff, victim = clerk(city), Person.objects.get(reference=crowd[1])
    before = text_of(printing.fetch_part(actor=staff, batch_id=batch, part=1, at=datetime.now(UTC)))
    assert any("見本町2番" in page for page in before)
    protect(clerk(city, "municipal_supervisor"), victim.pk)
    for _ in range(2):
        after = text_of(printing.fetch_part(actor=staff, batch_id=batch, part=1, at=datetime.now(UTC)))
        assert after == before[:2] + before[4:]
    alerts = ProtectionAlert.objects.filter(person=victim, refused=True)
    assert [alert.actor for alert in alerts] == [staff.id]


def test_protected_while_the_part_is_drawn_it_is_drawn_anew(
    city: Organisation, crowd: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = ask(city, crowd[:3], envelope=Envelope.SQUARE_2, at=datetime.now(UTC))
    victim, boss = Person.objects.get(reference=crowd[1]), clerk(city, "municipal_supervisor")
    drawn: list[int] = []

    def slow(sheets: Any, **how: Any) -> bytes:
        if not drawn:
            protect(boss, victim.pk)
        drawn.append(len(sheets))
        return pdf(sheets, **how)

    monkeypatch.setattr(printing, "pdf", slow)
    carry_out(batch)
    assert drawn == [3, 2]
    path = printing.fetch_part(actor=clerk(city), batch_id=batch, part=1, at=datetime.now(UTC))
    assert not any("見本町2番" in page for page in text_of(path))
    assert [(line.reference, line.code) for line in refused_of(batch)] == [(crowd[1], "CERT-275")]


def test_a_file_of_only_protected_people_is_gone(city: Organisation, crowd: list[str]) -> None:
    batch = ask(city, crowd[:1], at=datetime.now(UTC))
    carry_out(batch)
    protect(clerk(city, "municipal_supervisor"), Person.objects.get(reference=crowd[0]).pk)
    with pytest.raises(printing.FilesGone):
        printing.fetch_part(actor=clerk(city), batch_id=batch, part=1, at=datetime.now(UTC))
    assert batch_view(batch).files == ()


def test_a_person_on_the_list_by_two_references_that_were_merged_is_issued_once(
    city: Organisation, crowd: list[str]
) -> None:
    kept, absorbed = registered(city, "77"), registered(city, "78")
    for entry in (kept, absorbed):
        given(city, entry, 1)
    merged(clerk(city, "municipal_supervisor"), kept, absorbed)
    assert references_by(city.pk, PrintFilter("comirnaty")) == (*crowd, "77")
    batch = ask(city, ["78", "77", crowd[0]], at=datetime.now(UTC))
    carry_out(batch)
    assert [(line.reference, line.code) for line in refused_of(batch)] == [("77", "CERT-276")]
    issued = sorted(IssuedCertificate.objects.values_list("person__reference", flat=True))
    assert issued == [crowd[0], "77"]
    assert references_by(city.pk, PrintFilter("comirnaty")) == tuple(crowd[1:])
    everybody = PrintFilter("comirnaty", without_certificate=False)
    assert references_by(city.pk, everybody) == (*crowd, "77")


def test_through_the_pages_from_the_list_to_the_file_and_the_refusals(
    city: Organisation, crowd: list[str], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    staff = clerk(city)
    monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: staff)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
    client.cookies["django_language"] = "ja"
    new = reverse("certificates:batch-new")
    asked = {"title": "郵送", "references": f"{crowd[0]}\n404", "edition": "standard", "envelope": "long-3"}
    assert client.get(new).status_code == 200
    without = client.post(new, asked | {"references": ""})
    assert (without.status_code, "CERT-197" in without.content.decode()) == (422, True)
    check = client.post(new, asked)
    assert (check.status_code, check.context["people"]) == (200, 2)
    assert not PrintLine.objects.exists()  # nothing before it is confirmed
    made = client.post(new, asked | {"references": check.context["list"], "confirmed": "yes"})
    assert made.status_code == 302
    batch = UUID(str(made["Location"]).rsplit("/", 1)[-1])
    carry_out(batch)
    page = client.get(made["Location"])
    said = page.content.decode()
    assert ("404" in said, "CERT-110" in said) == (True, True)
    (link,) = page.context["files"]
    file = client.get(link.url)
    assert file["Content-Type"] == "application/pdf"
    assert b"".join(file.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    table = client.get(made["Location"], {"format": "csv"})
    assert table["Content-Type"].startswith("text/csv")
    assert "CERT-110" in table.getvalue().decode("utf-8-sig")
    assert "郵送" in client.get(reverse("certificates:batches")).content.decode()
