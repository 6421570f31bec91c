"""The errors of the audit."""

from __future__ import annotations

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class SubjectUnknown(HashiraError):
    """Details: ``kind``."""

    code = "CORE-010"
    what = Bilingual("監査記録に見つかりません", "The audit does not know it")
    why = Bilingual("この{kind}についての記録はありません", "There is no event about this {kind}")
    remedy = Bilingual("番号を確かめてください", "Check the number")
    status = 404


class ExportNotWritable(HashiraError):
    """Details: ``file``."""

    code = "CORE-011"
    what = Bilingual("監査記録を書き出せません", "The audit cannot be exported")
    why = Bilingual("{file} に書き込めません", "{file} cannot be written")
    remedy = Bilingual("書き込めるフォルダーを指定してください", "Name a folder that can be written to")
