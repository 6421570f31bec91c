"""The pages and the commands of inventories and adoptions; and the list with as many as the country has."""

from __future__ import annotations

import gzip
import json
import re
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cloud.adoption.conftest import ONE, TWO, job_of, proposed, surveyed
from tests.cloud.vending.conftest import worked
from tests.cloud.vending.paper_cloud import NAMES, PaperCloud

from hashira.cloud.commands.organisation import organisation as command
from hashira.cloud.selectors.adoptions import adoption_lines
from hashira.cloud.selectors.surveys import latest_survey, survey_lines
from hashira.cloud.services.adoptions import approve_adoption
from hashira.cloud.store.models import OrganisationSurvey, SurveyedAccount
from hashira.core import jobs
from hashira.core.access import Principal

pytestmark = pytest.mark.django_db
SignIn = Callable[[Principal], Client]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_PURGE = {
    "principal": f"arn:aws:iam::{ONE}:role/worker",
    "action": "sqs:PurgeQueue",
    "resource": "*",
    "account": ONE,
}
_SAID = {
    "body_code": "204811",
    "system_code": "jumin",
    "stage": "production",
    "sharing": "single",
    "isolation": "account",
    "information_class": "2",
    "region": "ap-northeast-1",
    "address_ranges": "10.30.0.0/24",
    "monthly_budget_yen": "120000",
    "budget_code": "02-01-07",
    "officer_name": "見本花子",
    "officer_email": "hanako@town.example.jp",
    "officer_organisation": "松川村",
    "valid_until_year": "2028",
    "valid_until_month": "3",
    "valid_until_day": "31",
    "words": "",
}


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> SignIn:
    """A client whose requests are those of a principal."""

    def sign_in(principal: Principal) -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: principal)
        client = Client(headers={"host": "localhost"})
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
        return client

    return sign_in


def read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def test_an_account_goes_from_the_inventory_to_an_environment_and_back(
    org: PaperCloud, people: tuple[Principal, Principal], signed_in: SignIn
) -> None:
    first, second = people
    client = signed_in(first)
    assert "棚卸しはまだありません" in read(client, "/cloud/surveys/")
    answer = client.post("/cloud/surveys/take", {"engine": "paper"})
    survey_id = UUID(_UUID.findall(answer["Location"])[-1])
    assert "読んだアカウント" in read(client, f"/cloud/surveys/{survey_id}")
    jobs.carry_out(job_of(survey_id))
    shown = read(client, f"/cloud/surveys/{survey_id}")
    assert "204811-jumin-prod" in shown
    assert "paper-baseline" in shown
    assert TWO not in read(client, f"/cloud/surveys/{survey_id}?filter_name=204811")
    assert ONE not in read(client, f"/cloud/surveys/{survey_id}?filter_lacks=trail")
    account = f"/cloud/surveys/{survey_id}/accounts/{ONE}"
    shown = read(client, account)
    assert "長野県池田町" in shown
    assert "基準より多いもの" in shown
    empty = read(client, f"{account}/adopt")
    assert 'value="204811"' not in empty  # suggested, and not taken
    assert 'value="204811"' in read(client, f"{account}/adopt?suggested=yes")
    assert set(_SAID) <= set(re.findall(r'name="([^"]+)"', empty))
    said = _SAID
    assert client.post(f"{account}/adopt", said | {"body_code": "204812"}).status_code == 422
    assert client.post(f"{account}/adopt", said | {"address_ranges": "8.8.8.0/24"}).status_code == 422
    assert not adoption_lines()
    answer = client.post(f"{account}/adopt", said)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    address = answer["Location"]
    shown = read(client, address)
    assert "承認できるのは、ほかの運用者です" in shown
    assert "paper:make_hub" in shown
    assert 'value="approve"' not in shown
    assert client.post(address, {"act": "approve", "words": ""}).status_code == 422
    client = signed_in(second)
    assert "承認を待つ取込みが1件" in read(client, "/cloud/adoptions/")
    assert client.post(address, {"act": "approve", "words": ""}).status_code == 302
    [line] = adoption_lines()
    assert line.environment is not None
    worked(line.environment)
    environment = f"/cloud/environments/{line.environment}"
    shown = read(client, environment)
    assert "もとからあったアカウント" in shown
    assert "取込みを取り消す" in shown
    assert client.post(f"{environment}/release", {"reason": ""}).status_code == 422
    assert client.post(f"{environment}/release", {"reason": "誤り"}).status_code == 302
    worked(line.environment)
    assert "取り消して、元に戻しました" in read(client, address)
    assert f"{environment}/release" not in read(client, environment)


def test_what_would_be_lost_is_told_from_records(
    org: PaperCloud, people: tuple[Principal, Principal], signed_in: SignIn
) -> None:
    survey_id = surveyed(people[0])
    client = signed_in(people[0])
    address = f"/cloud/surveys/{survey_id}/losses"
    read(client, address)
    lines = "\n".join(json.dumps(one) for one in (_PURGE, _PURGE | {"action": "s3:GetObject"}))
    for name, content in (("calls.json", lines.encode()), ("calls.json.gz", gzip.compress(lines.encode()))):
        shown = client.post(address, {"file": SimpleUploadedFile(name, content), "account": ""})
        assert shown.status_code == 200
        assert "sqs:PurgeQueue" in shown.content.decode()
        assert "s3:GetObject" not in shown.content.decode()
    shown = client.post(address, {"file": SimpleUploadedFile("calls.json", lines.encode()), "account": TWO})
    assert "失う呼出しはありません" in shown.content.decode()
    for content in (b"no json", b"\x1f\x8bbroken", b"{}"):
        answer = client.post(address, {"file": SimpleUploadedFile("calls.json", content)})
        assert (answer.status_code, "CLD-610" in answer.content.decode()) == (422, True)


