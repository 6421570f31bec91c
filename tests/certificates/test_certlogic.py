"""CertLogic and the rules of destinations; the same cases are put to the browser in tests/browser."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hashira.certificates.adapters.travel_rules import FILE, read_rules
from hashira.certificates.domain.certlogic import RuleBroken, evaluate
from hashira.certificates.domain.destination_rule import (
    RuleUnreadable,
    Sufficiency,
    judge,
    read_rule_set,
)

CASES = json.loads(Path(__file__).with_name("certlogic_cases.json").read_text("utf-8"))["cases"]
AT = datetime(2026, 6, 1, tzinfo=UTC)
RULE: dict[str, Any] = {
    "id": "VR-UTO-0001",
    "destination": "UTO",
    "validFrom": "2026-01-01T00:00:00Z",
    "validTo": "2027-01-01T00:00:00Z",
    "description": {"ja": "二回以上の接種", "en": "Two doses or more"},
    "logic": {">=": [{"reduce": [{"var": "payload.doses"}, {"+": [{"var": "accumulator"}, 1]}, 0]}, 2]},
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case(case: dict[str, Any]) -> None:
    if "value" not in case:
        with pytest.raises(RuleBroken):
            evaluate(case["logic"], case.get("data"))
        return
    found = evaluate(case["logic"], case.get("data"))
    assert found == case["value"]
    assert type(found) is type(case["value"])


def test_an_endless_expression_is_refused() -> None:
    logic: Any = True
    for _ in range(100):
        logic = {"!": [logic]}
    with pytest.raises(RuleBroken):
        evaluate(logic, {})


def answer(doses: int, *, destination: str = "UTO", at: datetime = AT, **changes: Any) -> Sufficiency:
    rules = read_rule_set({"rules": [RULE | changes]})
    return judge(rules, destination=destination, payload={"doses": [{}] * doses}, at=at)


def test_enough_and_not_enough() -> None:
    assert answer(2) is Sufficiency.ENOUGH
    assert answer(1) is Sufficiency.NOT_ENOUGH


def test_without_a_rule_in_force_there_is_no_answer() -> None:
    assert answer(9, destination="JPN") is Sufficiency.NO_RULE
    assert answer(9, at=datetime(2027, 1, 1, tzinfo=UTC)) is Sufficiency.NO_RULE
    assert answer(9, at=datetime(2025, 12, 31, tzinfo=UTC)) is Sufficiency.NO_RULE


def test_a_rule_that_cannot_be_evaluated_never_passes() -> None:
    assert answer(9, logic={">": [{"var": "payload.nothing"}, 1]}) is Sufficiency.OPEN
    # only true is true: a rule that ends in a number says nothing
    assert answer(9, logic=1) is Sufficiency.NOT_ENOUGH


def test_the_file_of_the_operator(tmp_path: Path) -> None:
    assert read_rules(tmp_path)["rules"] == []
    (tmp_path / FILE).write_text(json.dumps({"dated": "2026-05-01", "rules": [RULE]}))
    assert read_rules(tmp_path)["rules"][0]["id"] == "VR-UTO-0001"
    for broken in ("{", '{"rules": [{}]}', "[]", '{"rules": [{"id": 1}]}'):
        (tmp_path / FILE).write_text(broken)
        with pytest.raises(RuleUnreadable):
            read_rules(tmp_path)
