"""Why e-Gov did not give a law, or it could not be kept. Codes ``REG-016`` to ``REG-022``."""

from __future__ import annotations

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class EgovUnreachable(HashiraError):
    """Details: ``address``, ``reason``, ``attempts``."""

    code = "REG-016"
    what = Bilingual("法令の提供元につながりません", "The source of law cannot be reached")
    why = Bilingual(
        "{address} は{attempts}回試しても応じません（{reason}）",
        "{address} did not answer in {attempts} attempts ({reason})",
    )
    remedy = Bilingual(
        "通信と HTTPS_PROXY を確かめ、時間をおいて同じコマンドを実行してください。続きから取得します",
        "Check the network and HTTPS_PROXY, wait, and run the same command: it continues where it stopped",
    )
    status = 502


class EgovRefusal(HashiraError):
    """Details: ``address``, ``status``, ``reason`` (the server's own code and message)."""

    code = "REG-017"
    what = Bilingual("法令の提供元が要求を断りました", "The source of law refused the request")
    why = Bilingual("{address}：HTTP {status} {reason}", "{address}: HTTP {status} {reason}")
    remedy = Bilingual(
        "法令ID、日付、--address を確かめてください",
        "Check the law id, the date and --address",
    )
    status = 502


class UnreadableAnswer(HashiraError):
    """Details: ``address``, ``reason``."""

    code = "REG-018"
    what = Bilingual("提供元の応答が読めません", "The answer of the source cannot be read")
    why = Bilingual("{address}：{reason}", "{address}: {reason}")
    remedy = Bilingual(
        "この応答は保存していません。時間をおいてもう一度実行し、続くときは --address を確かめてください",
        "Nothing of it was kept. Run again later; if it persists, check --address",
    )
    status = 502


class AnswerTooLarge(HashiraError):
    """Details: ``address``, ``limit`` in MB."""

    code = "REG-019"
    what = Bilingual("提供元の応答が大きすぎます", "The answer of the source is too large")
    why = Bilingual("{address} の応答は{limit}MBを超えます", "{address} answers with more than {limit} MB")
    remedy = Bilingual(
        "この応答は保存していません。--address が正しいかを確かめてください",
        "Nothing of it was kept. Check that --address is right",
    )
    status = 502


class LawNotThere(HashiraError):
    """Details: ``law``."""

    code = "REG-020"
    what = Bilingual("その法令は提供元にありません", "The source does not have this law")
    why = Bilingual(
        "{law} は、その日の一覧にありません",
        "{law} is not in the list of that day",
    )
    remedy = Bilingual(
        "法令ID（例：340CO0000000014）と --as-of を確かめてください",
        "Check the law id (such as 340CO0000000014) and --as-of",
    )
    status = 404


class DamagedBulk(HashiraError):
    """Details: ``address``, ``reason``."""

    code = "REG-021"
    what = Bilingual("一括ダウンロードのzipが壊れています", "The bulk zip is damaged")
    why = Bilingual("{address}：{reason}", "{address}: {reason}")
    remedy = Bilingual(
        "壊れたzipは捨てました。もう一度実行すると、はじめから取得します",
        "The damaged zip was thrown away; run again to fetch it anew",
    )
    status = 502


class MirrorBusy(HashiraError):
    """Details: ``folder``."""

    code = "REG-022"
    what = Bilingual("このフォルダーへの取得がほかで動いています", "Another fetch writes into this folder")
    why = Bilingual(
        "{folder} は、ほかの hashira regulations fetch が使っています",
        "{folder} is in use by another hashira regulations fetch",
    )
    remedy = Bilingual(
        "終わるのを待つか、別のフォルダーを指定してください",
        "Wait for it, or name another folder",
    )
    status = 409
