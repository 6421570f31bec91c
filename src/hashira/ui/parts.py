"""The words and values behind the parts of a page that are more than markup (部品)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hashira.kernel.language import Bilingual
from hashira.ui.wording import shown, shown_duration

Text = str | Bilingual | Promise


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go: in a menu, in tabs, in the header, in the footer.

    ``current`` marks the page the reader is on, ``within`` the place that the page belongs to. With ``post``
    the header draws a form (signing out changes something, so it is no link). Without ``url`` it is a mere
    text.
    """

    label: Text
    url: str = ""
    current: bool = False
    post: bool = False
    within: bool = False


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Links of a menu that belong together, under what they are for."""

    label: Text
    links: Sequence[Link]


class TaskState(StrEnum):
    """Where a task of a task list stands."""

    NOT_STARTED = "not started"
    DOING = "doing"
    DONE = "done"
    WAITING = "waiting"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Task:
    """One task of several that somebody does in an order of their own."""

    label: Text
    state: TaskState
    url: str = ""
    hint: Text = ""

    @property
    def status(self) -> tuple[str, str]:
        """The kind of the status chip and its words."""
        return {
            TaskState.NOT_STARTED: ("neutral", _("未着手")),
            TaskState.DOING: ("info", _("入力中")),
            TaskState.DONE: ("success", _("完了")),
            TaskState.WAITING: ("wait", _("まだ始められません")),
            TaskState.WRONG: ("error", _("問題があります")),
        }[self.state]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer on the page where somebody checks everything before sending it."""

    question: Text
    answer: object
    change_url: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, for a timeline (履歴)."""

    moment: datetime
    title: Text
    by: Text = ""
    body: Text = ""


@dataclass(frozen=True, slots=True)
class Download:
    """One file to take away; ``size`` in bytes."""

    label: Text
    url: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One black path on white, such as a two-dimensional code (図).

    ``path`` is the ``d`` of an SVG path in a square of ``size`` units, margins included. ``alternative`` says
    what the figure is for; ``caption`` stands below it.
    """

    path: str
    size: int
    alternative: Text
    caption: Text = ""

    @classmethod
    def of_modules(
        cls, rows: Sequence[Sequence[bool]], *, alternative: Text, caption: Text = "", margin: int = 0
    ) -> Figure:
        """A figure of black squares, row by row from the top; ``margin`` squares of quiet zone are added.

        >>> Figure.of_modules([[True, True], [False, True]], alternative="", margin=4).path
        'M4 4h2v1h-2zM5 5h1v1h-1z'
        """
        pieces = []
        for y, row in enumerate(rows):
            x = 0
            for dark, run in groupby(row):
                length = sum(1 for _module in run)
                if dark:
                    pieces.append(f"M{x + margin} {y + margin}h{length}v1h-{length}z")
                x += length
        return cls("".join(pieces), len(rows) + 2 * margin, alternative, caption)


_FAMILIES = {
    "verified": "good",
    "invalid": "bad",
    "revoked": "bad",
    "untrusted": "doubt",
    "expired": "doubt",
    "may-be-revoked": "doubt",
    "malformed": "unknown",
    "unsupported": "unknown",
}


def verdict_family(verdict: str) -> str:
    """The shape and colour of a verdict: ``good``, ``bad``, ``doubt`` or ``unknown``.

    Raises ``ValueError`` for a word that is no verdict: a page must not draw it as anything.
    """
    if verdict not in _FAMILIES:
        raise ValueError(f"a verdict is one of {', '.join(_FAMILIES)}, not {verdict!r}")
    return _FAMILIES[verdict]


def verdict_words(verdict: str) -> str:
    """A verdict in words that a person at a door understands."""
    return {
        "verified": _("確認できました"),
        "invalid": _("正しくありません"),
        "revoked": _("取り消されています"),
        "untrusted": _("発行者を確認できません"),
        "expired": _("有効期限が切れています"),
        "may-be-revoked": _("失効の可能性・要確認"),
        "malformed": _("読み取れません"),
        "unsupported": _("対応していない形式です"),
    }[verdict]


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
) -> tuple[str, ...]:
    """Progress in words, piece by piece: 「1,200件中300件（25%）」「毎秒50件」「残り約18秒」.

    ``rate`` is items a second. The last percent is not claimed before all is done.
    """
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
    return tuple(parts)


def progress_state_words(state: str) -> str:
    """The state of long work in a word; an unknown state is shown as it is."""
    return {
        "requested": _("開始を待っています"),
        "queued": _("開始を待っています"),
        "running": _("処理中"),
        "succeeded": _("完了"),
        "failed": _("失敗"),
        "cancelled": _("中止"),
    }.get(state, state)
