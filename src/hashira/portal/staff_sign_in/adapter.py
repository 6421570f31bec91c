"""What django-allauth asks the product: nobody signs up, and nothing is sent by e-mail (allauthとの接続)."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest

from hashira.core.accounts.principals import RESIDENT_SESSION
from hashira.ui.templatetags.ui import site_name

_LIBRARY_STAGE = "allauth.mfa.stages.AuthenticateStage"


class StaffAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        """A session is either of staff or of a resident: the resident's ends first."""
        request.session.pop(RESIDENT_SESSION, None)
        super().login(request, user)

    def get_login_stages(self) -> list[str]:
        """Those of the library, but a directory that has proved a second factor is not asked for another."""
        ours = {_LIBRARY_STAGE: "hashira.portal.directory_sign_in.opening.SecondFactorStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """An installation on a closed network has no mail; what matters stands in the audit."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Names and issuer of second factors."""

    def get_totp_issuer(self) -> str:
        return site_name()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The relying party (WebAuthn Level 3 §5.4.2): this host, under the name of the site."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": site_name()}

    def encrypt(self, text: str) -> str:
        """A secret as it lies in the database: of no use without the secret of the installation."""
        return _vault().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _vault().decrypt(encrypted_text.encode("ascii")).decode()


def _vault() -> Fernet:
    """AES-128-CBC with HMAC (Fernet), under a key that follows from ``SECRET_KEY`` (HKDF, RFC 5869)."""
    derived = HKDF(SHA256(), length=32, salt=None, info=b"hashira second factors").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))
