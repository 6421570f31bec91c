"""The budget of characters, and that a compacted policy decides as the one it was made of."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.cloud.policy.generated import Generator
from tests.cloud.policy.published import allow, deny, policy

from hashira.cloud.domain.policy import PolicyKind, parse_policy
from hashira.cloud.domain.policy.compaction import compact, counterexample, covers
from hashira.cloud.domain.policy.pattern import glob
from hashira.cloud.domain.policy.refusals import UnreadablePolicy
from hashira.cloud.domain.policy.size import measure, minify, written


def test_sdk_and_console_count_differently() -> None:
    document = policy(deny("s3:*", "arn:aws:s3:::a b"))
    text = json.dumps(document, indent=4)
    size = measure(text, PolicyKind.SCP)

    assert size.given == len(text)
    assert size.minified == len(re.sub(r"\s+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", "", text))
    assert json.loads(minify(text)) == document
    assert (size.limit, size.left) == (5_120, 5_120 - size.minified)


def test_what_does_not_fit_says_by_how_much() -> None:
    size = measure(json.dumps(policy(deny([f"s3:{'x' * 40}{n}" for n in range(200)]))), PolicyKind.SCP)

    assert not size.fits
    assert size.left == 5_120 - size.minified < 0


def test_a_limit_that_was_raised_counts() -> None:
    assert measure(json.dumps(policy(deny())), PolicyKind.SCP, limit=10_240).limit == 10_240


def test_what_is_no_policy_is_not_counted() -> None:
    with pytest.raises(UnreadablePolicy):
        measure("{}", PolicyKind.SCP)


@pytest.mark.parametrize(
    ("statements", "compacted"),
    [
        ([deny("s3:GetObject"), deny("s3:PutObject")], [deny(["s3:GetObject", "s3:PutObject"])]),
        ([deny(["s3:GetObject", "s3:Get*", "S3:getacl"])], [deny("s3:Get*")]),
        (
            [deny("s3:*", "arn:aws:s3:::a"), deny("s3:*", "arn:aws:s3:::b")],
            [deny("s3:*", ["arn:aws:s3:::a", "arn:aws:s3:::b"])],
        ),
        (
            [deny("s3:*", "arn:aws:s3:::a-*"), deny("s3:GetObject", "arn:aws:s3:::a-b")],
            [deny("s3:*", "arn:aws:s3:::a-*")],
        ),
        ([deny(), deny("s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}})], [deny()]),
        ([allow("s3:*"), deny("s3:*")], [allow("s3:*"), deny("s3:*")]),
        (
            [deny("s3:Get?"), deny("s3:Get*", "arn:aws:s3:::a")],
            [deny("s3:Get?"), deny("s3:Get*", "arn:aws:s3:::a")],
        ),
    ],
)
def test_what_is_said_twice_is_said_once(statements: list[object], compacted: list[object]) -> None:
    assert compact({"Version": "2012-10-17", "Statement": statements})["Statement"] == compacted


def test_names_can_be_left_out() -> None:
    document = policy(deny("s3:*", Sid="Buckets"))

    assert compact(document)["Statement"][0]["Sid"] == "Buckets"
    assert "Sid" not in compact(document, keep_names=False)["Statement"][0]
    assert document["Statement"][0]["Sid"] == "Buckets"


policies = st.integers(0, 10**9).map(lambda seed: Generator(seed).policy("s3:GetObject", allow=0.5))


@pytest.mark.long
@given(st.lists(policies, min_size=1, max_size=4), st.integers(0, 10**6))
def test_a_compacted_policy_decides_as_before(several: list[dict[str, object]], seed: int) -> None:
    statements = [one for document in several for one in document["Statement"]]  # type: ignore[attr-defined]
    document = {"Version": "2012-10-17", "Statement": statements}
    small = compact(document)

    assert len(written(small)) <= len(written(document))
    assert compact(small) == small
    before, after = (parse_policy(json.dumps(one), PolicyKind.SCP) for one in (document, small))
    assert counterexample(before, after, seed=seed, count=150) is None


def test_a_policy_that_decides_otherwise_is_found_out() -> None:
    one = parse_policy(json.dumps(policy(deny("s3:Get*"))), PolicyKind.SCP)
    other = parse_policy(json.dumps(policy(deny("s3:GetObject"))), PolicyKind.SCP)
    found = counterexample(one, other, seed=1, count=200)

    assert found is not None
    assert one.denials[0].applies(found) is not other.denials[0].applies(found)


_patterns = st.text("ab*?", max_size=6)


@given(_patterns, _patterns, st.text("ab", max_size=8))
@example("a?", "a*", "a")
def test_a_pattern_that_covers_matches_all_that_the_other_does(wide: str, narrow: str, text: str) -> None:
    if covers(wide, narrow) and glob(narrow)(text, {}):
        assert glob(wide)(text, {})
    assert covers("*", narrow)
    assert covers(narrow, narrow)
