"""What can go wrong with accounts of staff and their roles, as people meet it."""

from __future__ import annotations

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class AccountExists(HashiraError):
    """The address of e-mail names an account already."""

    code = "CORE-060"
    status = 409
    what = Bilingual("アカウントを作れません", "The account cannot be made")
    why = Bilingual(
        "このメールアドレスのアカウントがすでにあります", "An account with this e-mail address exists"
    )
    remedy = Bilingual(
        "すでにあるアカウントに役割を付与してください", "Grant the role to the account that exists"
    )


class AccountNotFound(HashiraError):
    """No account has the address of e-mail."""

    code = "CORE-061"
    status = 404
    what = Bilingual("アカウントが見つかりません", "There is no such account")
    why = Bilingual("このメールアドレスのアカウントはありません", "No account has this e-mail address")
    remedy = Bilingual(
        "メールアドレスを確かめるか、先にアカウントを作ってください",
        "Check the address, or make the account first",
    )


class PasswordTooWeak(HashiraError):
    """The password does not keep the rules of the installation. Raised with ``broken``, how many."""

    code = "CORE-062"
    what = Bilingual("このパスワードは使えません", "This password cannot be used")
    why = Bilingual(
        "短い、よく使われている、または名前やメールアドレスに似ています（{broken}件の規則に合いません）",
        "It is short, common, or like the name or the address (it breaks {broken} of the rules)",
    )
    remedy = Bilingual(
        "12文字以上の、推測されにくいパスワードにしてください",
        "Choose one of at least 12 characters that is hard to guess",
    )


class AddressUnreadable(HashiraError):
    """What was given is no address of e-mail."""

    code = "CORE-063"
    what = Bilingual("メールアドレスを読み取れません", "This is no e-mail address")
    why = Bilingual("メールアドレスの形ではありません", "It does not have the form of one")
    remedy = Bilingual("name@example.jp のように入れてください", "Enter it like name@example.jp")


class RoleUnknown(HashiraError):
    """There is no such role. Raised with ``roles``, those there are."""

    code = "CORE-064"
    what = Bilingual("役割が分かりません", "There is no such role")
    why = Bilingual("使える役割は {roles} です", "The roles are {roles}")
    remedy = Bilingual("このなかから選んでください", "Choose one of them")


class RoleNeverInForce(HashiraError):
    """The period of a role ends before it begins."""

    code = "CORE-065"
    what = Bilingual("役割を付与できません", "The role cannot be granted")
    why = Bilingual("終わりが始まりより前です", "Its period ends before it begins")
    remedy = Bilingual("始まりより後の終わりを入れてください", "Give an end that is after the beginning")


class RoleHeldAlready(HashiraError):
    """The account holds the role in that organisation now."""

    code = "CORE-066"
    status = 409
    what = Bilingual("役割を付与できません", "The role cannot be granted")
    why = Bilingual(
        "このアカウントは、この団体でこの役割をすでに持っています",
        "The account holds this role in this organisation already",
    )
    remedy = Bilingual(
        "期間を変えるときは、いまの役割を終えてから付与してください",
        "To change its period, end the present one first",
    )


class RoleNotHeld(HashiraError):
    """The account does not hold the role that is to end."""

    code = "CORE-067"
    status = 404
    what = Bilingual("役割を終えられません", "The role cannot be ended")
    why = Bilingual(
        "このアカウントは、この団体でこの役割を持っていません",
        "The account does not hold this role in this organisation",
    )
    remedy = Bilingual("役割の一覧を確かめてください", "Check the list of roles")
