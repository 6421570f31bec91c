"""``hashira certificates keys …``: keys of the store, without a database (署名鍵のコマンド)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hashira.certificates.commands.terminal import errors_said

if TYPE_CHECKING:
    from hashira.certificates.adapters.key_store import KeyStore
    from hashira.certificates.domain.signer import Signer

_MAX_FILE = 64 * 1024
_PROBE = b"hashira certificates keys check"


def _store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where the keys are; what is not said comes from the settings."""
    for option in (
        click.option("--module", metavar="PATH", help="HSMのモジュール / module of the HSM"),
        click.option("--token", metavar="LABEL", help="トークンの名前 / label of the token"),
        click.option(
            "--pin-file", metavar="PATH", help="PINのファイル（なければ尋ねる） / file with the PIN"
        ),
        click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON"),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("label")
@click.option("--request", "request_file", type=click.Path(dir_okay=False), help="署名要求(CSR)の書き出し先")
@click.option("--country", metavar="JP", help="署名要求の C")
@click.option("--organisation", metavar="NAME", help="署名要求の O")
@click.option("--unit", metavar="NAME", default="", help="署名要求の OU")
@click.option("--common-name", metavar="NAME", help="署名要求の CN")
@_store_options
def create(
    label: str,
    request_file: str | None,
    country: str | None,
    organisation: str | None,
    unit: str,
    common_name: str | None,
    module: str | None,
    token: str | None,
    pin_file: str | None,
    as_json: bool,
) -> None:
    """鍵を作る（HSMの中、設定がなければ暗号化ファイル） / Make a signing key LABEL.

    LABEL は鍵（HSMではオブジェクト）の名前です。海外用（VDS-NC）の鍵は --request で署名要求を書き出し、
    国の認証局の証明書を keys attach で付けます。ある鍵は上書きしません。PIN は引数では渡せません。

    LABEL names the key (in an HSM, the object). --request writes a signing request for the authority of the
    state. A key that exists is never overwritten, and the PIN is never an argument.
    """
    subject = _subject(request_file, country, organisation, unit, common_name)
    with errors_said(), _store(module, token, pin_file) as store:
        signer = store.create(label)
        _answer(label, store, signer, as_json, request=_write_request(signer, request_file, subject))


@click.command()
@click.argument("label")
@click.option("--request", "request_file", required=True, type=click.Path(dir_okay=False), help="書き出し先")
@click.option("--country", metavar="JP", required=True, help="署名要求の C")
@click.option("--organisation", metavar="NAME", required=True, help="署名要求の O")
@click.option("--unit", metavar="NAME", default="", help="署名要求の OU")
@click.option("--common-name", metavar="NAME", required=True, help="署名要求の CN")
@_store_options
def request(
    label: str,
    request_file: str,
    country: str,
    organisation: str,
    unit: str,
    common_name: str,
    module: str | None,
    token: str | None,
    pin_file: str | None,
    as_json: bool,
) -> None:
    """ある鍵の署名要求（CSR）を書き出す / Write the signing request of a key there is."""
    subject = _subject(request_file, country, organisation, unit, common_name)
    with errors_said(), _store(module, token, pin_file) as store:
        signer = store.open(label)
        _answer(label, store, signer, as_json, request=_write_request(signer, request_file, subject))


@click.command()
@click.argument("label")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@_store_options
def attach(
    label: str,
    files: tuple[str, ...],
    module: str | None,
    token: str | None,
    pin_file: str | None,
    as_json: bool,
) -> None:
    """証明書（署名者、CSCA の順）を鍵に付ける / Give a key its certificates, the signer's own first.

    FILES は PEM か DER。別の鍵の証明書は断ります（CERT-056）。
    FILES are PEM or DER; certificates of another key are refused (CERT-056).
    """
    with errors_said(), _store(module, token, pin_file) as store:
        chain = tuple(der for file in files for der in _certificates(Path(file)))
        _answer(label, store, store.attach(label, chain), as_json)


@click.command()
@click.argument("label")
@_store_options
def check(label: str, module: str | None, token: str | None, pin_file: str | None, as_json: bool) -> None:
    """鍵を開き、一度署名して確かめる / Open a key, sign once and check the signature."""
    from hashira.certificates.domain import p256

    with errors_said(), _store(module, token, pin_file) as store:
        signer = store.open(label)
        p256.check_signature(signer.public_key_spki, _PROBE, signer.sign(_PROBE))
        _answer(label, store, signer, as_json)


@contextmanager
def _store(module: str | None, token: str | None, pin_file: str | None) -> Iterator[KeyStore]:
    """The store of the settings, with what the options say instead; a PIN that is nowhere is asked for."""
    from hashira.certificates.adapters.issuing_keys import key_store
    from hashira.certificates.adapters.key_configuration import MODULE, PIN, PIN_FILE, TOKEN

    said = {MODULE: module, TOKEN: token, PIN_FILE: pin_file}
    environment = dict(os.environ) | {name: value for name, value in said.items() if value}
    if environment.get(MODULE) and not (environment.get(PIN_FILE) or environment.get(PIN)):
        environment[PIN] = click.prompt("PIN", hide_input=True, err=True)
    store = key_store(environment)
    try:
        yield store
    finally:
        store.close()


def _subject(
    request_file: str | None,
    country: str | None,
    organisation: str | None,
    unit: str,
    common_name: str | None,
) -> Any:
    """The name in the signing request; judged before a key is made, since keys are never overwritten."""
    from hashira.certificates.adapters.certificate_builder import Subject

    if request_file is None:
        return None
    if not (country and organisation and common_name):
        raise click.UsageError(
            "--request には --country --organisation --common-name が要ります / are needed"
        )
    if not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        raise click.UsageError("--country は JP のような大文字2文字です / takes two capital letters")
    return Subject(country, organisation, unit, common_name)


def _write_request(signer: Signer, request_file: str | None, subject: Any) -> str | None:
    from hashira.certificates.adapters.certificate_builder import signing_request

    if request_file is None:
        return None
    Path(request_file).write_bytes(signing_request(signer=signer, subject=subject))
    return request_file


def _certificates(path: Path) -> tuple[bytes, ...]:
    """The certificates in a file, DER."""
    from asn1crypto import pem

    from hashira.certificates.adapters.key_store import ChainNotFit
    from hashira.kernel.language import Bilingual

    with path.open("rb") as stream:
        octets = stream.read(_MAX_FILE + 1)
    if len(octets) > _MAX_FILE:
        raise ChainNotFit(reason=Bilingual(f"{path.name} が大きすぎます", f"{path.name} is too large"))
    if not pem.detect(octets):
        return (octets,)
    try:
        return tuple(der for _, _, der in pem.unarmor(octets, multiple=True))
    except ValueError as error:
        said = Bilingual(f"{path.name} をPEMとして読めません", f"{path.name} is not readable as PEM")
        raise ChainNotFit(reason=said) from error


def _answer(label: str, store: KeyStore, signer: Signer, as_json: bool, request: str | None = None) -> None:
    """What there is now: the key's place, name and certificates; nothing of it is secret."""
    from hashira.certificates.domain import p256

    kid, certificates = p256.thumbprint(signer.public_key_spki), len(signer.certificate_chain)
    if as_json:
        import orjson

        document = {
            "label": label,
            "store": store.kind,
            "kid": kid,
            "certificates": certificates,
            "request": request,
        }
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(f"{label}  {store.kind}  kid {kid}  証明書 / certificates: {certificates}")
    if request:
        click.echo(f"署名要求 / signing request: {request}")
