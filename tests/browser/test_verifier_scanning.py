"""The verifier's app with a camera, with pictures, with a scanner that types; and how it renews its bundle.

The camera is Chromium's own fake device, which plays a video of a printed code. Chromium on Linux has no
``BarcodeDetector``, so the picture goes the real way over the server; the way of browsers that have one is
tried with a stand-in that says what it is told.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from tests.browser import installation
from tests.certificates import test_shc_mutations
from tests.certificates.verifier_vectors import AT, Scene, _chunks

from hashira.certificates.domain.status_bundle import StatusBundle, apply_delta, write_bundle, write_delta
from hashira.certificates.domain.trust import TrustStore

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
APP = "/certificates/verifier/"
_KEEP = """async ({ bundle, pinned }) => {
  const { keep } = await import("/static/certificates/verifier/kept.js");
  await keep(Uint8Array.from(atob(bundle), (c) => c.charCodeAt(0)), pinned);
}"""
_DETECTOR = """
window.BarcodeDetector = class {
  static getSupportedFormats = async () => ["qr_code"];
  detect = async (source) => {
    if (source instanceof HTMLVideoElement && source.videoWidth === 0) return [];
    return window.inSight.splice(0, 1).map((rawValue) => ({ rawValue }));
  };
};
window.inSight = [];
"""
"""Stands in for the detector that Chromium has on Android, macOS and ChromeOS only."""
_REFUSES = """
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotAllowedError"); };
"""


@pytest.fixture(scope="module")
def scene(shared_data: Path) -> Scene:
    return Scene(shared_data)


def picture(text: str) -> Image.Image:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    return Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=4)).convert("L")


def video(text: str, path: Path) -> None:
    """One frame of 1280 × 720 in YUV4MPEG2, which Chromium plays for ever."""
    frame = Image.new("L", (1280, 720), 255)
    code = picture(text)
    frame.paste(code, ((1280 - code.width) // 2, (720 - code.height) // 2))
    grey = bytes([128]) * (640 * 360)
    path.write_bytes(b"YUV4MPEG2 W1280 H720 F10:1 Ip A1:1 C420jpeg\nFRAME\n" + frame.tobytes() + 2 * grey)


@pytest.fixture(scope="module")
def with_camera(
    launch: Callable[..., Browser], scene: Scene, tmp_path_factory: pytest.TempPathFactory
) -> Browser:
    path = tmp_path_factory.mktemp("camera") / "code.y4m"
    video(scene.hcerts.good, path)
    fake = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    return launch(*fake, f"--use-file-for-fake-video-capture={path}")


Open = Callable[..., Page]


@pytest.fixture
def opened(with_camera: Browser, site: installation.Installation, scene: Scene) -> Iterator[Open]:
    """The app with the scene's bundle, as if it had fetched it before."""
    contexts: list[BrowserContext] = []

    def open_(*scripts: str, **options: Any) -> Page:
        context = with_camera.new_context(viewport={"width": 375, "height": 900}, locale="ja", **options)
        contexts.append(context)
        for script in scripts:
            context.add_init_script(script)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(site.address + APP)
        page.wait_for_selector("#app[data-ready]")
        page.clock.install(time=AT)
        bundle = base64.b64encode(scene.bundle).decode()
        page.evaluate(_KEEP, {"bundle": bundle, "pinned": scene.pinned})
        page.reload()
        page.wait_for_selector("#app[data-ready]")
        return page

    yield open_
    for context in contexts:
        context.close()


def test_the_camera_of_a_browser_that_reads_no_codes(opened: Open) -> None:
    """A real frame of the fake device, decoded by the server, verified in the page."""
    page = opened()
    page.get_by_role("button", name="カメラで読み取る").click()
    take = page.get_by_role("button", name="撮影して確かめる")
    expect(take).to_be_focused()
    page.wait_for_function("document.getElementById('video').videoWidth === 1280")
    with page.expect_request("**/verifier/codes") as asked:
        take.click()
    assert asked.value.method == "POST"
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "verified")
    expect(page.get_by_text("見本 花子")).to_be_visible()
    expect(page.locator("#view")).to_be_hidden()
    assert page.evaluate("document.getElementById('video').srcObject") is None, "the camera is off"


