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


class OrganisationExists(HashiraError):
    """The code names an organisation already."""

    code = "CORE-068"
    status = 409
    what = Bilingual(
        "団体を登録できません",
        "The organisation cannot be registered",
    )
    why = Bilingual(
        "この符号の団体がすでにあります",
        "An organisation with this code exists",
    )
    remedy = Bilingual(
        "別の符号にするか、すでにある団体を使ってください",
        "Choose another code, or use the organisation that exists",
    )


class OrganisationNotFound(HashiraError):
    """No organisation has the code."""

    code = "CORE-069"
    status = 404
    what = Bilingual(
        "団体が見つかりません",
        "There is no such organisation",
    )
    why = Bilingual(
        "この符号の団体は登録されていません",
        "No organisation with this code is registered",
    )
    remedy = Bilingual(
        "団体の一覧で符号を確かめるか、先に登録してください",
        "Check the code in the list of organisations, or register it first",
    )


class OrganisationUnreadable(HashiraError):
    """The code or the name of a new organisation is not of its form."""

    code = "CORE-070"
    what = Bilingual(
        "団体を登録できません",
        "The organisation cannot be registered",
    )
    why = Bilingual(
        "符号は英小文字で始まる2〜16字の英小文字・数字・ハイフン、名前は日本語と英語で1〜120字です",
        "A code is 2 to 16 of a-z, 0-9 and hyphen and begins with a letter; the names have 1 to 120 letters",
    )
    remedy = Bilingual(
        "形を直してください。市区町村と都道府県は、役割を付与するときに登録されます",
        "Correct them. Municipalities and prefectures are registered when a role is granted there",
    )


class SeedUnreadable(HashiraError):
    """The seed or the serial of a hardware token is not of its form."""

    code = "CORE-071"
    what = Bilingual(
        "ハードウェアトークンを登録できません",
        "The hardware token cannot be registered",
    )
    why = Bilingual(
        "シードは16〜64バイトをBase32か16進数で、製造番号は1〜64字の英数字とハイフンで表します",
        "A seed is 16 to 64 bytes in base32 or hexadecimal, a serial 1 to 64 letters, digits and hyphens",
    )
    remedy = Bilingual(
        "製造元から届いた表の値を、そのまま入れてください",
        "Enter the values as the maker sent them",
    )


class TokenAssigned(HashiraError):
    """The serial is that of a token which somebody holds."""

    code = "CORE-072"
    status = 409
    what = Bilingual(
        "ハードウェアトークンを渡せません",
        "The hardware token cannot be given",
    )
    why = Bilingual(
        "この製造番号のトークンは、ほかのアカウントのものです",
        "The token with this serial belongs to another account",
    )
    remedy = Bilingual(
        "製造番号を確かめるか、先にそのアカウントの二つ目の確認を外してください",
        "Check the serial, or take the factors off that account first",
    )


class CodesHeldAlready(HashiraError):
    """The account has an app or a token for codes of six digits."""

    code = "CORE-073"
    status = 409
    what = Bilingual(
        "ハードウェアトークンを渡せません",
        "The hardware token cannot be given",
    )
    why = Bilingual(
        "このアカウントには、6桁の数字の確認がすでに設定されています",
        "The account has an app or a token for six-digit codes already",
    )
    remedy = Bilingual(
        "本人を確かめてから二つ目の確認を外し、もう一度渡してください",
        "Make sure who it is, take the factors off, and give the token then",
    )
