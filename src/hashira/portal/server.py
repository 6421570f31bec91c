"""Starts web and worker on this machine, after the database has been brought up to date."""

from __future__ import annotations

import os
import socket
import sys

import click
import django
from gunicorn.app.base import BaseApplication

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.portal.last_start import remember
from hashira.portal.process_tree import OnDemand, ProcessTree

_HOST = "127.0.0.1"
_LEASE_SECONDS = 5.0  # all workers are on this machine, so silence means death soon


class PortTaken(HashiraError):
    """Another program listens on the port."""

    code = "PRT-001"
    what = Bilingual("起動できません", "Cannot start")
    why = Bilingual("ポート{port}は使われています", "Port {port} is in use")
    remedy = Bilingual("--port で別の番号を指定してください", "Choose another with --port")
    status = 503


class _Web(BaseApplication):
    """gunicorn with our settings instead of its command line."""

    def __init__(self, port: int) -> None:
        self._port = port
        super().__init__()

    def load_config(self) -> None:
        chosen = {
            "bind": f"{_HOST}:{self._port}",
            "workers": 2,
            "threads": 4,
            "graceful_timeout": 5,
            "loglevel": "warning",
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        from hashira.portal.wsgi import application

        return application


def serve(*, port: int) -> None:
    """Serves until interrupted, then exits with 0; with 1 if the web died.

    The address says ``localhost``, since WebAuthn refuses IP addresses.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            taken = PortTaken(port=port)
            click.echo(f"{taken.message('ja')}\n{taken.message('en')}", err=True)
            raise SystemExit(3) from error
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    remember(settings.DATA_DIR)
    call_command("migrate", verbosity=0)
    _prepare()
    _load_application()
    connections.close_all()  # the server's processes are forked and must open their own
    click.echo(f"Hashira 柱  http://localhost:{port}/   (Ctrl-C で終了 / to stop)")
    if settings.DEVELOPMENT:
        from hashira.portal.demonstration.command import print_accounts

        print_accounts()
    tree = ProcessTree(web=_Web(port).run, worker=_work, on_demand=_sandbox())
    raise SystemExit(tree.run())


def _work() -> None:
    from hashira.portal.worker import work

    work(lease_seconds=_LEASE_SECONDS, follow_parent=True)


def _sandbox() -> tuple[OnDemand, ...]:
    """The cloud to practise on, once somebody vends on it."""
    from django.conf import settings

    if "cloud" not in settings.HASHIRA_SYSTEMS or settings.HASHIRA_CLOUD_AWS["ENDPOINT"] != "sandbox":
        return ()
    from hashira.cloud.adapters.sandbox import nobody_wants_it, wanted_file

    nobody_wants_it()
    hashira = (sys.executable, "-c", "from hashira.portal.command import main; main()")
    return (OnDemand((*hashira, "cloud", "sandbox", "--parent", str(os.getpid())), wanted_file().exists),)


def _load_application() -> None:
    """Loads all pages before the processes are forked: once instead of in each, at its first request."""
    from hashira.portal.wsgi import application

    assert callable(application)


def _prepare() -> None:
    """Fills an empty installation for development, and publishes the keys certificates are signed with."""
    from django.conf import settings

    if not settings.DEVELOPMENT:
        return
    from hashira.core.accounts.models import Organisation
    from hashira.portal.demonstration.loading import load

    if not Organisation.objects.exists():
        click.echo(
            "はじめての起動です。デモ用のデータを作ります（1分ほどかかることがあります） / "
            "First start: making demonstration data, which may take a minute"
        )
    load()
    if "certificates" in settings.HASHIRA_SYSTEMS:
        from hashira.certificates.services.publication import publish_own_keys

        publish_own_keys()
