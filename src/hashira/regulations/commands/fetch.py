"""``hashira regulations fetch``: laws from e-Gov into a folder (法令の取得)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from hashira.kernel.clock import JST, SystemClock
from hashira.kernel.errors import HashiraError

if TYPE_CHECKING:
    from hashira.regulations.adapters.egov_api import EgovApi, RevisionFacts
    from hashira.regulations.adapters.egov_mirror import Step
    from hashira.regulations.adapters.polite_http import PoliteHttp

_NEGATIVE, _ENVIRONMENT = 1, 3
_OWN_MACHINE = ("127.0.0.1", "localhost", "::1")
_SHOWN_EVERY = 0.5
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--as-of", type=_DAY, help="この日に施行されている版 [今日] / the revisions in force that day")
@click.option(
    "--updated-since", type=_DAY, help="この日以後に更新されたものだけ / only what was updated since that day"
)
@click.option(
    "--law", "law_ids", multiple=True, metavar="法令ID", help="この法令だけ / only this law (340CO0000000014)"
)
@click.option("--bulk", is_flag=True, help="一括ダウンロードのzipから / from the bulk zip (about 300 MB)")
@click.option("--address", default="https://laws.e-gov.go.jp", show_default=True, help="提供元 / the server")
@click.option(
    "--rate",
    type=click.FloatRange(0.01, 1000),
    default=1.0,
    show_default=True,
    help="1秒に送る要求の数の上限 / requests a second at most",
)
def fetch(
    folder: Path,
    as_of: datetime | None,
    updated_since: datetime | None,
    law_ids: tuple[str, ...],
    bulk: bool,
    address: str,
    rate: float,
) -> None:
    """e-Gov から法令をフォルダーに取得する / Fetch laws from e-Gov into a folder.

    FOLDER に法令ごとの XML と事実の JSON を置きます。そのまま scan で読めます。
    途中で止めても、同じコマンドで続きから取得します。もうある版は取得しません。
    取得できない法令は知らせて飛ばします（終了コードは 1）。

    FOLDER gets an XML a law with its facts beside it, which `scan` reads at once. Run the same command
    again to continue. A law that cannot be had is reported and skipped (exit code 1).
    """
    from hashira.regulations.adapters.egov_api import LAW_ID
    from hashira.regulations.adapters.polite_http import PoliteHttp, client

    unknown = [law_id for law_id in law_ids if not LAW_ID.fullmatch(law_id)]
    if unknown:
        raise click.UsageError(f"--law: {'、'.join(unknown)} ／ 340CO0000000014")
    if bulk and (as_of or updated_since):
        raise click.UsageError(
            "--bulk は今日の版だけです（--as-of、--updated-since なし） / --bulk: today's laws only"
        )
    asked = urlsplit(address)
    if asked.scheme != "https" and not (asked.scheme == "http" and asked.hostname in _OWN_MACHINE):
        raise click.UsageError("--address: https://…")
    progress = _Progress()
    try:
        with client() as http:
            polite = PoliteHttp(http, rate=rate, seconds=7200.0 if bulk else 300.0)
            if bulk:
                _bulk(folder, polite, address, law_ids, progress)
            else:
                _texts(folder, polite, address, as_of, updated_since, law_ids, progress)
    except KeyboardInterrupt:
        progress.end()
        click.echo(
            "止めました。同じコマンドで続きから取得します / stopped; the same command continues", err=True
        )
        sys.exit(_NEGATIVE)
    except HashiraError as error:
        progress.end()
        click.echo(str(error), err=True)
        sys.exit(_ENVIRONMENT)
    progress.end()
    sys.exit(_NEGATIVE if progress.missing else 0)


def _texts(
    folder: Path,
    polite: PoliteHttp,
    address: str,
    as_of: datetime | None,
    updated_since: datetime | None,
    law_ids: tuple[str, ...],
    progress: _Progress,
) -> None:
    from hashira.regulations.adapters.egov_api import EgovApi
    from hashira.regulations.adapters.egov_mirror import fill, opened

    api = EgovApi(polite, address)
    with opened(folder) as mirror:
        wanted = list(_named(api, as_of, law_ids, progress)) if law_ids else _in_force(api, as_of, progress)
        if updated_since is not None:
            since = updated_since.date()
            wanted = [facts for facts in wanted if facts.updated_on is None or facts.updated_on >= since]
        for step in fill(mirror, api, wanted):
            progress.show(step, len(wanted))


def _in_force(api: EgovApi, as_of: datetime | None, progress: _Progress) -> list[RevisionFacts]:
    """The whole list. A law that moved to another page between two requests is taken once."""
    listed = api.laws(as_of=as_of.date() if as_of else None, refused=progress.miss)
    return list({facts.law_id: facts for facts in listed if not facts.ended}.values())


def _named(
    api: EgovApi, as_of: datetime | None, law_ids: tuple[str, ...], progress: _Progress
) -> Iterator[RevisionFacts]:
    from hashira.regulations.adapters.egov_refusals import LawNotThere

    for law_id in dict.fromkeys(law_ids):
        try:
            yield api.law(law_id, as_of=as_of.date() if as_of else None)
        except LawNotThere as error:
            progress.miss(error)


def _bulk(
    folder: Path, polite: PoliteHttp, address: str, law_ids: tuple[str, ...], progress: _Progress
) -> None:
    from hashira.regulations.adapters.egov_bulk import download, unpack
    from hashira.regulations.adapters.egov_mirror import opened
    from hashira.regulations.adapters.egov_refusals import LawNotThere

    today = SystemClock().now().astimezone(JST).date()
    with opened(folder) as mirror:
        archive = download(polite, address, folder, progress.octets)
        seen: set[str] = set()
        for step in unpack(mirror, archive, today, set(law_ids)):
            seen.add(step.revision_id.partition("_")[0])
            progress.show(step, 0)
        for law_id in dict.fromkeys(law_ids):
            if law_id not in seen:
                progress.miss(LawNotThere(law=law_id))
        archive.unlink(missing_ok=True)


class _Progress:
    """Counts what happens and, on a terminal, shows it with rate and time left."""

    def __init__(self) -> None:
        self.done = self.fetched = self.there = self.missing = 0
        self._shown = sys.stderr.isatty()
        self._begun = self._last = time.monotonic()

    def show(self, step: Step, total: int) -> None:
        from hashira.regulations.adapters.egov_mirror import Outcome

        self.done += 1
        if step.error is not None:
            self.miss(step.error)
        self.fetched += step.outcome is Outcome.FETCHED
        self.there += step.outcome is Outcome.THERE
        rate = self.fetched / max(time.monotonic() - self._begun, 0.001)
        left = f" 残り / left {(total - self.done) / rate / 60:,.0f} 分 / min" if total and rate else ""
        self._line(f"{self.done:,}" + (f"/{total:,}" if total else "") + f" 法令 / laws, {rate:,.1f}/s{left}")

    def octets(self, count: int) -> None:
        rate = count / max(time.monotonic() - self._begun, 0.001)
        self._line(f"zip {count / 1e6:,.0f} MB, {rate / 1e6:,.1f} MB/s")

    def miss(self, error: HashiraError) -> None:
        self.missing += 1
        self._clear()
        click.echo(f"飛ばしました / skipped: {error}", err=True)

    def end(self) -> None:
        self._clear()
        click.echo(
            f"取得 / fetched {self.fetched:,}, もうある / already there {self.there:,}, "
            f"取得できず / missing {self.missing:,}",
            err=True,
        )

    def _line(self, text: str) -> None:
        now = time.monotonic()
        if self._shown and now - self._last > _SHOWN_EVERY:
            self._last = now
            sys.stderr.write(f"\r{text:<78}")
            sys.stderr.flush()

    def _clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * 78 + "\r")
