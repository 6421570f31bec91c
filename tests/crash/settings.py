"""The settings of an installation whose worker knows the jobs of the tests, and no other."""

from hashira.portal.settings import *  # noqa: F403

HASHIRA_JOB_MODULES = ("tests.crash.demonstration_jobs",)
