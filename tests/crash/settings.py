"""The settings of an installation whose worker knows the jobs of the tests beside those of the product."""

from hashira.portal.settings import *  # noqa: F403  (settings, with changes below)

HASHIRA_JOB_MODULES = (
    "tests.crash.demonstration_jobs",
    "tests.crash.paper_jobs",
    "hashira.certificates.jobs",
    "hashira.cloud.jobs",
)
