"""Addresses of the sign-in of residents."""

from __future__ import annotations

from django.urls import path

from hashira.portal.resident_sign_in import views

urlpatterns = [
    path("sign-in/resident", views.start, name="resident-sign-in"),
    path("sign-in/resident/child", views.child, name="resident-child"),
    path("sign-in/resident/callback", views.callback, name="resident-callback"),
    path("sign-in/resident/sign-out", views.sign_out, name="resident-sign-out"),
    path("sign-in/resident/signed-out", views.signed_out, name="resident-signed-out"),
    path("sign-in/resident/jwks.json", views.keys, name="resident-keys"),
]
