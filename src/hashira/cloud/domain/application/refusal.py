"""What is said of an application that cannot be as it was written (利用申請の誤り)."""

from __future__ import annotations

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class ApplicationRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-160"
    what = Bilingual("申請に書けません", "The application cannot say this")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("指摘を直して、もう一度保存してください", "Put it right and save again")
    status = 422


def refuse(field: str, ja: str, en: str) -> ApplicationRefused:
    """The error about one field.

    >>> refuse("name", "名前がありません", "The name is missing").details["field"]
    'name'
    """
    return ApplicationRefused(field=field, reason=Bilingual(ja, en))


def bounded(field: str, text: str, most: int, label: Bilingual, *, needed: bool = True) -> str:
    """A text without blanks around it; raises ``ApplicationRefused`` for none or too long a one.

    >>> bounded("name", " 見本 ", 10, Bilingual("名前", "The name"))
    '見本'
    """
    stripped = text.strip()
    if needed and not stripped:
        raise refuse(field, f"{label.ja}を書いてください", f"{label.en} is missing")
    if len(stripped) > most:
        raise refuse(
            field, f"{label.ja}は{most:,}文字までです", f"{label.en} is longer than {most:,} characters"
        )
    return stripped
