"""A Keystone without the policy of the baseline lets be done what that forbids, and vending says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cloud.conformance import keystone
from tests.cloud.conformance.subject import carried_out

from hashira.cloud.adapters.engines.openstack.guarding import PolicyStep
from hashira.cloud.domain.engine import NotThere

pytestmark = pytest.mark.foreign


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keystone.OpenStack]:
    """Keystone with its own defaults, and no line of ours."""
    keystone.require()
    folder = tmp_path_factory.mktemp("keystone")
    (folder / "policy.yaml").write_text("", encoding="utf-8")
    with keystone.served(folder / "served", folder / "policy.yaml") as (address, password):
        made = keystone.OpenStack(address, password)
        yield made
        made.close()


def test_without_the_policy_the_same_acts_are_carried_out_and_vending_says_so(
    unguarded: keystone.OpenStack, tmp_path: Path
) -> None:
    order = unguarded.order()
    with pytest.raises(NotThere) as noticed:
        carried_out(unguarded.engine(), order)
    assert noticed.value.details["thing"] == PolicyStep.name
    assert "policy.yaml" in str(noticed.value.details["found"])

    project = next(one for one in unguarded.web.listed("projects") if one["name"] == order.key)
    tried = keystone.acts(unguarded.web, project["domain_id"], project["id"])
    assert len(tried) >= 4
    assert [act.name for act in tried if act.forbidden()] == []
    assert [act.name for act in tried if not act.allowed()] == []
