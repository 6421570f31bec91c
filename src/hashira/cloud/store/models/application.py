"""Applications for use, what was handed in, what was said of them, whose addresses are held (利用申請)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from hashira.cloud.domain.application.chain import ApplicationState
from hashira.cloud.domain.application.draft import KIND_NAMES
from hashira.cloud.store.models.proposal import Proposal


class UseApplication(models.Model):
    """One application of a body (利用申請). ``use`` ties the first one and all its changes together.

    The columns beside ``content`` are what lists search, filter and sort by.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=16, unique=True, help_text="year-number, as people name it")
    use = models.UUIDField(db_index=True, help_text="of a new use the application's own id")
    kind = models.CharField(max_length=8, choices=[(k.value, words.ja) for k, words in KIND_NAMES.items()])
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    drafter = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="the vendor that writes it for the body",
    )
    body_code = models.CharField(max_length=16)
    body_name = models.CharField(max_length=120)
    system_code = models.CharField(max_length=40, blank=True)
    system_name = models.CharField(max_length=200, blank=True)
    service = models.UUIDField(null=True, blank=True)
    environments = models.PositiveSmallIntegerField(default=0)
    new_environments = models.PositiveSmallIntegerField(default=0)
    content = models.JSONField(help_text="domain.application.draft")
    state = models.CharField(max_length=16, default=ApplicationState.DRAFT.value)
    chain = models.CharField(max_length=8, blank=True)
    step = models.CharField(max_length=16, blank=True, help_text="where it waits while it is decided on")
    round = models.PositiveSmallIntegerField(default=0, help_text="how often it was handed in")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=64)
    writers = models.JSONField(default=list, help_text="accounts that wrote or confirmed something")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.CharField(max_length=64, blank=True)
    step_since = models.DateField(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True, help_text="of an end: the day on which the use ends")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when that was carried out")

    class Meta:
        ordering: ClassVar = ["-saved_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["state", "expected_on", "submitted_at"], name="applications_in_the_queue"),
            models.Index(fields=["organisation", "-saved_at"], name="uses_applied_for_by_a_body"),
            models.Index(fields=["drafter", "-saved_at"], name="applications_of_a_drafter"),
            models.Index(fields=["body_code", "system_code"], name="applications_of_a_system"),
            models.Index(fields=["use", "-number"], name="applications_of_a_use"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ApplicationState]),
                name="an_application_is_in_a_known_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | (Q(expected_on__isnull=False) & ~Q(step="")),
                name="what_is_decided_on_has_a_step_and_a_date",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by="") | Q(round__gt=0), name="what_was_handed_in_is_counted"
            ),
            models.UniqueConstraint(
                fields=["use"],
                condition=Q(state__in=["draft", "confirming", "submitted", "returned"]),
                name="a_use_has_one_open_application",
            ),
        ]


class ApplicationSubmission(models.Model):
    """What was confirmed and handed in, whole (申請の控え). Append-only: see ``store.published``."""

    application = models.ForeignKey(UseApplication, on_delete=models.PROTECT, related_name="submissions")
    round = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    submitted_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=64)
    on_behalf_of = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["round"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "round"], name="an_application_is_handed_in_once_a_round"
            ),
        ]


class ApplicationAct(models.Model):
    """Something that was done or said (経過). Append-only: see ``store.published``.

    ``step`` is that of an approval; ``on_behalf_of`` the account for which a deputy spoke.
    """

    class Kind(models.TextChoices):
        """What was done."""

        BEGUN = "begun", "作成を始めた"
        ASKED = "asked", "確認を頼んだ"
        SENT_BACK = "sent-back", "作成者に戻した"
        SUBMITTED = "submitted", "確認して提出した"
        APPROVED = "approved", "承認した"
        RETURNED = "returned", "差し戻した"
        REFUSED = "refused", "却下した"
        WITHDRAWN = "withdrawn", "取り下げた"
        ORDERED = "ordered", "払出しを指図した"

    application = models.ForeignKey(UseApplication, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    round = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=16, blank=True)
    by = models.CharField(max_length=64)
    on_behalf_of = models.CharField(max_length=64, blank=True)
    words = models.TextField(max_length=2000, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "round", "by"],
                condition=Q(kind="approved"),
                name="nobody_approves_twice",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["returned", "refused"]) | ~Q(words=""),
                name="a_refusal_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(on_behalf_of=F("by")) | Q(on_behalf_of=""), name="nobody_is_their_own_deputy"
            ),
        ]


class HeldRange(models.Model):
    """An address range that an application asks for or a use has (確保したアドレス範囲)."""

    application = models.ForeignKey(UseApplication, on_delete=models.CASCADE, related_name="ranges")
    use = models.UUIDField(db_index=True)
    environment = models.CharField(max_length=36)
    network = models.CharField(max_length=64)
    first = models.CharField(max_length=33, help_text="domain.application.ranges.bounds")
    last = models.CharField(max_length=33)
    held_until = models.DateField(null=True, blank=True, help_text="set when the use ends")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["first", "last"], name="ranges_by_address")]


class NamedDeputy(models.Model):
    """Somebody who confirms or approves in the place of another while they are away (代理)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=32)
    absent = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField(help_text="the last day")
    reason = models.CharField(max_length=400)
    named_at = models.DateTimeField()
    named_by = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-valid_from"]
        indexes: ClassVar = [models.Index(fields=["deputy", "valid_until"], name="deputies_by_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="the_days_of_a_deputy_follow"
            ),
            models.CheckConstraint(condition=~Q(deputy=F("absent")), name="a_deputy_is_somebody_else"),
        ]


class VendingTerms(models.Model):
    """How environments of a selected service are vended: engine, regions, quota, cost (払出しの条件)."""

    service = models.OneToOneField(
        Proposal, primary_key=True, on_delete=models.PROTECT, related_name="vending_terms"
    )
    engine = models.CharField(max_length=32)
    regions = models.JSONField(help_text="keys of regions")
    account_quota = models.PositiveIntegerField()
    baseline_yen = models.DecimalField(max_digits=10, decimal_places=0)
    pool = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64)


class ApplicationCounter(models.Model):
    """The last number given in a fiscal year."""

    fiscal_year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)
