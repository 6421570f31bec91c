"""Which system an environment is for: one of the twenty, or the body's own (対象のシステム).

Source: 地方公共団体情報システムの標準化に関する法律 (令和3年法律第40号) 第2条第1項 and the order under it
(標準化対象事務を定める政令, 令和4年政令第1号).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from hashira.cloud.domain.application.refusal import bounded, refuse
from hashira.kernel.language import Bilingual

MAX_NAME = 100
OWN = "own"
"""Chosen where the system is none of the twenty."""
_CODE = re.compile(r"[a-z][a-z0-9-]{1,29}\Z")
STANDARD_SYSTEMS: Mapping[str, Bilingual] = MappingProxyType(
    {
        "jumin": Bilingual("住民基本台帳", "Basic resident register"),
        "koseki": Bilingual("戸籍", "Family register"),
        "fuhyo": Bilingual("戸籍の附票", "Supplementary family register"),
        "inkan": Bilingual("印鑑登録", "Seal registration"),
        "senkyo": Bilingual("選挙人名簿管理", "Electoral roll"),
        "kotei": Bilingual("固定資産税", "Fixed asset tax"),
        "kojin-jumin": Bilingual("個人住民税", "Individual inhabitant tax"),
        "hojin-jumin": Bilingual("法人住民税", "Corporate inhabitant tax"),
        "kei": Bilingual("軽自動車税", "Light motor vehicle tax"),
        "kokuho": Bilingual("国民健康保険", "National health insurance"),
        "nenkin": Bilingual("国民年金", "National pension"),
        "koki": Bilingual("後期高齢者医療", "Medical care for the elderly aged 75 and over"),
        "kaigo": Bilingual("介護保険", "Long-term care insurance"),
        "shogai": Bilingual("障害者福祉", "Welfare of persons with disabilities"),
        "seiho": Bilingual("生活保護", "Public assistance"),
        "kenko": Bilingual("健康管理", "Health management"),
        "jido-teate": Bilingual("児童手当", "Child allowance"),
        "jido-fuyo": Bilingual("児童扶養手当", "Child rearing allowance"),
        "kosodate": Bilingual("子ども・子育て支援", "Support for children and child rearing"),
        "shugaku": Bilingual("就学", "School enrolment"),
    }
)


def system_of(code: str, own_code: str, own_name: str) -> tuple[str, str]:
    """The code and the Japanese name of a system; raises ``ApplicationRefused``.

    >>> system_of("jumin", "", "")
    ('jumin', '住民基本台帳')
    >>> system_of("own", "library", "図書館システム")
    ('library', '図書館システム')
    """
    if code in STANDARD_SYSTEMS:
        return code, STANDARD_SYSTEMS[code].ja
    if code != OWN:
        raise refuse("code", "システムを選んでください", "Choose the system")
    name = bounded("own_name", own_name, MAX_NAME, Bilingual("システムの名前", "The name of the system"))
    short = own_code.strip().lower()
    if not _CODE.match(short):
        raise refuse(
            "own_code",
            "略称は英小文字で始まる、英小文字・数字・ハイフンの2〜30文字です",
            "The short name has 2 to 30 lower-case letters, digits and hyphens, and begins with a letter",
        )
    if short in STANDARD_SYSTEMS or short == OWN:
        raise refuse(
            "own_code", "標準化対象の業務の略称です", "This is the short name of one of the twenty systems"
        )
    return short, name
