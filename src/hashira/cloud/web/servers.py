"""The pages of servers: lists, one with its schedule, and what is done with it (サーバーの画面)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.cloud.domain.servers import ServerState, ServerVerb, read_tags
from hashira.cloud.selectors import servers as selectors
from hashira.cloud.services import servers as services
from hashira.cloud.web import server_forms
from hashira.cloud.web.form_pages import ConfirmForm, attempt, done, now
from hashira.cloud.web.names import ENGINES, STAGES
from hashira.cloud.web.server_pages import acted, job_of, opened, server_form, to_server
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui.parts import Event
from hashira.ui.tables import Column, Order, Table
from hashira.ui.wording import current_language, shown, worded

_STATES = tuple((one.value, one.label) for one in ServerState)
_KINDS = {
    ServerState.PENDING: "info",
    ServerState.RUNNING: "success",
    ServerState.STOPPING: "info",
    ServerState.STOPPED: "neutral",
    ServerState.GONE: "error",
    ServerState.UNKNOWN: "warning",
}
_VERBS = tuple((one.value, one.label) for one in ServerVerb)
ORIGINS = (("person", _("人")), ("schedule", _("予定")), ("undo", _("操作の取消し")))
ACT_STATES = (
    ("waiting", _("順番待ち")),
    ("sent", _("読み戻して確認中")),
    ("done", _("読み戻して確認済み")),
    ("failed", _("失敗")),
)
_ACT_KINDS = {"waiting": "wait", "sent": "info", "done": "success", "failed": "error"}
_YES = (("True", _("保護")), ("False", "–"))


@access.requires("cloud:ViewServers")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The servers of the own body, of bodies one holds accounts for, or all."""
    table = _table(request, selectors.ServerRows(request.principal), everywhere=True)
    if table.wants_csv:
        return table.csv_response("servers.csv")
    environments = selectors.environments_with_servers(request.principal)
    return render(request, "cloud/servers.html", {"table": table, "environments": environments})


@access.requires("cloud:ViewServers")
@never_cache
@require_safe
def of_environment(request: HttpRequest, environment_id: UUID) -> HttpResponse:
    """The servers of one environment, as they were last read."""
    line, resource = selectors.environment_for_servers(environment_id)
    access.require(request.principal, "cloud:ViewServers", resource)
    table = _table(request, selectors.ServerRows(request.principal, environment_id), everywhere=False)
    if table.wants_csv:
        return table.csv_response("servers.csv")
    reading = selectors.reading_of(environment_id)
    context = {
        "table": table,
        "line": line,
        "title": f"{line.body_name} {line.system_name}",
        "stage": dict(STAGES)[line.stage.value],
        "engine": dict(ENGINES).get(line.engine, line.engine),
        "has_servers": selectors.has_servers(line.engine),
        "in_use": line.state in services.IN_USE,
        "reading": reading,
        "job": job_of(reading.job_id) if reading.under_way else None,
        "may_open": access.may(request.principal, "cloud:ViewEnvironment", line.resource),
    }
    return render(request, "cloud/environment_servers.html", context)


@access.requires("cloud:ViewServers")
@require_POST
def read(request: HttpRequest, environment_id: UUID) -> HttpResponse:
    """Reads the servers of an environment anew."""
    back = reverse("cloud:environment-servers", args=[environment_id])
    return done(
        request,
        back,
        lambda: services.ask_reading(actor=request.principal, environment_id=environment_id, at=now()),
        _("サーバーの読み込みを始めました"),
    )


@access.requires("cloud:ViewServers")
@never_cache
@require_safe
def show(request: HttpRequest, server_id: UUID) -> HttpResponse:
    """One server: how it is, its schedule, what was done, and what can be done now."""
    view = opened(request, server_id, "cloud:ViewServers")
    line = view.line
    usable = line.environment.state in services.IN_USE and line.state is not ServerState.GONE
    under_way = next((one for one in view.acts if not one.over), None)
    may = access.may(request.principal, "cloud:OperateServer", line.resource) and usable
    may_protect = access.may(request.principal, "cloud:ProtectServer", line.resource)
    context = {
        "view": view,
        "line": line,
        "status": (_KINDS[line.state], line.state.label),
        "facts": _facts(view),
        "schedule": _schedule(view),
        "acts": [(one, _ACT_KINDS[one.state], dict(ACT_STATES)[one.state]) for one in view.acts[:50]],
        "events": [_event(one) for one in view.acts[:50]],
        "undoable": next((one for one in view.acts if one.undoable), None) if may and not under_way else None,
        "under_way": under_way,
        "failed": view.acts[0] if view.acts and view.acts[0].state == "failed" else None,
        "job": job_of(under_way.job_id) if under_way is not None else None,
        "may": may,
        "may_start": may and under_way is None and line.state is ServerState.STOPPED,
        "may_stop": may and under_way is None and line.state is ServerState.RUNNING,
        "may_protect": may_protect and not line.protected_here and line.state is not ServerState.GONE,
        "may_unprotect": may_protect and line.protected_here,
    }
    return render(request, "cloud/server.html", context)


