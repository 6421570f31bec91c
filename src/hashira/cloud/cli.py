"""``hashira cloud …``: the guarded cloud at the terminal (ガバメントクラウドのコマンド)."""

from __future__ import annotations

import click

from hashira.cloud.commands.policy import policy


@click.group()
def cloud() -> None:
    """ガバメントクラウド / Government Cloud."""


cloud.add_command(policy)
