"""The checks, in the order in which an operator would look (点検の一覧)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.portal.doctor import surroundings
from hashira.portal.doctor.finding import Check, Finding

_ROOM = 2 * 1024**3
_SOON = timedelta(days=30)


def versions() -> Finding:
    """What it runs on, for whoever asks for help."""
    python = ".".join(map(str, sys.version_info[:3]))
    words = f"Python {python}, SQLite {sqlite3.sqlite_version}, Django {django.get_version()}"
    return Finding.good(words, words)


def environment() -> Finding:
    """Production, unless this is for trying things out."""
    if not settings.DEVELOPMENT:
        if "HASHIRA_ENVIRONMENT" in os.environ:
            return Finding.good("本番の設定です", "Set up for production")
        return Finding.good(
            "本番の設定です（HASHIRA_ENVIRONMENT がなく、./run で始めたフォルダーでもないため）",
            "Set up for production: HASHIRA_ENVIRONMENT is not set, and ./run was not started in this folder",
        )
    return Finding.warning(
        Bilingual(
            "開発用の設定です（HTTPSなし、開発用の鍵と認証。データのフォルダーが起動のしかたを覚えています）",
            "Set up for development: no HTTPS, keys of its own (the folder of the data remembers its start)",
        ),
        Bilingual(
            "本番では HASHIRA_ENVIRONMENT=production とし、鍵と認証を設定してください",
            "For production set HASHIRA_ENVIRONMENT=production, the keys and the sign-in",
        ),
    )


def data_directory() -> Finding:
    """A folder of data that others cannot read, with room."""
    folder: Path = settings.DATA_DIR
    # The folder first: files of the database in it are made with the umask, often readable by everybody.
    open_to_others = [
        path.name
        for path in (folder, folder / "secret-key", folder / "keys")
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO
    ]
    if open_to_others:
        names = "、".join(open_to_others)
        return Finding.bad(
            Bilingual(f"ほかの利用者が {names} を読めます", f"Other users can read {names}"),
            Bilingual(f"chmod -R o= {folder} を実行してください", f"Run chmod -R o= {folder}"),
        )
    free = shutil.disk_usage(folder).free
    gigabytes = f"{free / 1024**3:.1f}"
    if free < _ROOM:
        return Finding.warning(
            Bilingual(f"空きが {gigabytes} GB しかありません", f"There are only {gigabytes} GB left"),
            Bilingual("不要なファイルを消すか、場所を移してください", "Make room, or move the folder"),
        )
    return Finding.good(f"{folder}（空き {gigabytes} GB）", f"{folder} ({gigabytes} GB free)")


def database() -> Finding:
    """A database that answers and writes as it must."""
    try:
        with connection.cursor() as cursor:
            if connection.vendor != "sqlite":
                cursor.execute("SHOW synchronous_commit")
                synchronous = cursor.fetchone()[0]
                if synchronous == "off":
                    return _loses_writes("synchronous_commit=off")
                return Finding.good("PostgreSQL に届きます", "PostgreSQL answers")
            cursor.execute("PRAGMA journal_mode")
            journal = cursor.fetchone()[0]
            cursor.execute("PRAGMA synchronous")
            synchronous = cursor.fetchone()[0]
    except DatabaseError as error:
        return Finding.bad(
            Bilingual(f"データベースに届きません：{error}", f"The database does not answer: {error}"),
            Bilingual(
                "HASHIRA_DATABASE_URL とサーバーを確かめてください",
                "Check HASHIRA_DATABASE_URL and the server",
            ),
        )
    if journal != "wal" or synchronous != 2:
        return _loses_writes(f"journal_mode={journal}, synchronous={synchronous}")
    return Finding.good("SQLite（WAL、FULL）", "SQLite (WAL, FULL)")


def migrations() -> Finding:
    """Tables as this version needs them."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return Finding.bad(
            Bilingual(f"表を確かめられません：{error}", f"The tables cannot be looked at: {error}"),
            Bilingual("先にデータベースを直してください", "Mend the database first"),
        )
    if waiting:
        return Finding.bad(
            Bilingual(f"{len(waiting)}個の移行が済んでいません", f"{len(waiting)} migrations wait"),
            Bilingual(
                "./run を一度起動するか、migrate を実行してください", "Start ./run once, or run migrate"
            ),
        )
    return Finding.good("表は最新です", "The tables are up to date")


def worker() -> Finding:
    """Somebody who carries out jobs."""
    from hashira.core.jobs.models import Worker

    try:
        seen = Worker.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()
    except DatabaseError:
        seen = None
    if seen is not None and datetime.now(UTC) - seen < timedelta(minutes=1):
        return Finding.good("ワーカーが動いています", "A worker is running")
    return Finding.warning(
        Bilingual(
            "ワーカーが動いていません。取込みなどが進みません",
            "No worker is running: imports and the like wait",
        ),
        Bilingual("./run か hashira worker を起動してください", "Start ./run or hashira worker"),
    )


def audit_chain() -> Finding:
    """An audit in which nothing was changed."""
    from hashira.core.audit.sealing import verify

    try:
        found = verify()
    except DatabaseError as error:
        return Finding.bad(
            Bilingual(f"監査記録を読めません：{error}", f"The audit cannot be read: {error}"),
            Bilingual("先にデータベースを直してください", "Mend the database first"),
        )
    if found.problem is not None:
        return Finding.bad(
            found.problem,
            Bilingual(
                "書き出しと控えた値を保全し、セキュリティの担当者に知らせてください",
                "Keep an export and the heads you noted, and tell whoever answers for security",
            ),
        )
    return Finding.good(
        f"{found.events}件、封印{found.seals}個に問題はありません",
        f"{found.events} events, {found.seals} seals: intact",
    )


