"""``hashira cloud guardrails``: listed, written out as others read it, and held against what was read."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.certificates.peer import peer
from tools import foreign

from hashira.cloud.domain.baseline import BASELINE, of_class
from hashira.cloud.domain.baseline.keystone_policy import policy_lines
from hashira.cloud.domain.guardrail import GuardrailClass
from hashira.portal.command import main


def run(*arguments: str, language: str = "ja") -> Result:
    env = {"LANG": language, "LC_ALL": "", "LC_MESSAGES": ""}
    return CliRunner().invoke(main, ["cloud", "guardrails", *arguments], env=env)


def exported(*arguments: str) -> Any:
    answer = run("export", *arguments)
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.output)


def test_the_list_is_whole_in_both_languages() -> None:
    listed = json.loads(run("list", "--json").output)
    assert [one["id"] for one in listed] == [one.id for one in BASELINE]
    assert "守れない" in run("list").output
    assert "cannot hold it" in run("list", language="en").output
    only = json.loads(run("list", "--class", "sample", "--json").output)
    assert {one["class"] for one in only} == {"sample"}


def test_every_mandatory_guardrail_is_in_the_template() -> None:
    resources = exported("--class", "mandatory", "--format", "cloudformation")["Resources"]
    named = {one["Metadata"]["Guardrail"] for one in resources.values()}
    assert named == {one.id for one in of_class(GuardrailClass.MANDATORY)}
    kinds = {one["Type"] for one in resources.values()}
    assert {"AWS::Config::ConfigRule", "AWS::CloudWatch::Alarm", "AWS::Backup::BackupPlan"} <= kinds


def _lint(template: Path) -> subprocess.CompletedProcess[str]:
    """By ``cfn-lint`` of PyPI, in an environment of its own; every remark counts."""
    return subprocess.run(
        (
            *(str(foreign.python("cloudformation")), "-I", "-c", "from cfnlint import runner; runner.main()"),
            *(
                "--format",
                "json",
                "--regions",
                "ap-northeast-1",
                "ap-northeast-3",
                "--non-zero-exit-code",
                "informational",
            ),
            *("--include-checks", "I", "--", str(template)),
        ),
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": "/usr/bin:/bin", "AWS_DEFAULT_REGION": "ap-northeast-1"},
    )


@pytest.mark.foreign
def test_the_foreign_linter_finds_nothing_in_the_template(tmp_path: Path) -> None:
    peer("cwt_peer.py")  # the skip, or in CI the failure, where the peers are not installed
    template = tmp_path / "mandatory.json"
    wanted = ("--class", "mandatory", "--format", "cloudformation", "--output", str(template))
    assert run("export", *wanted).exit_code == 0
    said = _lint(template)
    assert (said.returncode, json.loads(said.stdout or "[]")) == (0, []), said.stdout + said.stderr

    # It does look: one property of another type is found.
    document = json.loads(template.read_text(encoding="utf-8"))
    document["Resources"]["RootUseAlarm"]["Properties"]["EvaluationPeriods"] = "often"
    template.write_text(json.dumps(document), encoding="utf-8")
    assert "EvaluationPeriods" in _lint(template).stdout


def test_other_forms_are_written_and_what_is_empty_is_said() -> None:
    statements = exported("--format", "scp")["Statement"]
    assert {one["Effect"] for one in statements} == {"Deny"}
    assert exported("--format", "lxd")["restricted"] == "true"
    policy = run("export", "--format", "keystone").output
    assert '"identity:create_project": "rule:admin_required"' in policy
    assert policy.count("\n") == len(policy_lines(BASELINE)) + 1
    none = run("export", "--class", "mandatory", "--format", "lxd")
    assert none.exit_code == 1
    assert "ありません" in none.stderr


def _inventory(tmp_path: Path, **changes: Any) -> str:
    """An account in which all is well: the good examples of all verifiers at once, by kind and id."""
    verifiers = [one.at("aws").verifier for one in BASELINE]
    known = [one for verifier in verifiers if verifier is not None for one in verifier.passing]
    whole: dict[str, dict[str, Any]] = {}
    single: dict[tuple[str, str], dict[str, Any]] = {}
    for one in known:
        whole.setdefault(one.kind, {}).update(one.facts)
        single.setdefault((one.kind, one.id), {"id": one.id}).update(one.facts)
    kinds: dict[str, list[dict[str, Any]]] = {}
    for (kind, _id), facts in single.items():
        # What one verifier says nothing of, another asks: a thing that is well is so for all of them.
        kinds.setdefault(kind, []).append(facts if kind == "alarm" else {**whole[kind], **facts})
    (tmp_path / "inventory.json").write_text(json.dumps(kinds | changes), encoding="utf-8")
    return str(tmp_path / "inventory.json")


def test_what_was_read_is_held_against_every_guardrail(tmp_path: Path) -> None:
    well = run("check", _inventory(tmp_path), "--json")
    broken = [one for one in json.loads(well.output) if one["outcome"] != "held"]
    assert (well.exit_code, broken) == (0, [])
    assert len(json.loads(well.output)) == len(BASELINE)

    told = json.loads(run("check", _inventory(tmp_path, trail=[]), "--json").output)
    assert [one["id"] for one in told if one["outcome"] == "broken"] == ["keep-trail"]

    path = Path(_inventory(tmp_path))
    kinds = json.loads(path.read_text(encoding="utf-8"))
    del kinds["detector"]
    path.write_text(json.dumps(kinds), encoding="utf-8")
    answer = run("check", str(path))
    assert answer.exit_code == 1
    assert "読み取れていない" in answer.output


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[", "inventory.json"),
        ("[]", "JSON"),
        ('{"bucket": 3}', "bucket"),
        ('{"bucket": [{"id": 3}]}', "bucket[0]"),
    ],
)
def test_what_is_no_inventory_is_refused_with_the_place(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "inventory.json"
    path.write_text(text, encoding="utf-8")
    answer = run("check", str(path))
    assert answer.exit_code == 2
    assert f"{place}：" in answer.stderr
