"""Which body applies: a local government by its code, a ministry by its corporate number (申請する団体)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from hashira.cloud.domain.application.refusal import refuse
from hashira.cloud.domain.environment_order import TenantClass
from hashira.kernel import municipality
from hashira.kernel.language import Bilingual

_THIRTEEN = re.compile(r"[0-9]{13}")


@dataclass(frozen=True, slots=True)
class ApplyingBody:
    """A body as an environment is ordered for it."""

    code: str
    name: Bilingual
    tenant_class: TenantClass


def local_government(code: str) -> ApplyingBody:
    """The local government of a code with its check digit.

    Raises as ``hashira.kernel.municipality.by_code``, and ``ApplicationRefused`` for a ward of a designated
    city, which decides nothing by itself.

    >>> local_government("131016").name.ja
    '東京都千代田区'
    """
    body = municipality.by_code(code)
    if not body.is_local_government:
        raise refuse(
            "body_code",
            f"{body.full_name}は行政区です。{body.city_name}のコードを入れてください",
            f"{body.title.en} is a ward of a city: enter the code of the city",
        )
    return ApplyingBody(body.code, body.title, TenantClass.LOCAL)


def corporate_check_digit(base: str) -> str:
    """The first digit of a corporate number from its other twelve (法人番号の検査用数字).

    Digits are counted from the right; those at even places count twice; 9 less the remainder of the sum by
    9. Source: 法人番号の指定等に関する省令 (平成26年財務省令第70号) 第2条.

    >>> corporate_check_digit("000012050002")
    '7'
    """
    total = sum(int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(base), start=1))
    return str(9 - total % 9)


def read_corporate_number(text: str) -> str:
    """The thirteen digits of a corporate number; raises ``ApplicationRefused``.

    >>> read_corporate_number(" ７０００−０１２０５−０００２ ")
    '7000012050002'
    """
    digits = re.sub(r"[\s\-−‐–]", "", unicodedata.normalize("NFKC", text[:80]))
    if not _THIRTEEN.fullmatch(digits):
        raise refuse(
            "body_code",
            "府省庁は法人番号（13桁）、地方公共団体は団体コード（6桁）で入れてください",
            "Name a ministry by its corporate number (13 digits), a local government by its code (6)",
        )
    right = corporate_check_digit(digits[1:])
    if digits[0] != right:
        raise refuse(
            "body_code",
            f"法人番号の検査用数字が違います。下12桁が正しければ{right}{digits[1:]}です",
            f"The check digit is wrong: with these last twelve digits it is {right}{digits[1:]}",
        )
    return digits


def ministry(code: str, name: Bilingual) -> ApplyingBody:
    """A ministry or agency of the State; its name is the one it has in this installation."""
    return ApplyingBody(read_corporate_number(code), name, TenantClass.NATIONAL)
