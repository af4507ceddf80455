"""Colours that everyone can read, times that say what they mean, rates that show their base."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from classify.ticket import SHANGHAI
from dashboard import widgets
from dashboard.widgets import DARK, LIGHT

NOW = datetime(2026, 3, 18, 9, 40, tzinfo=SHANGHAI)
INKS = ("ink", "muted", "accent", "red", "orange", "yellow", "green")
PAIRS = [
    *((ink, ground) for ink in INKS for ground in ("card", "bg")),
    ("ink", "soft"), ("accent", "soft"), ("muted", "soft"), ("on", "accent"), ("ink", "mark"),
    *((name, f"{name}bg") for name in ("red", "orange", "yellow", "green")),
    *(("ink", f"{name}bg") for name in ("red", "orange")),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB`` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]} on {pair[1]}")
def test_text_reaches_aa(theme: dict[str, str], pair: tuple[str, str]) -> None:
    assert contrast(theme[pair[0]], theme[pair[1]]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_borders_of_controls_reach_three(theme: dict[str, str]) -> None:
    assert contrast(theme["field"], theme["card"]) >= 3


def test_both_themes_have_the_same_names() -> None:
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(minutes=3), "3 分钟"),
        (timedelta(hours=1, minutes=5), "1 小时 5 分"),
        (timedelta(hours=20, minutes=5), "20 小时"),
        (timedelta(days=1, hours=2), "1 天 2 小时"),
        (timedelta(days=14, hours=2), "14 天"),
        (-timedelta(days=2), "2 天"),
    ],
)
def test_span(length: timedelta, text: str) -> None:
    assert widgets.span(length) == text


def test_when_is_in_shanghai() -> None:
    utc = datetime.fromisoformat("2026-03-17T20:05:00+00:00")
    assert widgets.when(utc, NOW) == "今天 04:05"
    assert widgets.when(utc - timedelta(days=2), NOW) == "03-16 04:05"
    assert widgets.when(utc - timedelta(days=400), NOW) == "2025-02-11 04:05"
    assert widgets.when(None, NOW) == "—"


def test_due_pill_says_over_and_soon() -> None:
    assert "已超" in widgets.due_pill(NOW - timedelta(hours=1), NOW)
    assert "red" in widgets.due_pill(NOW - timedelta(hours=1), NOW)
    assert "orange" in widgets.due_pill(NOW + timedelta(hours=1), NOW)
    assert widgets.due_pill(None, NOW) == ""


def test_share_always_shows_its_base() -> None:
    assert widgets.share(37, 301) == "12.3%(37/301)"
    assert widgets.share(0, 0) == "—(0/0)"


def test_acts_and_texts_are_escaped() -> None:
    shown = widgets.link("<b>", 'x:"><script>')
    assert "<script>" not in shown
    assert "<b>" not in shown
