"""How values are put into words on a page, in the language of the reader (表記)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hashira.kernel import era
from hashira.kernel.clock import JST
from hashira.kernel.language import Bilingual

NOTHING = "—"


def current_language() -> str:
    """``ja`` or ``en``: the language of the page being drawn."""
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def worded(value: object) -> str:
    """A text for the page: a ``Bilingual`` in the reader's language, anything else by ``str``.

    Text that is marked safe stays marked safe.
    """
    if isinstance(value, Bilingual):
        return value.in_language(current_language())
    if isinstance(value, SafeString):
        return value
    return str(value)


def shown(value: object) -> str:
    """A value of a read model as a person reads it; plain text or safe HTML, never ``None``.

    Dates in the order of the language, times in Japan's time, numbers in groups of three, truth as a word,
    nothing as a dash.
    """
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, datetime):
        return shown_moment(value)
    if isinstance(value, date):
        return shown_date(value)
    if isinstance(value, int | float | Decimal):
        return number_format(value, use_l10n=True, force_grouping=True)
    if isinstance(value, tuple | list):
        return ("、" if current_language() == "ja" else ", ").join(shown(item) for item in value)
    if hasattr(value, "__html__"):
        return conditional_escape(value)
    return worded(value)


def shown_date(value: date) -> str:
    """A calendar date: 2021年12月20日, in English 20 December 2021."""
    if current_language() == "en":
        return f"{value.day} {value:%B} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


def shown_in_both_calendars(value: date) -> str:
    """A calendar date with its year in the Japanese era; before 1873 in the western calendar alone."""
    if value < era.FIRST_DAY:
        return shown_date(value)
    if current_language() == "en":
        named = era.EraDate.of(value)
        return f"{shown_date(value)} ({named.era.name.en} {named.year})"
    return era.format_date(value)


def shown_moment(value: datetime) -> str:
    """A moment, in Japan's time, to the minute.

    Raises ``ValueError`` for a naive time: nobody could say when that was.
    """
    if value.tzinfo is None:
        raise ValueError("a moment on a page needs its time zone")
    local = value.astimezone(JST)
    if current_language() == "en":
        return f"{shown_date(local.date())}, {local:%H:%M} JST"
    return f"{shown_date(local.date())} {local.hour}時{local.minute:02}分"


def shown_bytes(count: int) -> str:
    """A size of a file, in units of 1,024 bytes: 512バイト, 20KB, 3.5MB."""
    if count < 1024:
        return _("%(count)sバイト") % {"count": f"{count:,}"}
    for unit, size in (("KB", 1024), ("MB", 1024**2), ("GB", 1024**3)):
        if count < size * 1024 or unit == "GB":
            amount = Decimal(count) / size
            return f"{amount:.1f}".removesuffix(".0") + unit
    raise AssertionError("the last unit takes every size")


def shown_duration(seconds: float) -> str:
    """A length of time in the coarsest honest words: 45秒, 3分, 2時間5分."""
    whole = max(0, round(seconds))
    if whole < 60:
        return _("%(count)s秒") % {"count": whole}
    if whole < 3600:
        return _("%(count)s分") % {"count": -(-whole // 60)}
    hours, minutes = divmod(-(-whole // 60), 60)
    if not minutes:
        return _("%(hours)s時間") % {"hours": hours}
    return _("%(hours)s時間%(minutes)s分") % {"hours": hours, "minutes": minutes}
