"""``keys adopt`` and ``revoke-card``: cards of an earlier system (旧システムのコマンド)."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from hashira.certificates.commands.terminal import errors_said

_REASONS = ("lost", "stolen", "misissued")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--label", default="earlier-system", help="一覧に出す名前 / name in the list of keys")
def adopt(file: str, label: str) -> None:
    """旧システムの公開鍵（JWKS）を公開し続ける / Publish the public keys of an earlier system on.

    その鍵では署名しません。失効番号（rid）のない証明書を revoke-card で失効させられるようになります。
    Nothing is signed with them; their cards, which carry no rid, can then be revoked with revoke-card.
    """
    from hashira.certificates.adapters.trust_files import read_trust
    from hashira.certificates.services.earlier_system import adopt_key
    from hashira.core.access import Principal

    actor = Principal.system(f"terminal:{getpass.getuser()}")
    with errors_said():
        for key in read_trust([Path(file)]).keys:
            kid = adopt_key(actor=actor, spki=key.spki, label=label, at=datetime.now(UTC))
            click.echo(f"{label}  kid {kid}")


@click.command("revoke-card")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--organisation", required=True, metavar="131016", help="団体コード / code of the body")
@click.option("--reason", type=click.Choice(_REASONS), required=True, help="失効の理由 / reason")
@click.option("--note", required=True, help="経緯（監査記録に残る） / what happened")
def revoke_card(file: str, organisation: str, reason: str, note: str) -> None:
    """旧システムの証明書（rid なし）を失効させる / Revoke a card of an earlier system (RFC 002, hash-fhir).

    FILE は二次元コードの文字列か .smart-health-card。失効リストには内容の要約値が載ります。
    The list then holds a digest of what the card says.
    """
    import django

    django.setup()
    from hashira.certificates.adapters.submission import certificates_in
    from hashira.certificates.domain.certificate_status import Reason
    from hashira.certificates.services.earlier_system import revoke_earlier_card
    from hashira.core.access import Principal
    from hashira.core.accounts.services import organisation_of

    with errors_said(), click.open_file(file, "rb") as stream:
        for text in certificates_in(stream.read()):
            named = revoke_earlier_card(
                actor=Principal.system(f"terminal:{getpass.getuser()}"),
                text=text,
                organisation=organisation_of(organisation),
                reason=Reason(reason),
                note=note,
                at=datetime.now(UTC),
            )
            click.echo(named)
