"""``hashira certificates bundle …``: the trust bundle at the terminal (検証者向け信頼情報のコマンド)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hashira.certificates.domain.status_bundle import StatusBundle

_NEGATIVE, _ENVIRONMENT = 1, 3
_SERVER_FAULT = 500
_PIN_FILE = "bundle-key.txt"
_THUMBPRINT = 43
_KEY_HELP = "信頼情報の署名鍵の拇印 / thumbprint of the key that signs the bundle"


def is_bundle(path: str) -> bool:
    """Whether the file begins as a bundle does."""
    from hashira.certificates.domain.status_bundle import MAGIC

    if not os.path.isfile(path):
        return False
    with open(path, "rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def read_pinned(path: str, key: str | None) -> StatusBundle:
    """The bundle in a file, signed with the pinned key; raises ``BundleNotUsable``."""
    from hashira.certificates.domain.status_bundle import MAX_BUNDLE, read_bundle

    with open(path, "rb") as stream:
        return read_bundle(stream.read(MAX_BUNDLE + 1), pinned=_pinned(key))


def _pinned(given: str | None) -> str:
    """The given thumbprint, else that of the installation in the data folder."""
    if given:
        return given
    own = Path(os.environ.get("HASHIRA_DATA_DIR", ".data")) / "trust" / _PIN_FILE
    if own.is_file():
        return own.read_text("ascii")[:_THUMBPRINT]
    raise click.UsageError("--bundle-key に鍵の拇印を指定してください / give the thumbprint of its key")


def _told(command: Callable[..., None]) -> Callable[..., None]:
    """Says an error in the language of the terminal."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        from hashira.kernel.errors import HashiraError

        try:
            command(*args, **kwargs)
        except HashiraError as error:
            click.echo(error.message("en" if os.environ.get("LANG", "").startswith("en") else "ja"), err=True)
            sys.exit(_NEGATIVE if error.status < _SERVER_FAULT else _ENVIRONMENT)

    return run


@click.group()
def bundle() -> None:
    """検証者向け信頼情報 / the trust bundle for verifiers."""


@bundle.command()
@click.option("--out", type=click.Path(dir_okay=False), help="ファイルにも書く / write it to a file too")
@_told
def build(out: str | None) -> None:
    """新しい版を作って署名する / Make and sign a new version."""
    import django

    django.setup()
    from django.conf import settings

    from hashira.certificates.adapters.key_store import write_file
    from hashira.certificates.domain.status_bundle import signer_of
    from hashira.certificates.selectors.bundles import bundle_of_version
    from hashira.certificates.services.bundle import build_bundle
    from hashira.certificates.services.status import PUBLISHER

    found = bundle_of_version(build_bundle(actor=PUBLISHER, at=datetime.now(UTC)))
    assert found is not None
    pin = signer_of(found.octets)
    write_file(settings.DATA_DIR / "trust" / _PIN_FILE, pin.encode(), mode=0o644, replace=True)
    if out:
        write_file(Path(out), found.octets, mode=0o644, replace=True)
    click.echo(f"{found.version}版 / version {found.version}  {len(found.octets):,} octets")
    click.echo(f"鍵の拇印 / key {pin}", err=True)


@bundle.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--bundle-key", help=_KEY_HELP)
@_told
def show(file: str, bundle_key: str | None) -> None:
    """検証して中身をJSONで示す / Verify a bundle and show as JSON what is in it."""
    import orjson

    read = read_pinned(file, bundle_key)
    document = {
        "version": read.version,
        "issued_at": read.issued_at,
        "valid_until": read.valid_until,
        "fresh": read.fresh(datetime.now(UTC)),
        "keys": len(read.trust.keys),
        "anchors": len(read.trust.anchors),
        "state_keys": len(read.trust.state_keys),
        "compromised": read.compromised,
        "status": [
            {
                "kid": known.kid,
                "sections": len(known.sections),
                "octets": sum(len(section.cascade.encode()) for section in known.sections),
                "end": datetime.fromtimestamp(known.end, UTC),
                "revoked_since": len(known.revoked_since),
            }
            for known in read.statuses
        ],
    }
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


@bundle.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--bundle-key", help=_KEY_HELP)
@_told
def verify(file: str, bundle_key: str | None) -> None:
    """署名と鮮度を検証する / Verify signature and age; exit 1 if not usable or out of date."""
    read = read_pinned(file, bundle_key)
    fresh = read.fresh(datetime.now(UTC))
    word = "有効期限内 / fresh" if fresh else "期限切れ / out of date"
    click.echo(f"{read.version}版 / version {read.version}  {word}")
    if not fresh:
        sys.exit(_NEGATIVE)


@bundle.command()
@click.argument("base", type=click.Path(exists=True, dir_okay=False))
@click.argument("target", type=click.Path(exists=True, dir_okay=False))
@click.option("--apply", "apply_", is_flag=True, help="TARGET は差分 / TARGET is a delta")
@click.option("--bundle-key", help=_KEY_HELP)
@click.option("--out", type=click.Path(dir_okay=False), required=True, help="書くファイル / file to write")
@_told
def delta(base: str, target: str, apply_: bool, bundle_key: str | None, out: str) -> None:
    """二つの版の差分を作る、または適用する / Make the delta of two versions, or apply one."""
    from hashira.certificates.adapters.key_store import write_file
    from hashira.certificates.domain.status_bundle import apply_delta, read_bundle, write_delta

    old, new, pin = Path(base).read_bytes(), Path(target).read_bytes(), _pinned(bundle_key)
    before = read_bundle(old, pinned=pin)
    result = apply_delta(old, new) if apply_ else new
    if read_bundle(result, pinned=pin).version < before.version:
        raise click.UsageError("もとの版より古い版です / the result is older than the base")
    made = result if apply_ else write_delta(old, new)
    write_file(Path(out), made, mode=0o644, replace=True)
    click.echo(f"{len(made):,} octets")
