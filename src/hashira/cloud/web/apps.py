"""The Django app of the pages; it has templates and texts, and no table."""

from __future__ import annotations

from django.apps import AppConfig


class CloudWebConfig(AppConfig):
    """The pages of the Government Cloud (ガバメントクラウド)."""

    name = "hashira.cloud.web"
    label = "cloud_web"
    verbose_name = "ガバメントクラウド"
