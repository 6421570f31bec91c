"""Addresses of the certificates: ``path("certificates/", include("hashira.certificates.urls"))``."""

from __future__ import annotations

from django.urls import path

from hashira.certificates.web.verification import verify

app_name = "certificates"
urlpatterns = [path("verify", verify, name="verify")]
