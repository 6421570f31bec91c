"""The Django app of the certificates' pages; it has templates and texts, and no table."""

from __future__ import annotations

from django.apps import AppConfig


class CertificatesWebConfig(AppConfig):
    """The pages of the vaccination certificates (接種証明書)."""

    name = "hashira.certificates.web"
    label = "certificates_web"
    verbose_name = "接種証明書"

    def ready(self) -> None:
        """Whoever was kept from a protected person is told to the supervisors."""
        from hashira.certificates.services.protection import alert_of_refusal
        from hashira.core.services import REFUSAL_LISTENERS

        if alert_of_refusal not in REFUSAL_LISTENERS:
            REFUSAL_LISTENERS.append(alert_of_refusal)
