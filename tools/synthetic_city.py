"""Writes the 例規集 of a city that does not exist, in our own words (架空の市の例規集).

    python tools/synthetic_city.py FOLDER [--seed 2026]

300 documents: 140 条例, 100 施行規則, 60 要綱 and 告示, as text and (every fifth) as Word, with chapters, 枝番号,
provisos, definitions, delegation, references, 別表 and amending 附則. Into them go analog provisions of eight
categories at known places, and as many that look alike and are none; ``manifest.csv`` says which and where.
The same seed writes the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CITY = "架空市"
ORDINANCES, RULES, GUIDELINES = 140, 100, 60
_EPOCH = (1980, 1, 1, 0, 0, 0)
PLACES = [
    "公園",
    "図書館",
    "斎場",
    "駐車場",
    "市民会館",
    "保育所",
    "体育館",
    "墓地",
    "卸売市場",
    "温泉保養所",
    "水泳場",
    "天文台",
    "青少年の家",
    "牧場",
    "漁港",
    "キャンプ場",
    "美術館",
    "武道館",
    "集会所",
    "病児保育室",
    "老人福祉センター",
    "農産物直売所",
    "港湾緑地",
    "自転車駐車場",
    "市営住宅",
]
MATTERS = [
    "空家",
    "浄化槽",
    "屋外広告物",
    "火災予防",
    "飼い犬",
    "緑化",
    "景観",
    "放置自動車",
    "地下水",
    "騒音",
    "深夜営業",
    "砂利採取",
    "急傾斜地",
    "歩行喫煙",
    "資源ごみ",
    "雨水貯留",
    "祭礼",
    "花火",
    "落書き",
    "看板",
]
WHO = ("管理者", "市長", "所有者", "占有者", "事業者", "指定管理者", "設置者")
OFTEN = ("毎年1回", "毎月1回以上", "6月以内ごとに1回", "3年を超えない期間ごとに", "定期に", "毎年2回")


@dataclass(frozen=True)
class Provision:
    """One paragraph, the category planted in it (empty: none) and whether it looks alike."""

    caption: str
    text: str
    category: str = ""
    alike: bool = False
    items: tuple[str, ...] = ()


@dataclass
class Writing:
    """A document under way: its lines, and what was planted where."""

    name: str
    title: str
    lines: list[str] = field(default_factory=list)
    planted: list[tuple[str, str, bool, str]] = field(default_factory=list)
    article: int = 0


def analog(draw: random.Random, thing: str) -> Provision:
    """A provision of one of the eight categories."""
    who, often = draw.choice(WHO), draw.choice(OFTEN)
    part = draw.choice(("設備", "外壁", "遊具", "標識", "配管", "通路", "用具"))
    return draw.choice(
        (
            Provision(
                "点検", f"{who}は、{thing}の{part}の損傷の有無を、目視により点検しなければならない。", "目視"
            ),
            Provision(
                "巡視", f"{who}は、{thing}の周囲を巡視し、異常の有無を確かめなければならない。", "目視"
            ),
            Provision(
                "実地の調査",
                f"市長は、職員に、{thing}の{part}について実地に調査させることができる。",
                "実地監査",
            ),
            Provision(
                "検査", f"{who}は、{often}、{thing}の{part}の検査をしなければならない。", "定期検査・点検"
            ),
            Provision(
                "責任者",
                f"{who}は、{thing}ごとに、専任の{draw.choice(('責任者', '監視員', '技術者'))}を置かなければならない。",
                "常駐・専任",
            ),
            Provision(
                "講習",
                f"{thing}の{draw.choice(('取扱者', '責任者', '利用者'))}は、市長が行う{part}の取扱いに関する講習を受けなければならない。",
                "対面講習",
            ),
            Provision(
                "掲示",
                f"{who}は、{draw.choice(('使用料', '許可の番号', '開場の時間'))}を、{thing}の見やすい場所に掲示しなければならない。",
                "書面掲示",
            ),
            Provision(
                "閲覧",
                f"{who}は、{thing}の{draw.choice(('台帳', '図面', '目録'))}を事務所に備え置き、公衆の閲覧に供しなければならない。",
                "往訪閲覧・縦覧",
            ),
            Provision(
                "届出の方法",
                f"{who}は、{thing}に関する届出を、{draw.choice(('磁気ディスク', 'シー・ディー・ロム', 'フレキシブルディスク'))}を提出する方法により行うことができる。",
                "記録媒体",
            ),
        )
    )


def look_alike(draw: random.Random, thing: str) -> Provision:
    """A provision with the same words that is no analog regulation."""
    return draw.choice(
        (
            Provision(
                "過料", f"{thing}の検査を拒み、妨げ、又は忌避した者は、5万円以下の過料に処する。", alike=True
            ),
            Provision(
                "公表", f"市長は、{thing}の台帳を、インターネットの利用により公表するものとする。", alike=True
            ),
            Provision(
                "所掌事務", f"審議会は、{thing}の監査及び講習の在り方に関する事項を調査審議する。", alike=True
            ),
            Provision(
                "用語の意義",
                f"この条例において「点検済証」とは、{thing}の点検を終えたことを示す証票をいう。",
                alike=True,
            ),
            Provision("委員", f"{thing}運営委員会の委員は、専任とすることを要しない。", alike=True),
        )
    )


def plain(draw: random.Random, thing: str, number: int) -> Provision:
    """A provision that has nothing to do with the review."""
    return draw.choice(
        (
            Provision(
                "利用の許可",
                f"{thing}を利用しようとする者は、市長の許可を受けなければならない。ただし、規則で定める場合は、この限りでない。",
            ),
            Provision("使用料", "利用者は、別表に定める使用料を納めなければならない。"),
            Provision(
                "使用料の減免",
                "市長は、特別の理由があると認めるときは、使用料を減額し、又は免除することができる。",
            ),
            Provision(
                "許可の取消し",
                "市長は、次の各号のいずれかに該当するときは、許可を取り消すことができる。",
                items=(
                    "偽りの申請をしたとき。",
                    f"第{max(1, number - 1)}条の規定に違反したとき。",
                    "公益上やむを得ないとき。",
                ),
            ),
            Provision(
                "原状の回復", f"利用者は、{thing}の利用を終えたときは、直ちに原状に復さなければならない。"
            ),
            Provision("損害の賠償", f"{thing}を損傷した者は、その損害を賠償しなければならない。"),
        )
    )


def city(seed: int = 2026) -> Iterator[Writing]:
    """Every document of the city."""
    draw = random.Random(seed)  # noqa: S311 (the same city for the same seed, no secret)
    subjects = [f"{place}" for place in PLACES] + [f"{matter}対策" for matter in MATTERS]
    for number in range(ORDINANCES):
        thing = subjects[number % len(subjects)] + (
            "" if number < len(subjects) else f"（第{number // len(subjects) + 1}種）"
        )
        thing = thing.replace("（", "").replace("）", "")
        title = f"{CITY}{thing}条例"
        yield _document(draw, f"条例{number + 1:03}", title, thing, f"条例第{number + 1}号", ordinance=None)
        if number < RULES:
            yield _document(
                draw,
                f"規則{number + 1:03}",
                f"{title}施行規則",
                thing,
                f"規則第{number + 1}号",
                ordinance=title,
            )
    for number in range(GUIDELINES):
        thing = draw.choice(subjects)
        word = "告示" if number % 3 == 2 else "要綱"
        title = f"{CITY}{thing}{draw.choice(('補助金', '相談', '協定', '表彰'))}{number + 1}{'に関する' if word == '告示' else '交付'}{word}"
        yield _document(draw, f"要綱{number + 1:03}", title, thing, f"告示第{number + 1}号", ordinance=None)


def _document(
    draw: random.Random, name: str, title: str, thing: str, number: str, *, ordinance: str | None
) -> Writing:
    year, month, day = draw.randint(1, 7), draw.randint(1, 12), draw.randint(1, 28)
    writing = Writing(name, title)
    wide = draw.random() < 0.3
    writing.lines += [title, f"令和{year}年{month}月{day}日{number}", ""]
    body = [Provision("趣旨", _purpose(title, thing, ordinance))]
    for _ in range(draw.randint(3, 7)):
        kind = draw.random()
        at = len(body) + 1
        body.append(
            analog(draw, thing)
            if kind < 0.35
            else look_alike(draw, thing)
            if kind < 0.7
            else plain(draw, thing, at)
        )
    body.append(Provision("委任", "この定めの施行に関し必要な事項は、市長が別に定める。"))
    chapters = len(body) > 7
    branch = draw.randint(2, len(body) - 1) if draw.random() < 0.2 else 0
    for place, provision in enumerate(body):
        if chapters and place in (0, 3):
            writing.lines += [f"第{1 + (place > 0)}章　{('総則', '雑則')[place > 0]}", ""]
        _article(writing, provision, branch=place == branch and branch > 0, second=draw.random() < 0.3)
    writing.lines += ["附　則", f"この定めは、令和{year}年{min(12, month + 1)}月1日から施行する。", ""]
    if draw.random() < 0.4:
        writing.lines += [
            f"附　則（令和{year + 1}年{number}）",
            f"この定めは、令和{year + 1}年4月1日から施行する。",
            "",
        ]
    if any(p.text.startswith("利用者は、別表") for p in body):
        writing.lines += ["別表", "| 区分 | 金額 |", "| 午前 | 1,000円 |", "| 午後 | 1,500円 |", ""]
    if wide:
        table = str.maketrans("0123456789", "０１２３４５６７８９")
        writing.lines = [line.translate(table) for line in writing.lines]
        writing.planted = [(p, c, a, text.translate(table)) for p, c, a, text in writing.planted]
    return writing


def _purpose(title: str, thing: str, ordinance: str | None) -> str:
    if ordinance:
        return f"この規則は、{ordinance}（以下「条例」という。）の施行に関し必要な事項を定めるものとする。"
    return f"この定めは、{thing}について必要な事項を定めることを目的とする。"


def _article(writing: Writing, provision: Provision, *, branch: bool, second: bool) -> None:
    if not branch:
        writing.article += 1
    label = f"{writing.article}条の2" if branch else f"{writing.article}条"
    path = f"Mp-At_{writing.article}_2" if branch else f"Mp-At_{writing.article}"
    first = "この定めの規定は、公布の日以後の行為について適用する。" if second else ""
    text = first or provision.text
    writing.lines += [f"（{provision.caption}）", f"第{label}　{text}"]
    if second:
        writing.lines.append(f"2　{provision.text}")
    paragraph = f"{path}-Pr_{2 if second else 1}"
    for number, item in enumerate(provision.items, 1):
        writing.lines.append(f"({number})　{item}")
    writing.lines.append("")
    if provision.category or provision.alike:
        writing.planted.append((paragraph, provision.category, provision.alike, provision.text))


def write(folder: Path, seed: int = 2026) -> int:
    """Writes the city into a folder; answers how many documents."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    count = 0
    for writing in city(seed):
        word = count % 5 == 4
        path = folder / f"{writing.name}{'.docx' if word else '.txt'}"
        path.write_bytes(_word(writing) if word else "\n".join(writing.lines).encode())
        rows += [
            (path.name, place, category, "1" if alike else "", text)
            for place, category, alike, text in writing.planted
        ]
        count += 1
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(("file", "path", "category", "look_alike", "text"))
        written.writerows(rows)
    return count


def _word(writing: Writing) -> bytes:
    """The same lines as a Word document whose bytes do not tell when it was written."""
    import docx

    document = docx.Document()
    rows: list[list[str]] = []
    for line in [*writing.lines, ""]:
        if line.startswith("| "):
            rows.append([cell.strip() for cell in line.strip("| ").split("|")])
            continue
        if rows:
            table = document.add_table(len(rows), len(rows[0]))
            for row, cells in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
            rows = []
        if line:
            document.add_paragraph(line)
    made, fixed = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            new.writestr(zipfile.ZipInfo(name, _EPOCH), old.read(name))
    return fixed.getvalue()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    print(f"{write(options.folder, options.seed)} documents: {options.folder}")
