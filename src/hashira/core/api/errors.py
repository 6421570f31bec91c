"""What a machine meets when a request is not taken; each becomes a problem document (RFC 9457)."""

from __future__ import annotations

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class BodyTooLarge(HashiraError):
    """Details: ``limit``, in octets."""

    code = "CORE-080"
    status = 413
    what = Bilingual("送られた内容が大きすぎます", "What was sent is too large")
    why = Bilingual(
        "この操作が受け取るのは{limit}バイトまでです", "This operation takes {limit} bytes at most"
    )
    remedy = Bilingual("分けて送ってください", "Send it in parts")


class BodyUnreadable(HashiraError):
    code = "CORE-081"
    status = 400
    what = Bilingual("送られた内容を読めません", "What was sent cannot be read")
    why = Bilingual(
        "正しいJSONではないか、入れ子が深すぎるか、使えない文字があります",
        "It is not valid JSON, is nested too deeply, or has a character that cannot be kept",
    )
    remedy = Bilingual("UTF-8のJSONを送ってください", "Send JSON in UTF-8")


class InputRefused(HashiraError):
    """Details: ``count``. The document also has ``errors``: where and what."""

    code = "CORE-082"
    status = 422
    what = Bilingual("受け取れない値があります", "Some values cannot be taken")
    why = Bilingual("{count}か所の値が、決められた形に合いません", "{count} values do not have their form")
    remedy = Bilingual("errors の各項目を直してください", "Mend each item of errors")


class NotSignedIn(HashiraError):
    code = "CORE-083"
    status = 401
    what = Bilingual("だれの操作か分かりません", "It is not known who asks")
    why = Bilingual("この操作にはトークンかサインインが要ります", "It needs a token, or being signed in")
    remedy = Bilingual(
        "Authorization: Bearer にAPIトークンを付けてください",
        "Send an API token as Authorization: Bearer",
    )


class TokenRefused(HashiraError):
    """One error for unknown, revoked and expired, so that nobody learns which it is."""

    code = "CORE-084"
    status = 401
    what = Bilingual("トークンを受け付けません", "The token is not accepted")
    why = Bilingual("知らないか、取り消されたか、期限が切れています", "It is unknown, revoked or expired")
    remedy = Bilingual(
        "アカウントのページで新しく作ってください", "Make a new one on the page of the account"
    )


class TooManyRequests(HashiraError):
    code = "CORE-085"
    status = 429
    what = Bilingual("回数が多すぎます", "There were too many requests")
    why = Bilingual("決められた回数を超えました", "They exceed the rate")
    remedy = Bilingual("Retry-After の秒数だけ待ってください", "Wait for the seconds of Retry-After")


class AddressUnknown(HashiraError):
    code = "CORE-086"
    status = 404
    what = Bilingual("見つかりません", "Not found")
    why = Bilingual("アドレスが違うか、もうありません", "The address is wrong, or it is gone")
    remedy = Bilingual("/api/ の説明でアドレスを確かめてください", "Check the address at /api/")


class MethodRefused(HashiraError):
    code = "CORE-087"
    status = 405
    what = Bilingual("この方法では呼べません", "It cannot be called in this way")
    why = Bilingual("このアドレスはそのHTTPメソッドを持ちません", "The address lacks that HTTP method")
    remedy = Bilingual("Allow ヘッダーのメソッドを使ってください", "Use a method of the Allow header")


class RequestRefused(HashiraError):
    code = "CORE-088"
    status = 400
    what = Bilingual("要求を受け取れません", "The request cannot be taken")
    why = Bilingual("壊れているか、この宛先ではありません", "It is damaged, or not meant for this host")
    remedy = Bilingual("アドレスとヘッダーを確かめてください", "Check address and headers")


class Broken(HashiraError):
    code = "CORE-089"
    status = 500
    what = Bilingual("処理を終えられませんでした", "It could not be finished")
    why = Bilingual("この側で問題が起きました", "Something went wrong on this side")
    remedy = Bilingual(
        "しばらくして試し、続くなら時刻とこの番号を知らせてください",
        "Try again later; if it goes on, tell the time and this code",
    )


class CrossSite(HashiraError):
    code = "CORE-090"
    status = 403
    what = Bilingual("どこから送られたか確かめられません", "It could not be verified where this came from")
    why = Bilingual(
        "セッションでの書込みにCSRFトークンがありません", "A write by session lacks its CSRF token"
    )
    remedy = Bilingual(
        "X-CSRFToken を付けるか、APIトークンを使ってください", "Send X-CSRFToken, or use an API token"
    )


class TokenNotFound(HashiraError):
    code = "CORE-091"
    status = 404
    what = Bilingual("トークンが見つかりません", "There is no such token")
    why = Bilingual("取り消したか、あなたのものではありません", "It was revoked, or is not yours")
    remedy = Bilingual("一覧を開き直してください", "Open the list again")


class TokenNotMakeable(HashiraError):
    """Details: ``reason``."""

    code = "CORE-092"
    status = 422
    what = Bilingual("トークンを作れません", "The token cannot be made")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("選び直してください", "Choose again")


class MediaTypeUnsupported(HashiraError):
    code = "CORE-093"
    status = 415
    what = Bilingual("内容の形式を受け取れません", "The media type is not taken")
    why = Bilingual(
        "Content-Typeが、この操作の受け取る形式ではありません",
        "Content-Type is none that this operation takes",
    )
    remedy = Bilingual("application/json で送ってください", "Send application/json")
