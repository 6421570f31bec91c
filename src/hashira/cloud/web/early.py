"""Who migrates first: the call, the application of a body, the scores, the choice (先行事業の画面)."""

from __future__ import annotations

from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.domain.selection.early_round import MOST_POINTS, parse_criteria
from hashira.cloud.selectors import early as selectors
from hashira.cloud.services import early as services
from hashira.cloud.web.desk import desk_link
from hashira.cloud.web.form_pages import ConfirmForm, attempt, bilingual, form_page, now, today
from hashira.cloud.web.names import CALL_STATES
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Table
from hashira.ui.wording import current_language

EARLY = Bilingual("先行事業", "Early migration")


class CallForm(forms.Form):
    """A call with its criteria, one a line."""

    title = django_forms.CharField(label=_("題名"), max_length=200)
    title_en = django_forms.CharField(label=_("題名（英語）"), max_length=200, required=False)
    description = django_forms.CharField(label=_("募集の内容"), max_length=4000, widget=django_forms.Textarea)
    description_en = django_forms.CharField(
        label=_("募集の内容（英語）"), max_length=4000, required=False, widget=django_forms.Textarea
    )
    criteria = django_forms.CharField(
        label=_("採択の基準"),
        max_length=4000,
        widget=django_forms.Textarea(attrs={"rows": 6}),
        help_text=_("1行に一つ。重み（1〜10）、空白、名前。英語は「 / 」の後に。例：3 Readiness"),
    )
    places = django_forms.IntegerField(label=_("採択の数"), min_value=1, max_value=500)
    least_points = django_forms.IntegerField(
        label=_("最低の点"), min_value=0, max_value=100, help_text=_("100点満点")
    )
    opens_on = forms.EraDateField(label=_("受付の開始日"))
    closes_on = forms.EraDateField(label=_("受付の締切日"), earliest=today)


class ApplicationForm(forms.Form):
    """The systems a body would migrate, and how."""

    organisation = django_forms.ChoiceField(label=_("団体"))
    systems = django_forms.CharField(
        label=_("移行するシステム"),
        max_length=2000,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 4}),
        help_text=_("1行に一つ。採択されると公開されます"),
    )
    service = django_forms.CharField(label=_("使うクラウドサービス"), max_length=200, required=False)
    plan = django_forms.CharField(
        label=_("移行の計画"), max_length=8000, required=False, widget=django_forms.Textarea
    )


