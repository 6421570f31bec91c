"""What administrators and invited people fill in (職員の管理の入力)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from hashira.core.accounts.roles import ROLE_TITLES, roles_of_kind
from hashira.kernel.clock import JST
from hashira.ui import forms
from hashira.ui.wording import worded


class RoleForm(forms.Form):
    """A role, and its last day if it has one."""

    role = django_forms.ChoiceField(label=_("役割"))
    last_day = forms.EraDateField(
        label=_("最後の日"),
        required=False,
        help_text=_("この日の終わりまで有効です。決まっていなければ空けます"),
    )

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, worded(ROLE_TITLES[role])) for role in roles_of_kind(kind)]

    @property
    def until(self) -> datetime | None:
        """The moment at which the role ends: midnight in Japan after its last day."""
        day = self.cleaned_data.get("last_day")
        if day is None:
            return None
        return datetime.combine(day + timedelta(days=1), time(), JST).astimezone(UTC)


class InviteForm(RoleForm):
    """Whom to invite, and as what."""

    email = django_forms.EmailField(label=_("メールアドレス"), max_length=254)
    display_name = django_forms.CharField(label=_("氏名"), max_length=120)
    field_order = ("email", "display_name", "role", "last_day")


class AcceptForm(forms.Form):
    """The name that colleagues see, and a password."""

    display_name = django_forms.CharField(
        label=_("氏名"), max_length=120, widget=django_forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = django_forms.CharField(
        label=_("パスワード"),
        max_length=200,
        strip=False,
        help_text=_("12文字以上。よくある言葉や、メールアドレスに似たものは使えません"),
        widget=django_forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = django_forms.CharField(
        label=_("パスワード（もう一度）"),
        max_length=200,
        strip=False,
        widget=django_forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise django_forms.ValidationError(_("2回のパスワードが違います"))
        return again
