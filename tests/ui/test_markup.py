"""The gallery shows every part, so what holds for its markup holds for every page made of them."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from django.test import Client, override_settings

import hashira.ui

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "ui.md"
UNSTYLED = {  # elements of a block that need no style of their own
    "dads-checkbox__label",
    "dads-date__label",
    "dads-figure__paper",
    "dads-file-upload",
    "dads-header__name-text",
    "dads-notices",
    "dads-radio__label",
}
VOID = {"meta", "link", "input", "br", "hr", "img"}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list")


class Page(HTMLParser):
    """Elements with their attributes and the labels around them; unbalanced tags are an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text_of: dict[str, str] = {}
        self._labels: list[str] = []
        self.labelled_by_wrapping: set[str] = set()
        self.inline_scripts: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        repeated = [name for name, count in Counter(name for name, _value in attrs).items() if count > 1]
        assert not repeated, f"<{tag}> repeats {repeated}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID and self.get_starttag_text()[-2:] != "/>":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script" and data.strip():
            self.inline_scripts.append(data)
        elif not self.open or self.open[-1] not in {"script", "textarea"}:
            self.words.append(data)

    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _tag, attrs in self.elements if "id" in attrs]


@pytest.fixture(params=["ja", "en"])
def gallery(request: pytest.FixtureRequest, client: Client) -> Page:
    response = client.get("/ui/", headers={"accept-language": request.param})
    assert response.status_code == 200
    assert f'<html lang="{request.param}">' in response.text
    return Page(response.text)


def test_nothing_runs_or_styles_inline(gallery: Page) -> None:
    assert not gallery.inline_scripts
    for tag, attrs in gallery.elements:
        assert tag != "style"
        assert "style" not in attrs, (tag, attrs)
        handlers = [name for name in attrs if name.startswith(("on", "hx-on"))]
        assert not handlers, (tag, handlers)
        assert not (attrs.get("href") or "").startswith("javascript:")


def test_scripts_come_from_this_site_only(gallery: Page) -> None:
    sources = [attrs["src"] for tag, attrs in gallery.elements if tag == "script"]
    assert len(sources) == 2
    assert all(source and source.startswith("/static/") for source in sources)


def test_htmx_evaluates_nothing(gallery: Page) -> None:
    (config,) = (attrs["content"] for _tag, attrs in gallery.elements if attrs.get("name") == "htmx-config")
    assert config
    assert '"allowEval": false' in config
    assert '"includeIndicatorStyles": false' in config


def test_each_id_is_there_once(gallery: Page) -> None:
    assert [i for i, count in Counter(gallery.ids()).items() if count > 1] == []


def test_each_reference_leads_somewhere(gallery: Page) -> None:
    ids = set(gallery.ids())
    for tag, attrs in gallery.elements:
        for name in REFERENCES:
            for target in (attrs.get(name) or "").split():
                assert target in ids, f"<{tag} {name}={target!r}>"
        href = attrs.get("href") or ""
        if tag == "a" and href.startswith("#"):
            assert href[1:] in ids, href


def test_each_control_has_a_name(gallery: Page) -> None:
    labelled = {attrs["for"] for tag, attrs in gallery.elements if tag == "label"}
    controls = [
        attrs
        for tag, attrs in gallery.elements
        if tag in {"input", "select", "textarea"} and attrs.get("type") != "hidden"
    ]
    assert len(controls) > 30
    assert [attrs for attrs in controls if attrs.get("id") not in labelled] == []


def test_headings_skip_no_level(gallery: Page) -> None:
    levels = [int(tag[1]) for tag, _attrs in gallery.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_colour_is_never_alone(gallery: Page) -> None:
    chips = [a for tag, a in gallery.elements if tag == "span" and a.get("class") == "dads-status"]
    assert {a["data-kind"] for a in chips} == {"neutral", "success", "info", "warning", "error", "wait"}
    icons = [a for _tag, a in gallery.elements if a.get("class") == "dads-status__icon"]
    assert len(icons) == sum(1 for a in chips if a["data-kind"] != "neutral")


def test_forms_leave_validation_to_the_server(gallery: Page) -> None:
    posting = [attrs for tag, attrs in gallery.elements if tag == "form" and "novalidate" in attrs]
    assert len(posting) == 2
    assert not [attrs for tag, attrs in gallery.elements if "maxlength" in attrs or "pattern" in attrs]


def test_the_english_page_is_english(client: Client) -> None:
    page = Page(client.get("/ui/", headers={"accept-language": "en"}).text)
    text = " ".join(page.words)
    for sample in ("山田 太郎", "佐藤 花子", "葛󠄂城 一", "葛󠄂城", "日本語", "令和3"):
        text = text.replace(sample, "")
    text = re.sub("[ァ-ヴー]+ [ァ-ヴー]+", "", text)  # names in kana
    assert re.findall("[ぁ-んァ-ヴ一-鿿]+", text) == []


def test_every_page_says_that_it_is_not_official(client: Client) -> None:
    assert "これは政府の公式サイトではありません" in client.get("/ui/").text
    assert "これは政府の公式サイトではありません" in client.get("/nowhere").text
    with override_settings(HASHIRA_OFFICIAL_SITE="千代田区"):
        text = client.get("/ui/").text
    assert "これは政府の公式サイトではありません" not in text
    assert "これは千代田区の公式サイトです" in text


def test_the_language_is_switched_by_a_plain_form(client: Client) -> None:
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/ui/?page=2"})
    assert response.status_code == 302
    assert response["Location"] == "/ui/?page=2"
    assert '<html lang="en">' in client.get("/ui/").text


def test_a_page_with_errors_says_so_in_its_title(client: Client) -> None:
    from django.template import engines

    from hashira.ui.gallery import SampleForm

    template = engines["django"].from_string(
        '{% extends "ui/page.html" %}{% block title %}申請{% endblock %}'
        "{% block main %}{{ form }}{% endblock %}"
    )
    assert "<title>申請｜Hashira</title>" in template.render({"form": SampleForm()})
    assert "<title>エラー：申請｜Hashira</title>" in template.render({"form": SampleForm({})})


def test_every_class_has_its_style_and_every_style_its_class() -> None:
    folder = Path(hashira.ui.__file__).parent
    sheets = "".join(sheet.read_text(encoding="utf-8") for sheet in (folder / "static" / "ui").glob("*.css"))
    styled = set(re.findall(r"\.(dads-[\w-]+)", sheets))
    sources = [*folder.glob("templates/**/*.html"), folder / "templatetags" / "ui.py"]
    drawn = set(re.findall(r"\bdads-[\w-]+", "".join(s.read_text(encoding="utf-8") for s in sources)))
    documented = re.findall(r"`(dads-[\w-]+)`", REFERENCE.read_text(encoding="utf-8"))
    assert drawn - styled == UNSTYLED
    assert styled - drawn - set(documented) == set()
