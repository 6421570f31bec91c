"""Whom a command believes: what it is given, else this installation's own (端末での信頼情報)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hashira.certificates.domain.trust import TrustStore


def trust_of(given: Sequence[str], bundle_key: str | None, *, at: datetime) -> TrustStore:
    """The trust of ``--trust``; without any, of ``HASHIRA_TRUST``, the installation and its lists.

    Warns of a bundle out of date. Raises ``HashiraError``.
    """
    from hashira.certificates.adapters.trust_files import read_trust
    from hashira.certificates.commands.bundle import is_bundle, read_pinned
    from hashira.certificates.domain.trust import TrustStore

    named = tuple(given) or _own_trust()
    bundles = [read_pinned(path, bundle_key) for path in named if is_bundle(path)]
    plain = read_trust(path for path in named if not is_bundle(path))
    for stale in (one for one in bundles if not one.fresh(at)):
        click.echo(
            f"信頼情報（{stale.version}版）は有効期間外です。新しい版を受け取ってください / "
            f"bundle {stale.version} is out of date; fetch a new one",
            err=True,
        )
    store = TrustStore.merged([plain, *(one.trust for one in bundles)])
    return store if given else store | _archived_trust()


def _own_trust() -> tuple[str, ...]:
    """Without --trust: what HASHIRA_TRUST names, and the keys of the installation in the data folder."""
    named = tuple(path for path in os.environ.get("HASHIRA_TRUST", "").split(os.pathsep) if path)
    own = os.path.join(os.environ.get("HASHIRA_DATA_DIR", ".data"), "trust")
    return (*named, own) if os.path.isdir(own) else named


def _archived_trust() -> TrustStore:
    """The lists that ``trust update`` has put in force on this machine; needs no database."""
    from hashira.certificates.adapters.trust_archive import FOLDER, TrustArchive

    days = float(os.environ.get("HASHIRA_TRUST_WARN_DAYS", "14"))
    archive = TrustArchive(Path(os.environ.get("HASHIRA_DATA_DIR", ".data")) / FOLDER)
    return archive.read(at=datetime.now(UTC), warn_after=timedelta(days=days))
