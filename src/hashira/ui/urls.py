"""Addresses of the design system: ``path("ui/", include("hashira.ui.urls"))``."""

from __future__ import annotations

from django.urls import path

from hashira.ui.gallery import gallery

app_name = "ui"
urlpatterns = [path("", gallery, name="gallery")]
