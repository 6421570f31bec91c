"""Text that exists in both languages of the product (日本語・英語)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One text in Japanese and English (二言語の文).

    >>> Bilingual("接種日", "Date of dose").in_language("en-gb")
    'Date of dose'
    >>> Bilingual("{count}件", "{count} items").format(count=3).ja
    '3件'
    """

    ja: str
    en: str

    def in_language(self, language: str) -> str:
        """The text for a language tag such as ``ja`` or ``en-GB``; Japanese unless it is English."""
        return self.en if language.lower().startswith("en") else self.ja

    def format(self, **values: object) -> Bilingual:
        """Both texts with ``{named}`` places filled, as by ``str.format``.

        A value that is itself ``Bilingual`` goes in by language.
        """
        ja = {k: v.ja if isinstance(v, Bilingual) else v for k, v in values.items()}
        en = {k: v.en if isinstance(v, Bilingual) else v for k, v in values.items()}
        return Bilingual(self.ja.format(**ja), self.en.format(**en))

    def __str__(self) -> str:
        return self.ja
