"""Address ranges: read, told apart, proposed where somebody needs none in particular (アドレス範囲)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hashira.cloud.domain.application.refusal import refuse

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MOST_RANGES = 16
WIDEST, NARROWEST = 16, 28
"""Prefix lengths of IPv4 that a network of the engines can have (those of a VPC of AWS)."""
WIDEST_6, NARROWEST_6 = 44, 64
USUAL = 24
_PRIVATE = tuple(
    ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
_UNIQUE_LOCAL = ipaddress.IPv6Network("fc00::/7")


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two ranges that share addresses; ``holder`` says whose the other one is."""

    asked: str
    other: str
    holder: str


def read_range(text: str, field: str = "address_ranges") -> Network:
    """One private range in CIDR notation; raises ``ApplicationRefused``.

    >>> str(read_range("10.20.0.0/20"))
    '10.20.0.0/20'
    """
    written = text.strip()
    try:
        network = ipaddress.ip_network(written, strict=False) if len(written) <= 64 else None
    except ValueError:
        network = None
    if network is None or "/" not in written:
        raise refuse(
            field,
            f"「{written[:40]}」はアドレス範囲ではありません。10.20.0.0/20 のように書いてください",
            f"{written[:40]} is no address range: write it like 10.20.0.0/20",
        )
    if ipaddress.ip_interface(written).ip != network.network_address:
        raise refuse(
            field,
            f"{written}は範囲の途中から始まっています。範囲は{network}です",
            f"{written} begins inside its range: the range is {network}",
        )
    private = (
        any(network.subnet_of(one) for one in _PRIVATE)
        if isinstance(network, ipaddress.IPv4Network)
        else network.subnet_of(_UNIQUE_LOCAL)
    )
    if not private:
        raise refuse(
            field,
            f"{network}は組織の中で使うアドレスではありません。10.0.0.0/8 などの中から選んでください",
            f"{network} is not private: choose one inside 10.0.0.0/8 or the like",
        )
    widest, narrowest = (WIDEST, NARROWEST) if network.version == 4 else (WIDEST_6, NARROWEST_6)
    if not widest <= network.prefixlen <= narrowest:
        raise refuse(
            field,
            f"{network}の大きさは使えません。/{widest}から/{narrowest}までです",
            f"The size of {network} cannot be used: /{widest} to /{narrowest}",
        )
    return network


def read_ranges(text: str, field: str = "address_ranges") -> tuple[str, ...]:
    """Ranges, one a line, that do not overlap each other; raises ``ApplicationRefused``.

    >>> read_ranges("10.0.0.0/24")
    ('10.0.0.0/24',)
    """
    lines = [line for line in text.replace(",", "\n").replace("、", "\n").splitlines() if line.strip()]
    if len(lines) > MOST_RANGES:
        raise refuse(
            field, f"アドレス範囲は{MOST_RANGES}件までです", f"There are at most {MOST_RANGES} ranges"
        )
    networks = [read_range(line, field) for line in lines]
    for number, one in enumerate(networks):
        for other in networks[:number]:
            if one.version == other.version and one.overlaps(other):
                raise refuse(field, f"{one}と{other}が重なっています", f"{one} and {other} overlap")
    return tuple(str(one) for one in networks)


def read_pool(text: str, field: str = "pool") -> str:
    """The range from which others are proposed; raises ``ApplicationRefused``.

    >>> read_pool("10.0.0.0/8")
    '10.0.0.0/8'
    """
    try:
        network = ipaddress.IPv4Network(text.strip())
    except ValueError:
        network = None
    if network is None or not any(network.subnet_of(one) for one in _PRIVATE) or network.prefixlen > USUAL:
        raise refuse(
            field,
            f"10.0.0.0/8 のように、組織の中で使う /{USUAL} より広い範囲を書いてください",
            f"Write a private range of at least a /{USUAL}, such as 10.0.0.0/8",
        )
    return str(network)


def bounds(text: str) -> tuple[str, str]:
    """First and last address of a range as 33 characters whose order is that of the addresses.

    The first character is the version, so that ranges of two versions never meet.

    >>> bounds("10.0.0.0/24")[0][-8:], bounds("10.0.0.0/24")[1][-8:]
    ('0a000000', '0a0000ff')
    """
    network = ipaddress.ip_network(text)
    return (
        f"{network.version}{int(network.network_address):032x}",
        f"{network.version}{int(network.broadcast_address):032x}",
    )


def overlaps(asked: Iterable[str], taken: Iterable[tuple[str, str]]) -> tuple[Overlap, ...]:
    """Which of the ranges asked for meet others; ``taken`` are (range, holder).

    >>> overlaps(["10.0.0.0/24"], [("10.0.0.128/25", "見本町")])
    (Overlap(asked='10.0.0.0/24', other='10.0.0.128/25', holder='見本町'),)
    """
    others = [(ipaddress.ip_network(text), holder) for text, holder in taken]
    found = []
    for text in asked:
        one = ipaddress.ip_network(text)
        found += [
            Overlap(text, str(other), holder)
            for other, holder in others
            if one.version == other.version and one.overlaps(other)
        ]
    return tuple(found)


def free_range(pool: str, taken: Sequence[str], prefix: int = USUAL) -> str | None:
    """The first range of that size in the pool that meets none that is taken; ``None`` where it is full.

    >>> free_range("10.0.0.0/8", ["10.0.0.0/24", "10.0.1.0/25"])
    '10.0.2.0/24'
    """
    whole = ipaddress.ip_network(pool)
    size = 1 << (whole.max_prefixlen - prefix)
    blocks = sorted(
        (int(one.network_address), int(one.broadcast_address))
        for one in map(ipaddress.ip_network, taken)
        if one.version == whole.version
    )
    start = int(whole.network_address)
    for first, last in blocks:
        if first >= start + size:
            break
        if last >= start:
            start = -(-(last + 1) // size) * size
    if start + size - 1 > int(whole.broadcast_address):
        return None
    return f"{type(whole.network_address)(start)}/{prefix}"
