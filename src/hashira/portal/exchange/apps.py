"""The Django app of figures from elsewhere."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Registers the models of ``hashira.portal.exchange``."""

    name = "hashira.portal.exchange"
    label = "exchange"
