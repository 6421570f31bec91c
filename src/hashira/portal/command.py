"""The ``hashira`` command: one group, to which each system adds its own when it is asked for."""

from __future__ import annotations

import importlib
import os
import warnings

import click

_GROUPS = {
    "accounts": ("hashira.portal.staff_sign_in.command", "職員のアカウント / accounts of staff"),
    "audit": ("hashira.core.audit.cli", "監査記録 / the audit"),
    "doctor": ("hashira.portal.doctor.command", "設定と状態の点検 / check the installation"),
    "bundle": ("hashira.portal.bundle", "閉域網への持ち込み / for a network that is cut off"),
    "demo": ("hashira.portal.demonstration.command", "デモ用のデータ / demonstration data"),
    "figures": ("hashira.portal.exchange.command", "数値の持ち運び / figures that travel"),
    "jobs": ("hashira.portal.jobs.command", "ジョブ / jobs"),
    "cloud": ("hashira.cloud.cli", "ガバメントクラウド / Government Cloud"),
    "certificates": ("hashira.certificates.cli", "接種証明書 / vaccination certificates"),
    "regulations": ("hashira.regulations.cli", "アナログ規制の見直し / review of analog regulations"),
}


class _Systems(click.Group):
    """Loads a group on its first use, so that verifying a certificate does not wait for the web."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_GROUPS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _GROUPS:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(_GROUPS[cmd_name][0])
        group = getattr(module, cmd_name)
        return group if isinstance(group, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = [(name, c.get_short_help_str()) for name, c in self.commands.items()]
        systems = [(name, text) for name, (_module, text) in _GROUPS.items()]
        with formatter.section("Commands"):
            formatter.write_dl(sorted(own + systems))


@click.group(cls=_Systems, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hashira")
def main() -> None:
    """Hashira 柱: 行政のデジタル基盤 / a digital agency in a box."""
    from hashira.portal.last_start import data_folder, recall

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hashira.portal.settings")
    # The log says it on the terminal already; the warning is for those who call the library.
    warnings.filterwarnings("ignore", message="開発用の署名鍵")
    if click.get_current_context().invoked_subcommand != "run":  # it says itself how it starts
        recall(data_folder())


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="ポート")
@click.option("--data-dir", type=click.Path(file_okay=False), help="データを置くフォルダー [.data]")
@click.option("--database-url", help="postgresql://… （なければ SQLite）")
def run(port: int, data_dir: str | None, database_url: str | None) -> None:
    """開発用に起動する / Start for development on this machine."""
    os.environ.setdefault("HASHIRA_ENVIRONMENT", "development")
    if data_dir:
        os.environ["HASHIRA_DATA_DIR"] = data_dir
    if database_url:
        os.environ["HASHIRA_DATABASE_URL"] = database_url
    from hashira.portal.server import serve

    serve(port=port)


@main.command()
@click.option("--lease", type=click.FloatRange(1), default=10.0, show_default=True, help="沈黙の限度（秒）")
def worker(lease: float) -> None:
    """ジョブを実行するワーカーを動かす / Run a worker that carries out jobs.

    何台でも動かせる（PostgreSQL）。限度より長く沈黙したワーカーのジョブは、ほかのワーカーが引き継ぐ。
    Run as many as you like on PostgreSQL; the jobs of one that stays silent for longer than the limit go on
    in another.
    """
    from hashira.portal.worker import work

    work(lease_seconds=lease, follow_parent=False)
