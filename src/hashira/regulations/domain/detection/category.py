"""Categories, types and phases of analog regulations as versioned tables (規制の区分・類型・Phase).

The review of 2022 fixed for each category the purposes a rule can have (類型) and three phases of how far it
has gone digital. The wording changed between versions and is not law, so it is data: a table has a version, a
date and its sources, a finding says which one it was judged by, and a later table can stand beside it.

Sources: 構造改革のためのデジタル原則に照らした規制の一括見直しプラン (2022-06-03); デジタル臨時行政調査会 第3回
(2022-03-30) for the phases of 目視・実地監査 and of 定期検査・点検; the definitions as municipalities adopted them.
Where no published wording was at hand the entry says so (``published`` is false) and is in our words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class UnknownTable(HashiraError):
    """Details: ``version``, ``known``."""

    code = "REG-042"
    what = Bilingual("その版の区分表はありません", "There is no table of categories of that version")
    why = Bilingual("「{version}」という版はありません", "There is no version “{version}”")
    remedy = Bilingual("ある版: {known}", "Versions: {known}")


@dataclass(frozen=True, slots=True)
class Type:
    """A purpose that a rule of a category can have (類型)."""

    id: str
    name: Bilingual
    meaning: Bilingual
    published: bool


@dataclass(frozen=True, slots=True)
class Phase:
    """How far a rule has gone digital (Phase)."""

    id: str
    """``1``, ``1-②``, ``2``, ``3``."""
    meaning: Bilingual
    published: bool


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of analog regulation (規制の区分) with its types and phases."""

    id: str
    name: Bilingual
    meaning: Bilingual
    types: tuple[Type, ...]
    phases: tuple[Phase, ...]

    def type(self, id: str) -> Type:
        """The type of this id. Raises ``KeyError``."""
        return {own.id: own for own in self.types}[id]

    def phase(self, id: str) -> Phase:
        """The phase of this id. Raises ``KeyError``."""
        return {own.id: own for own in self.phases}[id]


@dataclass(frozen=True, slots=True)
class Table:
    """All categories of one version."""

    version: str
    since: date
    source: str
    categories: tuple[Category, ...]

    def __getitem__(self, id: str) -> Category:
        """The category of this id. Raises ``KeyError``."""
        return {own.id: own for own in self.categories}[id]


def _type(id: str, en: str, ja_meaning: str, en_meaning: str, *, published: bool = True) -> Type:
    return Type(id, Bilingual(id, en), Bilingual(ja_meaning, en_meaning), published)


def _phases(one: Bilingual, two: Bilingual, three: Bilingual, *, published: bool) -> tuple[Phase, ...]:
    return (
        Phase("1-①", one, published),
        Phase(
            "1-②",
            Bilingual(
                f"{one.ja}。ただし他の適切な方法を認める余地がある",
                f"{one.en}; but the wording leaves room for other fitting ways",
            ),
            False,
        ),
        Phase("2", two, published),
        Phase("3", three, published),
    )


_SEEN = _phases(
    Bilingual("人の目や現地での確認を求める", "asks for human eyes or presence on the spot"),
    Bilingual(
        "情報収集を遠隔で行い、人が評価する", "information is gathered remotely and judged by a person"
    ),
    Bilingual("判断まで精緻化・自動化・無人化する", "the judgement too is refined, automated, unmanned"),
    published=True,
)
_PERIODIC = _phases(
    Bilingual("一定の期間ごとの実施を求める", "asks for it at set intervals"),
    Bilingual("デジタル技術の活用で目的を達する", "the purpose is met by digital technology"),
    Bilingual("定期の検査・調査・測定を廃止する", "periodic inspection is abolished"),
    published=True,
)
_PAPER = _phases(
    Bilingual("書面や対面、来訪を求める", "asks for paper, a meeting or a visit"),
    Bilingual("一部をデジタルで行える", "partly digital"),
    Bilingual("始めから終わりまでデジタルで完結する", "digital from end to end"),
    published=False,
)
_PRESENCE = _phases(
    Bilingual("その場に居ること、専ら就くことを求める", "asks for presence or for an exclusive post"),
    Bilingual("遠隔や兼任を認める", "remote work or a second post is allowed"),
    Bilingual("要件を廃止する", "the requirement is dropped"),
    published=False,
)

