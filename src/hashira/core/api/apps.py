"""The Django app of the API: it keeps the tokens."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Registers the models of ``hashira.core.api``."""

    name = "hashira.core.api"
    label = "api"
