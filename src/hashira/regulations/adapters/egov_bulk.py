"""The bulk download of e-Gov: all laws as one zip (一括ダウンロード).

The zip has ``{revision_id}/{revision_id}.xml``, also of revisions that are not in force yet; per law the one
in force on the day is kept. A broken download continues by ``Range`` only where the server names what it
serves (``ETag``, ``Last-Modified``): without that, two halves could come from two different zips.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from pathlib import Path, PurePosixPath

import httpx

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters import egov_xml
from hashira.regulations.adapters.egov_api import REVISION_ID, RevisionFacts
from hashira.regulations.adapters.egov_mirror import Mirror, Outcome, Step
from hashira.regulations.adapters.egov_refusals import AnswerTooLarge, DamagedBulk
from hashira.regulations.adapters.polite_http import PoliteHttp
from hashira.regulations.adapters.refusals import TooLarge, UnwritableFile
from hashira.regulations.adapters.sources import LARGEST
from hashira.regulations.domain.law.number import Revision

LARGEST_ZIP = 4_000_000_000
ZIP = ".bulk-zip"
_PART = ".bulk-incoming"
_VALIDATOR = ".bulk-validator"
Told = Callable[[int], None]


def download(http: PoliteHttp, address: str, folder: Path, told: Told = lambda octets: None) -> Path:
    """The zip, whole and checked, under a hidden name in the folder; one that is there already is used.

    ``told`` hears the octets that have come. Raises the errors of ``egov_refusals`` and ``UnwritableFile``.
    """
    target, part, validator = folder / ZIP, folder / _PART, folder / _VALIDATOR
    bulk = f"{address.rstrip('/')}/bulkdownload"
    if target.is_file():
        return target

    def headers() -> Mapping[str, str]:
        known = _known(validator)
        if not known or not part.is_file() or not part.stat().st_size:
            return {"Accept-Encoding": "identity"}
        return {
            "Accept-Encoding": "identity",
            "Range": f"bytes={part.stat().st_size}-",
            "If-Range": known,
        }

    def read(answer: httpx.Response) -> None:
        have = part.stat().st_size if part.is_file() else 0
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            _forget(part, validator)
            raise httpx.ReadError("416")  # tried again from the beginning
        continued = answer.status_code == httpx.codes.PARTIAL_CONTENT
        if continued and not answer.headers.get("content-range", "").startswith(f"bytes {have}-"):
            _forget(part, validator)
            raise httpx.ReadError("Content-Range")
        if not continued:
            have = 0
            validator.write_text(
                json.dumps(answer.headers.get("etag") or answer.headers.get("last-modified") or ""),
                encoding="utf-8",
            )
        with part.open("ab" if continued else "wb") as file:
            for chunk in http.pieces(answer, answer.iter_raw(), LARGEST_ZIP - have):
                file.write(chunk)
                told(file.tell())

    try:
        http.ask(bulk, {"file_section": "1", "only_xml_flag": "true"}, headers, read)
        _check(part, validator, bulk)
        part.replace(target)
        validator.unlink(missing_ok=True)
    except AnswerTooLarge:
        _forget(part, validator)
        raise
    except OSError as error:
        raise UnwritableFile(path=str(folder), reason=error.strerror or "") from None
    return target


def unpack(
    mirror: Mirror, archive: Path, day: date, law_ids: Collection[str] = (), address: str = ""
) -> Iterator[Step]:
    """Every law of the zip in the revision in force on ``day``, one step a law. Raises ``DamagedBulk``."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            for name in chosen(zipped.namelist(), day, law_ids):
                yield _member(mirror, zipped, name)
    except zipfile.BadZipFile as trouble:
        archive.unlink(missing_ok=True)
        raise DamagedBulk(address=address or archive.name, reason=str(trouble)[:120]) from None


def chosen(names: Collection[str], day: date, law_ids: Collection[str] = ()) -> list[str]:
    """Of each law's files the one in force on the day, in the order of ids.

    >>> law = "340CO0000000014"
    >>> old, new = f"{law}_20200401_000000000000000", f"{law}_20300401_508CO0000000001"
    >>> chosen([f"{old}/{old}.xml", f"{new}/{new}.xml"], date(2026, 4, 1)) == [f"{old}/{old}.xml"]
    True
    """
    best: dict[str, tuple[date, str]] = {}
    for name in names:
        path = PurePosixPath(name)
        if path.suffix != ".xml" or not REVISION_ID.fullmatch(path.stem):
            continue
        revision = Revision.read(path.stem)
        if revision.enforced_at is None or revision.enforced_at > day:
            continue
        if law_ids and revision.law_id not in law_ids:
            continue
        best[revision.law_id] = max(best.get(revision.law_id, (date.min, "")), (revision.enforced_at, name))
    return [best[law_id][1] for law_id in sorted(best)]


def _member(mirror: Mirror, zipped: zipfile.ZipFile, name: str) -> Step:
    revision_id = PurePosixPath(name).stem
    revision = Revision.read(revision_id)
    facts = RevisionFacts(revision.law_id, revision_id, "", enforced_at=revision.enforced_at)
    if mirror.has(facts):
        return Step(revision_id, Outcome.THERE)
    try:
        if zipped.getinfo(name).file_size > LARGEST * 1_000_000:
            raise TooLarge(source=name, limit=LARGEST)
        try:
            xml = zipped.read(name)  # checks the CRC, and gives no more than the size that was announced
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as trouble:
            raise DamagedBulk(address=name, reason=str(trouble)[:120]) from None
        egov_xml.parse(xml, name)
    except HashiraError as error:
        return Step(revision_id, Outcome.MISSING, error=error)
    mirror.put(facts, xml)
    return Step(revision_id, Outcome.FETCHED, len(xml))


def _check(part: Path, validator: Path, address: str) -> None:
    """The directory stands at the end of a zip, so a zip that was cut off has none."""
    try:
        with zipfile.ZipFile(part) as zipped:
            if not chosen(zipped.namelist(), date.max):
                raise DamagedBulk(address=address, reason="法令がありません (no law)")
    except zipfile.BadZipFile as trouble:
        _forget(part, validator)
        raise DamagedBulk(address=address, reason=str(trouble)[:120]) from None
    except DamagedBulk:
        _forget(part, validator)
        raise


def _known(validator: Path) -> str:
    """What the server called the zip, unless weakly: RFC 9110 §13.1.5 wants a strong name."""
    try:
        known = json.loads(validator.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return known if isinstance(known, str) and not known.startswith("W/") else ""


def _forget(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
