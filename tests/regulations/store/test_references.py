"""The graph of references over what is kept: read once, anew where something changed, asked both ways."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.regulations.cities import FACILITY, city, keep

from hashira.regulations.cli import regulations
from hashira.regulations.selectors.references import Naming, laws_naming, named_in
from hashira.regulations.services.referencing import read_references
from hashira.regulations.store.law_names import _law_index

pytestmark = pytest.mark.django_db

RULE = """試験市施設管理条例施行規則
令和四年五月一日規則第九号

第1条　この規則において「条例」とは、試験市施設管理条例（令和四年条例第三号。以下「条例」という。）をいう。
第2条　条例第1条第1項の規則で定める点検は、次条に定める。
第3条　条例第2条の規定は、掲示板について準用する。
"""
FEES = """試験市使用料条例
令和五年四月一日条例第五号

第1条　使用料は、試験市施設管理条例第2条の掲示のとおりとする。
"""


@pytest.fixture(autouse=True)
def _no_index_of_another_test() -> None:
    _law_index.cache_clear()  # a rolled back database gives the same keys again


def naming(law: str, path: str = "") -> list[tuple[str, str, str]]:
    return [(r.kind, r.citation, r.here) for r in Naming(law, path).slice({}, None, 0, None)]


def test_a_provision_knows_what_names_it_and_what_it_names(tmp_path: Path) -> None:
    keep(city(tmp_path / "a", 施設=FACILITY, 規則=RULE))
    assert read_references() == 2
    assert naming("施設", "Mp-At_1") == [
        ("引用", "試験市施設管理条例第1条第2項", "第1条第1項"),
        ("委任", "試験市施設管理条例施行規則第2条第1項", "第1条第1項"),
    ]
    assert naming("施設", "Mp-At_2-Pr_1") == [
        ("引用", "試験市施設管理条例第3条第1項", "第2条"),  # 前条 names the whole article
        ("準用", "試験市施設管理条例施行規則第3条第1項", "第2条"),
    ]
    assert [(r.kind, r.citation) for r in named_in("規則", "Mp-At_2")] == [
        ("委任", "試験市施設管理条例第1条第1項"),
        ("引用", "試験市施設管理条例施行規則第3条"),
    ]
    assert list(laws_naming("施設")) == [("規則", "試験市施設管理条例施行規則", 2)]


def test_only_what_changed_is_read_and_what_calls_a_new_law_by_its_title(tmp_path: Path) -> None:
    keep(city(tmp_path / "a", 規則=RULE, 使用料=FEES))
    assert read_references() == 2
    assert read_references() == 0
    assert named_in("使用料", "Mp-At_1") == []  # nobody knows yet what 試験市施設管理条例 is
    keep(city(tmp_path / "b", 施設=FACILITY))
    assert read_references() == 3  # the new law, and those in which its title stands
    assert naming("施設", "Mp-At_2") == [
        ("引用", "試験市使用料条例第1条第1項", "第2条"),
        ("引用", "試験市施設管理条例第3条第1項", "第2条"),
        ("準用", "試験市施設管理条例施行規則第3条第1項", "第2条"),
    ]
    keep(city(tmp_path / "c", 使用料=FEES.replace("第2条", "第1条")), as_of=date(2026, 11, 20))
    assert read_references() == 0  # a text that is older than the current one
    keep(city(tmp_path / "c", 使用料=FEES.replace("第2条", "第3条")))
    assert read_references() == 1
    assert "試験市使用料条例第1条第1項" in {citation for _, citation, _ in naming("施設", "Mp-At_3")}
    assert "試験市使用料条例第1条第1項" not in {citation for _, citation, _ in naming("施設", "Mp-At_2")}


def test_two_municipalities_with_laws_of_one_title_do_not_name_each_other(tmp_path: Path) -> None:
    for body in ("131016", "131024"):
        keep(city(tmp_path / body, 施設=FACILITY, 使用料=FEES), body=body)
    read_references()
    for body in ("131016", "131024"):
        assert [r.law_id for r in named_in(f"{body}/使用料", "Mp-At_1")] == [f"{body}/施設"]


def test_the_command_and_the_page_tell_them(tmp_path: Path, client: Client) -> None:
    keep(city(tmp_path / "a", 施設=FACILITY, 規則=RULE))
    read_references()
    told = CliRunner().invoke(regulations, ["show", "試験市施設管理条例第1条第1項", "--references", "--json"])
    assert told.exit_code == 0, told.output
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert {(r["reference"], r["citation"]) for r in rows if "reference" in r} == {
        ("named_by", "試験市施設管理条例第1条第2項"),
        ("named_by", "試験市施設管理条例施行規則第2条第1項"),
    }
    whole = CliRunner().invoke(regulations, ["show", "試験市施設管理条例", "--references"])
    assert whole.stdout.split() == ["2", "試験市施設管理条例施行規則"]
    text = client.get("/regulations/laws/施設").content.decode()
    assert "引く条項（2）" in text
    page = client.get("/regulations/references?law=施設&at=Mp-At_1").content.decode()
    assert "試験市施設管理条例施行規則第2条第1項" in page
    assert "委任" in page
    kept = client.get("/regulations/references?law=施設&at=Mp-At_1&filter_kind=委任").content.decode()
    assert "施行規則第2条第1項" in kept
    assert "試験市施設管理条例第1条第2項" not in kept
    assert client.get("/regulations/references?law=ない").status_code == 404
