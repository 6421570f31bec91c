"""Pages of a long list: which rows, which numbers to show, where each leads (ページ送り)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_NEIGHBOURS = 1


@dataclass(frozen=True, slots=True)
class PageLink:
    """One number of the pagination; a ``number`` of zero is a gap."""

    number: int
    address: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class PageView:
    """Where the reader is in a list: rows ``first`` to ``last`` of ``total``, counted from one."""

    total: int
    number: int
    count: int
    start: int
    stop: int
    links: tuple[PageLink, ...]
    previous: str
    following: str

    @property
    def first(self) -> int:
        return self.start + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.stop, self.total)


def page_view(*, total: int, size: int, asked: str, address: Callable[[int], str]) -> PageView:
    """The page asked for, or the nearest there is; nonsense is the first page."""
    count = max(1, -(-total // size))
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 9 else 1
    number = min(max(1, number), count)
    shown = {1, count} | set(range(number - _NEIGHBOURS, number + _NEIGHBOURS + 1))
    links: list[PageLink] = []
    before = 0
    for page in sorted(n for n in shown if 1 <= n <= count):
        if page == before + 2:  # a gap of one page is no gap: show the page
            links.append(PageLink(page - 1, address(page - 1)))
        elif page > before + 1:
            links.append(PageLink(0, ""))
        links.append(PageLink(page, address(page), page == number))
        before = page
    return PageView(
        total=total,
        number=number,
        count=count,
        start=(number - 1) * size,
        stop=number * size,
        links=tuple(links),
        previous=address(number - 1) if number > 1 else "",
        following=address(number + 1) if number < count else "",
    )
