"""Orders environments in a process of its own, and says how they are.

``order ENGINE COUNT [SEED]`` prints the keys; ``amend KEY YEN`` changes one, by an odd sum without its
technical lead and spared from a guardrail, by an even one back again; ``states`` prints id, state, account
and problem of each; ``enter KEY`` lets somebody into an environment in an emergency and prints the id;
``leave ID`` ends it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import django

django.setup()

from tests.cloud.vending.orders import LEAD, OFFICER, an_order
from tests.crash import paper_jobs

from hashira.cloud.services import emergencies
from hashira.cloud.services.amendments import ask_amendment
from hashira.cloud.services.environments import order_environment
from hashira.cloud.services.verification import to_verify, verify
from hashira.cloud.store.models import Environment
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Account, Organisation

TERMINAL = Principal.system("terminal:test")


def main() -> None:
    match sys.argv[1:]:
        case ["order", engine, count]:
            assert paper_jobs.CLOUD
            for number in range(int(count)):
                order = an_order(engine=engine, system_name=f"システム{number}")
                order_environment(actor=TERMINAL, order=order, application_id=None, at=datetime.now(UTC))
                print(order.key)
        case ["amend", key, yen]:
            made = ask_amendment(
                actor=TERMINAL,
                environment_id=UUID(key),
                change=lambda one: replace(
                    one,
                    monthly_budget_yen=Decimal(yen),
                    roles=one.roles[:1] if int(yen) % 2 else (OFFICER, LEAD),
                    exceptions=("data-location/1",) if int(yen) % 2 else (),
                ),
                cause="application",
                at=datetime.now(UTC),
            )
            print(made)
        case ["verify"]:
            found = [verify(actor=TERMINAL, environment_id=UUID(one)) for one in to_verify()]
            print(json.dumps([[str(one.environment_id), one.state.value, one.sound] for one in found]))
        case ["enter", key]:
            now = datetime.now(UTC)
            asking, second = operators()
            made = emergencies.ask_emergency(
                actor=asking, environment_id=UUID(key), target="試験", reason="試験", hours=1, at=now
            )
            emergencies.open_emergency(actor=second, emergency_id=made, at=now)
            print(made)
        case ["leave", emergency]:
            emergencies.end_emergency(
                actor=operators()[0], emergency_id=UUID(emergency), at=datetime.now(UTC)
            )
        case ["states"]:
            rows = Environment.objects.values_list("pk", "state", "account", "problem")
            print(json.dumps([[str(pk), state, account, problem] for pk, state, account, problem in rows]))
        case other:
            raise SystemExit(f"order, amend, verify, enter, leave or states, not {other}")


def operators() -> list[Principal]:
    """Two people of the operator, made when they are first needed."""
    body, _made = Organisation.objects.get_or_create(kind="operator", name="運用", name_en="Operator")
    grants = (Grant("cloud_operator", str(body.pk)),)
    found = []
    for email in ("first@operator.example", "second@operator.example"):
        account = Account.objects.filter(email=email).first() or Account.objects.create_user(email)
        found.append(Principal(PrincipalKind.STAFF, str(account.pk), grants=grants, second_factor=True))
    return found


if __name__ == "__main__":
    main()
