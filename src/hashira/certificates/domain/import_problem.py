"""What can be wrong with a row of an imported file: sentences for the report (取込みの行の指摘).

A remark is an error, which keeps the row out, or a warning, with which the row is stored as it came. Each
kind is a ``HashiraError`` so that it has a code, both languages and the next step; the value of the field is
kept beside the remark and never inside the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from hashira.kernel.errors import HashiraError, registered_errors
from hashira.kernel.language import Bilingual

LONGEST_VALUE = 200
"""Characters of a value that a report repeats."""


class Severity(StrEnum):
    """Whether a row can be stored (重大さ)."""

    ERROR = "error"
    WARNING = "warning"


class BrokenRecord(HashiraError):
    code = "CERT-140"
    what = Bilingual("この行を項目に分けられません", "This row cannot be cut into fields")
    why = Bilingual(
        '引用符（"）が閉じていないか、置けない所にあるか、行が長すぎます',
        'A quotation mark (") is not closed or misplaced, or the row is too long',
    )
    remedy = Bilingual(
        "元のファイルのこの行の引用符と改行を確かめてください",
        "Check the quotation marks and line ends of this row in the file",
    )


class WrongNumberOfColumns(HashiraError):
    """Details: ``found``, ``expected``."""

    code = "CERT-141"
    what = Bilingual("列の数が見出しと違います", "The number of columns differs from the header")
    why = Bilingual(
        "見出しは{expected}列、この行は{found}列です", "The header has {expected}, this row {found}"
    )
    remedy = Bilingual(
        "値の中の区切り文字が引用符で囲まれているか確かめてください",
        "Check that separators inside values are within quotation marks",
    )


class ValueMissing(HashiraError):
    code = "CERT-142"
    what = Bilingual("必須の項目が空です", "A required value is empty")
    why = Bilingual("この項目がないと記録できません", "Without it nothing can be recorded")
    remedy = Bilingual("元のデータに値を入れてください", "Fill in the value in the source")


class UnreadableCharacter(HashiraError):
    """Details: ``position``, ``character``."""

    code = "CERT-143"
    what = Bilingual("読めない文字があります", "There is a character that cannot be read")
    why = Bilingual(
        "{position}文字目（{character}）は、選ばれた文字コードの文字ではないか、元で壊れた文字です",
        "Character {position} ({character}) is none of the chosen encoding, or was broken in the source",
    )
    remedy = Bilingual(
        "文字コードの選択を確かめ、合っていれば元のデータのこの文字を直してください",
        "Check the chosen encoding; if it is right, repair this character in the source",
    )


class ControlCharacter(HashiraError):
    """Details: ``position``, ``character``."""

    code = "CERT-144"
    what = Bilingual("文字でないものがあります", "There is something that is not a character")
    why = Bilingual(
        "{position}文字目（{character}）は制御文字か改行です",
        "Character {position} ({character}) is a control code or a line end",
    )
    remedy = Bilingual("元のデータからこの文字を除いてください", "Remove it from the source")


class PrivateUseCharacter(HashiraError):
    """Details: ``position``, ``character``."""

    code = "CERT-145"
    what = Bilingual("外字があります", "There is a character of the source's own (gaiji)")
    why = Bilingual(
        "{position}文字目（{character}）は元のシステムの外字です。消さずにそのまま記録します",
        "Character {position} ({character}) is private to the source. It is stored as it came",
    )
    remedy = Bilingual(
        "元のシステムで字形を確かめ、必要なら正しい文字に訂正してください",
        "Look up its shape in the source and correct the name if needed",
    )


class SubstituteCharacter(HashiraError):
    """Details: ``position``, ``character``."""

    code = "CERT-146"
    what = Bilingual("代替文字と思われる文字があります", "There seems to be a stand-in for a character")
    why = Bilingual(
        "氏名の{position}文字目（{character}）は、書けない字の代わりに入る文字です。そのまま記録します",
        "Character {position} of the name ({character}) stands in for one the source could not write",
    )
    remedy = Bilingual(
        "住民票などで正しい字を確かめて訂正してください",
        "Find the right character in the register and correct it",
    )


class UnknownVaccine(HashiraError):
    code = "CERT-147"
    what = Bilingual("ワクチンが対応づけられていません", "The vaccine has no counterpart")
    why = Bilingual(
        "この値に当たる製品が、対応表にも製品一覧にもありません",
        "No product for this value is in the table of values or the catalogue",
    )
    remedy = Bilingual(
        "列の対応づけのページで、この値に製品を割り当ててください",
        "Give this value a product on the page of the columns",
    )


class UnreadableDoseNumber(HashiraError):
    code = "CERT-148"
    what = Bilingual("接種回数として読めません", "This is not readable as the number of a dose")
    why = Bilingual("1から{most}までの数ではありません", "It is no number from 1 to {most}")
    remedy = Bilingual("「1」「１回目」のように入れてください", "Write it like 1 or 1回目")


class UnreadableSex(HashiraError):
    code = "CERT-149"
    what = Bilingual("性別が対応づけられていません", "The sex has no counterpart")
    why = Bilingual("この値の意味が決められていません", "It is not known what this value means")
    remedy = Bilingual(
        "列の対応づけのページで、この値の意味を選んでください",
        "Choose its meaning on the page of the columns",
    )


class ImpossibleDay(HashiraError):
    code = "CERT-150"
    what = Bilingual("日付の前後が合いません", "The dates contradict each other")
    why = Bilingual(
        "接種日が生年月日より前か、取込みの日より後です",
        "The dose is before the birth or after the day of the import",
    )
    remedy = Bilingual("接種日と生年月日を確かめてください", "Check both dates in the source")


class TextTooLong(HashiraError):
    """Details: ``limit``."""

    code = "CERT-151"
    what = Bilingual("文字が長すぎます", "The text is too long")
    why = Bilingual("この項目は{limit}文字までです", "This field takes at most {limit} characters")
    remedy = Bilingual(
        "別の項目が混ざっていないか確かめてください", "Check that no other field has got into it"
    )


class DoseConflict(HashiraError):
    code = "CERT-152"
    what = Bilingual("登録済みの接種と食い違います", "It contradicts a dose that is registered")
    why = Bilingual(
        "同じ人の、同じワクチン・同じ回数の接種が、別の内容で台帳にあります",
        "The registry has the same dose number of the same vaccine for this person with other content",
    )
    remedy = Bilingual(
        "どちらが正しいかを予診票で確かめ、台帳を訂正するか、元のデータを直してください",
        "Find out from the questionnaire which is right, and correct the registry or the source",
    )


class DoseTwiceInFile(HashiraError):
    """Details: ``line``."""

    code = "CERT-153"
    what = Bilingual("ファイルの中で食い違います", "The file contradicts itself")
    why = Bilingual(
        "{line}行目と同じ人・同じワクチン・同じ回数で、内容が違います",
        "Line {line} has the same person, vaccine and dose number with other content",
    )
    remedy = Bilingual(
        "どちらが正しいかを確かめ、元のデータを直してください", "Repair the wrong one in the source"
    )


class PersonConflict(HashiraError):
    code = "CERT-154"
    what = Bilingual("別の人の番号かもしれません", "The number may be another person's")
    why = Bilingual(
        "同じ番号の人が、別の生年月日で台帳かファイルの中にいます",
        "The registry or the file has this number with another date of birth",
    )
    remedy = Bilingual(
        "番号と生年月日を住民記録で確かめてください", "Check the number and the date of birth in the register"
    )


class PersonVaries(HashiraError):
    """Details: ``line``."""

    code = "CERT-155"
    what = Bilingual("同じ人の基本情報が行によって違います", "Rows say different things of one person")
    why = Bilingual(
        "氏名・カナ・性別・接種券番号のいずれかが{line}行目と違います。{line}行目の内容を記録します",
        "Name, reading, sex or coupon number differ from line {line}, which is the one stored",
    )
    remedy = Bilingual(
        "この行の方が正しければ、取込みの後で基本情報を訂正してください",
        "If this row is right, correct the person after the import",
    )


class SpreadsheetDate(HashiraError):
    code = "CERT-156"
    what = Bilingual(
        "日付が表計算ソフトの通し番号になっています", "The date is a serial number of a spreadsheet"
    )
    why = Bilingual(
        "数が{lowest}から{highest}の間にあり、日付の書き方ではありません",
        "It is a number between {lowest} and {highest} and not a way of writing a date",
    )
    remedy = Bilingual(
        "表計算ソフトで列を「日付」の表示にしてから、CSVに保存し直してください",
        "Show the column as dates in the spreadsheet and save the CSV again",
    )


class UnreadableCoupon(HashiraError):
    code = "CERT-137"
    what = Bilingual("接種券番号として読めません", "This is not readable as a coupon number")
    why = Bilingual("10桁の数字ではありません", "It does not consist of ten digits")
    remedy = Bilingual(
        "先頭の0が落ちていないか確かめてください。番号がなければ空にします",
        "Check for lost leading zeros; leave it empty if there is none",
    )


class DoseAfterDeath(HashiraError):
    """Details: ``died_on``, ISO."""

    code = "CERT-167"
    what = Bilingual("接種日が死亡日より後です", "The dose is after the death")
    why = Bilingual(
        "台帳ではこの人は{died_on}に亡くなっています", "By the register this person died on {died_on}"
    )
    remedy = Bilingual(
        "別の人の接種でないかを確かめ、死亡日が違うなら先に台帳を訂正してください",
        "Check that it is not somebody else's; if the day of the death is wrong, correct the register first",
    )


class PersonBeingErased(HashiraError):
    code = "CERT-159"
    what = Bilingual("この人の記録は消去の手続き中です", "The records of this person are being erased")
    why = Bilingual("消去が始まった人には記録を加えられません", "Nothing is added once erasing has begun")
    remedy = Bilingual(
        "消去が正しいか担当者に確かめてください", "Ask whoever requested the erasure whether it is right"
    )


WARNINGS = frozenset({PrivateUseCharacter.code, SubstituteCharacter.code, PersonVaries.code})
"""Codes with which a row is stored nevertheless."""


Detail = str | int | Bilingual


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark on one row: its code, the field it is about, the value, what the text names.

    ``about`` is the name of an ``ImportField`` or empty for the whole row; ``details`` fill the places of the
    text and hold nothing of the person.
    """

    code: str
    about: str = ""
    value: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))

    @classmethod
    def of(cls, error: HashiraError, *, about: str = "", value: str = "") -> Remark:
        """The remark that an error raised about a value makes."""
        details: dict[str, Detail] = {
            name: value if isinstance(value, int | Bilingual) else str(value)
            for name, value in error.details.items()
        }
        return cls(error.code, about, value[:LONGEST_VALUE], details)

    @property
    def severity(self) -> Severity:
        """A warning for the few kinds that are stored as they came."""
        return Severity.WARNING if self.code in WARNINGS else Severity.ERROR

    def details_json(self) -> dict[str, str | int | list[str]]:
        """The details as they are stored; a text in both languages as a pair."""
        return {k: [v.ja, v.en] if isinstance(v, Bilingual) else v for k, v in self.details.items()}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A remark in words."""

    what: Bilingual
    why: Bilingual
    remedy: Bilingual


def explain(code: str, details: Mapping[str, str | int | list[str]]) -> Explanation:
    """The words of a remark, from its code and stored details; raises ``KeyError`` for an unknown code.

    >>> explain("CERT-141", {"found": 3, "expected": 9}).why.ja
    '見出しは9列、この行は3列です'
    """
    error = registered_errors()[code]
    places = {k: Bilingual(v[0], v[1]) if isinstance(v, list) else v for k, v in details.items()}
    return Explanation(error.what.format(**places), error.why.format(**places), error.remedy.format(**places))
