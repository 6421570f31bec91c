"""Promises about the command: whatever its help offers can be asked for help itself."""

from __future__ import annotations

from collections.abc import Iterator

import click
from click.testing import CliRunner

from hashira.portal.command import main


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_every_offered_command_explains_itself() -> None:
    offered = list(commands(main))
    assert ("certificates", "verify") in offered
    for path in offered:
        answer = CliRunner().invoke(main, [*path, "--help"])
        assert answer.exit_code == 0, (path, answer.exception)
        assert "Usage:" in answer.output
