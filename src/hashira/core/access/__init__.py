"""Who may do what (アクセス制御): one policy file, asked on every call; a test walks all addresses."""

from hashira.core.access.declaration import AccessDeclaration, public, requires
from hashira.core.access.errors import AccessDenied, AccessFault
from hashira.core.access.policy import may, require
from hashira.core.access.principal import Grant, Principal, PrincipalKind, Resource

__all__ = [
    "AccessDeclaration",
    "AccessDenied",
    "AccessFault",
    "Grant",
    "Principal",
    "PrincipalKind",
    "Resource",
    "may",
    "public",
    "require",
    "requires",
]
