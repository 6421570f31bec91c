"""One municipality lets another look up people who moved there (転出者の照会の委任)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from hashira.certificates.store.models.registry import Person
from hashira.core.access import Resource


class Delegation(models.Model):
    """A request of ``requester`` to ``owner``, and what came of it; it ends by itself with ``until``."""

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", "回答待ち"
        GRANTED = "granted", "許可"
        REFUSED = "refused", "不許可"
        WITHDRAWN = "withdrawn", "取下げ・取消し"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requester = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=400)
    until = models.DateField(help_text="the last day, in Japan")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    answer = models.CharField(max_length=400, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True)

    class Meta:
        app_label = "certificates"
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(requester=F("owner")), name="nobody_asks_themselves")
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "state"], name="delegations_of_an_owner"),
            models.Index(fields=["requester", "state"], name="delegations_of_a_requester"),
        ]

    @property
    def resource(self) -> Resource:
        """The delegation for whoever asks and whoever decides."""
        return Resource(
            "Certificates::Delegation",
            str(self.pk),
            str(self.owner_id),
            {"requester": str(self.requester_id)},
        )


class DelegatedPerson(models.Model):
    """A person whom a request names, and, once it is granted, whose record it opens."""

    delegation = models.ForeignKey(Delegation, on_delete=models.CASCADE, related_name="people")
    name = models.CharField(max_length=200, help_text="as the requester knows it")
    birth_date = models.DateField()
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        app_label = "certificates"
        ordering: ClassVar = ["pk"]
