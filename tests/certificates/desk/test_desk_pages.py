"""The pages of the desk: what waits, lists that are looked up, figures, delegated records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.certificates.people import BORN, NOW, clerk, given, municipality, registered, resident

from hashira.certificates.domain.doubt import DOUBTS, doubts_of
from hashira.certificates.domain.look_up import MOST, Outcome, TooMany, read_list
from hashira.certificates.domain.small_numbers import publishable
from hashira.certificates.selectors import delegation as delegation_selectors
from hashira.certificates.selectors.statistics import csv_lines, tallies
from hashira.certificates.selectors.work import waiting, waiting_by_kind
from hashira.certificates.services import delegation as services
from hashira.certificates.services.dose import void_dose
from hashira.certificates.services.examination import request_examination
from hashira.certificates.services.linking import request_link
from hashira.certificates.services.look_up import look_up
from hashira.certificates.services.merging import judge_distinct
from hashira.certificates.store.models import DoseEvent, DoubtfulRecord, LikelyDuplicate, Person
from hashira.core import jobs
from hashira.core.access import AccessDenied, Principal, Resource, may
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.audit.reading import events

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> SignIn:
    """A client whose requests are those of a principal."""

    def sign_in(principal: Principal, language: str = "ja") -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: principal)
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
        client.cookies["django_language"] = language
        return client

    return sign_in


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def boss(city: Organisation) -> Principal:
    return clerk(city, "municipal_supervisor")


def examined(city: Organisation) -> None:
    jobs.carry_out(request_examination(actor=clerk(city), organisation_id=city.pk))


# ── the search ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_search_finds_duplicates_in_writings_and_numbers_and_remembers(city: Organisation) -> None:
    same = registered(city, "1"), registered(city, "2", "高橋花子", coupon_number="")
    zeros = (
        registered(city, "77", "見本　太郎", kana="ミホン　タロウ", birth_date=date(1990, 5, 1)),
        registered(city, "0077", "見本　太郎", kana="ミホン　タロウ", birth_date=date(1990, 5, 2)),
    )
    registered(city, "3", "佐藤　明", kana="サトウ　アキラ")
    registered(municipality("472018", "那覇市"), "1")
    examined(city)
    found = {frozenset((pair.first_id, pair.second_id)) for pair in LikelyDuplicate.objects.all()}
    assert found == {frozenset(same), frozenset(zeros)}
    pair = LikelyDuplicate.objects.get(first_id=min(same))
    judge_distinct(actor=clerk(city), pair_id=pair.pk, distinct=True, reason="双子", at=NOW)
    examined(city)
    states = {p.first_id: p.state for p in LikelyDuplicate.objects.all()}
    assert states == {min(same): "distinct", min(zeros): "open"}
    Person.objects.filter(pk=zeros[1]).update(kana="", kana_key="", name_key="別人", coupon_number="")
    examined(city)
    assert set(LikelyDuplicate.objects.values_list("state", flat=True)) == {"distinct"}


@pytest.mark.parametrize("doubt", DOUBTS.values(), ids=DOUBTS)
def test_every_rule_of_doubt_has_an_example_that_fails_and_one_that_passes(doubt: Any) -> None:
    assert list(doubt.find(doubt.failing))
    assert not list(doubt.find(doubt.passing))
    assert doubt.code in {code for code, _event in doubts_of(doubt.failing)}


def test_a_doubt_is_listed_by_the_search_and_goes_when_it_is_put_right(
    city: Organisation, boss: Principal
) -> None:
    person = registered(city, died_on=date(2021, 5, 1))
    event = given(city, person)
    assert [d.rule for d in DoubtfulRecord.objects.all()] == ["after-death"]  # as soon as it is recorded
    DoubtfulRecord.objects.all().delete()
    examined(city)
    assert [(d.rule, d.event) for d in DoubtfulRecord.objects.all()] == [("after-death", event)]
    void_dose(actor=boss, person_id=person, event=event, reason="別人", at=NOW)
    assert not DoubtfulRecord.objects.exists()


# ── what waits ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def waits(city: Organisation) -> UUID:
    """A doubtful record, a duplicate, a request to link; the person of the doubt."""
    person = registered(city, died_on=date(2021, 5, 1))
    given(city, person)
    registered(city, "2")
    examined(city)
    request_link(actor=resident("見本　花子"), organisation_id=city.pk, number="", at=NOW)
    return person


def test_all_that_waits_stands_on_one_page(city: Organisation, waits: UUID, signed_in: SignIn) -> None:
    page = signed_in(clerk(city)).get(reverse("certificates:work")).content.decode()
    for words in ("連携の申出", "疑義のある記録", "死亡日より後の接種", "重複の候補", "要対応（3）"):
        assert words in page
    assert waiting([city.pk]) == 3
    english = signed_in(clerk(city), "en").get(reverse("certificates:work")).content.decode()
    assert "after the death" in english
    other = signed_in(clerk(municipality("011002", "札幌市"))).get(reverse("certificates:work"))
    assert "対応を待つものはありません" in other.content.decode()


def test_work_is_taken_released_done_and_undone(city: Organisation, waits: UUID, signed_in: SignIn) -> None:
    doubt = DoubtfulRecord.objects.get()
    me, colleague = clerk(city), clerk(city)

    def send(who: Principal, act: str) -> str:
        sent = {"item": f"doubt:{doubt.pk}", "act": act, "back": reverse("certificates:work")}
        client = signed_in(who)
        client.post(reverse("certificates:work-mark"), sent)
        return str(client.get(reverse("certificates:work")).content.decode())

    def count(who: Principal, **filters: str) -> int:
        page = signed_in(who).get(reverse("certificates:work"), filters)
        return int(page.context["view"].page.total)

    send(me, "take")
    assert (count(me, filter_account="mine"), count(me, filter_account="nobody")) == (1, 2)
    assert count(colleague, filter_account="others") == 1
    send(colleague, "release")
    assert count(me, filter_account="mine") == 1
    send(me, "release")
    assert count(me, filter_account="mine") == 0
    send(colleague, "done")
    assert (count(me), count(me, filter_done_at="done"), waiting([city.pk])) == (2, 1, 2)
    send(me, "undo")
    assert (count(me), count(me, filter_done_at="done")) == (3, 0)
    pair = LikelyDuplicate.objects.get()
    signed_in(me).post(reverse("certificates:work-mark"), {"item": f"duplicate:{pair.pk}", "act": "done"})
    assert count(me) == 3  # it is decided where it is compared


def test_the_list_sorts_filters_and_downloads(city: Organisation, waits: UUID, signed_in: SignIn) -> None:
    client, address = signed_in(clerk(city)), reverse("certificates:work")
    for kind, count in waiting_by_kind([city.pk]).items():
        assert client.get(address, {"filter_words": kind}).context["view"].page.total == count
    for order in ("since", "-since", "title", "-words", "reason"):
        assert client.get(address, {"sort": order}).status_code == 200
    told = b"".join(client.get(address, {"format": "csv"}).streaming_content).decode()
    assert told.count("\r\n") == 4


def test_the_questions_do_not_grow_with_what_waits(city: Organisation, signed_in: SignIn) -> None:
    client, address = signed_in(clerk(city)), reverse("certificates:work")
    counts = []
    for reference in ("1", "12"):
        for extra in range(int(reference)):
            person = registered(city, f"{reference}{extra}9", died_on=date(2021, 5, 1))
            given(city, person)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# ── a list of people ────────────────────────────────────────────────────────────────────────────────────
def test_a_list_is_answered_row_by_row_and_everybody_seen_is_told(city: Organisation) -> None:
    one = registered(city, "1")
    given(city, one, 1)
    given(city, one, 2, date(2021, 6, 22))
    two = registered(city, "2", "見本　太郎", kana="ミホン　タロウ", sex="male", birth_date=date(1990, 5, 1))
    registered(city, "3", "高橋　華子")
    registered(municipality("472018", "那覇市"), "9")
    actor = clerk(city)
    asked = read_list("宛名番号\r\n1\r\nﾐﾎﾝ ﾀﾛｳ,H2.5.1\n9\nタカハシ　ハナコ\t1980/2/29\nミホン,いつか\n")
    answers = look_up(actor=actor, organisation_id=city.pk, questions=asked, purpose="施設の接種状況の確認")
    assert [answer.outcome for answer in answers] == [
        Outcome.FOUND, Outcome.FOUND, Outcome.NOT_FOUND, Outcome.SEVERAL, Outcome.UNREADABLE,
    ]  # fmt: skip
    assert [answer.asked.line for answer in answers] == [2, 3, 4, 5, 6]
    first = answers[0].person
    assert first is not None
    assert (first.doses, first.covid_doses, first.last_day) == (2, 2, date(2021, 6, 22))
    for person, seen in ((one, True), (two, True)):
        told = [
            e.action
            for e in events(subject=Subject("person", str(person)), actor=Subject("account", actor.id))
        ]
        assert ("certificates:LookUpList" in told) is seen
    with pytest.raises(AccessDenied):
        look_up(
            actor=clerk(municipality("011002", "札幌市")),
            organisation_id=city.pk,
            questions=asked,
            purpose="x",
        )


def test_the_number_of_questions_to_the_database_is_that_of_the_portions(city: Organisation) -> None:
    for number in range(1, 9):
        registered(city, str(number))
    with CaptureQueriesContext(connection) as few:
        look_up(actor=clerk(city), organisation_id=city.pk, questions=read_list("1"), purpose="x")
    with CaptureQueriesContext(connection) as many:
        questions = read_list("\n".join(map(str, range(1, 401))))
        look_up(actor=clerk(city), organisation_id=city.pk, questions=questions, purpose="x")
    assert len(many) - len(few) <= 2


def test_a_list_that_is_too_long_is_refused() -> None:
    with pytest.raises(TooMany):
        read_list("\n".join(map(str, range(MOST + 1))))
    assert len(read_list("\n".join(map(str, range(MOST))))) == MOST


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_a_list_comes_back_as_a_file(city: Organisation, signed_in: SignIn, encoding: str) -> None:
    registered(city, "1", "𠮷野　花子")
    sent = {
        "register": str(city.pk), "purpose": "確認", "people": "1\n2", "columns": ["name", "doses"],
        "encoding": encoding, "act": "file",
    }  # fmt: skip
    client = signed_in(clerk(city))
    answer = client.post(reverse("certificates:look-up"), sent)
    text = answer.content.decode("cp932" if encoding == "cp932" else "utf-8-sig")
    name = "[U+20BB7]野　花子" if encoding == "cp932" else "𠮷野　花子"
    assert text.split("\r\n")[1:3] == [f"1,1,見つかりました,{name},0", "2,2,見つかりません,,"]
    refused = client.post(reverse("certificates:look-up"), sent | {"purpose": ""})
    assert refused.status_code == 422
    page = client.post(reverse("certificates:look-up"), sent | {"act": "page"})
    assert "𠮷野　花子" in page.content.decode()


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────
def test_doses_are_counted_by_product_month_age_and_number(city: Organisation, signed_in: SignIn) -> None:
    one = registered(city, "1", birth_date=date(2009, 6, 2))  # 11 years on the day of the first dose
    given(city, one, 1, date(2021, 6, 1))
    given(city, one, 2, date(2021, 6, 22))
    found = {
        t.code: dict(zip([x.en for x in t.labels], t.counts[0], strict=True)) for t in tallies([city.pk])[:4]
    }
    assert found["product"] == {"COMIRNATY": 2}
    assert found["month"] == {"2021-06": 2}
    assert {k: v for k, v in found["age"].items() if v} == {"5-11": 1, "12-17": 1}
    assert found["number"] == {"dose 1": 1, "dose 2": 1}
    page = signed_in(clerk(city)).get(reverse("certificates:statistics")).content.decode()
    assert "<svg" in page
    assert tallies([city.pk], year=2020)[0].empty
    stranger = signed_in(clerk(municipality("011002", "札幌市"))).get(reverse("certificates:statistics"))
    assert "数えるものがまだありません" in stranger.content.decode()


def test_small_numbers_are_hidden_in_what_is_published(city: Organisation) -> None:
    one = registered(city, "1")
    given(city, one, 1)
    inside = "".join(csv_lines(tallies([city.pk]), "en", public=False))
    public = "".join(csv_lines(tallies([city.pk]), "en", public=True))
    assert "Doses by number,dose 1,doses,1\r\n" in inside
    assert ",1\r\n" not in public
    assert "<10" in public
    assert publishable([9, 10, 11]) == (None, None, 11)


# ── delegated look-up ───────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def town() -> Organisation:
    return municipality("472018", "那覇市")


def asked_of(city: Organisation, town: Organisation, *names: tuple[str, date], days: int = 30) -> UUID:
    return services.ask_delegation(
        actor=clerk(town),
        requester_id=town.pk,
        owner_id=city.pk,
        people=names or [("高橋花子", BORN)],
        reason="転入者の接種歴の確認",
        until=(NOW + timedelta(days=days)).date(),
        at=NOW,
    )


def grant(boss: Principal, delegation: UUID, person: UUID) -> None:
    (named,) = delegation_selectors.delegation_view(delegation).people
    services.answer_delegation(
        actor=boss, delegation_id=delegation, granted={named.id: person}, answer="転出を確認", at=NOW
    )


def look(who: Principal, delegation: UUID, person: UUID, days: int = 0) -> Any:
    return services.view_delegated(
        actor=who, delegation_id=delegation, person_id=person, at=NOW + timedelta(days=days)
    )


def test_what_was_granted_is_seen_until_the_last_day_and_told_on_both_sides(
    city: Organisation, town: Organisation, boss: Principal
) -> None:
    person, other = registered(city, "1"), registered(city, "2", "見本　太郎")
    given(city, person)
    delegation = asked_of(city, town)
    for who in (clerk(town), clerk(city), boss):
        with pytest.raises(AccessDenied):
            look(who, delegation, person)
    grant(boss, delegation, person)
    assert len(look(clerk(town), delegation, person).doses) == 1
    assert look(clerk(town), delegation, person, days=30).name == "髙橋　花子"
    with pytest.raises(AccessDenied):
        look(clerk(town), delegation, person, days=31)
    with pytest.raises(AccessDenied):
        look(clerk(town), delegation, other)
    with pytest.raises(AccessDenied):
        look(clerk(municipality("011002", "札幌市")), delegation, person)
    seen = [
        e for e in events(subject=Subject("person", str(person))) if e.action == "certificates:ViewDelegated"
    ]
    assert {e.organisation for e in seen} == {str(city.pk), str(town.pk)}
    assert len(seen) == 4
    services.end_delegation(actor=clerk(city), delegation_id=delegation, at=NOW)
    with pytest.raises(AccessDenied):
        look(clerk(town), delegation, person)


def test_a_supervisor_of_the_owner_alone_answers_about_the_people_named(
    city: Organisation, town: Organisation, boss: Principal
) -> None:
    person, other = registered(city, "1"), registered(city, "2", "見本　太郎", kana="ミホン　タロウ")
    delegation = asked_of(city, town)
    for who in (clerk(city), clerk(town, "municipal_supervisor")):
        with pytest.raises(AccessDenied):
            grant(who, delegation, person)
    with pytest.raises(services.DelegationDecided):
        grant(boss, delegation, other)  # nobody named them
    assert delegation_selectors.delegation_view(delegation).state == "asked"
    grant(boss, delegation, person)
    with pytest.raises(services.DelegationDecided):
        grant(boss, delegation, person)


def test_somebody_who_is_kept_from_other_municipalities_is_never_shown(
    city: Organisation, town: Organisation, boss: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = registered(city, "1")
    delegation = asked_of(city, town)
    grant(boss, delegation, person)
    for asks in (services, delegation_selectors):
        monkeypatch.setattr(asks, "may_be_shown_elsewhere", lambda _person: False)
    with pytest.raises(AccessDenied):
        look(clerk(town), delegation, person)
    with pytest.raises(services.NotShownElsewhere):
        grant(boss, asked_of(city, town), person)


@pytest.mark.parametrize("missing", ["in_force", "covered", "shown_elsewhere"])
def test_a_forbid_beats_every_permit_of_a_delegation(
    town: Organisation, city: Organisation, missing: str
) -> None:
    facts = {
        "requester": str(town.pk), "in_force": True, "covered": True, "shown_elsewhere": True,
        "issuing": False,
    }  # fmt: skip

    def asked(**more: bool) -> bool:
        resource = Resource("Certificates::DelegatedRecord", str(uuid4()), str(city.pk), facts | more)
        return may(clerk(town, "municipal_supervisor"), "certificates:ViewDelegated", resource)

    assert asked()
    assert not asked(**{missing: False})


@pytest.mark.parametrize("days", [-1, 400])
def test_a_delegation_has_an_end_within_a_year(city: Organisation, town: Organisation, days: int) -> None:
    with pytest.raises(services.DelegationNotPossible):
        asked_of(city, town, days=days)


def test_both_sides_work_through_the_pages(
    city: Organisation, town: Organisation, boss: Principal, signed_in: SignIn
) -> None:
    person = registered(city, "1")
    given(city, person)
    until = date.today() + timedelta(days=30)
    form = {
        "owner": str(city.pk), "reason": "転入者の確認", "name_1": "高橋　花子",
        "until_year": until.year, "until_month": until.month, "until_day": until.day,
        "born_1_year": 1980, "born_1_month": 2, "born_1_day": 29,
    }  # fmt: skip
    sent = signed_in(clerk(town)).post(reverse("certificates:delegation-new"), form)
    assert sent.status_code == 302, sent.content.decode()
    address = sent["Location"]
    assert waiting_by_kind([city.pk])["delegation"] == 1
    client = signed_in(boss)
    page = client.get(address)
    (named,) = page.context["view"].people
    answered = client.post(address, {f"person_{named.id}": str(person), "answer": "転出を確認"})
    assert answered.status_code == 302
    client = signed_in(clerk(town))
    leads = reverse("certificates:delegated-person", args=[page.context["view"].id, person])
    assert leads in client.get(address).content.decode()
    shown = client.get(leads).content.decode()
    assert "EY5422" in shown
    assert "0000000001" not in shown
    assert "千代田診療所" not in shown
    assert client.post(address + "/end").status_code == 302
    assert client.get(leads).status_code == 403
    assert client.get(reverse("certificates:delegations")).status_code == 200
    assert DoseEvent.objects.count() == 1
