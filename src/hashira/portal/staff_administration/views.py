"""Administrators see and change the staff of their body; invited people make their account (職員の管理)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.core import access
from hashira.core.access import Resource
from hashira.core.accounts import invitations, services
from hashira.core.accounts.roles import ROLE_TITLES
from hashira.core.accounts.staff import Member, bodies_of, history_of, invitations_of, member, members_of
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.portal.staff_administration.forms import AcceptForm, InviteForm, RoleForm
from hashira.ui.tables import Column, Table
from hashira.ui.wording import worded

_ACTIVE = Bilingual("有効", "Active")
_STOPPED = Bilingual("停止中", "Stopped")


@dataclass(frozen=True, slots=True)
class Body:
    """The organisation that a page is about, and the others that the same person administers."""

    id: str
    name: Bilingual
    kind: str
    others: tuple[tuple[str, Bilingual], ...]


def _body(request: HttpRequest) -> Body:
    """The one in the address, else the first; 404 for one that is not administered by whoever asks."""
    mine = bodies_of(
        frozenset(grant.organisation for grant in request.principal.grants if grant.role == "administrator")
    )
    wanted = request.GET.get("body", mine[0][0] if mine else "")
    for body_id, name, kind in mine:
        if body_id == wanted:
            access.require(
                request.principal,
                "accounts:ViewStaff",
                Resource("Portal::Organisation", body_id, organisation=body_id),
            )
            return Body(body_id, name, kind, tuple((i, n) for i, n, _kind in mine if i != body_id))
    raise Http404


def _member(body: Body, account_id: UUID) -> Member:
    found = member(body.id, account_id, at=datetime.now(UTC))
    if found is None:
        raise Http404
    return found


@access.requires("accounts:OpenStaff")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everybody who has or had a role in the body, and the invitations that are open."""
    body, now = _body(request), datetime.now(UTC)
    table = Table(
        columns=(
            Column("name", _("氏名"), sortable=True, filterable=True, heading=True, link=_link(body)),
            Column("email", _("メールアドレス"), sortable=True, filterable=True),
            Column("roles", _("いまの役割"), value=_role_names),
            Column("active", _("状態"), sortable=True, value=lambda row: _ACTIVE if row.active else _STOPPED),
            Column("has_factor", _("二要素認証"), sortable=True),
            Column("last_sign_in", _("最後のサインイン"), sortable=True),
        ),
        rows=members_of(body.id, at=now),
        request=request,
        caption=_("職員"),
    )
    if table.wants_csv:
        return table.csv_response("staff.csv")
    context = {"body": body, "table": table, "invitations": invitations_of(body.id, at=now)}
    return render(request, "portal/staff_administration/index.html", context)


def _link(body: Body) -> Callable[[Any], str]:
    return lambda row: f"{reverse('staff-member', args=[row.id])}?body={body.id}"


def _role_names(row: Member) -> str:
    return "、".join(worded(role.title) for role in row.running)


@access.requires("accounts:OpenStaff")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Makes an invitation and shows its link, this once."""
    body = _body(request)
    form = InviteForm(body.kind, request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            asked = form.cleaned_data
            try:
                secret = invitations.invite(
                    actor=request.principal,
                    organisation=body.id,
                    email=asked["email"],
                    display_name=asked["display_name"],
                    role=asked["role"],
                    role_until=form.until,
                    at=datetime.now(UTC),
                )
            except HashiraError as error:
                form.add_error(None, error.message(get_language() or "ja"))
            else:
                context = {
                    "body": body,
                    "asked": asked,
                    "role": ROLE_TITLES[asked["role"]],
                    "days": invitations.LIFE.days,
                    "link": request.build_absolute_uri(reverse("invitation", args=[secret])),
                }
                return render(request, "portal/staff_administration/invited.html", context, status=201)
    return render(
        request, "portal/staff_administration/invite.html", {"body": body, "form": form}, status=status
    )


@access.requires("accounts:OpenStaff")
@never_cache
@require_POST
def withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Ends an invitation that was not used."""
    body = _body(request)
    invitations.withdraw(
        actor=request.principal, organisation=body.id, invitation_id=invitation_id, at=datetime.now(UTC)
    )
    messages.success(request, _("招待を取り消しました"))
    return HttpResponseRedirect(f"{reverse('staff')}?body={body.id}")


