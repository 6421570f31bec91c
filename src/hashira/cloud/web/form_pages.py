"""How a page with a form goes: drawn, checked, done, or drawn again with what is wrong (入力の画面)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hashira.core import access
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.parts import Link, Text
from hashira.ui.wording import current_language, worded


def today() -> date:
    """The day in Japan."""
    return today_in_japan(SystemClock())


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def attempt(form: django_forms.Form, act: Callable[[], object]) -> bool:
    """Whether it was done; what kept it from being done stands beside the field it is about.

    Who may not do it at all, and what does not exist, goes on as an error page.
    """
    try:
        act()
    except access.AccessDenied:
        raise
    except HashiraError as error:
        if error.status == 404:
            raise
        field = str(error.details.get("field", ""))
        form.add_error(field if field in form.fields else None, error.message(current_language()))
        return False
    return True


def done(request: HttpRequest, back: str, act: Callable[[], object], said: object) -> HttpResponse:
    """Does it and leads back, with what came of it: for acts that have a button and no form."""
    try:
        act()
        messages.success(request, worded(said))
    except access.AccessDenied:
        raise
    except HashiraError as error:
        if error.status == 404:
            raise
        messages.error(request, error.message(current_language()))
    return HttpResponseRedirect(back)


def form_page(
    request: HttpRequest,
    form: django_forms.Form,
    *,
    title: Text,
    button: Text,
    back: str,
    parent: Link,
    lead: Text = "",
    facts: object = (),
    danger: bool = False,
    template: str = "cloud/form.html",
    **more: Any,
) -> HttpResponse:
    """The page of one form, with what it is about above it; ``template`` extends the one of all forms.

    An answer to a POST says that nothing was done.
    """
    context = {
        "form": form,
        "title": title,
        "button_words": button,
        "back": back,
        "parent": parent,
        "lead": lead,
        "facts": facts,
        "danger": danger,
        "multipart": form.is_multipart(),
        **more,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, template, context, status=status)


def bilingual(form: django_forms.Form, name: str) -> Bilingual:
    """The two fields ``name`` and ``name_en`` of a form as one text."""
    return Bilingual(form.cleaned_data[name].strip(), form.cleaned_data[f"{name}_en"].strip())


class ConfirmForm(forms.Form):
    """No field: pressing the button is the wish."""


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = django_forms.CharField(max_length=400, widget=django_forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: Text, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label


def front() -> Link:
    """The way back to the first page of the system."""
    return Link(Bilingual("ガバメントクラウド", "Government Cloud"), reverse("cloud:index"))
