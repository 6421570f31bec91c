"""Where lists of trust are kept: versions of each source, one in force, switched at once (信頼情報の保管).

    trust-lists/
      generation              a number that grows with every switch; who watches it knows when to read again
      <source>/source.json    what the operator pinned
      <source>/state.json     which version is in force, the newest time seen, what was rolled back
      <source>/v0003/         list, signature, source.json (the pins it was checked against)

A version is written completely before ``state.json`` is replaced, and that replacement is one rename: a
reader sees the old list or the new one, whenever the machine stops. Every read checks the signature again, so
that a file changed on disk is noticed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from hashira.certificates.adapters.key_store import write_file
from hashira.certificates.adapters.trust_source import Authentic, Source, SourceNotRight, authenticate
from hashira.certificates.domain.trust import ListFacts, TrustStore
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

FOLDER = "trust-lists"
KEPT = 10
"""Versions of a source that are kept, the one in force among them."""


class TrustDamaged(HashiraError):
    """Details: ``name``."""

    code = "CERT-202"
    what = Bilingual("保管した信頼リストが壊れています", "A stored list of trust is damaged")
    why = Bilingual(
        "{name} の {version} を読めないか、署名が合いません",
        "{version} of {name} is not readable, or its signature does not hold",
    )
    remedy = Bilingual(
        "trust rollback で前の版に戻すか、trust update --accept で新しい版に切り替えてください",
        "Go back with trust rollback, or take a new version with trust update --accept",
    )
    status = 500


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source beside its list. Times are ISO 8601."""

    current: int | None = None
    newest: int = 0
    """The highest version number ever given."""
    newest_issued_at: str | None = None
    """Of all lists that were ever in force: nothing older is taken again by an update."""
    fetched_at: str | None = None
    checked_at: str | None = None
    etag: str = ""
    current_sha256: str = ""
    refused: tuple[str, ...] = ()
    """SHA-256 of lists that the operator rolled back: an update does not bring them again."""
    trouble: str = ""
    """Why the last update changed nothing (a code), empty after one that went well."""

    @property
    def newest_time(self) -> datetime | None:
        return datetime.fromisoformat(self.newest_issued_at) if self.newest_issued_at else None


@dataclass(frozen=True, slots=True)
class Version:
    """One version as it is kept."""

    number: int
    octets: bytes
    signature: bytes
    source: Source


class TrustArchive:
    """The lists of one installation, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> tuple[str, ...]:
        """The pinned sources."""
        return tuple(sorted(path.parent.name for path in self.folder.glob("*/source.json")))

    def source(self, name: str) -> Source:
        """What was pinned under that name; raises ``SourceNotRight``."""
        path = self.folder / name / "source.json"
        if not name or "/" in name or name.startswith(".") or not path.is_file():
            raise SourceNotRight(reason=Bilingual(f"{name} は登録されていません", f"{name} is not pinned"))
        return Source.read(path.read_bytes())

    def pin(self, source: Source) -> None:
        """Keeps it; the version in force stays as it is."""
        write_file(self.folder / source.name / "source.json", source.document(), mode=0o644, replace=True)

    def state(self, name: str) -> SourceState:
        """What is known of it; of a new source, nothing."""
        path = self.folder / name / "state.json"
        if not path.is_file():
            return SourceState()
        members = orjson.loads(path.read_bytes())
        members["refused"] = tuple(members["refused"])
        return SourceState(**members)

    def write_state(self, name: str, state: SourceState) -> None:
        """Keeps it, without switching anything."""
        write_file(self.folder / name / "state.json", orjson.dumps(asdict(state)), mode=0o644, replace=True)

    def versions(self, name: str) -> tuple[int, ...]:
        """The numbers that are kept, oldest first."""
        return tuple(sorted(int(p.name[1:]) for p in (self.folder / name).glob("v[0-9]*") if p.is_dir()))

    def version(self, name: str, number: int) -> Version:
        """A version; raises ``TrustDamaged`` where it is not complete."""
        folder = self._folder(name, number)
        try:
            return Version(
                number,
                (folder / "list").read_bytes(),
                (folder / "signature").read_bytes(),
                Source.read((folder / "source.json").read_bytes()),
            )
        except (OSError, ValueError, KeyError, TypeError, SourceNotRight) as error:
            raise TrustDamaged(name=name, version=folder.name) from error

    def keep(self, source: Source, number: int, octets: bytes, signature: bytes) -> None:
        """Writes a version that is not in force yet."""
        folder = self._folder(source.name, number)
        for name, content in (
            ("list", octets),
            ("signature", signature),
            ("source.json", source.document()),
        ):
            write_file(folder / name, content, mode=0o644, replace=True)

    def switch(self, name: str, state: SourceState) -> None:
        """Puts ``state.current`` in force, tells whoever watches, and forgets versions beyond ``KEPT``."""
        self.write_state(name, state)
        write_file(self.folder / "generation", str(self.generation() + 1).encode(), mode=0o644, replace=True)
        for number in self.versions(name)[:-KEPT]:
            if number != state.current:
                _remove(self._folder(name, number))

    def generation(self) -> int:
        """Grows with every switch; 0 before the first."""
        try:
            return int((self.folder / "generation").read_bytes() or b"0")
        except (OSError, ValueError):
            return 0

    def authentic(self, name: str, number: int, *, at: datetime) -> Authentic:
        """A version with its signature checked; raises ``TrustDamaged``."""
        version = self.version(name, number)
        try:
            return authenticate(version.source, version.octets, version.signature, at=at)
        except HashiraError as error:
            raise TrustDamaged(name=name, version=f"v{number:04d}") from error

    def read(self, *, at: datetime, warn_after: timedelta) -> TrustStore:
        """Everything in force, with the facts of each list. Raises ``TrustDamaged``."""
        return TrustStore.merged(self.parts(at=at, warn_after=warn_after))

    def parts(self, *, at: datetime, warn_after: timedelta) -> Iterator[TrustStore]:
        """What is in force, each list by itself. Raises ``TrustDamaged``."""
        for name in self.names():
            state = self.state(name)
            if state.current is None:
                continue
            fetched = datetime.fromisoformat(state.fetched_at) if state.fetched_at else at
            found = self.authentic(name, state.current, at=fetched)
            kind = self.source(name).kind.value
            facts = ListFacts(name, kind, found.issued_at, fetched, found.signer, warn_after)
            yield replace(found.store, lists=(facts,))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time, also among processes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _folder(self, name: str, number: int) -> Path:
        return self.folder / name / f"v{number:04d}"


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
