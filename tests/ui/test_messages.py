"""The tool that keeps the English beside the Japanese, on a small product of its own."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest
from tools import messages

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
TITLE = _("接種記録")
def count(n):
    # Translators: how many doses
    return ngettext("%(n)d件の接種", "%(n)d件の接種", n) % {"n": n} + pgettext("暦", "月")
"""
TEMPLATE = """{% load i18n ui %}
      {% translate "氏名" %}
  {% blocktranslate with who=person.name trimmed %}
     {{ who }}さんの証明書
  {% endblocktranslate %}
    {% button _("保存") %}<p title="{% translate '旅券' %}">{{ x|default:_("なし") }}</p>
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "src" / "hashira"
    (source / "doses" / "store").mkdir(parents=True)
    (source / "doses" / "store" / "apps.py").write_text("", encoding="utf-8")
    (source / "doses" / "store" / "views.py").write_text(PYTHON, encoding="utf-8")
    templates = source / "doses" / "templates"
    templates.mkdir()
    (templates / "dose.html").write_text(TEMPLATE, encoding="utf-8")
    return source


def translate(path: Path, english: dict[str, str | tuple[str, str]]) -> None:
    catalogue = messages._read(path)
    for entry in catalogue:
        if entry.id:
            entry.string = english[entry.id if isinstance(entry.id, str) else entry.id[0]]
    messages._write_po(path, catalogue)


def complete(source: Path) -> tuple[Path, Path]:
    messages.update(source)
    store, package = (source / folder / messages.CATALOGUE for folder in ("doses/store", "doses"))
    translate(store, {"接種記録": "Records", "%(n)d件の接種": ("%(n)d dose", "%(n)d doses"), "月": "Month"})
    translate(
        package,
        {
            "氏名": "Name",
            "%(who)sさんの証明書": "Certificate of %(who)s",
            "保存": "Save",
            "旅券": "Passport",
            "なし": "None",
        },
    )
    return store, package


def test_update_collects_from_python_and_templates(source: Path) -> None:
    assert messages.update(source) == 8
    complete(source)
    assert messages.check(source) == []


def test_update_again_changes_no_byte_and_keeps_the_english(source: Path) -> None:
    store, package = complete(source)
    before = (store.read_bytes(), package.read_bytes())
    assert messages.update(source) == 0
    assert (store.read_bytes(), package.read_bytes()) == before


def test_compiled_catalogues_translate(source: Path) -> None:
    store, _package = complete(source)
    assert messages.compile_catalogues(source) == 2
    with store.with_suffix(".mo").open("rb") as stream:
        english = gettext.GNUTranslations(stream)
    assert english.gettext("接種記録") == "Records"
    assert english.pgettext("暦", "月") == "Month"
    assert english.ngettext("%(n)d件の接種", "", 1) == "%(n)d dose"
    assert english.ngettext("%(n)d件の接種", "", 2) == "%(n)d doses"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('msgstr "Records"', 'msgstr ""', "has no English"),
        ('msgid "接種記録"', '#, fuzzy\nmsgid "接種記録"', "is fuzzy"),
        ('msgid "接種記録"', 'msgid "接種の記録"', "is missing in"),
        ('msgid "接種記録"', 'msgid "接種の記録"', "is used nowhere"),
        ('msgstr "Records"', 'msgstr "Records 接種"', "has Japanese in its English"),
        ('msgstr[1] "%(n)d doses"', 'msgstr[1] ""', "has no English"),
        ('msgstr[1] "%(n)d doses"', 'msgstr[1] "%(m)d doses"', "names ['%(m)d']"),
    ],
)
def test_check_refuses_a_catalogue_with_a_flaw(source: Path, old: str, new: str, words: str) -> None:
    store, _package = complete(source)
    text = store.read_text(encoding="utf-8")
    assert old in text
    store.write_text(text.replace(old, new), encoding="utf-8")
    assert any(words in finding.text for finding in messages.check(source))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{% translate "Name" %}', "is not Japanese"),
        ("<p>生の日本語</p>", "is shown without translate"),
        ('{% button "送る" %}', "without _()"),
        ('{{ x|default:"なにか" }}', "without _()"),
    ],
)
def test_check_refuses_a_template_with_a_flaw(source: Path, line: str, words: str) -> None:
    complete(source)
    (source / "doses" / "templates" / "more.html").write_text(
        "{% load i18n ui %}" + line + '<i lang="ja">日本語</i>{% comment %}注{% endcomment %}',
        encoding="utf-8",
    )
    (flaw,) = (f for f in messages.check(source) if words in f.text)
    assert flaw.place.endswith("more.html:1")


def test_one_japanese_has_one_english(source: Path) -> None:
    _store, package = complete(source)
    (source / "doses" / "templates" / "more.html").write_text('{% translate "接種記録" %}', encoding="utf-8")
    messages.update(source)
    package.write_text(
        package.read_text(encoding="utf-8").replace(
            'msgid "接種記録"\nmsgstr ""', 'msgid "接種記録"\nmsgstr "Doses"'
        ),
        encoding="utf-8",
    )
    assert any("agree on one" in finding.text for finding in messages.check(source))


@pytest.mark.long
def test_the_catalogue_of_the_design_system_is_clean() -> None:
    assert [f for f in messages.check() if "/ui/" in f.place] == []