def test_two_inventories_are_compared_and_a_file_is_taken_away(
    org: PaperCloud, people: tuple[Principal, Principal], signed_in: SignIn
) -> None:
    before = surveyed(people[0])
    org.existing[TWO]["trail"] = "new"
    after = surveyed(people[0])
    client = signed_in(people[0])
    assert f"{before}/compared-with/{after}" in read(client, f"/cloud/surveys/{after}")
    shown = read(client, f"/cloud/surveys/{before}/compared-with/{after}")
    assert "unnamed" in shown
    assert "204811-jumin-prod" not in shown
    document = json.loads(read(client, f"/cloud/surveys/{after}/file"))
    assert [one["id"] for one in document["accounts"]] == [ONE, TWO]


def test_nobody_but_operators_opens_them(org: PaperCloud, signed_in: SignIn) -> None:
    from tests.cloud.selection.bodies import body, staff

    client = signed_in(staff(("cloud_applicant", body("municipality", "松川村", "204811"))))
    for address in ("/cloud/surveys/", "/cloud/adoptions/"):
        read(client, address, 403)
    assert client.post("/cloud/surveys/take", {"engine": "paper"}).status_code == 403
    assert not survey_lines()


def test_an_inventory_is_cancelled_and_gone_on_with_by_the_page(
    org: PaperCloud, people: tuple[Principal, Principal], signed_in: SignIn
) -> None:
    client = signed_in(people[0])
    client.post("/cloud/surveys/take", {"engine": "paper"})
    [line] = survey_lines()
    client.post(f"/cloud/surveys/{line.id}/cancel")
    assert "続きから読む" in read(client, f"/cloud/surveys/{line.id}")
    client.post(f"/cloud/surveys/{line.id}/continue")
    jobs.carry_out(job_of(line.id))
    assert latest_survey() == line.id
    answer = client.post("/cloud/surveys/take", {"engine": "nowhere"}, follow=True)
    assert "CLD-308" in answer.content.decode()


def test_the_terminal_tells_the_difference(
    org: PaperCloud, people: tuple[Principal, Principal], tmp_path: Path
) -> None:
    run = CliRunner().invoke
    assert run(command, ["difference"]).exit_code == 1  # there is no inventory
    before = surveyed(people[0])
    asked = json.loads(run(command, ["inventory", "--engine", "paper", "--no-wait", "--json"]).stdout)
    assert asked["state"] == "running"
    org.existing[TWO]["trail"] = "new"
    jobs.carry_out(job_of(UUID(asked["id"])))
    answer = run(command, ["difference", "--json"])
    assert answer.exit_code == 1
    found = {one["account"]: one for one in json.loads(answer.stdout)}
    assert set(found[ONE]["lacks"]) == set(NAMES) - {"trail"}
    answer = run(command, ["difference", "--account", ONE, "--csv"])
    assert "trail,present," in answer.stdout
    answer = run(command, ["changes", str(before), asked["id"], "--json"])
    assert json.loads(answer.stdout) == [
        {"account": TWO, "name": "unnamed", "step": "trail", "before": "missing", "after": "present"}
    ]
    calls = tmp_path / "calls.json"
    calls.write_text(json.dumps(_PURGE), encoding="utf-8")
    answer = run(command, ["losses", str(calls), "--json"])
    assert (answer.exit_code, json.loads(answer.stdout)["changes"]["loses"]) == (1, 1)
    assert json.loads(run(command, ["export"]).stdout)["root"]["id"] == "r-1"
    assert len(json.loads(run(command, ["list", "--json"]).stdout)) == 2


@pytest.mark.long
def test_five_thousand_accounts_are_listed_and_compared_in_time(
    org: PaperCloud, people: tuple[Principal, Principal], signed_in: SignIn
) -> None:
    ids = [surveyed(people[0]) for _ in range(2)]
    approve_adoption(actor=people[1], adoption_id=proposed(people[0], ids[0]), at=datetime.now(UTC))
    model = SurveyedAccount.objects.filter(survey=ids[0], account=ONE).get()
    for survey_id in ids:
        SurveyedAccount.objects.bulk_create(
            [
                SurveyedAccount(
                    survey_id=survey_id,
                    account=f"{number:012d}",
                    name=f"account-{number}",
                    email=f"{number}@paper.example.jp",
                    status="ACTIVE",
                    unit="r-1",
                    path=f"Root/Workloads/{number % 50}",
                    state="lacking",
                    tags={},
                    steps=model.steps,
                    surplus=model.surplus,
                    stands=model.stands if number % 100 else model.stands.replace("missing", "present"),
                    lacks=model.lacks,
                    lacking=13,
                    read_at=datetime.now(UTC),
                )
                for number in range(5_000)
            ],
            batch_size=500,
        )
    OrganisationSurvey.objects.filter(pk=ids[1]).update(asked_at=datetime.now(UTC))
    client = signed_in(people[0])
    for address in (
        f"/cloud/surveys/{ids[1]}",
        f"/cloud/surveys/{ids[1]}?sort=path&page=40",
        f"/cloud/surveys/{ids[1]}?filter_name=account-17&filter_lacks=hub",
        f"/cloud/surveys/{ids[0]}/compared-with/{ids[1]}",
        f"/cloud/surveys/{ids[1]}/accounts/{ONE}",
        "/cloud/surveys/",
        "/cloud/adoptions/",
    ):
        times = []
        for _ in range(5):
            begun = time.process_time()
            read(client, address)
            times.append(time.process_time() - begun)
        assert statistics.median(times) < 0.3, (address, times)
    answer = client.get(f"/cloud/surveys/{ids[1]}?format=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 5_003
