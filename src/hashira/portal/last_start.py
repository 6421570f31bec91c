"""How the data folder was last started by ``hashira run``, so that commands beside it find it (前回の起動).

Only commands at the terminal read it, never the web: a web server whose operator forgot to say what it is
stays in production. A variable that is set always wins; a file that others could have written is not read.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

_FILE = "last-start.json"
_REMEMBERED = ("HASHIRA_ENVIRONMENT", "HASHIRA_DATABASE_URL", "HASHIRA_SYSTEMS")
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_MOST_BYTES = 16 * 1024


def data_folder() -> Path:
    """The folder that the settings will use; it is not made."""
    return Path(os.environ.get("HASHIRA_DATA_DIR", ".data"))


def remember(folder: Path) -> None:
    """Keeps what this start was told; of a start in production nothing is kept.

    For its owner only, since the address of a database may hold a password.
    """
    path = folder / _FILE
    if os.environ.get("HASHIRA_ENVIRONMENT") != "development":
        path.unlink(missing_ok=True)
        return
    told = {name: os.environ[name] for name in _REMEMBERED if os.environ.get(name)}
    partial = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(told, stream)
    partial.replace(path)


def recall(folder: Path) -> None:
    """Sets the variables that were kept and are not set; silently nothing where there is nothing to trust."""
    if "HASHIRA_ENVIRONMENT" in os.environ:
        return
    try:
        with (folder / _FILE).open("rb") as stream:
            about = os.fstat(stream.fileno())
            if about.st_uid != os.getuid() or about.st_mode & _OTHERS_MAY_WRITE:
                return
            told = json.loads(stream.read(_MOST_BYTES))
    except (OSError, ValueError):
        return
    if not isinstance(told, dict) or told.get("HASHIRA_ENVIRONMENT") != "development":
        return
    for name in _REMEMBERED:
        if isinstance(told.get(name), str):
            os.environ.setdefault(name, told[name])
