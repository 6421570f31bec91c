"""Addresses of the certificates: ``path("certificates/", include("hashira.certificates.urls"))``."""

from __future__ import annotations

from django.urls import path

from hashira.certificates.web import issuer, linking, own_certificates, own_record
from hashira.certificates.web.verification import verify

app_name = "certificates"
urlpatterns = [
    path("verify", verify, name="verify"),
    path("issuer/csca.pem", issuer.csca, name="csca"),
    path("my/", own_record.own, name="own"),
    path("my/link", linking.choose, name="my-link"),
    path("my/link/<uuid:organisation_id>", linking.enter, name="my-link-enter"),
    path("my/link/<uuid:organisation_id>/ask", linking.ask, name="my-link-ask"),
    path("my/link/request/<uuid:request_id>/withdraw", linking.withdraw, name="my-link-withdraw"),
    path("my/<uuid:person_id>/end", linking.end, name="my-link-end"),
    path("my/<uuid:person_id>/new/<str:kind>", own_certificates.new, name="own-new"),
    path("my/certificates/<uuid:certificate_id>", own_certificates.certificate, name="own-certificate"),
    path("my/certificates/<uuid:certificate_id>/file", own_certificates.card_file, name="own-card-file"),
]
