"""Durable work of the cloud: vending environments and giving them up (環境の非同期処理)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hashira.cloud.services import vending
from hashira.cloud.services.step_taking import Pace
from hashira.core.jobs import JobContext, job
from hashira.kernel.language import Bilingual


@job(kind="cloud.vend", title=Bilingual("環境の払出し", "Vending an environment"))
def vend(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """All steps of the engine. One step of the job: what was done is in the rows of the environment."""
    environment_id = UUID(parameters["environment"])
    return context.step("vend", lambda: vending.vend(context, environment_id, Pace.of_settings()))


@job(kind="cloud.give_up", title=Bilingual("払出しの取りやめ", "Giving an environment up"))
def give_up(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Everything that was made is taken away again."""
    environment_id = UUID(parameters["environment"])
    return context.step("give up", lambda: vending.give_up(context, environment_id, Pace.of_settings()))
