"""A date somebody knows by heart, asked for in three fields: 年・月・日 (三分割の日付).

The year may be western (2021) or of an era (令和3, R3, 令和元年). Full-width digits, spaces and a trailing
年・月・日 do no harm. An error says which of the three fields it is about, and that field alone is marked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hashira.kernel import era
from hashira.kernel.errors import HashiraError
from hashira.ui.wording import current_language, shown_date

PARTS = ("year", "month", "day")
_LONGEST = 20  # characters of one part: 「令和 元年」, and room for a slip of the finger


@dataclass(frozen=True, slots=True)
class DateParts:
    """The three texts as somebody typed them."""

    year: str = ""
    month: str = ""
    day: str = ""

    @property
    def empty(self) -> bool:
        return not (self.year.strip() or self.month.strip() or self.day.strip())

    @classmethod
    def of(cls, value: object) -> DateParts:
        """From a date, from other parts, or from nothing."""
        if isinstance(value, DateParts):
            return value
        if isinstance(value, date):
            return cls(str(value.year), str(value.month), str(value.day))
        return cls()


class EraDateWidget(forms.Widget):
    """Three text inputs ``name_year``, ``name_month``, ``name_day`` in one fieldset."""

    template_name = "ui/widgets/era_date.html"
    use_fieldset = True

    def id_for_label(self, id_: str | None) -> str | None:
        return None  # the legend names the group, each input has a label of its own

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> DateParts:
        return DateParts(*(str(data.get(f"{name}_{part}", "")) for part in PARTS))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(f"{name}_{part}" in data for part in PARTS)

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        merged = self.build_attrs(self.attrs, dict(attrs or {}))
        wrong = merged.pop("data-wrong-parts", "").split()
        identity = merged.get("id") or f"id_{name}"
        parts = DateParts.of(value)
        labels = {"year": gettext("年"), "month": gettext("月"), "day": gettext("日")}
        birth_date = merged.get("autocomplete") == "bday"
        inputs = [
            {
                "part": part,
                "label": labels[part],
                "name": f"{name}_{part}",
                "id": f"{identity}_{part}",
                "value": getattr(parts, part),
                "wrong": part in wrong,
                "numeric": part != "year",
                "autocomplete": f"bday-{part}" if birth_date else None,
            }
            for part in PARTS
        ]
        return {
            "widget": {
                "name": name,
                "inputs": inputs,
                "id": identity,
                "required": bool(merged.get("required")) or self.is_required,
                "disabled": merged.get("disabled"),
                "described_by": merged.get("aria-describedby", ""),
                "is_hidden": False,
                "attrs": merged,
                "template_name": self.template_name,
            }
        }


class _EraDateBoundField(BoundField):
    """Tells the widget which of its parts are wrong, and the error summary where to lead."""

    @property
    def wrong_parts(self) -> tuple[str, ...]:
        errors = self.form.errors.get(self.name)
        if not errors:
            return ()
        parts: list[str] = []
        for error in errors.as_data():
            parts.extend((error.params or {}).get("parts", PARTS))
        return tuple(part for part in PARTS if part in parts)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        if self.wrong_parts:
            attrs["data-wrong-parts"] = " ".join(self.wrong_parts)
        if described := self.aria_describedby:
            attrs["aria-describedby"] = described
        return attrs

    @property
    def first_wrong_id(self) -> str:
        part = self.wrong_parts[0] if self.wrong_parts else "year"
        return f"{self.auto_id or 'id_' + self.name}_{part}"


class EraDateField(forms.Field):
    """A calendar date; cleans to ``datetime.date`` or ``None``.

    ``earliest`` and ``latest`` are dates, or functions that give one when the form is checked (today moves).
    A month or day that is missing is an error of that part; this field never guesses.
    """

    widget = EraDateWidget
    bound_field_class = _EraDateBoundField
    default_error_messages = {  # noqa: RUF012  (Django's own contract for a field class)
        "required": _("日付を入力してください"),
        "year_missing": _("年を入力してください"),
        "month_missing": _("月を入力してください"),
        "day_missing": _("日を入力してください"),
        "year_wrong": _("年は「2021」「令和3」「R3」のように入力してください"),
        "month_wrong": _("月は1から12までの数字で入力してください"),
        "day_wrong": _("日は1から31までの数字で入力してください"),
        "no_such_day": _("この年と月に%(day)s日はありません。日を確かめてください"),
        "too_early": _("%(limit)s以後の日付を入力してください"),
        "too_late": _("%(limit)s以前の日付を入力してください"),
    }

    def __init__(
        self,
        *,
        earliest: date | Callable[[], date] | None = None,
        latest: date | Callable[[], date] | None = None,
        **kwargs: Any,
    ) -> None:
        self.earliest = earliest
        self.latest = latest
        kwargs.setdefault("help_text", _("例：令和3年12月20日、R3年12月20日、2021年12月20日"))
        super().__init__(**kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return DateParts.of(initial) != DateParts.of(data)

    def clean(self, value: Any) -> date | None:
        parts = DateParts.of(value)
        if parts.empty:
            if self.required:
                self._refuse("required")
            return None
        found = self._date(parts)
        self.run_validators(found)
        self._within_bounds(found)
        return found

    def _date(self, parts: DateParts) -> date:
        wrong = [self._error(code, parts=(part,)) for part in PARTS if (code := _fault_of(part, parts))]
        if wrong:
            raise ValidationError(wrong)
        try:
            return era.read_fields(parts.year, parts.month, parts.day)
        except era.NoSuchDay:
            self._refuse("no_such_day", parts=("day",), day=parts.day.strip().removesuffix("日"))
        except HashiraError as refused:  # another era, a year the era does not have, the old calendar
            language = current_language()
            end = "。" if language == "ja" else ". "
            texts = (t.format(**refused.details).in_language(language) for t in (refused.why, refused.remedy))
            raise ValidationError(
                "%(text)s", code=refused.code, params={"text": end.join(texts), "parts": ("year",)}
            ) from refused

    def _within_bounds(self, found: date) -> None:
        earliest = self.earliest() if callable(self.earliest) else self.earliest
        latest = self.latest() if callable(self.latest) else self.latest
        if earliest is not None and found < earliest:
            self._refuse("too_early", limit=shown_date(earliest))
        if latest is not None and found > latest:
            self._refuse("too_late", limit=shown_date(latest))

    def _error(self, code: str, **params: Any) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)

    def _refuse(self, code: str, **params: Any) -> NoReturn:
        raise self._error(code, **params)


def _fault_of(part: str, parts: DateParts) -> str:
    """The code of what is wrong with one part taken alone, or nothing."""
    text = getattr(parts, part)
    if not text.strip():
        return f"{part}_missing"
    alone = {"year": "2000", "month": "1", "day": "1", part: text}
    try:
        era.read_fields(**alone)
    except (era.UnreadableDate, era.NoSuchDay):
        return f"{part}_wrong"
    except HashiraError:  # 令和1 with the first of January: a matter of the date as a whole
        return ""
    return "" if len(text) <= _LONGEST else f"{part}_wrong"
