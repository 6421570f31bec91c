"""Tags of the cloud pages (部品)."""

from __future__ import annotations

from typing import Any

from django import template

from hashira.cloud.domain.selection.standing import STANDING_NAMES, Standing
from hashira.cloud.web.names import STANDING_KINDS
from hashira.ui.wording import worded

register = template.Library()


@register.inclusion_tag("ui/status.html")
def standing_chip(standing: Standing) -> dict[str, Any]:
    """How a service stands, as a chip: ``{% standing_chip line.standing %}``."""
    return {"kind": STANDING_KINDS[standing], "words": worded(STANDING_NAMES[standing])}
