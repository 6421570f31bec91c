"""The providers, each started once for the module. One that is missing is said, and is not covered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.cloud.conformance import amazon, keystone, lxd
from tests.cloud.conformance.paper import Paper
from tests.cloud.conformance.providers import PROVIDERS
from tests.cloud.conformance.subject import Subject

from hashira.cloud.domain.baseline import BASELINE
from hashira.cloud.domain.baseline.keystone_policy import policy_file


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if reason := lxd.missing():
        terminalreporter.write_line(f"NOT COVERED: lxd ({reason})")


@pytest.fixture(scope="session")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policy file of the baseline, as it is written out for whoever runs a Keystone."""
    path = tmp_path_factory.mktemp("policy") / "policy.yaml"
    path.write_text(policy_file(BASELINE, version="test"), encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=PROVIDERS)
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    """A provider."""
    made: Subject
    with ExitStack() as stack:
        if request.param == "paper":
            made = Paper()
        elif request.param == "aws":
            made = amazon.Amazon(stack.enter_context(amazon.served()))
        elif request.param == "lxd":
            made = lxd.Containers(*stack.enter_context(lxd.served()))
        else:
            keystone.require()
            folder = tmp_path_factory.mktemp("keystone") / "served"
            served = keystone.served(folder, request.getfixturevalue("policy"))
            made = keystone.OpenStack(*stack.enter_context(served))
        stack.callback(made.close)
        yield made
