"""Addresses below ``sign-in/resident``."""

from __future__ import annotations

from django.urls import path

from hashira.portal.resident_sign_in import views

urlpatterns = [
    path("", views.start, name="resident-sign-in"),
    path("/callback", views.callback, name="resident-callback"),
    path("/sign-out", views.sign_out, name="resident-sign-out"),
    path("/signed-out", views.signed_out, name="resident-signed-out"),
    path("/jwks.json", views.keys, name="resident-keys"),
]
