"""The values of access cannot change under a decision, and assume nothing in anybody's favour."""

from __future__ import annotations

import pytest

from hashira.core.access.errors import AccessDenied, AccessFault
from hashira.core.access.principal import Principal, PrincipalKind, Resource


@pytest.mark.parametrize("principal", [Principal.anonymous(), Principal.system("seal")])
def test_nothing_is_granted_unless_said(principal: Principal) -> None:
    assert principal.grants == ()
    assert not principal.second_factor
    assert not principal.recent_authentication


def test_kinds_of_the_two_shorthands() -> None:
    assert Principal.anonymous().kind is PrincipalKind.ANONYMOUS
    assert Principal.system("seal") == Principal(PrincipalKind.SYSTEM, "seal")


def test_facts_of_a_resource_do_not_change_with_the_mapping_they_came_from() -> None:
    facts: dict[str, bool] = {"protected": True}
    resource = Resource("Certificates::Person", "1", attributes=facts)
    facts["protected"] = False
    assert resource.attributes["protected"] is True
    with pytest.raises(TypeError):
        resource.attributes["protected"] = False


@pytest.mark.parametrize(
    ("error", "code", "status"), [(AccessDenied, "CORE-001", 403), (AccessFault, "CORE-002", 500)]
)
def test_errors_name_the_action_in_both_languages(error: type[AccessDenied], code: str, status: int) -> None:
    for language in ("ja", "en"):
        problem = error(action="certificates:RecordDose").problem(language)
        assert (problem["code"], problem["status"]) == (code, status)
        assert "certificates:RecordDose" in str(problem["detail"])
