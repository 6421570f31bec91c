"""Before the connection: one that lets only reading through, and one that rehearses what would be written.

Nothing but these two stands between an inventory and AWS, so that what is read-only is read-only by the code
it goes through and not by the good will of every step.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hashira.cloud.adapters.engines.aws.cloud import Calls
from hashira.cloud.adapters.engines.aws.connection import READS, paged
from hashira.cloud.adapters.engines.aws.terms import OPERATOR_ROLE, TITLE
from hashira.cloud.domain.adoption.plan import Act
from hashira.cloud.domain.adoption.port import NoWayIn
from hashira.cloud.domain.engine import EngineRefused, NotYet
from hashira.kernel.language import Bilingual

CONTROL_TOWER_ROLE = "AWSControlTowerExecution"
"""What a landing zone of Control Tower leaves in its accounts (*AWS Control Tower User Guide*)."""
NEW = "new:"
"""Before the name of what a rehearsal would have made and has no id of."""


class OnlyReads:
    """Sends what describes, gets, lists or heads; anything else is refused here and never sent.

    By which role an account is looked into is found out once: the operator's own, the one that the
    organisation makes in a new account, the one of Control Tower.
    """

    def __init__(self, connection: Calls, first_role: str) -> None:
        self.region = connection.region
        self._connection = connection
        self._candidates = tuple(dict.fromkeys((OPERATOR_ROLE, first_role, CONTROL_TOWER_ROLE)))
        self._roles: dict[str, str | NoWayIn] = {}
        self._management = ""

    def call(
        self,
        service: str,
        operation: str,
        *,
        account: str = "",
        role: str = OPERATOR_ROLE,
        region: str = "",
        **arguments: Any,
    ) -> dict[str, Any]:
        """The answer of an operation that reads. ``role`` is only a wish: see the class."""
        if not operation.startswith(READS):
            raise EngineRefused(
                engine=TITLE,
                operation=f"{service}:{operation}",
                answer=Bilingual("棚卸しは読むだけです", "an inventory only reads"),
            )
        return self._read(service, operation, account, region, arguments)

    def pages(self, service: str, operation: str, member: str, **arguments: Any) -> Iterator[Any]:
        """The members of all pages of a listing."""
        return paged(self.call, service, operation, member, arguments)

    def _read(
        self, service: str, operation: str, account: str, region: str, arguments: dict[str, Any]
    ) -> dict[str, Any]:
        if not account or account == self._managed_by():
            return self._connection.call(service, operation, region=region, **arguments)
        role = self.role_of(account)
        return self._connection.call(
            service, operation, account=account, role=role, region=region, **arguments
        )

    def role_of(self, account: str) -> str:
        """The role by which one gets into the account. Raises ``NoWayIn``, at once where it is known."""
        known = self._roles.get(account)
        if known is None:
            known = self._roles[account] = self._tried(account)
        if isinstance(known, NoWayIn):
            raise known
        return known

    def _tried(self, account: str) -> str | NoWayIn:
        for role in self._candidates:
            try:
                self._connection.call("sts", "get_caller_identity", account=account, role=role)
            except NotYet:  # what the connection makes of a role that cannot be assumed
                continue
            return role
        return NoWayIn(
            engine=TITLE,
            operation="sts:assume_role",
            answer="AccessDenied",
            account=account,
            roles=", ".join(self._candidates),
        )

    def _managed_by(self) -> str:
        if not self._management:
            told = self._connection.call("organizations", "describe_organization")["Organization"]
            self._management = str(told["MasterAccountId"])
        return self._management


class Rehearses(OnlyReads):
    """Reads, and writes down what would be written instead of writing it.

    What is written is remembered as far as a later act of the same rehearsal asks for it: a unit that would
    have been made is found under a name of its own, and nothing is asked about it.
    """

    def __init__(self, connection: Calls, first_role: str) -> None:
        super().__init__(connection, first_role)
        self.acts: list[Act] = []
        self.step = ""
        self._units: dict[str, list[dict[str, Any]]] = {}
        self._policies: list[dict[str, Any]] = []
        self._sets: dict[str, str] = {}
        self._users: set[str] = set()
        self._made_roles: set[str] = set()

    def call(
        self,
        service: str,
        operation: str,
        *,
        account: str = "",
        role: str = OPERATOR_ROLE,
        region: str = "",
        **arguments: Any,
    ) -> dict[str, Any]:
        """What the operation reads; one that writes is kept in ``acts`` and answered as AWS would."""
        if operation.startswith(READS):
            made = self._made_before(operation, arguments)
            if made is not None:
                return made
            return self._with_made(
                operation, arguments, self._read(service, operation, account, region, arguments)
            )
        contents = json.dumps(arguments, ensure_ascii=False, default=str)
        self.acts.append(Act(self.step, f"{service}:{operation}", region or "-", contents))
        return self._answered(operation, arguments)

    def _answered(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if operation == "create_organizational_unit":
            made = {"Id": f"{NEW}{arguments['Name']}", "Name": arguments["Name"]}
            self._units.setdefault(arguments["ParentId"], []).append(made)
        elif operation == "create_policy":
            self._policies.append({"Id": f"{NEW}{arguments['Name']}", "Name": arguments["Name"]})
        elif operation == "create_permission_set":
            self._sets[f"{NEW}{arguments['Name']}"] = arguments["Name"]
        elif operation == "create_role":
            self._made_roles.add(arguments["RoleName"])
        elif operation == "create_user":
            self._users.add(arguments["UserName"])
        elif operation == "create_service_linked_role":
            return {"Role": {"Arn": f"{NEW}{arguments['AWSServiceName']}"}}
        return {}

    def _made_before(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
        """The answer about something that only the rehearsal has made; None: AWS is to be asked."""
        asked = str(
            arguments.get("ParentId") or arguments.get("TargetId") or arguments.get("PermissionSetArn") or ""
        )
        if operation == "get_user_id":
            name = str(arguments["AlternateIdentifier"]["UniqueAttribute"]["AttributeValue"])
            return {"UserId": f"{NEW}{name}"} if name in self._users else None
        if arguments.get("RoleName") in self._made_roles:
            return {
                "list_role_policies": {"PolicyNames": []},
                "list_attached_role_policies": {"AttachedPolicies": []},
            }.get(operation)
        if not asked.startswith(NEW):
            return None
        return {
            "list_organizational_units_for_parent": {"OrganizationalUnits": self._units.get(asked, [])},
            "list_policies_for_target": {"Policies": []},
            "describe_permission_set": {"PermissionSet": {"Name": self._sets.get(asked, "")}},
            "list_managed_policies_in_permission_set": {"AttachedManagedPolicies": []},
            "list_account_assignments": {"AccountAssignments": []},
        }.get(operation)

    def _with_made(self, operation: str, arguments: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if answer.get("NextToken"):  # what was made comes with the last page
            return answer
        if operation == "list_organizational_units_for_parent":
            more = self._units.get(arguments["ParentId"], [])
            return answer | {"OrganizationalUnits": [*answer["OrganizationalUnits"], *more]}
        if operation == "list_policies":
            return answer | {"Policies": [*answer["Policies"], *self._policies]}
        if operation == "list_permission_sets":
            return answer | {"PermissionSets": [*answer.get("PermissionSets", []), *self._sets]}
        return answer
