"""The verifier's app in a real Chromium, with the network cut: it says of everything what the server says."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser import installation
from tests.browser.looking import SCREENS, look
from tests.certificates.dcc_vectors import NUMBER, vectors
from tests.certificates.verifier_mutants import FORMATS, mutants_of
from tests.certificates.verifier_vectors import AT, Scene

from hashira.certificates.domain.certificate_status import Standing
from hashira.certificates.domain.format import assess
from hashira.certificates.domain.verdict import REMARK_NAMES, Verdict

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
APP = "/certificates/verifier/"
COUNT = int(os.environ.get("HASHIRA_PROVE_COUNT", "150"))
BATCH = 300
_VERIFY = """async (asked) => {
  const { verify } = await import("/static/certificates/verifier/verify.js");
  const answers = [];
  for (const [text, at] of asked) {
    const { verdict, content, evidence } = await verify(text, { trust: window.held, at });
    const { checks = [], remarks = [], standing = null } = evidence ?? {};
    answers.push([verdict, content, checks, remarks, standing]);
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


Answer = tuple[str, Any, list[str], list[str], str | None]
"""Verdict, content, what was checked and held, remarks, and what a source of statuses said."""


def said_by_server(scene: Scene, text: str, at: datetime = AT) -> Answer:
    answer = assess(text, trust=scene.trust, at=at)
    content = dataclasses.asdict(answer.content) if answer.content else None
    evidence = answer.evidence
    rests_on = (
        (list(evidence.checks), list(evidence.remarks), evidence.standing) if evidence else ([], [], None)
    )
    return (answer.verdict.value, bare(json.loads(json.dumps(content))), *rests_on)


def put_to_the_app(page: Page, scene: Scene, asked: list[tuple[str, datetime]]) -> list[Answer]:
    bundle = base64.b64encode(scene.bundle).decode()
    page.evaluate(_HOLD, {"bundle": bundle, "pinned": scene.pinned})
    answers: list[Answer] = []
    for start in range(0, len(asked), BATCH):
        batch = [[text, at.timestamp()] for text, at in asked[start : start + BATCH]]
        answers += [
            (verdict, bare(content), *rest) for verdict, content, *rest in page.evaluate(_VERIFY, batch)
        ]
    return answers


def bare(content: Any) -> Any:
    """Without the members that one side writes as null and the other leaves out."""
    if isinstance(content, dict):
        return {name: bare(value) for name, value in content.items() if value is not None}
    return [bare(item) for item in content] if isinstance(content, list) else content


def test_it_says_what_the_server_says_of_every_vector(offline_app: Page, scene: Scene) -> None:
    texts = scene.originals
    expected = {name: said_by_server(scene, text) for name, text in texts.items()}
    # Each verdict, remark and standing is among them, so that none is agreed on because it never came up.
    assert {answer[0] for answer in expected.values()} == {v.value for v in Verdict}
    assert {remark for answer in expected.values() for remark in answer[3]} == REMARKS
    assert {answer[4] for answer in expected.values()} == {None, *(s.value for s in Standing)}
    answers = put_to_the_app(offline_app, scene, [(text, AT) for text in texts.values()])
    found = dict(zip(texts, answers, strict=True))
    assert {name: (found[name], expected[name]) for name in texts if found[name] != expected[name]} == {}


REMARKS = set(REMARK_NAMES) - {"existed-before-withdrawal"}
"""An app has no log that could witness that a certificate existed before."""


def test_it_says_what_the_server_says_of_every_certificate_of_the_eu(offline_app: Page, scene: Scene) -> None:
    """All 512, each at the moment that its country names, with the signers of all in one bundle."""
    asked = scene.hcerts.european
    assert len(asked) == NUMBER
    expected = {name: said_by_server(scene, *one) for name, one in asked.items()}
    # What all signers together make of them is what each one's own signer does (tests/certificates).
    alone = {v.name: assess(v.text, trust=v.trust, at=v.clock).verdict.value for v in vectors()}
    assert {name: answer[0] for name, answer in expected.items()} == alone
    answers = put_to_the_app(offline_app, scene, list(asked.values()))
    found = dict(zip(asked, answers, strict=True))
    assert {name: (found[name], expected[name]) for name in asked if found[name] != expected[name]} == {}


@pytest.mark.parametrize("format", FORMATS)
def test_it_says_what_the_server_says_of_every_mutant(offline_app: Page, scene: Scene, format: str) -> None:
    texts = list(mutants_of(format, scene, COUNT))
    expected = [said_by_server(scene, text) for text in texts]
    answers = put_to_the_app(offline_app, scene, [(text, AT) for text in texts])
    wrong = [(t[:3000], a, e) for t, a, e in zip(texts, answers, expected, strict=True) if a != e]
    Path(os.environ.get("HASHIRA_WRONG", os.devnull)).write_text(json.dumps(wrong))
    assert [(found, right) for _text, found, right in wrong] == []
    verdicts = Counter(verdict for verdict, *_rest in expected)
    print(f"{format}: {len(texts)} mutants, {dict(verdicts.most_common())}")
    for verdict in ("invalid", "malformed", "verified"):
        assert verdicts[verdict] > COUNT / 20, verdicts


# --- the page, as a person at a door uses it


@pytest.fixture
def with_trust(offline_app: Page, scene: Scene) -> Page:
    """The app, without network, as if it had fetched the scene's bundle before."""
    bundle = base64.b64encode(scene.bundle).decode()
    offline_app.clock.install(time=AT)
    offline_app.evaluate(
        """async ({ bundle, pinned }) => {
          const { keep } = await import("/static/certificates/verifier/kept.js");
          await keep(Uint8Array.from(atob(bundle), (c) => c.charCodeAt(0)), pinned);
        }""",
        {"bundle": bundle, "pinned": scene.pinned},
    )
    offline_app.reload()
    offline_app.wait_for_selector("#app[data-ready]")
    return offline_app


def paste(page: Page, text: str) -> None:
    page.get_by_label("コードの内容を貼り付ける").fill(text)
    page.get_by_role("button", name="確かめる", exact=True).click()


def test_three_answers_that_are_never_merged(with_trust: Page, scene: Scene) -> None:
    page = with_trust
    page.get_by_label("渡航先").select_option("FRA")
    paste(page, scene.seal)
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "verified")
    expect(page.locator("#verdict")).to_be_focused()
    expect(page.locator("#verdict")).to_have_attribute("role", "status")
    expect(page.get_by_text("ERIKSSON ANNA")).to_be_visible()
    # genuine, and yet neither compared with anybody nor judged for the destination
    expect(page.locator("#traveller-finding")).to_have_text("まだ照らし合わせていません")
    expect(page.locator("#destination-finding")).to_have_text("判定ルールなし")
    expect(page.locator("#destination-finding")).to_have_attribute("data-family", "unknown")

    zone = page.get_by_label("旅券の機械読取領域")
    # Doc 9303 Part 4, Appendix B, with another second given name than the seal
    zone.fill("P<UTOERIKSSON<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10")
    page.get_by_role("button", name="旅券と照らし合わせる").click()
    expect(page.locator("#traveller-finding")).to_have_attribute("data-family", "good")
    zone.fill("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10")
    page.get_by_role("button", name="旅券と照らし合わせる").click()
    expect(page.locator("#traveller-finding")).to_have_text("旅券と違います：氏名")
    zone.fill("P<UTOERIKSSON<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C37UTO7408122F1204159ZE184226B<<<<<10")
    page.get_by_role("button", name="旅券と照らし合わせる").click()
    expect(page.locator("#traveller-finding")).to_contain_text("検査数字が合いません（旅券番号）")
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "verified")


