"""Forms of the library whose wording it does not have in Japanese (フォームの言葉)."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext_lazy as _

from hashira.core.accounts import one_time_code

_Type = Authenticator.Type


class AddPasskeyForm(AddWebAuthnForm):
    """A passkey to add: what to call it, and whether it signs in by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("パスキーの名前")
        if "passwordless" in self.fields:
            self.fields["passwordless"].label = _("パスワードなしでサインインできるようにする")
            self.fields["passwordless"].help_text = _("指紋、顔、暗証番号などで守られた機器が必要です")


class RenamePasskeyForm(EditWebAuthnForm):
    """What to call a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("パスキーの名前")


class _CodeOnce(BaseAuthenticateForm):
    """Asks for a code as the library does, but takes one of six digits once only.

    The library forgets a used code after 30 seconds, while its window keeps it good for 90.
    """

    def clean_code(self) -> str:
        succeeded = check_rate_limit(self.user)
        code: str = self.cleaned_data["code"]
        held = list(Authenticator.objects.filter(user=self.user).exclude(type=_Type.WEBAUTHN))
        for one in held:
            if one_time_code.accept(one, code) if one.type == _Type.TOTP else one.wrap().validate_code(code):
                one.user = self.user
                self.authenticator = one
                succeeded()
                return code
        if held:
            told = next((one for one in held if one.type == _Type.TOTP), held[0])
            self._emit_authentication_failed(told)
        raise get_adapter().validation_error("incorrect_code")


class CodeForm(_CodeOnce, AuthenticateForm):
    """The code at the sign-in."""


class CodeAgainForm(_CodeOnce, ReauthenticateForm):
    """The code when it is asked for once more."""
