"""The rows of accounts: organisations, staff with their roles, residents (団体・職員・役割・住民)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q


class Organisation(models.Model):
    """A body whose people use the installation (団体): a municipality, a ministry, a vendor, the operator."""

    class Kind(models.TextChoices):
        """What kind of body it is."""

        MUNICIPALITY = "municipality", "地方公共団体"
        MINISTRY = "ministry", "府省庁"
        VENDOR = "vendor", "事業者"
        OPERATOR = "operator", "運用者"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    code = models.CharField(
        max_length=16, unique=True, null=True, blank=True, help_text="全国地方公共団体コード, 6 digits"
    )
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)

    class Meta:
        ordering: ClassVar = ["code", "name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(kind="municipality") | Q(code__regex=r"^[0-9]{6}$"),
                name="a_municipality_has_its_code",
            )
        ]


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; the e-mail address is the name to sign in with."""

    def create_user(self, email: str, password: str | None = None, *, display_name: str = "") -> Account:
        """A new account; without ``password`` it can be entered by another way only."""
        account = self.model(email=self.normalize_email(email).lower(), display_name=display_name)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email=(username or "").lower())


class Account(AbstractBaseUser):
    """A member of staff of some body (職員). Residents have no account: see ``Resident``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    display_name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AccountManager] = AccountManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering: ClassVar = ["email"]

    def get_full_name(self) -> str:
        """The name shown to colleagues, else the address."""
        return self.display_name or self.email


class Role(models.TextChoices):
    """What a member of staff may be in an organisation (役割)."""

    MUNICIPAL_CLERK = "municipal_clerk", "担当者"
    MUNICIPAL_SUPERVISOR = "municipal_supervisor", "責任者"
    VERIFIER = "verifier", "検証者"
    LEGAL_OFFICER = "legal_officer", "法務担当"
    CLOUD_APPLICANT = "cloud_applicant", "クラウド利用申請者"
    CLOUD_OPERATOR = "cloud_operator", "クラウド運用者"
    CLOUD_PROVIDER = "cloud_provider", "クラウド提案者"
    CLOUD_ASSESSOR = "cloud_assessor", "クラウド評価者"
    AUDITOR = "auditor", "監査担当"
    ADMINISTRATOR = "administrator", "団体の管理者"


class RoleAssignment(models.Model):
    """A role of an account in an organisation, for a period (役割の付与).

    In force from ``valid_from`` up to, not including, ``valid_until``; open-ended without it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="role_assignments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="role_assignments")
    role = models.CharField(max_length=32, choices=Role.choices)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["valid_from"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="a_role_ends_after_it_begins",
            )
        ]


class Invitation(models.Model):
    """A link by which somebody makes an account of the own, once and before it expires (招待).

    Only the digest of the secret in the link is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(max_length=254)
    display_name = models.CharField(max_length=120)
    role = models.CharField(max_length=32, choices=Role.choices)
    role_until = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]


class Directory(models.Model):
    """The directory of a body, which vouches for its staff by OpenID Connect (団体のディレクトリ).

    Lists stand as words with spaces between. No secret is in it: ``credential`` says where it lies.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="directories")
    issuer = models.CharField(max_length=255)
    client_id = models.CharField(max_length=255)
    credential = models.CharField(max_length=400)
    authentication = models.CharField(max_length=32)
    algorithms = models.CharField(max_length=64)
    scopes = models.CharField(max_length=200)
    second_factor = models.CharField(max_length=400, blank=True)
    email_domains = models.CharField(max_length=400, blank=True)
    registered_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issuer", "client_id"],
                condition=Q(removed_at__isnull=True),
                name="a_directory_is_registered_once",
            )
        ]


class DirectoryIdentity(models.Model):
    """A person of a directory, by its ``sub``, and the account of the same person (ディレクトリの本人)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    directory = models.ForeignKey(Directory, on_delete=models.PROTECT, related_name="identities")
    subject = models.CharField(max_length=255)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="directory_identities")
    connected_at = models.DateTimeField()
    last_sign_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["directory", "subject"], name="a_person_has_one_account"),
            models.UniqueConstraint(fields=["directory", "account"], name="an_account_has_one_person"),
        ]


class Resident(models.Model):
    """A person as the sign-in of residents names them (住民): an issuer and its pairwise ``sub``.

    The attributes are those of the last sign-in, as the provider gave them. Signing in shows nothing by
    itself: which register entries are this person's is decided by the linking of each system.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issuer = models.CharField(max_length=255)
    sub = models.CharField(max_length=255)
    name = models.CharField(max_length=200)
    birth_date = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=400, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "sub"], name="a_resident_is_known_once")
        ]
