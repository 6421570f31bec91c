"""The text of an XML file that has plain characters only (定型の文字).

What is otherwise (entities, the end of a CDATA section, what XML has no character for) is for lxml to read or
to refuse. Looking for that takes as long as decoding does, so hyperscan looks where it is installed, in one
pass over the octets. It is the same that is found without it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from threading import Lock

_UNUSUAL = rb"[\x00-\x08\x0b-\x1f&]|\]\]>|\xef\xbf[\xbe\xbf]"
"""``&``, ``]]>``, U+FFFE and U+FFFF in UTF-8, and what is below the space except tabs and ends of lines."""
_NO_CHARACTERS = bytes(octet for octet in range(32) if octet not in b"\n\t")


def usual_text(content: bytes) -> str | None:
    """The text, or nothing if it is not UTF-8 or has another character than plain ones."""
    try:
        return _reader()(content)
    except UnicodeDecodeError:
        return None


@cache
def _reader() -> Callable[[bytes], str | None]:
    try:
        return in_one_pass()
    except ImportError:
        return one_after_the_other


def in_one_pass() -> Callable[[bytes], str | None]:
    """With hyperscan. Raises ``ImportError`` where it is not installed."""
    import hyperscan

    database = hyperscan.Database()
    flags = hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH
    database.compile(expressions=[_UNUSUAL], ids=[0], elements=1, flags=[flags])
    lock = Lock()  # what it writes on while it scans is one for all threads

    def read(content: bytes) -> str | None:
        found: list[int] = []

        def met(_number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append(end)

        with lock:
            database.scan(content, match_event_handler=met)
        return None if found else content.decode()

    return read


def one_after_the_other(content: bytes) -> str | None:
    """Without hyperscan."""
    if len(content.translate(None, _NO_CHARACTERS)) != len(content):
        return None
    text = content.decode()
    unusual = "&" in text or ("]" in text and "]]>" in text) or "\ufffe" in text or "\uffff" in text
    return None if unusual else text
