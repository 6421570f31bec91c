"""Pages for what went wrong: what happened, why, what to do next, under a code, in the reader's language.

The portal names these as its handlers::

    handler400 = "hashira.ui.errors.bad_request"
    handler403 = "hashira.ui.errors.permission_denied"
    handler404 = "hashira.ui.errors.not_found"
    handler500 = "hashira.ui.errors.server_error"

and in its settings ``CSRF_FAILURE_VIEW = "hashira.ui.errors.csrf_failure"`` and, last in ``MIDDLEWARE``,
``hashira.ui.errors.ErrorPages``, which answers every :class:`~hashira.kernel.errors.HashiraError` that a view
lets pass.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.ui.wording import current_language

_log = logging.getLogger(__name__)


class RequestNotUnderstood(HashiraError):
    code = "UI-001"
    what = Bilingual("送られた内容を受け取れませんでした", "We could not accept what was sent")
    why = Bilingual(
        "内容が壊れているか、大きすぎるか、このサイト宛てではありません",
        "It is damaged, too large, or not meant for this site",
    )
    remedy = Bilingual(
        "前のページに戻り、もう一度送ってください。ファイルを送った場合は大きさを確かめてください",
        "Go back and send it again. If you sent a file, check its size",
    )
    status = 400


class NotAllowed(HashiraError):
    code = "UI-002"
    what = Bilingual("このページを開く権限がありません", "You are not allowed to open this page")
    why = Bilingual(
        "今の役割では、この内容の閲覧や操作が認められていません",
        "Your present role does not permit seeing or doing this",
    )
    remedy = Bilingual(
        "別のアカウントで入り直すか、所属する組織の管理者に役割を確かめてください",
        "Sign in with another account, or ask the administrator of your organisation about your role",
    )
    status = 403


class PageNotFound(HashiraError):
    code = "UI-003"
    what = Bilingual("ページが見つかりません", "Page not found")
    why = Bilingual(
        "アドレスが間違っているか、ページが移動または廃止されました",
        "The address is wrong, or the page has moved or is gone",
    )
    remedy = Bilingual(
        "アドレスを確かめるか、最初のページから探してください",
        "Check the address, or start from the first page",
    )
    status = 404


class ServerFault(HashiraError):
    code = "UI-004"
    what = Bilingual("処理を終えられませんでした", "We could not finish this")
    why = Bilingual("このサイトの側で問題が起きました", "Something went wrong on our side")
    remedy = Bilingual(
        "しばらくしてからもう一度お試しください。続く場合は、時刻とこの番号を窓口に知らせてください",
        "Try again in a while. If it goes on, tell the service desk the time and this code",
    )
    status = 500


class FormTooOld(HashiraError):
    code = "UI-005"
    what = Bilingual("送られた内容を確かめられませんでした", "We could not verify where this was sent from")
    why = Bilingual(
        "ページを開いてから時間がたったか、ブラウザがCookieを受け付けていません",
        "The page was opened too long ago, or the browser does not accept cookies",
    )
    remedy = Bilingual(
        "Cookieを許可し、前のページを開き直してから、もう一度送ってください",
        "Allow cookies, open the page before again, and send it once more",
    )
    status = 403


def render_error(request: HttpRequest | None, error: HashiraError) -> HttpResponse:
    """The page for an error, with its status; never cached."""
    language = current_language()
    texts = {
        "code": error.code,
        "what": error.what.format(**error.details).in_language(language),
        "why": error.why.format(**error.details).in_language(language),
        "remedy": error.remedy.format(**error.details).in_language(language),
        "status": error.status,
    }
    response = HttpResponse(render_to_string("ui/error.html", texts, request), status=error.status)
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler for 400. What Django refused is not repeated to whoever sent it."""
    return render_error(request, RequestNotUnderstood())


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler for 403."""
    return render_error(request, exception if isinstance(exception, HashiraError) else NotAllowed())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler for 404."""
    return render_error(request, PageNotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Handler for 500: drawn without the request, so that nothing broken in it can break this page too."""
    return render_error(None, ServerFault())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose token does not match."""
    return render_error(request, FormTooOld())


class ErrorPages:
    """Middleware: a ``HashiraError`` that leaves a view becomes its page, not a fault of the server."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, HashiraError):
            return None
        if exception.status >= 500:  # a person gets a page, an operator still gets the trace
            _log.error("%s at %s", exception.code, request.path, exc_info=exception)
        return render_error(request, exception)
