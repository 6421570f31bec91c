"""``hashira demo …`` and what a start prints (デモ用のコマンド)."""

from __future__ import annotations

import sys
import time

import click


@click.group()
def demo() -> None:
    """デモ用のデータとアカウント / demonstration data and accounts."""


@demo.command()
def load() -> None:
    """空のデータベースにデモ用のデータを入れる / Fill an empty database."""
    _start()
    from hashira.portal.demonstration.loading import NotForProduction
    from hashira.portal.demonstration.loading import load as fill

    try:
        loaded = fill()
    except NotForProduction as error:
        click.echo(f"{error.message('ja')}\n{error.message('en')}", err=True)
        sys.exit(3)
    click.echo(
        "デモ用のデータを入れました / loaded" if loaded else "すでにデータがあります / there is data already"
    )


@demo.command()
def accounts() -> None:
    """デモ用のアカウントの一覧 / List the accounts."""
    _start()
    print_accounts()


@demo.command()
@click.argument("email")
def code(email: str) -> None:
    """いまの6桁の数字 / The present six digits of an account's second factor."""
    _start()
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    from hashira.portal.demonstration.accounts import second_factor_secret

    secret = second_factor_secret(email)
    if secret is None:
        click.echo(f"{email}: アカウントがないか、認証アプリがありません / no account with a TOTP", err=True)
        sys.exit(1)
    click.echo(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def print_accounts() -> None:
    """Who can sign in, and how."""
    from rich.console import Console
    from rich.table import Table

    from hashira.portal.demonstration.accounts import ACCOUNTS, PASSWORD, described

    table = Table(title="デモ用のアカウント / Demonstration accounts", title_justify="left")
    table.add_column("役割 / role")
    table.add_column("メールアドレス / e-mail")
    for account in ACCOUNTS:
        role = described(account.role)
        table.add_row(f"{role.ja} / {role.en}", account.email)
    table.add_row("住民 / resident", "サインイン画面で架空の人を選ぶ / choose a person when signing in")
    console = Console(highlight=False)
    console.print(table)
    console.print(f"パスワード / password: [bold]{PASSWORD}[/]")
    console.print("6桁の数字 / six digits: [bold].venv/bin/hashira demo code E-MAIL[/]")
    console.print(
        "見本 花子さんの接種券番号 / coupon number of 見本 花子: [bold]0000000001[/] (千代田区 / Chiyoda)"
    )


def _start() -> None:
    import os

    os.environ.setdefault("HASHIRA_ENVIRONMENT", "development")
    import django

    django.setup()
