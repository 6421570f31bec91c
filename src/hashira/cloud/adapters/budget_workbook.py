"""The request for a budget as a spreadsheet, a sheet for each fiscal year (予算要求の表)."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from hashira.cloud.domain.application.budget import BudgetSheet
from hashira.cloud.domain.application.draft import Draft
from hashira.cloud.domain.application.names import STAGE_NAMES

_HEAD = ("環境", "予算科目", "支出負担行為担当官など", "月数", "月の見込み（税抜き）", "通貨")
_WIDTHS = (20, 34, 28, 8, 18, 8)
_YEN = "#,##0"


def write_budget(
    draft: Draft, sheets: Sequence[BudgetSheet], *, number: str, body: str, system: str
) -> bytes:
    """The workbook. Amounts are in yen with tax; a text is never a formula."""
    book = Workbook()
    book.remove(book.active)
    for one in sheets:
        page = book.create_sheet(f"{one.fiscal_year}年度")
        bold = Font(bold=True)
        rate = draft.payment.rate_source if draft.payment is not None else ""
        for line in (
            (f"{one.fiscal_year}年度（会計年度） 予算要求",),
            ("申請番号", number),
            ("団体", body),
            ("システム", system),
            ("レートの根拠", rate),
            ("単位", "円（税込み）。端数は切上げ。要求額は千円未満を切上げ"),
            (),
        ):
            page.append(line)
        page["A1"].font = Font(bold=True, size=14)
        page.append(
            (
                *_HEAD,
                *(f"{scenario.name.ja}（1ドル{scenario.yen_per_dollar}円）" for scenario in one.scenarios),
                "予算の上限",
            )
        )
        for line in one.lines:
            page.append(
                (
                    STAGE_NAMES[line.stage].ja,
                    line.budget_code,
                    line.expense_authority,
                    line.months,
                    line.forecast,
                    line.currency.value,
                    *line.amounts,
                    line.ceiling,
                )
            )
        blank = (None,) * (len(_HEAD) - 1)
        page.append(("ガードレールの費用", *blank, *one.baseline))
        page.append(("合計", *blank, *one.totals, one.ceiling))
        page.append(("要求額（千円未満切上げ）", *blank, *one.requests))
        head = 8
        for row in page.iter_rows(min_row=1, max_row=page.max_row):
            for cell in row:
                if isinstance(cell.value, str):
                    cell.data_type = "s"
                    cell.alignment = Alignment(wrap_text=cell.row >= head, vertical="top")
                elif cell.column >= len(_HEAD) - 1:
                    cell.number_format = _YEN if cell.column > len(_HEAD) else "#,##0.00"
                if cell.row in (head, page.max_row, page.max_row - 1):
                    cell.font = bold
        for column in range(1, page.max_column + 1):
            width = _WIDTHS[column - 1] if column <= len(_WIDTHS) else 20
            page.column_dimensions[get_column_letter(column)].width = width
        page.freeze_panes = page.cell(row=head + 1, column=2)
        page.page_setup.orientation = "landscape"
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
        page.sheet_properties.pageSetUpPr.fitToPage = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
