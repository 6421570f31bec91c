"""The Django app of the jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Registers the models of ``hashira.core.jobs``."""

    name = "hashira.core.jobs"
    label = "jobs"
