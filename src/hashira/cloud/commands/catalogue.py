"""``hashira cloud catalogue``: catalogues from and to files, compared, checked (要件の一覧のコマンド)."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hashira.cloud.commands.terminal import ENVIRONMENT, NEGATIVE, database, errors_said, language

if TYPE_CHECKING:
    from hashira.cloud.domain.selection.catalogue import Catalogue, CatalogueKind
    from hashira.cloud.domain.selection.catalogue_sheet import SheetField

_KINDS = click.Choice(["iaas-paas", "public-saas"])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_kind = click.option("--kind", type=_KINDS, help="種類 / kind")
_year = click.option("--year", type=click.IntRange(2000, 2100), help="年度（西暦） / fiscal year")
_column = click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=HEADING",
    help="列の見出し（id category mandatory text verified_by） / the heading of a column",
)
_json = click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")


@click.group()
def catalogue() -> None:
    """要件の一覧 / catalogues of requirements."""


@catalogue.command(name="import")
@click.argument("file", required=False, type=_FILE)
@_kind
@_year
@click.option("--title", default="", help="題名 / title")
@click.option("--title-en", default="", help="題名（英語） / title in English")
@_column
@click.option("--replace", is_flag=True, help="下書きを置き換える / replace the draft")
@_json
def import_(
    file: Path | None,
    kind: str | None,
    year: int | None,
    title: str,
    title_en: str,
    columns: tuple[str, ...],
    replace: bool,
    as_json: bool,
) -> None:
    """表か OSCAL を下書きとして取り込む / Import a spreadsheet or OSCAL as a draft.

    FILE がなければ見本の一覧から始めます（--kind と --year）。1行でも直すところがあれば、何も取り込みません。
    公開は画面で行います。

    Without FILE the sample is taken. With one wrong row nothing is imported. Publishing is done on the page.

    終了コード / exit: 0 取り込んだ imported, 1 断った refused, 2 usage, 3 environment.
    """
    with database() as actor:
        from hashira.cloud.services.catalogue import import_catalogue

        content = file.read_bytes() if file else b""
        read = _read(file, kind, year, title, title_en, columns, as_json)
        made = import_catalogue(
            actor=actor,
            catalogue=read,
            source=file.name if file else "",
            source_digest=sha256(content).hexdigest() if file else "",
            replace=replace,
            at=datetime.now(UTC),
        )
    answer = {"catalogue": str(made), **_summary(read)}
    _say(answer, as_json, f"{answer['requirements']} 件を下書きにしました / imported as a draft: {made}")


@catalogue.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--kind", type=_KINDS, required=True, help="種類 / kind")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="年度 / fiscal year")
@click.option("--version", type=click.IntRange(1), help="版 [最新 / newest]")
@click.option(
    "--format", "format_", type=click.Choice(["xlsx", "oscal", "csv"]), help="[ファイル名から / by name]"
)
def export(file: Path, kind: str, year: int, version: int | None, format_: str | None) -> None:
    """公開した一覧をファイルに書き出す / Export a published catalogue."""
    with database():
        from hashira.cloud.adapters.catalogue_file import CatalogueFormat, write_catalogue
        from hashira.cloud.domain.selection.catalogue import CatalogueKind
        from hashira.cloud.selectors.catalogues import catalogue_value, find_published

        guess = {".xlsx": "xlsx", ".csv": "csv", ".json": "oscal"}.get(file.suffix.lower())
        chosen = format_ or guess
        if chosen is None:
            raise click.UsageError("--format xlsx|oscal|csv")
        line = find_published(CatalogueKind(kind), year, version)
        content = write_catalogue(
            catalogue_value(line.id), CatalogueFormat(chosen), version=line.version, at=line.changed_at
        )
    try:
        file.write_bytes(content)
    except OSError as error:
        click.echo(f"{file}: {error.strerror}", err=True)
        sys.exit(ENVIRONMENT)
    click.echo(f"{file} ({len(content):,} bytes)")


@catalogue.command()
@click.argument("before")
@click.argument("after")
@_json
def diff(before: str, after: str, as_json: bool) -> None:
    """二つの一覧の違い / What changed between two catalogues.

    BEFORE と AFTER は、ファイル（.xlsx か OSCAL）か、公開した一覧（iaas-paas:2026 または iaas-paas:2026:2）。

    Each is a file or a published one, such as iaas-paas:2026 or iaas-paas:2026:2.

    終了コード / exit: 0 同じ same, 1 違う different, 2 usage, 3 environment.
    """
    with database():
        old, new = _named(before), _named(after)
    from hashira.cloud.domain.selection.catalogue_difference import Change, Edit, difference

    found = difference(old, new)
    marks = {Edit.SAME: "{}", Edit.DELETED: "[-{}-]", Edit.INSERTED: "{{+{}+}}"}
    if as_json:
        _say(
            {
                "counts": {one.value: found.count(one) for one in Change} | {"same": found.same},
                "changes": [
                    {
                        "id": one.id,
                        "changes": sorted(one.changes),
                        "fields": [
                            {"field": f.field, "pieces": [[p.edit.value, p.text] for p in f.pieces]}
                            for f in one.fields
                        ],
                    }
                    for one in found.changes
                ],
            },
            as_json=True,
            words="",
        )
    else:
        for one in found.changes:
            click.echo(f"{'+'.join(sorted(one.changes))}\t{one.id}")
            for field in one.fields:
                text = "".join(marks[piece.edit].format(piece.text) for piece in field.pieces)
                click.echo(f"\t{field.field}: {text}")
        click.echo(
            "　".join(f"{one.value} {found.count(one)}" for one in Change) + f"　same {found.same}", err=True
        )
    sys.exit(NEGATIVE if found.changes else 0)


@catalogue.command()
@click.argument("file", type=_FILE)
@_kind
@_year
@_column
@_json
def validate(file: Path, kind: str | None, year: int | None, columns: tuple[str, ...], as_json: bool) -> None:
    """ファイルの一覧を確かめる（データベースは要らない） / Check a file; no database is needed.

    OSCAL のファイルは、extra oscal（compliance-trestle）が入っていれば、その検査にも通します。
    An OSCAL file is also validated by compliance-trestle where the extra oscal is installed.

    終了コード / exit: 0 よい good, 1 直すところがある to be corrected, 2 usage, 3 environment.
    """
    from hashira.cloud.commands.trestle_check import trestle_says

    read = _read(file, kind or "iaas-paas", year or datetime.now(UTC).year, file.stem, "", columns, as_json)
    verdict = trestle_says(file) if file.suffix.lower() == ".json" else None
    answer = {**_summary(read), "trestle": verdict}
    words = {True: "trestle: VALID", False: "trestle: INVALID", None: "trestle: –"}[verdict]
    _say(
        answer,
        as_json,
        f"{answer['requirements']} 件 / requirements ({answer['mandatory']} 必須 / mandatory)　{words}",
    )
    sys.exit(NEGATIVE if verdict is False else 0)


def _read(
    file: Path | None,
    kind: str | None,
    year: int | None,
    title: str,
    title_en: str,
    columns: tuple[str, ...],
    as_json: bool,
) -> Catalogue:
    """The catalogue of a file or the sample; problems of rows are told one by one, and end the command."""
    from hashira.cloud.adapters.catalogue_file import read_catalogue
    from hashira.cloud.domain.selection.catalogue import CatalogueKind
    from hashira.cloud.domain.selection.catalogue_sheet import SheetRefused
    from hashira.cloud.domain.selection.seed import seed_catalogue
    from hashira.kernel.language import Bilingual

    chosen = CatalogueKind(kind) if kind else None
    json_file = file is not None and file.suffix.lower() == ".json"
    if not json_file and (chosen is None or year is None):
        raise click.UsageError("--kind, --year")
    if file is None:
        assert chosen is not None
        assert year is not None
        return seed_catalogue(chosen, year)
    try:
        with _SaidBut(SheetRefused):
            return read_catalogue(
                file.read_bytes(),
                kind=chosen,
                fiscal_year=year,
                title=None if json_file and not title else Bilingual(title or file.stem, title_en),
                headings=_headings(columns),
            )
    except SheetRefused as refused:
        rows = [
            {
                "row": one.row,
                "column": one.column.in_language(language()),
                "value": one.value,
                "words": one.words.in_language(language()),
            }
            for one in refused.problems
        ]
        if as_json:
            _say({"problems": rows, "code": refused.code}, as_json=True, words="")
        for one in rows if not as_json else ():
            click.echo(f"{one['row']}\t{one['column']}\t{one['value']}\t{one['words']}")
        click.echo(refused.message(language()), err=True)
        sys.exit(NEGATIVE)


class _SaidBut:
    """Says errors as ``errors_said`` does, all but one that the caller says more of."""

    def __init__(self, kept: type[Exception]) -> None:
        self._kept, self._said = kept, errors_said()

    def __enter__(self) -> None:
        self._said.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if kind is not None and issubclass(kind, self._kept):
            return False
        return bool(self._said.__exit__(kind, error, trace))


def _named(name: str) -> Catalogue:
    """A catalogue from a file, or the published one of that name."""
    from hashira.cloud.domain.selection.catalogue import CatalogueKind
    from hashira.cloud.selectors.catalogues import catalogue_value, find_published

    path = Path(name)
    if path.is_file():
        return _read(path, "iaas-paas", 2000, path.stem, "", (), as_json=False)
    kind, _colon, rest = name.partition(":")
    year, _colon, version = rest.partition(":")
    try:
        chosen: CatalogueKind = CatalogueKind(kind)
        return catalogue_value(find_published(chosen, int(year), int(version) if version else None).id)
    except ValueError:
        raise click.UsageError(
            f"{name}: ファイルでも iaas-paas:2026 の形でもありません / no file, no name"
        ) from None


def _headings(columns: tuple[str, ...]) -> dict[SheetField, str]:
    from hashira.cloud.domain.selection.catalogue_sheet import SheetField

    found: dict[SheetField, str] = {}
    for column in columns:
        field, equals, heading = column.partition("=")
        try:
            found[SheetField(field)] = heading
        except ValueError:
            equals = ""
        if not equals or not heading:
            raise click.UsageError(f"--column {column}: FIELD=HEADING ({', '.join(SheetField)})")
    return found


def _summary(read: Catalogue) -> dict[str, Any]:
    return {
        "kind": read.kind.value,
        "fiscal_year": read.fiscal_year,
        "requirements": len(read.requirements),
        "mandatory": sum(one.mandatory for one in read.requirements),
        "digest": read.digest,
    }


def _say(answer: dict[str, Any], as_json: bool, words: str) -> None:
    if as_json:
        import orjson

        click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(words)
