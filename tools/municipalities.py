"""Writes the table of prefectures and municipalities that ``hashira.kernel.municipality`` reads.

    tools/municipalities.py              writes src/hashira/kernel/municipalities.tsv
    tools/municipalities.py --check      writes nothing; exits 1 if the file is not what would be written

The source is ``municipalities/localgovjp.csv`` (code4fukui/localgovjp, CC0) in the folder that HASHIRA_DATA
names. Only facts are taken from it: code, name, kana, prefecture. What it does not have is added here:

* the 47 prefectures: JIS X 0401 number, name, kana; their six-digit codes follow from the number;
* Roman letters, derived from the kana by Hepburn rules (the source has none), with the places in
  ``WORD_BREAKS`` where two vowels meet that are not one long vowel;
* the kind of each body, and the city a ward belongs to, from the names and codes themselves;
* changes that the source has not followed yet (``WARD_REFORMS``). Once it has, this script says so.

Any other anomaly (a wrong check digit, a code twice, a name without its kind, kana that are not kana, a total
other than 1,741 municipalities) stops it as well: a table of codes is either right or not written.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from hashira.kernel.hepburn import place_name
from hashira.kernel.municipality import Kind, check_digit

TARGET = Path(__file__).parents[1] / "src/hashira/kernel/municipalities.tsv"
MUNICIPALITIES = 1741  # 1,718 cities, towns and villages, and the 23 special wards

PREFECTURES = """\
北海道 ホッカイドウ|青森県 アオモリケン|岩手県 イワテケン|宮城県 ミヤギケン
秋田県 アキタケン|山形県 ヤマガタケン|福島県 フクシマケン|茨城県 イバラキケン
栃木県 トチギケン|群馬県 グンマケン|埼玉県 サイタマケン|千葉県 チバケン
東京都 トウキョウト|神奈川県 カナガワケン|新潟県 ニイガタケン|富山県 トヤマケン
石川県 イシカワケン|福井県 フクイケン|山梨県 ヤマナシケン|長野県 ナガノケン
岐阜県 ギフケン|静岡県 シズオカケン|愛知県 アイチケン|三重県 ミエケン
滋賀県 シガケン|京都府 キョウトフ|大阪府 オオサカフ|兵庫県 ヒョウゴケン
奈良県 ナラケン|和歌山県 ワカヤマケン|鳥取県 トットリケン|島根県 シマネケン
岡山県 オカヤマケン|広島県 ヒロシマケン|山口県 ヤマグチケン|徳島県 トクシマケン
香川県 カガワケン|愛媛県 エヒメケン|高知県 コウチケン|福岡県 フクオカケン
佐賀県 サガケン|長崎県 ナガサキケン|熊本県 クマモトケン|大分県 オオイタケン
宮崎県 ミヤザキケン|鹿児島県 カゴシマケン|沖縄県 オキナワケン"""

# By name: the kana with a bar where one word ends on the vowel that the next begins with.
WORD_BREAKS = {
    "滝上町": "タキノ|ウエチョウ",
    "豊浦町": "トヨ|ウラチョウ",
    "広尾町": "ヒロ|オチョウ",
    "真岡市": "モ|オカシ",
    "勝浦市": "カツ|ウラシ",
    "勝浦町": "カツ|ウラチョウ",
    "那智勝浦町": "ナチカツ|ウラチョウ",
    "松浦市": "マツ|ウラシ",
    "琴浦町": "コト|ウラチョウ",
    "小海町": "コ|ウミマチ",
    "豊丘村": "トヨ|オカムラ",
    "豊岡市": "トヨ|オカシ",
    "山ノ内町": "ヤマノ|ウチマチ",
    "輪之内町": "ワノ|ウチチョウ",
    "瀬戸内市": "セト|ウチシ",
    "瀬戸内町": "セト|ウチチョウ",
    "箕面市": "ミノ|オシ",
    "曽於市": "ソ|オシ",
    "豊後大野市": "ブンゴ|オオノシ",
    "西之表市": "ニシノ|オモテシ",
}

KINDS = {"市": Kind.CITY, "町": Kind.TOWN, "村": Kind.VILLAGE}
ENDINGS = {"市": ("シ",), "区": ("ク",), "町": ("チョウ", "マチ"), "村": ("ソン", "ムラ")}


@dataclass(frozen=True, slots=True)
class WardReform:
    """Wards of a designated city that were replaced: old five digits to new ones, and the new wards."""

    city: str
    last_day: str
    successors: dict[str, tuple[str, ...]]
    wards: dict[str, tuple[str, str]]


# 浜松市 went from seven wards to three on 2024-01-01 (浜松市区の設置等に関する条例; 総務省
# 「全国地方公共団体コード」改正一覧, 令和6年1月1日). Of 北区 the 三方原地区 went to 中央区.
WARD_REFORMS = (
    WardReform(
        city="浜松市",
        last_day="2023-12-31",
        successors={
            "22131": ("22138",),
            "22132": ("22138",),
            "22133": ("22138",),
            "22134": ("22138",),
            "22135": ("22138", "22139"),
            "22136": ("22139",),
            "22137": ("22140",),
        },
        wards={
            "22138": ("中央区", "チュウオウク"),
            "22139": ("浜名区", "ハマナク"),
            "22140": ("天竜区", "テンリュウク"),
        },
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``extra``: a ward's city; an abolished code's last day and its successors."""

    code: str
    kind: str
    name: str
    kana: str
    romaji: str = ""
    extra: str = ""

    def line(self) -> str:
        return "\t".join((self.code, self.kind, self.name, self.kana, self.romaji, self.extra))


