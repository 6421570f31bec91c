"""The Django app of the cloud system's tables."""

from django.apps import AppConfig


class CloudConfig(AppConfig):
    """Registers the models of ``hashira.cloud.store``."""

    name = "hashira.cloud.store"
    label = "cloud"
