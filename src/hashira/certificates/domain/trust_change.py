"""What a new version of a list changes, and whether that may happen without a person (リストの差分).

A list of trust is replaced as a whole. Before that it is compared with the one in force: which keys come, go
or change. A list that is older than one seen before is refused, however well it is signed: somebody may be
handing out yesterday's list with a key that was taken out today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hashira.certificates.domain.list_signature import fingerprint
from hashira.certificates.domain.state_certificate import CertificateUnreadable
from hashira.certificates.domain.state_crl import read_crl
from hashira.certificates.domain.trust import TrustStore

_AHEAD = timedelta(days=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Change:
    """The difference of two versions; each key as ``kind:owner:identifier``."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    counters_back: tuple[str, ...]
    """What would take a revocation back: a list that is older or gone, a withdrawn key that comes back."""
    before: int
    """How many keys and authorities were in force."""

    @property
    def removed_share(self) -> float:
        """Of the keys in force, how many would go: 0 to 1."""
        return len(self.removed) / self.before if self.before else 0.0

    def needs_person(self, *, most_removed: float) -> bool:
        """Whether somebody must look at it: more than that share goes, or revocations are taken back."""
        return self.removed_share > most_removed or bool(self.counters_back)


def compare(old: TrustStore, new: TrustStore) -> Change:
    """From ``old`` to ``new``."""
    was, now = dict(_named(old)), dict(_named(new))
    counters = {(x.kid, x.method, x.issuer): x.counter for x in old.revocations}
    back = {
        f"{x.issuer or ''} {x.kid}"
        for x in new.revocations
        if x.counter < counters.get((x.kid, x.method, x.issuer), 0)
    }
    # A list that vanished altogether takes back as much as one with a lower counter.
    listed = {(x.kid, x.method, x.issuer) for x in new.revocations}
    kept = {(key.issuer, key.kid) for key in new.keys}
    back |= {f"{i or ''} {k}" for k, m, i in counters if (k, m, i) not in listed and (i, k) in kept}
    back |= {f"withdrawn {key.kid}" for key in set(old.withdrawn) - set(new.withdrawn)}
    lists_now = _crls(new)
    back |= {f"crl {issuer}" for issuer, at in _crls(old).items() if lists_now.get(issuer, _NEVER) < at}
    return Change(
        added=tuple(sorted(now.keys() - was.keys())),
        removed=tuple(sorted(was.keys() - now.keys())),
        changed=tuple(sorted(name for name in was.keys() & now.keys() if was[name] != now[name])),
        counters_back=tuple(sorted(back)),
        before=len(was),
    )


def _named(store: TrustStore) -> Iterator[tuple[str, object]]:
    for key in store.keys:
        yield f"key:{key.issuer or ''}:{key.kid}", (key.spki, key.x5c)
    for state in store.state_keys:
        name = f"{state.usage.lower()}:{state.participant}:{fingerprint(state.certificate)[:16]}"
        yield name, (state.domain, state.certificate)
    for anchor in store.anchors:
        yield f"csca::{fingerprint(anchor)}", anchor


def _crls(store: TrustStore) -> dict[str, datetime]:
    """The newest revocation list of each authority."""
    found: dict[str, datetime] = {}
    for der in store.state_crls:
        try:
            crl = read_crl(der)
        except CertificateUnreadable:
            continue
        name = f"{crl.issuer} {(crl.authority_key_id or b'').hex()}"
        found[name] = max(found.get(name, _NEVER), crl.this_update)
    return found


def is_too_new(issued_at: datetime | None, at: datetime) -> bool:
    """A list from the future would make every right list after it look old."""
    return issued_at is not None and issued_at > at + _AHEAD


def is_older(issued_at: datetime | None, newest_seen: datetime | None) -> bool:
    """Whether a list is older than one that was in force before; one that lost its time counts as older."""
    if newest_seen is None:
        return False
    return issued_at is None or issued_at < newest_seen
