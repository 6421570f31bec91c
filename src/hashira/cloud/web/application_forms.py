"""What an applicant enters, page by page, made into the values of the domain (利用申請の入力)."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hashira.cloud.domain.application.body import local_government
from hashira.cloud.domain.application.draft import Draft
from hashira.cloud.domain.application.names import (
    INFORMATION_NAMES,
    ISOLATION_NAMES,
    ROLE_NAMES,
    SHARING_NAMES,
    STAGE_NAMES,
)
from hashira.cloud.domain.application.parts import (
    DATA_END_NAMES,
    MAX_BODIES,
    MAX_LINE,
    MAX_TEXT,
    PAYMENT_NAMES,
    Contact,
    Currency,
    DataEnd,
    EndingPart,
    EnvironmentPart,
    ExceptionPart,
    InformationPart,
    Payment,
    PaymentPart,
    SystemPart,
    UsagePart,
    read_environment,
    read_exception,
    read_role,
)
from hashira.cloud.domain.application.ranges import read_ranges
from hashira.cloud.domain.application.refusal import bounded, refuse
from hashira.cloud.domain.application.systems import MAX_NAME, OWN, STANDARD_SYSTEMS, system_of
from hashira.cloud.domain.environment_order import (
    CloudRole,
    InformationClass,
    Isolation,
    RoleGrant,
    Sharing,
    Stage,
)
from hashira.cloud.domain.guardrails import GUARDRAILS
from hashira.cloud.web.form_pages import today
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.ui import forms

YES_NO = (("yes", _("はい")), ("no", _("いいえ")))
STAGES = tuple((one.value, words) for one, words in STAGE_NAMES.items())
ROLES = tuple((one.value, words) for one, words in ROLE_NAMES.items())
_TEXT = django_forms.Textarea(attrs={"rows": 4})


class StartForm(forms.Form):
    """Which body applies."""

    body_code = django_forms.CharField(
        label=_("団体コード、または法人番号"),
        max_length=40,
        help_text=_("地方公共団体は6桁の団体コード（例：131016）、府省庁は13桁の法人番号"),
    )


class ContactForm(forms.Form):
    """Who is asked about the application."""

    department = django_forms.CharField(label=_("部署"), max_length=MAX_LINE)
    name = django_forms.CharField(label=_("担当者の名前"), max_length=MAX_LINE)
    email = django_forms.EmailField(label=_("メールアドレス"), max_length=254)
    phone = django_forms.CharField(label=_("電話番号"), max_length=20, help_text=_("例：03-0000-0000"))

    def part(self) -> Contact:
        """The value; raises ``ApplicationRefused``."""
        said = self.cleaned_data
        return Contact.of(
            department=said["department"], name=said["name"], email=said["email"], phone=said["phone"]
        )


class ChangeForm(forms.Form):
    """Why it changes."""

    change_reason = django_forms.CharField(
        label=_("変更の理由"), max_length=MAX_TEXT, widget=_TEXT, help_text=_("何が、なぜ変わるのか")
    )

    def part(self) -> str:
        """The value."""
        return str(self.cleaned_data["change_reason"]).strip()


class EndingForm(forms.Form):
    """When the use ends."""

    ends_on = forms.EraDateField(label=_("終了の日"), earliest=today)
    reason = django_forms.CharField(label=_("終了の理由"), max_length=MAX_TEXT, widget=_TEXT)
    data = django_forms.ChoiceField(
        label=_("データの扱い"),
        choices=[(one.value, words) for one, words in DATA_END_NAMES.items()],
        widget=django_forms.RadioSelect,
        help_text=_("環境は、決められた期間のあとで消えます。消えたデータは戻りません"),
    )

    def part(self) -> EndingPart:
        """The value."""
        said = self.cleaned_data
        return EndingPart(said["ends_on"], said["reason"].strip(), DataEnd(said["data"]))


class SystemForm(forms.Form):
    """Which system, what for."""

    code = django_forms.ChoiceField(
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
        help_text=_("英小文字・数字・ハイフン。例：library。環境の名前に使い、あとで変えられません"),
    )
    purpose = django_forms.CharField(label=_("何をするシステムか"), max_length=MAX_TEXT, widget=_TEXT)
    cicd = django_forms.ChoiceField(
        label=_("CI/CD（自動の組立てと配布）を使いますか"),
        choices=YES_NO,
        widget=django_forms.RadioSelect,
        help_text=_("使うシステムだけが、開発環境を持てます"),
    )

    def part(self) -> SystemPart:
        """The value; raises ``ApplicationRefused``."""
        said = self.cleaned_data
        code, name = system_of(said["code"], said["own_code"], said["own_name"])
        return SystemPart(code, name, said["purpose"].strip(), said["cicd"] == "yes")

    @staticmethod
    def initial_of(part: SystemPart | None) -> dict[str, object]:
        """What the form shows of a value."""
        if part is None:
            return {}
        own = {} if part.standard else {"own_code": part.code, "own_name": part.name}
        return {
            "code": part.code if part.standard else OWN,
            "purpose": part.purpose,
            "cicd": "yes" if part.cicd else "no",
            **own,
        }


class ProviderForm(forms.Form):
    """Which service, where, and why."""

    service = django_forms.ChoiceField(label=_("クラウドサービス"), widget=django_forms.RadioSelect)
    region = django_forms.ChoiceField(
        label=_("リージョン（置く場所）"), help_text=_("そのサービスで使えるものから選びます")
    )
    reasons = django_forms.CharField(
        label=_("選んだ理由"),
        max_length=MAX_TEXT,
        widget=_TEXT,
        help_text=_("比べたサービス、費用、動くアプリケーションなど。公開の説明に使えるように書きます"),
    )


class UsageForm(forms.Form):
    """Alone or with others."""

    sharing = django_forms.ChoiceField(
        label=_("だれが使うか"),
        choices=[(one.value, words) for one, words in SHARING_NAMES.items()],
        widget=django_forms.RadioSelect,
        help_text=_("共同利用では、事業者が環境を持ち、いくつかの団体が使います"),
    )
    isolation = django_forms.ChoiceField(
        label=_("団体の分け方"),
        choices=[(one.value, words) for one, words in ISOLATION_NAMES.items()],
        widget=django_forms.RadioSelect,
        required=False,
        help_text=_("共同利用のときだけ"),
    )
    bodies = django_forms.CharField(
        label=_("共同で使うほかの団体"),
        max_length=MAX_BODIES * 10,
        required=False,
        widget=_TEXT,
        help_text=_("団体コードを1行に一つ。共同利用のときだけ"),
    )

    def part(self, own: str) -> UsagePart:
        """The value; raises ``ApplicationRefused`` for a wrong code. ``own``: the code of the body itself."""
        said = self.cleaned_data
        sharing = Sharing(said["sharing"])
        if sharing is Sharing.SINGLE:
            return UsagePart(sharing, Isolation.ACCOUNT)
        if not said["isolation"]:
            raise refuse(
                "isolation", "団体の分け方を選んでください", "Choose by what the bodies are kept apart"
            )
        codes = []
        lines = [line.strip() for line in said["bodies"].splitlines() if line.strip()]
        for number, line in enumerate(lines, start=1):
            try:
                codes.append(local_government(line).code)
            except HashiraError as error:
                words = error.problem
                raise refuse(
                    "bodies",
                    f"{number}行目：{words('ja')['title']}。{words('ja')['remedy']}",
                    f"Line {number}: {words('en')['title']}. {words('en')['remedy']}",
                ) from error
        found = tuple(code for code in dict.fromkeys(codes) if code != own)
        if len(found) > MAX_BODIES:
            raise refuse("bodies", f"団体は{MAX_BODIES}までです", f"There are up to {MAX_BODIES} bodies")
        return UsagePart(sharing, Isolation(said["isolation"]), found)


class InformationForm(forms.Form):
    """What is kept there."""

    information_class = django_forms.ChoiceField(
        label=_("情報の機密性"),
        choices=[(one.value, words) for one, words in INFORMATION_NAMES.items()],
        widget=django_forms.RadioSelect,
    )
    personal = django_forms.ChoiceField(
        label=_("個人情報を扱いますか"), choices=YES_NO, widget=django_forms.RadioSelect
    )
    description = django_forms.CharField(
        label=_("どんな情報か"), max_length=MAX_TEXT, widget=_TEXT, help_text=_("例：住民の氏名、住所、世帯")
    )

    def part(self) -> InformationPart:
        """The value."""
        said = self.cleaned_data
        return InformationPart(
            InformationClass(said["information_class"]),
            said["personal"] == "yes",
            said["description"].strip(),
        )


class PaymentForm(forms.Form):
    """From when, who pays, at which rate."""

    starts_on = forms.EraDateField(label=_("開始の希望日"))
    payment = django_forms.ChoiceField(
        label=_("支払区分"),
        choices=[(one.value, words) for one, words in PAYMENT_NAMES.items()],
        widget=django_forms.RadioSelect,
    )
    yen_per_dollar = django_forms.DecimalField(
        label=_("1ドルの円（見込み）"),
        min_value=50,
        max_value=500,
        max_digits=6,
        decimal_places=2,
        help_text=_("予算要求の計算の前提。円だけで払うサービスでも入れてください"),
    )
    rate_source = django_forms.CharField(
        label=_("レートの根拠"), max_length=MAX_LINE, help_text=_("例：令和8年5月の平均")
    )

    def part(self) -> PaymentPart:
        """The value."""
        said = self.cleaned_data
        return PaymentPart(
            said["starts_on"],
            Payment(said["payment"]),
            said["yen_per_dollar"],
            said["rate_source"].strip(),
        )


class EnvironmentForm(forms.Form):
    """One environment with its addresses and its money."""

    stage = django_forms.ChoiceField(
        label=_("環境の区分"),
        choices=STAGES,
        widget=django_forms.RadioSelect,
        help_text=_("本番と検証は、必ず別の環境にします"),
    )
    pipeline = django_forms.CharField(
        label=_("CI/CD の道具"), max_length=MAX_LINE, required=False, help_text=_("開発環境のときだけ")
    )
    address_ranges = django_forms.CharField(
        label=_("アドレス範囲"),
        max_length=1000,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "10.20.0.0/24 のように、1行に一つ。決まっていなければ「空いている範囲を入れる」を押してください"
        ),
    )
    monthly_budget_yen = django_forms.DecimalField(
        label=_("月の予算（円、税込み）"), min_value=1, max_digits=10, decimal_places=0
    )
    forecast = django_forms.DecimalField(
        label=_("月の見込み額（税抜き）"), min_value=0, max_digits=12, decimal_places=2
    )
    currency = django_forms.ChoiceField(
        label=_("見込み額の通貨"),
        choices=[(Currency.JPY.value, _("円")), (Currency.USD.value, _("米ドル"))],
        widget=django_forms.RadioSelect,
    )
    budget_code = django_forms.CharField(
        label=_("予算科目"), max_length=MAX_LINE, help_text=_("例：総務費・総務管理費・電子計算費")
    )
    expense_authority = django_forms.CharField(
        label=_("支出負担行為担当官など"),
        max_length=MAX_LINE,
        help_text=_("支出の契約をする権限のある人の職名"),
    )

    def part(self, key: str, draft: Draft) -> EnvironmentPart:
        """The value; raises ``ApplicationRefused``."""
        said = self.cleaned_data
        return read_environment(
            key=key or str(uuid4()),
            stage=Stage(said["stage"]),
            address_ranges=read_ranges(said["address_ranges"]),
            monthly_budget_yen=said["monthly_budget_yen"],
            forecast=said["forecast"],
            currency=Currency(said["currency"]),
            budget_code=said["budget_code"],
            expense_authority=said["expense_authority"],
            pipeline=said["pipeline"],
            cicd=draft.system is not None and draft.system.cicd,
        )

    @staticmethod
    def initial_of(part: EnvironmentPart) -> dict[str, object]:
        """What the form shows of a value."""
        return {
            "stage": part.stage.value,
            "pipeline": part.pipeline,
            "address_ranges": "\n".join(part.address_ranges),
            "monthly_budget_yen": part.monthly_budget_yen,
            "forecast": part.forecast,
            "currency": part.currency.value,
            "budget_code": part.budget_code,
            "expense_authority": part.expense_authority,
        }


class RoleForm(forms.Form):
    """Somebody with a role for a period."""

    role = django_forms.ChoiceField(
        label=pgettext_lazy("of one person", "役割"), choices=ROLES, widget=django_forms.RadioSelect
    )
    name = django_forms.CharField(label=_("名前"), max_length=MAX_LINE)
    email = django_forms.EmailField(label=_("メールアドレス"), max_length=254)
    organisation = django_forms.CharField(label=_("所属（団体または事業者）"), max_length=MAX_LINE)
    valid_from = forms.EraDateField(label=_("役割の始まり"))
    valid_until = forms.EraDateField(
        label=_("役割の終わり"), help_text=_("この日まで。3年以内。続けるときは変更の申請で延ばします")
    )

    def part(self) -> RoleGrant:
        """The value; raises ``ApplicationRefused``."""
        said = self.cleaned_data
        return read_role(
            role=CloudRole(said["role"]),
            name=said["name"],
            email=said["email"],
            organisation=said["organisation"],
            valid_from=said["valid_from"],
            valid_until=said["valid_until"],
            today=today(),
        )

    @staticmethod
    def initial_of(part: RoleGrant) -> dict[str, object]:
        """What the form shows of a value."""
        return {
            "role": part.role.value,
            "name": part.name,
            "email": part.email,
            "organisation": part.organisation,
            "valid_from": part.valid_from,
            "valid_until": part.valid_until,
        }


class ExceptionForm(forms.Form):
    """A guardrail that is asked to be left off for a while."""

    guardrail = django_forms.ChoiceField(
        label=_("ガードレール"), choices=[(one.id, one.intent) for one in GUARDRAILS]
    )
    reason = django_forms.CharField(
        label=_("例外が要る理由"),
        max_length=MAX_TEXT,
        widget=_TEXT,
        help_text=_("代わりに何で守るかも書いてください"),
    )
    until = forms.EraDateField(label=_("期限"), help_text=_("1年以内"), earliest=today)

    def part(self) -> ExceptionPart:
        """The value; raises ``ApplicationRefused``."""
        said = self.cleaned_data
        return read_exception(
            guardrail=said["guardrail"], reason=said["reason"], until=said["until"], today=today()
        )


def words_of(text: str, field: str = "words") -> str:
    """A text that has to be said; raises ``ApplicationRefused``."""
    return bounded(field, text, 2000, Bilingual("理由", "The reason"))


def default_role_end(day: date) -> date:
    """The end of the fiscal year after next April: people change then.

    >>> default_role_end(date(2026, 6, 1))
    datetime.date(2027, 3, 31)
    """
    return date(day.year + (day.month >= 4), 3, 31)
