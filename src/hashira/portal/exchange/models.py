"""Figures of other installations, as their signed files told them (受け取った数値)."""

from __future__ import annotations

from django.db import models


class ReceivedFigures(models.Model):
    """The newest file of an installation; ``document`` is its payload, ``token`` the whole file."""

    installation = models.CharField(max_length=120, unique=True)
    kid = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    received_at = models.DateTimeField()
    document = models.JSONField()
    token = models.TextField()