def signing_keys() -> Finding:
    """Keys that open, and may sign for another month. None is made by looking."""
    from hashira.certificates.adapters.issuing_keys import issuing_keys, keys_are_made
    from hashira.certificates.domain.state_certificate import read_certificate
    from hashira.certificates.domain.state_chain import signing_period

    now = datetime.now(UTC)
    try:
        if not keys_are_made(now):
            return Finding.warning(
                Bilingual("開発用の鍵はまだありません", "There are no keys for development yet"),
                Bilingual("./run が起動のときに作ります", "./run makes them when it starts"),
            )
        keys = issuing_keys(now)
        _begins, ends = signing_period(read_certificate(keys.seal.certificate_chain[0]))
    except (HashiraError, ValueError, IndexError) as error:
        said = error.message("ja") if isinstance(error, HashiraError) else str(error)
        english = error.message("en") if isinstance(error, HashiraError) else str(error)
        return Finding.bad(
            Bilingual(said, english),
            Bilingual(
                "docs/how-to/hsm.md のとおりに鍵を設定してください",
                "Set the keys up as in docs/how-to/hsm.md",
            ),
        )
    if ends - now < _SOON:
        return Finding.warning(
            Bilingual(
                f"海外用の鍵で署名できるのは {ends:%Y-%m-%d} までです",
                f"Seals can be signed until {ends:%Y-%m-%d}",
            ),
            Bilingual("新しい署名者証明書を手配してください", "Have a new signer's certificate issued"),
        )
    if settings.DEVELOPMENT:
        return Finding.warning(
            Bilingual("開発用の鍵です", "The keys are for development"),
            Bilingual("本番ではHSMの鍵を設定してください", "In production use keys in an HSM"),
        )
    return Finding.good(
        f"署名できます（海外用は {ends:%Y-%m-%d} まで）", f"They sign (seals until {ends:%Y-%m-%d})"
    )


def trust() -> Finding:
    """Lists of trust that can be read, whose signatures hold, and that are not old."""
    from hashira.certificates.adapters.trust_files import read_trust
    from hashira.certificates.selectors.trust import archive, warn_after

    now = datetime.now(UTC)
    try:
        lists = archive().read(at=now, warn_after=warn_after())
        found = read_trust(settings.HASHIRA_TRUST) | lists
    except HashiraError as error:
        return Finding.bad(
            Bilingual(error.message("ja"), error.message("en")),
            Bilingual(
                "HASHIRA_TRUST のファイルか、hashira certificates trust verify を確かめてください",
                "Check the files that HASHIRA_TRUST names, or hashira certificates trust verify",
            ),
        )
    count = len(found.keys) + len(found.anchors) + len(found.state_keys)
    if not count:
        return Finding.warning(
            Bilingual("自分の鍵のほかは、何も信じません", "Nothing but the own keys is trusted"),
            Bilingual(
                "ほかの発行者も確かめるなら、hashira certificates trust pin で登録してください",
                "To verify certificates of others, pin their lists with hashira certificates trust pin",
            ),
        )
    old = ", ".join(f"{one.name} {one.dated:%Y-%m-%d}" for one in lists.lists if one.is_old(now))
    if old:
        return Finding.warning(
            Bilingual(f"古い信頼リストがあります: {old}", f"Lists of trust are old: {old}"),
            Bilingual(
                "hashira certificates trust update で更新してください",
                "Update them with hashira certificates trust update",
            ),
        )
    return Finding.good(f"鍵と認証局 {count} 個", f"{count} keys and authorities")


def _loses_writes(how: str) -> Finding:
    return Finding.bad(
        Bilingual(f"停電で書き込みを失う設定です（{how}）", f"A loss of power would lose writes ({how})"),
        Bilingual("データベースの設定を元に戻してください", "Undo that setting of the database"),
    )


GENERAL = (
    Check("versions", Bilingual("版", "Versions"), versions),
    Check("environment", Bilingual("環境", "Environment"), environment),
    Check("data-directory", Bilingual("データのフォルダー", "Folder of the data"), data_directory),
    Check("database", Bilingual("データベース", "Database"), database),
    Check("migrations", Bilingual("表", "Tables"), migrations),
    Check("hosts", Bilingual("アドレス", "Addresses"), surroundings.hosts),
    Check("clock", Bilingual("時計", "Clock"), surroundings.clock),
    Check("worker", Bilingual("ワーカー", "Worker"), worker),
    Check("audit", Bilingual("監査記録", "Audit"), audit_chain),
)
CERTIFICATES = (
    Check("signing-keys", Bilingual("署名鍵", "Signing keys"), signing_keys),
    Check("trust", Bilingual("信頼情報", "Trust"), trust),
    Check(
        "resident-sign-in",
        Bilingual("住民のサインイン", "Sign-in of residents"),
        surroundings.resident_sign_in,
    ),
)


def checks() -> tuple[Check, ...]:
    """Those of the systems this installation runs."""
    return GENERAL + (CERTIFICATES if "certificates" in settings.HASHIRA_SYSTEMS else ())
