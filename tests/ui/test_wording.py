"""Values in words, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from hashira.kernel.language import Bilingual
from hashira.ui import wording
from hashira.ui.parts import progress_words, verdict_family, verdict_words


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (None, "—", "—"),
        ("", "—", "—"),
        (0, "0", "0"),
        (True, "はい", "Yes"),
        (False, "いいえ", "No"),
        (1234567, "1,234,567", "1,234,567"),
        (Decimal("1234.50"), "1,234.50", "1,234.50"),
        (date(2021, 6, 1), "2021年6月1日", "1 June 2021"),
        (datetime(2021, 12, 31, 15, 5, tzinfo=UTC), "2022年1月1日 0時05分", "1 January 2022, 00:05 JST"),
        (Bilingual("接種", "Dose"), "接種", "Dose"),
        ((Bilingual("一", "one"), None), "一、—", "one, —"),
        ("<b>", "<b>", "<b>"),
    ],
)
def test_a_value_in_both_languages(value: object, ja: str, en: str) -> None:
    with override("ja"):
        assert wording.shown(value) == ja
    with override("en-gb"):
        assert wording.shown(value) == en


def test_a_moment_without_zone_is_nobodys_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        wording.shown(datetime(2021, 1, 1))


def test_a_date_in_both_calendars() -> None:
    with override("ja"):
        assert wording.shown_in_both_calendars(date(2019, 5, 1)) == "2019年5月1日（令和元年5月1日）"
        assert wording.shown_in_both_calendars(date(1860, 5, 1)) == "1860年5月1日"
    with override("en"):
        assert wording.shown_in_both_calendars(date(1989, 1, 7)) == "7 January 1989 (Shōwa 64)"


@pytest.mark.parametrize(
    ("count", "ja"),
    [
        (0, "0バイト"),
        (1023, "1,023バイト"),
        (1024, "1KB"),
        (1536, "1.5KB"),
        (1024**2, "1MB"),
        (5 * 1024**4, "5120GB"),
    ],
)
def test_a_size_of_a_file(count: int, ja: str) -> None:
    assert wording.shown_bytes(count) == ja


@pytest.mark.parametrize(
    ("seconds", "ja"),
    [
        (0, "0秒"),
        (59.4, "59秒"),
        (60, "1分"),
        (61, "2分"),
        (3599, "60分"),
        (3600, "1時間"),
        (3661, "1時間2分"),
        (7200, "2時間"),
    ],
)
def test_a_length_of_time_promises_too_little_rather_than_too_much(seconds: float, ja: str) -> None:
    assert wording.shown_duration(seconds) == ja


def test_progress_says_count_rate_and_time_left() -> None:
    words = progress_words(300, 1200, rate=50.4, seconds_left=18)
    assert words == ("1,200件中300件（25%）", "毎秒50件", "残り約18秒")
    with override("en"):
        assert progress_words(300, 1200, rate=0.5) == ("300 of 1,200 (25%)", "0.5 a second")


def test_progress_is_full_only_when_all_is_done() -> None:
    assert progress_words(999_999, 1_000_000)[0].endswith("（99%）")
    assert progress_words(10, None) == ("10件まで進みました",)
    assert progress_words(5, 10, rate=1, seconds_left=5, state="failed") == ("10件中5件（50%）",)


def test_a_verdict_nobody_knows_is_never_drawn() -> None:
    for word in ("ok", "", "Verified"):
        with pytest.raises(ValueError, match="verdict"):
            verdict_family(word)
    good = [v for v in ("verified", "invalid", "revoked", "untrusted", "expired", "malformed", "unsupported")
            if verdict_family(v) == "good"]  # fmt: skip
    assert good == ["verified"]
    assert verdict_words("untrusted") == "発行者を確認できません"
