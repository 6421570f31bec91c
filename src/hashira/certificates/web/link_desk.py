"""Staff decide requests to link, give out codes and end links (連携の窓口)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.certificates.domain.linking import grouped
from hashira.certificates.selectors.linking import RequestView, compared, request_view, requests_at
from hashira.certificates.selectors.people import registers_of
from hashira.certificates.services.linking import accept_request, end_link, issue_link_code, refuse_request
from hashira.certificates.services.person import view_person
from hashira.certificates.web.register import SEX_CHOICES, blame, status_of, to_person
from hashira.core import access
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.tables import Column, Table

_WHY = (
    ("none", _("一致する人が見つかりません")),
    ("several", _("一致する人が複数います")),
    ("taken", _("別の利用者とつながっています")),
    ("name_differs", _("番号は合っていますが、氏名が違います")),
    ("birth_changed", _("台帳の生年月日が訂正されました")),
    ("deceased", _("台帳では亡くなっています")),
    ("protected", _("責任者が確かめます")),
)


class DecisionForm(forms.Form):
    """Whom the request is about, or nobody; and what the resident is told."""

    person = django_forms.ChoiceField(label=_("申出の人"), widget=django_forms.RadioSelect, required=False)
    reason = django_forms.CharField(
        label=_("本人への説明"),
        max_length=400,
        help_text=_("つなげた理由、またはつなげられない理由と次にすること"),
    )


class CodeForm(forms.Form):
    """How the code reaches the person."""

    way = django_forms.ChoiceField(
        label=_("渡し方"),
        choices=(("counter", _("窓口で渡す（1日有効）")), ("post", _("郵送する（30日有効）"))),
        widget=django_forms.RadioSelect,
    )


class EndForm(forms.Form):
    """Why a link ends."""

    reason = django_forms.CharField(
        label=_("終了の理由"), max_length=400, help_text=_("つながっていた利用者にも表示します")
    )


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The requests that wait, the oldest first."""
    registers = frozenset(register.id for register in registers_of(request.principal))

    now = datetime.now(UTC)

    def address(row: RequestView) -> str:
        return reverse("certificates:link-request", args=[row.id])

    table = Table(
        columns=(
            Column("created_at", _("申出日時"), sortable=True),
            Column(
                "waiting",
                _("待っている日数"),
                sortable=True,
                numeric=True,
                value=lambda row: (now - row.created_at).days,
            ),
            Column("name", _("氏名"), sortable=True, filterable=True, heading=True, link=address),
            Column("birth_date", _("生年月日"), sortable=True),
            Column("why", _("自動で決まらなかった理由"), choices=_WHY, filterable=True),
        ),
        rows=requests_at(registers),
        request=request,
        caption=_("確認を待つ申出"),
    )
    if table.wants_csv:
        return table.csv_response("連携の申出.csv")
    return render(request, "certificates/linking/queue.html", {"table": table})


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """What the provider said beside what the register says, and the decision."""
    view = request_view(request_id)
    access.require(request.principal, "certificates:DecideLink", view.resource)
    people = compared(view, request.principal)
    form = DecisionForm(request.POST or None)
    form.fields["person"].choices = [
        (str(p.person_id), f"{p.name}（{p.reference}）") for p in people if not p.linked and not p.masked
    ]
    if request.method == "POST" and form.is_valid():
        try:
            if _decided(request, view, form):
                return HttpResponseRedirect(reverse("certificates:links"))
        except HashiraError as error:
            blame(form, error)
    context = {
        "form": form,
        "request_view": view,
        "people": people,
        "claimed": [
            (_("氏名"), view.name),
            (_("生年月日"), view.birth_date),
            (_("性別"), dict(SEX_CHOICES).get(view.gender, view.gender)),
            (_("住所"), view.address),
            (_("入力した接種券番号"), view.coupon_number),
            (_("自動で決まらなかった理由"), dict(_WHY).get(view.why, view.why)),
        ],
    }
    return render(request, "certificates/linking/decide.html", context, status=status_of(request))


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """A one-time code, shown once as a letter to print."""
    view = view_person(actor=request.principal, person_id=person_id)
    form = CodeForm(request.POST or None)
    context: dict[str, object] = {"form": form, "person": view}
    if request.method == "POST" and form.is_valid():
        by_post = form.cleaned_data["way"] == "post"
        made, expires = issue_link_code(
            actor=request.principal, person_id=person_id, by_post=by_post, at=datetime.now(UTC)
        )
        return render(
            request,
            "certificates/linking/letter.html",
            context | {"code": grouped(made), "expires": expires, "by_post": by_post},
        )
    return render(request, "certificates/linking/code.html", context, status=status_of(request))


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Ends the link of a person."""
    view = view_person(actor=request.principal, person_id=person_id)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        end_link(
            actor=request.principal,
            person_id=person_id,
            reason=form.cleaned_data["reason"],
            at=datetime.now(UTC),
        )
        return to_person(person_id, "link")
    context = {"form": form, "person": view}
    return render(request, "certificates/linking/end_staff.html", context, status=status_of(request))


def _decided(request: HttpRequest, view: RequestView, form: DecisionForm) -> bool:
    """Carries the decision out, unless nobody was chosen to accept."""
    now, reason = datetime.now(UTC), form.cleaned_data["reason"]
    if "accept" not in request.POST:
        refuse_request(actor=request.principal, request_id=view.id, reason=reason, at=now)
        return True
    if not form.cleaned_data["person"]:
        form.add_error("person", _("つなげる人を選んでください"))
        return False
    accept_request(
        actor=request.principal,
        request_id=view.id,
        person_id=UUID(form.cleaned_data["person"]),
        reason=reason,
        at=now,
    )
    return True
