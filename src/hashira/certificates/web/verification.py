"""The page for people at a door: paste a code or choose its picture, and read the answer (証明書の検証)."""

from __future__ import annotations

from datetime import UTC, datetime

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hashira.certificates.adapters.qr_image import NoCodeInImage
from hashira.certificates.adapters.submission import certificates_in
from hashira.certificates.domain.format import assess
from hashira.certificates.domain.verdict import MAY_BE_REVOKED, REMARK_NAMES, Assessment
from hashira.certificates.selectors.keys import trust_at_door
from hashira.certificates.selectors.trust import lists
from hashira.core import access
from hashira.ui import forms

_MAX_TEXT = 80_000
_MAX_FILE = 20 * 1024 * 1024
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")


class VerificationForm(forms.Form):
    """A code from the camera, a file with a code or a card, or the text of a code; one of the three."""

    camera = forms.FileField(
        label=_("カメラ"),
        required=False,
        max_bytes=_MAX_FILE,
        accept=_PICTURES,
        help_text=_("スマートフォンでは、その場でコードを撮影できます"),
        # A telephone opens its camera for this attribute (HTML Media Capture), without any script.
        widget=django_forms.FileInput(attrs={"capture": "environment"}),
    )

    text = django_forms.CharField(
        label=_("二次元コードの内容"),
        required=False,
        max_length=_MAX_TEXT,
        help_text=_("「shc:/」で始まる文字、または海外用のコードの内容を貼り付けてください"),
        widget=django_forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("画像またはファイル"),
        required=False,
        max_bytes=_MAX_FILE,
        accept=(*_PICTURES, ".smart-health-card", ".json", ".txt"),
        help_text=_("コードの写真、または .smart-health-card ファイル"),
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        given = [name for name in self.fields if cleaned.get(name)]
        if len(given) != 1 and not self.errors:
            raise ValidationError(_("撮影するか、ファイルを選ぶか、内容を貼り付けるか、一つにしてください"))
        return cleaned

    @property
    def file_field(self) -> str | None:
        """The field in which a file was handed in."""
        return next((name for name in ("camera", "file") if self.cleaned_data.get(name)), None)

    def certificates(self) -> list[str]:
        """The certificates in what was given; raises ``NoCodeInImage``."""
        if self.file_field:
            return certificates_in(self.cleaned_data[self.file_field].read())
        return [self.cleaned_data["text"].strip()]


@access.public("anybody may check a certificate; nothing of it is stored")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Asks for a certificate and shows the verdict on it; keeps nothing."""
    asked = request.method == "POST"
    form = VerificationForm(request.POST, request.FILES) if asked else VerificationForm()
    assessments: list[Assessment] = []
    if asked and form.is_valid():
        try:
            texts = form.certificates()
        except NoCodeInImage as error:
            form.add_error(form.file_field, error.message(get_language() or "ja"))
        else:
            trust, now = trust_at_door(), datetime.now(UTC)
            assessments = [assess(text, trust=trust, at=now) for text in texts]
            form = VerificationForm()  # nothing of this person stays for the next one in the queue
    status = 200 if not asked or assessments else 422
    context = {
        "form": form,
        "assessments": [_shown(a) for a in assessments],
        "lists": lists(datetime.now(UTC)),
    }
    return render(request, "certificates/verify.html", context, status=status)


def _shown(assessment: Assessment) -> dict[str, object]:
    """An assessment as the template draws it: no decision is left to the template."""
    language = get_language() or "ja"
    error, content, evidence = assessment.error, assessment.content, assessment.evidence
    return {
        # One that a summary of a list has put in doubt is drawn as such, neither green nor revoked.
        "verdict": MAY_BE_REVOKED
        if error is None and evidence and MAY_BE_REVOKED in evidence.remarks
        else assessment.verdict.value,
        "reason": error.message(language) if error else "",
        "verified": error is None,
        "person": [
            (_("氏名"), content.holder.name or _("表示されていません")),
            (_("生年月日"), content.holder.birth_date or _("表示されていません")),
        ]
        if content
        else [],
        "doses": [
            {
                "date": dose.date,
                "product": dose.product,
                "lot": dose.lot or "",
                "centre": " ".join(part for part in (dose.centre, dose.country) if part),
            }
            for dose in content.doses
        ]
        if content
        else [],
        "evidence": [
            (_("形式"), evidence.format),
            (_("発行者"), evidence.issuer or ""),
            (_("鍵"), evidence.kid or ""),
            (_("鍵の出どころ"), evidence.key_source or ""),
            (_("証明書のつながり"), " ← ".join(evidence.chain)),
            (_("判定した時点"), evidence.judged_at),
            (_("失効の根拠"), evidence.revoked_by or ""),
        ]
        if evidence
        else [],
        "remarks": [REMARK_NAMES[name].in_language(language) for name in evidence.remarks]
        if evidence
        else [],
    }
