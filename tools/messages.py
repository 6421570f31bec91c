"""Collect, compile and check the English catalogues of a product that is written in Japanese first.

    python tools/messages.py update     # add new msgids (empty msgstr), drop the ones no longer used
    python tools/messages.py compile    # write the .mo files Django reads
    python tools/messages.py check      # exit 1 when a catalogue is not complete and clean

A msgid is the Japanese text; ``locale/en/LC_MESSAGES/django.po`` holds the English. A catalogue belongs to
the nearest folder above a source file that has an ``apps.py``, else to the package below ``src/hashira``.
Babel reads Python; Django's own ``templatize`` turns a template into something Babel can read.
``update`` never guesses: it makes no fuzzy entry, so an English text always was written for its Japanese.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "hashira"
CATALOGUE = Path("locale", "en", "LC_MESSAGES", "django.po")
TEMPLATE_SUFFIXES = {".html", ".txt", ".xml"}
KEYWORDS: dict[str, tuple[object, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = "# English texts of Hashira. The msgid is the Japanese text as it stands in the source.\n#"
JAPANESE = re.compile(r"[々〇぀-ヿ㐀-鿿豈-﫿]")
PLACE = re.compile(r"%\((\w+)\)[a-z]|(?<!%)%[sd]|\{(\w*)[^}]*\}")

MessageKey = tuple[str | None, str | tuple[str, ...]]


@dataclass(slots=True)
class Use:
    """One msgid in the sources: where it stands and what the translator is told."""

    places: list[tuple[str, int]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that ``check`` refuses."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def catalogue_owner(path: Path, source: Path = SOURCE) -> Path:
    """The folder whose ``locale`` holds the English for a source file."""
    for folder in path.parents:
        if folder == source:
            break
        if (folder / "apps.py").exists():
            return folder
    return source / path.relative_to(source).parts[0]


def source_files(source: Path = SOURCE) -> Iterator[Path]:
    """Every Python file and every template of the product, in a stable order."""
    for path in sorted(source.rglob("*")):
        parts = set(path.relative_to(source).parts)
        if not path.is_file() or parts & {"migrations", "locale", "__pycache__", "static"}:
            continue
        if len(path.relative_to(source).parts) < 2:
            continue
        if path.suffix == ".py" or (path.suffix in TEMPLATE_SUFFIXES and "templates" in parts):
            yield path


def messages_of(path: Path) -> Iterator[tuple[int, MessageKey, list[str]]]:
    """The msgids of one file: (line, (context, msgid or (singular, plural)), translator's comments)."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # An indented line after templatize is no Python block; without its indent every line tokenizes.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    found = extract(
        "python",
        io.BytesIO(text.encode("utf-8")),
        keywords=KEYWORDS,
        comment_tags=("Translators",),
        options={"encoding": "utf-8"},
    )
    for line, message, comments, context in found:
        if not message or (isinstance(message, tuple) and not message[0]):
            continue
        yield line, (context, message), list(comments)


def collect(source: Path = SOURCE) -> dict[Path, dict[MessageKey, Use]]:
    """All msgids by catalogue file."""
    catalogues: dict[Path, dict[MessageKey, Use]] = {}
    for path in source_files(source):
        target = catalogue_owner(path, source) / CATALOGUE
        for line, key, comments in messages_of(path):
            use = catalogues.setdefault(target, {}).setdefault(key, Use())
            use.places.append((path.relative_to(source.parent.parent).as_posix(), line))
            use.comments.extend(c for c in comments if c not in use.comments)
    return catalogues


def _read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale="en", domain="django")
    with path.open("rb") as stream:
        return read_po(stream, locale="en", domain="django")


def _write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step: somebody else may be reading it at this moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as stream:
        stream.write(content)
    os.chmod(stream.name, 0o644)
    os.replace(stream.name, path)


def update(source: Path = SOURCE, only: str | None = None) -> int:
    """Bring each catalogue in step with the sources; returns how many msgstr are still empty."""
    empty = 0
    wanted = collect(source)
    stale = {p: {} for p in source.rglob(CATALOGUE.as_posix()) if p not in wanted}
    for path, uses in sorted({**wanted, **stale}.items()):
        if only and only not in path.relative_to(source).as_posix():
            continue
        old = _read(path)
        new = Catalog(
            locale="en",
            domain="django",
            header_comment=HEADER,
            project="hashira",
            charset="utf-8",
            fuzzy=False,
        )
        for (context, message), use in sorted(uses.items(), key=lambda item: item[1].places):
            singular = message if isinstance(message, str) else message[0]
            before = old.get(singular, context)
            string = (
                before.string if before is not None and before.id == message and not before.fuzzy else None
            )
            added = new.add(
                message,
                string or ("" if isinstance(message, str) else ("", "")),
                locations=[(place, None) for place in sorted({p for p, _ in use.places})],
                auto_comments=use.comments,
                context=context,
            )
            if not any([added.string] if isinstance(added.string, str) else list(added.string)):
                empty += 1
                print(
                    f"{path.relative_to(source.parent.parent)}: {singular!r} needs its English",
                    file=sys.stderr,
                )
        _write_po(path, new)
    return empty


