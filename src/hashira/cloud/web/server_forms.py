"""What is entered about servers (サーバーの入力)."""

from __future__ import annotations

from datetime import datetime, time

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from hashira.cloud.domain.running_hours import WEEKDAYS
from hashira.kernel.clock import JST
from hashira.ui import forms

DAYS = (
    ("0", _("月曜日")),
    ("1", _("火曜日")),
    ("2", _("水曜日")),
    ("3", _("木曜日")),
    ("4", _("金曜日")),
    ("5", _("土曜日")),
    ("6", _("日曜日")),
)
_LONGEST_TAGS = 50 * (128 + 256 + 2)


def _clock() -> django_forms.TimeInput:
    return django_forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class ScheduleForm(forms.Form):
    """On which days a server runs, from when until when."""

    days = django_forms.MultipleChoiceField(
        label=_("動かす曜日"),
        choices=DAYS,
        initial=[str(one) for one in sorted(WEEKDAYS)],
        widget=django_forms.CheckboxSelectMultiple,
    )
    begins = django_forms.TimeField(label=_("起動する時刻（日本時間）"), initial=time(8, 30), widget=_clock())
    ends = django_forms.TimeField(
        label=_("停止する時刻（日本時間）"),
        initial=time(18, 30),
        widget=_clock(),
        help_text=_("起動より早い時刻は、翌日の時刻とみなします"),
    )
    off_on_holidays = django_forms.BooleanField(
        label=_("閉庁日（国民の祝日と、12月29日から1月3日まで）は動かさない"), required=False, initial=True
    )


class LeaveOnForm(forms.Form):
    """Until when a server is left on."""

    day = forms.EraDateField(label=_("日"))
    until = django_forms.TimeField(label=_("時刻（日本時間）"), initial=time(22, 0), widget=_clock())

    def moment(self) -> datetime:
        """Day and time as one, in Japan."""
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["until"], JST)


class TagsForm(forms.Form):
    """The tags of users, one to a line."""

    tags = django_forms.CharField(
        label=_("タグ"),
        max_length=_LONGEST_TAGS,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 8}),
        help_text=_("1行に一つ、「キー＝値」を半角の = でつないで書きます。消した行のタグは外します"),
    )


class ProtectForm(forms.Form):
    """Why a server is kept out of delegated acts."""

    reason = django_forms.CharField(
        label=_("理由"), max_length=400, widget=django_forms.Textarea(attrs={"rows": 3})
    )
