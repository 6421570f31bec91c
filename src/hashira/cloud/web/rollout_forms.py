"""What is entered about a version of the baseline and its rollout (基準の版の入力)."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from hashira.cloud.domain.baseline import BASELINE
from hashira.cloud.domain.baseline.catalogue import RESOURCES
from hashira.cloud.domain.baseline.entry import Granter
from hashira.cloud.domain.baseline.versions import read_terms
from hashira.cloud.domain.baseline_terms import BaselineTerms
from hashira.cloud.domain.environment_order import Stage
from hashira.cloud.domain.guardrail import GuardrailClass
from hashira.cloud.domain.rollout import Wave
from hashira.ui import forms
from hashira.ui.wording import current_language

MOST_OCTETS = 20 * 1024 * 1024


class RolloutForm(forms.Form):
    """A new version, and in which waves it is rolled out."""

    version = django_forms.CharField(
        label=_("新しい版の名前"), max_length=24, help_text=_("英数字とピリオドとハイフン。例：2026.12")
    )
    reason = django_forms.CharField(
        label=_("変える理由"), max_length=2000, widget=django_forms.Textarea(attrs={"rows": 4})
    )
    regions = django_forms.CharField(
        label=_("使えるリージョン"),
        max_length=400,
        help_text=_("空白で区切ります。データの所在のガードレールが、ほかのリージョンを断ります"),
    )
    adopted = django_forms.MultipleChoiceField(
        label=_("全員に掛けるサンプル"), required=False, widget=django_forms.CheckboxSelectMultiple
    )
    dropped = django_forms.MultipleChoiceField(
        label=_("外すガードレール"), required=False, widget=django_forms.CheckboxSelectMultiple
    )
    few = django_forms.IntegerField(
        label=_("本番の最初の件数"),
        min_value=1,
        max_value=1_000,
        help_text=_(
            "検証と開発の環境のあと、本番のうち古いものからこの件数、その後に残りのすべてに適用します"
        ),
    )
    tolerated = django_forms.IntegerField(
        label=_("止めずに続ける失敗の件数"),
        min_value=0,
        max_value=1_000,
        help_text=_(
            "クラウドに断られた環境がこれより多いと、自動で止まります。読み戻せないときは1件で止まります"
        ),
    )
    pause_hours = django_forms.IntegerField(
        label=_("段階の間に様子を見る時間（時間）"), min_value=0, max_value=336
    )
    calls = forms.FileField(
        label=_("記録された呼出し（CloudTrailなど）"),
        max_bytes=MOST_OCTETS,
        accept=(".json", ".jsonl", ".gz"),
        required=False,
        help_text=_("だれの何ができなくなるかを、この記録で試算して、承認する人に見せます"),
    )

    def __init__(self, *args: Any, current: BaselineTerms, **kwargs: Any) -> None:
        initial = {
            "regions": " ".join(current.regions),
            "adopted": list(current.adopted),
            "dropped": list(current.dropped),
            "few": 3,
            "tolerated": 0,
            "pause_hours": 24,
        } | {name: most for name, most in current.limits}
        super().__init__(*args, initial=initial, **kwargs)
        language = current_language()
        named = [(one, f"{one.title.in_language(language)}（{one.id}）") for one in BASELINE]
        self.fields["adopted"].choices = [
            (one.id, words)
            for one, words in named
            if one.belongs is GuardrailClass.SAMPLE and one.prevention is not None
        ]
        self.fields["dropped"].choices = [
            (one.id, words)
            for one, words in named
            if one.belongs is not GuardrailClass.SAMPLE
            and one.exception.granter is not Granter.NOBODY
            and (one.prevention is not None or one.id == "quota")
        ]
        for name, resource in RESOURCES.items():
            self.fields[name] = django_forms.IntegerField(
                label=_("環境一つの上限：%(resource)s") % {"resource": resource.name.in_language(language)},
                min_value=1,
                max_value=1_000_000,
                required=False,
                help_text=_("OpenStack と LXD に掛けます。空なら既定のままです"),
            )

    def terms(self) -> BaselineTerms:
        """The version. Raises ``BaselineRefused``."""
        said = self.cleaned_data
        return read_terms(
            {
                "version": said["version"].strip(),
                "regions": said["regions"].split(),
                "adopted": said["adopted"],
                "dropped": said["dropped"],
                "limits": {name: said[name] for name in RESOURCES if said[name] is not None},
            }
        )

    def waves(self) -> tuple[Wave, ...]:
        """What no resident's data is in, then a few, then everybody."""
        return (
            Wave(stages=(Stage.DEVELOPMENT, Stage.VERIFICATION)),
            Wave(stages=(Stage.PRODUCTION, Stage.OPERATION), most=self.cleaned_data["few"]),
            Wave(),
        )
