"""A folder that mirrors e-Gov: one text a law, which every importer reads at once (法令の写し).

``{law_id}/{revision_id}.xml`` with the facts beside it in ``{revision_id}.json``. A file appears under its
name only when it is whole, the XML last: what has its XML is finished. Working files begin with a dot and
have no suffix, so that a scan passes them over.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters.egov_api import EgovApi, RevisionFacts
from hashira.regulations.adapters.egov_refusals import EgovUnreachable, MirrorBusy
from hashira.regulations.adapters.refusals import UnwritableFile

INCOMING = ".incoming"
_LOCK = ".fetch-lock"
_GIVE_UP = 3


class Outcome(StrEnum):
    """What became of a law."""

    FETCHED = "fetched"
    THERE = "there"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Step:
    """One law done, ``octets`` of XML written, or the error for which it is missing."""

    revision_id: str
    outcome: Outcome
    octets: int = 0
    error: HashiraError | None = None


class Mirror:
    """The folder. Open it with :func:`opened`: two writers at once would spoil each other's work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, facts: RevisionFacts) -> bool:
        """Whether this text is there. One that was corrected since (``updated``) is not."""
        xml = self._xml(facts)
        if not xml.is_file():
            return False
        try:
            told = json.loads(xml.with_suffix(".json").read_bytes())
        except (OSError, ValueError):
            return False
        stored = told.get("updated") if isinstance(told, dict) else None
        return not stored or not facts.updated or stored == facts.updated

    def put(self, facts: RevisionFacts, xml: bytes) -> None:
        """Keep a text, and let go of the law's other revisions. Raises ``UnwritableFile``."""
        path = self._xml(facts)
        try:
            path.parent.mkdir(exist_ok=True)
            # The old text goes before its facts change: at no moment do facts lie beside another's text.
            path.unlink(missing_ok=True)
            self._write(path.with_suffix(".json"), _companion(facts))
            self._write(path, xml)
            for other in path.parent.glob(f"{facts.law_id}_*"):
                if other.stem != facts.revision_id and other.suffix in (".xml", ".json"):
                    other.unlink()
        except OSError as error:
            raise UnwritableFile(path=str(path), reason=error.strerror or "") from None

    def _xml(self, facts: RevisionFacts) -> Path:
        return self.folder / facts.law_id / f"{facts.revision_id}.xml"

    def _write(self, path: Path, content: bytes) -> None:
        incoming = self.folder / INCOMING
        with incoming.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        incoming.replace(path)


@contextmanager
def opened(folder: Path) -> Iterator[Mirror]:
    """The mirror in a folder, which is made if it is not there. Raises ``UnwritableFile``, ``MirrorBusy``."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("wb")
    except OSError as error:
        raise UnwritableFile(path=str(folder), reason=error.strerror or "") from None
    with lock:
        try:
            # The lock belongs to the process: after kill -9 nobody holds it.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise MirrorBusy(folder=str(folder)) from None
        yield Mirror(folder)


def fill(mirror: Mirror, api: EgovApi, wanted: Iterable[RevisionFacts]) -> Iterator[Step]:
    """Fetch every wanted text that is not there, one step a law.

    A text that cannot be had is a step of its own and harms no other. Raises ``EgovUnreachable`` when the
    server did not answer for three laws in a row, and ``UnwritableFile``.
    """
    silent = 0
    for facts in wanted:
        if mirror.has(facts):
            yield Step(facts.revision_id, Outcome.THERE)
            continue
        try:
            text = api.text(facts.revision_id)
        except EgovUnreachable as error:
            silent += 1
            if silent >= _GIVE_UP:
                raise
            yield Step(facts.revision_id, Outcome.MISSING, error=error)
            continue
        except HashiraError as error:
            silent = 0
            yield Step(facts.revision_id, Outcome.MISSING, error=error)
            continue
        silent = 0
        mirror.put(text.facts, text.xml)
        yield Step(facts.revision_id, Outcome.FETCHED, len(text.xml))


def _companion(facts: RevisionFacts) -> bytes:
    """The facts as ``egov_xml`` reads them, with those of e-Gov that the XML lacks."""
    told = {
        "law_id": facts.law_id,
        "revision_id": facts.revision_id,
        "law_title": facts.title,
        "law_num": facts.number,
        "category": facts.category,
        "enforced_at": facts.enforced_at.isoformat() if facts.enforced_at else "",
        "promulgated_at": facts.promulgated_at.isoformat() if facts.promulgated_at else "",
        "updated": facts.updated,
        "source": "e-Gov 法令検索",
    }
    return json.dumps(
        {name: value for name, value in told.items() if value}, ensure_ascii=False, indent=1
    ).encode()
