"""Emergency access: asked, let in by another, over by the clock, reviewed by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.cloud.baseline.test_exceptions import signed_in as signed_in
from tests.cloud.selection.bodies import NOW, body, staff
from tests.cloud.vending.conftest import ordered, paper, worked
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import PaperCloud

from hashira.cloud.domain.baseline.emergency import REVIEW_DAYS, WAITS, EmergencyState
from hashira.cloud.selectors.emergencies import emergency_view, open_now
from hashira.cloud.services import emergencies as services
from hashira.cloud.services.emergencies import EmergencyElsewhere, EmergencyRefused
from hashira.cloud.store.models import EmergencyAccess, Environment
from hashira.core.access import AccessDenied, Principal
from hashira.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
__all__ = ["paper"]
HOUR = timedelta(hours=1)


@pytest.fixture
def people() -> dict[str, Principal]:
    operator = body("operator", "運用")
    return {
        "asking": staff(("cloud_operator", operator)),
        "second": staff(("cloud_operator", operator)),
        "town": staff(("cloud_applicant", body("municipality", "町", "472018"))),
    }


def ask(who: Principal, **changes: Any) -> UUID:
    asked: dict[str, Any] = {
        "environment_id": None,
        "target": "記録の保管庫",
        "reason": "鍵の取り違えで書込みが止まった",
        "hours": 2,
        "at": NOW,
    }
    return services.ask_emergency(actor=who, **(asked | changes))


def test_it_opens_by_a_second_person_and_ends_by_the_clock(people: dict[str, Principal]) -> None:
    asking, second = people["asking"], people["second"]
    made = ask(asking)
    assert not open_now(asking.id, None, NOW)
    services.open_emergency(actor=second, emergency_id=made, at=NOW + HOUR / 2)
    assert open_now(asking.id, None, NOW + HOUR)
    assert not open_now(second.id, None, NOW + HOUR)
    assert not open_now(asking.id, None, NOW + 2.5 * HOUR)
    over = emergency_view(made, NOW + 2.5 * HOUR)
    assert over.state is EmergencyState.TO_REVIEW
    assert not over.late
    assert emergency_view(made, NOW + timedelta(days=REVIEW_DAYS + 1)).late
    services.review_emergency(actor=second, emergency_id=made, review="鍵を戻しただけ", at=NOW + 3 * HOUR)
    assert emergency_view(made, NOW + 3 * HOUR).state is EmergencyState.REVIEWED
    told = [one.action for one in AuditEvent.objects.filter(action__contains="Emergency").order_by("pk")]
    assert told == ["cloud:AskEmergency", "cloud:OpenEmergency", "cloud:ReviewEmergency"]


def test_nobody_lets_themselves_in_or_reviews_themselves(people: dict[str, Principal]) -> None:
    asking, second = people["asking"], people["second"]
    made = ask(asking)
    for who in (asking, people["town"]):
        with pytest.raises(AccessDenied):
            services.open_emergency(actor=who, emergency_id=made, at=NOW)
    row = EmergencyAccess.objects.get()
    row.opened_by = row.asked_by
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    services.open_emergency(actor=second, emergency_id=made, at=NOW)
    with pytest.raises(EmergencyElsewhere):
        services.review_emergency(actor=second, emergency_id=made, review="早すぎる", at=NOW)
    services.end_emergency(actor=asking, emergency_id=made, at=NOW + HOUR / 4)
    assert not open_now(asking.id, None, NOW + HOUR / 2)
    with pytest.raises(AccessDenied):
        services.review_emergency(actor=asking, emergency_id=made, review="よし", at=NOW + HOUR)
    with pytest.raises(AccessDenied):
        ask(people["town"])


def test_what_nobody_opens_in_time_is_void(people: dict[str, Principal]) -> None:
    made = ask(people["asking"])
    with pytest.raises(EmergencyElsewhere):
        services.open_emergency(actor=people["second"], emergency_id=made, at=NOW + WAITS)
    assert emergency_view(made, NOW + WAITS).state is EmergencyState.VOID
    other = ask(people["asking"])
    services.refuse_emergency(actor=people["second"], emergency_id=other, at=NOW)
    assert emergency_view(other, NOW).state is EmergencyState.REFUSED


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("hours", {"hours": 0}),
        ("hours", {"hours": 9}),
        ("reason", {"reason": " "}),
        ("target", {"target": "あ" * 201}),
        ("environment", {"environment_id": UUID(int=1)}),
    ],
)
def test_what_cannot_be_asked_changes_nothing(
    people: dict[str, Principal], field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(EmergencyRefused) as refused:
        ask(people["asking"], **changes)
    assert refused.value.details["field"] == field
    assert not EmergencyAccess.objects.exists()


def test_the_environment_is_looked_for_and_stays_chosen(
    people: dict[str, Principal], signed_in: Callable[..., Client], paper: PaperCloud
) -> None:
    """However many there are, each can be found and chosen."""
    jumin = ordered(an_order(body_name="見本市"))
    tax = ordered(an_order(system_name="固定資産税", address_ranges=("10.21.0.0/24",)))
    worked(tax)
    asking = signed_in(people["asking"])
    address = reverse("cloud:emergency-new")

    def offered(**query: str) -> set[str]:
        shown = asking.get(address, query).content.decode()
        return {str(one) for one in (jumin, tax) if f'<option value="{one}"' in shown}

    assert offered() == {str(jumin), str(tax)}
    assert offered(find="固定資産") == {str(tax)}
    assert offered(find="204811 見本") == {str(jumin)}
    assert offered(find=Environment.objects.get(pk=tax).account) == {str(tax)}
    assert offered(find=str(jumin)[:13]) == {str(jumin)}
    assert offered(find="そのようなものはない") == set()
    shown = asking.get(address, {"find": "固定資産", "environment": str(jumin)}).content.decode()
    assert f'<option value="{jumin}" selected' in shown
    assert asking.get(address, {"environment": "no number"}).status_code == 200
    fields = {"target": "基盤", "reason": "復旧", "hours": "1", "environment": str(jumin)}
    assert asking.post(f"{address}?find=固定資産", fields).status_code == 302
    assert EmergencyAccess.objects.get().environment_id == jumin


def test_through_the_pages(people: dict[str, Principal], signed_in: Callable[..., Client]) -> None:
    asking = signed_in(people["asking"])
    fields = {"target": "保管庫", "environment": "", "reason": "書込みが止まった", "hours": "1"}
    assert asking.post(reverse("cloud:emergency-new"), fields | {"hours": "9"}).status_code == 422
    address = asking.post(reverse("cloud:emergency-new"), fields)["location"]
    assert "立入りを認める" not in asking.get(address).content.decode()
    assert asking.post(address, {"act": "open"}).status_code == 404
    second = signed_in(people["second"], "en")
    assert "Let them in" in second.get(address).content.decode()
    assert second.post(address, {"act": "open"}).status_code == 302
    assert "ends by itself at" in second.get(address).content.decode()
    assert second.post(address, {"act": "end"}).status_code == 302
    assert second.post(address, {"act": "review", "words": ""}).status_code == 422
    assert second.post(address, {"act": "review", "words": "確かめた"}).status_code == 302
    assert "Reviewed" in second.get(reverse("cloud:emergencies")).content.decode()
    assert signed_in(people["town"]).get(address).status_code == 403
