"""What a resident says about a certificate to be made, a form for each kind (証明書を作る入力)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.mrz import Zone, read_zone
from hashira.certificates.selectors.own_record import OwnDose
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.wording import shown_date, worded

_MAX_ZONE = 200


class _Request(forms.Form):
    """The request's own number, so that sending it twice makes one certificate."""

    request_id = django_forms.UUIDField(widget=django_forms.HiddenInput)


class _Choice(_Request):
    """Which doses to show, all of them at first."""

    doses = django_forms.MultipleChoiceField(
        label=_("表示する接種記録"), widget=django_forms.CheckboxSelectMultiple
    )

    def __init__(self, offered: tuple[OwnDose, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["doses"].choices = [(str(dose.event_id), described(dose)) for dose in offered]
        self.fields["doses"].initial = [str(dose.event_id) for dose in offered]

    @property
    def chosen(self) -> tuple[UUID, ...]:
        return tuple(UUID(event) for event in self.cleaned_data["doses"])


class _OneDose(_Request):
    """Which dose to show, where a certificate is of one; the latest at first."""

    dose = django_forms.ChoiceField(label=_("証明する接種"), widget=django_forms.RadioSelect)

    def __init__(self, offered: tuple[OwnDose, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dose"].choices = [(str(dose.event_id), described(dose)) for dose in offered]
        if offered:
            self.fields["dose"].initial = str(max(offered, key=lambda dose: dose.given_on).event_id)

    @property
    def chosen(self) -> tuple[UUID, ...]:
        return (UUID(self.cleaned_data["dose"]),)


class _ZoneField(django_forms.CharField):
    """The two lines of a passport, as text."""

    def __init__(self, **more: Any) -> None:
        attributes = {"rows": 2, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        super().__init__(
            label=_("旅券の機械読取領域"),
            max_length=_MAX_ZONE,
            widget=django_forms.Textarea(attrs=attributes),
            **more,
        )

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if text:
            try:
                read_zone(text)
            except HashiraError as error:
                raise django_forms.ValidationError(error.message(get_language() or "ja")) from error
        return text


_HOW_TO_COPY = _("顔写真のページのいちばん下にある2行を、< も含めてそのまま入力してください")


class _WithZone(forms.Form):
    """Has the zone of a passport, as it was typed."""

    @property
    def parsed(self) -> Zone | None:
        text = self.cleaned_data["zone"]
        return read_zone(text) if text else None


class CardForm(_Choice):
    """What a domestic certificate shows (国内用)."""

    hide_name = django_forms.BooleanField(label=_("氏名を表示しない"), required=False)
    hide_birth_date = django_forms.BooleanField(label=_("生年月日を表示しない"), required=False)
    field_order = ("doses", "hide_name", "hide_birth_date", "request_id")


class SealForm(_Choice, _WithZone):
    """What a certificate for travel shows (海外用)."""

    zone = _ZoneField(help_text=_HOW_TO_COPY)
    grouped = django_forms.BooleanField(
        label=_("同じ製品の接種をまとめて、二次元コードを小さくする"),
        required=False,
        help_text=_("接種が多いときに使います。日本のこれまでの証明書とは並べ方が変わります"),
    )
    field_order = ("zone", "doses", "grouped", "request_id")


class EuForm(_OneDose, _WithZone):
    """What a certificate of the EU shows: one dose (EU)."""

    zone = _ZoneField(
        required=False,
        help_text=_(
            "登録されたローマ字氏名の代わりに旅券の綴りを使うとき、またはローマ字氏名の登録がないときに入力してください"
        ),
    )
    field_order = ("dose", "zone", "request_id")


class IcvpForm(_OneDose, _WithZone):
    """What a yellow card of the WHO shows: one dose (国際予防接種証明書)."""

    zone = _ZoneField(help_text=_HOW_TO_COPY)
    field_order = ("zone", "dose", "request_id")


FORMS: dict[CertificateKind, type[CardForm | SealForm | EuForm | IcvpForm]] = {
    CertificateKind.CARD: CardForm,
    CertificateKind.SEAL: SealForm,
    CertificateKind.EU: EuForm,
    CertificateKind.ICVP: IcvpForm,
}


def described(dose: OwnDose) -> str:
    """One dose in one line, as a choice and as an answer."""
    number = _("%(number)s回目") % {"number": dose.number} if dose.number else ""
    parts = (shown_date(dose.given_on), worded(dose.product), number, dose.lot)
    return "　".join(str(part) for part in parts if part)
