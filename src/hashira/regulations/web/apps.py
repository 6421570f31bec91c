"""The Django app of the pages; it has templates and texts, and no table."""

from __future__ import annotations

from django.apps import AppConfig


class RegulationsWebConfig(AppConfig):
    """The pages of the review of analog regulations (アナログ規制の見直し)."""

    name = "hashira.regulations.web"
    label = "regulations_web"
    verbose_name = "アナログ規制の見直し"
