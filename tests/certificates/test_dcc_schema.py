"""Our rules of DCC 1.3.3 say what the EU's own schema says."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.certificates.dcc_vectors import vectors
from tests.certificates.hcerts import claim

from hashira.certificates.domain.dcc_schema import violations

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def judge(shared_data: Path) -> jsonschema.Draft202012Validator:
    """Dates are looked at, times are not: the schema's own valid cases have times that RFC 3339 lacks."""
    schema = json.loads((shared_data / "certificates/dcc/schema/DCC.combined-schema.json").read_text())
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker(["date"]))


def cases(folder: Path, kind: str) -> list[Path]:
    return sorted((folder / "certificates/dcc/schema/test" / kind).glob("*.json"))


def test_the_cases_of_the_schema(shared_data: Path) -> None:
    valid, invalid = cases(shared_data, "valid"), cases(shared_data, "invalid")
    assert (len(valid), len(invalid)) == (13, 6)
    for case in valid:
        assert violations(json.loads(case.read_text())) == (), case.name
    for case in invalid:
        assert violations(json.loads(case.read_text())), case.name


def test_the_certificates_of_every_country(judge: jsonschema.Draft202012Validator) -> None:
    counted = {True: 0, False: 0}
    for vector in vectors():
        document = vector.members.get("JSON")
        if document is None:
            continue
        right = judge.is_valid(document)
        assert (not violations(document)) is right, (vector.name, violations(document))
        counted[right] += 1
    assert counted == {True: 398, False: 87}


def changed(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The document with one thing changed: a member gone, or of another kind, too long, empty, twice."""
    values: list[Any] = [None, "", "x" * 81, "é" * 80, 0, 1, -1, 1.5, True, [], [{}], {}, "1.3", "2021-02-30"]
    paths = [("ver",), ("nam",), ("dob",), ("v",)]
    paths += [("nam", name) for name in ("fn", "gn", "fnt", "gnt")]
    paths += [("v", 0, name) for name in document["v"][0]]
    for path in paths:
        for value in values:
            made = copy.deepcopy(document)
            at: Any = made
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = value
            yield made
        made = copy.deepcopy(document)
        at = made
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]
        yield made
    for date in (
        "1964",
        "1964-02",
        "1964-13-77",
        "1899-12-31",
        "2099-12-31",
        "2100-01-01",
        "",
        "196",
        "1964-2-1",
    ):
        yield document | {"dob": date}
    yield document | {"r": document["v"]}
    yield document | {"v": document["v"] * 2}
    yield document | {"unknown": 1}
    yield {**document, "nam": {"fnt": "LI", "gnt": "li"}}


def test_changed_certificates(judge: jsonschema.Draft202012Validator) -> None:
    document = claim()
    assert judge.is_valid(document)
    judged = [(not violations(made), judge.is_valid(made), made) for made in changed(document)]
    assert len(judged) > 250
    assert {right for _, right, _ in judged} == {True, False}
    for ours, theirs, made in judged:
        assert ours is theirs, made