@access.requires("cloud:OperateServer")
@require_POST
def start(request: HttpRequest, server_id: UUID) -> HttpResponse:
    """Has it started."""
    return acted(
        request,
        server_id,
        lambda: services.turn(actor=request.principal, server_id=server_id, verb=ServerVerb.START, at=now()),
        _("起動を頼みました。読み戻して確かめます"),
    )


@access.requires("cloud:OperateServer")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, server_id: UUID) -> HttpResponse:
    """Asks once more, then has it stopped."""
    view = opened(request, server_id, "cloud:OperateServer")
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: services.turn(
                actor=request.principal, server_id=server_id, verb=ServerVerb.STOP, at=now()
            ),
        )
    ):
        messages.success(request, worded(_("停止を頼みました。読み戻して確かめます")))
        return to_server(server_id)
    return server_form(
        request,
        form,
        view,
        _("サーバーを停止する"),
        _("停止する"),
        _("使っている人がいないことを確かめてください。停止は「起動する」で戻せます。データは消えません。"),
        danger=True,
    )


@access.requires("cloud:OperateServer")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tags(request: HttpRequest, server_id: UUID) -> HttpResponse:
    """The tags by which costs are told apart."""
    view = opened(request, server_id, "cloud:OperateServer")
    rules = view.tag_rules
    own = {key: value for key, value in view.line.tags.items() if rules is not None and rules.own(key)}
    kept = {key: value for key, value in view.line.tags.items() if key not in own}
    text = "\n".join(f"{key}={value}" for key, value in sorted(own.items()))
    form = server_forms.TagsForm(request.POST or None, initial={"tags": text})
    made: list[UUID | None] = []
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data["tags"]
        if attempt(
            form,
            lambda: made.append(
                services.change_tags(
                    actor=request.principal, server_id=server_id, tags=read_tags(asked), at=now()
                )
            ),
        ):
            said = (
                _("タグの変更を頼みました。読み戻して確かめます")
                if made[0]
                else _("タグは、もうそのとおりです")
            )
            messages.success(request, worded(said))
            return to_server(server_id)
    return server_form(
        request,
        form,
        view,
        _("タグを変える"),
        _("タグを変える"),
        _("部署や予算科目のタグで、費用を分けて見られます。払出しが付けたタグ（hashira:）は変わりません。"),
        facts=[(_("変わらないタグ"), "、".join(f"{k}={v}" for k, v in sorted(kept.items())) or "–")],
    )


@access.requires("cloud:ProtectServer")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def protect(request: HttpRequest, server_id: UUID) -> HttpResponse:
    """Why it is kept out of delegated acts."""
    view = opened(request, server_id, "cloud:ProtectServer")
    form = server_forms.ProtectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(
            form,
            lambda: services.protect(actor=request.principal, server_id=server_id, reason=reason, at=now()),
        ):
            messages.success(request, worded(_("保護しました")))
            return to_server(server_id)
    return server_form(
        request,
        form,
        view,
        _("サーバーを保護する"),
        _("保護する"),
        _("保護すると、だれも、予定によっても、停止・起動・タグの変更ができません。いつでも外せます。"),
    )


@access.requires("cloud:ProtectServer")
@require_POST
def unprotect(request: HttpRequest, server_id: UUID) -> HttpResponse:
    """Lets it be worked with again."""
    return acted(
        request,
        server_id,
        lambda: services.unprotect(actor=request.principal, server_id=server_id),
        _("保護を外しました"),
    )


@access.requires("cloud:OperateServer")
@require_POST
def undo(request: HttpRequest, server_id: UUID, act_id: UUID) -> HttpResponse:
    """Has the last act taken back."""
    return acted(
        request,
        server_id,
        lambda: services.undo(actor=request.principal, act_id=act_id, at=now()),
        _("取消しを頼みました。読み戻して確かめます"),
    )


@access.requires("cloud:ViewServers")
@never_cache
@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """What was done with the servers that somebody may see: also for the firm that holds the account."""
    table = Table(
        columns=(
            Column("asked_at", _("日時"), sortable=True),
            Column(
                "server_name",
                _("サーバー"),
                heading=True,
                sortable=True,
                filterable=True,
                link=lambda one: reverse("cloud:server", args=[one.server_id]),
            ),
            Column("body_name", _("団体"), sortable=True, filterable=True),
            Column("system_name", _("システム"), sortable=True, filterable=True),
            Column("verb", _("したこと"), choices=_VERBS, filterable=True, value=lambda one: one.verb.value),
            Column("origin", _("きっかけ"), choices=ORIGINS, filterable=True),
            Column("asked_by", _("人")),
            Column("state", _("状態"), choices=ACT_STATES, filterable=True),
            Column("ended_at", _("終わりの日時"), sortable=True),
        ),
        rows=selectors.ServerActRows(request.principal),
        request=request,
        caption=_("委任操作の記録"),
        initial_order=Order(key="asked_at", falling=True),
        stacked=True,
        empty=_("委任操作はまだありません"),
    )
    if table.wants_csv:
        return table.csv_response("server-acts.csv")
    return render(request, "cloud/server_acts.html", {"table": table})


