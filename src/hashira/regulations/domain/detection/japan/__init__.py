"""The detection rules for Japanese law and ordinances, rule set ``ja-JP`` (日本の法令・例規の検出規則)."""

from __future__ import annotations

from hashira.regulations.domain.detection.japan.signs import SIGNS
from hashira.regulations.domain.detection.japan.triggers import TRIGGERS
from hashira.regulations.domain.detection.rule import RuleSet, register

#: Old letters and those of today, where they stand in words that triggers look for (旧字体).
OLD_LETTERS = (
    ("檢", "検"), ("點", "点"), ("實", "実"), ("縱", "縦"), ("揭", "掲"), ("專", "専"), ("覽", "覧"), ("閱", "閲"), ("寫", "写"),
)  # fmt: skip

JAPAN = register(
    RuleSet(
        id="ja-JP",
        version="2026.12.1",
        categories=(
            "目視",
            "実地監査",
            "定期検査・点検",
            "常駐・専任",
            "対面講習",
            "書面掲示",
            "往訪閲覧・縦覧",
            "記録媒体",
        ),
        triggers=TRIGGERS,
        signs=SIGNS,
        spellings=OLD_LETTERS,
    )
)