def test_a_card_that_is_not_genuine_is_judged_no_further(with_trust: Page, scene: Scene) -> None:
    page = with_trust
    paste(page, scene.originals["edit: another payload"])
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "invalid")
    expect(page.locator("#verdict")).to_have_attribute("role", "alert")
    expect(page.get_by_text("以下の内容は確認されていません")).to_be_visible()
    for finding in ("#traveller-finding", "#destination-finding"):
        expect(page.locator(finding)).to_contain_text("判定しません")
    page.get_by_role("button", name="次の人へ").click()
    assert "接種 花子" not in page.locator("main").inner_text()
    expect(page.get_by_label("コードの内容を貼り付ける")).to_have_value("")
    paste(page, scene.originals["revoked card"])
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "revoked")


def test_nothing_of_a_certificate_is_stored(with_trust: Page, scene: Scene) -> None:
    page = with_trust
    paste(page, scene.seal)
    expect(page.locator("#verdict section")).to_be_visible()
    kept = page.evaluate(
        """async () => {
          const found = [...Object.keys(localStorage), ...Object.keys(sessionStorage)];
          for (const { name } of await indexedDB.databases()) found.push(name);
          for (const name of await caches.keys())
            for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
          const { load } = await import("/static/certificates/verifier/kept.js");
          return [found, Object.keys(await load())];
        }"""
    )
    assert kept[1] == ["octets", "pinned"]
    assert [name for name in kept[0] if not name.startswith(("/static/", APP))] == ["hashira-verifier"]


