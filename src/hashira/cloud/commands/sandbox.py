"""``hashira cloud sandbox``: a cloud to practise on, on loopback (練習用のクラウド)."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time

import click

from hashira.cloud.commands.terminal import ENVIRONMENT

_HOST = "127.0.0.1"
_PARENT_SECONDS = 0.5


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="ポート [前と同じか空き / as before]")
@click.option("--parent", type=int, hidden=True, help="the process with which it ends")
def sandbox(port: int, parent: int | None) -> None:
    """練習用のクラウドを動かす / Run the cloud to practise on.

    AWS と同じ呼び出しに答えるエミュレーター（moto）です。SCPは効かず、止めると中身はすべて消えます。
    `hashira run` では、はじめに使うときに自動で始まります。

    An emulator (moto) that answers what AWS answers. It enforces no SCP and forgets everything when it ends.
    `hashira run` starts it on its first use.
    """
    os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    try:
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import WSGIRequestHandler, make_server
    except ModuleNotFoundError:
        click.echo("uv sync --extra sandbox / pip install 'hashira[sandbox]'", err=True)
        sys.exit(ENVIRONMENT)
    import django

    django.setup()
    from hashira.cloud.adapters.sandbox import address_file, remembered_port

    class Silent(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept: clients make dozens of calls one after another

        def log_request(self, *_arguments: object, **_more: object) -> None:
            """Nothing: a call to the sandbox is no news."""

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL if number is signal.SIGTERM else signal.default_int_handler)
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server(
        _HOST, _free(port or remembered_port()), application, threaded=True, request_handler=Silent
    )
    endpoint = f"http://{_HOST}:{server.port}"
    file = address_file()
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"endpoint": endpoint, "pid": os.getpid()}), encoding="utf-8")
    part.replace(file)
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    else:
        click.echo(f"練習用のクラウド / sandbox  {endpoint}   (Ctrl-C で終了 / to stop)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _free(port: int) -> int:
    """The port, if nobody has it; else 0, for any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return 0
    return port


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)
    os._exit(0)
