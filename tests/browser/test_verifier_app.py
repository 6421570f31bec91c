"""The verifier's app in a real Chromium, with the network cut: it says of everything what the server says."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.browser import installation
from tests.certificates.verifier_vectors import AT, Scene

from hashira.certificates.domain.format import assess
from hashira.certificates.domain.verdict import Verdict

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
APP = "/certificates/verifier/"
COUNT = int(os.environ.get("HASHIRA_PROVE_COUNT", "1200"))
BATCH = 300
_VERIFY = """async ({ texts, at }) => {
  const { verify } = await import("/static/certificates/verifier/verify.js");
  const answers = [];
  for (const text of texts) {
    const { verdict, content } = await verify(text, { trust: window.held, at });
    answers.push([verdict, content]);
  }
  return answers;
}"""
_HOLD = """async ({ bundle, pinned }) => {
  const { readBundle } = await import("/static/certificates/verifier/bundle.js");
  window.held = await readBundle(Uint8Array.from(atob(bundle), (c) => c.charCodeAt(0)), pinned);
}"""


@pytest.fixture(scope="module")
def scene(shared_data: Path) -> Scene:
    return Scene(shared_data)


@pytest.fixture
def offline_app(chromium: Browser, site: installation.Installation) -> Iterator[Page]:
    """The app, opened once with network and once more without."""
    context = chromium.new_context(viewport={"width": 375, "height": 900}, locale="ja")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(site.address + APP)
    page.wait_for_selector("#app[data-ready][data-kept]")
    context.set_offline(True)
    page.goto(site.address + APP)
    page.wait_for_selector("#app[data-ready]")
    yield page
    context.close()


def said_by_server(scene: Scene, text: str) -> tuple[str, Any]:
    answer = assess(text, trust=scene.trust, at=AT)
    content = dataclasses.asdict(answer.content) if answer.content else None
    return answer.verdict.value, json.loads(json.dumps(content))


def put_to_the_app(page: Page, scene: Scene, texts: list[str]) -> list[tuple[str, Any]]:
    bundle = base64.b64encode(scene.bundle).decode()
    page.evaluate(_HOLD, {"bundle": bundle, "pinned": scene.pinned})
    answers: list[tuple[str, Any]] = []
    for start in range(0, len(texts), BATCH):
        batch = {"texts": texts[start : start + BATCH], "at": AT.timestamp()}
        answers += [(verdict, content) for verdict, content in page.evaluate(_VERIFY, batch)]
    return answers


def bare(content: Any) -> Any:
    """Without the members that one side writes as null and the other leaves out."""
    if isinstance(content, dict):
        return {name: bare(value) for name, value in content.items() if value is not None}
    return [bare(item) for item in content] if isinstance(content, list) else content


def test_it_says_what_the_server_says_of_every_vector(offline_app: Page, scene: Scene) -> None:
    texts = scene.originals
    expected = {name: said_by_server(scene, text) for name, text in texts.items()}
    # Each verdict is among them, so that none is agreed on because it never came up.
    assert {verdict for verdict, _ in expected.values()} == {v.value for v in Verdict}
    answers = dict(zip(texts, put_to_the_app(offline_app, scene, list(texts.values())), strict=True))
    wrong = {
        name: (answers[name], expected[name])
        for name in texts
        if (answers[name][0], bare(answers[name][1])) != (expected[name][0], bare(expected[name][1]))
    }
    assert not wrong


def test_it_says_what_the_server_says_of_every_mutant(offline_app: Page, scene: Scene) -> None:
    texts = list(scene.mutants(COUNT))
    wrong = []
    verdicts: Counter[str] = Counter()
    answers = put_to_the_app(offline_app, scene, texts)
    for text, (verdict, content) in zip(texts, answers, strict=True):
        expected, shown = said_by_server(scene, text)
        verdicts[expected] += 1
        if (verdict, bare(content)) != (expected, bare(shown)):
            wrong.append((text[:3000], verdict, expected))
    Path(os.environ.get("HASHIRA_WRONG", os.devnull)).write_text(json.dumps(wrong))
    assert not [(verdict, expected) for _text, verdict, expected in wrong]
    assert verdicts["invalid"] > COUNT / 10
    assert verdicts["malformed"] > COUNT / 10
