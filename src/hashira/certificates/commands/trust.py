"""``hashira certificates trust …``: whom this installation believes (信頼情報のコマンド)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hashira.certificates.commands.terminal import terminal_language

if TYPE_CHECKING:
    from hashira.certificates.domain.trust_change import Change

_NEGATIVE, _ENVIRONMENT = 1, 3
_KINDS = ("vci", "gdhcn", "dsc", "csca", "issuer", "plain")
_SHOWN = 20


@click.group()
def trust() -> None:
    """ほかの発行者の信頼情報 / trust in other issuers."""


@contextmanager
def _told() -> Iterator[None]:
    """Django ready, and errors in the words of a person."""
    import django

    from hashira.kernel.errors import HashiraError

    django.setup()
    try:
        yield
    except HashiraError as error:
        click.echo(error.message(terminal_language()), err=True)
        sys.exit(_ENVIRONMENT if error.status >= 500 else _NEGATIVE)


def _actor() -> Any:
    from hashira.core.access import Principal

    return Principal.system("terminal")


@trust.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(_KINDS), required=True, help="リストの種類 / kind of list")
@click.option("--from", "location", required=True, help="https://… または ファイル / address or file")
@click.option("--signature", default="", help="署名のファイルかアドレス / where its signature is")
@click.option("--key", "keys", multiple=True, type=click.Path(exists=True, dir_okay=False), help="鍵 / keys")
@click.option("--unsigned", is_flag=True, help="署名のないリストを承知で使う / it carries no signature")
def pin(name: str, kind: str, location: str, signature: str, keys: tuple[str, ...], unsigned: bool) -> None:
    """リストの出どころと、署名できる鍵を登録する / Pin a source and the keys that may sign it."""
    with _told():
        from hashira.certificates.adapters.trust_source import Kind, Source, known_key, read_anchor
        from hashira.certificates.domain.list_signature import fingerprint
        from hashira.certificates.services import trust as services

        spkis, certificates = [], []
        for path in keys:
            certificate, spki = read_anchor(Path(path).read_bytes())
            if kind in ("csca", "dsc") and certificate is not None:
                certificates.append(certificate)
            else:
                spkis.append(spki)
            owner = known_key(spki)
            whose = owner.in_language(terminal_language()) if owner else "―"
            click.echo(f"SHA-256 {fingerprint(spki)}  {whose}")
        if "://" not in location:
            location = str(Path(location).resolve())
        if signature and "://" not in signature:
            signature = str(Path(signature).resolve())
        source = Source(name, Kind(kind), location, signature, tuple(spkis), tuple(certificates), unsigned)
        services.pin(actor=_actor(), source=source)


@trust.command()
@click.argument("names", nargs=-1, metavar="[NAME|NAME=FILE]…")
@click.option("--accept", is_flag=True, help="大きな変更を確かめた / a large change has been looked at")
@click.option("--dry-run", is_flag=True, help="差分を見るだけ / only show what would change")
def update(names: tuple[str, ...], accept: bool, dry_run: bool) -> None:
    """リストを取得し、確かめてから切り替える / Fetch lists, check them, and put them in force.

    NAME=FILE は、持ち込んだファイルから更新する（署名はその横の .sig）。
    NAME=FILE takes a file that was carried in, with its signature beside it.
    """
    from hashira.kernel.errors import HashiraError

    failed = False
    with _told():
        from hashira.certificates.selectors.trust import archive
        from hashira.certificates.services import trust as services

        for given in names or archive().names():
            name, _, location = given.partition("=")
            if location and "://" not in location:
                location = str(Path(location).resolve())
            try:
                done = services.update(
                    actor=_actor(),
                    name=name,
                    at=datetime.now(UTC),
                    location=location,
                    accept=accept,
                    apply=not dry_run,
                )
            except services.ChangeNeedsPerson as error:
                _print_change(error.change)
                click.echo(error.message(terminal_language()), err=True)
                failed = True
            except HashiraError as error:
                click.echo(error.message(terminal_language()), err=True)
                failed = True
            else:
                click.echo(f"{name}: " + _outcome(done.applied, done.version, done.change is None))
                if done.change is not None:
                    _print_change(done.change)
    if failed:
        sys.exit(_NEGATIVE)


def _outcome(applied: bool, version: int | None, same: bool) -> str:
    if same:
        return "変更なし / unchanged"
    return f"v{version:04d} に切り替えました / in force" if applied else "まだ変更していません / not applied"


def _print_change(change: Change) -> None:
    for sign, names in (("+", change.added), ("-", change.removed), ("~", change.changed)):
        for name in names[:_SHOWN]:
            click.echo(f"  {sign} {name}")
        if len(names) > _SHOWN:
            click.echo(f"  {sign} … {len(names)}")
    for name in change.counters_back:
        click.echo(f"  ! 失効リストが戻る / a revocation list goes back: {name}")


@trust.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="JSONで出す / as JSON")
def list_(as_json: bool) -> None:
    """登録したリストと古さ / The pinned lists and their age."""
    with _told():
        from hashira.certificates.selectors.trust import archive, lists

        views = {view.name: view for view in lists(datetime.now(UTC))}
        if as_json:
            from dataclasses import asdict

            import orjson

            click.echo(orjson.dumps([asdict(view) for view in views.values()]).decode())
            return
        for name in archive().names():
            view, state = views.get(name), archive().state(name)
            if view is None:
                click.echo(f"{name:<20} ―  {state.trouble}")
                continue
            marks = [
                "古い / old" if view.old else "",
                "" if view.signed else "署名なし / unsigned",
                state.trouble,
            ]
            click.echo(
                f"{name:<20} v{state.current:04d} {view.dated:%Y-%m-%d} {view.age_days}日前 / days  "
                + "  ".join(mark for mark in marks if mark)
            )


@trust.command()
@click.argument("name")
def show(name: str) -> None:
    """一つのリストの登録・版・鍵の数 / One list: its pins, versions and keys."""
    with _told():
        from hashira.certificates.domain.list_signature import fingerprint
        from hashira.certificates.selectors.trust import archive

        source, state = archive().source(name), archive().state(name)
        click.echo(f"{source.name}  {source.kind.value}  {source.location}")
        for octets in source.keys + source.certificates:
            click.echo(f"  pin  SHA-256 {fingerprint(octets)}")
        for number in archive().versions(name):
            mark = "*" if number == state.current else " "
            try:
                found = archive().authentic(name, number, at=datetime.now(UTC))
                keys = len(found.store.keys) + len(found.store.state_keys) + len(found.store.anchors)
                click.echo(f"{mark} v{number:04d}  {found.issued_at or '―'}  {keys}")
            except Exception as error:
                click.echo(f"{mark} v{number:04d}  × {error}")


@trust.command(name="verify")
def verify_lists() -> None:
    """今のリストの署名をもう一度確かめる / Check the signatures of the lists in force again."""
    with _told():
        from hashira.certificates.selectors.trust import archive

        for name in archive().names():
            current = archive().state(name).current
            if current is not None:
                found = archive().authentic(name, current, at=datetime.now(UTC))
                click.echo(f"○ {name} v{current:04d} {found.signer or '署名なし / unsigned'}")


@trust.command()
@click.argument("name")
@click.argument("version", type=click.IntRange(1))
@click.option("--reason", required=True, help="理由（監査記録に残る）/ why; kept in the audit")
def rollback(name: str, version: int, reason: str) -> None:
    """前の版に戻す（監査記録に残る） / Go back to an earlier version; audited."""
    with _told():
        from hashira.certificates.services import trust as services

        services.rollback(actor=_actor(), name=name, version=version, at=datetime.now(UTC), reason=reason)
        click.echo(f"{name}: v{version:04d}")
