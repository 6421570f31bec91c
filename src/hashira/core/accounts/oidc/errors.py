"""Why a sign-in of a resident was refused, and what to do next (CORE-040 to CORE-059).

Texts and details carry no token, no code and nothing of the person.
"""

from __future__ import annotations

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_AGAIN = Bilingual(
    "最初のページから、もう一度サインインしてください",
    "Go back to the sign-in page and sign in once more",
)
_TELL_DESK = Bilingual(
    "もう一度サインインしてください。続く場合は、時刻とこの番号を窓口に知らせてください",
    "Sign in once more. If it goes on, tell the service desk the time and this code",
)
_TELL_OPERATOR = Bilingual(
    "利用者の方は時刻とこの番号を窓口に知らせてください。運用者は手引き「デジタル認証アプリ」の設定を確かめてください",
    "Tell the service desk the time and this code. Operators: check the settings in the guide "
    "“Digital authentication app”",
)
_NOT_SIGNED_IN = Bilingual("サインインできませんでした", "You were not signed in")


class SignInRefused(HashiraError):
    """A sign-in that did not come about: no session was opened and nothing was stored."""


class SignInNotConfigured(SignInRefused):
    """Details: ``setting``, ``reason`` (``Bilingual``)."""

    code = "CORE-040"
    what = Bilingual("住民のサインインは使えません", "Residents cannot sign in here")
    why = Bilingual("設定{setting}：{reason}", "Setting {setting}: {reason}")
    remedy = _TELL_OPERATOR
    status = 503


class SignInCancelled(SignInRefused):
    """The person, or the app, said no (``access_denied``, RFC 6749 §4.1.2.1)."""

    code = "CORE-041"
    what = Bilingual("サインインを取りやめました", "The sign-in was cancelled")
    why = Bilingual(
        "認証アプリで取り消されたか、同意されませんでした。何も記録していません",
        "It was cancelled or not agreed to in the authentication app. Nothing has been recorded",
    )
    remedy = Bilingual(
        "続けるときは、もう一度サインインしてください。マイナンバーカードを使えない方は窓口で手続きできます",
        "To go on, sign in once more. If you cannot use a My Number Card, the service desk will help you",
    )


class ProviderRefused(SignInRefused):
    """Another error of the authorization endpoint. Details: ``error`` (an ASCII word of the provider)."""

    code = "CORE-042"
    what = _NOT_SIGNED_IN
    why = Bilingual("認証サーバーが断りました（{error}）", "The authentication server refused ({error})")
    remedy = _TELL_DESK


class SignInUnknown(SignInRefused):
    """``state`` is missing, not of this browser, or used already (RFC 6749 §10.12)."""

    code = "CORE-043"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "このブラウザで始めたサインインではないか、すでに使われました。Cookieを受け付けない設定でも起こります",
        "This sign-in was not begun in this browser, or was used already. It also happens without cookies",
    )
    remedy = _AGAIN


class SignInTooOld(SignInRefused):
    """Details: ``minutes``."""

    code = "CORE-044"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "始めてから{minutes}分を過ぎました", "More than {minutes} minutes have passed since it began"
    )
    remedy = _AGAIN


class ResponseMalformed(SignInRefused):
    """The authorization response lacks its code or gives a parameter twice (RFC 6749 §3.1)."""

    code = "CORE-045"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "認証サーバーから戻ったアドレスが正しい形ではありません",
        "The address that the authentication server returned to is not of the right form",
    )
    remedy = _AGAIN


class ResponseOfAnother(SignInRefused):
    """``iss`` of the authorization response is not our provider (RFC 9207 §2.4)."""

    code = "CORE-046"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "答えたのは、サインインを頼んだ認証サーバーではありません",
        "The answer is not from the server that was asked",
    )
    remedy = _TELL_DESK


class ProviderUnreachable(SignInRefused):
    """No answer in time, or a fault of the provider."""

    code = "CORE-047"
    what = _NOT_SIGNED_IN
    why = Bilingual("認証サーバーにつながりません", "The authentication server cannot be reached")
    remedy = Bilingual(
        "しばらくしてから、もう一度サインインしてください。続く場合は窓口に知らせてください",
        "Sign in once more in a while. If it goes on, tell the service desk",
    )
    status = 503


