"""LXD behind the port: environment = restricted project, held by its daemon; Incus speaks alike (LXD)."""

from __future__ import annotations

import hmac
from hashlib import sha256

from django.conf import settings

from hashira.cloud.adapters.engines.lxd.engine import LxdEngine
from hashira.cloud.adapters.engines.lxd.session import Lxd
from hashira.cloud.domain.engine import Engine
from hashira.kernel.language import Bilingual


def engine() -> Engine:
    """As the settings have it."""
    chosen = settings.HASHIRA_LXD
    secret = hmac.new(settings.SECRET_KEY.encode(), b"cloud-lxd", sha256).digest()
    return LxdEngine(
        Lxd(chosen["SOCKET"]),
        pool=chosen["POOL"],
        secret=secret,
        title=Bilingual("LXD", "LXD"),
        sandbox=settings.DEVELOPMENT,
    )
