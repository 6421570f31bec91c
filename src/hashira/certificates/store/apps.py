"""The Django app of the registry."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Registers the models of ``hashira.certificates.store``."""

    name = "hashira.certificates.store"
    label = "certificates"

    def ready(self) -> None:
        """The products of every process are those that its database has in force."""
        from hashira.certificates.store.programme_source import SOURCE

        SOURCE.connect()
