"""OpenStack behind the port: body = domain, environment = project, held by Keystone itself (OpenStack)."""

from __future__ import annotations

import hmac
from hashlib import sha256

from django.conf import settings

from hashira.cloud.adapters.engines.openstack.engine import OpenStackEngine
from hashira.cloud.adapters.engines.openstack.session import Keystone, Login
from hashira.cloud.domain.engine import Engine, EngineUnknown
from hashira.kernel.language import Bilingual


def engine() -> Engine:
    """As the settings have it. Raises ``EngineUnknown`` where they name no Keystone."""
    chosen = settings.HASHIRA_OPENSTACK
    if not chosen["URL"]:
        raise EngineUnknown(key="openstack")
    login = Login(chosen["USER"], chosen["DOMAIN"], chosen["PASSWORD"])
    # The secrets of environments hang on the installation's key: whoever has it can derive them anew.
    secret = hmac.new(settings.SECRET_KEY.encode(), b"cloud-openstack", sha256).digest()
    title = Bilingual("OpenStack（Keystone）", "OpenStack (Keystone)")
    return OpenStackEngine(
        Keystone(chosen["URL"], login), secret=secret, title=title, sandbox=settings.DEVELOPMENT
    )
