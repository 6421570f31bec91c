"""``hashira accounts directory …``: the directories of bodies, at the terminal (ディレクトリの登録)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import click

CALLBACK = "/sign-in/directory/callback"
_ID = click.UUID


@click.group()
def directory() -> None:
    """団体のディレクトリ / the directories of bodies (OpenID Connect)."""


@directory.command()
@click.argument("organisation")
@click.option("--issuer", required=True, help="発行者 / issuer, as in its description")
@click.option("--client-id", required=True, help="登録で受け取ったID / the id given at its registration")
@click.option("--credential", required=True, help="鍵か秘密のファイル / file of the key or secret")
@click.option(
    "--authentication", default="private_key_jwt", show_default=True, help="示し方 / how it is sent"
)
@click.option("--algorithm", "algorithms", multiple=True, help="署名 / ES256, PS256, RS256 [all]")
@click.option("--scope", "scopes", multiple=True, help="範囲 / scopes [openid profile email]")
@click.option("--second-factor", "factors", multiple=True, help="二要素の証拠 / evidence, such as amr:mfa")
@click.option("--email-domain", "domains", multiple=True, help="メールで結ぶドメイン / connected by e-mail")
def add(
    organisation: str,
    issuer: str,
    client_id: str,
    credential: str,
    authentication: str,
    algorithms: tuple[str, ...],
    scopes: tuple[str, ...],
    factors: tuple[str, ...],
    domains: tuple[str, ...],
) -> None:
    """ディレクトリを確かめて登録する / Ask the directory of ORGANISATION what it offers, and register it."""
    from hashira.core.accounts.directories.registration import Registration, register
    from hashira.portal.staff_sign_in.command import body_id, operator, told

    given = {"algorithms": algorithms, "scopes": scopes}
    asked = Registration(
        issuer=issuer,
        client_id=client_id,
        credential=credential,
        authentication=authentication,
        second_factor=" ".join(factors),
        email_domains=domains,
        **{name: value for name, value in given.items() if value},
    )
    with told():
        _look(asked)
        made = register(
            actor=operator(), organisation=body_id(organisation), asked=asked, at=datetime.now(UTC)
        )
    click.echo(str(made))
    click.echo(f"登録しました / Registered. 戻り先 / redirect URI: …{CALLBACK}", err=True)


@directory.command("list")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
def list_(as_json: bool) -> None:
    """ディレクトリを並べる / List the directories."""
    from hashira.core.accounts.directories.registration import directories

    found = [
        {
            "id": str(one.id),
            "organisation": one.body_code or one.body.en,
            "issuer": one.registration.issuer,
            "client_id": one.registration.client_id,
            "authentication": one.registration.authentication,
            "second_factor": one.registration.second_factor,
            "email_domains": list(one.registration.email_domains),
        }
        for one in directories()
    ]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for row in found:
        click.echo(f"{row['id']}  {row['organisation']}  {row['issuer']}  {row['second_factor'] or '-'}")


@directory.command()
@click.argument("directory_id", type=_ID)
def check(directory_id: UUID) -> None:
    """ディレクトリに尋ねて、使えるか確かめる / Ask a directory whether it can be used."""
    from hashira.core.accounts.directories.registration import directory as registered
    from hashira.portal.staff_sign_in.command import told

    with told():
        _look(registered(directory_id).registration)
    click.echo("使えます / It can be used")


@directory.command()
@click.argument("directory_id", type=_ID)
def remove(directory_id: UUID) -> None:
    """ディレクトリを外す / Let nobody sign in by it; sessions that it opened end."""
    from hashira.core.accounts.directories.registration import remove as take_off
    from hashira.portal.staff_sign_in.command import operator, told

    with told():
        take_off(actor=operator(), directory_id=directory_id, at=datetime.now(UTC))
    click.echo("外しました / Removed")


@directory.command()
@click.argument("email")
@click.argument("directory_id", type=_ID)
def disconnect(email: str, directory_id: UUID) -> None:
    """アカウントをディレクトリから外す / Part the account of EMAIL from a directory."""
    from hashira.core.accounts.directories import identities
    from hashira.core.accounts.selectors import account_id_of
    from hashira.portal.staff_sign_in.command import operator, told

    with told():
        identities.disconnect(actor=operator(), account_id=account_id_of(email), directory_id=directory_id)
    click.echo("外しました / Disconnected")


def _look(asked: object) -> None:
    """Its form, its credential and what the directory says of itself; raises what is wrong first."""
    from hashira.core.accounts.directories.registration import Registration
    from hashira.core.accounts.directories.registration import check as check_form
    from hashira.core.accounts.oidc.errors import SignInRefused
    from hashira.portal.directory_sign_in import configuration
    from hashira.portal.directory_sign_in.refusal import in_words_for_staff

    assert isinstance(asked, Registration)
    check_form(asked)
    configuration.credential(asked)
    try:
        with configuration.http_client() as http:
            configuration.KEY_SETS.look(http, configuration.provider(asked, http).jwks_uri)
    except SignInRefused as error:
        raise in_words_for_staff(error) from error
