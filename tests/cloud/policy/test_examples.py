"""The examples in the documentation of the policies are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from hashira.cloud.domain import policy

MODULES = sorted(found.name for found in pkgutil.walk_packages(policy.__path__, f"{policy.__name__}."))


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    tests = [test for name in MODULES for test in finder.find(importlib.import_module(name))]

    assert sum(len(test.examples) for test in tests) >= 8


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
