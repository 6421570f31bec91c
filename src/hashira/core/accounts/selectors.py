"""Who somebody is, for those who read a history (アカウントの閲覧)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from hashira.core.accounts.models import Account


def display_names(ids: Iterable[str]) -> Mapping[str, str]:
    """The names of accounts by their ids; what is no id of an account is left out."""
    known = set()
    for text in ids:
        try:
            known.add(UUID(text))
        except ValueError:
            continue
    return {str(account.pk): account.get_full_name() for account in Account.objects.filter(pk__in=known)}