@access.requires("accounts:OpenStaff")
@never_cache
@require_safe
def show(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """One member: roles, state, and what was done to the account."""
    body = _body(request)
    context = {
        "body": body,
        "member": _member(body, account_id),
        "history": history_of(account_id, body.id),
        "own": request.principal.id == str(account_id),
    }
    return render(request, "portal/staff_administration/member.html", context)


@access.requires("accounts:OpenStaff")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give_role(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Gives a member one more role in the body."""
    body = _body(request)
    found = _member(body, account_id)
    form = RoleForm(body.kind, request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.grant_role(
                    actor=request.principal,
                    email=found.email,
                    organisation=body.id,
                    role=form.cleaned_data["role"],
                    valid_from=datetime.now(UTC),
                    valid_until=form.until,
                )
            except HashiraError as error:
                form.add_error(None, error.message(get_language() or "ja"))
            else:
                messages.success(request, _("役割を付与しました"))
                return _back(body, account_id)
    context = {"body": body, "member": found, "form": form}
    return render(request, "portal/staff_administration/role.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is asked once more before it is done: the question, what it means, what was done."""

    question: Any
    meaning: Any
    button: Any
    done: Any
    carry_out: Callable[[HttpRequest, Body, Member], object]
    danger: bool = True


def _stop(request: HttpRequest, body: Body, found: Member) -> object:
    return services.stop_account(actor=request.principal, email=found.email, organisation=body.id)


def _resume(request: HttpRequest, body: Body, found: Member) -> object:
    return services.resume_account(actor=request.principal, email=found.email, organisation=body.id)


def _reset(request: HttpRequest, body: Body, found: Member) -> object:
    return services.reset_second_factors(actor=request.principal, email=found.email, organisation=body.id)


def _end_role(request: HttpRequest, body: Body, found: Member) -> object:
    return services.end_role(
        actor=request.principal,
        email=found.email,
        organisation=body.id,
        role=request.GET.get("role", ""),
        at=datetime.now(UTC),
    )


_ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "stop": Act(
            _("アカウントを停止しますか"),
            _(
                "サインインできなくなり、開いている画面も次の操作で終わります。役割は残り、あとで再開できます。"
            ),
            _("停止する"),
            _("アカウントを停止しました"),
            _stop,
        ),
        "resume": Act(
            _("アカウントを再開しますか"),
            _("またサインインできるようになります。"),
            _("再開する"),
            _("アカウントを再開しました"),
            _resume,
            danger=False,
        ),
        "reset": Act(
            _("二要素認証を解除しますか"),
            _("本人であることを対面などで確かめてください。次のサインインで、本人が新しく設定します。"),
            _("解除する"),
            _("二要素認証を解除しました"),
            _reset,
        ),
        "end-role": Act(
            _("役割を終了しますか"),
            _("いますぐ終了します。もう一度付与することもできます。"),
            _("終了する"),
            _("役割を終了しました"),
            _end_role,
        ),
    }
)


@access.requires("accounts:OpenStaff")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, account_id: UUID, act: str) -> HttpResponse:
    """Asks, and does it."""
    body = _body(request)
    found = _member(body, account_id)
    asked = _ACTS.get(act)
    if asked is None:
        raise Http404
    problem, status = "", 200
    if request.method == "POST":
        try:
            asked.carry_out(request, body, found)
        except HashiraError as error:
            if error.status >= 500:
                raise
            problem, status = error.message(get_language() or "ja"), error.status
        else:
            messages.success(request, asked.done)
            return _back(body, account_id)
    role = ROLE_TITLES.get(request.GET.get("role", ""))
    context = {"body": body, "member": found, "act": asked, "problem": problem, "role": role}
    return render(request, "portal/staff_administration/act.html", context, status=status)


def _back(body: Body, account_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('staff-member', args=[account_id])}?body={body.id}")


@access.public("whoever was invited has no account yet; the secret in the address is what lets in")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """The invited person chooses a name and a password; signing in sets up the second factor."""
    now = datetime.now(UTC)
    invitation = invitations.open_invitation(secret, at=now)
    form = AcceptForm(request.POST or None, initial={"display_name": invitation.display_name})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            asked = form.cleaned_data
            try:
                invitations.accept(
                    secret=secret, display_name=asked["display_name"], password=asked["password"], at=now
                )
            except HashiraError as error:
                if error.status >= 500:
                    raise
                form.add_error(None, error.message(get_language() or "ja"))
            else:
                messages.success(
                    request, _("アカウントができました。サインインして、二要素認証を設定してください")
                )
                return HttpResponseRedirect(reverse("account_login"))
    query = f"?{urlencode({'invitation': secret})}"
    context = {
        "invitation": invitation,
        "role": ROLE_TITLES[invitation.role],
        "form": form,
        "directories": [reverse("directory-start", args=[one]) + query for one in invitation.directories],
    }
    return render(request, "portal/staff_administration/accept.html", context, status=status)
