"""What can go wrong with the directory of a body, as people meet it (CORE-094 to CORE-105)."""

from __future__ import annotations

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_NOT_SIGNED_IN = Bilingual("サインインできませんでした", "You were not signed in")
_TELL_KEEPER = Bilingual(
    "もう一度試してください。続くときは、時刻とこの番号を、団体のディレクトリの担当者に知らせてください",
    "Try again. If it goes on, tell the keeper of your directory the time and this code",
)


class DirectoryRefused(HashiraError):
    """The sign-in at the directory did not come about. Details: ``cause`` (a code), ``reason``."""

    code = "CORE-094"
    what = _NOT_SIGNED_IN
    why = Bilingual("{reason}（{cause}）", "{reason} ({cause})")
    remedy = _TELL_KEEPER
    status = 502


class DirectoryCancelled(HashiraError):
    """The person, or the directory, said no (``access_denied``)."""

    code = "CORE-095"
    what = Bilingual("サインインを取りやめました", "The sign-in was cancelled")
    why = Bilingual(
        "ディレクトリで取り消されたか、利用が許されていません",
        "It was cancelled at the directory, or the directory does not let you use this site",
    )
    remedy = Bilingual(
        "続けるときは、もう一度サインインしてください。許されていないときは、ディレクトリの担当者に依頼してください",
        "To go on, sign in once more. If you are not let in, ask the keeper of your directory",
    )


class DirectoryUnreachable(HashiraError):
    """No answer in time, or a fault of the directory."""

    code = "CORE-096"
    what = _NOT_SIGNED_IN
    why = Bilingual("団体のディレクトリにつながりません", "The directory of your body cannot be reached")
    remedy = Bilingual(
        "しばらくしてから試すか、パスワードを持っている方はパスワードでサインインしてください",
        "Try again in a while, or sign in with your password if you have one",
    )
    status = 503


class PersonUnknown(HashiraError):
    """The directory vouches for somebody whose account here is not known."""

    code = "CORE-097"
    what = _NOT_SIGNED_IN
    why = Bilingual(
        "ディレクトリの利用者と結ばれたアカウントがありません",
        "No account here is connected with this person of the directory",
    )
    remedy = Bilingual(
        "アカウントのある方は、パスワードでサインインし、「アカウント」の画面でディレクトリと結んでください。"
        "ない方は、団体の管理者に招待を依頼してください",
        "If you have an account, sign in with your password and connect the directory on the page “Account”. "
        "If not, ask the administrator of your body for an invitation",
    )
    status = 403


class DirectoryAccountStopped(HashiraError):
    """The account that the person is connected with was stopped."""

    code = "CORE-098"
    what = _NOT_SIGNED_IN
    why = Bilingual("アカウントは停止されています", "The account has been stopped")
    remedy = Bilingual("団体の管理者に尋ねてください", "Ask the administrator of your body")
    status = 403


class DirectoryNotFound(HashiraError):
    """There is no such directory, or it was removed."""

    code = "CORE-099"
    what = Bilingual("ディレクトリが見つかりません", "There is no such directory")
    why = Bilingual(
        "この団体のディレクトリは登録されていないか、外されました",
        "No directory of this body is registered, or it was removed",
    )
    remedy = Bilingual("団体の一覧から選び直してください", "Choose again from the list of bodies")
    status = 404


class DirectoryUnreadable(HashiraError):
    """A value of a new directory is not of its form. Details: ``option``, ``reason`` (``Bilingual``)."""

    code = "CORE-100"
    what = Bilingual("ディレクトリを登録できません", "The directory cannot be registered")
    why = Bilingual("{option}：{reason}", "{option}: {reason}")
    remedy = Bilingual("値を直して、もう一度登録してください", "Correct the value and register it again")


class DirectoryExists(HashiraError):
    """The issuer and the client id are registered already."""

    code = "CORE-101"
    what = Bilingual("ディレクトリを登録できません", "The directory cannot be registered")
    why = Bilingual(
        "この発行者とクライアントIDのディレクトリがすでにあります",
        "A directory of this issuer and client id is registered already",
    )
    remedy = Bilingual(
        "先に外すか、別のクライアントIDで登録してください",
        "Remove it first, or register another client id at the directory",
    )
    status = 409


class IdentityTaken(HashiraError):
    """The person of the directory and the account are not both free to be connected."""

    code = "CORE-102"
    what = Bilingual("ディレクトリと結べません", "The directory cannot be connected")
    why = Bilingual(
        "このディレクトリの利用者かこのアカウントは、すでに別の相手と結ばれています",
        "This person of the directory, or this account, is connected with another already",
    )
    remedy = Bilingual(
        "ディレクトリで別の人としてサインインしていないか確かめてください。結び直すときは、先に外してください",
        "Check that you are not signed in to the directory as somebody else; to change it, disconnect first",
    )
    status = 409


class LastWayIn(HashiraError):
    """The account has no password: without the directory nobody could sign in with it."""

    code = "CORE-103"
    what = Bilingual("ディレクトリを外せません", "The directory cannot be disconnected")
    why = Bilingual(
        "このアカウントにはパスワードがなく、ほかにサインインする方法がありません",
        "The account has no password, and there is no other way to sign in",
    )
    remedy = Bilingual("団体の管理者に依頼してください", "Ask the administrator of your body")
    status = 409


class AnotherPerson(HashiraError):
    """Asked who it is once more, the directory named somebody else."""

    code = "CORE-104"
    what = Bilingual("本人を確かめられませんでした", "It could not be made sure that it is you")
    why = Bilingual(
        "ディレクトリが答えたのは、サインインしている人ではありません",
        "The directory named another person than the one who is signed in",
    )
    remedy = Bilingual("サインアウトして、もう一度サインインしてください", "Sign out, and sign in once more")
    status = 403


class AuthenticationUndated(HashiraError):
    """The directory did not say when the person authenticated, though that was asked for."""

    code = "CORE-105"
    what = Bilingual("本人を確かめられませんでした", "It could not be made sure that it is you")
    why = Bilingual(
        "ディレクトリが、いま認証したことを示していません（auth_time）",
        "The directory does not show that it has asked you just now (auth_time)",
    )
    remedy = _TELL_KEEPER
    status = 502