def test_the_camera_of_a_browser_that_reads_codes(opened: Open, scene: Scene) -> None:
    """Nothing is sent; a divided card is collected, and says how many codes are missing."""
    page = opened(_DETECTOR)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="カメラで読み取る").click()
    expect(page.get_by_role("button", name="撮影して確かめる")).to_be_hidden()
    second, first = _chunks(test_shc_mutations.CARD).split("\n")
    page.evaluate("(text) => window.inSight.push(text)", second)
    expect(page.locator("#trouble")).to_contain_text("2枚のうち1枚")
    page.evaluate("(texts) => window.inSight.push(...texts)", [second, first])
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "verified")
    # The next person: the camera opens again, and nothing of the last one is left.
    page.get_by_role("button", name="次の人へ").click()
    expect(page.locator("#view")).to_be_visible()
    page.evaluate("(text) => window.inSight.push(text)", scene.originals["revoked card"])
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "revoked")
    assert sent == []


def test_a_code_of_octets_that_the_browser_makes_letters_of(opened: Open, scene: Scene) -> None:
    """A DIVOC code in sight: the way to the server is offered; its file is read without one."""
    page = opened(_DETECTOR)
    page.get_by_role("button", name="カメラで読み取る").click()
    take = page.get_by_role("button", name="撮影して確かめる")
    octets = base64.b64decode(scene.divocs.originals["divoc as real ones are"][4:])
    page.evaluate("(text) => window.inSight.push(text)", octets.decode("utf-8", "replace"))
    expect(page.locator("#trouble")).to_contain_text("このブラウザーだけでは読めない")
    expect(take).to_be_visible()
    expect(page.locator("#verdict section")).to_have_count(0)
    page.get_by_role("button", name="カメラを閉じる").click()
    page.context.set_offline(True)
    page.locator("#picture").set_input_files(
        {"name": "certificate.zip", "mimeType": "application/zip", "buffer": octets}
    )
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "verified")
    expect(page.get_by_text("https://cowin.gov.in/", exact=True)).to_be_visible()


def test_without_a_camera_or_a_network_it_says_what_to_do(opened: Open) -> None:
    page = opened(_REFUSES)
    page.get_by_role("button", name="カメラで読み取る").click()
    expect(page.locator("#trouble")).to_contain_text("写真を選ぶか、内容を貼り付けてください")
    page.context.set_offline(True)
    page.locator("#picture").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": png("shc:/1")}
    )
    expect(page.locator("#trouble")).to_contain_text("サーバーにつながらない")


def as_file(name: str, octets: bytes) -> Any:
    kind = "image/png" if name.endswith(".png") else "application/smart-health-card"
    return {"name": name, "mimeType": kind, "buffer": octets}


def png(text: str) -> bytes:
    stream = io.BytesIO()
    picture(text).save(stream, "PNG")
    return stream.getvalue()


def test_pictures_and_files(opened: Open, scene: Scene) -> None:
    """Both codes of a divided card, each on a picture of its own; a picture of nothing; a card's file."""
    page = opened()
    codes = _chunks(test_shc_mutations.CARD).split("\n")
    files = [as_file(f"{number}.png", png(text)) for number, text in enumerate(codes)]
    page.locator("#picture").set_input_files(files[:1])
    expect(page.locator("#trouble")).to_contain_text("2枚のうち1枚")
    page.locator("#picture").set_input_files(files[1:])
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "verified")
    blank = io.BytesIO()
    Image.new("L", (200, 200), 255).save(blank, "PNG")
    page.locator("#picture").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": blank.getvalue()}
    )
    expect(page.locator("#trouble")).to_contain_text("コードを読み取れませんでした")
    card = f'{{"verifiableCredential": ["{scene.originals["revoked card"]}"]}}'.encode()
    page.locator("#picture").set_input_files(as_file("x.smart-health-card", card))
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "revoked")


