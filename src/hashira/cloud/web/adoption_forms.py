"""What is entered to adopt an account (取込みの入力)."""

from __future__ import annotations

from uuid import uuid4

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from hashira.cloud.domain.application.body import ApplyingBody, local_government, ministry
from hashira.cloud.domain.application.names import (
    INFORMATION_NAMES,
    ISOLATION_NAMES,
    SHARING_NAMES,
)
from hashira.cloud.domain.application.parts import MAX_LINE, read_role
from hashira.cloud.domain.application.ranges import read_ranges
from hashira.cloud.domain.application.refusal import refuse
from hashira.cloud.domain.application.systems import MAX_NAME, OWN, STANDARD_SYSTEMS, system_of
from hashira.cloud.domain.environment_order import (
    CloudRole,
    EnvironmentOrder,
    InformationClass,
    Isolation,
    RoleGrant,
    Sharing,
    Stage,
)
from hashira.cloud.web.form_pages import today
from hashira.cloud.web.names import STAGES
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.ui import forms

_CORPORATE = 13


class AdoptionForm(forms.Form):
    """Whose the account is, what for, and who gets in."""

    body_code = django_forms.CharField(
        label=_("団体コード、または法人番号"),
        max_length=40,
        help_text=_("地方公共団体は6桁の団体コード（例：131016）、府省庁は13桁の法人番号"),
    )
    body_name = django_forms.CharField(
        label=_("府省庁の名前"), max_length=120, required=False, help_text=_("法人番号のときだけ")
    )
    system_code = django_forms.ChoiceField(
        label=_("システム"),
        choices=[*STANDARD_SYSTEMS.items(), (OWN, Bilingual("このほかのシステム", "Another system"))],
    )
    own_name = django_forms.CharField(
        label=_("システムの名前"),
        max_length=MAX_NAME,
        required=False,
        help_text=_("「このほかのシステム」のときだけ"),
    )
    own_code = django_forms.CharField(
        label=_("システムの略称"),
        max_length=30,
        required=False,
        help_text=_("英小文字・数字・ハイフン。例：library"),
    )
    stage = django_forms.ChoiceField(
        label=_("環境の区分"), choices=STAGES, widget=django_forms.RadioSelect, initial=""
    )
    sharing = django_forms.ChoiceField(
        label=_("利用方式"),
        choices=[(one.value, words) for one, words in SHARING_NAMES.items()],
        widget=django_forms.RadioSelect,
    )
    isolation = django_forms.ChoiceField(
        label=_("分離の方式"),
        choices=[(one.value, words) for one, words in ISOLATION_NAMES.items()],
        widget=django_forms.RadioSelect,
    )
    information_class = django_forms.ChoiceField(
        label=_("情報の機密性"),
        choices=[(one.value, words) for one, words in INFORMATION_NAMES.items()],
        widget=django_forms.RadioSelect,
    )
    region = django_forms.ChoiceField(label=_("リージョン"))
    address_ranges = django_forms.CharField(
        label=_("アドレス範囲"),
        max_length=1000,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text=_("いま使っている範囲を、10.20.0.0/24 のように、1行に一つ"),
    )
    monthly_budget_yen = django_forms.DecimalField(
        label=_("月の予算（円、税込み）"), min_value=1, max_digits=10, decimal_places=0
    )
    budget_code = django_forms.CharField(label=_("予算科目"), max_length=MAX_LINE)
    officer_name = django_forms.CharField(label=_("責任者の名前"), max_length=MAX_LINE)
    officer_email = django_forms.EmailField(label=_("責任者のメールアドレス"), max_length=254)
    officer_organisation = django_forms.CharField(label=_("責任者の所属"), max_length=MAX_LINE)
    lead_name = django_forms.CharField(
        label=_("技術担当者の名前"),
        max_length=MAX_LINE,
        required=False,
        help_text=_("いなければ空のままで。責任者に連絡が届きます"),
    )
    lead_email = django_forms.EmailField(
        label=_("技術担当者のメールアドレス"), max_length=254, required=False
    )
    lead_organisation = django_forms.CharField(
        label=_("技術担当者の所属"), max_length=MAX_LINE, required=False
    )
    valid_until = forms.EraDateField(
        label=_("役割の終わりの日"), help_text=_("3年以内。この日を過ぎると割当てが外れます")
    )
    words = django_forms.CharField(
        label=_("承認する人への説明"),
        max_length=2000,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 3}),
    )

    def order(self, engine: str, account: str) -> EnvironmentOrder:
        """The order; raises what the domain has against it, with the field."""
        said = self.cleaned_data
        body = _body(said["body_code"], said["body_name"])
        code, name = _system(said["system_code"], said["own_code"], said["own_name"])
        people = [self._person(CloudRole.RESPONSIBLE_OFFICER, "officer")]
        if said["lead_name"] or said["lead_email"] or said["lead_organisation"]:
            people.append(self._person(CloudRole.TECHNICAL_LEAD, "lead"))
        return EnvironmentOrder(
            key=str(uuid4()),
            body_code=body.code,
            body_name=body.name.ja,
            tenant_class=body.tenant_class,
            system_code=code,
            system_name=name,
            stage=Stage(said["stage"]),
            sharing=Sharing(said["sharing"]),
            isolation=Isolation(said["isolation"]),
            information_class=InformationClass(said["information_class"]),
            engine=engine,
            region=said["region"],
            address_ranges=read_ranges(said["address_ranges"]) if said["address_ranges"].strip() else (),
            roles=tuple(people),
            monthly_budget_yen=said["monthly_budget_yen"],
            budget_code=said["budget_code"].strip(),
            adopts=account,
        )

    def _person(self, role: CloudRole, prefix: str) -> RoleGrant:
        said = self.cleaned_data
        try:
            return read_role(
                role=role,
                name=said[f"{prefix}_name"],
                email=said[f"{prefix}_email"],
                organisation=said[f"{prefix}_organisation"],
                valid_from=today(),
                valid_until=said["valid_until"],
                today=today(),
            )
        except HashiraError as error:
            field = str(error.details.get("field", ""))
            if field in {"name", "email", "organisation"}:
                error.details["field"] = f"{prefix}_{field}"
            raise


def _body(code: str, name: str) -> ApplyingBody:
    digits = [one for one in code if one.isdigit()]
    try:
        if len(digits) == _CORPORATE:
            if not name.strip():
                raise refuse("body_name", "府省庁の名前を書いてください", "Write the name of the ministry")
            return ministry(code, Bilingual(name.strip(), name.strip()))
        return local_government(code)
    except HashiraError as error:
        error.details.setdefault("field", "body_code")
        raise


def _system(code: str, own_code: str, own_name: str) -> tuple[str, str]:
    try:
        return system_of(code, own_code, own_name)
    except HashiraError as error:
        if error.details.get("field") == "code":
            error.details["field"] = "system_code"
        raise


class AdoptionDecisionForm(forms.Form):
    """What is done with a proposal."""

    act = django_forms.ChoiceField(label=_("決定"), widget=django_forms.RadioSelect)
    words = django_forms.CharField(
        label=_("理由"),
        max_length=2000,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text=_("却下と取下げには理由が要ります"),
    )
