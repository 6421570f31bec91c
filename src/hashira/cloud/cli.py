"""``hashira cloud …``: the guarded cloud at the terminal (ガバメントクラウドのコマンド)."""

from __future__ import annotations

import click

from hashira.cloud.commands.application import application
from hashira.cloud.commands.catalogue import catalogue
from hashira.cloud.commands.environment import environment
from hashira.cloud.commands.guardrails import guardrails
from hashira.cloud.commands.organisation import organisation
from hashira.cloud.commands.policy import policy
from hashira.cloud.commands.rollout import rollout
from hashira.cloud.commands.sandbox import sandbox
from hashira.cloud.commands.verdict import verdict


@click.group()
def cloud() -> None:
    """ガバメントクラウド / Government Cloud."""


cloud.add_command(policy)
cloud.add_command(guardrails)
cloud.add_command(application)
cloud.add_command(catalogue)
cloud.add_command(verdict)
cloud.add_command(environment)
cloud.add_command(organisation)
cloud.add_command(rollout)
cloud.add_command(sandbox)