class SourceAnomaly(Exception):
    """The source says something that this script was not told how to treat."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="compare with the committed table instead of writing it"
    )
    options = parser.parse_args(arguments)
    folder = os.environ.get("HASHIRA_DATA")
    if not folder:
        print("HASHIRA_DATA names no folder: nothing to read from.", file=sys.stderr)
        return 3
    try:
        table = render(Path(folder, "municipalities/localgovjp.csv"))
    except SourceAnomaly as anomaly:
        print(f"The source needs a decision: {anomaly}", file=sys.stderr)
        return 1
    if options.check:
        same = TARGET.read_text("utf-8") == table
        print(
            "The table is up to date."
            if same
            else "The table differs from its source: run this without --check."
        )
        return 0 if same else 1
    TARGET.write_text(table, "utf-8")
    print(f"{TARGET.name}: {table.count(chr(10))} lines")
    return 0


def render(source: Path) -> str:
    """The whole table as text, in the order of the codes."""
    with source.open(encoding="utf-8-sig", newline="") as lines:
        bodies = [row for record in csv.DictReader(lines) for row in [read(record)]]
    rows = reform(prefectures() + mark_designated_cities(bodies))
    check(rows)
    return "".join(row.line() + "\n" for row in sorted(rows, key=lambda row: row.code))


def read(record: dict[str, str]) -> Row:
    """One record of the source. A ward is still written with its city, ``札幌市 中央区``."""
    code, name, kana = record["lgcode"], record["city"], katakana(record["citykana"])
    if not re.fullmatch(r"[0-9]{6}", code) or check_digit(code[:5]) != code[5]:
        raise SourceAnomaly(f"{name}: the check digit of {code} is wrong")
    if record["cid"].zfill(5) != code[:5]:
        raise SourceAnomaly(f"{name}: cid {record['cid']} and lgcode {code} disagree")
    if not re.fullmatch(r"[ァ-ヶー ]+", kana) or kana.count(" ") != name.count(" "):
        raise SourceAnomaly(f"{name}: {kana} is not its reading in kana")
    prefecture = prefecture_names().get(code[:2])
    if prefecture != record["pref"]:
        raise SourceAnomaly(f"{name}: {code} belongs to {prefecture}, the source says {record['pref']}")
    if name.endswith("区"):
        kind = Kind.WARD if " " in name else Kind.SPECIAL_WARD
    elif name[-1] in KINDS and " " not in name:
        kind = KINDS[name[-1]]
    else:
        raise SourceAnomaly(f"{name}: neither 市, 区, 町 nor 村")
    return Row(code, kind, name, kana)


def prefecture_names() -> dict[str, str]:
    return {f"{n:02}": entry.split()[0] for n, entry in enumerate(re.split(r"[|\n]", PREFECTURES), start=1)}


def prefectures() -> list[Row]:
    rows = []
    for number, entry in enumerate(re.split(r"[|\n]", PREFECTURES), start=1):
        name, kana = entry.split()
        short = f"{number:02}000"
        stem = kana if name == "北海道" else re.sub("(ケン|ト|フ)$", "", kana)
        rows.append(Row(short + check_digit(short), Kind.PREFECTURE, name, kana, place_name(stem)))
    return rows


def mark_designated_cities(bodies: list[Row]) -> list[Row]:
    """Splits ``札幌市 中央区`` into the ward and its city, and marks the cities that have wards."""
    cities = {(row.code[:2], row.name): row.code for row in bodies if row.kind == Kind.CITY}
    designated = {city_of(row, cities) for row in bodies if row.kind == Kind.WARD}
    marked = []
    for row in bodies:
        kind, name, kana, extra = row.kind, row.name, row.kana, ""
        if kind == Kind.WARD:
            extra = city_of(row, cities)
            name, kana = name.split(" ")[1], kana.split(" ")[1]
        elif row.code in designated:
            kind = Kind.DESIGNATED_CITY
        marked.append(Row(row.code, kind, name, kana, romaji(name, kana), extra))
    return marked


def city_of(ward: Row, cities: dict[tuple[str, str], str]) -> str:
    city = cities.get((ward.code[:2], ward.name.split(" ")[0]))
    if city is None:
        raise SourceAnomaly(f"{ward.name}: its city is not in the source")
    return city


def reform(rows: list[Row]) -> list[Row]:
    """Replaces the wards that no longer exist; their codes stay, to explain an old record."""
    by_short = {row.code[:5]: row for row in rows}
    if len(by_short) != len(rows):
        raise SourceAnomaly("a code occurs twice")
    for change in WARD_REFORMS:
        for short, (name, kana) in change.wards.items():
            if short in by_short:
                raise SourceAnomaly(
                    f"it now has {short} {name} itself: remove {change.city} from WARD_REFORMS"
                )
            city = next(row.code for row in rows if row.name == change.city)
            by_short[short] = Row(short + check_digit(short), Kind.WARD, name, kana, romaji(name, kana), city)
        for short, successors in change.successors.items():
            old = by_short[short]
            codes = (successor + check_digit(successor) for successor in successors)
            extra = ",".join((change.last_day, *codes))
            by_short[short] = Row(old.code, "abolished", change.city + old.name, old.kana, "", extra)
    return list(by_short.values())


def check(rows: list[Row]) -> None:
    if wrong := [row.code for row in rows if check_digit(row.code[:5]) != row.code[5]]:
        raise SourceAnomaly(f"wrong check digits: {wrong}")
    others = (Kind.PREFECTURE, Kind.WARD, "abolished")
    if (count := sum(row.kind not in others for row in rows)) != MUNICIPALITIES:
        raise SourceAnomaly(f"{count} municipalities instead of {MUNICIPALITIES}")
    if unused := set(WORD_BREAKS) - {row.name for row in rows}:
        raise SourceAnomaly(f"WORD_BREAKS names what does not exist: {unused}")


def romaji(name: str, kana: str) -> str:
    """``Sapporo-shi``: the name, and its 市, 区, 町 or 村 after a hyphen."""
    marked = WORD_BREAKS.get(name, kana)
    if marked.replace("|", "") != kana:
        raise SourceAnomaly(f"{name}: WORD_BREAKS reads {marked}, the source {kana}")
    ending = next((e for e in ENDINGS[name[-1]] if marked.endswith(e)), None)
    if ending is None:
        raise SourceAnomaly(f"{name}: {kana} ends in no reading of {name[-1]}")
    return f"{place_name(marked.removesuffix(ending))}-{place_name(ending).lower()}"


def katakana(hiragana: str) -> str:
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in hiragana)


if __name__ == "__main__":
    raise SystemExit(main())
