"""The words and values behind the parts of a page that are more than markup (部品)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hashira.kernel.language import Bilingual
from hashira.ui.wording import shown, shown_duration

Text = str | Bilingual | Promise


@dataclass(frozen=True, slots=True)
class Figure:
    """One black path on white, such as a two-dimensional code (図).

    ``path`` is the ``d`` of an SVG path in a square of ``size`` units, margins included. ``alternative`` says what
    the figure is for; ``caption`` stands below it.
    """

    path: str
    size: int
    alternative: Text
    caption: Text = ""


def notification_words(kind: str) -> str:
    """What a notification is, said before its title to those who do not see its colour and shape."""
    words = {"success": _("完了"), "info": _("お知らせ"), "warning": _("注意"), "error": _("エラー")}
    if kind not in words:
        raise ValueError(f"a notification is one of {', '.join(words)}, not {kind!r}")
    return words[kind]


def progress_words(
    done: int,
    total: int | None,
    *,
    rate: float | None = None,
    seconds_left: float | None = None,
    state: str = "running",
) -> str:
    """Progress in one line: 「1,200件中300件（25%）・毎秒50件・残り約18秒」."""
    if total:
        values = {"done": shown(done), "total": shown(total), "share": min(100, done * 100 // total)}
        parts = [_("%(total)s件中%(done)s件（%(share)s%%）") % values]
    else:
        parts = [_("%(done)s件まで進みました") % {"done": shown(done)}]
    if state == "running":
        if rate:
            parts.append(_("毎秒%(rate)s件") % {"rate": shown(round(rate, 1) if rate < 10 else round(rate))})
        if seconds_left is not None:
            parts.append(_("残り約%(time)s") % {"time": shown_duration(seconds_left)})
    return _("・").join(parts)
