"""Addresses below ``development/oidc/``, laid out as デジタル認証アプリ does."""

from __future__ import annotations

from django.urls import path

from hashira.portal.development_provider import views

_PROTOCOL = "realms/main/protocol/openid-connect"
urlpatterns = [
    path("realms/main/.well-known/openid-configuration", views.discovery, name="development-oidc-discovery"),
    path(f"{_PROTOCOL}/auth", views.auth, name="development-oidc-auth"),
    path(f"{_PROTOCOL}/token", views.token, name="development-oidc-token"),
    path(f"{_PROTOCOL}/userinfo", views.userinfo, name="development-oidc-userinfo"),
    path(f"{_PROTOCOL}/certs", views.certs, name="development-oidc-certs"),
]
