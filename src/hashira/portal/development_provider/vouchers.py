"""Codes and access tokens: files that all processes share, a code good for one exchange (引き換え番号).

A file bears the hash of its secret as its name, so that reading the folder gives nobody a code.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from pathlib import Path
from typing import Any

from django.conf import settings

_SWEPT_AFTER = 60 * 60
CODE_SECONDS = 60
TOKEN_SECONDS = 5 * 60


def issue_code(content: dict[str, Any]) -> str:
    """A code for this content, good for a minute."""
    _sweep()
    return _write("codes", content, CODE_SECONDS)


def redeem_code(code: str) -> dict[str, Any] | None:
    """The content of a code the first time; ``None`` for one that is unknown, too old or used.

    A code that comes back takes the access token it gave with it (RFC 6749 §4.1.2).
    """
    used = _folder("used") / _name(code)
    try:
        os.rename(_folder("codes") / _name(code), used)  # of two at once, one succeeds
    except FileNotFoundError:
        if used.exists():
            _path_of_token_of(code).unlink(missing_ok=True)
        return None
    return _read(used)


def issue_token(code: str, content: dict[str, Any]) -> str:
    """The access token that a code was good for."""
    secret = secrets.token_urlsafe(32)
    token = f"{_name(code)}.{secret}"
    kept = {
        **content,
        "token": hashlib.sha256(token.encode()).hexdigest(),
        "until": time.time() + TOKEN_SECONDS,
    }
    _path_of_token_of(code).write_text(json.dumps(kept), encoding="utf-8")
    return token


def read_token(token: str) -> dict[str, Any] | None:
    """The content of an access token, or ``None``."""
    name = token.partition(".")[0]
    if len(name) != 64 or not name.isalnum():
        return None
    content = _read(_folder("tokens") / name)
    digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
    return content if content is not None and secrets.compare_digest(content["token"], digest) else None


def first_use(jti: str) -> bool:
    """Whether this ``jti`` of a client assertion was never seen before."""
    try:
        os.close(os.open(_folder("jti") / _name(jti), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    return True


def _write(kind: str, content: dict[str, Any], seconds: int) -> str:
    secret = secrets.token_urlsafe(32)
    path = _folder(kind) / _name(secret)
    path.write_text(json.dumps({**content, "until": time.time() + seconds}), encoding="utf-8")
    return secret


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return content if isinstance(content, dict) and time.time() < content["until"] else None


def _path_of_token_of(code: str) -> Path:
    return _folder("tokens") / _name(code)


def _name(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _folder(kind: str) -> Path:
    folder = Path(settings.DATA_DIR / "development-provider" / kind)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _sweep() -> None:
    oldest = time.time() - _SWEPT_AFTER
    for kind in ("codes", "used", "tokens", "jti"):
        for path in _folder(kind).iterdir():
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink()
            except FileNotFoundError:  # another process swept it
                continue
