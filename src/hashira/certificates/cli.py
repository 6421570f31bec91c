"""``hashira certificates …``: works without a database, a network or Django (接種証明書のコマンド)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from hashira.certificates.commands import imports as import_commands
from hashira.certificates.commands import keys as key_commands
from hashira.certificates.commands.bundle import bundle
from hashira.certificates.commands.check_in import check_in
from hashira.certificates.commands.earlier import adopt, revoke_card
from hashira.certificates.commands.programmes import programmes
from hashira.certificates.commands.terminal import terminal_language
from hashira.certificates.commands.trust import trust as trust_commands

if TYPE_CHECKING:
    from hashira.certificates.domain.verdict import Assessment
    from hashira.kernel.language import Bilingual

_NEGATIVE, _USAGE, _ENVIRONMENT = 1, 2, 3
_MAX_INPUT = 20 * 1024 * 1024


class _Moment(click.ParamType):
    """A time such as 2022-06-01 or 2022-06-01T09:00:00+09:00; without a zone it is Japan's."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from hashira.kernel.clock import JST

        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value}: 2022-06-01 / 2022-06-01T09:00:00+09:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=JST)


@click.group()
def certificates() -> None:
    """接種証明書 / vaccination certificates."""


certificates.add_command(trust_commands)


@certificates.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), default="-")
@click.option(
    "--trust",
    "trust",
    multiple=True,
    metavar="PATH",
    help="信頼する鍵・証明書（発行者を限るには https://発行者=PATH） / trusted keys, certificates",
)
@click.option("--bundle-key", help="信頼情報の署名鍵の拇印 / thumbprint of the key that signs a bundle")
@click.option("--at", type=_Moment(), help="この時点で判定する（既定は現在） / judge at this time")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
def verify(
    file: str, trust: tuple[str, ...], bundle_key: str | None, at: datetime | None, as_json: bool
) -> None:
    """証明書を検証する / Verify a certificate, offline.

    FILE は二次元コードの内容、その画像、または .smart-health-card ファイルです。
    FILE holds the text of a code, a picture of one, or a .smart-health-card.

    --trust がなければ HASHIRA_TRUST と、この機械で動かした Hashira の鍵を信じます。
    Without --trust: HASHIRA_TRUST, and the keys of the Hashira run on this machine.

    終了コード / exit: 0 verified, 1 negative, 2 usage, 3 environment.
    """
    from hashira.certificates.adapters.submission import certificates_in
    from hashira.certificates.commands.trusting import trust_of
    from hashira.certificates.domain.format import assess
    from hashira.kernel.errors import HashiraError

    language, moment = terminal_language(), at or datetime.now(UTC)
    try:
        store = trust_of(trust, bundle_key, at=moment)
        texts = certificates_in(_read(file))
    except HashiraError as error:
        click.echo(error.message(language), err=True)
        sys.exit(_USAGE)
    except ImportError as error:  # a wheel that this machine lacks, such as the reader of pictures
        click.echo(f"部品がありません / a part is missing: {error.name}", err=True)
        sys.exit(_ENVIRONMENT)
    assessments = [assess(text, trust=store, at=moment) for text in texts]
    if as_json:
        import orjson

        from hashira.certificates.domain.verdict_document import verdict_document

        document = {
            "certificates": [verdict_document(a, language) for a in assessments],
            "trust": [
                {"list": x.name, "dated": x.dated, "signed": x.signer is not None, "old": x.is_old(moment)}
                for x in store.lists
            ],
        }
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        for assessment in assessments:
            _print(assessment, language)
        for facts in store.lists:
            old = "  ！古い / OLD" if facts.is_old(moment) else ""
            age = max(0, (moment - facts.dated).days)
            click.echo(f"  信頼情報 / trust: {facts.name} {facts.dated:%Y-%m-%d}（{age}日前 / days）{old}")
    if any(a.verdict != "verified" for a in assessments):
        sys.exit(_NEGATIVE)


def _read(file: str) -> bytes:
    with click.open_file(file, "rb") as stream:
        octets: bytes = stream.read(_MAX_INPUT + 1)
    if len(octets) > _MAX_INPUT:
        raise click.UsageError("20 MB までのファイルを読めます / files up to 20 MB are read")
    return octets


def _print(assessment: Assessment, language: str) -> None:
    from rich.console import Console
    from rich.markup import escape

    from hashira.certificates.domain.verdict import VERDICT_NAMES

    console = Console(highlight=False, soft_wrap=True)
    good = assessment.verdict == "verified"
    sign, colour = ("○", "green") if good else ("×", "red")
    words = VERDICT_NAMES[assessment.verdict].in_language(language)
    console.print(f"[bold {colour}]{sign} {assessment.verdict.value}[/]  {words}")
    if assessment.error is not None:
        console.print(escape(_readable(assessment.error.message(language))))
    for label, value in _rows(assessment, language):
        console.print(f"  {label}: {escape(_readable(value))}")


def _readable(text: str) -> str:
    """What a stranger wrote, without the control letters by which a terminal can be made to lie."""
    return "".join(x if x.isprintable() or x == "\u3000" else "\ufffd" for x in text)


