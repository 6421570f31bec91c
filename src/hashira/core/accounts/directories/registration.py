"""Which directories there are: registering one, and removing it (ディレクトリの登録).

The operator does it at the terminal, since this server then asks addresses of that directory.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.accounts.directories.errors import DirectoryExists, DirectoryNotFound, DirectoryUnreadable
from hashira.core.accounts.directories.evidence import is_readable
from hashira.core.accounts.models import Directory
from hashira.core.accounts.oidc.client_secret import METHODS
from hashira.core.accounts.oidc.provider import is_secure
from hashira.core.services import service
from hashira.kernel.language import Bilingual

ALGORITHMS = ("ES256", "PS256", "RS256")
AUTHENTICATIONS = ("private_key_jwt", *METHODS)
_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,255}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,60}")  # RFC 6749 §3.3
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_AREA = Resource("Portal::Area", "accounts")


@dataclass(frozen=True, slots=True)
class Registration:
    """How a directory is asked, and what its word is worth.

    ``credential``: for ``private_key_jwt`` a PEM file or ``label:`` and the label of a key in the store of
    keys; for a shared secret the file in which it stands. ``second_factor``: words that prove two factors, as
    :mod:`evidence` reads them. ``email_domains``: for addresses there the directory's verified e-mail
    connects a person with the account of that address.
    """

    issuer: str
    client_id: str
    credential: str
    authentication: str = "private_key_jwt"
    algorithms: tuple[str, ...] = ALGORITHMS
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    second_factor: str = ""
    email_domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A directory in use."""

    id: UUID
    organisation: str
    body: Bilingual
    body_code: str
    registration: Registration


@service(action="accounts:RegisterDirectory")
def register(*, actor: Principal, organisation: str, asked: Registration, at: datetime) -> UUID:
    """Registers the directory of an organisation (its id).

    Raises ``DirectoryUnreadable``, ``DirectoryExists``.
    """
    access.require(actor, "accounts:RegisterDirectory", _AREA)
    check(asked)
    try:
        with transaction.atomic():
            row = Directory.objects.create(
                organisation_id=UUID(organisation),
                issuer=asked.issuer,
                client_id=asked.client_id,
                credential=asked.credential,
                authentication=asked.authentication,
                algorithms=" ".join(asked.algorithms),
                scopes=" ".join(asked.scopes),
                second_factor=asked.second_factor,
                email_domains=" ".join(asked.email_domains),
                registered_at=at,
            )
    except IntegrityError:
        raise DirectoryExists from None
    audit.record(
        actor=actor,
        action="accounts:RegisterDirectory",
        subjects=[audit.Subject("directory", str(row.pk))],
        organisation=organisation,
        facts={
            "issuer": asked.issuer,
            "client_id": asked.client_id,
            "second_factor": asked.second_factor,
            "email_domains": " ".join(asked.email_domains),
        },
    )
    return row.pk


@service(action="accounts:RemoveDirectory")
def remove(*, actor: Principal, directory_id: UUID, at: datetime) -> None:
    """Nobody signs in by it any more, and sessions that it opened end; raises ``DirectoryNotFound``."""
    access.require(actor, "accounts:RemoveDirectory", _AREA)
    row = Directory.objects.select_for_update(no_key=True).filter(pk=directory_id, removed_at=None).first()
    if row is None:
        raise DirectoryNotFound
    row.removed_at = at
    row.save(update_fields=["removed_at"])
    audit.record(
        actor=actor,
        action="accounts:RemoveDirectory",
        subjects=[audit.Subject("directory", str(row.pk))],
        organisation=str(row.organisation_id),
    )


def directories() -> tuple[Standing, ...]:
    """All in use, by the code and the name of their bodies."""
    rows = Directory.objects.filter(removed_at=None).select_related("organisation")
    return tuple(_standing(row) for row in rows.order_by("organisation__code", "organisation__name", "pk"))


def has_directories() -> bool:
    """Whether there is any."""
    return Directory.objects.filter(removed_at=None).exists()


def directory(directory_id: UUID) -> Standing:
    """One in use; raises ``DirectoryNotFound``."""
    row = Directory.objects.filter(pk=directory_id, removed_at=None).select_related("organisation").first()
    if row is None:
        raise DirectoryNotFound
    return _standing(row)


def _standing(row: Directory) -> Standing:
    return Standing(
        id=row.pk,
        organisation=str(row.organisation_id),
        body=Bilingual(row.organisation.name, row.organisation.name_en),
        body_code=row.organisation.code or "",
        registration=Registration(
            issuer=row.issuer,
            client_id=row.client_id,
            credential=row.credential,
            authentication=row.authentication,
            algorithms=tuple(row.algorithms.split()),
            scopes=tuple(row.scopes.split()),
            second_factor=row.second_factor,
            email_domains=tuple(row.email_domains.split()),
        ),
    )


_FORMS: tuple[tuple[str, Callable[[Registration], object], Bilingual], ...] = (
    (
        "--issuer",
        lambda asked: is_secure(asked.issuer) and len(asked.issuer) <= 255,
        Bilingual("255文字までのhttpsのアドレスです", "an https address of up to 255 letters"),
    ),
    (
        "--client-id",
        lambda asked: _CLIENT_ID.fullmatch(asked.client_id),
        Bilingual("空白のない英数字と記号1〜255文字です", "1 to 255 ASCII letters without spaces"),
    ),
    (
        "--authentication",
        lambda asked: asked.authentication in AUTHENTICATIONS,
        Bilingual(f"{', '.join(AUTHENTICATIONS)}のどれかです", f"one of {', '.join(AUTHENTICATIONS)}"),
    ),
    (
        "--credential",
        lambda asked: 0 < len(asked.credential) <= 400,
        Bilingual("ファイルの場所、またはlabel:と鍵の名前です", "a file, or label: and the name of a key"),
    ),
    (
        "--credential",
        lambda asked: asked.authentication == AUTHENTICATIONS[0] or not asked.credential.startswith("label:"),
        Bilingual("label:はprivate_key_jwtのときだけ使えます", "label: goes with private_key_jwt only"),
    ),
    (
        "--algorithm",
        lambda asked: asked.algorithms and set(asked.algorithms) <= set(ALGORITHMS),
        Bilingual(f"{', '.join(ALGORITHMS)}から選びます", f"some of {', '.join(ALGORITHMS)}"),
    ),
    (
        "--scope",
        lambda asked: (
            "openid" in asked.scopes
            and all(_SCOPE.fullmatch(one) for one in asked.scopes)
            and len(" ".join(asked.scopes)) <= 200
        ),
        Bilingual("openidを含め、合わせて200文字までです", "openid among them, up to 200 letters in all"),
    ),
    (
        "--second-factor",
        lambda asked: is_readable(asked.second_factor) and len(asked.second_factor) <= 400,
        Bilingual("amr:値 か acr:値 です（例 amr:mfa）", "amr:VALUE or acr:VALUE, such as amr:mfa"),
    ),
    (
        "--email-domain",
        lambda asked: (
            all(_DOMAIN.fullmatch(one) for one in asked.email_domains)
            and len(" ".join(asked.email_domains)) <= 400
        ),
        Bilingual("city.example.jpのような小文字のドメインです", "a domain such as city.example.jp"),
    ),
)
"""The options of ``hashira accounts directory add``: when a value is fine, and what is said when not."""


def check(asked: Registration) -> None:
    """Raises ``DirectoryUnreadable`` for the first value that is not of its form."""
    for option, is_fine, form in _FORMS:
        if not is_fine(asked):
            raise DirectoryUnreadable(option=option, reason=form)
