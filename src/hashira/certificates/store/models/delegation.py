"""One municipality lets another look up people, and issue for it (照会と発行の委任)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from hashira.certificates.domain.delegation import Covered, Ground
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
    ground = models.CharField(max_length=10, default=Ground.MOVE.value)
    agreement = models.CharField(max_length=200, blank=True, help_text="what the two bodies agreed, and when")
    covers = models.CharField(max_length=10, default=Covered.NAMED.value)
    kinds = models.JSONField(default=list, help_text="what may be issued: card, seal; empty: look-up only")
    starts_on = models.DateField(null=True, blank=True, help_text="the first day; none: as soon as granted")
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
            models.CheckConstraint(condition=~Q(requester=F("owner")), name="nobody_asks_themselves"),
            models.CheckConstraint(
                condition=Q(ground="move", covers="named") | (Q(ground="agreement") & ~Q(covers="named")),
                name="a_move_names_people",
            ),
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
            {"requester": str(self.requester_id), "asked_by": self.asked_by},
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


class DelegatedAct(models.Model):
    """What the staff of the requester did under a delegation; append-only by a trigger (委任による行為).

    Both sides read it, and the person does; who did it is an account of the requester.
    """

    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, related_name="acts")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    certificate = models.UUIDField(null=True, help_text="of what was issued; its status outlives it")
    deed = models.CharField(max_length=10, help_text="domain.delegation.Deed")
    at = models.DateTimeField()
    by = models.CharField(max_length=64)

    class Meta:
        app_label = "certificates"
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["delegation", "-id"], name="acts_of_a_delegation"),
            models.Index(fields=["person", "-id"], name="delegated_acts_of_person"),
        ]
