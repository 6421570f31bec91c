"""The examples in the documentation of the domain and the adapters are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from hashira.regulations import adapters, domain

MODULES = sorted(
    found.name
    for package in (domain, adapters)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    examples = [
        example
        for name in MODULES
        for test in finder.find(importlib.import_module(name))
        for example in test.examples
    ]
    assert len(examples) > 15


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
