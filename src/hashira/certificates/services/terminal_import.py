"""Importing at the terminal of the machine, in the name of a member of staff (端末からの取込み).

The policy wants staff with a second factor, which a terminal cannot see. Whoever has a shell on the machine
reads and writes the database anyway, so a second password would only be stored there. Instead the operator is
told as themselves (``terminal:…``), names the clerk or supervisor who answers for the file, and that account
must hold the role in that municipality now. The audit has both, and the doses have the account.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from hashira.certificates.domain.import_mapping import ImportMapping
from hashira.certificates.store.models.imports import ImportSource
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Organisation, Role, RoleAssignment
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_ROLES = (Role.MUNICIPAL_CLERK, Role.MUNICIPAL_SUPERVISOR)


class TerminalImportRefused(HashiraError):
    """Details: ``reason``."""

    code = "CERT-168"
    status = 403
    what = Bilingual("端末から取り込めません", "It cannot be imported at the terminal")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "団体コード、取込元の名前、担当者のメールアドレスを確かめてください。列の対応づけは一度、画面で決めます",
        "Check the code of the body, the name of the source and the address of the clerk. "
        "What the columns mean is decided once, on the page",
    )


@dataclass(frozen=True, slots=True)
class TerminalImport:
    """What a file is imported by: for whom, in whose name, from which source, with which mapping."""

    organisation_id: uuid.UUID
    in_name_of: str
    source: str
    mapping: ImportMapping


@service(action="certificates:PrepareImport")
def begin_at_terminal(
    *, actor: Principal, municipality: str, source: str, email: str, at: datetime
) -> TerminalImport:
    """Looks whether the account may import there now, and tells in whose name the operator acts.

    ``municipality`` is the code of six digits. Raises ``TerminalImportRefused`` or ``AccessDenied``.
    """
    body = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY, code=municipality).first()
    resource = Resource("Certificates::Import", "", str(body.pk) if body else "")
    access.require(actor, "certificates:PrepareImport", resource)
    if body is None:
        raise _refused(
            f"団体コード{municipality}の市区町村がありません", f"No municipality has the code {municipality}"
        )
    held = RoleAssignment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=at),
        account__email=email.strip().lower(),
        account__is_active=True,
        organisation=body,
        role__in=_ROLES,
        valid_from__lte=at,
    ).first()
    if held is None:
        raise _refused(
            f"{email}は、いまこの市区町村の担当者でも責任者でもありません",
            f"{email} is no clerk or supervisor of this municipality now",
        )
    known = ImportSource.objects.filter(organisation=body, name=source.strip()).first()
    version = known.mappings.order_by("-version").first() if known else None
    if version is None:
        raise _refused(
            f"取込元「{source}」の列の対応づけが保存されていません",
            f"No mapping of the source {source} is kept",
        )
    account = str(held.account_id)
    audit.record(
        actor=actor,
        action="certificates:PrepareImport",
        subjects=[audit.Subject("account", account)],
        organisation=str(body.pk),
        facts={"at_terminal": True, "mapping_version": version.version},
    )
    return TerminalImport(body.pk, account, source.strip(), ImportMapping.from_json(version.mapping))


def _refused(ja: str, en: str) -> TerminalImportRefused:
    return TerminalImportRefused(reason=Bilingual(ja, en))
