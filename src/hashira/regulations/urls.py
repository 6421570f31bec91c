"""Addresses of the review: ``path("regulations/", include("hashira.regulations.urls"))``."""

from __future__ import annotations

from django.urls import path

from hashira.regulations.web import findings, laws, references, search

app_name = "regulations"
urlpatterns = [
    path("", laws.index, name="index"),
    path("search", search.search, name="search"),
    path("references", references.references, name="references"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<int:key>", findings.finding, name="finding"),
    path("laws/", laws.laws, name="laws"),
    path("laws/<path:law_id>", laws.law, name="law"),
]
