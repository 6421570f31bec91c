"""What a guardrail itself costs in a month, from quantities and unit prices (ガードレールの費用).

The prices are assumptions: list prices for Tokyo in US dollars without tax, as they are known publicly, not
read from a price list. Whoever knows better ones replaces this table; the sums follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit costs, in US dollars."""

    usd: Decimal
    unit: Bilingual


PRICES: Mapping[str, UnitPrice] = {
    "alarm": UnitPrice(Decimal("0.10"), Bilingual("アラーム（1個・1か月）", "alarm, a month")),
    "backup-gb": UnitPrice(Decimal("0.05"), Bilingual("バックアップ（1GB・1か月）", "backup, GB and month")),
    "budget": UnitPrice(Decimal("0"), Bilingual("予算の通知（2個まで無料）", "budget, free up to two")),
    "config-evaluation": UnitPrice(
        Decimal("0.001"), Bilingual("Config規則の評価（1回）", "evaluation of a rule")
    ),
    "config-item": UnitPrice(Decimal("0.003"), Bilingual("Configの記録（1件）", "configuration item")),
    "flow-log-gb": UnitPrice(
        Decimal("0.38"), Bilingual("通信の記録のS3への配信（1GB）", "flow log to S3, GB")
    ),
    "guardduty-million-events": UnitPrice(
        Decimal("4.72"),
        Bilingual("GuardDutyが読む管理イベント（100万件）", "management events read, a million"),
    ),
    "key-month": UnitPrice(Decimal("1.00"), Bilingual("鍵（1個・1か月）", "key, a month")),
    "log-gb": UnitPrice(
        Decimal("0.025"), Bilingual("S3での記録の保管（1GB・1か月）", "log kept in S3, GB and month")
    ),
    "metric": UnitPrice(Decimal("0.30"), Bilingual("メトリクス（1個・1か月）", "metric, a month")),
    "security-check": UnitPrice(
        Decimal("0.0010"), Bilingual("Security Hubの検査（1回）", "check of Security Hub")
    ),
}

YEN_A_DOLLAR = Decimal("150")
"""The rate that is shown unless another is asked for: an assumption, like the prices."""


@dataclass(frozen=True, slots=True)
class MonthlyCost:
    """Quantities by unit price, and in what environment they arise."""

    quantities: Mapping[str, Decimal]
    assumption: Bilingual

    @property
    def usd(self) -> Decimal:
        """US dollars a month, to a cent.

        >>> MonthlyCost({"alarm": Decimal(4), "metric": Decimal(4)}, Bilingual("", "")).usd
        Decimal('1.60')
        """
        whole = sum((PRICES[name].usd * count for name, count in self.quantities.items()), Decimal(0))
        return whole.quantize(Decimal("0.01"), ROUND_HALF_UP)

    def yen(self, rate: Decimal = YEN_A_DOLLAR) -> Decimal:
        """Yen a month at a rate, without tax, to a yen."""
        return (self.usd * rate).quantize(Decimal(1), ROUND_HALF_UP)


FREE = MonthlyCost(
    {}, Bilingual("この設定そのものに料金はかかりません", "The setting itself is not charged for")
)
SMALL = Bilingual(
    "小さな環境：リソース200件、構成の変更は月500件、管理の呼出しは月100万件",
    "A small environment: 200 resources, 500 changes and a million management calls a month",
)


def rule_cost(rules: int, evaluations: int = 60) -> MonthlyCost:
    """What detective rules cost that are each evaluated so many times a month."""
    return MonthlyCost({"config-evaluation": Decimal(rules * evaluations)}, SMALL)