def test_a_scanner_that_types(opened: Open) -> None:
    """It ends each code with Enter; the first of two codes waits for the other."""
    page = opened()
    second, first = _chunks(test_shc_mutations.CARD).split("\n")
    field = page.get_by_label("コードの内容を貼り付ける")
    field.fill(second)
    field.press("Enter")
    expect(page.locator("#result")).to_be_hidden()
    field.press("End")
    page.keyboard.insert_text(first)
    field.press("Enter")
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "verified")


_EARS = """
window.heard = [];
const create = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () {
  const tone = create.call(this);
  tone.start = () => window.heard.push(tone.frequency.value);
  tone.stop = () => {};
  return tone;
};
"""


def test_each_verdict_has_its_sound_that_can_be_turned_off(opened: Open, scene: Scene) -> None:
    page = opened(_EARS)
    heard = []
    cards = ("card not listed", "card in a list", "card of a stranger", "text: words")
    for name in cards:
        page.evaluate("window.heard.length = 0")
        page.get_by_label("コードの内容を貼り付ける").fill(scene.originals[name])
        page.get_by_role("button", name="確かめる", exact=True).click()
        expect(page.locator("#verdict section")).to_be_visible()
        page.wait_for_function("window.heard.length > 1")
        heard.append(tuple(page.evaluate("window.heard")))
    assert len(set(heard)) == len(cards), "good, bad, doubt and unknown sound differently"
    assert heard[0][0] < heard[0][1], "rising"
    assert heard[1][0] > heard[1][1], "falling"
    page.get_by_label("結果を音で知らせる").uncheck()
    page.evaluate("window.heard.length = 0")
    page.get_by_label("コードの内容を貼り付ける").fill(scene.originals[cards[0]])
    page.get_by_role("button", name="確かめる", exact=True).click()
    expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "verified")
    assert page.evaluate("window.heard") == []


def test_what_only_a_summary_names_is_neither_green_nor_revoked(opened: Open, scene: Scene) -> None:
    page = opened()
    page.get_by_label("コードの内容を貼り付ける").fill(scene.hcerts.summed)
    page.get_by_role("button", name="確かめる", exact=True).click()
    section = page.locator("#verdict section")
    expect(section).to_have_attribute("data-verdict", "may-be-revoked")
    expect(section).to_have_attribute("data-family", "doubt")
    expect(page.locator("#verdict")).to_contain_text("失効の可能性・要確認")
    expect(page.locator("#verdict")).to_contain_text("発行者への照会で確かめてください")
    for finding in ("#traveller-finding", "#destination-finding"):
        expect(page.locator(finding)).to_contain_text("失効していないと確かめるまで、判定しません")


def test_an_hcert_is_compared_with_the_passport(opened: Open, scene: Scene) -> None:
    """One of the EU by its transliterated name and date of birth; a yellow card by its number too."""
    page = opened()
    zone = page.get_by_label("旅券の機械読取領域")
    lines = ["P<UTOMIHON<<HANAKO".ljust(44, "<"), "XX00000007JPN6004225F3001017<<<<<<<<<<<<<<<0"]
    for text, differs in (
        (scene.hcerts.good, None),
        (scene.hcerts.originals["hcert yellow card"], "旅券番号"),
    ):
        page.get_by_label("コードの内容を貼り付ける").fill(text)
        page.get_by_role("button", name="確かめる", exact=True).click()
        expect(page.locator("#verdict section")).to_have_attribute("data-verdict", "verified")
        zone.fill("\n".join(written(lines)))
        page.get_by_role("button", name="旅券と照らし合わせる").click()
        expect(page.locator("#traveller-finding")).to_have_text("旅券の内容と一致します")
        other = [lines[0], lines[1].replace("XX00000007", "XX0000001" + "0")]
        zone.fill("\n".join(written(other)))
        page.get_by_role("button", name="旅券と照らし合わせる").click()
        expected = f"旅券と違います：{differs}" if differs else "旅券の内容と一致します"
        expect(page.locator("#traveller-finding")).to_have_text(expected)


