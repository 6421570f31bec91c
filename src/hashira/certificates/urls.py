"""Addresses of the certificates: ``path("certificates/", include("hashira.certificates.urls"))``."""

from __future__ import annotations

from django.urls import path

from hashira.certificates.web import issuer, own_certificates, own_record
from hashira.certificates.web.verification import verify

app_name = "certificates"
urlpatterns = [
    path("verify", verify, name="verify"),
    path("issuer/csca.pem", issuer.csca, name="csca"),
    path("my/", own_record.own, name="own"),
    path("my/<uuid:person_id>/new/<str:kind>", own_certificates.new, name="own-new"),
    path("my/certificates/<uuid:certificate_id>", own_certificates.certificate, name="own-certificate"),
    path("my/certificates/<uuid:certificate_id>/file", own_certificates.card_file, name="own-card-file"),
]
