"""The Django app of laws and findings."""

from django.apps import AppConfig


class RegulationsConfig(AppConfig):
    """Registers the models of ``hashira.regulations.store``."""

    name = "hashira.regulations.store"
    label = "regulations"