def _rows(assessment: Assessment, language: str) -> list[tuple[str, str]]:
    """What a person reads below the verdict; content of a negative one is marked as such."""
    from hashira.certificates.domain.format import format_named
    from hashira.kernel.language import Bilingual

    def rows() -> Iterator[tuple[Bilingual, str | None]]:
        evidence, content = assessment.evidence, assessment.content
        if evidence is not None:
            yield Bilingual("形式", "Format"), format_named(evidence.format).TITLE.in_language(language)
            yield Bilingual("発行者", "Issuer"), evidence.issuer
            yield Bilingual("鍵", "Key"), evidence.kid
            yield Bilingual("鍵の出どころ", "Key from"), evidence.key_source
            yield Bilingual("証明書のつながり", "Chain"), " ← ".join(evidence.chain)
            if evidence.signed_at:
                yield Bilingual("署名日時", "Signed"), _moment(evidence.signed_at)
            yield Bilingual("判定日時", "Judged at"), _moment(evidence.judged_at)
            names = (CHECK_NAMES[check].in_language(language) for check in evidence.checks)
            if evidence.standing in ("unknown-yet", "not-covered"):
                unknown = Bilingual(
                    "信頼情報より後の発行か対象外で、まだ分かりません",
                    "not known yet: issued after the bundle, or not covered by it",
                )
                yield Bilingual("失効", "Revocation"), unknown.in_language(language)
            yield Bilingual("確認したこと", "Checked"), "・".join(names)
            for remark in evidence.remarks:
                yield Bilingual("注意", "Note"), REMARK_NAMES[remark].in_language(language)
            yield Bilingual("失効の根拠", "Revoked by"), evidence.revoked_by
        if content is not None:
            if assessment.verdict != "verified":
                yield (
                    Bilingual("注意", "Note"),
                    Bilingual("以下は確認されていません", "What follows is not verified").in_language(
                        language
                    ),
                )
            hidden = Bilingual("（表示されていません）", "(not shown)").in_language(language)
            yield Bilingual("氏名", "Name"), content.holder.name or hidden
            yield Bilingual("生年月日", "Born"), content.holder.birth_date or hidden
            yield Bilingual("旅券番号", "Passport"), content.holder.document_number
            yield Bilingual("証明書番号", "Certificate"), content.certificate_number
            if not content.doses:
                none = Bilingual(
                    "接種記録がなく、接種の証明ではありません", "No doses: it proves no vaccination"
                )
                yield Bilingual("注意", "Note"), none.in_language(language)
            for dose in content.doses:
                number = None if dose.number is None else f"#{dose.number}"
                parts = (dose.date, number, dose.product, dose.lot, dose.centre, dose.country)
                yield Bilingual("接種", "Dose"), "  ".join(part for part in parts if part)

    from hashira.certificates.domain.verdict import CHECK_NAMES, REMARK_NAMES

    return [(label.in_language(language), value) for label, value in rows() if value]


def _moment(moment: datetime) -> str:
    """A moment as a clock in Japan shows it."""
    from hashira.kernel.clock import JST

    return moment.astimezone(JST).isoformat(sep=" ", timespec="seconds")


certificates.add_command(import_commands.import_)
certificates.add_command(bundle)
certificates.add_command(programmes)
certificates.add_command(check_in)
certificates.add_command(revoke_card)


@certificates.group()
def keys() -> None:
    """署名鍵 / signing keys."""
    import django

    django.setup()


@keys.command()
def publish() -> None:
    """使っている鍵を公開する（JWKS とデータのフォルダーの trust） / Publish the keys in use."""
    from hashira.certificates.services.publication import publish_own_keys
    from hashira.kernel.errors import HashiraError

    try:
        publish_own_keys()
    except HashiraError as error:
        click.echo(error.message(terminal_language()), err=True)
        sys.exit(_ENVIRONMENT)
    _list()


keys.add_command(key_commands.create)
keys.add_command(key_commands.request)
keys.add_command(key_commands.attach)
keys.add_command(key_commands.check)
keys.add_command(adopt)


@keys.command(name="list")
def list_() -> None:
    """公開した鍵の一覧 / List the published keys."""
    _list()


def _list() -> None:
    import getpass

    from hashira.certificates.selectors.key_acts import act_lines, key_lines
    from hashira.core.access import Principal

    states = {
        "in-use": "使用中 / in use",
        "spare": "公開済み / published",
        "retired": "引退 / retired",
        "compromised": "危殆化・取下げ / withdrawn",
    }
    actor, now = Principal.system(f"terminal:{getpass.getuser()}"), datetime.now(UTC)
    for key in reversed(key_lines(actor)):
        ended = f" {key.ended_at:%Y-%m-%d}" if key.ended_at else ""
        click.echo(
            f"{key.format:<8}{key.label:<36}{key.published_at:%Y-%m-%d}  {states[key.state]}{ended}"
            f"\n        {key.kid}"
        )
    for act in act_lines(actor, now):
        if act.state == "waiting":
            click.echo(
                f"承認待ち / waiting: {act.act} {act.label}  ～{act.expires_at:%Y-%m-%dT%H:%MZ}"
                "（承認は画面で / approve on the page）"
            )
