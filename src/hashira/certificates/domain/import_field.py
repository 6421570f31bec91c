"""What a column of an imported file can mean, and by which header it is recognised (取込みの項目).

The headers are those that municipal systems and the forms of vaccination programmes use; comparing folds
width, spaces, brackets and the usual signs, so that 「接種年月日（西暦）」 is found as 接種年月日.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from hashira.kernel.language import Bilingual


class ImportField(StrEnum):
    """A field of the registry that a column can fill (項目)."""

    PERSON_NUMBER = "person_number"
    """宛名番号: the number by which the municipality's own systems know a person."""
    COUPON_NUMBER = "coupon_number"
    """接種券番号."""
    NAME = "name"
    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    KANA = "kana"
    FAMILY_KANA = "family_kana"
    GIVEN_KANA = "given_kana"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    VACCINE = "vaccine"
    DOSE_NUMBER = "dose_number"
    DOSE_DATE = "dose_date"
    LOT = "lot"
    PLACE = "place"


_F = ImportField
NAMES: dict[ImportField, Bilingual] = {
    _F.PERSON_NUMBER: Bilingual("宛名番号", "Person number"),
    _F.COUPON_NUMBER: Bilingual("接種券番号", "Coupon number"),
    _F.NAME: Bilingual("氏名", "Name"),
    _F.FAMILY_NAME: Bilingual("氏", "Family name"),
    _F.GIVEN_NAME: Bilingual("名", "Given name"),
    _F.KANA: Bilingual("氏名（カナ）", "Name in kana"),
    _F.FAMILY_KANA: Bilingual("氏（カナ）", "Family name in kana"),
    _F.GIVEN_KANA: Bilingual("名（カナ）", "Given name in kana"),
    _F.BIRTH_DATE: Bilingual("生年月日", "Date of birth"),
    _F.SEX: Bilingual("性別", "Sex"),
    _F.VACCINE: Bilingual("ワクチン", "Vaccine"),
    _F.DOSE_NUMBER: Bilingual("接種回数", "Dose number"),
    _F.DOSE_DATE: Bilingual("接種日", "Date of dose"),
    _F.LOT: Bilingual("ロット番号", "Lot number"),
    _F.PLACE: Bilingual("接種場所", "Place of vaccination"),
}
"""The names of the fields for people."""

SYNONYMS: dict[ImportField, tuple[str, ...]] = {
    _F.PERSON_NUMBER: (
        "宛名番号", "住民番号", "住民コード", "個人コード", "宛名コード", "識別番号", "整理番号",
        "住民宛名番号", "統合宛名番号", "団体内統合宛名番号", "自治体宛名番号",
        "person_number", "resident_id",
    ),
    _F.COUPON_NUMBER: ("接種券番号", "券番号", "クーポン券番号", "接種券No", "coupon_number"),
    _F.NAME: (
        "氏名", "漢字氏名", "氏名漢字", "被接種者氏名", "名前", "お名前", "宛名氏名",
        "対象者氏名", "姓名", "name",
    ),
    _F.FAMILY_NAME: (
        "氏", "姓", "氏漢字", "漢字氏", "姓漢字", "苗字", "family_name",
        "last_name",
    ),
    _F.GIVEN_NAME: ("名", "名漢字", "漢字名", "given_name", "first_name"),
    _F.KANA: (
        "氏名カナ", "カナ氏名", "カナ", "フリガナ", "ふりがな", "氏名フリガナ", "カナ名",
        "宛名カナ", "氏名かな", "被接種者氏名カナ", "kana",
    ),
    _F.FAMILY_KANA: ("氏カナ", "姓カナ", "カナ氏", "カナ姓", "セイ", "family_kana"),
    _F.GIVEN_KANA: ("名カナ", "カナ名前", "メイ", "given_kana"),
    _F.BIRTH_DATE: (
        "生年月日", "誕生日", "出生日", "生年月日西暦", "生年月日和暦", "birth_date",
        "birthday",
    ),
    _F.SEX: ("性別", "性別コード", "性", "sex", "gender"),
    _F.VACCINE: (
        "ワクチン", "ワクチン名", "ワクチン種類", "ワクチン種別", "ワクチンコード", "ワクチンメーカー",
        "メーカー", "製品名", "ワクチン製品名", "予防接種名", "予防接種種類", "予防接種コード",
        "接種種類", "接種種別", "接種ワクチン", "ワクチン名称", "vaccine", "product",
    ),
    _F.DOSE_NUMBER: (
        "接種回数", "回数", "接種回", "回目", "何回目", "接種回目", "期回数", "接種区分",
        "dose_number", "dose",
    ),
    _F.DOSE_DATE: (
        "接種日", "接種年月日", "接種日付", "実施日", "実施年月日", "接種実施日",
        "dose_date", "date",
    ),
    _F.LOT: (
        "ロット番号", "ロット", "ロットNo", "LotNo", "Lot", "Lot番号", "製造番号",
        "製造ロット番号", "ワクチンロット番号", "lot_number",
    ),
    _F.PLACE: (
        "接種場所", "接種会場", "会場", "会場名", "接種会場名", "医療機関", "医療機関名",
        "実施医療機関", "接種医療機関", "接種医療機関名", "実施機関", "接種機関", "実施場所",
        "place", "venue",
    ),
}  # fmt: skip
"""Headers by which each field is recognised, the usual ones first."""

ALWAYS = (_F.PERSON_NUMBER, _F.BIRTH_DATE, _F.VACCINE, _F.DOSE_DATE)
"""Fields that a mapping must have; besides these the name, whole or in its two parts."""

_SIGNS = re.compile(r"[\s\u3000・_./:;,\-－ー―()（）「」\[\]【】<>＊*※]+")
_NOTE = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")


def header_key(header: str) -> str:
    """A header as headers are compared.

    >>> header_key("ロットＮｏ．") == header_key("ロット No"), header_key("氏名（ｶﾅ）")
    (True, '氏名カナ')
    """
    return _SIGNS.sub("", unicodedata.normalize("NFKC", header)).casefold()


_BY_KEY = {header_key(word): field for field, words in SYNONYMS.items() for word in words}


def field_of(header: str) -> ImportField | None:
    """The field a header most likely means; ``None`` if it is not known.

    >>> field_of("接種年月日（西暦）"), field_of("氏名（ｶﾅ）"), field_of("備考")
    (<ImportField.DOSE_DATE: 'dose_date'>, <ImportField.KANA: 'kana'>, None)
    """
    plain = unicodedata.normalize("NFKC", header)
    return _BY_KEY.get(header_key(plain)) or _BY_KEY.get(header_key(_NOTE.sub("", plain)))


def propose(headers: tuple[str, ...]) -> dict[int, ImportField]:
    """A first proposal: columns by their position, each field at most once, the first column wins.

    >>> propose(("宛名番号", "氏名", "備考", "氏名"))
    {0: <ImportField.PERSON_NUMBER: 'person_number'>, 1: <ImportField.NAME: 'name'>}
    """
    found: dict[int, ImportField] = {}
    for position, header in enumerate(headers):
        field = field_of(header)
        if field is not None and field not in found.values():
            found[position] = field
    return found
