"""The pages of law: what anybody sees, and what only staff see."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.regulations.cities import AT, FACILITY, TERMINAL, TODAY, city, keep

from hashira.core.access import Principal, PrincipalKind
from hashira.regulations.selectors.findings import FindingRows
from hashira.regulations.services.scanning import prepare, scan_laws
from hashira.ui.tables import Order

pytestmark = pytest.mark.django_db
OFFICER = Principal(PrincipalKind.STAFF, "officer", second_factor=True)


@pytest.fixture
def kept(tmp_path: Path) -> None:
    keep(city(tmp_path / "old", 施設=FACILITY.replace("6月", "3月")), as_of=date(2020, 4, 1))
    keep(city(tmp_path / "new"))
    scan_laws(actor=TERMINAL, surveyed=prepare(today=TODAY), at=AT)


@pytest.fixture
def officer(client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Client:
    monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: OFFICER)
    client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-officer"  # without one nobody is asked for
    return client


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def test_without_laws_the_pages_say_what_to_do(client: Client) -> None:
    for name in ("regulations:index", "regulations:laws"):
        assert "hashira regulations ingest" in page(client, reverse(name))


@pytest.mark.usefixtures("kept")
def test_the_text_of_law_is_open_and_its_findings_are_not(client: Client) -> None:
    text = page(client, "/regulations/laws/施設")
    assert "目視により点検" in text
    assert 'id="Mp-At_1-Pr_1"' in text
    assert "regulations-mark" not in text
    answer = client.get("/regulations/findings/")
    assert answer.status_code == 302
    assert "sign-in" in answer["Location"]
    assert "洗い出した条項" not in page(client, "/regulations/")
    assert "/regulations/findings/" not in page(client, "/regulations/laws/")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("key", ["score", "citation", "ministry", "category"])
@pytest.mark.parametrize("falling", [True, False])
def test_pages_of_findings_are_cut_from_the_whole_list(key: str, falling: bool) -> None:
    rows, order = FindingRows(), Order(key=key, falling=falling)
    whole = list(rows.slice({}, order, 0, None))
    assert len(whole) == rows.count({}) > 4
    assert [row for at in range(0, len(whole), 2) for row in rows.slice({}, order, at, at + 2)] == whole


@pytest.mark.usefixtures("kept")
def test_what_stands_before_a_page_is_not_read(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2) as asked:
        list(FindingRows().slice({}, Order(key="score", falling=True), 2, 4))
    cut, read = (query["sql"] for query in asked.captured_queries)
    assert "OFFSET 2" in cut
    assert "excerpt" not in cut
    assert "JOIN" not in cut  # so that the index alone tells which they are
    assert "OFFSET" not in read


@pytest.mark.usefixtures("kept")
def test_staff_see_findings_in_the_margin_of_the_current_text_only(officer: Client) -> None:
    text = page(officer, "/regulations/laws/施設")
    marks = re.findall(r'class="regulations-mark"( data-weak)?', text)
    rows = list(FindingRows(law_id="施設").slice({}, None, 0, None))
    assert len(marks) == len(rows)
    assert sum(map(bool, marks)) == sum(row.score < 0.1 for row in rows)
    before = page(officer, "/regulations/laws/施設?as_of=2021-01-01")
    assert "3月以内" in before
    assert "regulations-mark" not in before
    assert "いまの本文ではありません" in before


@pytest.mark.usefixtures("kept")
def test_a_day_is_read_or_the_reader_is_told(client: Client) -> None:
    assert "3月以内" in page(client, "/regulations/laws/施設?as_of=2021-01-01")
    assert "日付を読めません" in page(client, "/regulations/laws/施設?as_of=2021-13-01")
    assert "その日の本文は取り込まれていません" in page(client, "/regulations/laws/施設?as_of=1999-01-01")
    assert page(client, "/regulations/laws/ない", 404)


@pytest.mark.usefixtures("kept")
def test_a_find_leads_to_its_place(client: Client) -> None:
    text = page(client, "/regulations/search?q=目視")
    assert "<mark>目視</mark>" in text
    assert "/regulations/laws/%E6%96%BD%E8%A8%AD?at=Mp-At_1-Pr_1#Mp-At_1-Pr_1" in text
    assert "見つかった条文：1件" in text
    assert "当てはまる条文がありません" in page(client, "/regulations/search?q=見当たらない")
    assert "探す言葉がありません" in page(client, "/regulations/search?q=-目視")
    assert "正規表現として読めません" in page(client, "/regulations/search?q=(&pattern=on")
    assert "<mark>6月以内</mark>" in page(client, "/regulations/search?q=[0-9]月以内&pattern=on")
    assert "見つかった条文：1件" in page(client, "/regulations/search?q=掲示&law=施設")
    assert "見つかった条文：0件" in page(client, "/regulations/search?q=掲示&law=図書館")


@pytest.mark.usefixtures("kept")
def test_what_is_typed_is_never_markup(client: Client) -> None:
    assert "<script>" not in page(client, "/regulations/search?q=<script>alert(1)</script>").replace(
        '<script type="module"', ""
    ).replace("<script src", "")


@pytest.mark.usefixtures("kept")
def test_findings_are_listed_best_first_narrowed_and_downloaded(officer: Client) -> None:
    rows = list(FindingRows().slice({}, None, 0, None))
    text = page(officer, "/regulations/findings/")
    places = [text.index(f'/regulations/findings/{row.key}"') for row in rows]
    assert places == sorted(places)
    narrowed = page(officer, "/regulations/findings/?filter_category=書面掲示")
    assert "第2条" in narrowed
    assert "条例第1条" not in narrowed
    assert "条件に合うものはありません" in page(officer, "/regulations/findings/?filter_citation=ない")
    answer = officer.get("/regulations/findings/?format=csv")
    told = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(list(csv.reader(io.StringIO(told)))) == len(rows) + 1


@pytest.mark.usefixtures("kept")
def test_a_finding_says_why(officer: Client) -> None:
    row = next(iter(FindingRows().slice({"category": "目視"}, None, 0, 1)))
    text = page(officer, f"/regulations/findings/{row.key}")
    assert row.citation in text
    assert f"およそ{min(99, round(row.score * 100))}%" in text
    assert "理由（強い順" in text
    assert "<mark>目視により点検しなければならない</mark>" in text  # the trigger's words, and those of signs
    assert "<mark>損傷</mark>の有無" in text
    rules, learnt = text.split("<details")[:2]
    assert "目視" in rules[rules.index("理由（強い順") :]
    assert "近くの文字の並び（学習による、" in learnt
    assert page(officer, "/regulations/findings/999999", 404)


@pytest.mark.usefixtures("kept")
def test_candidates_of_a_category_are_gone_through_one_after_the_other(
    officer: Client, tmp_path: Path
) -> None:
    keep(city(tmp_path / "many", **{f"同じ条例{n}": FACILITY for n in range(3)}))  # equal scores too
    scan_laws(actor=TERMINAL, surveyed=prepare(today=TODAY), at=AT)
    order = [row.key for row in FindingRows().slice({"category": "目視"}, None, 0, None)]
    assert len(order) > 3
    seen = [order[0]]
    for way in ("next", "prev"):
        turn = re.compile(rf'rel="{way}" href="/regulations/findings/(\d+)"')
        while told := turn.search(page(officer, f"/regulations/findings/{seen[-1]}")):
            seen.append(int(told[1]))
    assert seen == [*order, *order[-2::-1]]


@pytest.mark.usefixtures("kept")
def test_lists_ask_the_database_as_often_for_many_rows_as_for_few(
    officer: Client, tmp_path: Path, django_assert_max_num_queries: Callable[..., object]
) -> None:
    many = {f"条例{n}": FACILITY for n in range(30)}
    keep(city(tmp_path / "many", **many))
    scan_laws(actor=TERMINAL, surveyed=prepare(today=TODAY), at=AT)
    for address in ("/regulations/findings/", "/regulations/laws/", "/regulations/search?q=目視"):
        with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
            page(officer, address)
