"""Checks of what lies around the installation: its addresses, the clock, the provider (周囲の点検)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.urls import reverse

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.portal.doctor.finding import Finding

_HOST = re.compile(r"\.?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_OWN_MACHINE = {"localhost", "127.0.0.1", "[::1]"}
_WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
"""This version was not there before; a clock that says otherwise is wrong."""
_TOLERATED = timedelta(seconds=30)
"""How far apart the sign-in takes clocks to be; see ``RelyingParty.clock_skew``."""
_USELESS = timedelta(minutes=5)


def hosts() -> Finding:
    """The names under which the site answers, from which its forms may come."""
    named: list[str] = settings.ALLOWED_HOSTS
    strange = [host for host in named if not _HOST.fullmatch(host)]
    if strange:
        shown = "、".join(strange) or "''"
        return Finding.bad(
            Bilingual(
                f"HASHIRA_HOSTS の {shown} はホスト名ではありません",
                f"{shown} in HASHIRA_HOSTS is no host name",
            ),
            Bilingual(
                "https:// もポートも * も付けず、名前だけをコンマで区切ってください",
                "Give names only, separated by commas: no https://, no port, no *",
            ),
        )
    if settings.DEVELOPMENT:
        return Finding.good("、".join(named), ", ".join(named))
    if set(named) <= _OWN_MACHINE:
        return Finding.warning(
            Bilingual("この機械の中からしか開けません", "The site opens from this machine only"),
            Bilingual(
                "HASHIRA_HOSTS に利用者が開く名前を設定してください",
                "Set HASHIRA_HOSTS to the name people open",
            ),
        )
    issuer = settings.HASHIRA_SHC_ISSUER
    if issuer and not _served(urlsplit(issuer).hostname):
        return Finding.warning(
            Bilingual(
                f"国内用の発行者 {issuer} は HASHIRA_HOSTS になく、検証する人が鍵を取れないかもしれません",
                f"The issuer {issuer} is none of HASHIRA_HOSTS: verifiers may not get its keys",
            ),
            Bilingual(
                "同じ名前で公開するか、その名前で /.well-known/jwks.json を配っているか確かめてください",
                "Serve that name, or see that /.well-known/jwks.json is published there",
            ),
        )
    shown = ", ".join(f"https://{host}" for host in named)
    return Finding.good(
        f"{shown}（入力もここからだけ受け付けます）", f"{shown}; forms are taken from there only"
    )


def clock() -> Finding:
    """A clock that agrees with the database and with what was written before."""
    now = datetime.now(UTC)
    remedy = Bilingual(
        "時刻の同期（chrony、systemd-timesyncd など）を確かめてください",
        "Check that the time is synchronised (chrony, systemd-timesyncd)",
    )
    if now < _WRITTEN:
        return Finding.bad(
            Bilingual(
                f"時計が {now:%Y-%m-%d} です。この版ができる前です",
                f"The clock says {now:%Y-%m-%d}, before this version was made",
            ),
            remedy,
        )
    try:
        apart = _database_clock() - datetime.now(UTC)
        ahead = _last_written() - datetime.now(UTC)
    except DatabaseError as error:
        return Finding.bad(
            Bilingual(f"データベースの時計を読めません：{error}", f"The database's clock: {error}"),
            Bilingual("先にデータベースを直してください", "Mend the database first"),
        )
    if ahead > _TOLERATED:
        return Finding.bad(
            Bilingual(
                f"監査記録に、いまより {_seconds(ahead)} 秒後の日時があります。時計が戻されています",
                f"The audit has a moment {_seconds(ahead)} s from now: the clock was set back",
            ),
            remedy,
        )
    if abs(apart) > _TOLERATED:
        said = Bilingual(
            f"データベースの時計と {_seconds(apart)} 秒違います",
            f"It is {_seconds(apart)} s off the database's",
        )
        return Finding.bad(said, remedy) if abs(apart) > _USELESS else Finding.warning(said, remedy)
    return Finding.good(f"{now:%Y-%m-%d %H:%M:%S} UTC", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def resident_sign_in() -> Finding:
    """A provider that answers, a key that opens, and an address to which residents come back."""
    from hashira.core.accounts.oidc import endpoint
    from hashira.core.accounts.oidc.errors import ProviderUnreachable
    from hashira.portal.resident_sign_in.configuration import http_client, provider, relying_party

    if settings.HASHIRA_DEVELOPMENT_PROVIDER:
        return Finding.warning(
            Bilingual(
                "組み込みの開発用の認証サーバーです（だれにでもなれます）",
                "The provider built in for development: anybody can be anybody",
            ),
            Bilingual(
                "本番では HASHIRA_RESIDENT_OIDC_ISSUER などを設定してください",
                "In production set HASHIRA_RESIDENT_OIDC_ISSUER and the rest",
            ),
        )
    chosen = settings.HASHIRA_RESIDENT_OIDC
    if not chosen["ISSUER"]:
        return Finding.warning(
            Bilingual(
                "住民はサインインできません（設定がありません）", "Residents cannot sign in: nothing is set"
            ),
            Bilingual(
                "docs/how-to/digital-authentication-app.md のとおりに設定してください",
                "Set it up as in docs/how-to/digital-authentication-app.md",
            ),
        )
    nobody = HttpRequest()  # only the provider built in looks at the request
    try:
        party = relying_party(nobody)
    except HashiraError as error:
        return _failed(error)
    wrong = _wrong_return(party.redirect_uri)
    if wrong is not None:
        return wrong
    try:
        with http_client() as http:
            asked = provider(nobody, http)
            endpoint.ask(http, "GET", asked.jwks_uri, part="jwks")
    except ProviderUnreachable as error:
        return Finding.bad(
            Bilingual(
                f"認証サーバー {chosen['ISSUER']} に届きません",
                f"The provider {chosen['ISSUER']} is not reachable",
            ),
            Bilingual(
                "この機械から外への通信（プロキシ、ファイアウォール、DNS）を確かめてください。"
                "閉域網の中では住民はサインインできません",
                "Check the way out of this machine (proxy, firewall, DNS). "
                f"In a network that is cut off residents cannot sign in ({error.code})",
            ),
        )
    except HashiraError as error:
        return _failed(error)
    return Finding.good(f"{asked.issuer} に届きます", f"{asked.issuer} answers")


def _wrong_return(redirect_uri: str) -> Finding | None:
    """What is wrong with the address to which the provider sends people back."""
    parts = urlsplit(redirect_uri)
    expected = reverse("resident-callback")
    if _served(parts.hostname) and parts.path == expected and not parts.query:
        return None
    return Finding.bad(
        Bilingual(
            f"リダイレクトURI {redirect_uri} には、この画面がありません",
            f"Nothing of this site answers at the redirect URI {redirect_uri}",
        ),
        Bilingual(
            f"https://（HASHIRA_HOSTS の名前）{expected} を認証サーバーに登録し、"
            "HASHIRA_RESIDENT_OIDC_REDIRECT_URI に設定してください",
            f"Register https://(a name of HASHIRA_HOSTS){expected} at the provider, and set "
            "HASHIRA_RESIDENT_OIDC_REDIRECT_URI to it",
        ),
    )


def _served(host: str | None) -> bool:
    """Whether the site answers under that name; a leading dot stands for every name below."""
    return host is not None and any(
        host == named or (named.startswith(".") and (host == named[1:] or host.endswith(named)))
        for named in settings.ALLOWED_HOSTS
    )


def _failed(error: HashiraError) -> Finding:
    return Finding.bad(
        Bilingual(error.message("ja"), error.message("en")),
        Bilingual(
            "docs/how-to/digital-authentication-app.md を見て設定を直してください",
            "Correct the settings as in docs/how-to/digital-authentication-app.md",
        ),
    )


def _database_clock() -> datetime:
    """The time at the database; SQLite has the clock of this machine."""
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _last_written() -> datetime:
    """The moment of the newest event of the audit; long ago where there is none, or no table yet."""
    from hashira.core.audit.models import AuditEvent

    if AuditEvent._meta.db_table not in connection.introspection.table_names():
        return _WRITTEN  # the check of the tables says so
    last = AuditEvent.objects.order_by("-sequence").values_list("moment", flat=True).first()
    return last or _WRITTEN


def _seconds(span: timedelta) -> int:
    return round(abs(span.total_seconds()))
