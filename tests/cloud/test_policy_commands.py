"""``hashira cloud policy``: what is asked at the terminal, what is answered, and with which exit code."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.cloud.policy.published import allow, deny, policy
from tests.cloud.policy.test_impact import town

from hashira.cloud.domain.guardrails import GUARDRAILS
from hashira.portal.command import main

USER = "arn:aws:iam::111122223333:user/hanako"


def run(*arguments: str, language: str = "ja", stdin: bytes | None = None) -> Result:
    env = {"LANG": language, "LC_ALL": "", "LC_MESSAGES": ""}
    return CliRunner().invoke(main, ["cloud", "policy", *arguments], env=env, input=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, document in {
        "full": policy(allow()),
        "no-s3": policy(deny("s3:*", Sid="NoBuckets")),
        "organisation": town(),
        "abroad": policy(
            deny("*", Sid="Abroad", Condition={"StringNotEquals": {"aws:RequestedRegion": "ap-northeast-1"}})
        ),
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document, indent=2), encoding="utf-8")
    return tmp_path


def recorded(region: str | None, **more: Any) -> dict[str, Any]:
    context = {"aws:RequestedRegion": region} if region else {}
    return {"principal": USER, "action": "ec2:RunInstances", "resource": "*", "context": context} | more


def test_an_allowed_request(folder: Path) -> None:
    answer = run("evaluate", USER, "s3:GetObject", "--identity", str(folder / "full.json"))

    assert answer.exit_code == 0
    assert "許可" in answer.output
    assert "full Statement[0]" in answer.output


def test_a_denied_request_names_the_statement(folder: Path) -> None:
    files = ("--identity", str(folder / "full.json"), "--scp", str(folder / "full.json"))
    answer = run("evaluate", USER, "s3:GetObject", *files, "--scp", str(folder / "no-s3.json"), "--json")

    assert answer.exit_code == 1
    assert json.loads(answer.output) == {
        "outcome": "explicitly-denied",
        "reasons": [{"kind": "service-control", "policy": "no-s3", "statement": "NoBuckets"}],
    }


def test_an_organisation_gives_the_levels(folder: Path) -> None:
    answer = run(
        "evaluate",
        USER,
        "cloudtrail:StopLogging",
        "--organisation",
        str(folder / "organisation.json"),
        "--identity",
        str(folder / "full.json"),
        language="en_US.UTF-8",
    )
    assert answer.exit_code == 1
    assert "explicitly denied" in answer.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate", "hanako", "s3:GetObject"),
        ("evaluate", USER, "GetObject"),
        ("evaluate", USER, "s3:GetObject", "--context", "aws:UserAgent"),
        ("evaluate", USER, "s3:GetObject", "--identity", "organisation.json"),
        ("evaluate", USER, "s3:GetObject", "--organisation", "full.json"),
        ("evaluate", USER, "s3:GetObject", "--identity", "missing.json"),
        ("compare", "organisation.json", "calls.jsonl"),
        ("compare", "organisation.json", "calls.jsonl", "--policy", "guard=missing.json"),
        ("compare", "organisation.json", "calls.jsonl", "--policy", "nothing=abroad.json"),
        ("compare", "full.json", "calls.jsonl", "--policy", "guard=abroad.json"),
        ("compare", "organisation.json", "full.json", "--policy", "guard=abroad.json"),
        ("compare", "organisation.json", "broken.gz", "--policy", "guard=abroad.json"),
        ("size", "organisation.json"),
        ("size", "full.json", "abroad.json", "--compact"),
        ("guardrails", "no-such-thing"),
    ],
)
def test_what_cannot_be_read_ends_with_2(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(folder)
    (folder / "calls.jsonl").write_text(json.dumps(recorded("us-east-1")), encoding="utf-8")
    (folder / "broken.gz").write_bytes(gzip.compress(b"{}" * 10_000)[:-20])
    answer = run(*arguments)

    assert answer.exit_code == 2, answer.output
    assert answer.stderr
    assert not isinstance(answer.exception, (ValueError, KeyError))


def test_what_a_change_takes_is_told(folder: Path) -> None:
    lines = [json.dumps(recorded(one)) for one in ("us-east-1", "us-east-1", None, "ap-northeast-1")]
    calls = folder / "calls.jsonl.gz"
    calls.write_bytes(gzip.compress("\n".join([*lines, "{broken", "", '{"principal":"x"}']).encode()))
    arguments = (
        "compare",
        str(folder / "organisation.json"),
        str(calls),
        "--policy",
        f"guard={folder / 'abroad.json'}",
    )
    answer = run(*arguments, "--json")
    told = json.loads(answer.stdout)

    assert answer.exit_code == 1
    assert (told["calls"], told["unchanged"], told["unreadable"]) == (4, 1, 2)
    assert told["changes"] == {"loses": 2, "may-lose": 1, "gains": 0, "may-gain": 0}
    assert told["groups"][0] == {
        "account": "111122223333",
        "principal": USER,
        "action": "ec2:RunInstances",
        "change": "loses",
        "count": 2,
        "policy": "guard",
        "statement": "Abroad",
        "unknown": [],
    }
    assert told["groups"][1]["unknown"] == ["aws:requestedregion"]
    words = run(*arguments).output
    assert "失うかもしれない" in words
    assert "? aws:requestedregion" in words
    assert "読めない記録 2" in words


def test_nothing_lost_ends_with_0_also_from_a_file_of_a_trail(folder: Path) -> None:
    event = {
        "eventSource": "ec2.amazonaws.com",
        "eventName": "RunInstances",
        "awsRegion": "ap-northeast-1",
        "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "arn": USER, "accountId": "111122223333", "userName": "hanako"},
    }
    trail = json.dumps({"Records": [event, event]}).encode()
    answer = run(
        "compare",
        str(folder / "organisation.json"),
        "-",
        "--policy",
        f"guard={folder / 'abroad.json'}",
        stdin=trail,
    )
    assert answer.exit_code == 0
    assert "変わらない 2" in answer.output


def test_two_organisations_are_compared(folder: Path) -> None:
    after = town(guard={"kind": "service-control", "document": policy(deny("ec2:*"))})
    (folder / "after.json").write_text(json.dumps(after), encoding="utf-8")
    calls = folder / "calls.jsonl"
    calls.write_text(json.dumps(recorded(None)), encoding="utf-8")
    answer = run(
        "compare", str(folder / "organisation.json"), str(calls), "--after", str(folder / "after.json")
    )

    assert answer.exit_code == 1


def test_what_a_stranger_wrote_cannot_steer_the_terminal(folder: Path) -> None:
    after = town(
        guard={"kind": "service-control", "document": policy(deny("ec2:*", Sid="\x1b[31mRed[bold]"))}
    )
    (folder / "after.json").write_text(json.dumps(after), encoding="utf-8")
    (folder / "calls.jsonl").write_text(json.dumps(recorded(None)), encoding="utf-8")
    answer = run(
        "compare",
        str(folder / "organisation.json"),
        str(folder / "calls.jsonl"),
        "--after",
        str(folder / "after.json"),
    )
    assert "\x1b" not in answer.output
    assert "Red[bold]" in answer.output


def test_characters_are_counted(folder: Path) -> None:
    answer = run("size", str(folder / "abroad.json"), "--json")
    [told] = json.loads(answer.output)
    text = (folder / "abroad.json").read_text(encoding="utf-8")

    assert answer.exit_code == 0
    assert told["given"] == len(text)
    assert told["left"] == 5_120 - told["minified"]
    assert run("size", str(folder / "abroad.json"), "--limit", "100").exit_code == 1
    assert "残り" in run("size", str(folder / "abroad.json")).output


def test_a_policy_is_compacted(folder: Path) -> None:
    (folder / "two.json").write_text(
        json.dumps(policy(deny("s3:GetObject", Sid="A"), deny("s3:Get*", Sid="B"))), encoding="utf-8"
    )
    answer = run("size", str(folder / "two.json"), "--compact", "--drop-names")

    assert json.loads(answer.output) == policy(deny("s3:Get*"))


def test_guardrails_are_listed_and_written() -> None:
    told = json.loads(run("guardrails", "--json").output)

    assert [one["id"] for one in told] == [one.id for one in GUARDRAILS]
    assert all(one["keeps_examples"] for one in told)
    document = json.loads(run("guardrails", "no-root", "--document").output)
    assert [one["Sid"] for one in document["Statement"]] == ["NoRoot"]
    assert "必須適用" in run("guardrails").output
    assert "mandatory" in run("guardrails", language="en_US.UTF-8").output
