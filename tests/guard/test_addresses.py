"""Promises about every address: each view says who may see it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# Views that are not ours and cannot carry our mark, each with its reason.
FOREIGN = {"set_language": "Django's own; changes a cookie of the asking browser only"}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def test_every_view_declares_its_access() -> None:
    silent = [
        str(pattern.pattern)
        for pattern in patterns(get_resolver())
        if not hasattr(pattern.callback, "access_declaration") and pattern.name not in FOREIGN
    ]
    assert not silent


def test_the_walk_finds_the_pages() -> None:
    names = {pattern.name for pattern in patterns(get_resolver())}
    assert {"home", "verify", "gallery", "live", "ready"} <= names
    assert set(FOREIGN) <= names
