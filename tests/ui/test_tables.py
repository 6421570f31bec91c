"""Tables: the address says all, what it says wrongly is ignored, the file holds what the table shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from hashira.kernel.language import Bilingual
from hashira.ui.pages import page_view
from hashira.ui.tables import Column, Order, Table

VACCINES = (("p", Bilingual("ファイザー", "Pfizer")), ("m", Bilingual("モデルナ", "Moderna")))


@dataclass(frozen=True, slots=True)
class Dose:
    number: int
    name: str
    vaccine: str
    on: date | None = None
    price: Decimal | None = None


DOSES = tuple(
    Dose(i, f"人{i:02}", "p" if i % 2 else "m", None if i == 3 else date(2021, 1, 1 + i), Decimal(i))
    for i in range(12)
)


def table(query: str = "", rows: Any = DOSES, **options: Any) -> Table:
    columns = [
        Column("number", "番号", sortable=True, numeric=True),
        Column("name", "氏名", filterable=True, heading=True, link=lambda row: f"/people/{row.number}"),
        Column("vaccine", "ワクチン", filterable=True, choices=VACCINES),
        Column("on", "接種日", sortable=True),
    ]
    options.setdefault("page_size", 5)
    return Table(
        columns=columns, rows=rows, request=RequestFactory().get(f"/doses{query}"), caption="接種", **options
    )


def names(query: str) -> list[str]:
    return [row[1].words for row in table(query).view().rows]


def test_the_first_page_as_given() -> None:
    assert names("") == ["人00", "人01", "人02", "人03", "人04"]


def test_the_address_sorts_both_ways_and_the_unknown_stay_last() -> None:
    assert names("?sort=-number")[0] == "人11"
    assert names("?sort=on&page=3") == ["人11", "人03"]
    assert names("?sort=-on&page=3") == ["人00", "人03"]


@pytest.mark.parametrize(
    "query",
    ["?sort=name", "?sort=__class__", "?sort=", "?page=0", "?page=-1", "?page=x", "?page=１", "?page=1e3"],
)
def test_nonsense_in_an_address_is_no_error(query: str) -> None:
    assert names(query) == names("")


def test_a_page_beyond_the_last_is_the_last() -> None:
    assert names("?page=99") == ["人10", "人11"]
    assert names("?page=999999999999999999999999")[0] == "人00"


def test_filters_look_within_words_and_choices_match_whole() -> None:
    assert names("?filter_name=1") == ["人01", "人10", "人11"]
    assert names("?filter_vaccine=m&filter_name=1") == ["人10"]
    assert names("?filter_vaccine=zzz") == names("")
    assert names("?filter_name=nobody") == []
    assert len(table(f"?filter_name={'x' * 5000}").filters["name"]) == 100
    assert table("?filter_name=%00").filters == {}
    assert table("?filter_number=1").filters == {}


def test_an_empty_cell_is_worded_and_is_no_choice_of_its_own() -> None:
    reason = Column("reason", "理由", filterable=True, choices=(("", "なし"), ("lost", "紛失")))
    request = RequestFactory().get("/")
    view = Table(columns=[reason], rows=[{"reason": ""}], request=request, caption="失効").view()
    assert [choice for choice, _words in view.filters[0].choices] == ["lost"]
    assert view.rows[0][0].words == "なし"


def test_sorting_starts_at_the_first_page_and_keeps_the_filter() -> None:
    header = table("?page=2&filter_name=1&sort=number&other=x").view().headers[0]
    assert header.aria_sort == "ascending"
    assert parse_qs(header.address[1:]) == {"filter_name": ["1"], "other": ["x"], "sort": ["-number"]}


def test_filtering_keeps_the_order_and_other_tables() -> None:
    view = table("?page=2&filter_name=1&sort=number&b-page=3").view()
    assert view.kept == (("sort", "number"), ("b-page", "3"))


def test_tables_of_one_page_do_not_meddle() -> None:
    both = "?a-sort=-number&a-page=2&b-filter_name=05"
    assert [r[1].words for r in table(both, name="a").view().rows] == ["人06", "人05", "人04", "人03", "人02"]
    assert [r[1].words for r in table(both, name="b").view().rows] == ["人05"]


def read(response: Any) -> list[list[str]]:
    content = b"".join(response.streaming_content).decode("utf-8")
    assert content.startswith("\ufeff")
    return list(csv.reader(io.StringIO(content[1:])))


def test_the_file_holds_all_rows_that_pass_in_their_order() -> None:
    asked = table("?format=csv&filter_vaccine=m&sort=-number&page=2")
    assert asked.wants_csv
    response = asked.csv_response("接種.csv")
    assert response["Content-Disposition"] == "attachment; filename*=UTF-8''%E6%8E%A5%E7%A8%AE.csv"
    rows = read(response)
    assert rows[0] == ["番号", "氏名", "ワクチン", "接種日"]
    assert [row[0] for row in rows[1:]] == ["10", "8", "6", "4", "2", "0"]
    assert rows[1] == ["10", "人10", "m", "2021-01-11"]


def test_a_table_that_is_not_downloadable_has_no_file() -> None:
    asked = table("?format=csv", downloadable=False)
    assert not asked.wants_csv
    assert asked.view().csv_address == ""


@pytest.mark.parametrize("text", ["=1+1", "+81", "-1", "@x", "\tx", "\rx"])
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    rows = read(table(rows=[Dose(-5, text, "p")]).csv_response("a.csv"))
    assert rows[1][:2] == ["-5", "'" + text]


def test_a_name_with_variation_selector_and_line_break_survives_the_file() -> None:
    name = '葛󠄂城 "一",\n二'
    assert read(table(rows=[Dose(1, name, "p")]).csv_response("a.csv"))[1][1] == name


class Store:
    """A source that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def count(self, filters: Mapping[str, str]) -> int:
        self.asked.append(("count", dict(filters)))
        return 1_000_000

    def slice(
        self, filters: Mapping[str, str], order: Order | None, start: int, stop: int | None
    ) -> Iterable[Dose]:
        self.asked.append(("slice", dict(filters), order, start, stop))
        return [Dose(i, f"人{i}", "p") for i in range(start, stop or start)]