class ScoreForm(forms.Form):
    """Points for each criterion of the call."""

    reason = django_forms.CharField(
        label=pgettext_lazy("of a judgement", "理由"),
        max_length=2000,
        widget=django_forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: object, call: selectors.CallView, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.call = call
        points = {
            f"criterion_{one.id}": django_forms.IntegerField(
                label=one.title.in_language(current_language()),
                min_value=0,
                max_value=MOST_POINTS,
                help_text=_("0〜10点"),
            )
            for one in call.criteria
        }
        self.fields = {**points, "reason": self.fields["reason"]}

    def points(self) -> dict[str, int]:
        """The points by criterion."""
        return {one.id: self.cleaned_data[f"criterion_{one.id}"] for one in self.call.criteria}


@access.public("calls and their results are public")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All calls."""
    table = Table(
        columns=(
            Column(
                "title", _("公募"), heading=True, link=lambda one: reverse("cloud:early-call", args=[one.id])
            ),
            Column("state", _("状態"), choices=CALL_STATES, filterable=True),
            Column("opens_on", _("受付の開始日"), sortable=True),
            Column("closes_on", _("締切日"), sortable=True),
            Column("places", _("採択の数"), numeric=True),
        ),
        rows=selectors.call_views(today()),
        request=request,
        caption=_("先行事業の公募"),
        stacked=True,
        empty=_("公募はまだありません"),
    )
    if table.wants_csv:
        return table.csv_response("early-calls.csv")
    return render(request, "cloud/early.html", {"table": table})


@access.public("calls and their results are public")
@require_safe
def call(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """One call with its criteria, and its result once two have decided."""
    view = selectors.call_view(call_id, today())
    if request.GET.get("format") == "json":
        return JsonResponse(_document(view), json_dumps_params={"ensure_ascii": False})
    table = Table(
        columns=(
            Column("place", _("順位"), numeric=True, sortable=True),
            Column("body", _("団体"), heading=True, filterable=True),
            Column("systems", _("移行するシステム")),
            Column("service", _("使うクラウドサービス")),
            Column("points", _("点"), numeric=True, sortable=True),
            Column(
                "chosen", _("採択"), filterable=True, choices=(("True", _("採択")), ("False", _("不採択")))
            ),
        ),
        rows=view.result,
        request=request,
        caption=_("採択の結果"),
        stacked=True,
    )
    if table.wants_csv:
        return table.csv_response("early.csv")
    who = request.principal
    context = {
        "view": view,
        "table": table if view.state == "decided" else None,
        "facts": [
            (_("状態"), dict(CALL_STATES)[view.state]),
            (_("受付の開始日"), view.opens_on),
            (_("受付の締切日"), view.closes_on),
            (_("採択の数"), view.places),
            (_("最低の点"), view.least_points),
            (_("応募"), view.applications),
        ],
        "may_apply": view.state == "open" and bool(selectors.own_applicants(who)),
        "may_choose": any(g.role in ("cloud_operator", "cloud_assessor") for g in who.grants),
    }
    return render(request, "cloud/early_call.html", context)


@access.requires("cloud:ManageEarlyCalls")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Opens a call."""
    form = CallForm(request.POST or None, initial={"opens_on": today(), "least_points": 60, "places": 8})
    made: list[UUID] = []
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if attempt(
            form,
            lambda: made.append(
                services.open_call(
                    actor=request.principal,
                    title=bilingual(form, "title"),
                    description=bilingual(form, "description"),
                    criteria=parse_criteria(asked["criteria"]),
                    places=asked["places"],
                    least_points=asked["least_points"],
                    opens_on=asked["opens_on"],
                    closes_on=asked["closes_on"],
                    at=now(),
                )
            ),
        ):
            return HttpResponseRedirect(reverse("cloud:early-call", args=[made[0]]))
    return form_page(
        request,
        form,
        title=_("先行事業を公募する"),
        button=_("公募を始める"),
        back=reverse("cloud:desk"),
        parent=desk_link(),
        lead=_("基準は、公募を始めた後は変わりません。"),
    )


@access.requires("cloud:OpenEarlyApplications")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """The application of one's own body, saved as one goes, handed in when it is ready."""
    view = selectors.call_view(call_id, today())
    bodies = selectors.own_applicants(request.principal)
    if not bodies:
        raise Http404
    known = selectors.own_application(call_id, bodies[0][0])
    initial = {"organisation": str(bodies[0][0])}
    if known is not None:
        initial |= {"systems": "\n".join(known.systems), "plan": known.plan, "service": known.service}
    form = ApplicationForm(request.POST or None, initial=initial)
    form.fields["organisation"].choices = [
        (str(key), name.in_language(request.LANGUAGE_CODE)) for key, name in bodies
    ]
    back = reverse("cloud:early-call", args=[call_id])
    if request.method == "POST" and "withdraw" in request.POST and known is not None:
        confirm = ConfirmForm(request.POST)
        confirm.is_valid()
        if attempt(
            confirm,
            lambda: services.withdraw_application(actor=request.principal, application_id=known.id, at=now()),
        ):
            return HttpResponseRedirect(reverse("cloud:early-apply", args=[call_id]))
        form = ApplicationForm(initial)
        form.fields["organisation"].choices = [(str(key), str(name)) for key, name in bodies]
        form.is_valid()
        form.add_error(None, confirm.non_field_errors())
    elif request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        submit = "submit" in request.POST
        if attempt(
            form,
            lambda: services.save_application(
                actor=request.principal,
                call_id=call_id,
                organisation_id=UUID(asked["organisation"]),
                systems=asked["systems"],
                plan=asked["plan"],
                cloud_service=asked["service"],
                submit=submit,
                at=now(),
            ),
        ):
            return HttpResponseRedirect(reverse("cloud:early-apply", args=[call_id]))
    context = {
        "view": view,
        "form": form,
        "known": known,
        "submitted": known is not None and known.state == "submitted",
        "facts": [
            (_("団体"), known.body),
            (_("移行するシステム"), known.systems),
            (_("使うクラウドサービス"), known.service),
            (_("移行の計画"), known.plan),
            (_("提出日時"), known.submitted_at),
        ]
        if known
        else [],
        "back": back,
    }
    return render(request, "cloud/early_apply.html", context, status=422 if request.method == "POST" else 200)


@access.requires("cloud:OpenAssessment")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """The applications with their scores; the ranking put forward by one and confirmed by another."""
    view = selectors.call_view(call_id, today())
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        wish = request.POST.get("act", "")

        def act_on() -> None:
            if wish == "propose":
                services.propose_choice(actor=request.principal, call_id=call_id, at=now())
            elif wish == "confirm":
                services.confirm_choice(actor=request.principal, call_id=call_id, at=now())
            else:
                raise Http404

        if attempt(form, act_on):
            target = "cloud:early-call" if wish == "confirm" else "cloud:early-choice"
            return HttpResponseRedirect(reverse(target, args=[call_id]))
    me = request.principal.id
    applications = [
        (one, next((score for score in one.scores if score.scorer == me), None))
        for one in selectors.applications_of(call_id, me)
    ]
    context = {
        "view": view,
        "form": form,
        "applications": applications,
        "scoring": view.state == "scoring" and view.proposed_at is None,
        "own": view.proposed_by == me,
        "may_decide": access.may(request.principal, "cloud:ProposeEarly", view.resource),
        "may_score": any(g.role == "cloud_assessor" for g in request.principal.grants),
    }
    return render(request, "cloud/early_choice.html", context, status=422 if form.is_bound else 200)


@access.requires("cloud:OpenAssessment")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def score(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Scores one application."""
    application = selectors.application_view(application_id, request.principal.id)
    access.require(request.principal, "cloud:ScoreEarly", application.resource)
    view = selectors.call_view(application.call_id, today())
    back = reverse("cloud:early-choice", args=[view.id])
    form = ScoreForm(request.POST or None, call=view)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: services.score_application(
                actor=request.principal,
                application_id=application_id,
                points=form.points(),
                reason=form.cleaned_data["reason"],
                at=now(),
            ),
        )
    ):
        return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=_("応募を採点する"),
        button=_("採点を保存する"),
        back=back,
        parent=Link(view.title, back),
        lead=_("採点は一度だけで、保存すると変えられません。ほかの人の採点は、自分の採点の後に見られます。"),
        facts=[
            (_("団体"), application.body),
            (_("移行するシステム"), application.systems),
            (_("使うクラウドサービス"), application.service),
            (_("移行の計画"), application.plan),
        ],
    )


def _document(view: selectors.CallView) -> dict[str, object]:
    return {
        "id": str(view.id),
        "title": {"ja": view.title.ja, "en": view.title.en},
        "state": view.state,
        "opens_on": view.opens_on.isoformat(),
        "closes_on": view.closes_on.isoformat(),
        "places": view.places,
        "least_points": view.least_points,
        "criteria": [
            {"id": one.id, "title": {"ja": one.title.ja, "en": one.title.en}, "weight": one.weight}
            for one in view.criteria
        ],
        "result": [
            {
                "body": {"ja": one.body.ja, "en": one.body.en},
                "systems": list(one.systems),
                "service": one.service,
                "points": str(one.points),
                "place": one.place,
                "chosen": one.chosen,
            }
            for one in view.result
        ],
    }
