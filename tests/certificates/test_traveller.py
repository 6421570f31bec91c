"""Whose certificate it is: the cases that the app's twin in the browser is put to as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hashira.certificates.domain.content import CertificateContent, Holder
from hashira.certificates.domain.mrz import read_zone
from hashira.certificates.domain.traveller import compare
from hashira.kernel.value import value

FILE = json.loads(Path(__file__).with_name("traveller_cases.json").read_text("utf-8"))


@value
class Content(CertificateContent):
    kind: str = ""
    transliterated: str = ""


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    given = case["content"]
    content = Content(
        Holder(**given["holder"]),
        (),
        "",
        kind=given["kind"],
        transliterated=given.get("transliterated", ""),
    )
    found = compare(content, read_zone("\n".join(case.get("zone", FILE["zone"]))))
    assert found.finding == case["finding"]
    assert (list(found.compared), list(found.differs)) == (case["compared"], case["differs"])