def test_a_store_is_asked_for_one_page_only() -> None:
    store = Store()
    view = table("?page=3&sort=-number&filter_name=x", rows=store).view()
    assert view.page.total == 1_000_000
    assert [row[1].words for row in view.rows] == ["人10", "人11", "人12", "人13", "人14"]
    assert store.asked == [
        ("count", {"name": "x"}),
        ("slice", {"name": "x"}, Order(key="number", falling=True), 10, 15),
    ]


def draw(asked: Table) -> str:
    return engines["django"].from_string("{% load ui %}{% table table %}").render({"table": asked})


def test_markup_names_scrolls_and_sorts() -> None:
    html = draw(table("?sort=-on"))
    assert '<caption class="dads-table__caption"' in html
    assert 'role="region" tabindex="0" aria-labelledby="' in html
    assert '<th scope="col" aria-sort="descending">' in html
    assert '<th scope="row" data-label="氏名">' in html
    assert '<a class="dads-link" href="/people/' in html
    assert "全12件中 1〜5件" in html
    assert 'aria-current="page"' in html
    with override("en"):
        assert "1 to 5 of 12" in draw(table())


def test_cells_are_escaped() -> None:
    assert "<script>" not in draw(table("?filter_name=<script>", rows=[Dose(1, "<script>", "<script>")]))


def test_an_empty_table_says_why() -> None:
    assert "まだ何もありません" in draw(table(rows=[]))
    assert "接種はありません" in draw(table(rows=[], empty="接種はありません"))
    assert "条件に合うものはありません" in draw(table("?filter_name=zz"))


@given(
    total=st.integers(0, 10_000),
    size=st.integers(1, 200),
    asked=st.text(max_size=12) | st.integers().map(str),
)
def test_every_row_is_on_exactly_one_page(total: int, size: int, asked: str) -> None:
    view = page_view(total=total, size=size, asked=asked, address=str)
    assert 1 <= view.number <= view.count
    assert view.start == (view.number - 1) * size
    assert view.start < max(total, 1)
    assert (view.last == total) == (view.number == view.count)
    shown = [link.number for link in view.links if link.number]
    assert shown == sorted(set(shown))
    assert {1, view.number, view.count} <= set(shown)
    assert sum(link.current for link in view.links) == 1
    assert (view.previous == "") == (view.number == 1)
    assert (view.following == "") == (view.number == view.count)
    for before, gap, after in zip(view.links, view.links[1:], view.links[2:], strict=False):
        if gap.number == 0:
            assert after.number - before.number > 2  # a gap hides at least two pages