def _table(request: HttpRequest, rows: selectors.ServerRows, *, everywhere: bool) -> Table:
    whose = (
        Column("body_name", _("団体"), sortable=True, filterable=True),
        Column("system_name", _("システム"), sortable=True, filterable=True),
    )
    return Table(
        columns=(
            Column(
                "name",
                _("サーバー"),
                heading=True,
                sortable=True,
                filterable=True,
                link=lambda one: reverse("cloud:server", args=[one.id]),
            ),
            *(whose if everywhere else ()),
            Column(
                "state",
                _("状態"),
                choices=_STATES,
                sortable=True,
                filterable=True,
                value=lambda one: one.state.value,
            ),
            Column("kind", _("種類"), sortable=True, filterable=True),
            Column("since", _("この状態になった日時"), sortable=True),
            Column("cost_tags", _("タグ"), filterable=True),
            Column("yen_a_month", _("月の費用の目安（円・常に稼働）"), numeric=True),
            Column("planned_yen", _("月の費用の目安（円・予定どおり）"), numeric=True),
            Column("next", _("次の動作"), value=_next),
            Column("protected", _("保護"), choices=_YES, filterable=True),
        ),
        rows=rows,
        request=request,
        caption=_("サーバーの一覧"),
        stacked=True,
        empty=_("サーバーはありません"),
    )


def _next(line: selectors.ServerLine) -> str:
    if line.paused:
        return worded(Bilingual("一時止めています", "Paused"))
    if line.next is None:
        return "–"
    verb = ServerVerb.START if line.next.on else ServerVerb.STOP
    return f"{shown(line.next.at)} {worded(verb.label)}"


def _facts(view: selectors.ServerView) -> list[tuple[object, object]]:
    line = view.line
    return [
        (_("団体"), line.body_name),
        (_("システム"), f"{line.system_name}（{worded(dict(STAGES)[line.environment.stage.value])}）"),
        (_("クラウドでの番号"), line.identifier),
        (_("種類"), line.kind),
        (_("リージョン"), line.region),
        (_("この状態になった日時"), line.since or "–"),
        (_("月の費用の目安（円・常に稼働）"), line.yen_a_month if line.yen_a_month is not None else "–"),
        *(
            [(_("月の費用の目安（円・予定どおり）"), line.planned_yen)]
            if line.planned_yen is not None
            else []
        ),
        (_("タグ"), line.cost_tags or "–"),
        (_("最後に読み戻した日時"), line.seen_at),
        *(
            [
                (_("保護した人"), view.protected_by),
                (_("保護した日時"), view.protected_at),
                (_("保護の理由"), view.protected_reason),
            ]
            if line.protected_here
            else []
        ),
    ]


def _schedule(view: selectors.ServerView) -> list[tuple[object, object]]:
    hours = view.line.hours
    if hours is None:
        return []
    names = dict(server_forms.DAYS)
    days = "、".join(worded(names[str(one)]) for one in sorted(hours.days))
    return [
        (_("動かす曜日"), days),
        (_("動かす時間（日本時間）"), f"{hours.begins:%H:%M}–{hours.ends:%H:%M}"),
        (_("閉庁日"), _("動かさない") if hours.off_on_holidays else _("曜日のとおり")),
        (_("次の動作"), _next(view.line)),
        *(
            [(_("動かしたままにする期限"), view.line.left_on_until)]
            if view.line.left_on_until is not None
            else []
        ),
        (_("予定を決めた人"), view.schedule_set_by),
        (_("予定を決めた日時"), view.schedule_set_at),
    ]


def _event(act: selectors.ServerActLine) -> Event:
    words = [worded(dict(ACT_STATES)[act.state])]
    if act.seen:
        words.append(" → ".join(worded(state.label) for _at, state in act.seen))
    if act.wanted or act.dropped:
        words += [f"{key}={value}" for key, value in sorted(act.wanted.items())]
        words += [f"−{key}" for key in act.dropped]
    if act.problem is not None:
        words.append(f"{act.problem.why.in_language(current_language())} {act.problem.code}")
    origin, verb = dict(ORIGINS)[act.origin], worded(act.verb.label)
    title = f"{verb}（{worded(origin)}）"
    return Event(act.asked_at, title, by=act.asked_by, body="　".join(words))
