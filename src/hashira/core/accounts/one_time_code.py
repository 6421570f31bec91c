"""A code of six digits is good once, and a token whose clock runs off is followed (ワンタイムコード).

Source: RFC 6238 §5.2 (the second use of a code is refused), §6 (resynchronisation); RFC 4226 §7.2.
"""

from __future__ import annotations

import time

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction

TOKEN_WINDOW = 2
"""Periods of 30 seconds that a hardware token may be off what it was off when it was used last."""
LONGEST_DRIFT = 10
"""Periods (five minutes) that a hardware token may be off in all; beyond them it is replaced."""


def accept(authenticator: Authenticator, code: str) -> bool:
    """Whether the code is one of now that has not been used, nor any later one; it is used up by this.

    What was used stands in the row, so it holds for every process and machine of the installation, and as
    long as a code is within the window. Of a hardware token it is also kept how far its clock is off.
    """
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=authenticator.pk).first()
        if row is None:
            return False
        secret = get_adapter().decrypt(row.data["secret"])
        token = "serial" in row.data
        now = int(time.time()) // app_settings.TOTP_PERIOD
        drift = int(row.data.get("drift", 0)) if token else 0
        window = TOKEN_WINDOW if token else app_settings.TOTP_TOLERANCE
        for counter in range(now + drift - window, now + drift + window + 1):
            if counter <= int(row.data.get("last_counter", -1)) or abs(counter - now) > LONGEST_DRIFT:
                continue
            if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
                known = {"last_counter": counter} | ({"drift": counter - now} if token else {})
                row.data = authenticator.data = row.data | known
                row.save(update_fields=["data"])
                return True
    return False
