"""The kernel is the standard library, with two libraries in a module each, and its examples run."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import sys
from pathlib import Path

import pytest

import hashira.kernel

MODULES = sorted(module.name for module in pkgutil.iter_modules(hashira.kernel.__path__))
FOREIGN = {"canonical_json": {"orjson"}, "value": {"msgspec"}}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports are absolute"
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("name", MODULES)
def test_it_imports_the_standard_library_and_the_kernel(name: str) -> None:
    path = Path(hashira.kernel.__path__[0]) / f"{name}.py"
    foreign = {
        module
        for module in imports(path)
        if module.partition(".")[0] not in sys.stdlib_module_names
        and not module.startswith("hashira.kernel.")
    }
    assert foreign == FOREIGN.get(name, set())


@pytest.mark.parametrize("name", MODULES)
def test_its_examples_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"hashira.kernel.{name}"), optionflags=doctest.ELLIPSIS)
    assert result.attempted > 0, f"{name} has no example"
    assert result.failed == 0
