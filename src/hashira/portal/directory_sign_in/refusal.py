"""What the relying party refuses, said to staff: its own words are for residents and their desk (断り方)."""

from __future__ import annotations

from hashira.core.accounts.directories.errors import (
    DirectoryCancelled,
    DirectoryRefused,
    DirectoryUnreachable,
    DirectoryUnreadable,
)
from hashira.core.accounts.oidc.errors import ProviderUnreachable, SignInCancelled, SignInRefused
from hashira.kernel.errors import HashiraError


def in_words_for_staff(error: HashiraError) -> HashiraError:
    """The error as staff and the keeper of their directory meet it."""
    if isinstance(error, SignInCancelled):
        return DirectoryCancelled()
    if isinstance(error, ProviderUnreachable):
        return DirectoryUnreachable()
    if isinstance(error, SignInRefused | DirectoryUnreadable):
        return DirectoryRefused(cause=error.code, reason=error.why.format(**error.details))
    return error
