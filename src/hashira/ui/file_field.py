"""A file somebody hands in, with a bound on its size and a list of what is accepted (ファイル)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from hashira.ui.wording import shown_bytes


class FileField(forms.FileField):
    """A file of at most ``max_bytes`` whose name ends in one of ``accept`` (lower case, with the dot).

    The ending is a courtesy to people who picked the wrong file; what a file is, its decoder decides.
    """

    widget = forms.FileInput
    default_error_messages = {  # noqa: RUF012  (Django's own contract for a field class)
        "required": _("ファイルを選んでください"),
        "empty": _("選んだファイルは空です。中身のあるファイルを選んでください"),
        "too_large": _("ファイルが大きすぎます（%(size)s）。%(limit)s以下のファイルを選んでください"),
        "ending": _(
            "この種類のファイルは受け付けていません。%(accepted)sのいずれかのファイルを選んでください"
        ),
    }

    def __init__(self, *, max_bytes: int, accept: Sequence[str] = (), **kwargs: Any) -> None:
        self.max_bytes = max_bytes
        self.accept = tuple(accept)
        kwargs.setdefault("max_length", 255)
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        if self.accept:
            attrs["accept"] = ",".join(self.accept)
        return attrs

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if isinstance(file, UploadedFile):
            size = file.size or 0
            if size > self.max_bytes:
                values = {"size": shown_bytes(size), "limit": shown_bytes(self.max_bytes)}
                raise ValidationError(self.error_messages["too_large"], code="too_large", params=values)
            if self.accept and PurePath(file.name or "").suffix.lower() not in self.accept:
                raise ValidationError(
                    self.error_messages["ending"], code="ending", params={"accepted": "、".join(self.accept)}
                )
        return file
