"""Why a source could not be read, or an answer not written. Codes ``REG-010`` to ``REG-029``, ``REG-045``."""

from __future__ import annotations

from dataclasses import dataclass

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class UnreadableSource(HashiraError):
    """Details: ``source``."""

    code = "REG-010"
    what = Bilingual("取り込み元を開けません", "The source cannot be opened")
    why = Bilingual(
        "{source} がないか、読む権限がないか、書庫が壊れています",
        "{source} does not exist, may not be read, or is a damaged archive",
    )
    remedy = Bilingual(
        "場所と権限を確かめてください。書庫の場合は、もう一度入手してください",
        "Check the place and the permissions; fetch an archive again",
    )


class UnreadableLaw(HashiraError):
    """Details: ``source``, ``reason``."""

    code = "REG-011"
    what = Bilingual("法令として読めない文書です", "This document cannot be read as a law")
    why = Bilingual("{source}：{reason}", "{source}: {reason}")
    remedy = Bilingual(
        "文書を開いて確かめ、正しいものに替えて、もう一度取り込んでください。ほかの文書には影響しません",
        "Open the document, replace it and import again; other documents are not affected",
    )


class UnsupportedFormat(HashiraError):
    """Details: ``source``, ``suffix``."""

    code = "REG-012"
    what = Bilingual("この形式は取り込めません", "This format cannot be imported")
    why = Bilingual(
        "{source} の形式（{suffix}）を読む部品がありません", "Nothing here reads {suffix} ({source})"
    )
    remedy = Bilingual(
        "XML（法令標準XML）、Markdown、docx、テキストのいずれかにしてください",
        "Convert it to XML (法令標準XML), Markdown, docx or plain text",
    )


class OldWordDocument(UnsupportedFormat):
    """Details: ``source``, ``suffix``."""

    code = "REG-013"
    what = Bilingual("古いWord文書（.doc）は取り込めません", "An old Word document (.doc) cannot be imported")
    why = Bilingual(
        "{source} は、公開された仕様のない部分を含む古い形式です",
        "{source} is in a format that is not fully published",
    )
    remedy = Bilingual(
        "Wordで開き、「名前を付けて保存」で「Word文書（*.docx）」を選ぶか、"
        "LibreOfficeの「soffice --headless --convert-to docx ファイル名」で変換してください",
        "Open it in Word and save it as .docx, or convert it with "
        "“soffice --headless --convert-to docx FILE”",
    )


class IchitaroDocument(UnsupportedFormat):
    """Details: ``source``, ``suffix``."""

    code = "REG-014"
    what = Bilingual("一太郎文書（.jtd）は取り込めません", "An Ichitaro document (.jtd) cannot be imported")
    why = Bilingual("{source} の形式は公開されていません", "The format of {source} is not published")
    remedy = Bilingual(
        "一太郎で開き、「他形式の保存/開く」で「Word 2007-（*.docx）」を選んで保存してください",
        "Open it in Ichitaro and save it as Word 2007 (.docx)",
    )


class TooLarge(HashiraError):
    """Details: ``source``, ``limit`` in MB."""

    code = "REG-015"
    what = Bilingual("文書が大きすぎます", "The document is too large")
    why = Bilingual("{source} は{limit}MBを超えます", "{source} has more than {limit} MB")
    remedy = Bilingual("文書を法令ごとに分けてください", "Split it by law")


class UnwritableFile(HashiraError):
    """Details: ``path``, ``reason``."""

    code = "REG-045"
    what = Bilingual("書き出せません", "The file cannot be written")
    why = Bilingual("{path} に書けません（{reason}）", "{path} cannot be written ({reason})")
    remedy = Bilingual(
        "フォルダーがあるか、書く権限があるかを確かめてください",
        "Check that the folder exists and may be written",
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that was skipped, and why. The rest of the source is not affected."""

    source: str
    error: HashiraError
