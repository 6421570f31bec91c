"""A jurisdiction outside Japan brings its own rules; nothing but them knows its language."""

from __future__ import annotations

import re

from tests.regulations.detection.laws import law

from hashira.kernel.language import Bilingual
from hashira.regulations.domain.detection import Surveyor, findings
from hashira.regulations.domain.detection.rule import RuleSet, Scope, Sign, Trigger

ENGLISH = RuleSet(
    id="en-XX",
    version="1",
    categories=("on-site inspection", "posting"),
    triggers=(
        Trigger(
            "inspect",
            "on-site inspection",
            ("inspect", "examine"),
            Bilingual("検査する", "inspects"),
            "The officer shall inspect the premises in person.",
            "The register shall be kept.",
            requires=re.compile(r"premises|site|in person|equipment"),
            prior=1.0,
        ),
        Trigger(
            "post",
            "posting",
            ("displayed", "posted up"),
            Bilingual("掲示する", "displays"),
            "The licence shall be displayed at the entrance.",
            "The licence shall be renewed.",
            prior=1.0,
        ),
    ),
    signs=(
        Sign(
            "penalty",
            Scope.SENTENCE,
            re.compile(r"liable to a fine|commits an offence"),
            Bilingual("罰則", "a penalty"),
            "A person who refuses is liable to a fine.",
            "The officer shall inspect.",
            prior=-5.0,
        ),
    ),
    sentence_end=". ",
)


def test_english_text_is_surveyed_by_an_english_set() -> None:
    text = law(
        "**第一条**　The officer shall inspect the premises in person. A person who refuses to let the officer "
        "inspect the premises is liable to a fine.\n\n"
        "**第二条**　The licence shall be displayed at the entrance.\n"
    )
    found = findings([Surveyor(ENGLISH).survey(text)])
    assert [(f.category, f.article) for f in found] == [("on-site inspection", "1"), ("posting", "2")]
    assert found[0].score > 0.7
    assert found[0].reasons[0].words == "inspect"
    assert {reason.rule for reason in found[0].reasons} == {"inspect"}  # the better of the two sentences
