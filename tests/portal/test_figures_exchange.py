"""Figures as a signed file: taken when genuine and newer, refused otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from joserfc import jws
from joserfc.jwk import ECKey

from hashira.certificates.adapters.file_signer import FileSigner
from hashira.certificates.domain import p256
from hashira.core.access import AccessDenied, Principal
from hashira.portal.exchange import errors
from hashira.portal.exchange.services import export_figures, import_figures

pytestmark = pytest.mark.django_db
OPERATOR = Principal.system("terminal:test")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def signer() -> FileSigner:
    return FileSigner(ec.generate_private_key(ec.SECP256R1()))


def trust(*signers: FileSigner) -> dict[str, bytes]:
    return {p256.thumbprint(s.public_key_spki): s.public_key_spki for s in signers}


def exported(key: FileSigner, at: datetime = NOW, name: str = "千代田区") -> str:
    return export_figures(actor=OPERATOR, installation=name, signer=key, at=at)


def take(token: str, *trusted: FileSigner, new_key: bool = False, at: datetime = NOW) -> None:
    import_figures(actor=OPERATOR, token=token, trusted=trust(*trusted), new_key=new_key, at=at)


def test_a_foreign_library_verifies_the_file() -> None:
    key = signer()
    found = jws.deserialize_compact(exported(key), ECKey.import_key(p256.jwk(key.public_key_spki)))
    assert found.headers()["alg"] == "ES256"


def test_what_was_taken_is_shown_with_its_source(client: Client) -> None:
    key = signer()
    take(exported(key), key)
    page = client.get("/figures", headers={"host": "localhost"}).content.decode()
    assert "ほかの設置先の数値（受領）" in page
    assert "千代田区" in page
    document = client.get("/figures?format=json", headers={"host": "localhost"}).json()
    assert {one["installation"] for one in document["received"]} == {"千代田区"}
    assert {one["key"] for one in document["not_counted"]} == {"cloud.environments", "plan"}
    csv = client.get("/figures?received-format=csv", headers={"host": "localhost"})
    assert "千代田区" in b"".join(csv.streaming_content).decode()


def test_no_changed_octet_is_taken() -> None:
    key = signer()
    token = exported(key)
    for place in range(0, len(token), 37):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises((errors.FileNotFigures, errors.SignatureWrong, errors.KeyNotTrusted)):
            take(changed, key)


def test_unknown_key_replay_older_future_and_another_key_are_refused() -> None:
    key, other = signer(), signer()
    first, later = exported(key), exported(key, NOW + timedelta(hours=1))
    with pytest.raises(errors.KeyNotTrusted):
        take(first, other)
    hour = NOW + timedelta(hours=1)
    with pytest.raises(errors.FromTheFuture):
        take(later, key)
    take(later, key, at=hour)
    for held in (first, later):
        with pytest.raises(errors.NotNewer):
            take(held, key, at=hour)
    changed = exported(other, hour + timedelta(minutes=1))
    with pytest.raises(errors.AnotherKey):
        take(changed, key, other, at=hour)
    take(changed, key, other, new_key=True, at=hour)


def test_only_the_terminal_takes_figures() -> None:
    with pytest.raises(AccessDenied):
        export_figures(actor=Principal.anonymous(), installation="x", signer=signer(), at=NOW)
