"""Changes on the page of an environment, and giving one up that stopped (環境の変更の画面)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.selectors.amendments import AmendmentView, amendments_of
from hashira.cloud.selectors.environments import EnvironmentLine, EnvironmentNotFound, StepLine, environment
from hashira.cloud.services.amendments import give_change_up
from hashira.cloud.web.form_pages import ReasonForm, attempt, form_page, now
from hashira.cloud.web.names import CAUSES, CHANGE_STATES
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui.parts import Link

STEP_STATUS = {
    StepState.WAITING: "wait",
    StepState.APPLIED: "info",
    StepState.VERIFIED: "success",
    StepState.MISSING: "warning",
    StepState.FAILED: "error",
    StepState.COMPENSATED: "neutral",
}
"""The kind of the status chip of a step."""


def amendment_context(line: EnvironmentLine) -> dict[str, Any]:
    """The change that is open with its steps, and the former ones."""
    views = amendments_of(line.id)
    stopped = line.state is EnvironmentState.STALLED
    return {
        "open_changes": [_shown(one, stopped) for one in views if one.open],
        "former_changes": [_shown(one, stopped) for one in views if not one.open],
    }


def running_steps(environment_id: UUID) -> tuple[StepLine, ...]:
    """The steps of the change that is carried out."""
    return next((one.steps for one in amendments_of(environment_id) if one.state == "running"), ())


@access.requires("cloud:RetryEnvironment")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: HttpRequest, environment_id: UUID) -> HttpResponse:
    """Asks why, then takes back what the change had done already."""
    view = environment(environment_id)
    line = view.line
    if not access.may(request.principal, "cloud:RetryEnvironment", line.resource):
        raise EnvironmentNotFound
    form = ReasonForm(request.POST or None, label=_("理由"))
    here = reverse("cloud:environment", args=[environment_id])
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(
            form,
            lambda: give_change_up(
                actor=request.principal, environment_id=environment_id, reason=reason, at=now()
            ),
        ):
            return HttpResponseRedirect(here)
    return form_page(
        request,
        form,
        title=_("変更を取りやめて元に戻す"),
        button=_("元に戻す"),
        back=here,
        parent=Link(Bilingual("環境", "Environments"), reverse("cloud:environments")),
        lead=_(
            "途中までした変更を元に戻し、読み戻して確かめます。この後に待っている変更も取りやめます。"
            "環境の中のデータには触れません。"
        ),
        facts=[
            (_("団体"), line.body_name),
            (_("システム"), line.system_name),
            (_("アカウント"), line.account),
        ],
        danger=True,
    )


def _shown(one: AmendmentView, stopped: bool) -> dict[str, Any]:
    kind, state = CHANGE_STATES[one.state]
    if stopped and one.state == "running":
        kind, state = "error", _("止まっています")
    return {
        "view": one,
        "cause": CAUSES[one.cause],
        "status": kind,
        "state": state,
        "steps": [(step, STEP_STATUS[step.state]) for step in one.steps],
    }