def test_an_old_bundle_warns(with_trust: Page) -> None:
    expect(with_trust.locator("#trust")).to_have_attribute("data-state", "fresh")
    with_trust.clock.set_fixed_time(AT + timedelta(days=8))
    with_trust.reload()
    expect(with_trust.locator("#trust")).to_have_attribute("data-state", "old")
    expect(with_trust.locator("#trust")).to_contain_text("8日前に作成")


def test_without_a_bundle_nobody_is_trusted(offline_app: Page, scene: Scene) -> None:
    page = offline_app
    expect(page.locator("#trust")).to_have_attribute("data-state", "none")
    paste(page, scene.seal)
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "untrusted")


def test_the_evaluators_of_rules_agree(offline_app: Page) -> None:
    path = Path(__file__).parents[1] / "certificates/certlogic_cases.json"
    cases = json.loads(path.read_text("utf-8"))["cases"]
    found = offline_app.evaluate(
        """async (cases) => {
          const { evaluate, RuleBroken } = await import("/static/certificates/verifier/certlogic.js");
          return cases.map(({ logic, data }) => {
            try { return { value: evaluate(logic, data ?? null) }; }
            catch (error) { if (error instanceof RuleBroken) return {}; throw error; }
          });
        }""",
        cases,
    )
    expected = [{"value": case["value"]} if "value" in case else {} for case in cases]
    assert [case["name"] for case, a, b in zip(cases, found, expected, strict=True) if a != b] == []


def test_it_compares_travellers_as_the_server_does(offline_app: Page) -> None:
    path = Path(__file__).parents[1] / "certificates/traveller_cases.json"
    document = json.loads(path.read_text("utf-8"))
    found = offline_app.evaluate(
        """async ({ cases, zone }) => {
          const { readZone } = await import("/static/certificates/verifier/mrz.js");
          const { compare, finding } = await import("/static/certificates/verifier/traveller.js");
          return cases.map((one) => {
            const compared = compare(one.content, readZone((one.zone ?? zone).join("\\n")));
            return [finding(compared), compared.compared, compared.differs];
          });
        }""",
        document,
    )
    expected = [[case["finding"], case["compared"], case["differs"]] for case in document["cases"]]
    assert found == expected


def test_without_its_tables_it_says_so_and_offers_nothing(
    chromium: Browser, site: installation.Installation
) -> None:
    context = chromium.new_context(locale="ja", service_workers="block")
    context.route("**/verifier/configuration*", lambda route: route.abort())
    page = context.new_page()
    page.goto(site.address + APP)
    expect(page.locator("#starting")).to_contain_text("もう一度開いてください")
    expect(page.locator("#app")).to_be_hidden()
    context.close()


@pytest.mark.parametrize(("width", "language"), [*SCREENS, (320, "ja")])
def test_it_fits_and_axe_finds_nothing(
    chromium: Browser, site: installation.Installation, scene: Scene, width: int, language: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale=language)
    page = context.new_page()
    page.goto(f"{site.address}{APP}{language}/")
    page.wait_for_selector("#app[data-ready]")
    page.locator("#text").fill(scene.seal)
    page.locator("button[name=check]").click()
    expect(page.locator("#verdict section")).to_be_visible()
    look(page, "verifier")
    context.close()


def test_it_fetches_the_bundle_of_the_server_and_starts_after_the_server_has_stopped(
    chromium: Browser, tmp_path: Path, first_start: Path
) -> None:
    """Not a browser that was told to be offline: there is nobody any more to answer it."""
    folder = tmp_path / "data"
    shutil.copytree(first_start, folder)
    own = installation.start(folder)
    context = chromium.new_context(locale="ja")
    try:
        made = installation.hashira(folder, "certificates", "bundle", "build")
        assert made.returncode == 0, made.stderr
        page = context.new_page()
        page.goto(own.address + APP)
        page.wait_for_selector("#app[data-ready][data-kept]")
        expect(page.locator("#trust")).to_have_attribute("data-state", "fresh")
    finally:
        assert own.stop() == 0
    page.goto(own.address + APP)
    page.wait_for_selector("#app[data-ready]")
    expect(page.locator("#trust")).to_contain_text("第1版")
    page.goto(f"{own.address}{APP}en/")
    expect(page.locator("#trust")).to_contain_text("version 1")
    context.close()
