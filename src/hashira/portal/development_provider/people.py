"""The people one can be in development: none of them exists (開発用の架空の人).

They are chosen for what goes wrong in real registers: variants of letters, twins, equal names with equal
birth dates, a letter outside the basic plane, a birth date not wholly known, a name in Latin letters.
"""

from __future__ import annotations

from dataclasses import dataclass

from hashira.kernel.language import Bilingual

_CITY = "柱県架空市"


@dataclass(frozen=True, slots=True)
class FictionalPerson:
    """A person as the card states them; ``birthdate`` is the claim of OpenID Connect Core §5.1."""

    key: str
    name: str
    birthdate: str
    gender: str
    address: str
    note: Bilingual

    def claims(self, scope: frozenset[str]) -> dict[str, object]:
        """What UserInfo says about the person under these scopes."""
        all_of_them: dict[str, object] = {
            "name": self.name,
            "birthdate": self.birthdate,
            "gender": self.gender,
            "address": {"formatted": self.address, "country": "JP"},
        }
        return {name: value for name, value in all_of_them.items() if name in scope}


PEOPLE = (
    FictionalPerson(
        "hanako", "見本 花子", "1980-01-01", "female", f"{_CITY}見本町1番1号",
        Bilingual("ふつうの例", "An ordinary example"),
    ),
    FictionalPerson(
        "taro", "見本 太郎", "1978-05-05", "male", f"{_CITY}見本町1番1号",
        Bilingual("花子と同じ住所", "The same address as Hanako"),
    ),
    FictionalPerson(
        "kohana", "見本 小花", "2018-04-02", "female", f"{_CITY}見本町1番1号",
        Bilingual("花子の子。カードは花子が預かっている", "Hanako's child, whose card she keeps"),
    ),
    FictionalPerson(
        "takahashi-ladder", "髙橋 架空", "1990-04-01", "female", f"{_CITY}梯子町2番1号",
        Bilingual("はしごだか（髙）", "The variant 髙"),
    ),
    FictionalPerson(
        "takahashi", "高橋 架空", "1990-04-01", "female", f"{_CITY}口町2番2号",
        Bilingual("くちだか（高）。髙橋さんと同じ生年月日の別人", "With 高: another of that birth date"),
    ),
    FictionalPerson(
        "yoshino", "𠮷野 架空", "1965-11-30", "male", f"{_CITY}土吉町3番1号",
        Bilingual("つちよし（𠮷、基本多言語面の外）", "The letter 𠮷, outside the basic plane"),
    ),
    FictionalPerson(
        "twin-one", "双葉 一美", "2001-02-03", "female", f"{_CITY}双子町4番1号",
        Bilingual("ふたごの姉", "A twin"),
    ),
    FictionalPerson(
        "twin-two", "双葉 二美", "2001-02-03", "female", f"{_CITY}双子町4番1号",
        Bilingual("ふたごの妹", "The other twin"),
    ),
    FictionalPerson(
        "same-one", "同名 見本", "1985-03-03", "male", f"{_CITY}北町5番1号",
        Bilingual("同姓同名で生年月日も同じ人（北町）", "Same name and birth date (Kita-machi)"),
    ),
    FictionalPerson(
        "same-two", "同名 見本", "1985-03-03", "male", f"{_CITY}南町5番2号",
        Bilingual("同姓同名で生年月日も同じ人（南町）", "Same name and birth date (Minami-machi)"),
    ),
    FictionalPerson(
        "moved", "転居 見本", "1972-08-15", "male", "柱県別架空市新町6番1号",
        Bilingual("引っ越してきた人", "Somebody who has moved"),
    ),
    FictionalPerson(
        "renamed", "新姓 見本", "1993-12-24", "female", f"{_CITY}改姓町7番1号",
        Bilingual("姓が変わった人（旧姓は旧姓）", "Somebody who has a new family name"),
    ),
    FictionalPerson(
        "latin", "SAMPLE ALEX", "1988-07-07", "male", f"{_CITY}国際町8番1号",
        Bilingual("ローマ字の氏名", "A name in Latin letters"),
    ),
    FictionalPerson(
        "year-only", "不詳 見本", "1940", "female", f"{_CITY}不詳町9番1号",
        Bilingual("生まれた月日が分からない人", "Day of birth not known"),
    ),
)  # fmt: skip
BY_KEY = {person.key: person for person in PEOPLE}
