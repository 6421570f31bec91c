"""What can go wrong with a job, as people meet it."""

from __future__ import annotations

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class UnknownJobKind(HashiraError):
    """No system of this installation declares the kind. Raised with ``kind``."""

    code = "CORE-020"
    status = 500
    what = Bilingual("このジョブを実行できません", "This job cannot be carried out")
    why = Bilingual(
        "種類「{kind}」のジョブを、この環境のどのシステムも扱いません",
        "No system of this installation handles jobs of the kind {kind}",
    )
    remedy = Bilingual(
        "HASHIRA_SYSTEMS に必要なシステムが入っているかを確かめてください",
        "Check that HASHIRA_SYSTEMS names the system it belongs to",
    )


class JobNotFound(HashiraError):
    """There is no such job."""

    code = "CORE-021"
    status = 404
    what = Bilingual("ジョブが見つかりません", "There is no such job")
    why = Bilingual("この番号のジョブはありません", "No job has this number")
    remedy = Bilingual("ジョブの一覧から選び直してください", "Choose one from the list of jobs")


class JobOver(HashiraError):
    """A job that is over cannot be cancelled."""

    code = "CORE-022"
    status = 409
    what = Bilingual("ジョブを取り消せません", "The job cannot be cancelled")
    why = Bilingual("このジョブはすでに終わっています", "It is over already")
    remedy = Bilingual("結果をジョブの画面で確かめてください", "See its result on the page of the job")


class JobFault(HashiraError):
    """The program failed in a way nobody foresaw. Raised with ``reference``, which the log has too."""

    code = "CORE-023"
    status = 500
    what = Bilingual("ジョブを最後まで実行できませんでした", "The job could not be carried out to its end")
    why = Bilingual(
        "プログラムの誤りです（照会番号 {reference}）", "The program failed (reference {reference})"
    )
    remedy = Bilingual(
        "システムの管理者に照会番号を伝えてください。記録から原因が分かります",
        "Tell the administrator the reference: the log has the cause under it",
    )


class JobCancelled(HashiraError):
    """Somebody asked that the job end; raised inside its body, at a point where it may end."""

    code = "CORE-024"
    status = 409
    what = Bilingual("ジョブは取り消されました", "The job was cancelled")
    why = Bilingual("取消しの求めがありました", "Somebody asked for it to be cancelled")
    remedy = Bilingual("必要なら、もう一度始めてください", "Start it again if it is needed after all")


class JobKeepsDying(HashiraError):
    """The worker died each time it ran the job. Raised with ``runs``."""

    code = "CORE-025"
    status = 500
    what = Bilingual("ジョブの実行をやめました", "The job was given up")
    why = Bilingual(
        "{runs}回始めましたが、毎回ワーカーが途中で止まりました",
        "It was begun {runs} times, and each time its worker died",
    )
    remedy = Bilingual(
        "ワーカーの記録とメモリーの量を、システムの管理者が確かめてください",
        "The administrator should look at the log and the memory of the worker",
    )


class DatabaseNotReady(HashiraError):
    """The database does not answer, or its tables are not those of this version."""

    code = "CORE-026"
    status = 503
    what = Bilingual("データベースを使えません", "The database cannot be used")
    why = Bilingual(
        "応答がないか、表がこの版のものになっていません",
        "It does not answer, or its tables are not those of this version",
    )
    remedy = Bilingual(
        "HASHIRA_DATABASE_URL と HASHIRA_DATA_DIR を確かめ、hashira run を一度起動してください",
        "Check HASHIRA_DATABASE_URL and HASHIRA_DATA_DIR, and start hashira run once",
    )


class Superseded(BaseException):
    """Another worker has taken the job over, so this one must not touch anything any more.

    Not an ``Exception``: no body may catch it by accident.
    """
