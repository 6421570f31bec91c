"""Laws out of files, folders and archives, one after the other or on all processors (取り込み元).

A source is a file, a folder, a zip, or a tar (also ``.xz``, ``.gz``, ``.bz2``), which is read as a stream and
never unpacked to disk. What a document is tells the end of its name. A document that cannot be read is
answered by :class:`~hashira.regulations.adapters.refusals.Refused`; the others are not affected.
"""

from __future__ import annotations

import gc
import lzma
import multiprocessing
import os
import stat
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, NamedTuple, TypeVar

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters import egov_xml, law_markdown, ordinance_text, pdf_text
from hashira.regulations.adapters.refusals import (
    IchitaroDocument,
    OldWordDocument,
    Refused,
    TooLarge,
    UnreadableLaw,
    UnreadableSource,
    UnsupportedFormat,
)
from hashira.regulations.domain.law.law import Law, LawText

R = TypeVar("R")
LARGEST = 128
"""The largest document that is read, in MB; the largest law in force has 20."""
_TARS = (".tar", ".tar.xz", ".tar.gz", ".tgz", ".tar.bz2")
_BATCH = 1_000_000
_PASSED_OVER = {".json", ".part", ".jpg", ".jpeg", ".png", ".gif", ".csv", ".yml", ".yaml", ""}


@dataclass(frozen=True, slots=True)
class Document:
    """A document as found: its name within the source, its bytes, and the JSON of facts beside it."""

    name: str
    content: bytes
    companion: bytes = b""


class _OnDisk(NamedTuple):
    """A file of a folder before it is read: who works on it reads it, so that it does not travel."""

    path: Path
    name: str
    size: int


Batch = list[Document | Refused | _OnDisk]


def documents(source: Path) -> Iterator[Document | Refused]:
    """Every document of a source that could be a law, in the order of the source.

    Pictures, tables and files of facts are passed over. Raises ``UnreadableSource``.
    """
    try:
        if source.is_dir():
            yield from _folder(source)
        elif zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as archive:
                yield from _archive(
                    (member.filename, member.file_size, lambda m=member: archive.open(m))
                    for member in archive.infolist()
                    if not member.is_dir()
                )
        elif _is_tar(source):
            with tarfile.open(source, "r|*") as stream:
                yield from _archive(
                    (member.name, member.size, lambda m=member: stream.extractfile(m))
                    for member in stream
                    if member.isfile()
                )
        else:
            yield _file(source, source.name, source.stat().st_size)
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError):
        raise UnreadableSource(source=str(source)) from None


def laws(source: Path) -> Iterator[Law | Refused]:
    """Every law of a source with its tree."""
    for document in documents(source):
        yield document if isinstance(document, Refused) else _guarded(read_law, document)


def scan(source: Path, judge: Callable[[LawText], R], processes: int = 1) -> Iterator[R | Refused]:
    """What ``judge`` says of every law of a source, in the order of the source.

    ``judge`` gets facts and units without a tree, which is the fast way. With more than one process it must
    be a function of a module, since it runs in others; what it answers travels back, so it should be small.
    """
    return each(source, _Judged(judge), processes, start=start_method())


def each(
    source: Path,
    work: Callable[[Document], R],
    processes: int = 1,
    wanted: Callable[[Document], bool] | None = None,
    start: str = "spawn",
) -> Iterator[R | Refused]:
    """What ``work`` makes of every wanted document of a source, in the order of the source.

    ``wanted`` is asked here, ``work`` is done where there is a processor free: with more than one process it
    must be something that can travel. What it raises as ``HashiraError`` refuses that document alone. Only a
    few answers wait to be taken, however slowly they are. ``start`` is how other processes begin.
    """
    together = batches(source, wanted)
    if processes <= 1:
        for batch in together:
            yield from _work((work, batch))
        return
    room = threading.Semaphore(2 * processes + 2)

    def tasks() -> Iterator[tuple[Callable[[Document], R], Batch]]:
        for batch in together:
            room.acquire()
            yield work, batch

    context = multiprocessing.get_context(start)
    with context.Pool(processes, initializer=collect_rarely) as pool:
        try:
            for answers in pool.imap(_work, tasks()):
                room.release()
                yield from answers
        finally:
            room.release(1_000_000)  # nobody takes answers any more: the thread that hands out must not wait


def start_method() -> str:
    """How the other processes of a scan begin: as copies of this one, which have loaded everything, if this
    one does nothing else beside (a copy has one thread, and would wait for what the others held)."""
    try:
        return "fork" if len(os.listdir("/proc/self/task")) == 1 else "spawn"
    except OSError:  # not Linux
        return "spawn"


def collect_rarely() -> None:
    """Tells this process's collector that a scan makes millions of values and hardly a cycle of them.

    Looking through all of them for cycles as often as is usual takes a tenth of the time of a scan.
    """
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)


def read_law(document: Document) -> Law:
    """One law with its tree. Raises ``UnreadableLaw`` or ``UnsupportedFormat``."""
    suffix = _suffix(document.name)
    if suffix == ".xml":
        return egov_xml.read_law(document.content, document.name, document.companion)
    if suffix == ".md":
        return law_markdown.read_law(document.content, document.name)
    if suffix in (".txt", ".docx"):
        return ordinance_text.read_law(document.content, document.name)
    if suffix in (".html", ".htm"):
        from hashira.regulations.adapters import reiki_html  # here, because few sources have it

        return reiki_html.read_law(document.content, document.name)
    if suffix == ".pdf":
        return pdf_text.read_law(document.content, document.name)
    raise _unsupported(document.name)


