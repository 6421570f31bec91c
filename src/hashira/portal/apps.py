"""The Django app of the composition root: the pages that belong to no single system."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The portal (入口)."""

    name = "hashira.portal"
    label = "portal"
    verbose_name = "入口"

    def ready(self) -> None:
        from hashira.portal.staff_sign_in import own_factors, telling

        telling.connect()
        own_factors.connect()
