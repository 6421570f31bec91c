"""``hashira accounts …``: the first administrator, roles and lost second factors, at the terminal."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from hashira.portal.directory_sign_in.command import directory

if TYPE_CHECKING:
    from hashira.core.access import Principal

_ENVIRONMENT = 3
_JST = ZoneInfo("Asia/Tokyo")


@click.group()
def accounts() -> None:
    """職員のアカウント / accounts of staff."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hashira.portal.settings")
    django.setup()


accounts.add_command(directory)


@accounts.command()
@click.argument("email")
@click.option("--name", required=True, help="氏名 / the name shown to colleagues")
@click.option("--password-stdin", is_flag=True, help="標準入力の1行目をパスワードにする / read it from stdin")
def create(email: str, name: str, password_stdin: bool) -> None:
    """アカウントを作る / Make an account, without any role yet."""
    from hashira.core.accounts import services

    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("パスワード / password", hide_input=True, confirmation_prompt=True, err=True)
    with told():
        services.create_account(actor=operator(), email=email, display_name=name, password=password)
    click.echo(
        "作りました。二要素認証は最初のサインインで設定します / Made; the second factor is set up at sign-in"
    )


@accounts.command()
@click.argument("email")
@click.argument("role")
@click.argument("organisation")
@click.option("--from", "first", help="始まりの日 / first day, YYYY-MM-DD [today]")
@click.option("--until", "last", help="最後の日 / last day, YYYY-MM-DD")
def grant(email: str, role: str, organisation: str, first: str | None, last: str | None) -> None:
    """役割を付与する / Grant ROLE in ORGANISATION (全国地方公共団体コード, or the code of one registered).

    日付は日本時間で、最後の日の終わりまで有効です / Dates are days in Japan; the last day is included.
    """
    from hashira.core.accounts import services

    begins = _midnight(first, "--from") if first else datetime.now(UTC)
    ends = _midnight(last, "--until", after=True) if last else None
    with told():
        body = body_id(organisation)
        services.grant_role(
            actor=operator(), email=email, organisation=body, role=role, valid_from=begins, valid_until=ends
        )
    click.echo("付与しました / Granted")


@accounts.command()
@click.argument("email")
@click.argument("role")
@click.argument("organisation")
def end(email: str, role: str, organisation: str) -> None:
    """役割をいま終える / End ROLE in ORGANISATION now."""
    from hashira.core.accounts import services

    with told():
        body = body_id(organisation)
        services.end_role(actor=operator(), email=email, organisation=body, role=role, at=datetime.now(UTC))
    click.echo("終えました / Ended")


@accounts.command("reset-factors")
@click.argument("email")
def reset_factors(email: str) -> None:
    """二つ目の確認をすべて外す / Take all second factors off, after making sure who asks for it."""
    from hashira.core.accounts import services

    with told():
        taken = services.reset_second_factors(actor=operator(), email=email)
    click.echo(f"{taken}件を外しました / {taken} taken off")


@accounts.command()
@click.argument("email")
def stop(email: str) -> None:
    """アカウントを停止する / Let nobody sign in with the account; open sessions end."""
    from hashira.core.accounts import services

    with told():
        changed = services.stop_account(actor=operator(), email=email)
    click.echo("停止しました / Stopped" if changed else "停止していました / It was stopped already")


@accounts.command()
@click.argument("email")
def resume(email: str) -> None:
    """停止したアカウントを戻す / Let a stopped account sign in again."""
    from hashira.core.accounts import services

    with told():
        changed = services.resume_account(actor=operator(), email=email)
    click.echo("戻しました / Resumed" if changed else "停止していません / It was not stopped")


@accounts.command("give-token")
@click.argument("email")
@click.argument("serial")
@click.option("--seed-stdin", is_flag=True, help="標準入力の1行目をシードにする / read the seed from stdin")
def give_token(email: str, serial: str, seed_stdin: bool) -> None:
    """ハードウェアトークンを渡す / Make the token SERIAL, of a known seed, the second factor."""
    from hashira.core.accounts import services

    if seed_stdin:
        seed = sys.stdin.readline().rstrip("\r\n")
    else:
        seed = click.prompt("シード / seed (base32, hex)", hide_input=True, err=True)
    with told():
        services.give_token(actor=operator(), email=email, serial=serial, seed=seed)
    click.echo("渡しました / Given")


@accounts.group()
def organisation() -> None:
    """団体 / organisations."""


@organisation.command("add")
@click.argument("kind", type=click.Choice(["ministry", "vendor", "operator"]))
@click.argument("code")
@click.option("--name", required=True, help="名前 / name in Japanese")
@click.option("--name-en", required=True, help="英語の名前 / name in English")
def add_organisation(kind: str, code: str, name: str, name_en: str) -> None:
    """府省庁・事業者・運用者を登録する / Register a ministry, vendor or operator under CODE."""
    from hashira.core.accounts import services
    from hashira.core.accounts.models import Organisation

    with told():
        services.add_organisation(
            actor=operator(), kind=Organisation.Kind(kind), code=code, name=name, name_en=name_en
        )
    click.echo("登録しました / Registered")


@organisation.command("list")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
def list_organisations(as_json: bool) -> None:
    """団体を並べる / List the organisations."""
    from hashira.core.accounts.models import Organisation

    found = list(Organisation.objects.values("kind", "code", "name", "name_en"))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(f"{one['code'] or '-'}  {one['kind']}  {one['name']}  {one['name_en']}")


@accounts.command("list")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
def list_(as_json: bool) -> None:
    """アカウントを並べる / List the accounts with the roles in force."""
    from hashira.core.accounts.members import members

    found = members(at=datetime.now(UTC))
    if as_json:
        click.echo(
            json.dumps(
                [
                    {
                        "email": one.email,
                        "name": one.name,
                        "active": one.active,
                        "second_factor": one.second_factor,
                        "roles": [{"role": role, "organisation": code} for role, code in one.roles],
                    }
                    for one in found
                ],
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    for one in found:
        roles = ", ".join(f"{role}@{code}" for role, code in one.roles) or "-"
        click.echo(f"{one.email}  {one.name}  {'2FA' if one.second_factor else '-'}  {roles}")


def operator() -> Principal:
    """Whoever has a shell on this machine, by name: the audit tells it from the web's own users."""
    from hashira.core.access import Principal

    return Principal.system(f"terminal:{getpass.getuser()}")


def body_id(code: str) -> str:
    """The id of an organisation; a municipality is registered when it is named first."""
    from hashira.core.accounts import services
    from hashira.kernel.municipality import by_code

    if code[:1].isascii() and code[:1].isalpha():
        return services.organisation_of(code)
    return services.register_municipality(actor=operator(), municipality=by_code(code))


def _midnight(text: str, option: str, *, after: bool = False) -> datetime:
    """The beginning of a day in Japan, or with ``after`` its end, in UTC."""
    from datetime import timedelta

    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("YYYY-MM-DD", param_hint=option) from None
    return datetime.combine(day + timedelta(days=1 if after else 0), time(), _JST).astimezone(UTC)


@contextmanager
def told() -> Iterator[None]:
    """Says an error in both languages and ends with the code for trouble of the environment."""
    from hashira.kernel.errors import HashiraError

    try:
        yield
    except HashiraError as error:
        click.echo(f"{error.message('ja')}\n{error.message('en')}", err=True)
        sys.exit(_ENVIRONMENT)
