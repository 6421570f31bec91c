"""The Django app that carries the templates, style sheets and form parts of every page."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The design system (デザインシステム)."""

    name = "hashira.ui"
    label = "ui"
    verbose_name = "デザインシステム"
