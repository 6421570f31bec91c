"""The status ledger in the database: entering a certificate, taking an index, and its triggers (状態台帳)."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

LIST_SIZE = 1 << 20
"""Certificates that one status list has room for; a key has as many lists as it needs."""
_DRAWS = 12
_TRIES = 40
_TABLE = "certificates_statuschange"


class NoStatusIndex(RuntimeError):
    """No free index was found, which is beyond all chance: the random source must be broken."""


def free_indexes(model: Any, kid: str) -> list[int]:
    """Indexes drawn at random that nobody has used, in the list of the key that is being filled.

    A list is left when a dozen draws find no place in it. That happens when it is almost full: there is no
    counter by which the order of issue could be read off, and none on which two issuers would wait.
    """
    highest = model.objects.filter(key_id=kid).aggregate(highest=Max("index"))["highest"]
    number = 0 if highest is None else highest // LIST_SIZE
    for block in (number, number + 1):
        drawn = {block * LIST_SIZE + secrets.randbelow(LIST_SIZE) for _ in range(_DRAWS)}
        used = set(model.objects.filter(key_id=kid, index__in=drawn).values_list("index", flat=True))
        if free := sorted(drawn - used, key=lambda _: secrets.randbits(16)):
            return free
    raise NoStatusIndex(kid)


def insert(model: Any, values: dict[str, Any]) -> Any:
    """Writes a row of the ledger with an index of its own; two that draw the same do not both keep it."""
    for _ in range(_TRIES):
        for index in free_indexes(model, values["key_id"]):
            try:
                with transaction.atomic():
                    return model.objects.create(index=index, **values)
            except IntegrityError:
                if not model.objects.filter(key_id=values["key_id"], index=index).exists():
                    raise  # it was something else
    raise NoStatusIndex(values["key_id"])


def hold_key(kid: str) -> None:
    """Keeps a key from being retired or given up until the transaction ends; many may hold it at once.

    On SQLite the transaction is the only writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM certificates_signingkey WHERE kid = %s FOR KEY SHARE", [kid])


def enter_what_was_issued(apps: Any, schema_editor: Any) -> None:
    """Gives each certificate of an older release its place in the ledger; all of them count as valid."""
    from hashira.certificates.domain.certificate_status import revocation_hashes

    issued, status, key = (
        apps.get_model("certificates", name)
        for name in ("IssuedCertificate", "CertificateStatus", "SigningKey")
    )
    known = set(key.objects.values_list("kid", flat=True))
    for row in issued.objects.filter(kid__in=known).order_by("issued_at").iterator(500):
        hashes = revocation_hashes(row.format, row.text)
        insert(
            status,
            {
                "id": row.pk,
                "certificate_id": row.pk,
                "key_id": row.kid,
                "organisation_id": row.organisation_id,
                "identifier": row.rid or row.uvci or "",
                "signature_hash": hashes.signature,
                "uci_hash": hashes.uci,
                "country_uci_hash": hashes.country_uci,
                "issued_at": row.issued_at,
            },
        )


def leave_as_is(apps: Any, schema_editor: Any) -> None:
    """Backwards there is nothing to do: the table goes."""


def add_change_triggers(apps: Any, schema_editor: Any) -> None:
    """The history of statuses refuses UPDATE and DELETE, on both databases."""
    refusal = f"{_TABLE} is append-only"
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("update", "delete"):
            schema_editor.execute(
                f"CREATE TRIGGER {_TABLE}_no_{verb} BEFORE {verb.upper()} ON {_TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    schema_editor.execute(
        f"CREATE FUNCTION {_TABLE}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {_TABLE}_no_change BEFORE UPDATE OR DELETE ON {_TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION {_TABLE}_is_append_only()"
    )


def drop_change_triggers(apps: Any, schema_editor: Any) -> None:
    """Takes them away again, for a migration backwards."""
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {_TABLE}_no_{verb}")
        return
    schema_editor.execute(f"DROP TRIGGER {_TABLE}_no_change ON {_TABLE}")
    schema_editor.execute(f"DROP FUNCTION {_TABLE}_is_append_only()")