def read_text(document: Document) -> LawText:
    """The facts and units of one law, without a tree."""
    suffix = _suffix(document.name)
    if suffix == ".xml":
        return egov_xml.read_units(document.content, document.name, document.companion)
    if suffix == ".md":
        return law_markdown.read_units(document.content, document.name)
    if suffix in (".txt", ".docx"):
        return ordinance_text.read_units(document.content, document.name)
    if suffix in (".html", ".htm"):
        from hashira.regulations.adapters import reiki_html  # here, because few sources have it

        return reiki_html.read_units(document.content, document.name)
    if suffix == ".pdf":
        return pdf_text.read_units(document.content, document.name)
    raise _unsupported(document.name)


def _unsupported(name: str) -> UnsupportedFormat:
    suffix = _suffix(name)
    kind = {".doc": OldWordDocument, ".jtd": IchitaroDocument}.get(suffix, UnsupportedFormat)
    return kind(source=name, suffix=suffix)


def _suffix(name: str) -> str:
    """As a path tells it; to make one of every name takes longer than to list the folder."""
    last = name.rpartition("/")[2]
    dot = last.rfind(".")
    return last[dot:].lower() if 0 < dot < len(last) - 1 else ""


def _guarded(read: Callable[[Document], R], document: Document) -> R | Refused:
    try:
        return read(document)
    except HashiraError as error:
        return Refused(document.name, error)
    except RecursionError:
        return Refused(
            document.name, UnreadableLaw(source=document.name, reason="入れ子が深すぎます (nesting)")
        )


@dataclass(frozen=True, slots=True)
class _Judged(Generic[R]):
    """Reads a document for one who judges its text."""

    judge: Callable[[LawText], R]

    def __call__(self, document: Document) -> R:
        return self.judge(read_text(document))


def _work(task: tuple[Callable[[Document], R], Batch]) -> list[R | Refused]:
    work, batch = task
    return [worked(work, found) for found in batch]


def worked(work: Callable[[Document], R], found: Document | Refused | _OnDisk) -> R | Refused:
    """What ``work`` makes of one of a batch. Raises ``UnreadableSource`` for a file that is gone."""
    if isinstance(found, _OnDisk):
        path = found.path
        try:
            found = _file(path, found.name, found.size)
        except OSError:
            raise UnreadableSource(source=str(path)) from None
    return found if isinstance(found, Refused) else _guarded(work, found)


def batches(source: Path, wanted: Callable[[Document], bool] | None = None) -> Iterator[Batch]:
    """The documents of a source, some of them together, for whoever is free.

    Few enough hand-overs, and small enough that all processes end together. ``wanted`` is as in :func:`each`.
    """
    found: Iterator[Document | Refused | _OnDisk]
    if wanted is not None:
        found = (d for d in documents(source) if isinstance(d, Refused) or wanted(d))
    else:
        found = _unread(source) if source.is_dir() else documents(source)
    batch: Batch = []
    size = 0
    for document in found:
        batch.append(document)
        if isinstance(document, _OnDisk):
            size += document.size
        elif isinstance(document, Document):
            size += len(document.content)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _unread(folder: Path) -> Iterator[_OnDisk]:
    """The files of a folder. Raises ``UnreadableSource``."""
    try:
        yield from _files(folder)
    except OSError:
        raise UnreadableSource(source=str(folder)) from None


def _files(folder: Path) -> Iterator[_OnDisk]:
    found: list[tuple[tuple[str, ...], int]] = []
    top = len(os.fspath(folder))
    for place, _folders, names in os.walk(folder):
        above = [piece for piece in place[top:].split(os.sep) if piece]
        for name in names:
            if _suffix(name) not in _PASSED_OVER:
                with suppress(FileNotFoundError):  # a link to nothing
                    told = os.stat(os.path.join(place, name))
                    if stat.S_ISREG(told.st_mode):
                        found.append(((*above, name), told.st_size))
    for parts, size in sorted(found):
        yield _OnDisk(folder.joinpath(*parts), "/".join(parts), size)


def _folder(folder: Path) -> Iterator[Document | Refused]:
    for path, name, size in _files(folder):
        yield _file(path, name, size)


def _file(path: Path, name: str, size: int) -> Document | Refused:
    if size > LARGEST * 1_000_000:
        return Refused(name, TooLarge(source=name, limit=LARGEST))
    beside = path.with_suffix(".json")
    companion = beside.read_bytes() if path.suffix == ".xml" and beside.is_file() else b""
    return Document(name, path.read_bytes(), companion)


def _is_tar(source: Path) -> bool:
    return source.is_file() and source.name.lower().endswith(
        (".tar", ".tar.xz", ".tar.gz", ".tgz", ".tar.bz2")
    )


def _archive(
    members: Iterable[tuple[str, int, Callable[[], IO[bytes] | None]]],
) -> Iterator[Document | Refused]:
    """The documents of an archive. A JSON of facts may stand before or after the XML it belongs to."""
    facts: dict[str, bytes] = {}
    waiting: dict[str, Document] = {}
    for name, size, opened in members:
        suffix = _suffix(name)
        stem = name[: -len(suffix)] if suffix else name
        if suffix in _PASSED_OVER and suffix != ".json":
            continue
        if size > LARGEST * 1_000_000:
            yield Refused(name, TooLarge(source=name, limit=LARGEST))
            continue
        stream = opened()
        content = stream.read() if stream else b""
        if suffix == ".json":
            if stem in waiting:
                document = waiting.pop(stem)
                yield Document(document.name, document.content, content)
            else:
                facts[stem] = content
        elif suffix == ".xml" and stem not in facts and not waiting:
            waiting[stem] = Document(name, content)
        else:
            yield from waiting.values()
            waiting.clear()
            document = Document(name, content, facts.pop(stem, b""))
            if suffix == ".xml" and not document.companion:
                waiting[stem] = document
            else:
                yield document
    yield from waiting.values()