def written(lines: list[str]) -> list[str]:
    """With its check digits right (Doc 9303 Part 3 §4.9)."""
    from hashira.certificates.domain.mrz_check import check_digit

    second = lines[1]
    number, birth, expiry = second[:9], second[13:19], second[21:27]
    second = f"{number}{check_digit(number)}{second[10:13]}{birth}{check_digit(birth)}{second[20]}"
    second += f"{expiry}{check_digit(expiry)}" + "<" * 14 + "0"
    return [lines[0], second + check_digit(second[:10] + second[13:20] + second[21:43])]


# --- the bundle, renewed


def bundle(scene: Scene, version: int, at: datetime = AT) -> bytes:
    made = StatusBundle(
        version=version,
        issued_at=at,
        valid_until=at + timedelta(days=7),
        trust=scene.card_key.trusted() | TrustStore(anchors=(scene.authority.der,)),
        compromised=(),
        statuses=(),
    )
    return write_bundle(made, scene.bundle_key)


@pytest.fixture
def beside(with_camera: Browser, site: installation.Installation) -> Iterator[Page]:
    """A page with the app's modules and without the app, which renews its bundle by itself."""
    context = with_camera.new_context(service_workers="block")
    page = context.new_page()
    page.goto(f"{site.address}{APP}configuration.json")
    page.evaluate(
        """async () => {
          const { useTables } = await import("/static/certificates/verifier/tables.js");
          useTables(JSON.parse(document.body.innerText));
        }"""
    )
    yield page
    context.close()


_RENEW = """async (pinned) => {
  const { updatedTrust, heldTrust } = await import("/static/certificates/verifier/trust.js");
  let refused = null;
  try { await updatedTrust("/certificates/issuer/bundle", pinned); }
  catch (error) { refused = error.reason.ja; }
  return [(await heldTrust()).version, refused];
}"""


@pytest.mark.parametrize(
    "case", ["good", "no JSON", "another base", "a broken target", "a step back", "gone"]
)
def test_a_delta_renews_and_a_bad_one_falls_back_to_the_whole(beside: Page, scene: Scene, case: str) -> None:
    page = beside
    old, new = bundle(scene, 3), bundle(scene, 4)
    bent = new[:-1] + bytes([new[-1] ^ 1])
    delta = {
        "good": write_delta(old, new),
        "no JSON": b"{",
        "another base": write_delta(bundle(scene, 2), new),
        "a broken target": write_delta(old, bent),
        "a step back": write_delta(old, bundle(scene, 2)),
        "gone": None,
    }[case]
    served: list[str] = []

    def serve(route: Route) -> None:
        whole = "base" not in route.request.url
        served.append("whole" if whole else "delta")
        answer = new if whole else delta
        route.fulfill(status=404) if answer is None else route.fulfill(body=answer)

    page.route("**/issuer/bundle*", serve)
    page.evaluate(_KEEP, {"bundle": base64.b64encode(old).decode(), "pinned": scene.pinned})
    assert page.evaluate(_RENEW, scene.pinned) == [4, None]
    assert served == (["delta"] if case == "good" else ["delta", "whole"])


@pytest.mark.parametrize("wrong", ["bent", "older", "another key", "too short"])
def test_a_bad_bundle_changes_nothing(beside: Page, scene: Scene, wrong: str) -> None:
    page = beside
    old, new = bundle(scene, 3), bundle(scene, 4)
    stranger = Scene(scene._shared)
    answer = {
        "bent": new[:-1] + bytes([new[-1] ^ 1]),
        "older": bundle(scene, 2),
        "another key": write_bundle(
            StatusBundle(9, AT, AT + timedelta(days=7), TrustStore(), (), ()), stranger.bundle_key
        ),
        "too short": b"HASHIRA1",
    }[wrong]
    page.route(
        "**/issuer/bundle*",
        lambda route: route.fulfill(body=b"{}" if "base" in route.request.url else answer),
    )
    page.evaluate(_KEEP, {"bundle": base64.b64encode(old).decode(), "pinned": scene.pinned})
    version, refused = page.evaluate(_RENEW, scene.pinned)
    assert version == 3
    assert refused


def test_the_delta_of_a_small_change_is_small(scene: Scene) -> None:
    old, new = bundle(scene, 3), bundle(scene, 4)
    delta = write_delta(old, new)
    assert apply_delta(old, delta) == new
    assert len(delta) < len(new) / 3
