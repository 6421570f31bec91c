"""The Django app of the audit."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Registers the models of ``hashira.core.audit``."""

    name = "hashira.core.audit"
    label = "audit"
