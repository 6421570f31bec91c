"""A protected person is masked, nothing is issued to a representative, and every attempt is an alert."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.certificates.people import clerk, municipality, registered, resident
from tests.certificates.residents.conftest import SignIn
from tests.certificates.residents.test_representation import by_card, by_papers, code_for, issue

from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.linking import Why
from hashira.certificates.domain.look_up import Asked
from hashira.certificates.domain.protection import AlertKind, Ground, ProtectionPeriod
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.selectors.delegation import may_be_shown_elsewhere
from hashira.certificates.selectors.linking import compared, request_view
from hashira.certificates.selectors.merging import alike
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.people import Question
from hashira.certificates.selectors.protection import (
    alerts_at,
    ending_soon,
    open_alerts,
    protections_of,
    supervised,
)
from hashira.certificates.services.dose import record_dose
from hashira.certificates.services.issuing import view_certificate
from hashira.certificates.services.linking import (
    accept_request,
    claim_link,
    issue_link_code,
    request_link,
)
from hashira.certificates.services.look_up import look_up
from hashira.certificates.services.own_record import view_own_record
from hashira.certificates.services.person import search_people, view_person
from hashira.certificates.services.protection import (
    OPEN_FOR,
    PersonMasked,
    ProtectionOver,
    acknowledge_alerts,
    lift_protection,
    open_protected,
    protect_person,
)
from hashira.certificates.services.representation import NotForRepresentative, hold_representation
from hashira.certificates.store.models import (
    LinkCode,
    Person,
    ProtectionAlert,
    Representation,
    RepresentationCode,
)
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit.reading import events
from hashira.kernel.clock import SystemClock, today_in_japan

pytestmark = pytest.mark.django_db


def protect(who: Principal, person: UUID, *, days: int = 365, after: int = 0) -> None:
    first = today_in_japan(SystemClock()) + timedelta(days=after)
    protect_person(
        actor=who,
        person_id=person,
        ground=Ground.CHILD_ABUSE,
        period=ProtectionPeriod.decided(
            first, first + timedelta(days=days - 1), today=today_in_japan(SystemClock())
        ),
        reason="決定通知 令和8年第1号",
        at=now(),
    )


def now() -> datetime:
    return datetime.now(UTC)


def kinds() -> list[str]:
    return list(ProtectionAlert.objects.order_by("pk").values_list("kind", flat=True))


def search(who: Principal, city: Organisation, **asked: object) -> list[tuple[str, bool]]:
    found = search_people(actor=who, organisation_id=city.pk, question=Question(**asked))
    return [(row.name, row.masked) for row in found]


# ── staff ───────────────────────────────────────────────────────────────────────────────────────────────
def test_only_a_supervisor_of_the_municipality_protects(
    city: Organisation, child: UUID, supervisor: Principal
) -> None:
    elsewhere = clerk(municipality("011002", "札幌市"), "municipal_supervisor")
    for who in (clerk(city), elsewhere, resident()):
        with pytest.raises(AccessDenied):
            protect(who, child)
    protect(supervisor, child)
    assert [period.in_force for period in protections_of(child)] == [True]


def test_a_list_tells_nothing_but_the_reference(
    city: Organisation, child: UUID, supervisor: Principal
) -> None:
    registered(city, "6", "山田　大花", birth_date=date(2018, 4, 2), kana="ワダ")
    protect(supervisor, child)
    for who in (clerk(city), supervisor):
        found = search_people(
            actor=who, organisation_id=city.pk, question=Question(birth_date=date(2018, 4, 2))
        )
        assert [row.reference for row in found] == ["6", "5"]  # masked last, whatever the reading
        hidden = found[1]
        assert (hidden.kana, hidden.birth_date, hidden.sex, hidden.masked) == ("", None, "", True)
        assert "小花" not in repr(hidden)
    assert kinds() == [AlertKind.SEARCH] * 2


def test_looking_up_is_refused_told_and_an_alert(
    city: Organisation, child: UUID, supervisor: Principal
) -> None:
    protect(supervisor, child)
    staff = clerk(city)
    with pytest.raises(PersonMasked) as refused:
        view_person(actor=staff, person_id=child)
    assert "小花" not in refused.value.message("ja")
    (alert,) = ProtectionAlert.objects.all()
    assert (alert.kind, alert.refused, alert.actor) == (AlertKind.LOOK_UP, True, staff.id)
    assert "access:Refused" in [event.action for event in events()]


def test_staff_of_elsewhere_are_not_told_that_somebody_is_protected(
    city: Organisation, child: UUID, supervisor: Principal
) -> None:
    elsewhere = clerk(municipality("011002", "札幌市"))
    with pytest.raises(AccessDenied) as before:
        view_person(actor=elsewhere, person_id=child)
    protect(supervisor, child)
    with pytest.raises(AccessDenied) as after:
        view_person(actor=elsewhere, person_id=child)
    assert type(before.value) is type(after.value) is AccessDenied
    assert kinds() == [AlertKind.LOOK_UP]


def test_what_is_not_opened_is_not_changed(city: Organisation, child: UUID, supervisor: Principal) -> None:
    protect(supervisor, child)
    for who in (clerk(city), supervisor):
        with pytest.raises(AccessDenied):
            record_dose(
                actor=who,
                person_id=child,
                request_id=uuid4(),
                dose=Dose(product("comirnaty"), date(2023, 1, 1), lot="A1", number=2),
                confirmed=True,
                at=now(),
            )
        with pytest.raises(AccessDenied):
            issue_link_code(actor=who, person_id=child, by_post=False, at=now())
    assert len(own_record(child).doses) == 1


def test_a_supervisor_opens_with_a_reason_for_half_an_hour_and_for_nobody_else(
    city: Organisation, child: UUID, supervisor: Principal
) -> None:
    protect(supervisor, child)
    with pytest.raises(AccessDenied):
        open_protected(actor=clerk(city), person_id=child, reason="見たい", at=now())
    until = open_protected(actor=supervisor, person_id=child, reason="窓口に本人が来た", at=now())
    assert until <= now() + OPEN_FOR
    assert view_person(actor=supervisor, person_id=child).name == "山田　小花"
    assert search(supervisor, city, reference="5") == [("山田　小花", False)]
    assert search(clerk(city), city, reference="5")[0][1]
    with pytest.raises(PersonMasked):
        view_person(actor=clerk(city, "municipal_supervisor"), person_id=child)
    assert AlertKind.OPENED in kinds()
    opened = [event for event in events() if event.action == "certificates:OpenProtected"]
    assert len(opened) == 1
    assert "本人" not in repr(opened)  # the reason is evidence, and no fact


def test_an_opening_is_over_by_the_clock(city: Organisation, child: UUID, supervisor: Principal) -> None:
    protect(supervisor, child)
    open_protected(actor=supervisor, person_id=child, reason="x", at=now() - OPEN_FOR)
    with pytest.raises(PersonMasked):
        view_person(actor=supervisor, person_id=child)


@pytest.mark.parametrize("how", ["before", "over", "lifted"])
def test_outside_the_period_nothing_is_masked(
    city: Organisation, child: UUID, supervisor: Principal, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    protect(supervisor, child, after=1 if how == "before" else 0)
    if how == "lifted":
        lift_protection(actor=supervisor, person_id=child, reason="本人の申出", at=now())
        with pytest.raises(ProtectionOver):
            lift_protection(actor=supervisor, person_id=child, reason="再び", at=now())
    if how == "over":
        later = today_in_japan(SystemClock()) + timedelta(days=365)
        monkeypatch.setattr("hashira.certificates.selectors.protection.today_in_japan", lambda _clock: later)
    assert view_person(actor=clerk(city), person_id=child).name == "山田　小花"


def test_protections_that_end_soon_are_shown_until_extended(
    city: Organisation, child: UUID, supervisor: Principal
) -> None:
    protect(supervisor, child, days=20)
    (soon,) = ending_soon(supervised(supervisor))
    assert soon.person_id == child
    protect(supervisor, child, days=365)
    assert ending_soon(supervised(supervisor)) == ()


def test_codes_given_out_before_end_with_it(city: Organisation, child: UUID, supervisor: Principal) -> None:
    issue_link_code(actor=clerk(city), person_id=child, by_post=True, at=now())
    code_for(city, child, at=now())
    protect(supervisor, child)
    assert LinkCode.objects.get().ended_at is not None
    assert RepresentationCode.objects.get().ended_at is not None


def test_alerts_are_for_supervisors_and_are_looked_at_once(
    city: Organisation, child: UUID, supervisor: Principal
) -> None:
    protect(supervisor, child)
    search(clerk(city), city, reference="5")
    elsewhere = clerk(municipality("011002", "札幌市"), "municipal_supervisor")
    assert (open_alerts(supervised(supervisor)), open_alerts(supervised(elsewhere))) == (1, 0)
    assert supervised(clerk(city)) == frozenset()
    (alert,) = alerts_at(supervised(supervisor))
    assert "小花" not in repr(alert)
    for who in (elsewhere, clerk(city)):
        with pytest.raises(AccessDenied):
            acknowledge_alerts(actor=who, organisation_id=city.pk, alerts=[alert.id], at=now())
    assert acknowledge_alerts(actor=supervisor, organisation_id=city.pk, alerts=[alert.id], at=now()) == 1
    assert acknowledge_alerts(actor=supervisor, organisation_id=city.pk, alerts=[alert.id], at=now()) == 0
    assert open_alerts(supervised(supervisor)) == 0
    assert [row.state for row in alerts_at(supervised(supervisor))] == ["seen"]


# ── linking ─────────────────────────────────────────────────────────────────────────────────────────────
def test_a_protected_person_is_linked_by_nobody_but_staff_who_opened_the_record(
    city: Organisation, child: UUID, childs_card: Principal, supervisor: Principal
) -> None:
    protect(supervisor, child)
    claim = claim_link(actor=childs_card, organisation_id=city.pk, number="0000000005", at=now())
    assert claim.person_id is None
    asked = request_link(actor=childs_card, organisation_id=city.pk, number="0000000005", at=now())
    assert request_view(asked).why == Why.PROTECTED
    assert kinds() == [AlertKind.LINK] * 2
    (one,) = compared(request_view(asked), clerk(city))
    assert one.masked
    assert "小花" not in repr(one)
    for who in (clerk(city), supervisor):
        with pytest.raises(AccessDenied):
            accept_request(actor=who, request_id=asked, person_id=child, reason="x", at=now())
    open_protected(actor=supervisor, person_id=child, reason="本人を確かめた", at=now())
    accept_request(actor=supervisor, request_id=asked, person_id=child, reason="確認", at=now())
    assert view_own_record(actor=childs_card, person_id=child).municipality_code == "131016"


@pytest.mark.parametrize("number", ["0000000005", "9999999999"])
def test_a_try_with_the_number_or_with_the_card_is_an_alert(
    city: Organisation, child: UUID, supervisor: Principal, number: str
) -> None:
    protect(supervisor, child)
    name, born = ("他　人", date(1970, 1, 1)) if number == "0000000005" else ("山田　小花", date(2018, 4, 2))
    claim_link(actor=resident(name, born), organisation_id=city.pk, number=number, at=now())
    assert kinds() == [AlertKind.LINK]


def test_a_try_about_somebody_else_is_none(
    city: Organisation, child: UUID, supervisor: Principal, parent: Principal
) -> None:
    registered(city, "6", "別の　人", birth_date=date(1980, 1, 1))
    protect(supervisor, child)
    claim_link(actor=parent, organisation_id=city.pk, number="0000000006", at=now())
    search(clerk(city), city, reference="6")
    assert kinds() == []


def test_the_card_of_a_protected_child_makes_no_representative(
    city: Organisation, child: UUID, parent: Principal, childs_card: Principal, supervisor: Principal
) -> None:
    protect(supervisor, child)
    assert by_card(parent, city, childs_card, at=now()).person_id is None
    assert kinds() == [AlertKind.REPRESENTATION]


# ── representatives ─────────────────────────────────────────────────────────────────────────────────────
def test_a_representative_sees_the_same_before_and_after(
    city: Organisation,
    child: UUID,
    parent: Principal,
    childs_card: Principal,
    supervisor: Principal,
    signed_in: SignIn,
) -> None:
    """Byte for byte, and by the same questions to the database."""
    by_card(parent, city, childs_card, at=now())

    def page() -> tuple[str, list[str]]:
        with CaptureQueriesContext(connection) as queries:
            answer = signed_in(parent).get(reverse("certificates:own"))
        lines = [line for line in answer.content.decode().splitlines() if "csrf" not in line]
        asked = [q["sql"].split("WHERE")[0].split("VALUES")[0] for q in queries.captured_queries]
        asked = [sql.split(" SELECT ")[0] if sql.startswith("INSERT") else sql for sql in asked]
        return "\n".join(lines), [sql for sql in asked if "SAVEPOINT" not in sql]

    page()  # the first look makes a row of the audit for the person
    before, asked_before = page()
    assert "コミナティ" in before
    assert "千代田" not in before
    protect(supervisor, child)
    after, asked_after = page()
    assert after == before
    assert asked_after == asked_before
    assert kinds() == [AlertKind.VIEW]


def test_nothing_is_issued_to_a_representative_in_the_words_of_a_dispute(
    city: Organisation,
    child: UUID,
    parent: Principal,
    supervisor: Principal,
    installation: None,
    signed_in: SignIn,
) -> None:
    by_papers(parent, city, code_for(city, child, at=now()), at=now())
    made = issue(parent, child, at=now())
    held = Representation.objects.get()

    def refusals() -> list[str]:
        client = signed_in(parent)
        pages = [
            client.get(reverse("certificates:own-new", args=[child, "card"])),
            client.get(reverse("certificates:own-certificate", args=[made])),
            client.get(reverse("certificates:own-picture", args=[made])),
            client.get(reverse("certificates:kept-certificate", args=[made])),
            client.post(reverse("certificates:own-renew", args=[made])),
        ]
        assert {page.status_code for page in pages} == {403}
        return ["\n".join(x for x in p.content.decode().splitlines() if "csrf" not in x) for p in pages]

    hold_representation(actor=clerk(city), representation_id=held.pk, held=True, reason="調停", at=now())
    disputed = refusals()
    hold_representation(actor=clerk(city), representation_id=held.pk, held=False, reason="x", at=now())
    protect(supervisor, child)
    assert refusals() == disputed
    with pytest.raises(NotForRepresentative):
        issue(parent, child, at=now())
    with pytest.raises(NotForRepresentative):
        view_certificate(actor=parent, certificate_id=made)
    assert set(kinds()) == {AlertKind.ISSUE, AlertKind.VIEW}
    assert ProtectionAlert.objects.filter(kind=AlertKind.ISSUE, refused=True).count() == 7


def test_the_person_issues_what_is_the_own_and_supervisors_are_told(
    city: Organisation, child: UUID, childs_card: Principal, supervisor: Principal, installation: None
) -> None:
    claim_link(actor=childs_card, organisation_id=city.pk, number="0000000005", at=now())
    protect(supervisor, child)
    issue(childs_card, child, at=now())
    (alert,) = ProtectionAlert.objects.all()
    assert (alert.kind, alert.refused) == (AlertKind.ISSUE, False)


def test_an_alert_is_not_kept_without_its_audit_event(
    city: Organisation, child: UUID, supervisor: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    protect(supervisor, child)

    def broken(**_more: object) -> None:
        raise RuntimeError("the audit is full")

    monkeypatch.setattr("hashira.certificates.services.person.audit.record", broken)
    with pytest.raises(RuntimeError):
        search(clerk(city), city, reference="5")
    assert kinds() == []


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────
def post(client: Callable[..., object], name: str, person: UUID, **given: str) -> object:
    return client.post(reverse(f"certificates:{name}", args=[person]), given)


def test_a_supervisor_goes_through_the_pages(
    city: Organisation, child: UUID, supervisor: Principal, signed_in: SignIn
) -> None:
    client = signed_in(supervisor)
    today = today_in_japan(SystemClock())
    given = {"ground": "violence", "reason": "決定通知"}
    for name, day in (("starts_on", today), ("ends_on", today + timedelta(days=400))):
        given |= {f"{name}_{part}": str(getattr(day, part)) for part in ("year", "month", "day")}
        given |= {f"{name}_0": str(day.year), f"{name}_1": str(day.month), f"{name}_2": str(day.day)}
    answer = post(client, "person-protection", child, **given)
    assert answer.status_code == 422
    assert "1年より長い" in answer.content.decode()
    day = today + timedelta(days=100)
    given |= {f"ends_on_{part}": str(getattr(day, part)) for part in ("year", "month", "day")}
    assert post(client, "person-protection", child, **given).status_code == 302
    masked = client.get(reverse("certificates:person", args=[child]))
    assert masked.status_code == 403
    assert "小花" not in masked.content.decode()
    assert "理由を入れて開く" in masked.content.decode()
    assert post(client, "person-open", child).status_code == 422
    assert post(client, "person-open", child, reason="本人が窓口に来た").status_code == 302
    opened = client.get(reverse("certificates:person", args=[child])).content.decode()
    assert "小花" in opened
    assert "支援措置の対象者です" in opened
    menu = client.get(reverse("certificates:protection-alerts")).content.decode()
    assert "支援措置の通知（2）" in menu
    ids = [str(pk) for pk in ProtectionAlert.objects.values_list("pk", flat=True)]
    client.post(reverse("certificates:protection-alerts"), {"alert": ids})
    assert "支援措置の通知（" not in client.get(reverse("certificates:protection-alerts")).content.decode()
    assert post(client, "person-protection-lift", child).status_code == 422
    assert post(client, "person-protection-lift", child, **{"lift-reason": "申出"}).status_code == 302
    assert client.get(reverse("certificates:person", args=[child])).status_code == 200


def test_a_clerk_finds_the_masked_row_and_is_told_whom_to_ask(
    city: Organisation, child: UUID, supervisor: Principal, signed_in: SignIn
) -> None:
    protect(supervisor, child)
    client = signed_in(clerk(city))
    found = client.get(reverse("certificates:register"), {"reference": "5"}).content.decode()
    assert "（支援措置の対象者）" in found
    assert "小花" not in found
    page = client.get(reverse("certificates:person-open", args=[child]))
    assert page.status_code == 403
    for name in ("person-protection", "person-revise", "pickup", "representatives", "link-code"):
        assert client.get(reverse(f"certificates:{name}", args=[child])).status_code == 403
    assert client.get(reverse("certificates:protection-alerts")).status_code == 403
    english = signed_in(replace(clerk(city)), "en").get(reverse("certificates:person", args=[child]))
    assert "ask a supervisor" in english.content.decode()


def test_a_person_is_asked_for_in_one_place_only() -> None:
    """So that no service forgets to say whether the person is protected."""
    source = Path(__file__).resolve().parents[3] / "src/hashira"
    makers = [
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r'Resource\(\s*"Certificates::Person"', path.read_text(encoding="utf-8"))
    ]
    assert makers == ["certificates/selectors/protection.py"]


def test_the_lists_of_the_desk_tell_nothing(city: Organisation, child: UUID, supervisor: Principal) -> None:
    twin = registered(city, "6", "山田　小花", birth_date=date(2018, 4, 2), coupon_number="0000000005")
    asked = Asked(1, "5", reference="5")
    assert [one.id for one in alike(twin)] == [child]
    assert may_be_shown_elsewhere(child)
    protect(supervisor, child)
    assert alike(twin) == ()
    assert not may_be_shown_elsewhere(child)
    (answer,) = look_up(actor=clerk(city), organisation_id=city.pk, questions=[asked], purpose="確認")
    assert answer.person is not None
    assert (answer.person.reference, answer.person.birth_date, answer.person.doses) == ("5", None, 0)
    assert "小花" not in repr(answer.person)
    assert kinds() == [AlertKind.SEARCH]


def test_with_one_entry_its_whole_record_is_protected(
    city: Organisation, child: UUID, parent: Principal, supervisor: Principal
) -> None:
    other = registered(city, "6", "山田　小花", birth_date=date(2018, 4, 2))
    by_papers(parent, city, code_for(city, child, at=now()), at=now())
    protect(supervisor, child)
    Person.objects.filter(pk=child).update(merged_into=other)
    with pytest.raises(PersonMasked):
        view_person(actor=clerk(city), person_id=other)
    record = own_record(child)
    assert (record.person_id, record.representatives, record.withheld_from) == (
        other,
        (parent.id,),
        (parent.id,),
    )
