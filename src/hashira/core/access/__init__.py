"""Who may do what (アクセス制御): every view says so itself, and a test walks all addresses."""

from hashira.core.access.declaration import AccessDeclaration, public

__all__ = ["AccessDeclaration", "public"]
