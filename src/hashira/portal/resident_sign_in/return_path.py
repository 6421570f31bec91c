"""Where a person goes after signing in: a page of this installation and nowhere else (戻り先)."""

from __future__ import annotations

from django.utils.http import url_has_allowed_host_and_scheme

_LONGEST = 1000


def own_path(text: str) -> str:
    """``text`` if it is a path of this installation, else an empty text.

    >>> own_path("/certificates/me?page=2")
    '/certificates/me?page=2'
    >>> [own_path(bad) for bad in ("//evil.example", "https://evil.example", "/\\\\evil.example", "me")]
    ['', '', '', '']
    """
    if len(text) > _LONGEST or not text.startswith("/"):
        return ""
    return text if url_has_allowed_host_and_scheme(text, allowed_hosts=None) else ""
