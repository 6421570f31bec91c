"""A folder with the texts of e-Gov, kept up with it (e-Govの写し).

``{law_id}/{revision_id}.xml`` with the JSON of its facts beside it: what ``ingest`` and ``scan`` read. What
is there is not fetched again, so a broken run goes on where it was. A file appears under its name whole or
not at all.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.regulations.adapters.egov_api import EGov, EGovAnswerUnreadable, EGovUnreachable, ListedRevision
from hashira.regulations.adapters.egov_xml import parse

BULK = "all_xml.zip"
_CHUNK = 1 << 20
_LARGEST_BULK = 4_000_000_000


class OtherLaw(HashiraError):
    """Details: ``asked``, ``given``."""

    code = "REG-019"
    what = Bilingual("求めた法令と違う本文が返りました", "The text of another law came")
    why = Bilingual("{asked} を求め、{given} が返りました", "{asked} was asked for and {given} came")
    remedy = Bilingual("同じコマンドをもう一度実行してください", "Run the same command again")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A text that is in the folder now."""

    listed: ListedRevision
    new: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """A text that could not be fetched."""

    listed: ListedRevision
    error: HashiraError


class Mirror:
    """The folder, and where it comes from."""

    def __init__(self, folder: Path, egov: EGov) -> None:
        self.folder = folder
        self.egov = egov

    def has(self, listed: ListedRevision) -> bool:
        """Whether the text is there, with its facts."""
        xml = self._path(listed)
        return xml.is_file() and xml.with_suffix(".json").is_file()

    def listed(
        self, *, asof: date | None = None, updated_from: date | None = None, laws: Iterable[str] = ()
    ) -> list[ListedRevision]:
        """What there is to fetch: every law on a day, those changed since, or the laws named."""
        named = set(laws)
        every = list(self.egov.laws(asof=asof, updated_from=updated_from))
        return [one for one in every if not named or one.law_id in named]

    def fetch(
        self, wanted: Iterable[ListedRevision], *, asof: date | None = None
    ) -> Iterator[Fetched | Missed]:
        """Fetches each in turn; one that cannot be read does not keep the others.

        Raises ``EGovUnreachable``.
        """
        for listed in wanted:
            if self.has(listed):
                yield Fetched(listed, new=False)
                continue
            try:
                given, content = self.egov.text(listed.revision_id, asof=asof)
                if given.law_id != listed.law_id:
                    raise OtherLaw(asked=listed.revision_id, given=given.revision_id)
                parse(content, listed.revision_id)
            except EGovUnreachable:
                raise
            except HashiraError as error:
                yield Missed(listed, error)
                continue
            self._write(listed, content)
            yield Fetched(listed, new=True)

    def fetch_bulk(self) -> Path:
        """All laws in force as one archive, going on with what is there; checked before it has its name.

        Raises ``EGovUnreachable`` and ``EGovAnswerUnreadable``.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        target, part = self.folder / BULK, self.folder / f"{BULK}.part"
        begun = part.stat().st_size if part.exists() else 0
        headers = {"Range": f"bytes={begun}-"} if begun else {}
        address = f"{self.egov.address}/bulkdownload"
        query = {"file_section": "1", "only_xml_flag": "true"}
        self.egov.pace.wait()
        try:
            with self.egov.http.stream("GET", address, params=query, headers=headers) as answer:
                if answer.status_code not in (200, 206):
                    raise EGovUnreachable(address=address, reason=str(answer.status_code))
                mode = "ab" if answer.status_code == 206 else "wb"  # a server that gives all begins anew
                with part.open(mode) as file:
                    for piece in answer.iter_bytes(_CHUNK):
                        file.write(piece)
                        if file.tell() > _LARGEST_BULK:
                            raise EGovAnswerUnreadable(address=address, reason="> 4 GB")
                    file.flush()
                    os.fsync(file.fileno())
        except httpx.HTTPError as error:
            raise EGovUnreachable(address=address, reason=type(error).__name__) from None
        try:
            with zipfile.ZipFile(part) as archive:
                broken = archive.testzip()
        except zipfile.BadZipFile:
            broken = BULK
        if broken:
            part.unlink()
            raise EGovAnswerUnreadable(address=address, reason=f"zip: {broken}")
        part.replace(target)
        return target

    def _path(self, listed: ListedRevision) -> Path:
        return self.folder / listed.law_id / f"{listed.revision_id}.xml"

    def _write(self, listed: ListedRevision, content: bytes) -> None:
        """The facts first: a text is there only with them."""
        path = self._path(listed)
        path.parent.mkdir(parents=True, exist_ok=True)
        told = {
            "law_id": listed.law_id,
            "law_num": listed.law_num,
            "revision_id": listed.revision_id,
            "title": listed.title,
            "category": listed.category,
            "updated": listed.updated,
        }
        _whole(path.with_suffix(".json"), json.dumps(told, ensure_ascii=False).encode())
        _whole(path, content)


def _whole(path: Path, content: bytes) -> None:
    """Writes a file that is there whole or not at all, also after the power failed."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
