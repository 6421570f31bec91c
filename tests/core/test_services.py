"""A service that forgets to ask or to tell changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hashira.core import access
from hashira.core.access import AccessDenied, Principal, PrincipalKind, Resource
from hashira.core.accounts.models import Organisation
from hashira.core.audit.models import AuditEvent, AuditMention
from hashira.core.services import REFUSED, SERVICES, ServiceBroken, service
from hashira.core.witness import note_audit

pytestmark = pytest.mark.django_db
STAFF = Principal(PrincipalKind.STAFF, "1", second_factor=True)
ACTION = "portal:ViewOwnAccount"
AREA = Resource("Portal::Area", "portal")


def add() -> None:
    Organisation.objects.create(kind="vendor", name="a", name_en="a")


def declared(body: Callable[[Principal], None]) -> Callable[..., None]:
    @service(action=ACTION)
    def run(*, actor: Principal) -> None:
        body(actor)

    del SERVICES[f"{run.__module__}.{run.__qualname__}"]
    return run


def test_one_that_asks_and_tells_stays() -> None:
    def body(actor: Principal) -> None:
        access.require(actor, ACTION, AREA)
        add()
        note_audit()

    declared(body)(actor=STAFF)
    assert Organisation.objects.count() == 1


def test_one_that_does_not_ask_is_rolled_back() -> None:
    def body(actor: Principal) -> None:
        add()
        note_audit()

    with pytest.raises(ServiceBroken, match="did not ask"):
        declared(body)(actor=STAFF)
    assert not Organisation.objects.exists()


def test_one_that_only_looks_whether_it_may_has_not_asked() -> None:
    def body(actor: Principal) -> None:
        assert access.may(actor, ACTION, AREA)
        add()
        note_audit()

    with pytest.raises(ServiceBroken, match="did not ask"):
        declared(body)(actor=STAFF)


def test_one_that_does_not_tell_is_rolled_back() -> None:
    def body(actor: Principal) -> None:
        access.require(actor, ACTION, AREA)
        add()

    with pytest.raises(ServiceBroken, match="no audit"):
        declared(body)(actor=STAFF)
    assert not Organisation.objects.exists()


def test_one_inside_another_tells_for_itself_only() -> None:
    def inner(actor: Principal) -> None:
        access.require(actor, ACTION, AREA)
        note_audit()

    def outer(actor: Principal) -> None:
        declared(inner)(actor=actor)

    with pytest.raises(ServiceBroken, match="no audit"):
        declared(outer)(actor=STAFF)


def test_a_refusal_rolls_back_what_came_before_it() -> None:
    def body(actor: Principal) -> None:
        add()
        access.require(actor, ACTION, AREA)

    with pytest.raises(AccessDenied):
        declared(body)(actor=Principal.anonymous())
    assert not Organisation.objects.exists()


def test_a_service_takes_keywords_and_an_actor() -> None:
    with pytest.raises(TypeError, match="keywords"):

        @service(action=ACTION)
        def positional(actor: Principal) -> None: ...

    with pytest.raises(TypeError, match="actor"):

        @service(action=ACTION)
        def nobody(*, of: str) -> None: ...


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (STAFF, 1),
        (Principal(PrincipalKind.RESIDENT, "2", second_factor=True), 1),
        (Principal.anonymous(), 0),
        (Principal.system("x"), 0),
    ],
)
def test_a_refusal_is_told_of_whoever_is_known_and_changes_nothing(who: Principal, told: int) -> None:
    def body(actor: Principal) -> None:
        add()
        access.require(actor, "accounts:GrantRole", Resource("Portal::Organisation", "3", "3"))

    with pytest.raises(AccessDenied):
        declared(body)(actor=who)
    assert not Organisation.objects.exists()
    found = AuditEvent.objects.filter(action=REFUSED)
    assert found.count() == told
    assert AuditMention.objects.filter(event__in=found).count() == told
