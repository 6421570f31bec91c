"""The Django app of the accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the models of ``hashira.core.accounts``."""

    name = "hashira.core.accounts"
    label = "accounts"
