"""The pages and the command of versions of the baseline."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.cloud.selection.bodies import body, staff
from tests.cloud.vending.conftest import SignIn, ordered, worked
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import PaperCloud

from hashira.cloud.commands.rollout import rollout as command
from hashira.cloud.domain.environment_order import Stage
from hashira.cloud.store.models import Environment, Rollout
from hashira.core.access import Principal

pytestmark = pytest.mark.django_db
_LIST = "/cloud/rollouts/"
_CALL = {
    "principal": "arn:aws:iam::123456789012:user/hanako",
    "action": "ec2:RunInstances",
    "context": {"aws:RequestedRegion": "ap-northeast-3"},
}


@pytest.fixture
def people() -> list[Principal]:
    operator = body("operator", "柱運用センター")
    return [staff(("cloud_operator", operator)) for _ in range(3)]


@pytest.fixture
def environments(paper: PaperCloud) -> list[UUID]:
    body("municipality", "松川村", "204811")
    made = [ordered(an_order(stage=stage)) for stage in (Stage.VERIFICATION, Stage.PRODUCTION)]
    for one in made:
        worked(one)
    return made


def form(**changes: Any) -> dict[str, Any]:
    return {
        "version": "2026.12",
        "reason": "東京だけにする",
        "regions": "ap-northeast-1",
        "adopted": ["no-access-keys"],
        "few": "3",
        "tolerated": "0",
        "pause_hours": "0",
        "instances": "20",
    } | changes


def test_it_is_proposed_approved_by_two_and_followed_on_its_page(
    signed_in: SignIn, people: list[Principal], environments: list[UUID]
) -> None:
    first, second, third = people
    client = signed_in(first)
    assert "段階適用はまだありません" in client.get(_LIST).content.decode()
    assert client.get(f"{_LIST}new").status_code == 200
    calls = SimpleUploadedFile("calls.jsonl", json.dumps(_CALL).encode() + b"\nnot json\n")
    answer = client.post(f"{_LIST}new", form(calls=calls))
    assert answer.status_code == 302, answer.content.decode()
    here = answer["Location"]
    shown = client.get(here).content.decode()
    for words in ("承認待ち", "ap-northeast-3", "iam:CreateAccessKey", "できなくなる", "提案を取り下げる"):
        assert words in shown
    assert "承認する" not in shown
    assert client.post(here, {"act": "approve", "words": ""}).status_code == 422
    for who in (second, third):
        client = signed_in(who)
        assert "承認する" in client.get(here).content.decode()
        assert client.post(here, {"act": "approve", "words": ""}).status_code == 302
    worked(environments[0])
    shown = client.get(here).content.decode()
    assert "適用中" in shown
    assert client.post(here, {"act": "halt", "words": ""}).status_code == 422
    assert client.post(here, {"act": "halt", "words": "様子を見る"}).status_code == 302
    worked(environments[1])
    assert "停止中" in client.get(here).content.decode()
    client.post(here, {"act": "return", "words": "戻す"})
    for one in environments:
        worked(one)
    shown = client.get(here).content.decode()
    assert "元に戻しました" in shown
    assert "様子を見る" in shown
    table = client.get(here, {"format": "csv"})
    assert table["Content-Type"].startswith("text/csv")
    assert "2026.11" in b"".join(table.streaming_content).decode()
    listed = client.get(_LIST).content.decode()
    assert "2026.12" in listed
    assert "リージョン ap-northeast-3 を使えなくする" in listed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": "あ"}, "24文字まで"),
        ({"regions": "東京"}, "リージョンの名前ではありません"),
        (
            {"regions": "ap-northeast-1 ap-northeast-3", "adopted": [], "instances": ""},
            "違うところがありません",
        ),
        ({"dropped": ["no-root"]}, "no-root"),
        ({"few": "0"}, "1"),
        ({"calls": SimpleUploadedFile("x.jsonl", b"nothing\n")}, "記録を読めません"),
        ({"calls": SimpleUploadedFile("x.json.gz", gzip.compress(b"{}")[:9])}, "記録を読めません"),
    ],
)
def test_a_wrong_proposal_is_told_beside_its_field(
    signed_in: SignIn, people: list[Principal], paper: PaperCloud, changes: dict[str, Any], words: str
) -> None:
    answer = signed_in(people[0]).post(f"{_LIST}new", form(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Rollout.objects.exists()


def test_only_the_operator_sees_it(
    signed_in: SignIn, people: list[Principal], environments: list[UUID]
) -> None:
    signed_in(people[0]).post(f"{_LIST}new", form())
    made = Rollout.objects.get()
    client = signed_in(staff(("cloud_applicant", body("municipality", "別の市"))))
    for path in (_LIST, f"{_LIST}new", f"{_LIST}{made.pk}"):
        assert client.get(path).status_code in (403, 404)
    assert client.post(f"{_LIST}{made.pk}", {"act": "approve"}).status_code in (403, 404)
    assert Environment.objects.filter(state="amending").count() == 0


def test_the_command_tells_the_effect_proposes_and_steers(
    signed_in: SignIn, people: list[Principal], environments: list[UUID], tmp_path: Path
) -> None:
    version = tmp_path / "version.json"
    version.write_text(json.dumps({"version": "2026.12", "regions": ["ap-northeast-1"]}))
    calls = tmp_path / "calls.json.gz"
    calls.write_bytes(gzip.compress(json.dumps({"Records": [_CALL]}).encode()))
    run = CliRunner()
    told = run.invoke(command, ["impact", str(version), "--calls", str(calls), "--json"])
    assert told.exit_code == 1
    assert [one["region"] for one in json.loads(told.stdout)["examples"]] == ["ap-northeast-3"]
    waves = tmp_path / "waves.json"
    waves.write_text("[{}]")
    arguments = [
        "propose",
        str(version),
        "--reason",
        "東京だけ",
        "--waves",
        str(waves),
        "--pause-minutes",
        "0",
    ]
    made = run.invoke(command, arguments)
    assert made.exit_code == 0, made.output
    rollout_id = made.stdout.strip()
    for who in people[:2]:
        signed_in(who).post(f"{_LIST}{rollout_id}", {"act": "approve", "words": ""})
    assert run.invoke(command, ["show", rollout_id]).exit_code == 0
    assert run.invoke(command, ["halt", rollout_id, "--reason", "待つ"]).exit_code == 0
    assert run.invoke(command, ["show", rollout_id, "--json"]).exit_code == 1
    assert run.invoke(command, ["halt", rollout_id, "--reason", "待つ"]).exit_code == 1
    assert run.invoke(command, ["return", rollout_id, "--reason", "戻す"]).exit_code == 0
    listed = json.loads(run.invoke(command, ["list", "--json"]).stdout)
    assert [one["state"] for one in listed["rollouts"]] == ["returning"]
    version.write_text("{")
    assert run.invoke(command, ["impact", str(version)]).exit_code == 2
    version.write_text('{"version": "1", "regions": ["moon"]}')
    assert run.invoke(command, ["propose", str(version), "--reason", "?"]).exit_code == 1
