"""Declaring kinds of jobs, and finding the modules that do."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from tests.core.jobs.conftest import Declare

from hashira.core.jobs import JSON, UnknownJobKind, job, kinds
from hashira.kernel.language import Bilingual

TITLE = Bilingual("試験", "Trial")


def test_a_module_that_a_system_does_not_have_is_passed_over(settings: Any) -> None:
    settings.HASHIRA_JOB_MODULES = ("hashira.nothing.jobs", "hashira.core.nothing")
    kinds.load_kinds()
    with pytest.raises(UnknownJobKind):
        kinds.find_kind("nothing.here")
    assert kinds.title_of("nothing.here") == Bilingual("nothing.here", "nothing.here")


def test_a_module_that_misses_another_is_a_fault(
    settings: Any, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("modules")
    (folder / "jobs_that_miss_something.py").write_text("import nothing_of_that_name\n")
    monkeypatch.syspath_prepend(str(folder))
    settings.HASHIRA_JOB_MODULES = ("jobs_that_miss_something",)
    with pytest.raises(ModuleNotFoundError, match="nothing_of_that_name"):
        kinds.load_kinds()


def test_two_bodies_of_one_kind_are_refused(declare: Declare) -> None:
    def body(context: object, parameters: object) -> JSON: ...

    def other(context: object, parameters: object) -> JSON: ...

    name = declare(body)
    with pytest.raises(TypeError, match="already"):
        job(kind=name, title=TITLE)(other)


@pytest.mark.parametrize("name", ["import", "Certificates.import", "certificates.", "a b.c", ""])
def test_a_kind_has_the_name_of_its_system_in_front(name: str) -> None:
    with pytest.raises(TypeError, match="named like"):
        job(kind=name, title=TITLE)


@pytest.mark.long
@pytest.mark.parametrize(
    "start",
    [
        "import django; django.setup(); import hashira.portal.urls, hashira.core.jobs.services",
        "import hashira.portal.command, hashira.certificates.cli",
    ],
    ids=["web", "verify"],
)
def test_neither_web_nor_verification_loads_dbos_to_start(start: str) -> None:
    code = f"{start}; import sys; print(sorted(m for m in sys.modules if m in ('dbos', 'sqlalchemy')))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_verification_loads_no_job_at_all() -> None:
    code = "import hashira.certificates.cli, sys; print([m for m in sys.modules if '.jobs' in m])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
