"""Why a source could not be read, or an answer not written (``REG-010`` to ``REG-029``, ``REG-045``,
``REG-046``)."""

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
        "XML（法令標準XML）、Markdown、HTML、docx、文字のあるPDF、テキストのいずれかにしてください",
        "Convert it to XML (法令標準XML), Markdown, HTML, docx, PDF with text, or plain text",
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


class NestedTooDeep(HashiraError):
    """Details: ``source``."""

    code = "REG-023"
    what = Bilingual("HTMLの入れ子が深すぎます", "The HTML is nested too deep")
    why = Bilingual(
        "{source} は255段より深く入れ子になっていて、その先の文字を読めません",
        "{source} is nested deeper than 255 levels; the text below cannot be read",
    )
    remedy = Bilingual(
        "ブラウザーで開いて本文だけをテキスト（.txt）として保存し、それを取り込んでください",
        "Open it in a browser, save the text alone as .txt, and import that",
    )


class PdfWithoutText(HashiraError):
    """Details: ``source``, ``pages`` (the first pages without text)."""

    code = "REG-024"
    what = Bilingual("PDFに文字がありません", "The PDF has no text")
    why = Bilingual(
        "{source} の{pages}ページは、紙を読み取った画像です",
        "Page {pages} of {source} is a scanned picture",
    )
    remedy = Bilingual(
        "OCR（文字認識）で文字の付いたPDFにしてから取り込んでください。"
        "例：「ocrmypdf -l jpn 元.pdf 先.pdf」。元のWord文書があれば、それが最も確かです",
        "Add a text layer by OCR, for example “ocrmypdf -l jpn IN.pdf OUT.pdf”; "
        "the Word original is better still",
    )


class VerticalPdf(HashiraError):
    """Details: ``source``, ``page``."""

    code = "REG-025"
    what = Bilingual("縦書きのPDFは取り込めません", "A PDF in vertical writing cannot be imported")
    why = Bilingual(
        "{source} の{page}ページは縦書きで、番号と文の区切りが正しく読めません",
        "Page {page} of {source} is written vertically; labels and sentences cannot be told apart",
    )
    remedy = Bilingual(
        "横書きのPDF、Word文書（.docx）、例規集のHTMLのいずれかにしてください",
        "Use a PDF in horizontal writing, a Word document (.docx) or the HTML of the 例規集",
    )


class UnreadablePdf(HashiraError):
    """Details: ``source``."""

    code = "REG-026"
    what = Bilingual("PDFを開けません", "The PDF cannot be opened")
    why = Bilingual(
        "{source} は壊れているか、パスワードで守られています",
        "{source} is damaged or protected by a password",
    )
    remedy = Bilingual(
        "もう一度入手するか、パスワードを外して保存し直してください",
        "Fetch it again, or save it without a password",
    )


class TooManyPages(HashiraError):
    """Details: ``source``, ``limit`` (pages or characters a page)."""

    code = "REG-027"
    what = Bilingual("PDFが大きすぎます", "The PDF is too large")
    why = Bilingual("{source} は上限（{limit}）を超えます", "{source} is beyond the limit ({limit})")
    remedy = Bilingual("文書を例規ごとに分けてください", "Split it by ordinance")


class UnwritableFile(HashiraError):
    """Details: ``path``, ``reason``."""

    code = "REG-045"
    what = Bilingual("書き出せません", "The file cannot be written")
    why = Bilingual("{path} に書けません（{reason}）", "{path} cannot be written ({reason})")
    remedy = Bilingual(
        "フォルダーがあるか、書く権限があるかを確かめてください",
        "Check that the folder exists and may be written",
    )


class ScanBroken(HashiraError):
    """No details."""

    code = "REG-046"
    what = Bilingual("走査の途中で処理が止まりました", "The scan broke off")
    why = Bilingual(
        "分担していたプロセスの一つが終わりました。メモリが足りないと起こります",
        "One of its processes ended, as happens when memory runs short",
    )
    remedy = Bilingual(
        "メモリを空けるか、--processes 1 で、もう一度走査してください",
        "Free some memory, or scan again with --processes 1",
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that was skipped, and why. The rest of the source is not affected."""

    source: str
    error: HashiraError
