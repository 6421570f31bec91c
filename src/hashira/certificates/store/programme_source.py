"""The products in force, from the package and from the versions that were approved (製品の一覧の読み出し).

Every process holds a catalogue and looks whether there is a newer one when a request begins or a connection
is made, which a worker does for every step: one small question, whatever the number of doses.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import Count, Max

from hashira.certificates.domain import vaccine_product
from hashira.certificates.domain.vaccine_catalogue import Catalogue, built_in_programmes
from hashira.certificates.domain.vaccine_programme import read_programme
from hashira.kernel.clock import SystemClock, today_in_japan

_Key = tuple[int, Any, date]


class ProgrammeSource:
    """The catalogue of this process."""

    def __init__(self) -> None:
        self._key: _Key | None = None
        self._held: Catalogue | None = None
        self._doubtful = False

    def connect(self) -> None:
        """From now on the products of this process are those of its database."""
        vaccine_product.use_catalogue(self.catalogue)
        connection_created.connect(self._when_connected, dispatch_uid="programmes")
        request_started.connect(self._when_asked, dispatch_uid="programmes")
        request_finished.connect(self._when_answered, dispatch_uid="programmes")

    def catalogue(self) -> Catalogue:
        """What is in force now."""
        if self._doubtful:
            self.refresh()
        if self._held is None:
            self._held = _made(())
        return self._held

    def refresh(self) -> None:
        """Looks whether a version was approved since, or a day has begun."""
        from hashira.certificates.store.models import ProgrammeVersion

        self._doubtful = False
        approved = ProgrammeVersion.objects.filter(decision=ProgrammeVersion.Decision.APPROVED)
        found = approved.aggregate(number=Count("pk"), latest=Max("decided_at"))
        key = (found["number"], found["latest"], today_in_japan(SystemClock()))
        if key != self._key:
            documents = approved.order_by("programme", "version").values_list("document", flat=True)
            self._held, self._key = _made(tuple(documents)), key

    def forget(self) -> None:
        """Back to what the package has, until the database is asked again."""
        self._key = self._held = None

    def _when_asked(self, **_: Any) -> None:
        self._doubtful = True

    def _when_answered(self, **_: Any) -> None:
        self._doubtful = False

    def _when_connected(self, *, connection: BaseDatabaseWrapper, **_: Any) -> None:
        if (
            connection.alias != DEFAULT_DB_ALIAS
        ):  # that of who makes or drops a database asks for nothing here
            return
        try:
            self.refresh()
        except DatabaseError:  # there is no table yet: the package's own are in force
            self._held = self._held or _made(())


def _made(documents: tuple[object, ...]) -> Catalogue:
    approved = [read_programme(one) for one in documents]
    return Catalogue([*built_in_programmes(), *approved], today=today_in_japan(SystemClock()))


SOURCE = ProgrammeSource()
