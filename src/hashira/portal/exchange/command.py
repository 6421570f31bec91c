"""``hashira figures …``: sending figures to another installation, and taking theirs (数値のコマンド)."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from hashira.certificates.domain.signer import Signer
    from hashira.core.access import Principal
    from hashira.kernel.errors import HashiraError

_REFUSED = 1


class _Figures(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        import django

        django.setup()
        from hashira.kernel.errors import HashiraError

        try:
            return super().invoke(ctx)
        except HashiraError as error:
            _refuse(error)


@click.group(cls=_Figures)
def figures() -> None:
    """数値の持ち運び / figures that travel between installations."""


@figures.command("export")
@click.argument("file", type=click.File("w", encoding="ascii"), default="-")
def export(file: Any) -> None:
    """署名したファイルに書き出す / Write a signed file."""
    from datetime import UTC, datetime

    from hashira.portal.exchange.services import export_figures

    name, signer = _own()
    file.write(export_figures(actor=_operator(), installation=name, signer=signer, at=datetime.now(UTC)))
    file.write("\n")


@figures.command()
def key() -> None:
    """相手に渡す公開鍵（JWK） / The public key to give to others, as a JWK."""
    import json

    from hashira.certificates.domain import p256

    click.echo(json.dumps(p256.jwk(_own()[1].public_key_spki), indent=2))


@figures.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--trust", type=click.File("rb"), multiple=True, required=True, help="相手の鍵 / JWK, JWK Set")
@click.option("--new-key", is_flag=True, help="鍵の交代を確かめた / the change of the key was confirmed")
def import_(file: Any, trust: tuple[Any, ...], new_key: bool) -> None:
    """ほかの設置先のファイルを取り込む / Take the file of another installation.

    終了コード / exit: 0 取り込んだ taken, 1 取り込まない refused, 2 usage.
    """
    from datetime import UTC, datetime

    from hashira.portal.exchange.services import import_figures
    from hashira.portal.exchange.signed_file import MAX_FILE, trusted_keys

    trusted = {kid: spki for one in trust for kid, spki in trusted_keys(one.read(MAX_FILE)).items()}
    token = file.read(MAX_FILE + 1).decode("ascii", errors="replace")
    taken = import_figures(
        actor=_operator(), token=token, trusted=trusted, new_key=new_key, at=datetime.now(UTC)
    )
    click.echo(f"{taken.installation}  {taken.issued_at.isoformat()}  {len(taken.document['figures'])}")


def _own() -> tuple[str, Signer]:
    """The name of this installation and its key; in development both are made."""
    from django.conf import settings

    from hashira.certificates.adapters.issuing_keys import key_store
    from hashira.certificates.adapters.key_store import KeyNotFound
    from hashira.portal.exchange.errors import InstallationUnnamed

    name = settings.HASHIRA_INSTALLATION or ("development" if settings.DEVELOPMENT else "")
    label = settings.HASHIRA_FIGURES_KEY or ("development-figures" if settings.DEVELOPMENT else "")
    if not name or not label:
        raise InstallationUnnamed
    store = key_store()
    try:
        return name, store.open(label)
    except KeyNotFound:
        if not settings.DEVELOPMENT:
            raise
        return name, store.create(label)


def _operator() -> Principal:
    from hashira.core.access import Principal

    return Principal.system(f"terminal:{getpass.getuser()}")


def _refuse(error: HashiraError) -> NoReturn:
    click.echo(f"{error.message('ja')}\n{error.message('en')}", err=True)
    sys.exit(_REFUSED)
