"""Why a file of figures is not taken (数値のファイルの誤り)."""

from __future__ import annotations

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class FileNotFigures(HashiraError):
    """Details: ``reason``."""

    code = "PRT-040"
    what = Bilingual("数値のファイルとして読めません", "This is no file of figures")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("hashira figures export のファイルをもらい直してください", "Ask for a new export")


class KeyNotTrusted(HashiraError):
    """Details: ``kid``."""

    code = "PRT-041"
    what = Bilingual("知らない鍵で署名されています", "It is signed by an unknown key")
    why = Bilingual("鍵 {kid} は --trust にありません", "The key {kid} is not in --trust")
    remedy = Bilingual(
        "相手の hashira figures key の出力を、別の経路で受け取って指定してください",
        "Get the output of their `hashira figures key` by another way, and name it",
    )


class SignatureWrong(HashiraError):
    code = "PRT-042"
    what = Bilingual("署名が合いません", "The signature does not fit")
    why = Bilingual("ファイルが途中で変わりました", "The file was altered on its way")
    remedy = Bilingual("使わずに、もらい直してください", "Do not use it; ask for a new one")


class NotNewer(HashiraError):
    """Details: ``held``."""

    code = "PRT-043"
    status = 409
    what = Bilingual("取り込みませんでした", "It was not taken")
    why = Bilingual(
        "同じか、より新しい数値をもう持っています（{held}）", "The same or newer figures are held ({held})"
    )
    remedy = Bilingual("新しく書き出したファイルを使ってください", "Use a file exported since")


class FromTheFuture(HashiraError):
    """Details: ``issued``."""

    code = "PRT-044"
    what = Bilingual("未来の日時のファイルです", "The file is from the future")
    why = Bilingual("作成日時が{issued}です", "It says it was made at {issued}")
    remedy = Bilingual("両方の機械の時計を確かめてください", "Check the clocks of both machines")


class AnotherKey(HashiraError):
    """Details: ``installation``."""

    code = "PRT-045"
    status = 409
    what = Bilingual("鍵が変わっています", "The key has changed")
    why = Bilingual(
        "「{installation}」からは、これまで別の鍵で受け取っています",
        "So far {installation} signed with another key",
    )
    remedy = Bilingual("鍵の交代を相手に確かめ、--new-key を付けてください", "Confirm it, and add --new-key")


class InstallationUnnamed(HashiraError):
    code = "PRT-046"
    what = Bilingual("書き出せません", "It cannot be exported")
    why = Bilingual(
        "HASHIRA_INSTALLATION か HASHIRA_FIGURES_KEY がありません",
        "HASHIRA_INSTALLATION or HASHIRA_FIGURES_KEY is not set",
    )
    remedy = Bilingual(
        "docs/reference/figures.md のとおりに設定してください", "Set them as docs/reference/figures.md says"
    )
    status = 503
