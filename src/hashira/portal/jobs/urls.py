"""The addresses of the jobs."""

from __future__ import annotations

from django.urls import path

from hashira.portal.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:job_id>", views.show, name="job"),
    path("<uuid:job_id>/cancel", views.cancel, name="cancel"),
]
