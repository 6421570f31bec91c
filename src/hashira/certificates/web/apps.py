"""The Django app of the certificates' pages; it has templates and texts, and no table."""

from __future__ import annotations

from django.apps import AppConfig


class CertificatesWebConfig(AppConfig):
    """The pages of the vaccination certificates (接種証明書)."""

    name = "hashira.certificates.web"
    label = "certificates_web"
    verbose_name = "接種証明書"