def _write_po(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue without times and tool versions, so that the same texts give the same bytes."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, sort_by_file=False, include_lineno=False)
    lines = buffer.getvalue().decode("utf-8").split("\n")
    volatile = (
        '"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Project-Id-Version',
        '"Report-Msgid-Bugs-To', '"Last-Translator', '"Language-Team',
    )  # fmt: skip
    _write_whole(path, "\n".join(line for line in lines if not line.startswith(volatile)).encode("utf-8"))


def compile_catalogues(source: Path = SOURCE) -> int:
    """Write each ``.mo`` beside its ``.po``; returns how many were written."""
    paths = sorted(source.rglob(CATALOGUE.as_posix()))
    for path in paths:
        buffer = io.BytesIO()
        write_mo(buffer, _read(path))
        _write_whole(path.with_suffix(".mo"), buffer.getvalue())
    return len(paths)


def check(source: Path = SOURCE) -> list[Finding]:
    """Everything that keeps the catalogues from being complete and clean."""
    wanted = collect(source)
    findings: list[Finding] = []
    paths = set(wanted) | set(source.rglob(CATALOGUE.as_posix()))
    findings.extend(_check_agreement(sorted(paths), source))
    for path in source_files(source):
        if path.suffix != ".py":
            findings.extend(untranslated(path, path.relative_to(source.parent.parent).as_posix()))
    for path in sorted(paths):
        catalogue = _read(path)
        name = path.relative_to(source.parent.parent).as_posix()
        uses = wanted.get(path, {})
        for (context, message), use in uses.items():
            findings.extend(_check_message(name, catalogue, context, message, use))
        known = {(context, _all(message)[0]) for context, message in uses}
        findings.extend(
            Finding(name, f"{entry.id!r} is used nowhere")
            for entry in catalogue
            if entry.id and (entry.context, _all(entry.id)[0]) not in known
        )
        findings.extend(
            Finding(name, f"{entry.id!r} is an old entry") for entry in catalogue.obsolete.values()
        )
    return findings


def untranslated(path: Path, name: str) -> Iterator[Finding]:
    """Japanese that a template shows without asking for its translation.

    What stands in an element that says ``lang="ja"`` is meant to stay Japanese.
    """
    inside = ""
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        word = token.contents.split(" ", 1)[0] if token.token_type == TokenType.BLOCK else ""
        if inside:
            inside = "" if word == f"end{inside}" else inside
            continue
        if word in {"comment", "blocktranslate", "blocktrans"}:
            inside = word
        elif token.token_type == TokenType.TEXT:
            text = re.sub(r'lang="ja"[^<>]*>[^<]*', "", token.contents)
            if match := re.search(f"[^<>\\s]*{JAPANESE.pattern}[^<>\\s]*", text):
                yield Finding(f"{name}:{token.lineno}", f"{match[0]!r} is shown without translate")
        elif token.token_type in {TokenType.BLOCK, TokenType.VAR} and word not in {"translate", "trans"}:
            text = re.sub(r"""_\(("[^"]*"|'[^']*')\)""", "", token.contents)
            if JAPANESE.search(text):
                yield Finding(f"{name}:{token.lineno}", f"{text!r} has a text without _()")


def _check_agreement(paths: list[Path], source: Path) -> Iterator[Finding]:
    """Django merges all catalogues into one, so a msgid can have one English only."""
    first: dict[tuple[str | None, str], tuple[str, object]] = {}
    for path in paths:
        name = path.relative_to(source.parent.parent).as_posix()
        for entry in _read(path):
            if not entry.id or not any(entry.string):
                continue
            where, string = first.setdefault((entry.context, _all(entry.id)[0]), (name, entry.string))
            if string != entry.string:
                yield Finding(
                    name,
                    f"{_all(entry.id)[0]!r} is {entry.string!r} here and {string!r} in {where}; "
                    "agree on one, or tell them apart with pgettext",
                )


def _check_message(
    name: str, catalogue: Catalog, context: str | None, message: str | tuple[str, ...], use: Use
) -> Iterator[Finding]:
    singular = message if isinstance(message, str) else message[0]
    place = f"{use.places[0][0]}:{use.places[0][1]}"
    if not JAPANESE.search(singular) and re.search("[A-Za-z]", PLACE.sub("", singular)):
        yield Finding(place, f"{singular!r} is not Japanese; a msgid is the Japanese text")
    entry = catalogue.get(singular, context)
    if entry is None or entry.id != message:
        yield Finding(place, f"{singular!r} is missing in {name}")
        return
    if entry.fuzzy:
        yield Finding(place, f"{singular!r} is fuzzy in {name}")
    strings = [entry.string] if isinstance(entry.string, str) else list(entry.string)
    if not all(strings):
        yield Finding(place, f"{singular!r} has no English in {name}")
        return
    for string in strings:
        if JAPANESE.search(re.sub("「[^」]*」|“[^”]*”|\\([^)]*\\)", "", string)):
            yield Finding(place, f"{singular!r} has Japanese in its English: {string!r}")
        # English may repeat a place or leave out a plural's number; it may never name another place.
        if extra := _places(string) - set().union(*(_places(m) for m in _all(message))):
            yield Finding(place, f"{singular!r} names {sorted(extra)} in its English only")


def _all(message: str | tuple[str, ...]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else message


def _places(text: str) -> set[str]:
    return {match.group(0) for match in PLACE.finditer(text)}


def main(arguments: list[str]) -> int:
    if not settings.configured:  # templatize reads settings only to be polite about debugging
        settings.configure(USE_I18N=True)
        django.setup()
    match arguments:
        case ["update"] | ["update", _]:
            empty = update(only=arguments[1] if len(arguments) > 1 else None)
            print(f"{empty} msgids need their English")
            return 0
        case ["compile"]:
            print(f"{compile_catalogues()} catalogues compiled")
            return 0
        case ["check"]:
            findings = check()
            for finding in findings:
                print(finding)
            print(f"{len(findings)} findings")
            return 1 if findings else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
