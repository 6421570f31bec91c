"""What every page shows around its content: the menu, the foot, the notice of the environment."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from hashira.kernel.language import Bilingual
from hashira.ui.parts import Link

_DEVELOPMENT = (
    Bilingual("開発環境", "Development"),
    Bilingual(
        "検証用の環境です。本物の個人情報を入れないでください",
        "This installation is for trying things out. Enter no real personal data",
    ),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``site_navigation``, ``footer_links``, ``environment_notice``."""
    links = [(Bilingual("ホーム", "Home"), reverse("home"))]
    if "certificates" in settings.HASHIRA_SYSTEMS:
        links.append((Bilingual("証明書を確かめる", "Verify a certificate"), reverse("certificates:verify")))
    return {
        "site_navigation": [Link(label, url, current=request.path == url) for label, url in links],
        "footer_links": [Link(Bilingual("デザインシステム", "Design system"), reverse("ui:gallery"))],
        "environment_notice": _DEVELOPMENT if settings.DEVELOPMENT else None,
    }
