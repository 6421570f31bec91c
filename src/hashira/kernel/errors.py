"""The errors a person can meet: what happened, why, what to do next, under a stable code.

A subclass declares its texts; its texts may name the keyword arguments it is raised with:

>>> from hashira.kernel.language import Bilingual
>>> class LotTooLong(HashiraError):
...     code = "DOC-001"
...     what = Bilingual("ロット番号が長すぎます", "The lot number is too long")
...     why = Bilingual("{length}文字あります", "It has {length} characters")
...     remedy = Bilingual("20文字以内で入れてください", "Enter at most 20 characters")
>>> LotTooLong(length=31).problem("en")["detail"]
'It has 31 characters'
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from hashira.kernel.language import Bilingual

_CODE = re.compile(r"[A-Z]{2,5}-[0-9]{3}\Z")
_registered: dict[str, type[HashiraError]] = {}


class HashiraError(Exception):
    """An error with a code, texts in both languages and the next step.

    ``status`` is the HTTP status it maps to. ``details`` are the values it was raised with; they
    appear in messages, so no secret and no personal data belongs there.
    """

    code: ClassVar[str]
    what: ClassVar[Bilingual]
    why: ClassVar[Bilingual]
    remedy: ClassVar[Bilingual]
    status: ClassVar[int] = 400

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        code = cls.__dict__.get("code")
        if code is None:  # an abstract family such as CertificateError: its members carry the codes
            return
        if not _CODE.match(code):
            raise TypeError(f"{cls.__name__}.code must look like CERT-014, not {code!r}")
        other = _registered.get(code)
        if other is not None and other.__qualname__ != cls.__qualname__:
            raise TypeError(f"{code} is the code of {other.__qualname__} already")
        for text in ("what", "why", "remedy"):
            if not isinstance(getattr(cls, text, None), Bilingual):
                raise TypeError(f"{cls.__name__}.{text} must be a Bilingual text")
        _registered[code] = cls

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message("ja"))

    def __reduce__(self) -> tuple[Any, ...]:
        """It travels between processes with its details: one of another process is told here."""
        return _raised_elsewhere, (type(self), self.details), self.__dict__

    def message(self, language: str) -> str:
        """The whole error as one paragraph: what, why, what to do next, code."""
        texts = (self.what, self.why, self.remedy)
        parts = [t.format(**self.details).in_language(language) for t in texts]
        if language.startswith("en"):
            return ". ".join(p.rstrip(".") for p in parts) + f". ({self.code})"
        return "。".join(p.rstrip("。") for p in parts) + f"。({self.code})"

    def problem(self, language: str) -> dict[str, object]:
        """The error as a problem document (RFC 9457 §3), for every JSON API.

        Extension members: ``code`` and ``remedy``.
        """
        return {
            "type": f"urn:hashira:error:{self.code}",
            "title": self.what.format(**self.details).in_language(language),
            "status": self.status,
            "detail": self.why.format(**self.details).in_language(language),
            "remedy": self.remedy.format(**self.details).in_language(language),
            "code": self.code,
        }


def _raised_elsewhere(kind: type[HashiraError], details: dict[str, object]) -> HashiraError:
    error = kind.__new__(kind)
    HashiraError.__init__(error, **details)
    return error


def registered_errors() -> dict[str, type[HashiraError]]:
    """Every declared error by its code, in the order of the codes."""
    return dict(sorted(_registered.items()))
