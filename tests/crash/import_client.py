"""Hands in a file of made-up doses: ``python -m tests.crash.import_client VERB …``, answers as JSON.

``begin ROWS`` keeps a file and asks for its preview; ``apply ID`` asks for the import; ``state ID`` asks how
it stands.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator

import django

django.setup()

from hashira.certificates.domain.import_field import field_of
from hashira.certificates.domain.import_mapping import ImportMapping
from hashira.certificates.services import imports as services
from hashira.certificates.store.models import DoseImport
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Organisation

HEADER = "宛名番号,氏名,生年月日,ワクチン,回数,接種日,ロット番号"


def rows(count: int) -> Iterator[bytes]:
    """Two doses for each of ``count / 2`` people, as a source would write them."""
    yield (HEADER + "\r\n").encode("cp932")
    for number in range(count):
        person, dose = divmod(number, 2)
        day = f"2021-{6 + dose:02d}-{person % 28 + 1:02d}"
        who = f"N{person:07d},架空　{person}号,1970-01-01"
        yield f"{who},ファイザー,{dose + 1},{day},EY{person % 10000:04d}\r\n".encode("cp932")


def clerk() -> tuple[Principal, uuid.UUID]:
    city = Organisation.objects.get(code="131016")
    grant = Grant("municipal_clerk", str(city.pk))
    return Principal(PrincipalKind.STAFF, str(uuid.uuid4()), grants=(grant,), second_factor=True), city.pk


def main(verb: str, argument: str) -> None:
    actor, city = clerk()
    if verb == "begin":
        import_id, kept = services.keep_file(actor=actor, organisation_id=city, chunks=rows(int(argument)))
        services.register_file(
            actor=actor,
            organisation_id=city,
            import_id=import_id,
            kept=kept,
            file_name="trial.csv",
            source_name="trial",
        )
        columns = {field_of(name): name for name in HEADER.split(",")}
        mapping = ImportMapping(columns={field: name for field, name in columns.items() if field})
        services.check_import(actor=actor, import_id=import_id, mapping=mapping)
    else:
        import_id = uuid.UUID(argument)
        if verb == "apply":
            services.apply_import(actor=actor, import_id=import_id)
    row = DoseImport.objects.get(pk=import_id)
    print(
        json.dumps({"id": str(import_id), "state": row.state, "counts": row.counts, "job": str(row.job_id)})
    )


main(*sys.argv[1:])
