"""The Django app of the registry."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Registers the models of ``hashira.certificates.store``."""

    name = "hashira.certificates.store"
    label = "certificates"
