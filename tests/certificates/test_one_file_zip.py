"""Archives of one file, as several programs write them, and every way to make another of one."""

from __future__ import annotations

import io
import random
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest

from hashira.certificates.domain import one_file_zip

NAME, TEXT = "certificate.json", b'{"a":"' + b"abc" * 300 + b'"}'


def archive(*, method: int = zipfile.ZIP_DEFLATED, name: str = NAME, text: bytes = TEXT) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as made:
        made.writestr(zipfile.ZipInfo(name), text, method)
    return packed.getvalue()


def read(octets: bytes, most: int = 4096) -> bytes:
    return one_file_zip.read(octets, name=NAME, most=most)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_python_writes(method: int) -> None:
    assert read(archive(method=method)) == TEXT


def test_what_is_written_without_going_back() -> None:
    """Python writes to a pipe as others do to a browser: sizes behind the file."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(NAME, TEXT)
    octets = pipe.getvalue()
    assert struct.unpack_from("<H", octets, 6)[0] & 8
    assert read(octets) == TEXT


@pytest.mark.skipif(shutil.which("zip") is None, reason="no zip here")
def test_what_info_zip_writes(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(TEXT)
    subprocess.run(["zip", "-q", "a.zip", NAME], cwd=tmp_path, check=True)
    assert read((tmp_path / "a.zip").read_bytes()) == TEXT


GOOD = archive()
END, DIRECTORY = len(GOOD) - 22, len(GOOD) - 22 - 46 - len(NAME)


def patched(at: int, form: str, *values: int) -> bytes:
    octets = bytearray(GOOD)
    struct.pack_into(form, octets, at, *values)
    return bytes(octets)


WRONG = {
    "nothing": b"",
    "cut off": GOOD[:-1],
    "something before": b"x" + GOOD,
    "something behind": GOOD + b"x",
    "a comment": patched(END + 20, "<H", 1) + b"x",
    "two files": patched(END + 8, "<HH", 2, 2),
    "another disk": patched(END + 4, "<H", 1),
    "a directory elsewhere": patched(END + 16, "<L", 0),
    "a directory too large": patched(END + 12, "<L", 47),
    "a file elsewhere": patched(DIRECTORY + 42, "<L", 4),
    "encrypted": patched(DIRECTORY + 8, "<H", 1),
    "encrypted in the directory and before": patched(6, "<H", 1),
    "another method": patched(DIRECTORY + 10, "<H", 12),
    "of a version to come": patched(DIRECTORY + 6, "<H", 64),
    "stored in one place": patched(8, "<H", 0),
    "another size before": patched(22, "<L", 5),
    "another check sum": patched(DIRECTORY + 16, "<L", 5),
    "another name before": GOOD.replace(b"certificate", b"certificatf", 1),
    "another name": archive(name="other.json"),
    "too large": archive(text=b"x" * 5000),
}


@pytest.mark.parametrize("name", WRONG)
def test_another_archive_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^[a-z]"):
        read(WRONG[name])


def test_a_bomb_is_never_unpacked() -> None:
    """A kilobyte that stands for a megabyte and says that it is small."""
    octets = bytearray(archive(text=b"\0" * 1_000_000))
    for at in (22, len(octets) - 22 - 46 - len(NAME) + 24):
        struct.pack_into("<L", octets, at, 100)
    with pytest.raises(ValueError, match="does not unpack"):
        read(bytes(octets))


def test_whatever_is_read_is_read_so_by_python() -> None:
    chance, read_all = random.Random(20261130), 0
    for _ in range(3000):
        octets = bytearray(GOOD)
        for _turn in range(chance.randrange(1, 3)):
            octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
        try:
            found = read(bytes(octets))
        except ValueError:
            continue
        read_all += 1
        with zipfile.ZipFile(io.BytesIO(octets)) as other:
            assert found == other.read(other.infolist()[0]) == TEXT
    assert read_all > 50
