"""Forms of the library whose wording it does not have in Japanese (フォームの言葉)."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext_lazy as _


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