class ProviderAnswerMalformed(SignInRefused):
    """Too large, no JSON, or a member that is missing or of a wrong type. Details: ``part``."""

    code = "CORE-048"
    what = _NOT_SIGNED_IN
    why = Bilingual("認証サーバーの答えを読めません（{part}）", "The server's answer is unreadable ({part})")
    remedy = _TELL_DESK
    status = 502


class CodeRefused(SignInRefused):
    """The token endpoint does not take the code (``invalid_grant``, RFC 6749 §5.2)."""

    code = "CORE-049"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "認証の引き換え番号が期限切れか、すでに使われました", "The code has run out or was used already"
    )
    remedy = _AGAIN


class ClientRefused(SignInRefused):
    """The provider does not know this installation or its key. Details: ``error``."""

    code = "CORE-050"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "認証サーバーがこのサイトを受け付けません（{error}）。登録された鍵か時計が合っていません",
        "The server does not accept this site ({error}): its registered key or its clock do not fit",
    )
    remedy = _TELL_OPERATOR
    status = 502


class KeyUnknown(SignInRefused):
    """No published key of the provider is the one that signed."""

    code = "CORE-051"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "署名した鍵を、認証サーバーは公開していません", "The server does not publish the key that signed"
    )
    remedy = _TELL_DESK
    status = 502


class SignatureWrong(SignInRefused):
    """Not ES256, or the signature is not of the published key."""

    code = "CORE-052"
    what = _NOT_SIGNED_IN
    why = Bilingual("認証の結果の署名を確かめられません", "The signature of the result could not be verified")
    remedy = _TELL_DESK
    status = 502


class TokenOfAnother(SignInRefused):
    """Made by another issuer or for another client. Details: ``claim``."""

    code = "CORE-053"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "認証の結果は、このサイトに宛てたものではありません（{claim}）",
        "The result is not meant for this site ({claim})",
    )
    remedy = _TELL_DESK
    status = 502


class TokenOutOfTime(SignInRefused):
    """Run out, not yet valid, or of an authentication too long ago. Details: ``claim``."""

    code = "CORE-054"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "認証の結果の時刻が合いません（{claim}）。古すぎるか、時計がずれています",
        "The time of the result does not fit ({claim}): it is too old, or a clock is wrong",
    )
    remedy = _TELL_DESK


class NonceWrong(SignInRefused):
    """The ID token answers another request (OpenID Connect Core §3.1.3.7, 11)."""

    code = "CORE-055"
    what = _NOT_SIGNED_IN
    why = Bilingual("認証の結果は、別のサインインのものです", "The result belongs to another sign-in")
    remedy = _AGAIN


class AuthenticationTooWeak(SignInRefused):
    """``acr`` does not hold what is required. Details: ``required``."""

    code = "CORE-056"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "求める強さの認証（{required}）で行われていません",
        "The authentication was not of the required strength ({required})",
    )
    remedy = Bilingual(
        "マイナンバーカードと暗証番号で、もう一度サインインしてください",
        "Sign in once more with your My Number Card and its number",
    )


class TokensDoNotMatch(SignInRefused):
    """The access token or the attributes belong to another person's ID token. Details: ``claim``."""

    code = "CORE-057"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "認証サーバーの答えどうしが合いません（{claim}）",
        "The server's answers do not fit together ({claim})",
    )
    remedy = _TELL_DESK
    status = 502


class AttributesUnreadable(SignInRefused):
    """A claim is not of the form of OpenID Connect Core §5.1. Details: ``claim``."""

    code = "CORE-058"
    what = _NOT_SIGNED_IN
    why = Bilingual("氏名などの情報を読めません（{claim}）", "The personal details are unreadable ({claim})")
    remedy = _TELL_DESK
    status = 502


class ProviderConfigurationWrong(SignInRefused):
    """The discovery document is not of our issuer or does not offer what is needed. Details: ``member``."""

    code = "CORE-059"
    what = Bilingual("住民のサインインは使えません", "Residents cannot sign in here")
    why = Bilingual(
        "認証サーバーの公開設定が合いません（{member}）",
        "The server's published configuration does not fit ({member})",
    )
    remedy = _TELL_OPERATOR
    status = 502
