"""Django's ``migrate``, but an empty database gets its tables at once (``hashira.portal.first_tables``)."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from hashira.portal.first_tables import is_empty, make_tables

_OF_A_PART = ("app_label", "plan", "check_unapplied", "fake", "fake_initial", "prune")


class Command(migrate.Command):
    """The same command; a database that has tables, or a part of the migrations, takes Django's way."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if not any(options.get(option) for option in _OF_A_PART):
            connection.prepare_database()
            if is_empty(connection):
                made = make_tables(connection)
                if options["verbosity"] >= 1:
                    self.stdout.write(f"An empty database: tables of {made} migrations made at once.")
        super().handle(*args, **options)