TABLE_2022 = Table(
    "2022-12",
    date(2022, 12, 21),
    "構造改革のためのデジタル原則に照らした規制の一括見直しプラン（2022-06-03）、アナログ規制の見直しに係る工程表（2022-12-21）",
    (
        Category(
            "目視",
            Bilingual("目視規制", "visual inspection"),
            Bilingual("人が現地に赴き、目で見て確かめる", "a person goes to the spot and looks"),
            (
                _type("検査・点検", "inspection", "施設や状況が基準に合うかを判定する", "judges whether a standard is met"),
                _type("調査", "survey", "実態や動向を明らかにする", "clarifies facts or trends"),
                _type("巡視・見張り", "patrol and watch", "違反や異状がないか一定期間注視する", "watches for a set period for breaches or faults"),
            ),
            _SEEN,
        ),
        Category(
            "実地監査",
            Bilingual("実地監査規制", "on-site audit"),
            Bilingual("人が現場に赴き、書類や建物などを確かめて適合を判定する", "a person goes on site and judges conformity from documents or buildings"),
            (_type("検査・点検・監査", "inspection and audit", "現場で適合を判定する", "judges conformity on site"),),
            _SEEN,
        ),
        Category(
            "定期検査・点検",
            Bilingual("定期検査・点検規制", "periodic inspection"),
            Bilingual("一定の期間・頻度で、基準への適合の判定や実態の把握を行う", "at set intervals, conformity is judged or facts are clarified"),
            (
                _type("第三者検査", "third-party inspection", "行政や登録機関などが判定する", "an authority or registered body judges"),
                _type("自主検査", "own inspection", "自ら判定する", "whoever runs it judges"),
                _type("調査・測定", "survey and measurement", "実態・動向・量を明らかにする", "clarifies facts, trends, quantities"),
            ),
            _PERIODIC,
        ),
        Category(
            "常駐・専任",
            Bilingual("常駐・専任規制", "presence and exclusive posts"),
            Bilingual("事業所や現場に常に居ること、他の職と兼ねずに就くことを求める", "asks for presence at all times, or for a post without any other"),
            (
                _type("常駐", "presence", "その場に居ることを求める", "asks for presence"),
                _type("専任", "exclusive post", "他の職を兼ねないことを求める", "forbids a second post"),
                _type("必置", "required post", "事業所などに置くことを求める（常駐・専任の別は書かれていない）", "the post is required; presence or exclusivity is not said"),
            ),
            _PRESENCE,
        ),
        Category(
            "対面講習",
            Bilingual("対面講習規制", "training in person"),
            Bilingual("資格などのための講習を対面で行う", "training for a qualification is held in person"),
            (
                _type("講習・研修", "training", "講習や研修を受ける、行う", "training is attended or held", published=False),
                _type("教育・訓練", "drill and instruction", "従事する者に教育や訓練を行う", "those at work are instructed or drilled", published=False),
            ),
            _PAPER,
        ),
        Category(
            "書面掲示",
            Bilingual("書面掲示規制", "posting on paper"),
            Bilingual("情報を、事業所や現場などに書面で掲示する", "information is posted physically at an office or a site"),
            (
                _type("事業者の掲示", "posted by a business", "営業所などに標識や書面を掲げる", "a sign or paper at a place of business", published=False),
                _type("行政の公示", "posted by an authority", "庁舎の掲示場などで公示する", "a notice on the board of an authority", published=False),
            ),
            _PAPER,
        ),
        Category(
            "往訪閲覧・縦覧",
            Bilingual("往訪閲覧・縦覧規制", "viewing by visit"),
            Bilingual("公的な情報などを、来訪した者に見せる", "information is shown to those who come"),
            (
                _type("縦覧", "public inspection", "意見などのため一定の期間、公衆に供する", "open to the public for a time", published=False),
                _type("閲覧", "viewing on request", "求めに応じて見せる、備え置く", "shown on request or kept to be seen", published=False),
            ),
            _PAPER,
        ),
        Category(
            "記録媒体",
            Bilingual("FD等の記録媒体を指定する規制", "named recording media"),
            Bilingual("提出や保存の方法として媒体の名を挙げる", "a medium is named for filing or keeping"),
            (
                _type("提出・交付", "filing and delivery", "申請、届出、交付に使う", "used to file or deliver", published=False),
                _type("保存・調製", "keeping", "保存や帳簿の調製に使う", "used to keep records", published=False),
            ),
            _PAPER,
        ),
    ),
)  # fmt: skip

TABLES: dict[str, Table] = {TABLE_2022.version: TABLE_2022}
"""Every version that ships."""


def table(version: str = "2022-12") -> Table:
    """The table of a version. Raises ``UnknownTable``."""
    try:
        return TABLES[version]
    except KeyError:
        raise UnknownTable(version=version, known="、".join(TABLES)) from None
