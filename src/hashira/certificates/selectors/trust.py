"""What the installation believes of others, always as it is now (信頼情報の参照)."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from hashira.certificates.adapters.trust_archive import FOLDER, TrustArchive
from hashira.certificates.adapters.trust_files import read_trust
from hashira.certificates.domain.state_certificate import CertificateUnreadable, read_certificate
from hashira.certificates.domain.state_code import ISO_3166
from hashira.certificates.domain.trust import ListFacts, TrustStore
from hashira.kernel.errors import HashiraError

_log = logging.getLogger(__name__)
_THREE = {two: three for three, two in ISO_3166.items()}


def archive() -> TrustArchive:
    """The lists of this installation."""
    return TrustArchive(settings.DATA_DIR / FOLDER)


def warn_after() -> timedelta:
    """How old a list may be before it warns."""
    return timedelta(days=settings.HASHIRA_TRUST_WARN_DAYS)


class _Watched:
    """The trust of this process, read again when the archive or a file of ``HASHIRA_TRUST`` has changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: object = None
        self._parts: tuple[TrustStore, ...] = ()
        self._store = TrustStore()

    def parts(self) -> tuple[TrustStore, ...]:
        """What ``HASHIRA_TRUST`` names, then each list by itself."""
        self.store()
        return self._parts

    def store(self) -> TrustStore:
        """All of it together."""
        seen = (settings.HASHIRA_TRUST, str(settings.DATA_DIR), archive().generation(), _stamps())
        if seen == self._seen:
            return self._store
        with self._lock:
            if seen != self._seen:
                try:
                    now = datetime.now(UTC)
                    lists = archive().parts(at=now, warn_after=warn_after())
                    parts = (read_trust(settings.HASHIRA_TRUST), *lists)
                except HashiraError as error:
                    # A running server keeps what it had: a damaged file must not take everybody's trust away.
                    if self._seen is None or self._seen[:2] != seen[:2]:
                        raise
                    _log.error("the trust was not read again: %s", error)
                else:
                    self._parts, self._store = parts, TrustStore.merged(parts)
                    self._seen = seen
        return self._store


def _stamps() -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of every file that ``HASHIRA_TRUST`` names."""
    found = []
    for path in settings.HASHIRA_TRUST:
        for file in sorted(path.rglob("*")) if Path(path).is_dir() else (path,):
            try:
                stat = file.stat()
            except OSError:
                continue
            found.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(found)


_watched = _Watched()


def foreign_trust() -> TrustStore:
    """What others have published and this installation believes; raises ``HashiraError`` at first only."""
    return _watched.store()


@dataclass(frozen=True, slots=True)
class ListView:
    """A list of trust as a page shows it."""

    name: str
    kind: str
    dated: datetime
    age_days: int
    old: bool
    signed: bool
    trouble: str
    """Code of the error for which the last update changed nothing."""
    checked_at: datetime | None


def lists(at: datetime) -> tuple[ListView, ...]:
    """The lists in force, with their age."""
    return tuple(_list_view(facts, at) for facts in foreign_trust().lists)


def _list_view(facts: ListFacts, at: datetime) -> ListView:
    state = archive().state(facts.name)
    return ListView(
        name=facts.name,
        kind=facts.kind,
        dated=facts.dated,
        age_days=max(0, (at - facts.dated).days),
        old=facts.is_old(at),
        signed=facts.signer is not None,
        trouble=state.trouble,
        checked_at=datetime.fromisoformat(state.checked_at) if state.checked_at else None,
    )


@dataclass(frozen=True, slots=True)
class IssuerView:
    """Somebody whose certificates can be verified here."""

    country: str
    """Three letters; empty where the list does not say."""
    format: str
    issuer: str
    keys: int
    source: str
    dated: datetime | None
    warning: str
    """``old``, ``unsigned``, ``revocation`` (a revocation list is missing) or ``none``."""


def issuers(at: datetime) -> tuple[IssuerView, ...]:
    """Everybody whose certificates can be verified, by format; with how many keys."""
    return tuple(view for part in _watched.parts() for view in _issuers_of(part, at))


def _issuers_of(part: TrustStore, at: datetime) -> Iterator[IssuerView]:
    facts = part.lists[0] if part.lists else None
    missing = {
        key.issuer
        for key in part.keys
        if key.crl_version is not None and not foreign_trust().revocations_of(key.kid, key.issuer)
    }
    counted: Counter[tuple[str, str, str]] = Counter()
    for key in part.keys:
        counted["", "shc", key.issuer or ""] += 1
    for state in part.state_keys:
        if state.usage == "DSC":
            counted[state.participant, "hcert", state.participant] += 1
    for der in part.anchors:
        country = _country(der)
        counted[country, "vds-nc", country] += 1
    for (country, format, issuer), number in sorted(counted.items()):
        yield IssuerView(
            country=country,
            format=format,
            issuer=issuer,
            keys=number,
            source=facts.name if facts else "HASHIRA_TRUST",
            dated=facts.dated if facts else None,
            warning=_warning(facts, at, format == "shc" and issuer in missing),
        )


def _warning(facts: ListFacts | None, at: datetime, missing: bool) -> str:
    if facts is not None and facts.is_old(at):
        return "old"
    if facts is None or facts.signer is None:
        return "unsigned"
    return "revocation" if missing else "none"


def _country(der: bytes) -> str:
    try:
        two = (read_certificate(der).subject_country or "").upper()
    except CertificateUnreadable:
        return ""
    return _THREE.get(two, two)
