"""Promises about every error that a person can meet."""

from __future__ import annotations

import importlib
import pkgutil
import re
from string import Formatter

import hashira
from hashira.kernel.errors import registered_errors

_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def test_every_error_speaks_both_languages_with_the_same_places() -> None:
    for module in pkgutil.walk_packages(hashira.__path__, "hashira."):
        if "migrations" not in module.name and not module.name.endswith("wsgi"):
            importlib.import_module(module.name)
    errors = {code: e for code, e in registered_errors().items() if e.__module__.startswith("hashira.")}
    assert len(errors) > 20
    for code, error in errors.items():
        for text in (error.what, error.why, error.remedy):
            places = [{name for _, name, _, _ in Formatter().parse(t) if name} for t in (text.ja, text.en)]
            assert places[0] == places[1], code
        assert _JAPANESE.search(error.what.ja), code
        assert _JAPANESE.search(error.remedy.ja), code
        assert not _JAPANESE.search(error.what.en), code
